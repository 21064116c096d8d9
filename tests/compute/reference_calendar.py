"""Working time day by day and stretch by stretch: the plain judge of limits, pauses and warning spans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = dt.timedelta(days=1)
LAST_SECOND = dt.time(23, 59, 59)
Span = tuple[dt.datetime, dt.datetime]


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def end_of_day(at: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(at.date(), LAST_SECOND)


@dataclass
class PlainCalendar:
    """Natural time without hours; else working hours in minutes of the day."""

    hours: list[tuple[int, int]] | None = None
    weekdays: set[int] = field(default_factory=lambda: set(range(5)))
    off: set[dt.date] = field(default_factory=set)
    own: dict[dt.date, list[tuple[int, int]]] = field(default_factory=dict)

    def of_day(self, day: dt.date) -> list[Span]:
        """The stretches of a day that count."""
        start = midnight(day)
        if self.hours is None:
            return [(start, start + DAY)]
        if day in self.off:
            return []
        minutes = self.own.get(day, self.hours if day.weekday() in self.weekdays else [])
        return [
            (start + dt.timedelta(minutes=one), start + dt.timedelta(minutes=two)) for one, two in minutes
        ]

    def pieces(self, since: dt.datetime, pauses: list[Span]) -> Iterator[Span]:
        """The stretches from a moment on, without what is paused."""
        day = since.date()
        while True:
            for opens, closes in self.of_day(day):
                left = [(max(opens, since), closes)]
                for begins, ends in pauses:
                    left = (
                        [
                            part
                            for one, two in left
                            for part in ((one, min(two, max(begins, one))), (max(one, ends), two))
                            if part[0] < part[1]
                        ]
                        if begins < ends
                        else left
                    )
                yield from (part for part in left if part[0] < part[1])
            day += DAY

    def walk(self, start: dt.datetime, limit: dt.timedelta, pauses: list[Span]) -> dt.datetime:
        """When so much time has counted."""
        for begins, ends in self.pieces(start, pauses):
            if ends - begins >= limit:
                return begins + limit
            limit -= ends - begins
        raise AssertionError

    def walk_back(self, end: dt.datetime, limit: dt.timedelta) -> dt.datetime:
        """The last moment from which so much counts up to the end."""
        day = end.date()
        while True:
            for opens, closes in reversed(self.of_day(day)):
                left = min(closes, end) - opens
                if left >= limit:
                    return opens + left - limit
                limit -= max(left, dt.timedelta())
            day -= DAY

    def days_back(self, day: dt.date, count: int) -> dt.date:
        """So many days that count before a day."""
        while count:
            day -= DAY
            count -= bool(self.of_day(day))
        return day

    def between(self, one: dt.datetime, two: dt.datetime) -> dt.timedelta:
        """What counts between two moments, in order."""
        total = dt.timedelta()
        if one >= two:
            return total
        for begins, ends in self.pieces(one, []):
            if begins >= two:
                return total
            total += min(ends, two) - begins
        raise AssertionError

    def running(self, at: dt.datetime) -> bool:
        """Whether the moment begins a second that counts."""
        return any(opens <= at < closes for opens, closes in self.of_day(at.date()))

    def next_working_day(self, day: dt.date) -> dt.date:
        while not self.of_day(day):
            day += DAY
        return day
