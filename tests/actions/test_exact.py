"""Cells as texts that keep value and type."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.actions.exact import exact_text, same_value, value_of

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
    st.dates(),
    st.datetimes(),
)


@given(CELLS)
def test_every_cell_comes_back_with_its_type(value: object) -> None:
    text = exact_text(value)
    assert text is not None
    assert text == text.strip()
    back = value_of(text)
    assert back == value
    assert same_value(back, value)
    wanted = float if type(value) is int else type(value)
    assert type(back) is wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "空"),
        ("00123 ", '文本"00123 "'),
        ("空", '文本"空"'),
        ("=1+1", '文本"=1+1"'),
        (500_000.0, "数字 500000"),
        (0.1, "数字 0.1"),
        (True, "逻辑 TRUE"),
        (False, "逻辑 FALSE"),
        (dt.date(2026, 3, 1), "日期 2026-03-01"),
        (dt.datetime(2026, 3, 1, 9, 30), "时间 2026-03-01 09:30:00"),
    ],
)
def test_how_it_reads(value: object, text: str) -> None:
    assert exact_text(value) == text
    assert value_of(text) == value


@pytest.mark.parametrize("value", [dt.time(9), dt.timedelta(1), float("nan"), float("inf"), "长" * 16_000])
def test_what_no_text_keeps(value: object) -> None:
    assert exact_text(value) is None


@pytest.mark.parametrize("text", ["", "VIP", "文本", '文本"', "数字 多", "日期 昨天", "时间 ", "空白"])
def test_a_text_that_somebody_typed_over_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        value_of(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1, True),
        (1.0, True, False),
        (True, True, True),
        ("1", 1.0, False),
        (None, None, True),
        (None, "", False),
        (dt.date(2026, 3, 1), dt.datetime(2026, 3, 1), True),
        (dt.datetime(2026, 3, 1, 9, 30, 0, 3), dt.datetime(2026, 3, 1, 9, 30), True),
        (dt.datetime(2026, 3, 1, 9, 30), dt.datetime(2026, 3, 1, 9, 31), False),
        (dt.date(2026, 3, 1), 46_082.0, False),
        ("VIP", "VIP", True),
        ("VIP", "vip", False),
    ],
)
def test_sameness(one: object, other: object, same: bool) -> None:  # noqa: FBT001 - the case's answer
    assert same_value(one, other) is same
    assert same_value(other, one) is same
