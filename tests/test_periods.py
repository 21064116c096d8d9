"""Months from an anchor, anniversaries, times as people read them, and good hours to call."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference_time
from xlcrm import periods
from xlcrm.periods import Interval, Slot, Unit
from xlcrm.worktime import NATURAL, NO_MINUTES, Worktime, statutory

if TYPE_CHECKING:
    from numpy.typing import NDArray


def days(*texts: str) -> NDArray[np.datetime64]:
    return np.array(texts, dtype="datetime64[D]")


def moments(*texts: str) -> NDArray[np.datetime64]:
    return np.array(texts, dtype="datetime64[s]")


any_day = st.dates(date(1970, 1, 1), date(2090, 12, 31))


# --- months -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 2, "2025-03-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-03-31", -1, "2025-02-28"),
        ("1969-03-31", -1, "1969-02-28"),
        ("NaT", 1, "NaT"),
    ],
)
def test_months_are_clamped_and_counted_from_the_anchor(anchor: str, months: int, expected: str) -> None:
    assert periods.add_months(days(anchor), months).astype(str).tolist() == [expected]


@settings(deadline=None)
@given(st.lists(st.tuples(any_day, st.integers(-300, 300)), min_size=1))
def test_months_agree_with_the_reference(rows: list[tuple[date, int]]) -> None:
    anchors = np.array([day for day, _ in rows], dtype="datetime64[D]")
    amounts = np.array([months for _, months in rows])
    expected = [reference_time.add_months(day, months) for day, months in rows]
    assert periods.add_months(anchors, amounts).tolist() == expected


@settings(deadline=None)
@given(any_day, st.integers(-1500, 1500))
def test_months_between_agree_with_the_reference(start: date, ahead: int) -> None:
    end = start + timedelta(days=ahead)
    found = periods.months_between(
        np.array([start], dtype="datetime64[D]"), np.array([end], dtype="datetime64[D]")
    )
    assert found.tolist() == [reference_time.months_between(start, end)]


def test_months_between_nothing_is_not_known() -> None:
    found = periods.months_between(days("NaT", "2026-01-01"), days("2026-01-01", "NaT"))
    assert found.tolist() == [NO_MINUTES, NO_MINUTES]
    assert [periods.months_text(months) for months in found.tolist()] == ["", ""]


@pytest.mark.parametrize(
    ("months", "text"), [(0, "0个月"), (7, "7个月"), (12, "1年"), (15, "1年3个月"), (24, "2年"), (-1, "")]
)
def test_months_text(months: int, text: str) -> None:
    assert periods.months_text(months) == text


@settings(deadline=None)
@given(st.integers(0, 600))
def test_months_text_is_read_back(months: int) -> None:
    length = periods.parse_length(periods.months_text(months))
    assert length is not None
    assert length.months == months


# --- limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit.MIN, "2024-01-31T09:32:30"),
        (Unit.H, "2024-01-31T11:30:30"),
        (Unit.D, "2024-02-02T09:30:30"),
        (Unit.W, "2024-02-14T09:30:30"),
        (Unit.MO, "2024-03-31T09:30:30"),
        (Unit.Y, "2026-01-31T09:30:30"),
    ],
)
def test_a_limit_keeps_the_time_of_day(unit: Unit, expected: str) -> None:
    found = periods.add(moments("2024-01-31T09:30:30", "NaT").astype("datetime64[us]"), 2, unit)
    assert found.dtype == np.dtype("datetime64[s]")
    assert found.astype(str).tolist() == [expected, "NaT"]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(Unit.D, "2024-02-02"), (Unit.W, "2024-02-14"), (Unit.MO, "2024-03-31"), (Unit.Y, "2026-01-31")],
)
def test_a_limit_on_a_date_is_a_date(unit: Unit, expected: str) -> None:
    found = periods.add(days("2024-01-31"), np.array([2]), unit)
    assert found.dtype == np.dtype("datetime64[D]")
    assert found.astype(str).tolist() == [expected]


def test_hours_after_a_date_are_a_moment() -> None:
    assert periods.add(days("2024-01-31"), -2, Unit.H).astype(str).tolist() == ["2024-01-30T22:00:00"]


def test_each_start_has_its_own_interval() -> None:
    read = periods.parse_frequencies(
        pd.Series(["每月1次", None, "每两周1次", "随便", "每月一次"], index=[3, 5, 7, 9, 11])
    )
    assert read.index.tolist() == [3, 5, 7, 9, 11]
    assert read.tolist() == [Interval(1, Unit.MO), None, Interval(2, Unit.W), None, Interval(1, Unit.MO)]
    due = periods.add_each(days("2025-01-31", "2025-01-31", "2025-01-31", "2025-01-31", "NaT"), read)
    assert due.astype(str).tolist() == ["2025-02-28", "NaT", "2025-02-14", "NaT", "NaT"]
    assert due.dtype == np.dtype("datetime64[D]")


def test_an_interval_of_hours_makes_moments_of_dates() -> None:
    due = periods.add_each(days("2025-01-31", "2025-01-31"), [Interval(24, Unit.H), Interval(1, Unit.MO)])
    assert due.astype(str).tolist() == ["2025-02-01T00:00:00", "2025-02-28T00:00:00"]


def test_no_rows_have_no_due_days() -> None:
    assert periods.add_each(days(), []).dtype == np.dtype("datetime64[D]")
    assert periods.parse_frequencies(pd.Series([], dtype=str)).tolist() == []


# --- anniversaries and days ---------------------------------------------------------------------------


def test_a_leap_day_returns_on_the_28th_in_common_years() -> None:
    born = days("2000-02-29", "1999-03-01", "NaT")
    assert periods.anniversary(born, 2027).astype(str).tolist() == ["2027-02-28", "2027-03-01", "NaT"]
    assert periods.anniversary(born, 2028).astype(str).tolist() == ["2028-02-29", "2028-03-01", "NaT"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2026-11-21", "2026-11-21"), ("2026-11-22", "2027-11-21"), ("2026-01-01", "2026-11-21")],
)
def test_next_anniversary(on: str, expected: str) -> None:
    found = periods.next_anniversary(days("2010-11-21", "NaT"), date.fromisoformat(on))
    assert found.astype(str).tolist() == [expected, "NaT"]


@settings(deadline=None)
@given(any_day, any_day)
def test_next_anniversary_is_within_a_year(born: date, on: date) -> None:
    found = periods.next_anniversary(np.array([born], dtype="datetime64[D]"), on).tolist()[0]
    assert on <= found <= on + timedelta(days=366)
    assert (found.month, found.day) in {(born.month, born.day), (2, 28)}


def test_end_of_day_and_date_only() -> None:
    mixed = moments("2026-11-20T00:00:00", "2026-11-20T00:00:01", "NaT")
    assert periods.is_date_only(mixed).tolist() == [True, False, False]
    assert periods.end_of_day(mixed).astype(str).tolist() == [
        "2026-11-20T23:59:59",
        "2026-11-20T23:59:59",
        "NaT",
    ]


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0分"),
        (45, "45分"),
        (60, "1小时"),
        (200, "3小时20分"),
        (-200, "3小时20分"),
        (1440, "1天"),
        (1445, "1天"),
        (1680, "1天4小时"),
        (144_000, "100天"),
        (NO_MINUTES, ""),
    ],
)
def test_minutes_as_people_read_them(minutes: int, text: str) -> None:
    assert periods.human_minutes(minutes) == text


def test_overrun_and_remaining() -> None:
    minutes = np.array([200, -1680, 0, NO_MINUTES], dtype=np.int64)
    assert periods.overrun_text(minutes).tolist() == ["超时 3小时20分", "剩余 1天4小时", "剩余 0分", ""]
    assert periods.overrun_text(minutes[:0]).tolist() == []


def test_seconds_past_the_deadline_are_an_overrun_when_the_caller_says_so() -> None:
    minutes = np.array([0, 0], dtype=np.int64)
    assert periods.overrun_text(minutes, np.array([True, False])).tolist() == ["超时 0分", "剩余 0分"]


# --- slots --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "text"),
    [
        pytest.param("2026-11-24T09:00", "11-24 周二 10:00-11:00", id="this morning"),
        pytest.param("2026-11-24T10:00", "11-24 周二 10:00-11:00", id="begins now"),
        pytest.param("2026-11-24T10:01", "11-24 周二 15:00-16:00", id="has begun"),
        pytest.param("2026-11-24T15:30", "11-25 周三 10:00-11:00", id="tomorrow"),
        pytest.param(
            "2026-11-20T10:30", "11-23 周一 15:00-16:00", id="neither Friday afternoon nor Monday morning"
        ),
        pytest.param("2026-09-30T16:00", "10-08 周四 10:00-11:00", id="after the holiday"),
        pytest.param("2026-10-09T16:00", "10-10 周六 10:00-11:00", id="a make-up Saturday"),
    ],
)
def test_next_slot(now: str, text: str) -> None:
    known = statutory([2026])
    calendar = Worktime.build(days_off=known.days_off, workdays=dict.fromkeys(known.workdays))
    assert periods.next_slot(datetime.fromisoformat(now), calendar).text() == text


def test_next_slot_in_natural_time_may_be_a_saturday() -> None:
    found = periods.next_slot(datetime(2026, 11, 20, 12), NATURAL)
    assert found == Slot(datetime(2026, 11, 21, 10), datetime(2026, 11, 21, 11))


def test_festivals_are_at_hand() -> None:
    assert periods.next_festival("春节", date(2026, 11, 21)) == date(2027, 2, 6)
