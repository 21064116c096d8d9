"""V20."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.checks.build import NOW, book, complaint, customer, run, sheet, told
from xlcrm.rules.base import CalendarKind
from xlcrm.tables.frames import Remark


def closed(**cells: Any) -> dict[str, Any]:
    return {**complaint(status="已关闭", resolved_at="2026-11-11 09:00", satisfaction="满意"), **cells}


def test_closed_without_a_callback_once_it_is_due() -> None:
    assert told(run(sheet("complaints", [closed()])), "V20") == [("警告", 4, "called_back_at")]


@pytest.mark.parametrize(
    "cells",
    [
        {"resolved_at": "2026-11-17 10:30"},
        {"resolved_at": "2026-11-17"},
        {"resolved_at": None},
        {"called_back_at": "2026-11-12 09:00"},
        {"status": "已解决"},
    ],
)
def test_callback_that_is_not_missing(cells: dict[str, Any]) -> None:
    assert told(run(sheet("complaints", [closed(**cells)])), "V20") == []


def test_callback_is_due_three_days_after_the_solution() -> None:
    rows = [closed(resolved_at="2026-11-17 10:29"), closed(resolved_at="2026-11-16")]
    assert [row for _, row, _ in told(run(sheet("complaints", rows)), "V20")] == [4, 5]


def test_callback_step_is_a_callback() -> None:
    step = {"complaint_id": "20261110-001", "step": "回访", "handled_at": "2026-11-12 09:00", "by": "李明"}
    assert told(run(sheet("complaints", [closed()]), sheet("complaint_steps", [step])), "V20") == []
    solved = {**step, "step": "处理完成", "handled_at": "2026-11-11 10:00"}
    found = run(sheet("complaints", [closed(resolved_at=None)]), sheet("complaint_steps", [solved]))
    assert told(found, "V20") == [("警告", 4, "called_back_at")]


@pytest.mark.parametrize("change", [{"enabled": False}, {"calendar": CalendarKind.WORKING}])
def test_callback_is_judged_by_enabled_rules_in_plain_time_only(change: dict[str, Any]) -> None:
    rules = tuple(
        rule.model_copy(update=change) if rule.rule_id == "C31" else rule for rule in book("crm").rules
    )
    assert told(run(sheet("complaints", [closed()]), rules=replace(book("crm"), rules=rules)), "V20") == []


def test_solved_without_satisfaction() -> None:
    rows = [
        closed(satisfaction=None, called_back_at="2026-11-12 09:00"),
        complaint(),
        complaint(resolved_at="2026-11-11 09:00"),
    ]
    assert told(run(sheet("complaints", rows)), "V20") == [
        ("警告", 4, "satisfaction"),
        ("警告", 6, "satisfaction"),
    ]
    assert told(run(sheet("complaints", rows, lacks=["satisfaction"])), "V20") == []


def order(**cells: Any) -> dict[str, Any]:
    return {
        "order_id": "DD202611010001",
        "name": "杭州云帆科技有限公司",
        "amount": 100.0,
        "order_status": "已完成",
        "expected_at": "2026-11-18 09:00",
        "completed_at": "2026-11-18 09:00",
        "owner": "李明",
        "satisfaction": 5.0,
        **cells,
    }


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({}, "called_back_at"),
        ({"called_back_at": "2026-11-19 09:00", "satisfaction": None}, "satisfaction"),
        ({"called_back_at": "2026-11-19 09:00"}, ""),
        ({"completed_at": "2026-11-20 09:00"}, ""),
        ({"completed_at": None, "order_status": "生产中", "satisfaction": None}, ""),
        ({"order_status": "已取消", "completed_at": None, "satisfaction": None}, ""),
    ],
)
def test_order_is_asked_about_a_day_after_it_was_completed(cells: dict[str, Any], key: str) -> None:
    found = run(sheet("orders", [order(**cells)]), rules=book("support"))
    assert told(found, "V20") == ([("警告", 4, key)] if key else [])


def recovery(**cells: Any) -> dict[str, Any]:
    return {
        "recovery_id": "HF20261101001",
        "customer_id": "2023001",
        "issue_type": "产品故障",
        "owner": "李明",
        "received_at": "2026-11-01 09:00",
        "urgency": "一般",
        "completed_at": "2026-11-10 09:00",
        "satisfaction": 9.0,
        **cells,
    }


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({}, "reassessed_at"),
        ({"completed_at": "2026-11-13 10:30"}, ""),
        ({"reassessed_at": "2026-11-14 09:00"}, ""),
        ({"reassessed_at": "2026-11-14 09:00", "satisfaction": None}, "satisfaction"),
        ({"completed_at": None, "satisfaction": None}, ""),
    ],
)
def test_recovery_is_reassessed_a_week_after_its_plan_was_carried_out(
    cells: dict[str, Any], key: str
) -> None:
    found = run(sheet("recovery_cases", [recovery(**cells)]), rules=book("recovery"))
    assert told(found, "V20") == ([("警告", 4, key)] if key else [])


@pytest.mark.parametrize(("pack", "solved", "late"), [("support", 3, True), ("service", 3, False)])
def test_issue_is_asked_about_when_its_packs_rule_says(pack: str, solved: int, *, late: bool) -> None:
    day = NOW - dt.timedelta(days=solved) + dt.timedelta(minutes=1)
    issue = {
        "issue_id": "SH202611010001",
        "name": "杭州云帆科技有限公司",
        "received_at": "2026-11-10 09:00",
        "content": "无法登录",
        "issue_type": "咨询",
        "owner": "李明",
        "status": "已关闭",
        "satisfaction": 5.0,
        "resolved_at": f"{day:%Y-%m-%d %H:%M}",
    }
    found = run(sheet("service_issues", [issue]), rules=book(pack))
    assert told(found, "V20") == ([("警告", 4, "called_back_at")] if late else [])


CALLBACK = {
    "touched_at": "2026-11-12 09:00",
    "customer_id": "2023001",
    "callback_type": "处理后回访",
    "by": "李明",
}


@pytest.mark.parametrize(
    ("cells", "late"),
    [
        ({}, False),
        ({"touched_at": "2026-11-11"}, False),
        ({"touched_at": "2026-11-11 08:00"}, True),
        ({"callback_type": "常规"}, True),
        ({"customer_id": "2023002"}, True),
    ],
)
@pytest.mark.parametrize("ident", ["2023001", None])
def test_callback_record_of_the_customer_is_a_callback(
    cells: dict[str, Any], ident: str | None, *, late: bool
) -> None:
    found = run(
        sheet("customers", [customer()]),
        sheet("complaints", [closed(customer_id=ident)]),
        sheet("callback_records", [CALLBACK | cells]),
        rules=book("relationship"),
    )
    assert told(found, "V20") == ([("警告", 4, "called_back_at")] if late else [])
    if late:
        assert "在电话回访记录表登记" in found[found["code"] == "V20"].iloc[0]["fix"]


def test_own_callback_counts_where_the_rule_asks_for_a_record() -> None:
    sheets = (
        sheet("complaints", [closed(called_back_at="2026-11-12 09:00")]),
        sheet("callback_records", []),
    )
    assert told(run(*sheets, rules=book("relationship")), "V20") == []


def test_rule_that_lacks_its_column_or_sheet_asks_for_no_callback() -> None:
    assert told(run(sheet("complaints", [closed()], lacks=["called_back_at"])), "V20") == []
    assert told(run(sheet("complaints", [closed()]), rules=book("relationship")), "V20") == []


def test_cases_before_the_first_day_are_not_judged() -> None:
    old = sheet("complaints", [closed()])
    assert told(run(old, started_on="2026-11-12"), "V20") == []
    assert told(run(old, started_on="2026-11-11"), "V20") == [("警告", 4, "called_back_at")]


def test_unreadable_satisfaction_is_not_called_blank() -> None:
    notes = [(4, "satisfaction", Remark.UNKNOWN_CHOICE, "还行")]
    row = closed(satisfaction=None, called_back_at="2026-11-12 09:00")
    assert told(run(sheet("complaints", [row], notes=notes)), "V20") == []


def test_a_grave_complaint_is_asked_about_after_its_plan_was_carried_out() -> None:
    row = closed(level="重大", executed_at="2026-11-12 09:00")
    found = run(sheet("complaints", [row]), rules=book("support"))
    assert told(found, "V20") == [("警告", 4, "called_back_at")]
    assert "“执行时间”后 3天 内" in found[found["code"] == "V20"].iloc[0]["message"]
    assert told(run(sheet("complaints", [row | {"level": "一般"}]), rules=book("support")), "V20") == []


@pytest.mark.parametrize(("moment", "wrong"), [("2026-11-12 09:00", False), ("2026-11-10 12:00", True)])
def test_case_that_was_opened_again_is_not_solved(moment: str, *, wrong: bool) -> None:
    change = {"case_id": "20261110-001", "changed_at": moment, "status": "重新打开"}
    row = complaint(status="处理中", resolved_at="2026-11-11 09:00")
    found = told(run(sheet("complaints", [row]), sheet("status_changes", [change])), "V20")
    assert found == ([("警告", 4, "satisfaction")] if wrong else [])
