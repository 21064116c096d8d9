"""Clocks: deadline and verdict of every timed promise, replayed from the cells and the log each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.events import History, history
from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.periods import Unit, add, end_of_day, is_date_only
from xlcrm.rules.base import MINUTES, SPAN_UNITS, CalendarKind, LimitUnit, Rule, RuleKind
from xlcrm.tables import BY_NAME
from xlcrm.tables.fields import CLOCK_STATUS
from xlcrm.tables.frames import Remark
from xlcrm.worktime import NATURAL, Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.touches import Lookups

STATUSES: Final = CLOCK_STATUS.values
NOT_STARTED, RUNNING, AT_RISK, BREACHED, MET, MET_LATE, ON_HOLD, INVALID = range(len(STATUSES))
NOT_JUDGED: Final = -1

URGENCY: Final = np.array([6, 3, 1, 0, 8, 7, 4, 2, 9], dtype=np.int8)
"""Rank of each status for 最紧急状态 (0 is worst); the last entry is for rows that are not judged."""

OPEN: Final = (RUNNING, AT_RISK, BREACHED)


@dataclass(frozen=True)
class Verdict:
    """One rule's clock on the rows that it matches.

    Attributes:
        rule: the rule.
        rows: (n,) positions in the table's frame.
        start, stop, due: (n,) moments; NaT where unknown.
        original_due: (n,) the deadline before an approved extension.
        by_day: (n,) the deadline is a date: the end of its day.
        status: (n,) index into STATUSES, NOT_JUDGED for cases from before 启用日期.
        left: (n,) minutes in the rule's calendar from now (or the stop) to the deadline, negative past it.
    """

    rule: Rule
    rows: Integers
    start: Moments
    stop: Moments
    due: Moments
    original_due: Moments
    by_day: Flags
    status: Integers
    left: Integers


@dataclass(frozen=True)
class Clock:
    """One named clock of a table: where several rules match a row, the one with the earliest deadline.

    Arrays are aligned with the table's frame; `rule` indexes `rules`, -1 where no rule matches.
    """

    table: str
    name: str
    rules: tuple[Rule, ...]
    rule: Integers
    start: Moments
    stop: Moments
    due: Moments
    original_due: Moments
    by_day: Flags
    status: Integers
    left: Integers


def judge(facts: Facts, lookups: Lookups) -> list[Verdict]:
    """Every enabled clock rule on every row that it matches."""
    clocks = [rule for rule in facts.active if rule.kind is RuleKind.CLOCK]
    return [judge_rule(rule, facts, lookups, history(facts, rule.table)) for rule in clocks]


def judge_rule(rule: Rule, facts: Facts, lookups: Lookups, past: History | None) -> Verdict:
    """One rule's clock (semantics: A clock).

    Args:
        rule: a clock rule.
        facts: the run.
        lookups: contacts of other tables.
        past: the replayed log of the rule's table, where it is a case table.
    """
    rows = np.flatnonzero(match(rule.when, facts))
    touched = BY_NAME[rule.table].touched
    row_at = moments(facts.frame(rule.table)[touched])[rows] if touched else None
    start = _start(rule, rows, row_at, lookups, past)
    stop = _stop(rule, rows, start, row_at, lookups, past)
    pauses = [(since[rows], until[rows]) for since, until in past.pauses] if past else []
    calendar = calendar_of(rule, facts)
    original, by_day = deadlines(rule, start, calendar, pauses, facts.worktime)
    due, to_day = _extended(rule, rows, original, facts)
    warn = _warn_from(rule, start, due, calendar, facts.worktime)
    waiting = past.waiting[rows] if past else np.zeros(len(rows), dtype=bool)
    status = _status(facts, rule, (start, stop, due, warn), waiting, by_day)
    status[_unreadable(rule, rows, facts)] = INVALID
    started_on = facts.parameters.started_on
    if started_on is not None:
        status[start < np.datetime64(started_on, "s")] = NOT_JUDGED
    until = np.where(np.isnat(stop), facts.now_at, stop)
    shown_by_day = np.where(due > original, to_day, by_day)
    left = calendar.elapsed(until, due)
    return Verdict(rule, rows, start, stop, due, original, shown_by_day, status, left)


def calendar_of(rule: Rule, facts: Facts) -> Calendar:
    """The calendar that a rule's limit is counted in."""
    return facts.worktime if rule.calendar is CalendarKind.WORKING else NATURAL


