"""跟进分析: who keeps in touch, what is overdue, what was promised and kept, and who fell silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Figure,
    Filled,
    Kind,
    Panel,
    behind,
    detail,
    joined,
    shown,
)
from xlcrm.analysis.followups.contacts import CONTACT_TREND_PANEL, CONTACTS_PANEL, RECORDS, contacts_card
from xlcrm.analysis.followups.dormant import DORMANT_PANEL, dormant_card
from xlcrm.analysis.followups.needs import NEEDS_PANEL
from xlcrm.analysis.followups.next_actions import KEPT_PANEL, kept_card
from xlcrm.analysis.lines import Lines, leader, ranked
from xlcrm.compute.facts import moments
from xlcrm.compute.lists.due_list import OVERDUE, STATES, TODAY, UPCOMING

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Objects

_PEOPLE: Final = 20


def _tasks(scope: Scope) -> pd.DataFrame:
    """到期清单 as it is shown: state (place in STATES), person, due_at, late (days, NaN for never), task.

    With table and place of the row that a task comes from, "" and -1 for the team's.
    """
    facts, rows = scope.facts, scope.run.shown.rows
    state = np.asarray(pd.Index(list(STATES)).get_indexer(pd.Index(rows["state"])), dtype=np.int64)
    due = moments(rows["due_at"])
    late = (facts.today - due.astype("datetime64[D]")).astype(np.float64)
    late[np.isnat(due)] = np.nan
    table, place = _sources(scope, rows["source"])
    return pd.DataFrame(
        {
            "state": state,
            "person": rows["owner"].to_numpy(dtype=object),
            "due_at": due,
            "late": np.where(state == OVERDUE, late, np.nan),
            "task": rows["task"].to_numpy(dtype=object),
            "table": table,
            "place": place,
        }
    )


def _sources(scope: Scope, links: pd.Series) -> tuple[Objects, Integers]:
    """(n,) table and (n,) position in its frame of rows given as "sheet!row"; "" and -1 for none."""
    table = np.full(len(links), "", dtype=object)
    place = np.full(len(links), -1, dtype=np.int64)
    parts = links.astype("str").str.rsplit("!", n=1, expand=True)
    if parts.shape[1] < 2:
        return table, place
    for name, sheet in scope.facts.data.items():
        own = np.flatnonzero((parts[0] == sheet.sheet).to_numpy())
        if len(own):
            numbers = parts[1].iloc[own].astype("int64")
            table[own], place[own] = name, sheet.frame.index.get_indexer(pd.Index(numbers))
    return table, place


def _overdue(scope: Scope) -> Filled:
    """逾期任务: what each person has not done in time, beside what comes today and soon."""
    found = scope.once(_tasks)
    if found.empty:
        return OVERDUE_PANEL.without_rows(f"{scope.as_of} 到期清单没有任务")
    state = found["state"].to_numpy()
    late = state == OVERDUE
    scale = len(found) + 1
    lines = ranked(found["person"], _PEOPLE, lambda lines: lines.count(late) * scale + lines.count())
    counts = lines.count(late)
    longest = found["late"].groupby(lines.of).max().reindex(range(len(lines)))
    rows = pd.DataFrame(
        {
            "person": list(lines.names),
            "overdue": counts,
            "longest": longest.to_numpy(),
            "today": lines.count(state == TODAY),
            "upcoming": lines.count(state == UPCOMING),
        }
    )
    due = scope.run.shown
    top, total = leader(lines, counts), due.counts[STATES[OVERDUE]]
    caption = f"{scope.as_of} 逾期任务{total}项"
    if top is not None:
        caption += f"，{lines.names[top]}最多，{counts[top]}项"
    if due.left_out:
        caption += f"；另有{due.left_out}项任务未列入清单"
    return Filled(rows, caption, _tasks_behind(found, lines, late))


def _tasks_behind(found: pd.DataFrame, lines: Lines, late: Flags) -> pd.DataFrame:
    """The rows that the overdue tasks come from, in the order of the list."""
    parts = []
    for table in found["table"].unique():
        own = np.flatnonzero(late & (found["table"] == table).to_numpy() & (found["place"] >= 0).to_numpy())
        rows = found.iloc[own]
        parts.append(behind(table, lines.of[own], rows["place"], at=rows["due_at"], text=rows["task"]))
    return joined(*parts)


def _overdue_card(scope: Scope) -> Figure:
    due = scope.run.shown
    listed = sum(due.counts.values())
    return Figure(due.counts[STATES[OVERDUE]], f"{scope.as_of} 任务共{listed}项")


OVERDUE_PANEL: Final = Panel(
    name="overdue",
    title="逾期任务",
    columns=(
        shown("person", "负责人", Kind.PERSON),
        shown("overdue", "逾期"),
        shown("longest", "最久逾期", unit="天"),
        shown("today", "今日到期"),
        shown("upcoming", "即将到期"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_overdue,
    chart=Chart(ChartKind.BARS, "person", ("overdue",)),
    note="与到期清单一致；从未联系过的也算逾期，但没有逾期天数",
)
SHEET: Final = AnalysisSheet(
    name="followups",
    title="跟进分析",
    hint="谁跟进了多少、哪些任务逾期、承诺的下一步是否按时完成、哪些客户沉睡、哪些需求是共性的。",
    panels=(
        CONTACTS_PANEL,
        CONTACT_TREND_PANEL,
        OVERDUE_PANEL,
        KEPT_PANEL,
        DORMANT_PANEL,
        NEEDS_PANEL,
    ),
    cards=(
        Card("跟进次数", Kind.INT, contacts_card, needs_one=tuple(RECORDS)),
        Card("逾期任务", Kind.INT, _overdue_card),
        Card("下一步行动按时完成率", Kind.PERCENT, kept_card, KEPT_PANEL.needs),
        Card("沉睡客户占比", Kind.PERCENT, dormant_card, ("customers",)),
    ),
)
