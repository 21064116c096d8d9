"""Calendar months and years from an anchor, anniversaries, hours to call, and times as people read them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlcrm.festivals import FESTIVALS, STATUTORY_FESTIVALS, festival, festival_name, next_festival
from xlcrm.intervals import MONTHS, SECONDS, Interval, Unit, parse_frequency, parse_length

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = [
    "FESTIVALS",
    "STATUTORY_FESTIVALS",
    "Interval",
    "Slot",
    "Unit",
    "add",
    "add_each",
    "add_months",
    "anniversary",
    "end_of_day",
    "festival",
    "festival_name",
    "human_minutes",
    "is_date_only",
    "months_between",
    "months_text",
    "next_anniversary",
    "next_festival",
    "next_slot",
    "overrun_text",
    "parse_frequencies",
    "parse_frequency",
    "parse_length",
]

Moments = NDArray[np.datetime64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NAT: Final = int(np.iinfo(np.int64).min)
"""The integer of NaT: a number of months or minutes that is not known."""
_OF_A_DAY: Final = (Unit.MIN, Unit.H)
_LAST_SECOND: Final = np.timedelta64(86_399, "s")


def add_months(days: Moments, months: Integers | int) -> Moments:
    """Whole calendar months after each day, clamped to the last day of the month.

    Count from the anchor, never from a clamped date: 31 January + 1 is 28 or 29 February, + 2 is 31 March.

    Args:
        days: (n,) dates; a time of day is dropped; NaT gives NaT.
        months: (n,) or one number, may be negative.

    Returns:
        (n,) datetime64[D].
    """
    day = np.asarray(days).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    target = month + np.asarray(months, dtype="timedelta64[M]")
    first = target.astype("datetime64[D]")
    last = (target + 1).astype("datetime64[D]") - 1
    moved: Moments = np.minimum(first + (day - month.astype("datetime64[D]")), last)
    return moved


def add(moments: Moments, amount: Integers | int, unit: Unit) -> Moments:
    """A limit after each start in 自然时间; a time of day is kept.

    Args:
        moments: (n,) datetime64[D] for dates, any finer unit for moments; NaT gives NaT.
        amount: (n,) or one number, may be negative.
        unit: months and years count as in `add_months`, a day on a moment is 24 hours.

    Returns:
        (n,) datetime64[D] for dates and a unit of days or more, else datetime64[s].
    """
    dates = moments.dtype == np.dtype("datetime64[D]")
    number = np.asarray(amount, dtype=np.int64)
    moved: Moments
    if unit in MONTHS:
        moved = add_months(moments, number * MONTHS[unit])
        if not dates:
            second = moments.astype("datetime64[s]")
            moved = moved.astype("datetime64[s]") + (second - second.astype("datetime64[D]"))
    elif dates and unit in (Unit.D, Unit.W):
        moved = moments + (number * (SECONDS[unit] // SECONDS[Unit.D])).astype("timedelta64[D]")
    else:
        moved = moments.astype("datetime64[s]") + (number * SECONDS[unit]).astype("timedelta64[s]")
    return moved


def months_between(starts: Moments, ends: Moments) -> Integers:
    """Full months from each start to its end, clamped as in `add_months` (31 January to 28 February is 1).

    Negative where the end lies first. NaT in either gives the integer of NaT. (n,) and (n,) give (n,).
    """
    start, end = np.broadcast_arrays(
        np.asarray(starts).astype("datetime64[D]"), np.asarray(ends).astype("datetime64[D]")
    )
    early, late = np.minimum(start, end), np.maximum(start, end)
    months = (late.astype("datetime64[M]") - early.astype("datetime64[M]")).astype(np.int64)
    missing = np.isnat(early)
    months = np.where(missing, 0, months)
    months = months - (add_months(early, months) > late)
    return np.where(missing, _NAT, np.where(start > end, -months, months))


def months_text(months: int) -> str:
    """合作时长: 7个月, 2年, 1年3个月; blank where it is not known or has not begun."""
    if months < 0:
        return ""
    years, rest = divmod(months, 12)
    if months < 12:
        return f"{months}个月"
    return f"{years}年" + (f"{rest}个月" if rest else "")


def parse_frequencies(texts: pd.Series) -> pd.Series:
    """`parse_frequency` over a column, each different text once: Interval or None a row, dtype object."""
    read = {text: parse_frequency(str(text)) for text in texts.dropna().unique()}
    return pd.Series([read.get(text) for text in texts], index=texts.index, dtype=object)


def add_each(moments: Moments, intervals: Iterable[Interval | None]) -> Moments:
    """Each start plus its own interval (自然时间); None gives NaT.

    Args:
        moments: (n,) as in `add`.
        intervals: n of them, such as the Series of `parse_frequencies`.

    Returns:
        (n,) datetime64[D] for dates when no interval is in hours or minutes, else datetime64[s].
    """
    codes, kinds = pd.factorize(np.fromiter(intervals, dtype=object, count=len(moments)))
    dates = moments.dtype == np.dtype("datetime64[D]") and all(kind.unit not in _OF_A_DAY for kind in kinds)
    start = moments if dates else moments.astype("datetime64[s]")
    result = np.full_like(start, np.datetime64("NaT"))
    for code, kind in enumerate(kinds):
        rows = codes == code
        result[rows] = add(start[rows], kind.amount, kind.unit)
    return result


def anniversary(days: Moments, year: int) -> Moments:
    """The day's return in a year; 29 February falls on 28 February in common years. (n,) datetime64[D]."""
    day = np.asarray(days).astype("datetime64[D]")
    years = day.astype("datetime64[Y]").astype(np.int64) + 1970
    return add_months(day, np.where(np.isnat(day), 0, year - years) * 12)