def deadlines(
    rule: Rule,
    start: Moments,
    calendar: Calendar,
    pauses: Sequence[tuple[Moments, Moments]],
    worktime: Calendar,
) -> tuple[Moments, Flags]:
    """(n,) deadlines and whether they are dates: a start without a time gives the end of the due day."""
    by_day = is_date_only(start) | (start == end_of_day(start))
    if rule.limit == 0:
        return np.where(by_day & ~np.isnat(start), end_of_day(start), start), by_day
    if rule.unit in (LimitUnit.MONTH, LimitUnit.YEAR):
        whole = add(start, round(rule.limit), Unit(SPAN_UNITS[rule.unit]))
        minutes = (whole - start).astype("timedelta64[m]").astype(np.int64)
        due = NATURAL.walk_paused(start, minutes, pauses) if pauses else whole
    else:
        days = calendar is not NATURAL and rule.unit in (LimitUnit.DAY, LimitUnit.WEEK)
        begins = np.where(by_day & ~np.isnat(start), end_of_day(start), start) if days else start
        due = calendar.walk_paused(begins, limit_minutes(rule, calendar, worktime), pauses)
    return np.where(by_day & ~np.isnat(due), _due_days(due, calendar, pauses), due), by_day


def _due_days(due: Moments, calendar: Calendar, pauses: Sequence[tuple[Moments, Moments]]) -> Moments:
    """(n,) ends of the due days; a pause that begins on the due day itself moves it by the days it lasts."""
    end = end_of_day(due)
    for since, until in pauses:
        inside = (since > due) & (since <= end)
        if inside.any():
            lasted = until.astype("datetime64[D]") - since.astype("datetime64[D]")
            moved = calendar.next_working_day(end.astype("datetime64[D]") + lasted)
            end = np.where(inside, end_of_day(moved), end)
    return end


def limit_minutes(rule: Rule, calendar: Calendar, worktime: Calendar) -> int:
    """The limit in minutes of its calendar; a day of 工作时间 is one working day's hours."""
    minutes = MINUTES[rule.unit]
    if calendar is not NATURAL and rule.unit in (LimitUnit.DAY, LimitUnit.WEEK):
        week = len(getattr(worktime, "weekdays", range(5)))
        minutes = day_minutes(worktime) * (week if rule.unit is LimitUnit.WEEK else 1)
    return round(rule.limit * minutes)


def day_minutes(worktime: Calendar) -> int:
    """Minutes of an ordinary working day."""
    return sum(segment.closes - segment.opens for segment in getattr(worktime, "hours", ()))


def _stops_at_solution(rule: Rule) -> bool:
    return any(item.place is not None and item.place.key == "resolved_at" for item in rule.stop.items)


def _start(
    rule: Rule, rows: Integers, row_at: Moments | None, lookups: Lookups, past: History | None
) -> Moments:
    """(n,) starts up to now; a start that is the deadline itself (limit 0) may lie ahead."""
    now = lookups.facts.now_at
    start = lookups.times(rule.start, rows)
    if rule.limit:
        start = np.where(start <= now, start, NAT)
    elif row_at is not None:
        start = np.where(row_at > now, NAT, start)
    if past is not None and lookups.facts.parameters.reopened == "重启" and _stops_at_solution(rule):
        reopened = past.reopened_at[rows]
        start = np.where(reopened > start, reopened, start)
    return start


def _stop(
    rule: Rule,
    rows: Integers,
    start: Moments,
    row_at: Moments | None,
    lookups: Lookups,
    past: History | None,
) -> Moments:
    if past is not None and _stops_at_solution(rule):
        return past.resolved_at[rows]
    return lookups.times(rule.stop, rows, since=start, row_at=row_at)


def _extended(rule: Rule, rows: Integers, due: Moments, facts: Facts) -> tuple[Moments, Flags]:
    """The resolution deadline moved by an approved 延期至, never to earlier, and where that is a date."""
    if not _stops_at_solution(rule) or "extended_to" not in BY_NAME[rule.table].by_key:
        return due, np.zeros(len(due), dtype=bool)
    extended = moments(facts.frame(rule.table)["extended_to"])[rows]
    to_day = is_date_only(extended)
    extended = np.where(to_day, end_of_day(extended), extended)
    return np.where(extended > due, extended, due), to_day


