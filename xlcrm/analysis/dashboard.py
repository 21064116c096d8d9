"""管理驾驶舱: the headline figures, what is overdue worst of all, and who carries how much."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
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
    shown,
)
from xlcrm.analysis.headlines import (
    ATTAINMENT,
    CUSTOMERS,
    LOST,
    NEW,
    NPS,
    OPEN_COMPLAINTS,
    SATISFACTION,
    TICKET,
)
from xlcrm.analysis.lines import compared, leader, ranked
from xlcrm.analysis.sources.backlog import open_at
from xlcrm.analysis.sources.monthly import figures
from xlcrm.analysis.sources.retelling import can_be_retold, overdue
from xlcrm.analysis.sources.surveys import ratings
from xlcrm.analysis.sources.tally import SUBJECTS
from xlcrm.compute.clocks.verdicts import BREACHED, STATUSES
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.lists.due_list import STATES
from xlcrm.periods import end_of_day, is_date_only
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.lines import Lines
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts, Flags, Integers, Objects
    from xlcrm.compute.states.measures import Floats

WORST: Final = 10
PEOPLE: Final = 15
_LATE: Final = STATES[0]
_LOAD: Final = ("overdue", "today", "upcoming")
_MUCH: Final = 1_000_000
"""More than one person's tasks: who has more overdue ranks first, of equals who has more in all."""


def _overdue(scope: Scope) -> Figure:
    """逾期任务 now, or those of a past month's end of which that can be told; only these are compared.

    The month before is compared if anybody was on the register then.
    """
    if scope.month > scope.facts.today.astype("datetime64[M]"):
        return Figure(None)
    told = overdue(scope, scope.month)
    known = scope.once(figures)[str(scope.before)]["customers"] > 0
    before = overdue(scope, scope.before) if known else None
    now = scope.end_of(scope.month) == scope.facts.now_at
    whole = all(can_be_retold(rule) for rule in scope.facts.active)
    rests = "" if whole or (now and not known) else "只比可追溯的任务" if now else "只计可追溯的任务"
    found = compared(told, before, more_is_good=False, rests=rests, digits=0)
    return replace(found, value=float(scope.run.shown.counts[_LATE])) if now else found


def _open_cases(scope: Scope, *, table: str) -> Figure:
    """Cases that were open at the month's end, or now; none where none had come in by then."""
    counts = [_open_count(scope, table, month) for month in (scope.month, scope.before)]
    return compared(*counts, more_is_good=False, digits=0)


def _open_count(scope: Scope, table: str, month: np.datetime64) -> float | None:
    end = scope.end_of(month)
    received = moments(scope.facts.frame(table)["received_at"])
    if month > scope.facts.today.astype("datetime64[M]") or not (received <= end).any():
        return None
    return float(open_at(scope.facts, table, end).sum())


def _rated(scope: Scope) -> Figure:
    """What customers said of how their cases were handled, in the month in which they were asked."""
    found = scope.once(ratings)
    now, before = (found["percent"][found["month"] == str(month)] for month in (scope.month, scope.before))
    rests = f"n={len(now)}" if len(now) else ""
    return compared(now.mean(), before.mean(), more_is_good=True, rests=rests, points=True)


def _worst(scope: Scope) -> Filled:
    """The clocks of 超时预警 that are furthest past their deadline."""
    facts, warnings = scope.facts, scope.run.alerts
    late = warnings.rows[(warnings.rows["status"] == STATUSES[BREACHED]).to_numpy(dtype=bool)].head(WORST)
    overrun = late["overrun"].str.removeprefix("超时").str.strip()
    due = moments(late["due_at"])
    tables, _ = _sources(facts, objects(late["source"]))
    rows = pd.DataFrame(
        {
            "case_id": late["case_id"],
            "name": late["name"],
            "clock": [
                f"{SUBJECTS.get(table) or BY_NAME[table].title}·{clock}"
                for table, clock in zip(tables, late["clock"], strict=True)
            ],
            "level": late["level"],
            "owner": late["owner"],
            # A deadline without a time is the end of its day, and the overrun counts from there.
            "due_at": np.where(is_date_only(due), end_of_day(due), due),
            "overrun": overrun,
        }
    ).reset_index(drop=True)
    if rows.empty:
        return Filled(rows, f"{scope.as_of} 没有已超时的时钟")
    own = _rows_behind(facts, late, np.arange(len(late)), text=late["rule"].to_numpy(dtype=object))
    caption = f"{scope.as_of} 已超时{warnings.breached}个时钟，最久的超时{rows['overrun'].iloc[0]}"
    return Filled(rows, caption, own)


