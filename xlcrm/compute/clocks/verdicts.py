"""Clocks: deadline and verdict of every timed promise, replayed from the cells and the log each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.deadlines import BEFORE, deadlines, is_fixed, may_lie_ahead, opening_days, warn_from
from xlcrm.compute.clocks.events import ENDS
from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, moments
from xlcrm.compute.matching import match
from xlcrm.periods import end_of_day, is_date_only
from xlcrm.rules.base import CalendarKind, Rule, RuleKind
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME
from xlcrm.tables.fields import CLOCK_STATUS
from xlcrm.worktime import NATURAL, Calendar

if TYPE_CHECKING:
    from xlcrm.compute.clocks.events import History
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
        breaches: (n,) how often the deadline was missed; more than once only where a clock repeats.
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
    breaches: Integers


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
    breaches: Integers


def judge_clock(rule: Rule, facts: Facts, lookups: Lookups, past: History | None) -> Verdict:
    """One rule's clock from its start to its stop (semantics: A clock).

    Args:
        rule: a rule with a clock that does not repeat.
        facts: the run.
        lookups: contacts of other tables.
        past: the replayed log of the rule's table, where it is a case table.
    """
    rows = np.flatnonzero(match(rule.when, facts))
    start = _start(rule, rows, lookups, past)
    calendar = calendar_of(rule, facts)
    original, by_day = deadlines(rule, start, calendar, pauses_of(rule, past, rows), facts.worktime)
    stop = _stop(rule, rows, start, original, lookups, past)
    due, to_day = _extended(rule, rows, original, facts)
    warn = warn_from(rule, start, due, calendar, facts.worktime)
    waiting = waits(rule, past, rows)
    status = status_of(facts.now_at, rule, (start, stop, due, warn), waiting, by_day)
    status[unreadable(rule, rows, facts)] = INVALID
    status[not_judged(start, facts)] = NOT_JUDGED
    until = np.where(np.isnat(stop), facts.now_at, stop)
    shown_by_day = np.where(due > original, to_day, by_day)
    left = calendar.elapsed(until, due)
    breaches = np.isin(status, (BREACHED, MET_LATE)).astype(np.int64)
    return Verdict(rule, rows, start, stop, due, original, shown_by_day, status, left, breaches)


def calendar_of(rule: Rule, facts: Facts) -> Calendar:
    """The calendar that a rule's limit is counted in."""
    return facts.worktime if rule.calendar is CalendarKind.WORKING else NATURAL


def pauses_of(rule: Rule, past: History | None, rows: Integers) -> list[tuple[Moments, Moments]]:
    """The pauses of the rows that a rule matches; a given day is not paused."""
    if past is None or is_fixed(rule):
        return []
    return [(since[rows], until[rows]) for since, until in past.pauses]


def waits(rule: Rule, past: History | None, rows: Integers) -> Flags:
    """(n,) whether the rows wait for the customer now, so that the rule's clock stands still."""
    if past is None or is_fixed(rule):
        return np.zeros(len(rows), dtype=bool)
    return past.waiting[rows]


def not_judged(start: Moments, facts: Facts) -> Flags:
    """(n,) whether a clock began before 启用日期."""
    started_on = facts.parameters.started_on
    if started_on is None:
        return np.zeros(len(start), dtype=bool)
    flags: Flags = start < np.datetime64(started_on, "s")
    return flags


def ends_case(rule: Rule, pick: Pick = Pick.OWN) -> bool:
    """Whether the clock stops with the case itself: its stop is the row's own cell that ends the case."""
    return any(
        item.pick is pick
        and item.place is not None
        and item.place.table == rule.table
        and item.place.key == ENDS.get(rule.table)
        for item in rule.stop.items
    )


def restarted(
    rule: Rule, start: Moments, rows: Integers, facts: Facts, past: History | None, *, at_end: bool
) -> Moments:
    """(n,) starts; by 重启 a case that was opened again starts anew the clocks that stop at its end."""
    if past is None or not at_end or is_fixed(rule) or facts.parameters.reopened != "重启":
        return start
    reopened = past.reopened_at[rows]
    return np.where(reopened > start, reopened, start)


def _row_at(rule: Rule, rows: Integers, facts: Facts) -> Moments | None:
    """(n,) the moment that each row of a record table is about."""
    touched = BY_NAME[rule.table].touched
    return moments(facts.frame(rule.table)[touched])[rows] if touched else None


