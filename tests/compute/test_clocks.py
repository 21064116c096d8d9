"""Clocks beside what the case files show: unreadable cells, seconds, months, and warning spans."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.checks.build import complaint, sheet
from tests.compute.build import book, computed


def case(**cells: Any) -> dict[str, Any]:
    return dict(complaint(**{"status": None, "received_at": "2026-11-19 12:00", **cells}))


def status(rules: Any, now: dt.datetime, **cells: Any) -> str | None:
    return computed({"customers": [], "complaints": [case(**cells)]}, rules, now=now).status(
        "complaints", "解决"
    )


@pytest.mark.parametrize("remark", ["unreadable", "error"])
@pytest.mark.parametrize("key", ["received_at", "resolved_at"])
def test_a_cell_that_is_no_time_is_invalid(remark: str, key: str) -> None:
    rows = [case(**{key: None}), case(complaint_id="20261110-002")]
    data = {"customers": [], "complaints": sheet("complaints", rows, notes=[(4, key, remark, "上午")])}
    found = computed(data, book("C28"))
    assert [found.status("complaints", "解决", row) for row in (0, 1)] == ["数据异常", "即将超时"]
    assert found.alerts.rows["source"].tolist() == ["客户投诉登记表!5"]


def test_a_cell_that_the_clock_does_not_read_leaves_it_alone() -> None:
    data = {
        "customers": [],
        "complaints": sheet("complaints", [case()], notes=[(4, "wished_by", "unreadable", "尽快")]),
    }
    assert computed(data, book("C28")).status("complaints", "解决") == "即将超时"


@pytest.mark.parametrize(("second", "expected"), [(0, "即将超时"), (1, "已超时")])
def test_a_deadline_is_kept_to_the_second(second: int, expected: str) -> None:
    assert status(book("C28"), dt.datetime(2026, 11, 20, 12, 0, second)) == expected


@pytest.mark.parametrize(
    ("warning", "calendar", "minute", "expected"),
    [
        ("25%", "自然时间", dt.datetime(2026, 11, 20, 5, 59), "进行中"),
        ("25%", "自然时间", dt.datetime(2026, 11, 20, 6, 0), "即将超时"),
        ("2小时", "自然时间", dt.datetime(2026, 11, 20, 9, 59), "进行中"),
        ("2小时", "自然时间", dt.datetime(2026, 11, 20, 10, 0), "即将超时"),
        ("0%", "自然时间", dt.datetime(2026, 11, 20, 11, 59), "进行中"),
        # 24 working hours from Thursday noon (4.5 h, 7.5, 7.5) end on Tuesday at 13:30 + 1.5 h.
        ("1天", "工作时间", dt.datetime(2026, 11, 23, 14, 59), "进行中"),
        ("1天", "工作时间", dt.datetime(2026, 11, 23, 15, 0), "即将超时"),
    ],
)
def test_the_warning_span(warning: str, calendar: str, minute: dt.datetime, expected: str) -> None:
    assert status(book(C28={"预警": warning, "时间口径": calendar}), minute) == expected


def test_a_pause_does_not_widen_or_narrow_the_warning_span() -> None:
    log = [
        {"case_id": "20261110-001", "changed_at": "2026-11-19 14:00", "status": "等待客户"},
        {"case_id": "20261110-001", "changed_at": "2026-11-20 00:00", "status": "处理中"},
    ]
    rows = {"customers": [], "complaints": [case()], "status_changes": log}
    for minute, expected in (
        (dt.datetime(2026, 11, 20, 15, 59), "进行中"),
        (dt.datetime(2026, 11, 20, 16), "即将超时"),
    ):
        assert computed(rows, book("C28"), now=minute).status("complaints", "解决") == expected


def test_a_pause_on_the_due_day_moves_it_by_whole_days() -> None:
    log = [
        {"case_id": "20261110-001", "changed_at": "2026-11-17 10:00", "status": "等待客户"},
        {"case_id": "20261110-001", "changed_at": "2026-11-20 09:00", "status": "处理中"},
    ]
    rows = {"customers": [], "complaints": [case(received_at="2026-11-16")], "status_changes": log}
    found = computed(rows, book("C28"))
    assert found.due("complaints", "解决") == dt.datetime(2026, 11, 20)


def test_the_log_of_an_unknown_case_is_nobodys() -> None:
    log = [{"case_id": "不存在", "changed_at": "2026-11-19 14:00", "status": "等待客户"}]
    rows = {"customers": [], "complaints": [case()], "status_changes": log}
    assert computed(rows, book("C28")).status("complaints", "解决") == "即将超时"


def test_a_waiting_case_without_a_log_waits_since_its_newest_time() -> None:
    found = computed(
        {"customers": [], "complaints": [case(status="等待客户", responded_at="2026-11-19 14:00")]},
        book("C28"),
    )
    assert found.status("complaints", "解决") == "暂停"
    assert found.due("complaints", "解决") == dt.datetime(2026, 11, 21, 8, 30)
