"""Time the slow and obvious way, by half minutes and by days: the judge of worktime and periods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

TICK = timedelta(seconds=30)
"""Every time that is handed in here is a whole number of ticks, so that counting ticks is exact."""

Pauses = list[tuple[datetime, datetime]]


@dataclass
class ReferenceCalendar:
    """Working hours in minutes of the day; `own` holds days with hours of their own, which `off` beats."""

    hours: list[tuple[int, int]]
    weekdays: set[int]
    off: set[date] = field(default_factory=set)
    own: dict[date, list[tuple[int, int]]] = field(default_factory=dict)

    def hours_of(self, day: date) -> list[tuple[int, int]]:
        if day in self.off:
            return []
        if day in self.own:
            return self.own[day]
        return self.hours if day.weekday() in self.weekdays else []

    def counts(self, moment: datetime) -> bool:
        """Whether the tick that begins here is working time."""
        minute = moment.hour * 60 + moment.minute
        return any(opens <= minute < closes for opens, closes in self.hours_of(moment.date()))

    def walk(self, start: datetime, minutes: int, pauses: Pauses | None = None) -> datetime:
        if minutes == 0:
            return start if self.counts(start) or self.counts(start - TICK) else self.opening(start)
        left = abs(minutes) * 2
        here = start
        while left and minutes > 0:
            if not self.hours_of(here.date()):
                here = datetime.combine(here.date() + timedelta(days=1), time())
                continue
            paused = any(since <= here < until for since, until in pauses or [])
            left -= self.counts(here) and not paused
            here += TICK
        while left and minutes < 0:
            here -= TICK
            left -= self.counts(here)
        return here

    def opening(self, start: datetime) -> datetime:
        here = start
        while not self.counts(here):
            here += TICK
        return here

    def elapsed(self, start: datetime, end: datetime) -> int:
        if end < start:
            return -self.elapsed(end, start)
        ticks = 0
        here = start
        while here < end:
            ticks += self.counts(here)
            here += TICK
        return ticks // 2

    def next_working_day(self, day: date) -> date:
        while not self.hours_of(day):
            day += timedelta(days=1)
        return day

    def walk_days(self, day: date, amount: int) -> date:
        if amount == 0:
            return self.next_working_day(day)
        step = timedelta(days=1 if amount > 0 else -1)
        left = abs(amount)
        while left:
            day += step
            left -= bool(self.hours_of(day))
        return day


def add_months(day: date, months: int) -> date:
    """Month by month over the calendar, then the latest day of that month that is not past the anchor's."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(day, months)


def months_between(start: date, end: date) -> int:
    if end < start:
        return -months_between(end, start)
    months = 0
    while add_months(start, months + 1) <= end:
        months += 1
    return months
