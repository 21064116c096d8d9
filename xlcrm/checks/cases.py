"""V20: solved cases that were not followed through; V21: times out of order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import WARNING, CheckInput, Code, cell_text, findings, gather, heading
from xlcrm.checks.matching import matches
from xlcrm.rules.base import MINUTES, CalendarKind, RuleKind
from xlcrm.tables.cases import STEP_TIMES
from xlcrm.tables.moments import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V20": Code(
        (WARNING,),
        "解决后没有跟到底",
        "已解决的案件没有满意度（有此列时）；已关闭的案件过了回访期限（规则 C31）仍没有回访时间",
    ),
    "V21": Code(
        (WARNING,),
        "时间先后矛盾",
        "后一步的时间早于前一步（如响应早于接收、回访早于解决），或未解决的案件填了解决时间",
    ),
}

OPEN: Final = ("待处理", "处理中", "等待客户")
SOLVED: Final = ("已解决", "已关闭")
CLOSED: Final = "已关闭"
REOPENED: Final = "重新打开"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V20 and V21."""
    return gather(
        part
        for sheet in given.sheets
        for part in (
            *_unrated(given, sheet),
            *_not_called_back(given, sheet),
            *_disordered(sheet),
            *_open_but_solved(given, sheet),
        )
    )


def _unrated(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    if not {"status", "resolved_at", "satisfaction"} <= set(sheet.table.by_key) or not sheet.has(
        "satisfaction"
    ):
        return
    frame = sheet.frame
    solved = frame["status"].isin(SOLVED) | known_times(given, sheet, "resolved_at").notna()
    rows = frame.index[(solved & frame["satisfaction"].isna()).to_numpy()]
    name = heading(sheet, "satisfaction")
    yield findings(
        sheet,
        "V20",
        WARNING,
        rows,
        "satisfaction",
        message=f"已解决，但“{name}”是空的",
        fix=f"请回访客户并填写“{name}”",
    )


def _not_called_back(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    if not {"status", "resolved_at", "called_back_at"} <= set(sheet.table.by_key):
        return
    solved = known_times(given, sheet, "resolved_at")
    called = known_times(given, sheet, "called_back_at")
    waiting = (sheet.frame["status"] == CLOSED) & called.isna()
    known = replace(sheet, frame=sheet.frame.assign(resolved_at=solved, called_back_at=called))
    supplied = replace(given, data={**given.data, sheet.table.name: known})
    seen = sheet.frame.index[:0]
    for rule in given.rules.enabled:
        if not _is_callback(rule, sheet):
            continue
        late = waiting & matches(rule.when, supplied) & (_due(solved, rule) < pd.Timestamp(given.now))
        rows = sheet.frame.index[late.to_numpy(dtype=bool)].difference(seen)
        seen = seen.union(rows)
        name = heading(sheet, "called_back_at")
        yield findings(
            sheet,
            "V20",
            WARNING,
            rows,
            "called_back_at",
            message=f"已关闭，但解决后 {rule.limit_text} 内应有的“{name}”是空的（规则 {rule.rule_id}）",
            fix=f"请回访客户并填写“{name}”",
        )


def _is_callback(rule: Rule, sheet: SheetData) -> bool:
    """A clock in 自然时间 from 解决时间 to 回访时间; one in 工作时间 is judged by its clock columns only."""
    if rule.table != sheet.table.name or rule.kind is not RuleKind.CLOCK or rule.unit not in MINUTES:
        return False
    ends = [
        source.place.key if source.place and source.place.table == rule.table else ""
        for sources in (rule.start, rule.stop)
        for source in sources.items[:1]
    ]
    return ends == ["resolved_at", "called_back_at"] and rule.calendar is CalendarKind.NATURAL


def _due(starts: pd.Series, rule: Rule) -> pd.Series:
    """A start without a time is due at the end of its last day."""
    due = starts + pd.Timedelta(minutes=rule.limit * MINUTES[rule.unit])
    day_end = due.dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    return due.where(starts != starts.dt.normalize(), day_end)


def known_times(given: CheckInput, sheet: SheetData, key: str) -> pd.Series:
    """A column of times, its blanks filled from the steps of the complaint where there are any."""
    times = sheet.frame[key]
    steps = given.data.get("complaint_steps")
    if sheet.table.name != "complaints" or steps is None or key not in STEP_TIMES or times.notna().all():
        return times
    own = steps.frame[steps.frame["step"] == STEP_TIMES[key]].dropna(subset=["complaint_id", "handled_at"])
    first = own.groupby("complaint_id")["handled_at"].min()
    return times.fillna(first.reindex(pd.Index(sheet.frame["complaint_id"])).set_axis(times.index))


def _disordered(sheet: SheetData) -> Iterator[pd.DataFrame]:
    """One finding a later cell, however many earlier ones contradict it."""
    seen: dict[str, pd.Index] = {}
    for first, second in ORDERS.get(sheet.table.name, ()):
        pair = sheet.frame[[first, second]].dropna()
        if pair.empty:
            continue
        early, late = pair[first], pair[second]
        # a date without a time may be any moment of its day
        bare = (early == early.dt.normalize()) | (late == late.dt.normalize())
        wrong = (late < early) & (~bare | (late.dt.normalize() < early.dt.normalize()))
        known = seen.get(second, pair.index[:0])
        rows = pair.index[wrong.to_numpy()].difference(known)
        seen[second] = known.union(rows)
        before, after = heading(sheet, first), heading(sheet, second)
        yield findings(
            sheet,
            "V21",
            WARNING,
            rows,
            second,
            message=[
                f"“{after}”{cell_text(late[row])} 早于“{before}”{cell_text(early[row])}" for row in rows
            ],
            fix="请核对这两个时间哪一个写错了",
        )


def _open_but_solved(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    if not {"status", "resolved_at"} <= set(sheet.table.by_key):
        return
    frame = sheet.frame
    both = frame[frame["status"].isin(OPEN) & frame["resolved_at"].notna()]
    reopened = _reopened(given, sheet, both)
    both = both[~reopened]
    status, solved = heading(sheet, "status"), heading(sheet, "resolved_at")
    yield findings(
        sheet,
        "V21",
        WARNING,
        both.index,
        "status",
        message=[f"“{status}”是“{value}”，但已经填了“{solved}”" for value in both["status"]],
        fix=f"已解决的请改状态；重新打开的请在状态变更表登记 {REOPENED}；否则请清空“{solved}”",
    )


def _reopened(given: CheckInput, sheet: SheetData, cases: pd.DataFrame) -> pd.Series:
    """Which cases were opened again after their solution."""
    changes = given.data.get("status_changes")
    if changes is None or not sheet.table.key:
        return pd.Series(data=False, index=cases.index)
    own = changes.frame[changes.frame["status"] == REOPENED]
    newest = own.groupby("case_id")["changed_at"].max()
    return newest.reindex(pd.Index(cases[sheet.table.key])).set_axis(cases.index) >= cases["resolved_at"]
