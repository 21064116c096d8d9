"""发送记录: what was sent and told, read; and what happens now, added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.blocks import appended, list_blocks
from xlcrm.actions.mailing.figures import Last
from xlcrm.errors import HeadingMissing, SheetMissing
from xlcrm.tables.mailing import MANAGEMENT_LETTER, RECIPIENTS, SENT, SENT_LOG, TOLD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    from xlcrm.actions.loading import Loaded
    from xlcrm.compute.facts import Flags
    from xlcrm.tables.base import Table
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Block

SENT_ROWS: Final = 20_000
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    RECIPIENTS.name: ("name", "email"),
    SENT_LOG.name: ("at", "kind", "email", "result", "details", "key"),
}
"""Columns without which nothing can be sent."""


@dataclass(frozen=True)
class Known:
    """What need not be sent or told again.

    Attributes:
        sent: keys of letters that were sent.
        told: key of each notice that was told, and the address, in small letters.
        last: what management was told the last time before this day; None where nothing was.
    """

    sent: frozenset[str] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()
    last: Last | None = None


@dataclass(frozen=True)
class Line:
    """A row of 发送记录: a letter, or a notice that it told (see `tables.mailing.SentRow`)."""

    at: dt.datetime
    kind: str
    recipient: str
    email: str
    result: str
    subject: str
    details: str
    key: str
    message_id: str
    case_id: str = ""
    clock: str = ""
    level: str = ""


@dataclass(frozen=True)
class Memory:
    """What the outbox of a workbook knows and the workbook does not.

    Attributes:
        lines: the rows that 发送记录 is to get.
        doubtful: address, in small letters -> keys of the notices of a letter that may have arrived.
    """

    lines: tuple[Line, ...] = ()
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def lacking(loaded: Loaded, title: str) -> str:
    """What the workbook lacks to send and remember, as a sentence; "" for nothing.

    Args:
        loaded: the workbook.
        title: its name.
    """
    for table in (RECIPIENTS, SENT_LOG):
        sheet = loaded.reading.tables.get(table.name)
        if sheet is None:
            return (
                f"“{title}”没有“{table.title}”这张表，{_LOST[table.name]}；请新建一张名为“{table.title}”的工作表，"
                f"在第一行依次写上 {_headings(table)}（用 xlcrm new 建立的工作簿里有这张表）"
            )
        absent = [table.by_key[key].heading for key in _NEEDED[table.name] if not sheet.has(key)]
        if absent:
            return (
                f"“{sheet.sheet}”第 {sheet.heading_row} 行缺少标题 {'、'.join(absent)}，{_LOST[table.name]}；"
                "请在这一行补上"
            )
    return ""


_LOST: Final = {RECIPIENTS.name: "不知道发给谁", SENT_LOG.name: "发过什么无处记录，会重复发送"}


def _headings(table: Table) -> str:
    return "、".join(item.heading for item in table.columns)


def refuse_lacking(loaded: Loaded, title: str) -> None:
    """Refuse a workbook that cannot tell whom to write to, or cannot remember it.

    Raises:
        SheetMissing: it lacks 通讯录 or 发送记录.
        HeadingMissing: one of these lacks a column.
    """
    sentence = lacking(loaded, title)
    if sentence:
        whole = all(table.name in loaded.reading.tables for table in (RECIPIENTS, SENT_LOG))
        raise (HeadingMissing if whole else SheetMissing)(sentence)


def known(sheet: SheetData | None, lines: Sequence[Line], today: dt.date) -> Known:
    """What was sent and told, by 发送记录 and by what is not noted there yet.

    Args:
        sheet: 发送记录; None where the workbook has none.
        lines: what the outbox holds.
        today: figures from before this day are those of the last letter.
    """
    frames = [_frame(lines)] if lines else []
    if sheet is not None:
        frames.insert(0, sheet.frame)
    if not frames:
        return Known()
    every = pd.concat(frames, ignore_index=True)
    sent, told = every[_is(every, "result", SENT)], every[_is(every, "result", TOLD)]
    addresses = told["email"].astype(object).str.lower()
    return Known(
        sent=frozenset(sent["key"].dropna()),
        told=frozenset(zip(told["key"].tolist(), addresses.tolist(), strict=True)),
        last=_last(sent[_is(sent, "kind", MANAGEMENT_LETTER)], today),
    )


def _is(rows: pd.DataFrame, key: str, value: str) -> Flags:
    flags: Flags = (rows[key] == value).to_numpy(dtype=bool)
    return flags


def _last(letters: pd.DataFrame, today: dt.date) -> Last | None:
    """The newest letter to management from an earlier day; of that of today there would be no change."""
    earlier = letters[
        letters["details"].notna().to_numpy() & (letters["at"] < pd.Timestamp(today)).to_numpy()
    ]
    if earlier.empty:
        return None
    newest = earlier.sort_values("at", kind="stable").iloc[-1]
    return Last(newest["at"].to_pydatetime(), str(newest["details"]))


def blocks_of(loaded: Loaded, lines: Sequence[Line], is_open: Callable[[], Collection[str]]) -> list[Block]:
    """发送记录 with more rows; of the old ones the newest are kept.

    A letter that could not be sent has one row, the newest. What an open clock has told is never forgotten.

    Args:
        loaded: the workbook.
        lines: the new rows.
        is_open: gives what the keys of notices on open clocks begin with; only asked when rows must go.
    """
    sheet = loaded.reading.tables.get(SENT_LOG.name)
    if sheet is None or not lines:
        return []
    new = _frame(lines)
    old = sheet.frame
    stale = ~(_is(old, "result", SENT) | _is(old, "result", TOLD)) & old["key"].isin(new["key"]).to_numpy(
        dtype=bool
    )
    if not stale.any() and len(old) + len(new) <= SENT_ROWS:
        rows: list[dict[str, Any]] = [{**vars(line)} for line in lines]
        return appended(sheet, [{key: value or None for key, value in row.items()} for row in rows])
    whole = pd.concat([old[~stale], new], ignore_index=True)[list(old.columns)]
    return list_blocks(sheet, kept(whole, SENT_ROWS, is_open), loaded.reading.tables)


def kept(rows: pd.DataFrame, limit: int, is_open: Callable[[], Collection[str]]) -> pd.DataFrame:
    """The newest rows, and older ones of notices on clocks that are open still."""
    surplus = len(rows) - limit
    if surplus <= 0:
        return rows
    begins = rows["key"].iloc[:surplus].astype(object).map(_clock_of)
    stays = _is(rows.iloc[:surplus], "result", TOLD) & begins.isin(list(is_open())).to_numpy(dtype=bool)
    return pd.concat([rows.iloc[:surplus][stays], rows.iloc[surplus:]], ignore_index=True)


def _clock_of(key: object) -> str:
    """What the keys of one clock's notices begin with."""
    return str(key).rpartition("|")[0]


def _frame(lines: Sequence[Line]) -> pd.DataFrame:
    frame = pd.DataFrame([vars(line) for line in lines])
    texts = {key: "str" for key in frame.columns if key != "at"}
    return frame.replace("", None).astype({"at": "datetime64[ns]", **texts})
