"""Working time with days off and make-up days: the walk through it and the time between, over rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xlcrm.errors import CalendarError
from xlcrm.festivals import Statutory, statutory
from xlcrm.hours import DEFAULT_HOURS, Segment, hours_text, in_order, parse_hours
from xlcrm.timeline import Line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "DEFAULT_HOURS",
    "NATURAL",
    "NO_MINUTES",
    "Calendar",
    "NaturalTime",
    "Segment",
    "Statutory",
    "Worktime",
    "hours_text",
    "parse_hours",
    "statutory",
]

Moments = NDArray[np.datetime64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_MINUTES: Final = int(np.iinfo(np.int64).min)
"""What `elapsed` gives where a time is missing: the integer of NaT. As a limit it gives NaT."""

MONDAY_TO_FRIDAY: Final = (0, 1, 2, 3, 4)
_WEEKDAY_NAMES: Final = "一二三四五六日"
_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2060


class Calendar(ABC):
    """What a limit is counted in. Arrays of any one shape go in and come out; every unit of time is read."""

    def walk(self, starts: Moments, minutes: Integers | int) -> Moments:
        """The moment at which so much of the calendar's time has passed since each start.

        A deadline may equal closing time: 60 minutes from 17:00 is 18:00, not the next opening. A start
        outside working hours counts from the next opening, so that 0 minutes from a Saturday is Monday's
        opening; 0 minutes from closing time itself stays. Negative minutes walk back, as in a mirror:
        from the last closing, and the result may equal an opening. Seconds are kept.

        Args:
            starts: (n,) moments; NaT gives NaT.
            minutes: (n,) or one number; `NO_MINUTES` gives NaT.

        Returns:
            (n,) datetime64[s].
        """
        return self.walk_paused(starts, minutes, ())

    def walk_paused(
        self, starts: Moments, minutes: Integers | int, pauses: Sequence[tuple[Moments, Moments]]
    ) -> Moments:
        """As `walk`, where the time inside the pauses does not count.

        A pause that begins at or after the deadline so far changes nothing; what lies before the start
        does not count. A pause that is still open ends where the caller says, usually now.

        Args:
            starts: (n,) moments.
            minutes: (n,) or one number.
            pauses: the k-th pair is every row's k-th pause, (n,) from and (n,) to, in order of time within a
                row; NaT in either is no pause. Where two overlap, the common part counts once.

        Returns:
            (n,) datetime64[s].
        """
        start, missing = _seconds(starts)
        limit = np.asarray(minutes, dtype=np.int64)
        missing = missing | (limit == NO_MINUTES)
        limit = np.where(limit == NO_MINUTES, 0, limit) * 60
        begun = self._before(start)
        due = begun + limit
        covered = begun
        for pause_starts, pause_ends in pauses:
            (since, open_start), (until, open_end) = _seconds(pause_starts), _seconds(pause_ends)
            no_pause = open_start | open_end | (until <= since)
            paused_from = np.maximum(self._before(since), covered)
            paused_to = np.maximum(self._before(until), covered)
            counts = ~no_pause & (paused_from < due)
            due = due + np.where(counts, paused_to - paused_from, 0)
            covered = np.where(no_pause, covered, paused_to)
        return self._land(start, due, limit, missing)

    def _land(self, start: Integers, due: Integers, limit: Integers, missing: Flags) -> Moments:
        """The moments of running totals, by the rules of `walk`."""
        end = self._at(due, latest=np.broadcast_to(limit < 0, due.shape))
        # Nothing to walk: a start inside hours or at their closing is where its own total is reached and
        # stays; any other waits for the opening.
        waits = np.broadcast_to(limit == 0, due.shape) & (end != start)
        end[waits] = self._at(due[waits], latest=np.ones(int(waits.sum()), dtype=np.bool_))
        result = end.astype("datetime64[s]")
        result[missing] = np.datetime64("NaT")
        return result

    def elapsed(self, starts: Moments, ends: Moments) -> Integers:
        """Whole minutes of the calendar's time from each start to its end, rounded towards zero.

        Negative where the end lies first: `elapsed(a, b) == -elapsed(b, a)`. `NO_MINUTES` where either
        is NaT. Shapes (n,) and (n,) give (n,).
        """
        (start, no_start), (end, no_end) = _seconds(starts), _seconds(ends)
        seconds = self._before(end) - self._before(start)
        minutes = np.sign(seconds) * (np.abs(seconds) // 60)
        return np.where(no_start | no_end, NO_MINUTES, minutes)

    @abstractmethod
    def _before(self, seconds: Integers) -> Integers:
        """The calendar's time before each moment, in seconds since some fixed point."""

    @abstractmethod
    def _at(self, totals: Integers, *, latest: Flags) -> Integers:
        """The first (or latest) moment before which lies so much of the calendar's time."""

    @abstractmethod
    def is_working(self, days: Moments) -> Flags:
        """Whether each day has working time; NaT has none. (n,) gives (n,)."""

    @abstractmethod
    def next_working_day(self, days: Moments) -> Moments:
        """Each day itself where it is a working day, else the next one that is. (n,) gives datetime64[D]."""

    @abstractmethod
    def walk_days(self, days: Moments, amount: Integers | int) -> Moments:
        """The working day so many working days after each; 0 gives `next_working_day`, less walks back."""

    @abstractmethod
    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches of the calendar's time between two moments, a list for people who ask why."""

    @abstractmethod
    def skipped(self, start: datetime, end: datetime) -> list[tuple[date, str]]:
        """The days from start to end, both included, that do not count at all, each with its reason."""

    @abstractmethod
    def crosses_unknown(self, ends: Moments) -> Flags:
        """Whether each moment lies in a year whose 放假安排 is not published yet. (n,) gives (n,)."""


