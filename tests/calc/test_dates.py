"""Serial days, and which cells show them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.calc.dates import EXCEL_EPOCH, from_serial, to_serial

EPOCH_1904 = dt.datetime(1904, 1, 1)


def test_serials_of_excel() -> None:
    assert from_serial(45356.5, EXCEL_EPOCH) == dt.datetime(2024, 3, 5, 12)
    assert to_serial(dt.datetime(2024, 3, 5, 12), EXCEL_EPOCH) == 45356.5


def test_serials_from_1904() -> None:
    assert from_serial(43894.0, EPOCH_1904) == dt.datetime(2024, 3, 5)
    assert to_serial(dt.datetime(2024, 3, 5), EPOCH_1904) == 43894.0


@pytest.mark.parametrize("serial", [-1.0, 2_958_466.0, 1e12])
def test_what_no_calendar_has_stays_a_number(serial: float) -> None:
    assert from_serial(serial, EXCEL_EPOCH) == serial


def test_the_calendar_of_1904_ends_with_9999_too() -> None:
    assert from_serial(2_957_004.0, EPOCH_1904) == 2_957_004.0


@given(
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)).map(
        lambda at: at.replace(microsecond=0)
    ),
    st.sampled_from([EXCEL_EPOCH, EPOCH_1904]),
)
def test_seconds_survive(moment: dt.datetime, start: dt.datetime) -> None:
    if moment >= start:
        assert from_serial(to_serial(moment, start), start) == moment


def test_alternating_formats_are_told_apart(sheet: Any) -> None:
    """More changes than halving is patient with."""
    cells = sheet["A1:A200"]
    cells.value = [[45356.0]] * 200
    for row in range(2, 201, 2):
        sheet.range((row, 1)).number_format = "yyyy-mm-dd"
    assert cells.value == [45356.0, dt.datetime(2024, 3, 5)] * 100
    assert sheet["A51:A60"].value == [45356.0, dt.datetime(2024, 3, 5)] * 5
