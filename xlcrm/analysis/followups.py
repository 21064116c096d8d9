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
from xlcrm.analysis.contacts import CONTACT_TREND_PANEL, CONTACTS_PANEL, RECORDS, contacts_card
from xlcrm.analysis.judged import DECIDED, LATE, LATE_OPEN, MET_IN_TIME, OPEN, judged
from xlcrm.analysis.lines import Lines, compared, leader, ranked, ratio, share_text
from xlcrm.analysis.needs import NEEDS_PANEL
from xlcrm.analysis.register import on_file
from xlcrm.compute.accounts import DORMANT
from xlcrm.compute.facts import moments
from xlcrm.compute.lists.due_list import OVERDUE, STATES, TODAY, UPCOMING

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Moments, Objects

_PEOPLE: Final = 20
_NEXT_ACTION: Final = ("followup_records", "下一步")
"""Table and clock of 下一步行动: kept by its 完成日期, else by the customer's next record."""


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
        return Filled(_no_rows(OVERDUE_PANEL), f"{scope.as_of} 到期清单没有任务")
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


def _next_actions(scope: Scope) -> pd.DataFrame:
    every = scope.once(judged)
    table, clock = _NEXT_ACTION
    return every[(every["table"] == table) & (every["clock"] == clock)].reset_index(drop=True)


def _kept(scope: Scope) -> Filled:
    """下一步行动: of what was due in the month, what each person did in time."""
    found = scope.once(_next_actions)
    counted = (found["month"] == str(scope.month)).to_numpy()
    if not counted.any():
        known = _NEXT_ACTION in scope.run.clocks
        words = "没有要完成的下一步行动" if known else "没有启用“下一步行动”的规则，无法统计"
        return Filled(_no_rows(KEPT_PANEL), f"{scope.period} {words}")
    outcome = found["outcome"].to_numpy(dtype=object)
    decided = np.isin(outcome, DECIDED)
    lines = ranked(
        found["owner"],
        _PEOPLE,
        lambda lines: ratio(lines.count(outcome == MET_IN_TIME), lines.count(decided)),
        size=lambda lines: lines.count(),
        counted=counted,
    )
    met, n = lines.count(outcome == MET_IN_TIME), lines.count(decided)
    rows = pd.DataFrame(
        {
            "person": list(lines.names),
            "n": n,
            "met": met,
            "late": lines.count(outcome == LATE),
            "breached": lines.count(outcome == LATE_OPEN),
            "rate": ratio(met, n),
            "open": lines.count(outcome == OPEN),
        }
    )
    total = int(n.sum())
    rate = f"按时完成率{share_text(int(met.sum()), total)}（n={total}）" if total else "均未到完成时限"
    return Filled(rows, f"{scope.period} 下一步行动{rate}", _actions_behind(scope, found, lines))


