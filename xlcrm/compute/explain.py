"""Why: how each clock and cadence of one row came to its deadline, in the user's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.clocks import (
    AT_RISK,
    BREACHED,
    MET,
    MET_LATE,
    NOT_JUDGED,
    ON_HOLD,
    RUNNING,
    STATUSES,
    calendar_of,
)
from xlcrm.compute.events import history
from xlcrm.compute.judging import judge_rule
from xlcrm.compute.matching import match
from xlcrm.periods import human_minutes, is_date_only
from xlcrm.rules.base import CalendarKind, RuleKind
from xlcrm.rules.conditions import When

if TYPE_CHECKING:
    from xlcrm.compute.cadences import Cadence
    from xlcrm.compute.clocks import Verdict
    from xlcrm.compute.events import History
    from xlcrm.compute.facts import Facts
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule

SPANS_SHOWN = 12
LAST_SECOND = dt.time(23, 59, 59)


@dataclass(frozen=True)
class Reason:
    """One rule on one row.

    Attributes:
        rule: its label.
        clock: the name of its clock column, or the task.
        matched: whether its condition holds; `lines` says which part does not otherwise.
        status: the verdict, blank for cadences and rules that do not match.
        lines: what was counted, one fact a line.
    """

    rule: str
    clock: str
    matched: bool
    status: str
    lines: tuple[str, ...]


def explain(facts: Facts, lookups: Lookups, cadences: list[Cadence], table: str, row: int) -> list[Reason]:
    """Every enabled clock and cadence rule of a table for one row.

    Args:
        facts: the run.
        lookups: contacts of other tables.
        cadences: all cadences of the run.
        table: name of the table.
        row: Excel row; must be in the frame's index.
    """
    place = int(np.flatnonzero(facts.frame(table).index == row)[0])
    past = history(facts, table)
    reasons = []
    for rule in facts.active:
        if rule.table != table or rule.kind not in (RuleKind.CLOCK, RuleKind.CADENCE):
            continue
        failing = _failing_terms(rule, facts, place)
        if failing:
            reasons.append(
                Reason(rule.label, rule.clock or rule.task, matched=False, status="", lines=failing)
            )
        elif rule.kind is RuleKind.CLOCK:
            reasons.append(_clock(rule, facts, lookups, past, place))
        else:
            reasons.append(_cadence(rule, facts, cadences, place))
    return sorted(reasons, key=lambda reason: not reason.matched)


def _failing_terms(rule: Rule, facts: Facts, place: int) -> tuple[str, ...]:
    failing = [
        term.text(rule.table)
        for term in rule.when.terms
        if not match(When(rule.when.home, ((term,),)), facts)[place]
    ]
    return tuple(f"不适用：条件“{text}”不满足" for text in failing)


def _clock(rule: Rule, facts: Facts, lookups: Lookups, past: History | None, place: int) -> Reason:
    verdict = judge_rule(rule, facts, lookups)
    at = int(np.flatnonzero(verdict.rows == place)[0])
    status = int(verdict.status[at])
    start, due, stop = (_time(times[at]) for times in (verdict.start, verdict.due, verdict.stop))
    lines = [f"条件：{rule.when.text()}"]
    if start is None:
        lines.append(f"起点“{rule.start.text()}”还没有时间，时钟未开始")
        return Reason(rule.label, rule.clock, matched=True, status=STATUSES[status], lines=tuple(lines))
    lines.append(
        f"起点：{rule.start.text()} = {_text(start)}"
        + ("（只有日期，按到期日当天结束）" if verdict.by_day[at] else "")
    )
    lines.append(f"时限：{rule.limit_text}，按{rule.calendar.value}")
    lines += _pauses(past, place, start, due)
    lines += _counted(rule, facts, start, _time(verdict.original_due[at]))
    lines += _deadline(verdict, at)
    lines.append(f"终点：{rule.stop.text()} = {_text(stop)}" if stop else f"终点：{rule.stop.text()} 还没有")
    word = "不评判（早于启用日期）" if status == NOT_JUDGED else STATUSES[status]
    lines.append(f"判定：{word}{_distance(rule, status, int(verdict.left[at]))}")
    return Reason(rule.label, rule.clock, matched=True, status=word, lines=tuple(lines))


def _distance(rule: Rule, status: int, left: int) -> str:
    natural = rule.calendar is CalendarKind.NATURAL
    span = human_minutes(left, in_days=natural)
    if status in (RUNNING, AT_RISK, BREACHED):
        return f"，{'超时' if status == BREACHED else '剩余'} {span}"
    if status == ON_HOLD:
        return f"，还剩 {span}"
    if status in (MET, MET_LATE):
        return f"，{'晚了' if status == MET_LATE else '提前'} {span}"
    return ""


def _pauses(past: History | None, place: int, start: dt.datetime, due: dt.datetime | None) -> list[str]:
    if past is None or due is None:
        return []
    spans = [(_time(since[place]), _time(until[place])) for since, until in past.pauses]
    return [
        f"暂停：{_text(since)} 至 {_text(until)}，不计时"
        for since, until in spans
        if since is not None and until is not None and until > start and since < due
    ]


def _counted(rule: Rule, facts: Facts, start: dt.datetime, due: dt.datetime | None) -> list[str]:
    if rule.calendar is not CalendarKind.WORKING or due is None:
        return []
    calendar = calendar_of(rule, facts)
    spans = calendar.spans(start, due)
    lines = [f"计时：{_text(since)} 至 {_text(until)}" for since, until in spans[:SPANS_SHOWN]]
    if len(spans) > SPANS_SHOWN:
        lines.append(f"计时：其后还有 {len(spans) - SPANS_SHOWN} 段")
    skipped = calendar.skipped(start, due)
    if skipped:
        days = "、".join(f"{day:%m-%d}（{reason}）" for day, reason in skipped[:SPANS_SHOWN])
        lines.append(f"跳过：{days}" + (f" 等 {len(skipped)} 天" if len(skipped) > SPANS_SHOWN else ""))
    if calendar.crosses_unknown(np.array([due], dtype="datetime64[s]"))[0]:
        lines.append("次年放假安排未发布，按已知节日推算")
    return lines


def _deadline(verdict: Verdict, at: int) -> list[str]:
    original, due = _time(verdict.original_due[at]), _time(verdict.due[at])
    if due != original:
        return [f"原截止：{_due_text(original)}", f"截止：{_due_text(due)}（经批准延期）"]
    return [f"截止：{_due_text(due)}"]


def _due_text(due: dt.datetime | None) -> str:
    """23:59:59 of a due day is shown as the date."""
    return _day(due) if due is not None and due.time() == LAST_SECOND else _text(due)


def _cadence(rule: Rule, facts: Facts, cadences: list[Cadence], place: int) -> Reason:
    found = next(item for item in cadences if item.rule is rule)
    lines = [f"条件：{rule.when.text()}"]
    at = np.flatnonzero(found.rows == place)
    if not len(at):
        lines.append("不适用：客户不在信息总表中，或处于沉睡、流失阶段")
        return Reason(rule.label, rule.task, matched=False, status="", lines=tuple(lines))
    base, due = _time(found.base[at[0]]), _time(found.due[at[0]])
    if base is None:
        lines.append(f"起点“{rule.start.text()}”从未发生，列为最优先")
    else:
        lines.append(f"起点：{rule.start.text()} = {_text(base)}")
        lines.append(f"周期：{rule.limit_text}（计划表中填写的频率优先）")
        moved = _time(facts.worktime.next_working_day(found.due[at[:1]])[0])
        lines.append(f"下次：{_day(due)}" + (f"，遇休息日顺延到 {_day(moved)}" if moved != due else ""))
    return Reason(rule.label, rule.task, matched=True, status="", lines=tuple(lines))


def _time(value: np.datetime64) -> dt.datetime | None:
    return None if np.isnat(value) else pd.Timestamp(value).to_pydatetime()


def _text(at: dt.datetime | None) -> str:
    if at is None:
        return ""
    whole = bool(is_date_only(np.array([at], dtype="datetime64[s]"))[0])
    return f"{at:%Y-%m-%d}" if whole else f"{at:%Y-%m-%d %H:%M}"


def _day(at: dt.datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d}"
