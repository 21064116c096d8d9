"""Deadlines: a rule's limit walked through its calendar, and from when on it warns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.periods import Unit, add, end_of_day, is_date_only
from xlcrm.rules.base import MINUTES, SPAN_UNITS, LimitUnit, Rule, RuleKind
from xlcrm.worktime import NATURAL, Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.facts import Flags, Integers, Moments

BEFORE: Final = frozenset({LimitUnit.DAYS_BEFORE, LimitUnit.HOURS_BEFORE})
_MONTHS: Final = frozenset({LimitUnit.MONTH, LimitUnit.YEAR})
_WHOLE_DAYS: Final = frozenset({LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.DAYS_BEFORE})


def is_fixed(rule: Rule) -> bool:
    """Whether the deadline is the start itself or lies before it: a given day, which no pause moves."""
    return not rule.limit or rule.unit in BEFORE


def may_lie_ahead(rule: Rule) -> bool:
    """Whether the start may lie after now: a day that is planned, not something that has happened."""
    return is_fixed(rule) or rule.kind in (RuleKind.MILESTONE, RuleKind.WINDOW)


def deadlines(
    rule: Rule,
    start: Moments,
    calendar: Calendar,
    pauses: Sequence[tuple[Moments, Moments]],
    worktime: Calendar,
) -> tuple[Moments, Flags]:
    """(n,) deadlines and whether they are dates: a start without a time gives the end of the due day.

    Args:
        rule: whose limit it is; of a window the last day counts.
        start: (n,) moments, NaT gives NaT.
        calendar: what the limit is counted in.
        pauses: the k-th pair is every row's k-th pause, (n,) from and (n,) to.
        worktime: the working-time calendar, for the length of a working day.
    """
    by_day = is_date_only(start) | (start == end_of_day(start))
    last = np.where(by_day & ~np.isnat(start), end_of_day(start), start)
    limit = rule.limits[-1] if rule.kind is RuleKind.WINDOW else rule.limit
    if limit == 0:
        return last, by_day
    if rule.unit in BEFORE:
        due = calendar.walk(last, -limit_minutes(rule, limit, calendar, worktime))
        day = due
        if calendar is not NATURAL and rule.unit in _WHOLE_DAYS:
            day = calendar.walk_days(start.astype("datetime64[D]"), -round(limit))
        return np.where(by_day & ~np.isnat(due), end_of_day(day), due), by_day
    if rule.unit in _MONTHS:
        whole = add(start, round(limit), Unit(SPAN_UNITS[rule.unit]))
        minutes = (whole - start).astype("timedelta64[m]").astype(np.int64)
        due = NATURAL.walk_paused(start, minutes, pauses) if pauses else whole
    else:
        begins = last if calendar is not NATURAL and rule.unit in _WHOLE_DAYS else start
        due = calendar.walk_paused(begins, limit_minutes(rule, limit, calendar, worktime), pauses)
    return np.where(by_day & ~np.isnat(due), _due_days(due, calendar, pauses), due), by_day


def opening_days(rule: Rule, start: Moments) -> Moments:
    """(n,) the day on which a window opens, as a moment at midnight."""
    day = add(start.astype("datetime64[D]"), round(rule.limit), Unit(SPAN_UNITS[rule.unit]))
    return day.astype("datetime64[D]").astype("datetime64[s]")


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


def limit_minutes(rule: Rule, limit: float, calendar: Calendar, worktime: Calendar) -> int:
    """A limit in minutes of its calendar; a day of 工作时间 is one working day's hours."""
    minutes = MINUTES[rule.unit]
    if calendar is not NATURAL and rule.unit in _WHOLE_DAYS:
        week = len(getattr(worktime, "weekdays", range(5)))
        minutes = day_minutes(worktime) * (week if rule.unit is LimitUnit.WEEK else 1)
    return round(limit * minutes)


def day_minutes(worktime: Calendar) -> int:
    """Minutes of an ordinary working day."""
    return sum(segment.closes - segment.opens for segment in getattr(worktime, "hours", ()))


def warn_from(rule: Rule, start: Moments, due: Moments, calendar: Calendar, worktime: Calendar) -> Moments:
    """(n,) from when a clock is at risk: a share of the limit, or a fixed span, before the deadline.

    A window warns from the day it opens. Pauses lie in the past, so that what is left from now on is the
    calendar's own time. Whole days of a fixed span are working days in 工作时间.
    """
    warning = rule.warning
    minutes: Integers | int
    if rule.kind is RuleKind.WINDOW:
        return opening_days(rule, start)
    if warning.minutes is not None:
        days, rest = divmod(warning.minutes, 24 * 60)
        a_day = day_minutes(worktime) if calendar is not NATURAL else 24 * 60
        minutes = days * a_day + rest
    elif rule.unit in MINUTES:
        minutes = round(limit_minutes(rule, rule.limit, calendar, worktime) * (warning.share or 0.0))
    else:
        whole = add(start, round(rule.limit), Unit(SPAN_UNITS[rule.unit])) - start
        known = np.where(np.isnat(whole), 0, whole.astype("timedelta64[m]").astype(np.int64))
        return NATURAL.walk(due, -np.round(known * (warning.share or 0.0)).astype(np.int64))
    return calendar.walk(due, -minutes) if minutes else due