def _actions_behind(scope: Scope, found: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The records whose next actions were not kept in time, the longest ago first; then the others."""
    missed = found["outcome"].isin([LATE, LATE_OPEN]).to_numpy()
    order = np.lexsort((found["due"].to_numpy(), ~missed))
    own = found.iloc[order]
    texts = scope.facts.frame(_NEXT_ACTION[0])["next_action"].iloc[own["place"]]
    return behind(_NEXT_ACTION[0], lines.of[order], own["place"], at=own["due"], text=texts)


def _kept_card(scope: Scope) -> Figure:
    found = scope.once(_next_actions)
    rates = []
    for month in (scope.month, scope.before):
        outcome = found["outcome"][found["month"] == str(month)]
        n = int(outcome.isin(DECIDED).sum())
        rates.append((int((outcome == MET_IN_TIME).sum()) / n if n else None, n))
    (now, n), (was, _) = rates
    return compared(now, was, more_is_good=True, points=True, rests=f"n={n}" if n else "")


def _standing(scope: Scope) -> tuple[Flags, Flags, Flags, Moments]:
    """(accounts,) on file by the month's end; 沉睡; not yet, but suggested; the last contact."""
    facts, columns = scope.facts, scope.run.columns["customers"]
    dormant = (facts.of_accounts("stage") == DORMANT).to_numpy(dtype=bool, na_value=False)
    suggested = (columns["suggested_stage"] == DORMANT)[facts.account_rows] & ~dormant
    last = columns["last_touch_at"][facts.account_rows]
    return on_file(scope, scope.month), dormant, suggested, last


def _dormant(scope: Scope) -> Filled:
    """沉睡客户: of the customers of each person, those in stage 沉睡, and those that should be."""
    here, dormant, suggested, last = scope.once(_standing)
    if not here.any():
        return Filled(_no_rows(DORMANT_PANEL), f"{scope.period} 没有登记客户")
    asleep, quiet = here & dormant, here & suggested
    lines = ranked(
        scope.facts.of_accounts("owner"),
        _PEOPLE,
        lambda lines: lines.count(asleep) * (len(here) + 1) + lines.count(quiet),
        counted=here,
    )
    count, customers = lines.count(asleep), lines.count()
    rows = pd.DataFrame(
        {
            "person": list(lines.names),
            "customers": customers,
            "dormant": count,
            "share": ratio(count, customers),
            "suggested": lines.count(quiet),
        }
    )
    total = int(asleep.sum())
    caption = (
        f"{scope.period} 沉睡客户{total}位，占{share_text(total, int(here.sum()))}（n={int(here.sum())}）"
    )
    if quiet.any():
        caption += f"，另有{int(quiet.sum())}位建议转为沉睡"
    listed = np.flatnonzero(asleep | quiet)
    # Who was never contacted comes first: NaT is the least of all integers.
    order = listed[np.lexsort((last[listed].astype(np.int64), ~asleep[listed]))]
    text = np.where(asleep[order], DORMANT, f"建议转为{DORMANT}")
    places = scope.facts.account_rows[order]
    return Filled(rows, caption, behind("customers", lines.of[order], places, at=last[order], text=text))


def _dormant_card(scope: Scope) -> Figure:
    here, dormant, _, _ = scope.once(_standing)
    n = int(here.sum())
    count = int((here & dormant).sum())
    return Figure(count / n if n else None, f"{count}位；n={n}" if n else "")


def _overdue_card(scope: Scope) -> Figure:
    due = scope.run.shown
    listed = sum(due.counts.values())
    return Figure(due.counts[STATES[OVERDUE]], f"{scope.as_of} 任务共{listed}项")


def _no_rows(panel: Panel) -> pd.DataFrame:
    return pd.DataFrame(columns=[item.key for item in panel.columns if item.kind is not Kind.LINK])


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
KEPT_PANEL: Final = Panel(
    name="kept",
    title="下一步行动按时完成",
    columns=(
        shown("person", "跟进人", Kind.PERSON),
        shown("n", "已到期"),
        shown("met", "按时完成"),
        shown("late", "超时完成"),
        shown("breached", "超时未完成"),
        shown("rate", "按时完成率", Kind.PERCENT),
        shown("open", "未到期"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_kept,
    needs=(_NEXT_ACTION[0],),
    chart=Chart(ChartKind.BARS, "person", ("rate",)),
    note="按完成时限所在月份；填了完成日期以其为准，否则以该客户下一次跟进为完成",
)
DORMANT_PANEL: Final = Panel(
    name="dormant",
    title="沉睡客户",
    columns=(
        shown("person", "负责人", Kind.PERSON),
        shown("customers", "客户数"),
        shown("dormant", "沉睡客户数"),
        shown("share", "沉睡占比", Kind.PERCENT),
        shown("suggested", "建议转为沉睡"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_dormant,
    needs=("customers",),
    chart=Chart(ChartKind.BARS, "person", ("dormant", "suggested")),
    note="月末在册客户，客户阶段以当前登记为准；建议转为沉睡 见客户信息总表“建议阶段”",
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
        Card("下一步行动按时完成率", Kind.PERCENT, _kept_card, (_NEXT_ACTION[0],)),
        Card("沉睡客户占比", Kind.PERCENT, _dormant_card, ("customers",)),
    ),
)
