"""V10."""

from __future__ import annotations

import pytest

from tests.checks.build import complaint, customer, record, run, sheet, told


def test_unknown_customer_is_an_error() -> None:
    found = run(
        sheet("customers", [customer()]), sheet("followup_records", [record(customer_id="2023999"), record()])
    )
    assert told(found, "V10") == [("错误", 4, "customer_id")]


def test_blank_reference_is_left_to_v01() -> None:
    found = run(sheet("customers", [customer()]), sheet("complaints", [complaint(customer_id=None)]))
    assert told(found, "V10") == []


def test_without_a_register_nothing_can_be_judged() -> None:
    assert told(run(sheet("followup_records", [record()])), "V10") == []
    empty = sheet("customers", [customer(customer_id=None)])
    assert told(run(empty, sheet("followup_records", [record()])), "V10") == []


def test_other_name_is_a_warning_with_the_registered_one() -> None:
    found = run(sheet("customers", [customer()]), sheet("followup_records", [record(name="云帆")]))
    assert told(found, "V10") == [("警告", 4, "name")]
    assert found[found["code"] == "V10"].iloc[0]["corrected"] == "杭州云帆科技有限公司"


@pytest.mark.parametrize("name", ["杭州云帆科技 有限公司", "杭州云帆科技有限公司", None])
def test_same_name_in_another_spelling_is_fine(name: str | None) -> None:
    found = run(sheet("customers", [customer()]), sheet("followup_records", [record(name=name)]))
    assert told(found, "V10") == []


def test_person_mark_makes_no_other_name() -> None:
    found = run(
        sheet("customers", [customer(name="张伟（个人）")]), sheet("followup_records", [record(name="张伟")])
    )
    assert told(found, "V10") == []


def test_unknown_complaint_is_an_error() -> None:
    step = {"step": "调查", "handled_at": "2026-11-10 10:00", "by": "李明"}
    steps = [{**step, "complaint_id": "20261110-001"}, {**step, "complaint_id": "20261110-009"}]
    found = run(sheet("complaints", [complaint()]), sheet("complaint_steps", steps))
    assert told(found, "V10") == [("错误", 5, "complaint_id")]


def test_status_change_of_an_unknown_case_is_an_error() -> None:
    change = {"changed_at": "2026-11-10 10:00", "status": "等待客户"}
    changes = sheet("status_changes", [{**change, "case_id": "20261110-001"}, {**change, "case_id": "X"}])
    assert told(run(sheet("complaints", [complaint()]), changes), "V10") == [("错误", 5, "case_id")]
    assert told(run(changes), "V10") == []


CHANGE = {"changed_at": "2026-11-10 10:00", "status": "等待客户"}
REGISTERS = {
    "complaints": {"complaint_id": "TS202611100001", "received_at": "2026-11-10 09:00"},
    "service_issues": {"issue_id": "SH202611100001", "received_at": "2026-11-10 09:00"},
    "recovery_cases": {"recovery_id": "HF20261110001", "received_at": "2026-11-10 09:00"},
    "orders": {"order_id": "DD202611100001", "confirmed_at": "2026-11-10 09:00"},
}
CASE_IDS = ["TS202611100001", "SH202611100001", "HF20261110001", "DD202611100001"]


def test_status_change_may_name_a_case_of_any_register() -> None:
    registers = [sheet(name, [row]) for name, row in REGISTERS.items()]
    changes = sheet("status_changes", [{**CHANGE, "case_id": case} for case in [*CASE_IDS, "DD202611109999"]])
    found = run(*registers, changes)
    assert told(found, "V10") == [("错误", 8, "case_id")]
    assert "售中订单跟进表" in found[found["code"] == "V10"].iloc[0]["message"]


def test_status_change_of_a_register_that_the_workbook_lacks_is_not_judged() -> None:
    here = [sheet(name, [row]) for name, row in REGISTERS.items() if name != "orders"]
    changes = sheet("status_changes", [{**CHANGE, "case_id": case} for case in [*CASE_IDS, "X-1"]])
    assert told(run(*here, changes), "V10") == [("错误", 8, "case_id")]


def test_surveyed_customer_has_the_name_of_the_id() -> None:
    survey = {"customer_id": "2023001", "name": "上海远大贸易有限公司", "surveyed_on": "2026-11-10"}
    found = run(sheet("customers", [customer()]), sheet("satisfaction_surveys", [survey]))
    assert told(found, "V10") == [("警告", 4, "name")]
    assert "“调查对象”" in found[found["code"] == "V10"].iloc[0]["message"]
