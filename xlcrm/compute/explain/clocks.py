"""Why a clock says what it says: start, stretches counted, pauses, feedback, deadline and verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.clocks.deadlines import is_fixed
from xlcrm.compute.clocks.events import history
from xlcrm.compute.clocks.repeats import replay_repeat
from xlcrm.compute.clocks.verdicts import (
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
from xlcrm.compute.explain.words import (
    SPANS_SHOWN,
    due_text,
    moment_text,
    start_text,
    stop_text,
    time_of,
)
from xlcrm.periods import human_minutes
from xlcrm.rules.base import CalendarKind

if TYPE_CHECKING:
    import datetime as dt

    from xlcrm.compute.clocks.repeats import Repeat
    from xlcrm.compute.clocks.verdicts import Verdict
    from xlcrm.compute.facts import Facts
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule

_NOT_JUDGED = "不评判（早于启用日期）"


def status_word(status: int) -> str:
    """The verdict in a word."""
    return _NOT_JUDGED if status == NOT_JUDGED else STATUSES[status]


def clock_lines(verdict: Verdict, facts: Facts, at: int) -> list[str]:
    """One clock on one row, one fact a line.

    Args:
        verdict: the rule's verdict.
        facts: the run.
        at: place of the row among the verdict's rows.
    """
    rule, place = verdict.rule, int(verdict.rows[at])
    start, due, stop = (time_of(times[at]) for times in (verdict.start, verdict.due, verdict.stop))
    if start is None:
        return [f"起点“{rule.start.text(facts.pack)}”还没有时间，时钟未开始"]
    by_day = "（只有日期，按到期日当天结束）" if verdict.by_day[at] else ""
    lines = [start_text(rule.start, start, facts.pack) + by_day, _limit(rule)]
    if not is_fixed(rule):
        lines += _pauses(rule, facts, place, start, due)
        lines += _counted(rule, facts, start, time_of(verdict.original_due[at]))
    lines += _deadline(verdict, at)
    lines.append(stop_text(rule.stop, stop, facts.pack))
    lines.append(_judged(verdict, at))
    return lines


def repeat_lines(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    """One repeat on one row: where it began, every interval that is known, the open one, the verdict."""
    repeat = replay_repeat(rule, facts, lookups, history(facts, rule.table))
    verdict = repeat.verdict
    at = int(np.flatnonzero(verdict.rows == place)[0])
    begin, base, due, stop = (
        time_of(times[at]) for times in (repeat.begin, verdict.start, verdict.due, verdict.stop)
    )
    if begin is None:
        return [f"起点“{rule.start.text(facts.pack)}”还没有时间，时钟未开始"]
    lines = [start_text(rule.start, begin, facts.pack), _limit(rule)]
    if base is None:
        return [*lines, "首次响应还没有，也没有反馈，时钟未开始"]
    lines += _intervals(repeat, at)
    lines.append(f"反馈：{rule.stop.text(facts.pack)}，本次自 {moment_text(base)} 起计")
    if repeat.hidden[at]:
        lines.append("只留有最近一次反馈的时间，之前的间隔无法判断，不计超时")
    lines += _pauses(rule, facts, place, base, due)
    lines += _counted(rule, facts, base, due)
    lines += _deadline(verdict, at)
    if stop is not None:
        lines.append(f"结束：{moment_text(stop)}")
    lines.append(f"超时：{int(verdict.breaches[at])} 次")
    # Once it has ended, what is left of the last interval says nothing of the whole.
    lines.append(_judged(verdict, at) if stop is None else f"判定：{status_word(int(verdict.status[at]))}")
    return lines


def _limit(rule: Rule) -> str:
    return f"时限：{rule.limit_text}，按{rule.calendar.value}" if rule.limit else "时限：起点的时间即截止"


def _intervals(repeat: Repeat, at: int) -> list[str]:
    found = []
    for interval in repeat.intervals:
        own = np.flatnonzero(interval.at == at)
        if len(own):
            base, due, end = (time_of(times[own[0]]) for times in (interval.base, interval.due, interval.end))
            word = "超时" if interval.late[own[0]] else "按时"
            found.append(f"间隔：{moment_text(base)} 至 {moment_text(end)}，截止 {due_text(due)}，{word}")
    more = len(found) - SPANS_SHOWN
    return [f"间隔：更早还有 {more} 次", *found[more:]] if more > 0 else found


def _judged(verdict: Verdict, at: int) -> str:
    status = int(verdict.status[at])
    return f"判定：{status_word(status)}{_distance(verdict.rule, status, int(verdict.left[at]))}"


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


def _pauses(rule: Rule, facts: Facts, place: int, start: dt.datetime, due: dt.datetime | None) -> list[str]:
    past = history(facts, rule.table)
    if past is None or due is None:
        return []
    spans = [(time_of(since[place]), time_of(until[place])) for since, until in past.pauses]
    return [
        f"暂停：{moment_text(since)} 至 {moment_text(until)}，不计时"
        for since, until in spans
        if since is not None and until is not None and until > start and since < due
    ]


def _counted(rule: Rule, facts: Facts, start: dt.datetime, due: dt.datetime | None) -> list[str]:
    if rule.calendar is not CalendarKind.WORKING or due is None:
        return []
    calendar = calendar_of(rule, facts)
    spans = calendar.spans(start, due)
    lines = [f"计时：{moment_text(since)} 至 {moment_text(until)}" for since, until in spans[:SPANS_SHOWN]]
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
    original, due = time_of(verdict.original_due[at]), time_of(verdict.due[at])
    if due != original:
        return [f"原截止：{due_text(original)}", f"截止：{due_text(due)}（经批准延期）"]
    return [f"截止：{due_text(due)}"]