def _warn_from(
    rule: Rule,
    start: Moments,
    due: Moments,
    calendar: Calendar,
    worktime: Calendar,
) -> Moments:
    """(n,) from when a clock is at risk: a share of the limit, or a fixed span, before the deadline.

    Pauses lie in the past, so that what is left from now on is the calendar's own time. Whole days of a
    fixed span are working days in 工作时间.
    """
    warning = rule.warning
    minutes: Integers | int
    if warning.minutes is not None:
        days, rest = divmod(warning.minutes, 24 * 60)
        a_day = day_minutes(worktime) if calendar is not NATURAL else 24 * 60
        minutes = days * a_day + rest
    elif rule.unit in MINUTES:
        minutes = round(limit_minutes(rule, calendar, worktime) * (warning.share or 0.0))
    else:
        whole = add(start, round(rule.limit), Unit(SPAN_UNITS[rule.unit])) - start
        known = np.where(np.isnat(whole), 0, whole.astype("timedelta64[m]").astype(np.int64))
        return NATURAL.walk(due, -np.round(known * (warning.share or 0.0)).astype(np.int64))
    return calendar.walk(due, -minutes) if minutes else due


def _status(
    facts: Facts,
    rule: Rule,
    times: tuple[Moments, Moments, Moments, Moments],
    waiting: Flags,
    by_day: Flags,
) -> Integers:
    start, stop, due, warn = times
    now = facts.now_at
    running = np.isnat(stop)
    day_of = "datetime64[D]"
    same_day = (is_date_only(stop) | by_day) & (stop.astype(day_of) == start.astype(day_of))
    before = (stop < start) & ~same_day if rule.limit else np.zeros(len(start), dtype=bool)
    on_time = np.where(is_date_only(stop), stop.astype(day_of) <= due.astype(day_of), stop <= due)
    conditions = [
        np.isnat(start),
        before,
        ~running & on_time,
        ~running,
        waiting & (due >= now),
        now > due,
        now >= warn,
    ]
    choices = [NOT_STARTED, INVALID, MET, MET_LATE, ON_HOLD, BREACHED, AT_RISK]
    return np.select(conditions, choices, default=RUNNING).astype(np.int64)


def _unreadable(rule: Rule, rows: Integers, facts: Facts) -> Flags:
    """(n,) whether a start or stop cell of the row holds something that is no time."""
    sheet = facts.data.get(rule.table)
    if sheet is None or sheet.notes.empty:
        return np.zeros(len(rows), dtype=bool)
    sources = (*rule.start.items, *rule.stop.items)
    keys = [item.place.key for item in sources if item.place is not None and item.place.table == rule.table]
    notes = sheet.notes
    bad = notes[notes["remark"].isin([Remark.UNREADABLE, Remark.ERROR]) & notes["key"].isin(keys)]
    flags: Flags = np.isin(sheet.frame.index.to_numpy()[rows], bad["row"].to_numpy(dtype=np.int64))
    return flags


def combine(verdicts: Sequence[Verdict], facts: Facts) -> dict[tuple[str, str], Clock]:
    """One clock a table and name: of several matching rules the earliest deadline holds."""
    grouped: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.rule.clock:
            grouped.setdefault((verdict.rule.table, verdict.rule.clock), []).append(verdict)
    return {key: _combined(key, group, len(facts.frame(key[0]))) for key, group in grouped.items()}


def _combined(key: tuple[str, str], group: Sequence[Verdict], count: int) -> Clock:
    clock = Clock(
        table=key[0],
        name=key[1],
        rules=tuple(verdict.rule for verdict in group),
        rule=np.full(count, -1, dtype=np.int64),
        start=nothing(count),
        stop=nothing(count),
        due=nothing(count),
        original_due=nothing(count),
        by_day=np.zeros(count, dtype=bool),
        status=np.full(count, NOT_JUDGED, dtype=np.int64),
        left=np.zeros(count, dtype=np.int64),
    )
    for index, verdict in enumerate(group):
        held = clock.due[verdict.rows]
        wins = (
            (clock.rule[verdict.rows] < 0) | (verdict.due < held) | (np.isnat(held) & ~np.isnat(verdict.due))
        )
        places = verdict.rows[wins]
        clock.rule[places] = index
        for name in ("start", "stop", "due", "original_due", "by_day", "status", "left"):
            getattr(clock, name)[places] = getattr(verdict, name)[wins]
    return clock
