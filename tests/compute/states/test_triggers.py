"""Whom a recovery is to be started for. Now is 2026-11-20 10:30, a Friday."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.compute.build import Run, book, computed

Cells = dict[str, Any]


def customer(**cells: Any) -> Cells:
    return {"customer_id": "2023001", "name": "云帆公司", "stage": "合作", "filed_on": "2025-01-01", **cells}


def form(day: str, score: float, customer_id: str = "2023001") -> Cells:
    return {"customer_id": customer_id, "surveyed_on": day, "quality": score}


def at(rules: str | tuple[str, ...], rows: Cells, **parameters: Any) -> Run:
    names = (rules,) if isinstance(rules, str) else rules
    return computed({"customers": [customer()], "recovery_cases": [], **rows}, book(*names), **parameters)


def listed(run_: Run) -> list[tuple[str, str]]:
    """Day and text of each start of a recovery."""
    rows = run_.shown.rows
    return [
        (f"{at:%m-%d}", task)
        for at, task in zip(rows["due_at"], rows["task"], strict=True)
        if task.startswith("启动关系恢复")
    ]


def test_form_below_seven_of_ten() -> None:
    run_ = at("R08", {"satisfaction_surveys": [form("2026-11-13", 3)]})
    assert listed(run_) == [("11-20", "启动关系恢复：2026-11-13 十分制满意度 6 分，低于 7 分")]
    task = run_.shown.rows.iloc[0]
    assert (task["customer_id"], task["task_id"]) == ("2023001", "R08|2023001|2026-11-13")
    assert listed(at("R08", {"satisfaction_surveys": [form("2026-11-13", 3.5)]})) == []


def test_case_that_was_received_after_the_form_deals_with_it() -> None:
    forms = {"satisfaction_surveys": [form("2026-11-13", 3)]}
    before = {"customer_id": "2023001", "received_at": "2026-11-12 09:00"}
    assert len(listed(at("R08", {**forms, "recovery_cases": [before]}))) == 1
    same_day = {**before, "received_at": "2026-11-13 09:00"}
    assert listed(at("R08", {**forms, "recovery_cases": [same_day]})) == []


def test_one_start_a_customer_the_earliest() -> None:
    rows = {
        "customers": [customer(), customer(customer_id="2023002", name="别家")],
        "satisfaction_surveys": [
            form("2026-11-16", 2),
            form("2026-11-10", 3),
            form("2026-11-12", 1, "2023002"),
        ],
    }
    assert listed(at("R08", rows)) == [
        ("11-17", "启动关系恢复：2026-11-10 十分制满意度 6 分，低于 7 分"),
        ("11-19", "启动关系恢复：2026-11-12 十分制满意度 2 分，低于 7 分"),
    ]


def test_forms_before_the_first_day_and_of_strangers_start_nothing() -> None:
    rows = {"satisfaction_surveys": [form("2026-11-09", 1), form("2026-11-13", 1, "9999999")]}
    assert listed(at("R08", rows, started_on=dt.date(2026, 11, 10))) == []


def test_form_may_be_measured_in_percent() -> None:
    rules = book(R08={"起点": "综合满意度", "单位": "%以下", "时限": "70"})
    rows = {"customers": [customer()], "recovery_cases": [], "satisfaction_surveys": [form("2026-11-13", 3)]}
    assert listed(computed(rows, rules)) == [("11-20", "启动关系恢复：2026-11-13 综合满意度 60%，低于 70%")]


UNHAPPY = {"satisfaction_surveys": [form("2026-08-10", 3)]}
SILENT = "启动关系恢复：3次应联系未联系（2026-08-10 之后），2026-08-10 超时或不满意"


def test_three_silent_months_after_an_unsatisfied_form() -> None:
    # The third missed month ends on 10 November; the task is due a week after.
    assert listed(at("R09", UNHAPPY)) == [("11-17", SILENT)]
    assert listed(at("R09", UNHAPPY, started_on=dt.date(2026, 11, 11))) == []


def test_third_month_must_be_over() -> None:
    today = {"satisfaction_surveys": [form("2026-08-20", 3)]}
    assert listed(at("R09", today)) == []


def test_interaction_begins_the_count_anew() -> None:
    call = {"touched_at": "2026-09-01 10:00", "customer_id": "2023001"}
    assert listed(at("R09", {**UNHAPPY, "followup_records": [call]})) == []
    earlier = {**call, "touched_at": "2026-07-01 10:00"}
    assert listed(at("R09", {**UNHAPPY, "followup_records": [earlier]})) == [("11-17", SILENT)]


def test_silence_alone_is_no_reason() -> None:
    assert listed(at("R09", {"satisfaction_surveys": [form("2026-08-10", 3.5)]})) == []


def test_lost_customer_is_left_alone() -> None:
    assert listed(at("R09", {**UNHAPPY, "customers": [customer(stage="流失")]})) == []


TROUBLE = [
    ("complaints", {"received_at": "2026-08-10 09:00", "satisfaction": "不满意"}, True),
    ("complaints", {"received_at": "2026-08-10 09:00", "satisfaction": "一般"}, False),
    ("service_issues", {"received_at": "2026-08-10 09:00", "satisfaction": 3}, True),
    ("service_issues", {"received_at": "2026-08-10 09:00", "satisfaction": 4}, False),
    ("orders", {"completed_at": "2026-08-10 09:00", "satisfaction": 3}, True),
    ("orders", {"completed_at": "2026-08-10 09:00", "satisfaction": 5}, False),
]


@pytest.mark.parametrize(("table", "cells", "bad"), TROUBLE)
def test_what_counts_as_unsatisfied(table: str, cells: Cells, bad: bool) -> None:  # noqa: FBT001 - a parameter of the test
    rows = {table: [{"customer_id": "2023001", **cells}]}
    call = {"touched_at": "2026-08-10 12:00", "customer_id": "2023001"}
    assert listed(at("R09", {**rows, "followup_records": [call]})) == ([("11-17", SILENT)] if bad else [])


def test_recovery_that_left_the_customer_unsatisfied_counts() -> None:
    case = {
        "customer_id": "2023001",
        "received_at": "2026-07-01 09:00",
        "reassessed_at": "2026-08-10 09:00",
        "satisfaction": 7,
    }
    call = {"touched_at": "2026-08-10 12:00", "customer_id": "2023001"}
    assert listed(at("R09", {"recovery_cases": [case], "followup_records": [call]})) == [("11-17", SILENT)]
    better = {**case, "satisfaction": 8}
    assert listed(at("R09", {"recovery_cases": [better], "followup_records": [call]})) == []


def test_trouble_before_the_newest_recovery_was_that_case_s_business() -> None:
    case = {"customer_id": "2023001", "received_at": "2026-08-10 09:00"}
    earlier = {"satisfaction_surveys": [form("2026-08-09", 1)], "recovery_cases": [case]}
    assert listed(at("R09", earlier)) == []


def test_broken_deadline_counts_as_trouble() -> None:
    def found(**cells: Any) -> list[tuple[str, str]]:
        complaint = {"customer_id": "2023001", "received_at": "2026-08-10 09:00", "level": "一般", **cells}
        return listed(at(("R09", "C28"), {"complaints": [complaint]}))

    # Due 24 hours later, on 11 August.
    text = SILENT.replace("2026-08-10 超", "2026-08-11 超")
    assert found() == [("11-17", text)]
    assert found(resolved_at="2026-08-12 09:00") == [("11-17", text)]
    assert found(resolved_at="2026-08-10 19:00") == []


def test_trouble_that_came_last_decides_the_day() -> None:
    rows = {
        "customers": [customer(signed_on="2026-01-01")],
        "orders": [{"customer_id": "2023001", "completed_at": "2026-11-12 09:00", "satisfaction": 1}],
    }
    [(day, text)] = listed(at("R09", rows))
    assert day == "11-19"
    assert text.endswith("（从未互动），2026-11-12 超时或不满意")


def test_own_cadence_is_the_measure_where_there_is_one() -> None:
    monthly = {**UNHAPPY, "customers": [customer(signed_on="2026-01-01")]}
    # By C08 every month from the last interaction.
    assert listed(at(("R09", "C08"), {**monthly, "followup_records": []})) == [("11-17", SILENT)]
    weekly = {
        "customers": [customer(stage="潜在", grade="A类")],
        "followup_records": [],
        "satisfaction_surveys": [form("2026-10-26", 3)],
    }
    # By C05 every week: 2, 9 and 16 November.
    assert listed(at(("R09", "C05"), weekly)) == [("11-23", SILENT.replace("2026-08-10", "2026-10-26"))]
    quarterly = {**weekly, "customers": [customer(stage="沉睡")]}
    assert listed(at(("R09", "C13"), quarterly)) == []


def test_typed_frequency_is_the_customer_s_own_cadence() -> None:
    rows = {
        "customers": [customer(signed_on="2026-01-01")],
        "followup_plans": [{"customer_id": "2023001", "frequency": "每两周1次"}],
        "followup_records": [{"customer_id": "2023001", "touched_at": "2026-09-01 10:00"}],
        "satisfaction_surveys": [form("2026-10-05", 3)],
    }
    # 19 October, 2 and 16 November.
    assert listed(at(("R09", "C08"), rows)) == [("11-23", SILENT.replace("2026-08-10", "2026-10-05"))]


def test_shortest_of_several_cadences_counts() -> None:
    rows = {**UNHAPPY, "customers": [customer(signed_on="2026-01-01")], "followup_records": []}
    assert listed(at(("R09", "C08", "C23"), rows)) == [("11-17", SILENT)]
    assert listed(at(("R09", "C23"), rows)) == []


def test_customer_without_any_cadence_of_the_workbook_is_left_alone() -> None:
    rows = {**UNHAPPY, "customers": [customer(stage="潜在")], "followup_records": []}
    assert listed(at(("R09", "C08"), rows)) == []


def test_second_rule_is_named_beside_the_first() -> None:
    run_ = at(("R08", "R09"), UNHAPPY)
    assert listed(run_) == [("08-17", "启动关系恢复：2026-08-10 十分制满意度 6 分，低于 7 分；R09 也已触发")]
