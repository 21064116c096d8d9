"""Working hours of a day, typed in many ways."""

from __future__ import annotations

import pytest

from xlcrm.errors import CalendarError
from xlcrm.hours import DEFAULT_HOURS, Segment, hours_text, parse_hours


@pytest.mark.parametrize(
    "text",
    [
        "09:00-12:00, 13:30-18:00",
        "９：００～１２：００，１３：３０～１８：００",
        "9:00—12:00、13:30——18:00",
        "13:30-18:00；9:00-12:00",
        " 9:00 - 12:00\n13:30 - 18:00 ",
        "9:00至12:00 和 13:30 到 18:00。",
        "9点-12点，13点半到18点00分",
        "9时至12时及13时30分至18时",
    ],
)
def test_hours_are_read_however_they_are_typed(text: str) -> None:
    assert parse_hours(text) == DEFAULT_HOURS


def test_a_whole_day_is_read() -> None:
    assert parse_hours("0:00-24:00") == (Segment(0, 1440),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "是空的"),
        (" ， ", "是空的"),
        ("早九晚六", "“早九晚六”读不懂"),
        ("9:00", "“9:00”读不懂"),
        ("9:60-10:00", "“9:60-10:00”读不懂"),
        ("9:00-12:00, 下午", "“下午”读不懂"),
        ("12:00-09:00", "12:00-09:00 的结束不晚于开始"),
        ("22:00-06:00", "22:00-24:00 和 00:00-06:00"),
        ("09:00-09:00", "结束不晚于开始"),
        ("09:00-24:30", "超出一天"),
        ("09:00-12:00, 11:00-18:00", "09:00-12:00 与 11:00-18:00 重叠"),
    ],
)
def test_what_is_no_range_of_times_is_refused(text: str, words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        parse_hours(text)


def test_text_is_what_parse_reads() -> None:
    assert hours_text(DEFAULT_HOURS) == "09:00-12:00, 13:30-18:00"
    assert parse_hours(hours_text(DEFAULT_HOURS)) == DEFAULT_HOURS