class NaturalTime(Calendar):
    """自然时间: every hour of every day counts."""

    def _before(self, seconds: Integers) -> Integers:
        return seconds

    def _at(self, totals: Integers, *, latest: Flags) -> Integers:
        del latest  # without gaps both are one moment
        return totals

    def is_working(self, days: Moments) -> Flags:
        return ~np.isnat(days)

    def next_working_day(self, days: Moments) -> Moments:
        return days.astype("datetime64[D]")

    def walk_days(self, days: Moments, amount: Integers | int) -> Moments:
        number, missing = _days(days)
        return _dated(number + np.asarray(amount, dtype=np.int64), missing)

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        return [(start, end)] if start < end else []

    def skipped(self, start: datetime, end: datetime) -> list[tuple[date, str]]:
        del start, end  # no day is left out
        return []

    def crosses_unknown(self, ends: Moments) -> Flags:
        return np.zeros(np.shape(ends), dtype=np.bool_)


NATURAL: Final = NaturalTime()


@dataclass(frozen=True)
class Worktime(Calendar):
    """工作时间: the hours of working days. Make one with `Worktime.build`."""

    hours: tuple[Segment, ...]
    weekdays: frozenset[int]
    days_off: Mapping[date, str] = field(hash=False)
    workdays: Mapping[date, tuple[Segment, ...]] = field(hash=False)
    known_years: frozenset[int]
    _seconds_line: Line = field(compare=False, repr=False)
    _days_line: Line = field(compare=False, repr=False)

    @classmethod
    def build(  # noqa: PLR0913 - one keyword a line of 参数表 and 节假日
        cls,
        hours: Sequence[Segment] = DEFAULT_HOURS,
        *,
        weekdays: Collection[int] = MONDAY_TO_FRIDAY,
        days_off: Collection[date] = (),
        workdays: Mapping[date, Sequence[Segment] | None] = MappingProxyType({}),
        first_year: int = _FIRST_YEAR,
        last_year: int = _LAST_YEAR,
        known_years: Collection[int] = (),
    ) -> Worktime:
        """A calendar of working hours. A day off beats a workday, which beats the weekday's rule.

        Args:
            hours: the segments of an ordinary working day, in any order.
            weekdays: which weekdays work, Monday is 0.
            days_off: 休息 rows; a mapping from day to festival name makes `skipped` name them.
            workdays: 上班 rows with their own segments; None or nothing means the ordinary hours.
            first_year: the first year to lay out day by day.
            last_year: the last one. Listed days outside widen the range by themselves; beyond it
                the plain week goes on for ever, so that no date is out of range.
            known_years: years whose statutory arrangement is in the lists.

        Raises:
            CalendarError: no working time, overlapping segments, or weekdays or years out of range.
        """
        ordinary = in_order(hours, "工作时间")
        if not ordinary:
            raise CalendarError("工作时间没有任何时段，请在参数表填写，例如 09:00-12:00, 13:30-18:00。")
        working = frozenset(weekdays)
        if not working or not working <= frozenset(range(7)):
            raise CalendarError("工作日一个都没有或不在周一至周日之内，请在参数表填写，例如 周一至周五。")
        names = days_off if isinstance(days_off, Mapping) else dict.fromkeys(days_off, "")
        off = {_plain(day): str(name) for day, name in names.items()}
        own = {
            _plain(day): in_order(segments or ordinary, f"节假日表 {day:%Y-%m-%d} 的工作时段")
            for day, segments in workdays.items()
        }
        listed = [day.year for day in (*off, *own)]
        years = min([first_year, *listed]), max([last_year, *listed])
        if not 1 < years[0] <= years[1] < 9999:
            raise CalendarError(f"工作日历从 {years[0]} 年到 {years[1]} 年，不成范围，请检查节假日表的日期。")
        exceptions = own | dict.fromkeys(off, ())
        seconds, days = _lines(ordinary, working, exceptions, years)
        return cls(ordinary, working, off, own, frozenset(known_years), seconds, days)

    def _before(self, seconds: Integers) -> Integers:
        return self._seconds_line.before(seconds)

    def _at(self, totals: Integers, *, latest: Flags) -> Integers:
        return self._seconds_line.at(totals, latest=latest)

    def is_working(self, days: Moments) -> Flags:
        number, missing = _days(days)
        working: Flags = self._days_line.before(number + 1) > self._days_line.before(number)
        return working & ~missing

    def next_working_day(self, days: Moments) -> Moments:
        return self.walk_days(days, 0)

    def walk_days(self, days: Moments, amount: Integers | int) -> Moments:
        number, missing = _days(days)
        more = np.asarray(amount, dtype=np.int64)
        # Forward the day itself is not among those counted, whether it works or not.
        total = self._days_line.before(number + (more > 0)) + more - (more > 0)
        return _dated(self._days_line.at(total, latest=np.ones(total.shape, dtype=np.bool_)), missing)

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        found: list[tuple[datetime, datetime]] = []
        for day in _each_day(start, end):
            midnight = datetime.combine(day, time())
            for segment in self.hours_of(day):
                opens = max(start, midnight + timedelta(minutes=segment.opens))
                closes = min(end, midnight + timedelta(minutes=segment.closes))
                if opens < closes:
                    found.append((opens, closes))
        return found

    def skipped(self, start: datetime, end: datetime) -> list[tuple[date, str]]:
        return [(day, self._reason(day)) for day in _each_day(start, end) if not self.hours_of(day)]

    def crosses_unknown(self, ends: Moments) -> Flags:
        years = ends.astype("datetime64[Y]").astype(np.int64) + 1970
        if not self.known_years:
            return np.zeros(years.shape, dtype=np.bool_)
        return ~np.isnat(ends) & (years > max(self.known_years))

    def hours_of(self, day: date) -> tuple[Segment, ...]:
        """The segments of one day, empty for a day off."""
        if day in self.days_off:
            return ()
        ordinary = self.hours if day.weekday() in self.weekdays else ()
        return self.workdays.get(day, ordinary)

    def _reason(self, day: date) -> str:
        name = self.days_off.get(day)
        if name is not None:
            return f"节假日（{name}）" if name else "节假日"
        return "周末" if day.weekday() >= 5 else f"周{_WEEKDAY_NAMES[day.weekday()]}休息"


