"""V21."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import complaint, customer, record, run, sheet, told


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"responded_at": "2026-11-10 08:59"}, "responded_at"),
        ({"received_at": "2026-11-10", "responded_at": "2026-11-09 23:00"}, "responded_at"),
        (
            {"status": "已关闭", "resolved_at": "2026-11-11 09:00", "called_back_at": "2026-11-11 08:00"},
            "called_back_at",
        ),
        ({"investigated_at": "2026-11-12 09:00", "proposed_at": "2026-11-11 09:00"}, "proposed_at"),
    ],
)
def test_times_out_of_order(cells: dict[str, Any], key: str) -> None:
    assert told(run(sheet("complaints", [complaint(**cells)])), "V21") == [("警告", 4, key)]


@pytest.mark.parametrize(
    "cells",
    [
        {"responded_at": "2026-11-10 09:00"},
        {"responded_at": "2026-11-10"},
        {"received_at": "2026-11-10", "responded_at": "2026-11-10 08:00"},
        {"status": "已解决", "resolved_at": "2026-11-11 09:00"},
        {},
    ],
)
def test_times_in_order(cells: dict[str, Any]) -> None:
    assert told(run(sheet("complaints", [complaint(**cells)])), "V21") == []


def test_one_finding_for_a_time_that_contradicts_several() -> None:
    row = complaint(responded_at="2026-11-10 10:00", status="已解决", resolved_at="2026-11-09 10:00")
    assert told(run(sheet("complaints", [row])), "V21") == [("警告", 4, "resolved_at")]


def test_order_in_other_sheets() -> None:
    found = run(
        sheet("customers", [customer(updated_on="2026-02-01")]),
        sheet("followup_records", [record(next_action="李明发报价单", next_action_by="2026-11-17")]),
    )
    assert told(found, "V21") == [("警告", 4, "updated_on"), ("警告", 4, "next_action_by")]


def test_solved_time_on_an_open_status() -> None:
    found = run(sheet("complaints", [complaint(resolved_at="2026-11-11 09:00", satisfaction="满意")]))
    assert told(found, "V21") == [("警告", 4, "status")]


@pytest.mark.parametrize(("moment", "findings"), [("2026-11-12 09:00", 0), ("2026-11-10 12:00", 1)])
def test_case_opened_again_after_its_solution(moment: str, findings: int) -> None:
    change = {"case_id": "20261110-001", "changed_at": moment, "status": "重新打开"}
    found = run(
        sheet("complaints", [complaint(resolved_at="2026-11-11 09:00", satisfaction="满意")]),
        sheet("status_changes", [change]),
    )
    assert len(told(found, "V21")) == findings


def plan(**cells: Any) -> dict[str, Any]:
    return {
        "plan_id": "WH2026001",
        "customer_id": "2023001",
        "measure": "上门拜访",
        "owner": "李明",
        "due_on": "2026-11-30",
        "review_status": "已通过",
        **cells,
    }


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"done_on": "2026-11-18"}, ""),
        ({"done_on": "2026-11-18", "review_status": "草稿"}, "review_status"),
        ({"done_on": "2026-11-18", "review_status": "待审核"}, "review_status"),
        ({"done_on": "2026-11-18", "review_status": None}, ""),
        ({"review_status": "退回修改"}, "review_note"),
        ({"review_status": "退回修改", "review_note": "预算过高"}, ""),
        ({"review_status": "待审核"}, ""),
    ],
)
def test_plan_is_approved_before_it_is_done_and_goes_back_with_a_reason(
    cells: dict[str, Any], key: str
) -> None:
    found = run(sheet("maintenance_plans", [plan(**cells)]))
    assert told(found, "V21") == ([("警告", 4, key)] if key else [])


@pytest.mark.parametrize(("status", "wrong"), [("已发货", True), ("已完成", False), ("已取消", False)])
def test_completion_of_an_order_that_goes_on(status: str, *, wrong: bool) -> None:
    row = {"order_id": "DD202611010001", "order_status": status, "completed_at": "2026-11-18 09:00"}
    found = run(sheet("orders", [row]))
    assert told(found, "V21") == ([("警告", 4, "order_status")] if wrong else [])


STEP = {"complaint_id": "20261110-001", "step": "调查", "handled_at": "2026-11-10 10:00", "by": "李明"}


def test_step_before_its_complaint_came_in() -> None:
    steps = [STEP, {**STEP, "handled_at": "2026-11-09 10:00"}, {**STEP, "complaint_id": "20261110-009"}]
    found = run(sheet("complaints", [complaint()]), sheet("complaint_steps", steps))
    assert told(found, "V21") == [("警告", 5, "handled_at")]
    assert "20261110-001 的“投诉日期”2026-11-10 09:00" in found[found["code"] == "V21"].iloc[0]["message"]


@pytest.mark.parametrize(
    ("own", "wrong"), [({}, True), ({"resolved_at": "2026-11-11 08:00", "status": "已解决"}, False)]
)
def test_step_before_the_step_that_it_needs(own: dict[str, Any], *, wrong: bool) -> None:
    steps = [
        {**STEP, "step": "回访", "handled_at": "2026-11-11 09:00"},
        {**STEP, "step": "处理完成", "handled_at": "2026-11-12 09:00"},
    ]
    found = run(sheet("complaints", [complaint(**own)]), sheet("complaint_steps", steps))
    assert told(found, "V21") == ([("警告", 4, "handled_at")] if wrong else [])


def test_change_of_status_before_the_case_of_any_register_came_in() -> None:
    issue = {"issue_id": "SH202611100001", "received_at": "2026-11-10 09:00", "status": "处理中"}
    changes = [
        {"case_id": case, "changed_at": f"2026-11-{day} 10:00", "status": "等待客户"}
        for case, day in (("20261110-001", "09"), ("SH202611100001", "09"), ("SH202611100001", "11"))
    ]
    found = run(
        sheet("complaints", [complaint()]),
        sheet("service_issues", [issue]),
        sheet("status_changes", changes),
    )
    assert told(found, "V21") == [("警告", 4, "changed_at"), ("警告", 5, "changed_at")]


def test_way_out_of_a_solved_open_case_names_only_sheets_that_are_there() -> None:
    row = complaint(resolved_at="2026-11-11 09:00", satisfaction="满意")
    alone = run(sheet("complaints", [row]))
    assert "状态变更表" not in alone[alone["code"] == "V21"].iloc[0]["fix"]
    logged = run(sheet("complaints", [row]), sheet("status_changes", []))
    assert "状态变更表" in logged[logged["code"] == "V21"].iloc[0]["fix"]
