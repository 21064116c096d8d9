"""Working time: known examples, laws that hold for every calendar, and agreement with the slow reference."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.reference_time import Pauses, ReferenceCalendar
from xlcrm.errors import CalendarError
from xlcrm.worktime import DEFAULT_HOURS, NATURAL, NO_MINUTES, Calendar, Segment, Worktime, statutory

if TYPE_CHECKING:
    from collections.abc import Sequence

Moments = NDArray[np.datetime64]

OFFICE = Worktime.build(DEFAULT_HOURS)


def moments(*texts: str) -> Moments:
    return np.array(texts, dtype="datetime64[s]")


def days(*texts: str) -> Moments:
    return np.array(texts, dtype="datetime64[D]")


def published() -> Worktime:
    known = statutory(range(2025, 2029))
    return Worktime.build(
        days_off=known.days_off,
        workdays=dict.fromkeys(known.workdays),
        first_year=2025,
        last_year=2028,
        known_years=known.known_years,
    )


# --- known examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "deadline"),
    [
        pytest.param("2026-11-20T17:30", 120, "2026-11-23T10:30", id="two hours over the weekend"),
        pytest.param(
            "2026-11-21T15:00", 60, "2026-11-23T10:00", id="a Saturday counts from Monday's opening"
        ),
        pytest.param("2026-11-20T17:00", 60, "2026-11-20T18:00", id="closing time stays closing time"),
        pytest.param("2026-11-20T18:00", 0, "2026-11-20T18:00", id="nothing after closing time stays"),
        pytest.param("2026-11-20T18:00", 1, "2026-11-23T09:01", id="a minute after closing time"),
        pytest.param("2026-11-20T11:30", 30, "2026-11-20T12:00", id="noon stays noon"),
        pytest.param("2026-11-20T11:30", 31, "2026-11-20T13:31", id="over the lunch break"),
        pytest.param("2026-11-20T12:30", 0, "2026-11-20T13:30", id="nothing from the lunch break"),
        pytest.param("2026-11-21T15:00", 0, "2026-11-23T09:00", id="nothing from a Saturday"),
        pytest.param("2026-11-20T09:00", 0, "2026-11-20T09:00", id="nothing from opening time"),
        pytest.param("2026-11-20T09:00:30", 60, "2026-11-20T10:00:30", id="seconds are kept"),
        pytest.param("2026-11-20T06:00", 450, "2026-11-20T18:00", id="a whole day from before opening"),
        pytest.param("2026-11-23T10:30", -120, "2026-11-20T17:30", id="back over the weekend"),
        pytest.param("2026-11-23T10:00", -60, "2026-11-23T09:00", id="back to an opening stays there"),
        pytest.param("2026-11-22T10:00", -60, "2026-11-20T17:00", id="back from a Sunday"),
        pytest.param("NaT", 60, "NaT", id="no start"),
        pytest.param("2026-11-20T09:00", NO_MINUTES, "NaT", id="no limit"),
    ],
)
def test_walk_in_office_hours(start: str, minutes: int, deadline: str) -> None:
    assert str(OFFICE.walk(moments(start), minutes)[0]) == str(moments(deadline)[0])


def test_make_up_saturday_works_and_the_holiday_does_not() -> None:
    calendar = published()
    starts = moments("2026-10-09T17:30", "2026-09-30T17:30")
    assert calendar.walk(starts, 60).tolist() == [datetime(2026, 10, 10, 9, 30), datetime(2026, 10, 8, 9, 30)]


def test_a_day_off_beats_a_workday_which_beats_the_weekday() -> None:
    saturday, sunday, monday = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
    calendar = Worktime.build(
        days_off=[sunday, monday],
        workdays={saturday: [Segment(600, 660)], sunday: None, date(2026, 11, 28): ()},
    )
    asked = days("2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-28", "NaT")
    assert calendar.is_working(asked).tolist() == [True, False, False, True, True, False]
    assert calendar.walk(moments("2026-11-20T18:00"), 61).tolist() == [datetime(2026, 11, 24, 9, 1)]
    assert calendar.hours_of(date(2026, 11, 28)) == DEFAULT_HOURS


def test_twenty_four_hours_is_the_next_midnight() -> None:
    calendar = Worktime.build([Segment(22 * 60, 1440), Segment(0, 6 * 60)], weekdays=range(7))
    late = moments("2026-12-31T23:00")
    assert calendar.walk(late, 60).tolist() == [datetime(2027, 1, 1)]
    assert calendar.walk(late, 61).tolist() == [datetime(2027, 1, 1, 0, 1)]
    assert calendar.walk(moments("2027-01-01"), 0).tolist() == [datetime(2027, 1, 1)]


@pytest.mark.parametrize("start", ["0100-03-05T10:00:00", "1905-08-16T10:00:00", "2203-08-16T10:00:00"])
def test_a_year_typed_wrong_is_walked_by_the_plain_week(start: str) -> None:
    begun = moments(start)
    deadline = OFFICE.walk(begun, 450 * 5 * 52 * 3)  # three times 52 plain weeks
    assert (deadline - begun).astype(int).tolist() == [3 * 52 * 7 * 86_400]
    assert OFFICE.elapsed(begun, deadline).tolist() == [450 * 5 * 52 * 3]


def test_listed_days_widen_the_range_of_years() -> None:
    monday = date(2031, 1, 6)
    calendar = Worktime.build(days_off=[monday], first_year=2026, last_year=2026)
    assert calendar.walk(moments("2031-01-03T18:00"), 60).tolist() == [datetime(2031, 1, 7, 10)]


def test_every_unit_of_time_is_read() -> None:
    fine = moments("2026-11-20T17:30").astype("datetime64[us]")
    assert OFFICE.walk(fine, 120).tolist() == [datetime(2026, 11, 23, 10, 30)]
    assert OFFICE.elapsed(fine, fine.astype("datetime64[ns]")).tolist() == [0]


def test_no_rows_give_no_rows() -> None:
    none = moments()
    assert OFFICE.walk(none, 60).shape == OFFICE.elapsed(none, none).shape == (0,)
    assert OFFICE.walk_days(days(), 1).shape == (0,)


def test_elapsed_rounds_towards_zero_both_ways() -> None:
    early, late = moments("2026-11-20T17:59:30"), moments("2026-11-23T09:01:00")
    assert OFFICE.elapsed(early, late).tolist() == [1]
    assert OFFICE.elapsed(late, early).tolist() == [-1]
    assert (
        OFFICE.elapsed(moments("NaT", "2026-11-20"), moments("2026-11-20", "NaT")).tolist()
        == [NO_MINUTES] * 2
    )


# --- pauses -------------------------------------------------------------------------------------------


def test_a_pause_moves_the_deadline_by_its_working_time_only() -> None:
    # 17:00 on Friday to 10:00 on Monday holds two working hours, not 65.
    pause = moments("2026-11-20T17:00"), moments("2026-11-23T10:00")
    assert OFFICE.walk_paused(moments("2026-11-20T16:00"), 120, [pause]).tolist() == [
        datetime(2026, 11, 23, 11)
    ]


def test_a_pause_that_begins_at_the_deadline_changes_nothing() -> None:
    pause = moments("2026-11-20T18:00"), moments("2026-11-23T10:00")
    assert OFFICE.walk_paused(moments("2026-11-20T16:00"), 120, [pause]).tolist() == [
        datetime(2026, 11, 20, 18)
    ]


def test_a_later_pause_counts_when_an_earlier_one_moved_the_deadline_past_it() -> None:
    pauses = [
        (moments("2026-11-20T09:30", "NaT"), moments("2026-11-20T10:30", "2026-11-20T10:30")),
        (moments("2026-11-20T10:45", "2026-11-20T10:45"), moments("2026-11-20T11:15", "2026-11-20T11:15")),
    ]
    deadlines = OFFICE.walk_paused(moments("2026-11-20T09:00", "2026-11-20T09:00"), 60, pauses)
    assert deadlines.tolist() == [datetime(2026, 11, 20, 11, 30), datetime(2026, 11, 20, 10)]


@pytest.mark.parametrize(
    ("since", "until", "deadline"),
    [
        pytest.param(
            "2026-11-20T08:00", "2026-11-20T09:30", "2026-11-20T10:30", id="begins before the start"
        ),
        pytest.param("2026-11-19T09:00", "2026-11-19T18:00", "2026-11-20T10:00", id="ends before the start"),
        pytest.param("2026-11-20T09:30", "2026-11-20T09:15", "2026-11-20T10:00", id="ends before it begins"),
        pytest.param("2026-11-20T09:30", "NaT", "2026-11-20T10:00", id="has no end"),
    ],
)
def test_only_the_paused_time_after_the_start_counts(since: str, until: str, deadline: str) -> None:
    found = OFFICE.walk_paused(moments("2026-11-20T09:00"), 60, [(moments(since), moments(until))])
    assert found.tolist() == moments(deadline).tolist()


@pytest.mark.parametrize(
    ("second", "deadline"),
    [
        pytest.param(("2026-11-20T09:20", "2026-11-20T09:50"), "2026-11-20T10:40", id="overlapping"),
        pytest.param(("2026-11-20T09:20", "2026-11-20T09:30"), "2026-11-20T10:30", id="one inside the other"),
    ],
)
def test_time_in_two_pauses_counts_once(second: tuple[str, str], deadline: str) -> None:
    pauses = [
        (moments("2026-11-20T09:10"), moments("2026-11-20T09:40")),
        (moments(second[0]), moments(second[1])),
    ]
    found = OFFICE.walk_paused(moments("2026-11-20T09:00"), 60, pauses)
    assert found.tolist() == moments(deadline).tolist()


# --- days ---------------------------------------------------------------------------------------------


def test_a_due_day_moves_to_the_next_working_day() -> None:
    calendar = published()
    moved = calendar.next_working_day(days("2026-10-01", "2026-10-10", "2026-10-11", "2026-11-20", "NaT"))
    assert moved.astype(str).tolist() == ["2026-10-08", "2026-10-10", "2026-10-12", "2026-11-20", "NaT"]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, "2026-11-23"), (1, "2026-11-23"), (5, "2026-11-27"), (6, "2026-11-30"), (-1, "2026-11-20")],
)
def test_working_days_from_a_saturday(amount: int, expected: str) -> None:
    assert OFFICE.walk_days(days("2026-11-21"), amount).astype(str).tolist() == [expected]


def test_spans_are_the_working_stretches_between() -> None:
    assert OFFICE.spans(datetime(2026, 11, 20, 11), datetime(2026, 11, 23, 9, 30)) == [
        (datetime(2026, 11, 20, 11), datetime(2026, 11, 20, 12)),
        (datetime(2026, 11, 20, 13, 30), datetime(2026, 11, 20, 18)),
        (datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 9, 30)),
    ]
    assert OFFICE.spans(datetime(2026, 11, 23), datetime(2026, 11, 20)) == []


def test_skipped_days_say_why() -> None:
    calendar = Worktime.build(
        weekdays=(0, 1, 3, 4),
        days_off={date(2026, 11, 20): "店庆", date(2026, 11, 23): ""},
        workdays={date(2026, 11, 22): None},
    )
    assert calendar.skipped(datetime(2026, 11, 18, 9), datetime(2026, 11, 24, 9)) == [
        (date(2026, 11, 18), "周三休息"),
        (date(2026, 11, 20), "节假日（店庆）"),
        (date(2026, 11, 21), "周末"),
        (date(2026, 11, 23), "节假日"),
    ]


def test_a_year_after_the_published_ones_is_flagged() -> None:
    calendar = published()
    ends = moments("2026-12-31T23:59:59", "2027-01-01", "2003-05-05", "NaT")
    assert calendar.crosses_unknown(ends).tolist() == [False, True, False, False]
    assert not OFFICE.crosses_unknown(ends).any()


# --- natural time -------------------------------------------------------------------------------------


def test_natural_time_counts_every_hour() -> None:
    starts = moments("2026-11-20T17:30:30", "NaT")
    assert NATURAL.walk(starts, np.array([120, 5])).tolist() == [datetime(2026, 11, 20, 19, 30, 30), None]
    assert NATURAL.walk(moments("2026-11-21T03:00"), 0).tolist() == [datetime(2026, 11, 21, 3)]
    assert NATURAL.elapsed(moments("2026-11-20"), moments("2026-11-22")).tolist() == [2880]
    assert NATURAL.is_working(days("2026-11-21", "NaT")).tolist() == [True, False]
    assert NATURAL.next_working_day(days("2026-11-21")).tolist() == [date(2026, 11, 21)]
    assert NATURAL.walk_days(days("2026-11-20", "NaT"), 3).tolist() == [date(2026, 11, 23), None]
    assert not NATURAL.crosses_unknown(starts).any()


def test_natural_time_skips_nothing() -> None:
    start, end = datetime(2026, 11, 20, 17), datetime(2026, 11, 22, 9)
    assert NATURAL.spans(start, end) == [(start, end)]
    assert NATURAL.spans(end, start) == []
    assert NATURAL.skipped(start, end) == []


# --- what can't be a calendar -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param({"hours": ()}, "没有任何时段", id="no hours"),
        pytest.param({"weekdays": ()}, "工作日一个都没有", id="no weekdays"),
        pytest.param({"weekdays": (1, 7)}, "不在周一至周日", id="an eighth weekday"),
        pytest.param(
            {"hours": (Segment(540, 720), Segment(700, 800))}, "09:00-12:00 与 11:40-13:20 重叠", id="overlap"
        ),
        pytest.param(
            {"workdays": {date(2026, 11, 21): (Segment(540, 720), Segment(600, 610))}},
            "2026-11-21 的工作时段的 09:00-12:00 与 10:00-10:10 重叠",
            id="overlap on a day of its own",
        ),
        pytest.param({"first_year": 2030, "last_year": 2020}, "不成范围", id="years the wrong way round"),
    ],
)
def test_an_impossible_calendar_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        Worktime.build(**arguments)


def test_touching_segments_are_no_overlap() -> None:
    calendar = Worktime.build([Segment(600, 720), Segment(540, 600)])
    assert calendar.elapsed(moments("2026-11-20"), moments("2026-11-21")).tolist() == [180]


def test_a_calendar_is_a_frozen_value() -> None:
    assert Worktime.build() == Worktime.build()
    assert hash(Worktime.build()) == hash(Worktime.build())
    assert Worktime.build(days_off=[date(2026, 11, 20)]) != Worktime.build()
    with pytest.raises(FrozenInstanceError):
        OFFICE.weekdays = frozenset({1})  # type: ignore[misc]  # the test is that it can't be done


# --- laws of every calendar ---------------------------------------------------------------------------

EPOCH = datetime(2025, 11, 1)
"""The calendars below lay out 2026 only, so that the plain weeks before and after are walked too."""


@st.composite
def hours(draw: st.DrawFn) -> list[tuple[int, int]]:
    """One to three segments of a day, an hour or more in all."""
    edges = draw(
        st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)
        .filter(lambda found: len(found) % 2 == 0)
        .map(sorted)
        .filter(lambda found: sum(found[1::2]) - sum(found[::2]) >= 60)
    )
    return list(zip(edges[::2], edges[1::2], strict=True))


dates_2026 = st.integers(0, 364).map(lambda more: date(2026, 1, 1) + timedelta(days=more))
ticks = st.integers(0, 480 * 2880).map(lambda count: EPOCH + timedelta(seconds=30 * count))
limits = st.integers(0, 900)
calendars = st.builds(
    ReferenceCalendar,
    hours=hours(),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    off=st.sets(dates_2026, max_size=30),
    own=st.dictionaries(dates_2026, hours(), max_size=10),
)


@st.composite
def rows_of_pauses(draw: st.DrawFn, start: datetime) -> Pauses:
    """Up to three pauses in order and apart, around a start."""
    edges = draw(st.lists(st.integers(-2880, 5 * 2880), max_size=6, unique=True).map(sorted))
    at = [start + timedelta(seconds=30 * edge) for edge in edges]
    return list(zip(at[::2], at[1::2], strict=False))


def fast(calendar: ReferenceCalendar) -> Worktime:
    return Worktime.build(
        [Segment(*edges) for edges in calendar.hours],
        weekdays=calendar.weekdays,
        days_off=calendar.off,
        workdays={day: [Segment(*edges) for edges in own] for day, own in calendar.own.items()},
        first_year=2026,
        last_year=2026,
    )


def array(found: Sequence[datetime]) -> Moments:
    return np.array(found, dtype="datetime64[s]")


def columns(pauses: Sequence[Pauses]) -> list[tuple[Moments, Moments]]:
    """Each row's pauses as the k-th pause of every row."""
    widest = max(map(len, pauses), default=0)
    none = (None, None)
    padded = [[*row, *[none] * (widest - len(row))] for row in pauses]
    return [
        (
            np.array([row[k][0] for row in padded], dtype="datetime64[s]"),
            np.array([row[k][1] for row in padded], dtype="datetime64[s]"),
        )
        for k in range(widest)
    ]


