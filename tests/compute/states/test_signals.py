"""States of customers and thresholds of single forms. Now is 2026-11-20 10:30, a Friday."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.compute.build import Run, book, computed

Cells = dict[str, Any]
CUSTOMERS = [{"customer_id": "2023001", "name": "云帆公司", "stage": "合作", "signed_on": "2026-01-01"}]


def listed(run_: Run) -> list[tuple[str, str]]:
    rows = run_.shown.rows
    return [(f"{at:%m-%d}", task) for at, task in zip(rows["due_at"], rows["task"], strict=True)]


def form(day: str, **cells: Any) -> Cells:
    return {"customer_id": "2023001", "surveyed_on": day, **cells}


def at(rule_id: str, forms: list[Cells], followups: tuple[str, ...] = (), **parameters: Any) -> Run:
    records = [{"customer_id": "2023001", "touched_at": day} for day in followups]
    rows = {"customers": CUSTOMERS, "satisfaction_surveys": forms, "followup_records": records}
    return computed(rows, book(rule_id), **parameters)


@pytest.mark.parametrize(
    ("rule_id", "low", "enough", "text"),
    [
        ("C24", {"quality": 4, "tech_speed": 3}, {"quality": 4}, "提升计划（销售主管）"),
        ("C25", {"nps": 6}, {"nps": 7}, "高层介入沟通"),
    ],
)
def test_low_form_is_a_task_about_its_customer(rule_id: str, low: Cells, enough: Cells, text: str) -> None:
    run_ = at(rule_id, [form("2026-11-13", **low)])
    assert listed(run_) == [("11-20", text)]
    assert run_.shown.rows.iloc[0]["task_id"] == f"{rule_id}|2023001|2026-11-13"
    assert listed(at(rule_id, [form("2026-11-13", **enough)])) == []
    assert listed(at(rule_id, [form("2026-11-13")])) == []


def test_later_contact_deals_with_a_form() -> None:
    forms = [form("2026-11-13", nps=6), form("2026-11-16", nps=5)]
    assert listed(at("C25", forms)) == [("11-20", "高层介入沟通"), ("11-23", "高层介入沟通")]
    assert listed(at("C25", forms, ("2026-11-14 09:00",))) == [("11-23", "高层介入沟通")]
    assert listed(at("C25", forms, ("2026-11-16 09:00",))) == []


@pytest.mark.parametrize(("first_talk", "days"), [("2026-11-14 09:01", ["11-20"]), ("2026-11-14 09:00", [])])
def test_hours_above_a_limit_are_asked_about_and_no_others(first_talk: str, days: list[str]) -> None:
    """R10 as an office may use it: a task instead of a line in the assessment."""
    case = {"customer_id": "2023001", "received_at": "2026-11-13 09:00", "responded_at": first_talk}
    found = computed({"customers": CUSTOMERS, "recovery_cases": [case]}, book(R10={"作用": ""}))
    assert [day for day, _ in listed(found)] == days


def test_time_for_a_threshold_is_a_parameter() -> None:
    assert listed(at("C25", [form("2026-11-13", nps=6)], threshold_days=3)) == [("11-16", "高层介入沟通")]


def test_forms_ahead_and_before_the_first_day_ask_for_nothing() -> None:
    forms = [form("2026-11-21", nps=6), form("2026-11-13", nps=6)]
    assert listed(at("C25", forms, started_on=dt.date(2026, 11, 14))) == []


def test_money_above_the_limit_is_no_task() -> None:
    rows = {"complaints": [{"received_at": "2026-11-13 09:00", "compensation": 900}]}
    assert listed(computed(rows, book("C32"))) == []


def test_what_reports_judge_is_no_task() -> None:
    case = {
        "customer_id": "2023001",
        "received_at": "2026-05-01 09:00",
        "responded_at": "2026-05-04 09:00",
        "completed_at": "2026-05-05",
        "satisfaction": 3,
    }
    assessment = {"customer_id": "2023001", "score": 10, "weight": 1, "assessed_on": "2026-11-13"}
    rows = {"customers": CUSTOMERS, "recovery_cases": [case], "relationship_assessments": [assessment]}
    assert listed(computed(rows, book("R10", "R11", "R12", "M08"))) == []


def test_quiet_customer_is_to_be_woken_since_the_day_that_six_months_were_over() -> None:
    run_ = at("C11", [], ("2026-05-20 09:00",))
    assert listed(run_) == [("11-20", "沉睡客户唤醒")]
    assert run_.columns["customers"]["suggested_stage"].tolist() == ["沉睡"]
    assert listed(at("C11", [], ("2026-05-21 09:00",))) == []


def test_negative_signal_is_reassessed_after_three_months() -> None:
    record = {"customer_id": "2023001", "touched_at": "2026-08-21 09:00", "signal": "消极"}
    rows = {"customers": CUSTOMERS, "followup_records": [record]}
    # 21 November is a Saturday.
    assert listed(computed(rows, book("C14"))) == [("11-23", "暂缓后重新评估")]
    assert listed(computed(rows, book("C14"), started_on=dt.date(2026, 11, 22))) == []
