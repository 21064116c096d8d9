"""A rule's limit counted in its calendar: when it is over, and from when on it warns."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.compute.reference_calendar import PlainCalendar, Span, end_of_day, midnight
from tests.compute.reference_sources import is_date
from tests.reference_time import add_months
from xlcrm.rules.base import CalendarKind, LimitUnit, Rule, RuleKind

if TYPE_CHECKING:
    from collections.abc import Sequence

NATURAL = PlainCalendar()
BEFORE = (LimitUnit.DAYS_BEFORE, LimitUnit.HOURS_BEFORE)
DAYS = (LimitUnit.DAY, LimitUnit.DAYS_BEFORE)
MONTHS = {LimitUnit.MONTH: 1, LimitUnit.YEAR: 12}
MINUTES = {
    LimitUnit.MINUTE: 1.0,
    LimitUnit.HOUR: 60.0,
    LimitUnit.HOURS_BEFORE: 60.0,
    LimitUnit.DAY: 1440.0,
    LimitUnit.DAYS_BEFORE: 1440.0,
    LimitUnit.WEEK: 10080.0,
}


def on_given_day(rule: Rule) -> bool:
    """Whether the start is a planned day, at or before which the deadline lies: no pause moves it."""
    return not rule.limit or rule.unit in BEFORE


def whole_day(at: dt.datetime) -> bool:
    """Whether a moment stands for its day: a date, or the end of one."""
    return is_date(at) or at == end_of_day(at)


def later(day: dt.date, amount: float, unit: LimitUnit) -> dt.date:
    """So many days, weeks, months or years after a day, or days before it."""
    number = round(amount)
    if unit in MONTHS:
        return add_months(day, number * MONTHS[unit])
    days = {LimitUnit.DAY: 1, LimitUnit.WEEK: 7, LimitUnit.DAYS_BEFORE: -1}[unit]
    return day + dt.timedelta(days=number * days)


def in_time(stop: dt.datetime, due: dt.datetime) -> bool:
    """A stop exactly on the deadline is in time; a date is, on the due day."""
    return stop.date() <= due.date() if is_date(stop) else stop <= due


def merged(pauses: Sequence[Span]) -> list[Span]:
    """Overlapping pauses as one."""
    result: list[Span] = []
    for since, until in sorted(pauses):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(until, result[-1][1]))
        else:
            result.append((since, until))
    return result


class Deadlines:
    """Limits of rules in natural time and in one working time."""

    def __init__(self, worktime: PlainCalendar) -> None:
        self.worktime = worktime

    def calendar(self, rule: Rule) -> PlainCalendar:
        return self.worktime if rule.calendar is CalendarKind.WORKING else NATURAL

    def span(self, amount: float, unit: LimitUnit, calendar: PlainCalendar) -> dt.timedelta:
        """So much of the calendar's time; a day of working time is an ordinary day's hours."""
        minutes = dict(MINUTES)
        if calendar.hours is not None:
            day = sum(two - one for one, two in calendar.hours)
            week = day * len(calendar.weekdays)
            minutes |= {**dict.fromkeys(DAYS, day), LimitUnit.WEEK: week}
        return dt.timedelta(minutes=round(amount * minutes[unit]))

    def due(
        self, rule: Rule, start: dt.datetime, pauses: Sequence[Span], limit: float | None = None
    ) -> dt.datetime:
        """When the limit is over; a start that is a date gives the end of a day."""
        if limit is None:
            limit = rule.limits[-1] if rule.kind is RuleKind.WINDOW else rule.limit
        if limit == 0:
            return end_of_day(start) if whole_day(start) else start
        if rule.unit in BEFORE:
            return self.before(rule, start, limit)
        calendar = self.calendar(rule)
        if rule.unit in MONTHS:
            day = add_months(start.date(), round(limit) * MONTHS[rule.unit])
            whole = dt.datetime.combine(day, start.time())
            due = NATURAL.walk(start, whole - start, list(pauses))
        else:
            days = calendar.hours is not None and rule.unit in (LimitUnit.DAY, LimitUnit.WEEK)
            begins = end_of_day(start) if days and whole_day(start) else start
            span = self.span(limit, rule.unit, calendar)
            due = calendar.walk(begins, span, list(pauses) if span else [])
        return self.due_day(due, calendar, pauses) if whole_day(start) else due

    def due_day(self, due: dt.datetime, calendar: PlainCalendar, pauses: Sequence[Span]) -> dt.datetime:
        """The end of the due day; a pause that begins on that day moves it by the days that it lasts."""
        end = end_of_day(due)
        for since, until in merged(pauses):
            if due < since <= end:
                moved = end.date() + (until.date() - since.date())
                end = end_of_day(midnight(calendar.next_working_day(moved)))
        return end

    def before(self, rule: Rule, start: dt.datetime, limit: float) -> dt.datetime:
        """So long before a planned moment; before a planned day it is the end of an earlier one."""
        calendar = self.calendar(rule)
        if not whole_day(start):
            return calendar.walk_back(start, self.span(limit, rule.unit, calendar))
        if rule.unit is LimitUnit.DAYS_BEFORE:
            return end_of_day(midnight(calendar.days_back(start.date(), round(limit))))
        return end_of_day(calendar.walk_back(end_of_day(start), self.span(limit, rule.unit, calendar)))

    def warns(self, rule: Rule, start: dt.datetime, due: dt.datetime, now: dt.datetime) -> bool:
        """Whether now lies in the warning span before the deadline."""
        if rule.kind is RuleKind.WINDOW:
            return now >= midnight(later(start.date(), rule.limit, rule.unit))
        calendar = self.calendar(rule)
        share = rule.warning.share or 0.0
        if rule.warning.minutes is not None:
            days, rest = divmod(rule.warning.minutes, 1440)
            lead = self.span(days, LimitUnit.DAY, calendar) + dt.timedelta(minutes=rest)
        elif rule.unit in MONTHS:
            months = round(rule.limit) * MONTHS[rule.unit]
            days = (add_months(start.date(), months) - start.date()).days
            return now >= due - dt.timedelta(minutes=round(days * 1440 * share))
        else:
            whole = self.span(rule.limit, rule.unit, calendar)
            lead = dt.timedelta(minutes=round(whole / dt.timedelta(minutes=1) * share))
        if not lead:
            return now >= due
        left = calendar.between(now, due)
        return left < lead or (left == lead and calendar.running(now))

    def open_status(
        self, rule: Rule, start: dt.datetime, due: dt.datetime, now: dt.datetime, *, waiting: bool
    ) -> str:
        """The status of a clock that has started and not stopped."""
        if waiting and due >= now:
            return "暂停"
        if now > due:
            return "已超时"
        return "即将超时" if self.warns(rule, start, due, now) else "进行中"