@settings(deadline=None, max_examples=40)
@given(calendar=calendars, start=ticks, minutes=st.integers(-300, 900))
def test_walk_agrees_with_the_reference(calendar: ReferenceCalendar, start: datetime, minutes: int) -> None:
    assert fast(calendar).walk(array([start]), minutes).tolist() == [calendar.walk(start, minutes)]


@settings(deadline=None, max_examples=40)
@given(calendar=calendars, start=ticks, minutes=limits, data=st.data())
def test_paused_walk_agrees_with_the_reference(
    calendar: ReferenceCalendar, start: datetime, minutes: int, data: st.DataObject
) -> None:
    pauses = data.draw(rows_of_pauses(start))
    found = fast(calendar).walk_paused(array([start]), minutes, columns([pauses]))
    assert found.tolist() == [calendar.walk(start, minutes, pauses)]


@settings(deadline=None, max_examples=40)
@given(calendar=calendars, start=ticks, ahead=st.integers(-20 * 2880, 20 * 2880))
def test_elapsed_agrees_with_the_reference(calendar: ReferenceCalendar, start: datetime, ahead: int) -> None:
    end = start + timedelta(seconds=30 * ahead)
    assert fast(calendar).elapsed(array([start]), array([end])).tolist() == [calendar.elapsed(start, end)]


