"""Where a rule takes a time from: a column of the row, or a contact in another table.

投诉日期
完成时限（当日末）
最近 客户跟进记录表.跟进日期，否则 签约日期
之后首次 客户跟进记录表[客户响应=是].跟进日期
最近 任意互动，否则 建档日期
之后 最近跟进时间
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from xlcrm.errors import RuleError
from xlcrm.rules.conditions import Place, When, find_place, parse_when, tidy
from xlcrm.tables import BY_NAME, BY_TITLE, Table, tables_of
from xlcrm.tables.base import FULL

ANY_TOUCH = "任意互动"
DAY_END = "(当日末)"
ELSE = "否则"


class Pick(StrEnum):
    """Which of a customer's contacts counts."""

    OWN = ""
    """The cell of the row itself, or of the customer that the row names."""
    LAST = "最近"
    FIRST = "首次"
    LATER = "之后"
    """The row's own cell where it is later than the start: one that holds the newest of several moments."""
    AFTER_START = "之后首次"
    SECOND_AFTER_START = "之后第2次"
    AFTER_ROW = "本行之后首次"
    """The first one after the contact that the row itself records."""
    FROM_DUE_DAY = "到期后首次"
    IN_WINDOW = "窗口内首次"
    """The first one from the day on which a window opens."""
    WEEK_BEFORE = "前7天内"
    """One in the seven days up to the day (festivals)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place to take a time from; `place` is None for any kind of interaction."""

    pick: Pick
    place: Place | None
    when: When | None = None
    day_end: bool = False

    def text(self, home: str, pack: str = FULL) -> str:
        """The source as a user of the pack reads and types it."""
        if self.place is None:
            return f"{self.pick.value} {ANY_TOUCH}"
        table = BY_NAME[self.place.table].in_pack(pack)
        heading = self.place.heading(pack)
        filtered = f"[{self.when.text(pack)}]" if self.when else ""
        prefix = f"{self.pick.value} " if self.pick.value else ""
        bare = self.place.table == home and self.pick in (Pick.OWN, Pick.LATER)
        owner = "" if bare else f"{table.title}{filtered}."
        return f"{prefix}{owner}{heading}{'（当日末）' if self.day_end else ''}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Alternatives in order; the first that has a time counts."""

    home: str
    items: tuple[Source, ...] = ()

    def text(self, pack: str = FULL) -> str:
        """The alternatives as a user of the pack types them; sheets that the pack lacks are left out."""
        own = {table.name for table in tables_of(pack)}
        known = [item for item in self.items if item.place is None or item.place.table in own]
        return f"，{ELSE} ".join(item.text(self.home, pack) for item in known or self.items)


_PICKED = re.compile(
    r"^(?P<pick>"
    + "|".join(sorted((p.value for p in Pick if p.value), key=len, reverse=True))
    + r")\s+(?P<rest>.+)$"
)
_TOUCH = re.compile(r"^(?P<title>[^.\[]+?)\s*(?:\[(?P<when>[^\]]+)\])?\s*\.\s*(?P<heading>.+)$")


def parse_sources(text: str, table: Table) -> Sources:
    """Read a 起点 or 终点 cell of a rule on `table`; blank gives no sources.

    Raises:
        RuleError: an unknown table or column, or words that cannot be read.
    """
    whole = tidy(text)
    if not whole:
        return Sources(table.name)
    parts = [part.strip(" ,") for part in re.split(rf"\s*,?\s*{ELSE}\s*", whole)]
    return Sources(table.name, tuple(_source(part, table) for part in parts))


def _source(text: str, table: Table) -> Source:
    day_end = text.endswith(DAY_END)
    body = text.removesuffix(DAY_END).strip()
    match = _PICKED.match(body)
    if not match:
        return Source(Pick.OWN, find_place(body, table), day_end=day_end)
    pick, rest = Pick(match["pick"]), match["rest"].strip()
    if rest == ANY_TOUCH:
        return Source(pick, None, day_end=day_end)
    if pick is Pick.LATER:
        return Source(pick, find_place(rest, table), day_end=day_end)
    touch = _TOUCH.match(rest)
    if not touch:
        raise RuleError(f"看不懂“{text}”；写法如 最近 客户跟进记录表.跟进日期")
    owner = BY_TITLE.get(touch["title"].strip())
    if owner is None:
        raise RuleError(f"没有名为“{touch['title'].strip()}”的表")
    when = parse_when(touch["when"], owner) if touch["when"] else None
    return Source(pick, find_place(touch["heading"], owner), when, day_end)