def _loads(scope: Scope) -> Filled:
    """到期清单 by the person responsible."""
    listed = scope.run.shown
    tasks, counts = listed.rows, listed.counts
    state = tasks["state"].to_numpy(dtype=object)

    def by_state(lines: Lines) -> list[Integers]:
        return [lines.count(state == name) for name in STATES]

    def rank(lines: Lines) -> Floats:
        found: Floats = by_state(lines)[0].astype(np.float64) * _MUCH + lines.count()
        return found

    lines = ranked(objects(tasks["owner"]), PEOPLE + 1, rank)
    cells = dict(zip(_LOAD, by_state(lines), strict=True))
    rows = pd.DataFrame({"owner": list(lines.names), **cells, "total": lines.count()})
    total = sum(counts.values())
    if not total:
        return Filled(rows, f"{scope.as_of} 没有待办任务")
    caption = f"{scope.as_of} 共{total}项任务，逾期{counts[_LATE]}项"
    top = leader(lines, cells["overdue"])
    if top is not None:
        caption += f"，{lines.names[top]}最多（{cells['overdue'][top]}项）"
    if listed.left_out:
        caption += f"；另{listed.left_out}项未列出，不在表内"
    return Filled(rows, caption, _rows_behind(scope.facts, tasks, lines.of, text=objects(tasks["task"])))


def _rows_behind(facts: Facts, listed: pd.DataFrame, lines: Integers, text: Objects) -> pd.DataFrame:
    """The rows that tasks or warnings come from, in their order; what comes from no row is left out.

    Args:
        facts: the run.
        listed: rows of a list, with `source` ("sheet!row") and `due_at`.
        lines: (n,) the line of each.
        text: (n,) what is worth reading of each.
    """
    tables, places = _sources(facts, objects(listed["source"]))
    keep: Flags = places >= 0
    found = behind(
        "",
        lines[keep],
        places[keep],
        at=listed["due_at"].to_numpy(dtype="datetime64[s]")[keep],
        text=text[keep],
    )
    return found.assign(table=pd.array(tables[keep], dtype="str"))


def _sources(facts: Facts, sources: Objects) -> tuple[Objects, Integers]:
    """(n,) the table and (n,) the position there that each "sheet!row" means; None and -1 for none."""
    tables, places = np.full(len(sources), None, dtype=object), np.full(len(sources), -1, dtype=np.int64)
    named = {sheet.sheet: (name, sheet.frame.index) for name, sheet in facts.data.items()}
    by_sheet: dict[str, tuple[list[int], list[int]]] = {}
    for number, source in enumerate(sources.tolist()):
        if source:
            title, _, row = source.rpartition("!")
            own, rows = by_sheet.setdefault(title, ([], []))
            own.append(number)
            rows.append(int(row))
    for title, (own, rows) in by_sheet.items():
        name, index = named[title]
        tables[own], places[own] = name, index.get_indexer(pd.Index(rows))
    return tables, places


OVERDUE: Final = Card("逾期任务", Kind.INT, _overdue)
OPEN_ISSUES: Final = Card(
    "开放问题", Kind.INT, partial(_open_cases, table="service_issues"), needs=("service_issues",)
)
OPEN_RECOVERIES: Final = Card(
    "开放恢复案件", Kind.INT, partial(_open_cases, table="recovery_cases"), needs=("recovery_cases",)
)
RATED: Final = Card(
    "案件满意度", Kind.PERCENT, _rated, needs_one=("service_issues", "orders", "recovery_cases")
)

SHEET: Final = AnalysisSheet(
    name="dashboard",
    title="管理驾驶舱",
    hint="本月的主要数字与上月比较；超时和任务为刷新时的情况。报表月份在参数表设置。",
    cards=(
        CUSTOMERS,
        NEW,
        LOST,
        TICKET,
        SATISFACTION,
        RATED,
        NPS,
        OPEN_COMPLAINTS,
        OPEN_ISSUES,
        OPEN_RECOVERIES,
        ATTAINMENT,
        OVERDUE,
    ),
    panels=(
        Panel(
            name="worst",
            title="最严重的10个超时",
            columns=(
                shown("case_id", "单号", Kind.TEXT),
                shown("name", "客户名称", Kind.NAME),
                shown("clock", "时钟", Kind.TEXT),
                shown("level", "等级", Kind.TEXT),
                shown("owner", "负责人", Kind.PERSON),
                shown("due_at", "截止时间", Kind.DATETIME),
                shown("overrun", "超时", Kind.TEXT),
                detail(),
            ),
            rows=WORST,
            make=_worst,
            note="刷新时仍未完成且超过截止时间的时钟，超时最久的在前；全部见 超时预警。",
        ),
        Panel(
            name="loads",
            title="各负责人任务负荷",
            columns=(
                shown("owner", "负责人", Kind.PERSON),
                *(shown(key, name) for key, name in zip(_LOAD, STATES, strict=True)),
                shown("total", "合计"),
                detail(),
            ),
            rows=PEOPLE + 1,
            make=_loads,
            chart=Chart(ChartKind.STACKED, "owner", _LOAD),
            note="到期清单中的任务，逾期最多的人在前；全队的任务记在 团队 名下。"
            "可追溯的任务不含按最后更新日期、上次完成等只留最新时间的格子计算的。",
        ),
    ),
)
