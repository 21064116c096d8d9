"""How often, and how long, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.intervals import Interval, Unit, parse_frequency, parse_length

D, W, MO, Y = Unit.D, Unit.W, Unit.MO, Unit.Y


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("每周1次", 1, W),
        ("每周一次", 1, W),
        ("每星期1次", 1, W),
        ("每两周1次", 2, W),
        ("每2周一次", 2, W),
        ("每月1次", 1, MO),
        ("每个月", 1, MO),
        ("每季度1次", 3, MO),
        ("每个季度1次", 3, MO),
        ("每季1次", 3, MO),
        ("每半年1次", 6, MO),
        ("每年1次", 1, Y),
        ("每2年1次", 2, Y),
        ("每10天1次", 10, D),
        ("每十天一次", 10, D),
        ("每十五天一次", 15, D),
        ("每二十一天一次", 3, W),
        ("每天1次", 1, D),
        ("每日1次", 1, D),
        ("每１０天１次", 10, D),
        (" 每 10 天 1 次 ", 10, D),
        ("每\u00a0周\u3000１次", 1, W),
        ("半年一次", 6, MO),
        ("1个月1次", 1, MO),
        ("每半月1次", 15, D),
        ("每十二个月1次", 1, Y),
        ("每14天1次", 2, W),
        ("每24小时1次", 24, Unit.H),
        ("每120分钟1次", 2, Unit.H),
        ("每半小时1次", 30, Unit.MIN),
    ],
)
def test_a_frequency_is_read(text: str, amount: int, unit: Unit) -> None:
    assert parse_frequency(text) == Interval(amount, unit)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("每月2次", 15, D),
        ("每月4次", 1, W),
        ("每周2次", 3, D),
        ("每周3次", 2, D),
        ("每两周2次", 1, W),
        ("每季度3次", 1, MO),
        ("每季度2次", 45, D),
        ("每半年2次", 3, MO),
        ("每年4次", 3, MO),
        ("每年两次", 6, MO),
        ("每年5次", 73, D),
    ],
)
def test_several_times_share_the_period(text: str, amount: int, unit: Unit) -> None:
    assert parse_frequency(text) == Interval(amount, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "不定期",
        "每周一",
        "每天2次",
        "每小时2次",
        "每0天1次",
        "每月0次",
        "每周半次",
        "每半周1次",
        "1周",
        "每次",
        "每周1次以上",
        "每",
    ],
)
def test_what_is_no_frequency_is_not_guessed(text: str) -> None:
    assert parse_frequency(text) is None


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(1, W), "每周1次"),
        (Interval(7, D), "每周1次"),
        (Interval(2, W), "每两周1次"),
        (Interval(3, W), "每3周1次"),
        (Interval(1, MO), "每月1次"),
        (Interval(2, MO), "每2个月1次"),
        (Interval(3, MO), "每季度1次"),
        (Interval(6, MO), "每半年1次"),
        (Interval(12, MO), "每年1次"),
        (Interval(15, D), "每15天1次"),
        (Interval(60, Unit.MIN), "每小时1次"),
    ],
)
def test_text_is_the_office_word(interval: Interval, text: str) -> None:
    assert interval.text() == text


@settings(deadline=None)
@given(st.integers(1, 400), st.sampled_from(Unit))
def test_text_is_read_back(amount: int, unit: Unit) -> None:
    interval = Interval(amount, unit)
    assert parse_frequency(interval.text()) == interval.simplest()


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2个月", 2, MO),
        ("３ 个月", 3, MO),
        ("0个月", 0, MO),
        ("1年", 1, Y),
        ("一年", 1, Y),
        ("1年3个月", 15, MO),
        ("1年零3个月", 15, MO),
        ("两年十二个月", 3, Y),
        ("半年", 6, MO),
        ("1年半", 18, MO),
        ("45天", 45, D),
        ("2周", 2, W),
        ("一季度", 3, MO),
    ],
)
def test_a_length_is_read(text: str, amount: int, unit: Unit) -> None:
    assert parse_length(text) == Interval(amount, unit)


@pytest.mark.parametrize(
    "text", ["", "很久", "年", "0年", "1年0", "半天", "-3个月", "1.5年", "3个月2天", "1年0个月"]
)
def test_what_is_no_length_is_not_guessed(text: str) -> None:
    assert parse_length(text) is None


def test_months_of_a_length() -> None:
    lengths = [
        Interval(2, Y),
        Interval(5, MO),
        Interval(45, D),
        Interval(29, D),
        Interval(9, W),
        Interval(720, Unit.H),
    ]
    assert [length.months for length in lengths] == [24, 5, 1, 0, 2, 1]


def test_units_have_chinese_names() -> None:
    assert [unit.label for unit in Unit] == ["分钟", "小时", "天", "周", "个月", "年"]
