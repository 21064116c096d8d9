"""What people type where Excel would keep a date or a number."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.tables.typed_text import moment_text, number_text, parse_amount, parse_moment, parse_money

DAY = dt.datetime(2023, 8, 16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-8-16", DAY),
        ("2023/08/16", DAY),
        ("2023.8.16", DAY),
        ("2023。8。16", DAY),
        ("2023年8月16日", DAY),
        ("2023 年 8 月 16 号", DAY),
        ("23年8月16日", DAY),
        ("20230816", DAY),
        ("2023年8月16日星期三", DAY),
        ("2023-08-16（周三）", DAY),
        ("２０２３－８－１６", DAY),
        ("\u30002023—8—16\xa0", DAY),
        ("2023-8-16 14：30", DAY.replace(hour=14, minute=30)),
        ("2023/8/16 9:30", DAY.replace(hour=9, minute=30)),
        ("2023-08-16T09:30:05", DAY.replace(hour=9, minute=30, second=5)),
        ("2023-08-16 09:30:05.123", DAY.replace(hour=9, minute=30, second=5)),
        ("2023-08-16, 3:30 PM", DAY.replace(hour=15, minute=30)),
        ("2023年8月16日 下午3点半", DAY.replace(hour=15, minute=30)),
        ("2023年8月16日上午9时05分10秒", DAY.replace(hour=9, minute=5, second=10)),
        ("2023年8月16日中午1点", DAY.replace(hour=13)),
        ("2023年8月16日 中午12:00", DAY.replace(hour=12)),
        ("2023年8月16日 凌晨12:30", DAY.replace(minute=30)),
        ("2023-8-16 24:00", DAY + dt.timedelta(days=1)),
        ("202308160930", DAY.replace(hour=9, minute=30)),
        ("20230816093005", DAY.replace(hour=9, minute=30, second=5)),
    ],
)
def test_moments_are_read_as_people_type_them(text: str, expected: dt.datetime) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "待定",
        "2023",
        "2023年8月",
        "8月16日",
        "2023-02-30",
        "2023-13-01",
        "2023-8/16",
        "2023-8-165",
        "2023-8-1612:30",
        "2023-8-16 9",
        "2023-8-16 25:00",
        "2023-8-16 24:30",
        "2023-8-16 9:60",
        "2023-08-16T09:30Z",
        "2023-8-16至2023-8-18",
        "1023-8-16",
        "16/8/2023",
        "农历八月十六",
    ],
)
def test_what_is_no_single_moment_is_not_guessed(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize("text", ["2月29日", "2-29", "02/29", "2.29", "２月２９日"])
def test_a_birthday_without_year_lies_in_a_leap_year(text: str) -> None:
    assert parse_moment(text, yearless=True) == dt.datetime(2000, 2, 29)
    assert parse_moment(text) is None


def test_a_birthday_keeps_its_year_if_it_has_one() -> None:
    assert parse_moment("1988年2月29日", yearless=True) == dt.datetime(1988, 2, 29)


@pytest.mark.parametrize(
    ("text", "value", "scale"),
    [
        ("1,200.50元", 1200.5, ""),
        ("￥1200", 1200, ""),
        ("¥ 1，200", 1200, ""),
        ("RMB 99", 99, ""),
        ("-300", -300, ""),
        ("１２００", 1200, ""),
        ("50万", 500_000, "万"),
        ("1.2万元", 12_000, "万"),
        ("50w", 500_000, "万"),
        ("0.5亿元", 50_000_000, "亿"),
        ("3元整", 3, ""),
    ],
)
def test_money(text: str, value: float, scale: str) -> None:
    assert parse_money(text) == (value, scale)


@pytest.mark.parametrize("text", ["", "元", "10-20万", "约50万", "1,2", "1,20元", "3分", "一千", "1e5"])
def test_what_is_no_single_sum_is_none(text: str) -> None:
    assert parse_money(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("4分", 4), ("35%", 0.35), ("３５％", 0.35), ("12 人", 12), ("0.5", 0.5), ("3.", 3)]
)
def test_amounts_may_carry_a_unit(text: str, value: float) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert amount.value == value


def test_ten_thousands_do_not_lose_a_digit() -> None:
    assert parse_money("0.07万") == (700.0, "万")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2023001.0, "2023001"),
        (13800138000.0, "13800138000"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (-3.0, "-3"),
        (-0.0, "0"),
    ],
)
def test_numbers_are_written_without_exponent(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_reads_back(value: float) -> None:
    assert float(number_text(value)) == value


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 12, 30)))
def test_moment_text_reads_back_to_the_second(moment: dt.datetime) -> None:
    read = parse_moment(moment_text(moment))
    assert read is not None
    assert abs(read - moment) <= dt.timedelta(milliseconds=500)