def _start(rule: Rule, rows: Integers, lookups: Lookups, past: History | None) -> Moments:
    """(n,) starts up to now; a given day may lie ahead, but not for a row that is from after now."""
    now = lookups.facts.now_at
    start = lookups.times(rule.start, rows)
    row_at = _row_at(rule, rows, lookups.facts)
    if not may_lie_ahead(rule):
        start = np.where(start <= now, start, NAT)
    elif row_at is not None:
        start = np.where(row_at > now, NAT, start)
    return restarted(rule, start, rows, lookups.facts, past, at_end=ends_case(rule))


def _stop(
    rule: Rule, rows: Integers, start: Moments, due: Moments, lookups: Lookups, past: History | None
) -> Moments:
    """(n,) stops up to now: the end of the case as its log tells, or what the sources say."""
    if past is not None and ends_case(rule):
        return past.resolved_at[rows]
    day = opening_days(rule, start) if rule.kind is RuleKind.WINDOW else due.astype("datetime64[D]")
    row_at = _row_at(rule, rows, lookups.facts)
    stop = lookups.times(rule.stop, rows, since=start, due=day, row_at=row_at)
    if past is not None and ends_case(rule, Pick.LATER):
        # What ended the case once more counts here whatever 参数表 says of the first time.
        again = past.typed_end[rows]
        stop = np.where(np.isnat(stop) & (again > start), again, stop)
    return stop


def _extended(rule: Rule, rows: Integers, due: Moments, facts: Facts) -> tuple[Moments, Flags]:
    """(n,) the deadlines of case ends, moved by an approved 延期至, never to earlier; and which are dates."""
    if not ends_case(rule) or "extended_to" not in BY_NAME[rule.table].by_key:
        return due, np.zeros(len(due), dtype=bool)
    extended = moments(facts.frame(rule.table)["extended_to"])[rows]
    to_day = is_date_only(extended)
    extended = np.where(to_day, end_of_day(extended), extended)
    return np.where(extended > due, extended, due), to_day


def status_of(
    now: np.datetime64,
    rule: Rule,
    times: tuple[Moments, Moments, Moments, Moments],
    waiting: Flags,
    by_day: Flags,
) -> Integers:
    """(n,) index into STATUSES of clocks.

    Args:
        now: the one moment of the run.
        rule: whose limit the clocks have; a stop before the start is only odd where it counts from there.
        times: (n,) start, stop, deadline and from when on it warns; NaT where unknown.
        waiting: (n,) whether the case waits for the customer now.
        by_day: (n,) whether the deadline is the end of a day.
    """
    start, stop, due, _ = times
    day_of = "datetime64[D]"
    same_day = (is_date_only(stop) | by_day) & (stop.astype(day_of) == start.astype(day_of))
    counted_from_start = rule.limit and rule.unit not in BEFORE
    early = (stop < start) & ~same_day if counted_from_start else np.zeros(len(start), dtype=bool)
    in_time = on_time(stop, due)
    conditions = [np.isnat(start), early, in_time, ~np.isnat(stop)]
    open_ = open_status(now, times, waiting)
    return np.select(conditions, [NOT_STARTED, INVALID, MET, MET_LATE], default=open_).astype(np.int64)


def on_time(stop: Moments, due: Moments) -> Flags:
    """(n,) whether a stop is at or before its deadline; a date is in time on the due day."""
    day_of = "datetime64[D]"
    flags: Flags = np.where(is_date_only(stop), stop.astype(day_of) <= due.astype(day_of), stop <= due)
    return flags


def open_status(
    now: np.datetime64, times: tuple[Moments, Moments, Moments, Moments], waiting: Flags
) -> Integers:
    """(n,) the status of clocks that have started and not stopped."""
    _, _, due, warn = times
    conditions = [waiting & (due >= now), now > due, now >= warn]
    return np.select(conditions, [ON_HOLD, BREACHED, AT_RISK], default=RUNNING).astype(np.int64)


def unreadable(rule: Rule, rows: Integers, facts: Facts, *more: str) -> Flags:
    """(n,) whether a start or stop cell of the row, or one of those in `more`, holds what is no time."""
    sheet = facts.data.get(rule.table)
    if sheet is None or sheet.notes.empty:
        return np.zeros(len(rows), dtype=bool)
    sources = (*rule.start.items, *rule.stop.items)
    keys = [item.place.key for item in sources if item.place is not None and item.place.table == rule.table]
    keys += more
    bad = [place for key in keys for place in sheet.unreadable.get(key, ())]
    flags: Flags = np.isin(sheet.frame.index.to_numpy()[rows], np.array(bad, dtype=np.int64))
    return flags