def next_anniversary(days: Moments, on: date) -> Moments:
    """The first return of each day on or after a date; NaT gives NaT. (n,) datetime64[D]."""
    found = anniversary(days, on.year)
    passed = found < np.datetime64(on, "D")
    found[passed] = anniversary(days[passed], on.year + 1)
    return found


def end_of_day(days: Moments) -> Moments:
    """23:59:59 of each day: where a deadline falls whose start has no time. (n,) datetime64[s]."""
    midnight = np.asarray(days).astype("datetime64[D]").astype("datetime64[s]")
    last: Moments = np.add(midnight, _LAST_SECOND)
    return last


def is_date_only(moments: Moments) -> Flags:
    """Whether each moment is a date without a time, that is midnight sharp; NaT is not. (n,) bool."""
    flags: Flags = moments == moments.astype("datetime64[D]")
    return flags


def human_minutes(minutes: int, *, in_days: bool = True) -> str:
    """Minutes as people read them: 45分, 3小时20分, 1天4小时.

    A day is 24 hours, and beside days the minutes are left out; time of 工作时间 stays in hours (`in_days`
    False), for its day is shorter. The sign is dropped. The integer of NaT gives a blank.
    """
    if minutes == _NAT:
        return ""
    hours, minute = divmod(abs(minutes), 60)
    days, hour = divmod(hours, 24) if in_days else (0, hours)
    if days:
        return f"{days}天" + (f"{hour}小时" if hour else "")
    if hour:
        return f"{hour}小时" + (f"{minute}分" if minute else "")
    return f"{minute}分"


def overrun_text(
    minutes: Integers, late: Flags | None = None, *, in_days: Flags | None = None
) -> NDArray[np.object_]:
    """超时 3小时20分 or 剩余 1天4小时 for each number of minutes past the deadline.

    Args:
        minutes: (n,) minutes past the deadline, negative before it; the integer of NaT gives a blank.
        late: (n,) whether the deadline has passed, when the caller knows it to the second; else minutes > 0.
        in_days: (n,) whether 24 hours are a day, as they are not in 工作时间; by default they are.

    Returns:
        (n,) str.
    """
    past = minutes > 0 if late is None else late
    whole = np.ones(len(minutes), dtype=np.bool_) if in_days is None else in_days
    texts = [
        "" if minute == _NAT else f"{'超时' if over else '剩余'} {human_minutes(minute, in_days=days)}"
        for minute, over, days in zip(minutes.tolist(), past.tolist(), whole.tolist(), strict=True)
    ]
    return np.array(texts, dtype=object)


class _WorkingDays(Protocol):
    """The one thing that `next_slot` asks of a calendar (see `xlcrm.worktime.Calendar`)."""

    def is_working(self, days: Moments, /) -> Flags: ...


class Slot(NamedTuple):
    """建议时段: an hour in which a call is welcome."""

    start: datetime
    end: datetime

    def text(self) -> str:
        """11-24 周二 10:00-11:00."""
        weekday = "一二三四五六日"[self.start.weekday()]
        return f"{self.start:%m-%d} 周{weekday} {self.start:%H:%M}-{self.end:%H:%M}"


_MORNING: Final = time(10)
_AFTERNOON: Final = time(15)
_BUSY: Final = frozenset({(0, _MORNING), (4, _AFTERNOON)})
"""Monday morning and Friday afternoon are no time to call (semantics: the due list)."""


def next_slot(now: datetime, calendar: _WorkingDays) -> Slot:
    """The next 10:00-11:00 or 15:00-16:00 of a working day, not Monday morning, not Friday afternoon.

    A slot that has begun is over, one that begins now is not.
    """
    day = now.date()
    while True:
        working = bool(calendar.is_working(np.array([day], dtype="datetime64[D]"))[0])
        for opening in (_MORNING, _AFTERNOON):
            start = datetime.combine(day, opening)
            if working and start >= now and (day.weekday(), opening) not in _BUSY:
                return Slot(start, start + timedelta(hours=1))
        day += timedelta(days=1)
