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


ORDER = {
    "order_id": "DD202611180001",
    "name": "杭州云帆科技有限公司",
    "order_status": "生产中",
    "expected_at": "2026-11-21 12:00",
}


def of_order(rule_id: str, clock: str, **cells: Any) -> tuple[str | None, str]:
    found = computed({"customers": [], "orders": [{**ORDER, **cells}]}, book(rule_id))
    due = found.clocks["orders", clock].due[0].item()
    return found.status("orders", clock), "" if due is None else f"{due:%m-%d %H:%M}"


def test_a_notice_is_due_before_the_day_that_lies_ahead() -> None:
    assert of_order("P09", "节点通知") == ("即将超时", "11-20 12:00")
    assert of_order("P09", "节点通知", expected_at="2026-11-22 12:00") == ("进行中", "11-21 12:00")
    assert of_order("P09", "节点通知", expected_at="2026-11-21 10:00") == ("已超时", "11-20 10:00")
    assert of_order("P09", "节点通知", expected_at=None) == ("未开始", "")


def test_a_notice_before_its_day_is_no_anomaly() -> None:
    assert of_order("P09", "节点通知", node_notified_at="2026-11-01 09:00") == ("按时完成", "11-20 12:00")
    late = of_order("P09", "节点通知", expected_at="2026-11-20 18:00", node_notified_at="2026-11-20 09:00")
    assert late == ("超时完成", "11-19 18:00")


def test_only_an_expected_delay_is_warned_of() -> None:
    assert of_order("P10", "延迟预警")[0] is None
    assert of_order("P10", "延迟预警", delay_expected="是") == ("已超时", "11-19 12:00")


def test_an_order_is_due_on_its_day() -> None:
    assert of_order("P15", "按期完成") == ("进行中", "11-21 12:00")
    assert of_order("P15", "按期完成", expected_at="2026-11-21 10:00") == ("即将超时", "11-21 10:00")
    assert of_order("P15", "按期完成", completed_at="2026-11-01 09:00")[0] == "按时完成"
    assert of_order("P15", "按期完成", expected_at="2026-11-20", completed_at="2026-11-20")[0] == "按时完成"
    assert of_order("P15", "按期完成", order_status="已取消")[0] is None


def of_push(**cells: Any) -> str | None:
    push = {"tags": "高活跃度", "service": "新功能教程", "pushed_at": "2026-11-18 09:00", **cells}
    return computed({"customers": [], "service_pushes": [push]}, book("P37")).status(
        "service_pushes", "效果跟踪"
    )


def test_a_clock_without_a_stop_is_open_while_a_cell_is_blank() -> None:
    assert of_push() == "进行中"
    assert of_push(inquiries=3) == "进行中"
    assert of_push(inquiries=3, conversions=0) is None
    assert of_push(pushed_at="2026-11-10 09:00", conversions=1) == "已超时"


ISSUE = {
    "issue_id": "SH202611180001",
    "received_at": "2026-11-18 09:00",
    "resolved_at": "2026-11-19 09:00",
    "called_back_at": "2026-11-19 15:00",
    "satisfaction": 3,
}


def of_issue(*log: tuple[str, str], policy: str = "续算", **cells: Any) -> tuple[str | None, str]:
    changes = [{"case_id": ISSUE["issue_id"], "changed_at": at, "status": to} for at, to in log]
    rows = {"customers": [], "service_issues": [{**ISSUE, **cells}], "status_changes": changes}
    found = computed(rows, book("P43"), reopened=policy)
    due = found.clocks["service_issues", "二次处理"].due[0].item()
    return found.status("service_issues", "二次处理"), "" if due is None else f"{due:%m-%d %H:%M}"


