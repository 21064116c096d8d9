"""Festivals of known years, and the days off of published and unpublished ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xlcrm.errors import CalendarError
from xlcrm.festivals import (
    FESTIVALS,
    STATUTORY_FESTIVALS,
    festival,
    festival_name,
    festivals_on,
    next_festival,
    published_years,
    statutory,
)

KNOWN = {
    "春节": """2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01
        2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23
        2032-02-11 2033-01-31 2034-02-19 2035-02-08""",
    "中秋": """2015-09-27 2016-09-15 2017-10-04 2018-09-24 2019-09-13 2020-10-01 2021-09-21 2022-09-10
        2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15""",
    "端午": """2012-06-23 2015-06-20 2016-06-09 2017-05-30 2018-06-18 2019-06-07 2020-06-25 2021-06-14
        2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19""",
    "清明": "2019-04-05 2020-04-04 2021-04-04 2022-04-05 2023-04-05 2024-04-04 2025-04-04 2026-04-05",
    "除夕": "2024-02-09 2025-01-28 2026-02-16",
    "元宵": "2024-02-24 2025-02-12 2026-03-03",
    "七夕": "2023-08-22 2024-08-10 2025-08-29",
    "重阳": "2023-10-23 2024-10-11 2025-10-29",
    "腊八": "2024-01-18 2025-01-07 2026-01-26",
    "元旦": "2026-01-01",
    "劳动节": "2026-05-01",
    "国庆": "2026-10-01",
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_dates(name: str) -> None:
    dates = [date.fromisoformat(text) for text in KNOWN[name].split()]
    assert [festival(name, day.year) for day in dates] == dates


def test_the_eighth_of_the_last_month_belongs_to_the_winter_of_the_spring_festival() -> None:
    assert festival("腊八", 2023) == date(2022, 12, 30)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("中秋节", "中秋"),
        (" 端午节 ", "端午"),
        ("国庆节", "国庆"),
        ("五一", "劳动节"),
        ("五一节", "劳动节"),
        ("教师", "教师节"),
    ],
)
def test_other_names_are_the_same_festival(typed: str, name: str) -> None:
    assert festival_name(typed) == name


def test_every_festival_has_a_date_in_every_year_that_a_customer_file_can_hold() -> None:
    for year in (1901, 1985, 2033, 2100):
        assert all(abs(festival(name, year) - date(year, 7, 1)) < timedelta(days=190) for name in FESTIVALS)


def test_an_unknown_festival_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(CalendarError, match=r"不认识节日“双十一”.*春节.*中秋"):
        festival("双十一", 2026)


@pytest.mark.parametrize("year", [1900, 2101])
def test_a_year_out_of_reach_is_refused(year: int) -> None:
    with pytest.raises(CalendarError, match=f"{year}年"):
        festival("春节", year)


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("春节", "2026-02-17", "2026-02-17"),
        ("春节", "2026-02-18", "2027-02-06"),
        ("中秋", "2026-11-21", "2027-09-15"),
        ("元旦", "2026-11-21", "2027-01-01"),
        ("腊八", "2022-11-01", "2022-12-30"),
        ("腊八", "2022-12-31", "2024-01-18"),
    ],
)
def test_next_festival(name: str, day: str, expected: str) -> None:
    assert next_festival(name, date.fromisoformat(day)) == date.fromisoformat(expected)


def test_published_year_has_its_moved_and_make_up_days() -> None:
    found = statutory([2026])
    assert found.known_years == {2026}
    assert sorted(found.workdays) == [
        date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
    ]
    assert [day for day in found.days_off if day.month == 2] == [date(2026, 2, day) for day in range(15, 24)]
    assert found.days_off[date(2026, 10, 7)] == "国庆节"


def test_unpublished_year_has_the_days_of_the_law_and_is_not_known() -> None:
    found = statutory([2099])
    assert found.known_years == frozenset()
    assert not found.workdays
    assert len(found.days_off) == 13
    spring = festival("春节", 2099)
    assert [found.days_off[spring + timedelta(days=shift)] for shift in (-1, 0, 1, 2)] == ["春节"] * 4
    assert {date(2099, 5, 2), date(2099, 10, 3)} <= set(found.days_off)


def test_mid_autumn_inside_national_day_counts_once() -> None:
    assert festival("中秋", 2058) == date(2058, 10, 2)
    found = statutory([2058])
    assert len(found.days_off) == 12
    assert found.days_off[date(2058, 10, 2)] == "中秋"


def test_years_that_nobody_asked_for_are_left_out() -> None:
    assert {day.year for day in statutory([2024, 2026]).days_off} == {2024, 2026}
    assert statutory([]).days_off == {}


def test_computed_festivals_are_no_working_days_in_any_published_year() -> None:
    """Two libraries that do not know of each other agree on 2008 to 2026."""
    off = statutory(range(2008, 2027)).days_off
    dates = [festival(name, year) for name in STATUTORY_FESTIVALS for year in range(2008, 2027)]
    # One 端午 on a Saturday (2012) is not listed, for nobody had to be given that day.
    assert [day for day in dates if day not in off and day.weekday() < 5] == []
    assert sum(day in off for day in dates) >= len(dates) - 1


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 2, 17), ("春节",)),
        (date(2020, 10, 1), ("国庆", "中秋")),
        (date(2022, 12, 30), ("腊八",)),
        (date(2026, 11, 20), ()),
        (date(1800, 1, 1), ()),
        (date(2100, 1, 1), ("元旦",)),
    ],
)
def test_what_a_day_is_called(day: date, names: tuple[str, ...]) -> None:
    assert festivals_on(day) == names


def test_published_years_are_those_of_the_statutory_lists() -> None:
    years = published_years()
    assert {2024, 2025, 2026} <= years
    assert statutory(years).known_years == years