def _lines(
    hours: tuple[Segment, ...],
    weekdays: frozenset[int],
    exceptions: Mapping[date, tuple[Segment, ...]],
    years: tuple[int, int],
) -> tuple[Line, Line]:
    """The working seconds and the working days from the week before the first year to that after the last."""
    first = date(years[0], 1, 1).toordinal() - _EPOCH - 7
    last = date(years[1] + 1, 1, 1).toordinal() - _EPOCH
    days = np.arange(first, last + 7, dtype=np.int64)
    ordinary = np.isin((days + 3) % 7, list(weekdays))  # 1970-01-01 was a Thursday
    own = {day.toordinal() - _EPOCH: segments for day, segments in exceptions.items()}
    ordinary[np.fromiter(own, np.int64, len(own)) - first] = False
    extra = [
        (day * _DAY + segment.opens * 60, day * _DAY + segment.closes * 60)
        for day, segments in own.items()
        for segment in segments
    ]
    edges = np.array([(segment.opens * 60, segment.closes * 60) for segment in hours], dtype=np.int64)
    laid_out = (days[ordinary, None, None] * _DAY + edges).reshape(-1, 2)
    spans = np.concatenate((laid_out, np.array(extra, dtype=np.int64).reshape(-1, 2)))
    spans = spans[np.argsort(spans[:, 0])]
    seconds = Line.of(spans[:, 0].copy(), spans[:, 1].copy(), first * _DAY, last * _DAY, 7 * _DAY)
    working = np.unique(spans[:, 0] // _DAY)
    return seconds, Line.of(working, working + 1, first, last, 7)


def _seconds(moments: Moments) -> tuple[Integers, Flags]:
    """Whole seconds since 1970 with 0 for NaT, and where it was NaT."""
    missing = np.isnat(moments)
    seconds = np.asarray(moments).astype("datetime64[s]").astype(np.int64)
    return np.where(missing, 0, seconds), missing


def _days(days: Moments) -> tuple[Integers, Flags]:
    """Days since 1970 with 0 for NaT, and where it was NaT."""
    missing = np.isnat(days)
    return np.where(missing, 0, np.asarray(days).astype("datetime64[D]").astype(np.int64)), missing


def _dated(days: Integers, missing: Flags) -> Moments:
    result = days.astype("datetime64[D]")
    result[missing] = np.datetime64("NaT")
    return result


def _each_day(start: datetime, end: datetime) -> list[date]:
    return [start.date() + timedelta(days=more) for more in range((end.date() - start.date()).days + 1)]


def _plain(day: date) -> date:
    """A date without a time, for a pandas Timestamp is a date too but another key."""
    return date(day.year, day.month, day.day)
