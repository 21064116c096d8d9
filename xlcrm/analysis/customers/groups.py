"""Customers by industry, grade and source: who is on file, who came, who went quiet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.lines import Lines, fixed, leader, newest, ranked, ratio, share_text
from xlcrm.analysis.sources.register import filed_on, on_file, went_quiet
from xlcrm.analysis.sources.tally import short
from xlcrm.compute.facts import objects
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.analysis.base import Column
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags
    from xlcrm.compute.states.measures import Floats
    from xlcrm.tables.base import Choice

MOST: Final = 12
"""Industries or sources that a panel shows; what does not fit is one line of them."""
CAPTION: Final = 60
"""Characters of a caption."""


class Group(NamedTuple):
    """What tells customers apart: a column of the register, and what it is called in titles and headings."""

    key: str
    name: str
    heading: str
    choice: Choice | None = None

    @property
    def column(self) -> Column:
        """The column that names the lines of a panel."""
        kind = Kind.CHOICE if self.choice else Kind.TEXT
        return shown(self.key, self.heading, kind, choice=self.choice)

    @property
    def lines(self) -> int:
        """How many lines a panel may have."""
        return len(self.choice.values) + 1 if self.choice else MOST

    def word(self, name: str, pack: str) -> str:
        """A line's name as it fits into a caption, in the pack's words."""
        return self.choice.word(name, pack) if self.choice else short(name)


INDUSTRY: Final = Group("industry", "行业", "所属行业")
BY_GRADE: Final = Group("grade", "等级", "客户等级", GRADE)
SOURCE: Final = Group("channel", "来源", "来源渠道")
GROUPS: Final = (INDUSTRY, BY_GRADE, SOURCE)


def lines_by(
    scope: Scope, group: Group, counted: Flags, by: Callable[[Lines], Floats] | None = None
) -> Lines:
    """A panel's lines over the register and, in the last place, customers who are not on it.

    Args:
        scope: the run.
        group: what tells the customers apart; grades are always the same lines.
        counted: (accounts + 1,) who counts.
        by: numbers of the lines to rank by; how many customers if not said.
    """
    labels = np.append(objects(scope.facts.of_accounts(group.key)), [None])
    if group.choice:
        return fixed(group.choice.values, labels, counted, others=True)
    return ranked(labels, MOST, by, counted=counted)


def sentence(*parts: str) -> str:
    """A caption of as many of the parts, in their order, as fit into one."""
    text = ""
    for part in parts:
        if len(text) + len(part) <= CAPTION:
            text += part
    return text


def customers_by(scope: Scope, *, group: Group) -> Filled:
    """Who is on file at the month's end, who came and who went quiet in it."""
    facts = scope.facts
    known = on_file(scope, scope.month) & bool(scope.month <= facts.today.astype("datetime64[M]"))
    lines = lines_by(scope, group, np.append(known, False))
    filed, quiet = scope.once(filed_on), scope.once(went_quiet)
    new = np.append(scope.within(filed), False)
    lost = np.zeros(len(known) + 1, dtype=bool)
    lost[quiet.codes[scope.within(quiet.days)]] = True
    customers, total = lines.count(), int(known.sum())
    rows = pd.DataFrame(
        {
            group.key: list(lines.names),
            "customers": customers,
            "share": ratio(customers, total),
            "new": lines.count(new),
            "lost": lines.count(lost),
        }
    )
    if not total:
        return Filled(rows.iloc[:0], f"{scope.period} 没有在册客户")
    top, alike = leader(lines, customers), _suspected(scope) if group is INDUSTRY else 0
    caption = f"{scope.period} 在册客户{total}位"
    if top is not None:
        caption += f"，{group.word(lines.names[top], facts.pack)}占{share_text(customers[top], total)}"
    if alike:
        caption += f"；疑似重复{alike}行"
    words = np.array([None, "本期新增", "本期流失"], dtype=object)
    said = np.where(new, 1, np.where(lost, 2, 0))[:-1]
    order = newest(filed)
    order = order[np.argsort(said[order] == 0, kind="stable")]
    own = behind(
        "customers",
        lines.of[:-1][order],
        facts.account_rows[order],
        at=filed[order],
        text=words[said[order]],
    )
    return Filled(rows, caption, own)


def _suspected(scope: Scope) -> int:
    """Rows of the register that are probably the same customer as another one (V14)."""
    found = scope.findings
    own = (found["code"] == "V14") & (found["table"] == "customers")
    return int(found["row"][own].nunique())


def _panel(group: Group) -> Panel:
    return Panel(
        name=f"customers_by_{group.key}",
        title=f"{group.name}分布",
        columns=(
            group.column,
            shown("customers", "客户数"),
            shown("share", "占比", Kind.PERCENT),
            shown("new", "本期新增"),
            shown("lost", "本期流失"),
            detail(),
        ),
        rows=group.lines,
        make=partial(customers_by, group=group),
        needs=("customers",),
        chart=Chart(ChartKind.SHARES if group.choice else ChartKind.BARS, group.key, ("customers",)),
        note="期末在册的客户；没有建档日期的视为在册。",
    )


CUSTOMER_PANELS: Final = tuple(_panel(group) for group in GROUPS)
