"""What programs hand over, as the file door would have read it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from xlcrm.workbook.live.values import doubtful, is_1904, is_formula, moment, plain, plain_column

DAY_ZERO = dt.datetime(1899, 12, 30)


class Time(dt.datetime):
    """Looks like pywintypes' time: a subclass with a zone."""


ZONED = Time(2026, 3, 18, 9, 40, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (dt.datetime(2026, 3, 18), dt.date(2026, 3, 18)),
        (dt.datetime(2026, 3, 18, 9, 40), dt.datetime(2026, 3, 18, 9, 40)),
        (dt.datetime(2026, 3, 18, 9, 39, 59, 999_000), dt.datetime(2026, 3, 18, 9, 40)),
        (dt.datetime(2026, 3, 18, 9, 40, 0, 1_000), dt.datetime(2026, 3, 18, 9, 40)),
        (dt.datetime(2026, 3, 17, 23, 59, 59, 999_500), dt.date(2026, 3, 18)),
        (dt.datetime(2026, 3, 18, 9, 40, 0, 123_456), dt.datetime(2026, 3, 18, 9, 40, 0, 123_000)),
        (ZONED, dt.datetime(2026, 3, 18, 9, 40)),
        (dt.datetime(1899, 12, 30, 9, 30), dt.time(9, 30)),
        (DAY_ZERO, dt.time(0, 0)),
        (dt.datetime(1899, 12, 31), dt.date(1900, 1, 1)),
        (dt.datetime(1899, 12, 31, 12), dt.datetime(1900, 1, 1, 12)),
        (dt.datetime(1900, 2, 27), dt.date(1900, 2, 28)),
        (dt.datetime(1900, 3, 1), dt.date(1900, 3, 1)),
    ],
)
def test_moments(given: dt.datetime, wanted: object) -> None:
    found = moment(given)
    assert found == wanted
    assert type(found) is type(wanted)


def test_moments_of_workbooks_that_count_from_1904() -> None:
    assert moment(dt.datetime(1904, 1, 1, 12), date1904=True) == dt.time(12)
    assert moment(dt.datetime(1904, 1, 2), date1904=True) == dt.date(1904, 1, 2)
    assert moment(dt.datetime(1904, 1, 3, 12), duration=True, date1904=True) == dt.timedelta(2.5)


@pytest.mark.parametrize(
    ("given", "formula", "wanted"),
    [
        (3.0, "3", 3.0),
        (True, "TRUE", True),
        ("文", "文", "文"),
        ("", '=""', None),
        (None, "", None),
        (Decimal("12.5"), "12.5", 12.5),
        (Decimal("0.1235"), "0.123456", 0.123456),  # a currency cell comes cut to four places
        (Decimal("0.1235"), "=A1/3", 0.1235),
        (Decimal(7), "700", 7.0),
        (3, "3", 3.0),
    ],
)
def test_plain_values(given: Any, formula: str, wanted: object) -> None:
    found = plain(given, formula)
    assert found == wanted
    assert type(found) is type(wanted)


def test_times_are_durations_where_the_column_says_so() -> None:
    values = [DAY_ZERO + dt.timedelta(hours=30), None, DAY_ZERO + dt.timedelta(minutes=5)]
    formulas = ["1.25", "", "0.0034"]
    assert plain_column(values, formulas, lambda first, last: [(first, last, "[h]:mm")]) == [
        dt.timedelta(hours=30),
        None,
        dt.timedelta(minutes=5),
    ]
    assert plain_column(values[2:], formulas[2:], lambda *_: [(0, 0, "h:mm")]) == [dt.time(0, 5)]
    assert plain_column(values, formulas, lambda *_: [(0, 1, "[h]:mm"), (2, 2, "h:mm")])[2] == dt.time(0, 5)


def test_the_number_format_is_asked_for_only_where_it_matters() -> None:
    def never(*_: int) -> list[tuple[int, int, str]]:
        raise AssertionError

    assert plain_column([1.0, "甲", "", None, True], ["1", "甲", '=""', "", "TRUE"], never) == [
        1.0,
        "甲",
        None,
        None,
        True,
    ]
    assert plain_column([dt.datetime(2026, 3, 18), 2.0], ["46099", "2"], never) == [
        dt.date(2026, 3, 18),
        2.0,
    ]


def test_formulas_are_told_from_texts_that_look_like_them() -> None:
    assert is_formula(2.0, "=1+1")
    assert is_formula(None, '=""')
    assert is_formula(2.0, "{=A1:A3*2}")
    assert not is_formula("=1+1", "=1+1")
    assert not is_formula("{=1}", "{=1}")
    assert not is_formula(2.0, "2")


def test_cells_that_may_hold_an_error() -> None:
    assert doubtful(None, "=1/0")
    assert doubtful(None, "#N/A")
    assert not doubtful("#N/A", "#N/A")  # a text
    assert not doubtful(None, "")


def test_the_date_system_is_told_by_any_date() -> None:
    at = dt.datetime(2026, 3, 18, 9, 40)
    assert is_1904([[1.0, at]], [["1", "46099.402777777781"]]) is False
    assert is_1904([[at]], [["44637.402777777781"]]) is True
    assert is_1904([[at], [at]], [["=NOW()"], ["46099.4"]]) is False
    assert is_1904([[1.0, "甲"]], [["1", "甲"]]) is None
    assert is_1904([[at]], [["不是数"]]) is None