def test_a_dissatisfied_customer_wants_a_second_solution() -> None:
    assert of_issue() == ("即将超时", "11-20 15:00")
    assert of_issue(resolved_at="2026-11-20 09:00")[0] == "按时完成"
    assert of_issue(called_back_at="2026-11-18 15:00", resolved_at="2026-11-20 09:00")[0] == "超时完成"
    assert of_issue(called_back_at=None)[0] == "未开始"
    assert of_issue(satisfaction=4)[0] is None
    assert of_issue(extended_to="2026-11-30") == ("即将超时", "11-20 15:00")


@pytest.mark.parametrize("policy", ["续算", "重启", "保留原判"])
def test_a_second_solution_counts_whatever_reopening_does(policy: str) -> None:
    log = ("2026-11-19 09:00", "已解决"), ("2026-11-19 15:00", "重新打开")
    found = of_issue(*log, policy=policy, resolved_at="2026-11-20 09:00")
    assert found == ("按时完成", "11-20 15:00")


def test_of_two_rules_of_one_name_the_earlier_deadline_holds() -> None:
    issue = {**ISSUE, "called_back_at": None}
    found = computed({"customers": [], "service_issues": [issue]}, book("S12", "P24"))
    assert found.due("service_issues", "回访") == dt.datetime(2026, 11, 21, 9)
    assert found.clocks["service_issues", "回访"].rules[0].rule_id == "S12"
    assert found.alerts.rows.empty
    assert [label[:3] for label in found.shown.rows["rule"]] == ["P24"]


def test_two_starts_of_one_name_hold_each_where_it_is_earlier() -> None:
    rows = [
        case(level="重大", executed_at="2026-11-18 12:00", resolved_at="2026-11-19 15:00"),
        case(level="重大", executed_at="2026-11-19 20:00", resolved_at="2026-11-19 15:00"),
        case(level="重大", executed_at=None, resolved_at="2026-11-19 15:00"),
        case(level="重大", executed_at="2026-11-19 20:00"),
        case(level="一般", executed_at="2026-11-19 20:00"),
    ]
    found = computed({"customers": [], "complaints": rows}, book("C31", "P35"))
    clock = found.clocks["complaints", "回访"]
    held = [clock.rules[number].rule_id if number >= 0 else "" for number in clock.rule.tolist()]
    assert held == ["P35", "C31", "C31", "P35", ""]


def test_a_rule_that_is_judged_goes_before_one_that_is_not() -> None:
    """The execution lies before 启用日期, the solution after it."""
    row = case(level="重大", executed_at="2026-11-10 12:00", resolved_at="2026-11-19 15:00")
    rows = {"customers": [], "complaints": [row]}
    found = computed(rows, book("C31", "P35"), started_on=dt.date(2026, 11, 15))
    assert found.due("complaints", "回访") == dt.datetime(2026, 11, 22, 15)
    assert found.status("complaints", "回访") == "进行中"


def test_a_blank_cell_may_be_among_the_values() -> None:
    rows = {
        "customers": [],
        "service_issues": [{**ISSUE, "complexity": each} for each in (None, "普通", "复杂")],
    }
    found = computed(rows, book("P21"))
    assert [found.status("service_issues", "解决", row) for row in range(3)] == ["按时完成", "按时完成", None]


def test_a_window_with_a_clock_warns_while_it_is_open() -> None:
    rules = book(M02={"时钟列": "回访"})
    signed = ["2026-08-01", "2026-07-20", "2026-05-20", "2026-05-19", "2026-07-01"]
    customers = [
        {"customer_id": f"202300{number}", "name": f"客户{number}", "signed_on": day}
        for number, day in enumerate(signed)
    ]
    calls = [{"customer_id": "2023004", "touched_at": "2026-11-10 09:00"}]
    found = computed({"customers": customers, "callback_records": calls}, rules)
    assert [found.status("customers", "回访", row) for row in range(5)] == [
        "进行中",
        "即将超时",
        "即将超时",
        "已超时",
        "按时完成",
    ]
    assert found.due("customers", "回访", 1) == dt.datetime(2027, 1, 20)