@settings(deadline=None, max_examples=40)
@given(calendar=calendars, start=ticks, amount=st.integers(-40, 40))
def test_working_days_agree_with_the_reference(
    calendar: ReferenceCalendar, start: datetime, amount: int
) -> None:
    quick, day = fast(calendar), np.array([start], dtype="datetime64[D]")
    assert quick.is_working(day).tolist() == [bool(calendar.hours_of(start.date()))]
    assert quick.next_working_day(day).tolist() == [calendar.next_working_day(start.date())]
    assert quick.walk_days(day, amount).tolist() == [calendar.walk_days(start.date(), amount)]


@settings(deadline=None, max_examples=40)
@given(calendar=calendars, start=ticks, hours_ahead=st.integers(0, 500))
def test_spans_hold_the_elapsed_time(calendar: ReferenceCalendar, start: datetime, hours_ahead: int) -> None:
    quick, end = fast(calendar), start + timedelta(hours=hours_ahead)
    held = sum((until - since for since, until in quick.spans(start, end)), timedelta())
    assert quick.elapsed(array([start]), array([end])).tolist() == [held // timedelta(minutes=1)]


@st.composite
def either_calendar(draw: st.DrawFn) -> Calendar:
    return draw(st.one_of(st.just(NATURAL), calendars.map(fast)))


many_starts = st.lists(ticks, min_size=1, max_size=20)


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), starts=many_starts, minutes=st.integers(-5000, 50_000))
def test_elapsed_undoes_walk(calendar: Calendar, starts: list[datetime], minutes: int) -> None:
    begun = array(starts)
    assert (calendar.elapsed(begun, calendar.walk(begun, minutes)) == minutes).all()


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), starts=many_starts, first=limits, second=limits)
def test_two_walks_are_one_walk(calendar: Calendar, starts: list[datetime], first: int, second: int) -> None:
    begun = array(starts)
    once = calendar.walk(begun, first + second)
    assert (calendar.walk(calendar.walk(begun, first), second) == once).all()


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), starts=many_starts, minutes=st.integers(-500, 5000))
def test_a_later_start_is_never_due_earlier(calendar: Calendar, starts: list[datetime], minutes: int) -> None:
    deadlines = calendar.walk(array(sorted(starts)), minutes)
    assert (deadlines[1:] >= deadlines[:-1]).all()


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), start=ticks, minutes=st.lists(st.integers(-500, 5000), min_size=1))
def test_a_longer_limit_is_never_due_earlier(calendar: Calendar, start: datetime, minutes: list[int]) -> None:
    ordered = np.array(sorted(minutes))
    deadlines = calendar.walk(array([start] * len(minutes)), ordered)
    assert (deadlines[1:] >= deadlines[:-1]).all()


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), start=ticks, minutes=limits, data=st.data())
def test_a_pause_never_shortens(
    calendar: Calendar, start: datetime, minutes: int, data: st.DataObject
) -> None:
    begun, pauses = array([start]), data.draw(rows_of_pauses(start))
    deadlines = [
        calendar.walk_paused(begun, minutes, columns([pauses[:k]]))[0] for k in range(len(pauses) + 1)
    ]
    assert deadlines[0] == calendar.walk(begun, minutes)[0]
    assert deadlines == sorted(deadlines)


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), starts=many_starts, ends=many_starts)
def test_elapsed_backwards_is_its_negative(
    calendar: Calendar, starts: list[datetime], ends: list[datetime]
) -> None:
    size = min(len(starts), len(ends))
    one, other = array(starts[:size]), array(ends[:size])
    assert (calendar.elapsed(one, other) == -calendar.elapsed(other, one)).all()


@settings(deadline=None, max_examples=40)
@given(calendar=either_calendar(), starts=many_starts, data=st.data())
def test_the_order_of_rows_is_irrelevant(
    calendar: Calendar, starts: list[datetime], data: st.DataObject
) -> None:
    minutes = np.array(data.draw(st.lists(limits, min_size=len(starts), max_size=len(starts))))
    pauses = [data.draw(rows_of_pauses(start)) for start in starts]
    order = np.array(data.draw(st.permutations(range(len(starts)))))
    deadlines = calendar.walk_paused(array(starts), minutes, columns(pauses))
    shuffled = calendar.walk_paused(
        array(starts)[order],
        minutes[order],
        [(since[order], until[order]) for since, until in columns(pauses)],
    )
    assert (shuffled == deadlines[order]).all()
    alone = [
        calendar.walk_paused(array([start]), minute, columns([row]))[0]
        for start, minute, row in zip(starts, minutes.tolist(), pauses, strict=True)
    ]
    assert (np.array(alone) == deadlines).all()
