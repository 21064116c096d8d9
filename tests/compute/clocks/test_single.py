"""A promise without a rule's row."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compute.build import CALENDAR
from xlcrm.compute.clocks.single import Course, promise, promised, standing
from xlcrm.errors import RuleError
from xlcrm.rules.base import CalendarKind, LimitUnit, Warning_

NOW = np.datetime64("2026-11-20T10:30:00")
NATURAL, WORKING = CalendarKind.NATURAL, CalendarKind.WORKING


def moments(*texts: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([text or "NaT" for text in texts], dtype="datetime64[s]")


def word(due: str, stop: str = "", start: str | None = None, **spec: object) -> str:
    course = Course(
        moments(due),
        moments(stop),
        None if start is None else moments(start),
        Warning_.model_validate(spec or {"share": 0.25}),
    )
    return standing(course, NOW, CALENDAR)[0]


@pytest.mark.parametrize(
    ("limit", "unit", "reason"),
    [
        (-1, LimitUnit.HOUR, "不能小于 0"),
        (float("nan"), LimitUnit.HOUR, "不能小于 0"),
        (1.5, LimitUnit.MONTH, "应为整数"),
        (101, LimitUnit.YEAR, "一百年"),
    ],
)
def test_a_limit_that_no_rule_may_have_is_refused(limit: float, unit: LimitUnit, reason: str) -> None:
    with pytest.raises(RuleError, match=reason):
        promise(limit, unit, NATURAL)


def test_working_hours_of_a_friday_run_on_on_monday() -> None:
    due, by_day = promised(promise(2, LimitUnit.HOUR, WORKING), moments("2026-11-20T17:30:00", ""), CALENDAR)
    assert due.tolist() == moments("2026-11-23T10:30:00", "").tolist()
    assert by_day.tolist() == [False, False]


def test_a_promise_from_a_date_holds_to_the_end_of_a_day() -> None:
    due, by_day = promised(promise(3, LimitUnit.DAY, NATURAL), moments("2026-11-20"), CALENDAR)
    assert due.tolist() == moments("2026-11-23T23:59:59").tolist()
    assert by_day.tolist() == [True]


def test_without_a_start_every_promise_runs() -> None:
    assert word("2026-11-20T10:30:00") == "即将超时"
    assert word("2026-11-20T10:31:00") == "进行中"
    assert word("2026-11-20T10:29:59") == "已超时"
    assert word("2026-11-20") == "进行中"
    assert word("2026-11-20T10:00:00", "2026-11-20T10:00:00") == "按时完成"
    assert word("2026-11-20T10:00:00", "2026-11-20T10:00:01") == "超时完成"
    assert word("") == ""


def test_what_lies_after_now_is_not_there_yet() -> None:
    assert word("2026-11-20T10:00:00", "2026-11-20T10:30:01") == "已超时"
    assert word("2026-11-21T10:00:00", "", "2026-11-20T10:30:01") == "未开始"


def test_with_a_start_the_share_of_the_whole_time_warns() -> None:
    assert word("2026-11-20T12:00:00", "", "2026-11-20T06:00:00") == "即将超时"
    assert word("2026-11-20T12:00:01", "", "2026-11-20T06:00:00") == "进行中"
    assert word("2026-11-20T12:00:00", "", "2026-11-20T06:00:00", share=0.0) == "进行中"


def test_a_fixed_span_warns_with_or_without_a_start() -> None:
    assert word("2026-11-20T12:30:00", minutes=120) == "即将超时"
    assert word("2026-11-20T12:30:01", minutes=120) == "进行中"
    assert word("2026-11-20T12:30:00", "", "2026-11-20T10:00:00", minutes=120) == "即将超时"


def test_a_stop_before_the_start_is_odd_and_no_start_is_none() -> None:
    assert word("2026-11-20T12:00:00", "2026-11-20T08:00:00", "2026-11-20T09:00:00") == "数据异常"
    assert word("", "", "") == "未开始"
    assert word("", "", "2026-11-20T09:00:00") == ""


def test_the_warning_is_counted_in_the_promises_own_calendar() -> None:
    monday = Course(moments("2026-11-23T10:00:00"), moments(""), None, Warning_(minutes=120), WORKING)
    friday = [np.datetime64(f"2026-11-20T{clock}:00") for clock in ("16:59", "17:00")]
    assert [standing(monday, now, CALENDAR) for now in friday] == [["进行中"], ["即将超时"]]
