"""Cadences of customers, of leads and of tags, and which of several is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import customer, record
from tests.compute.build import book, computed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.compute.build import Run


def care(day: str, care: str = "回访", **cells: Any) -> Mapping[str, Any]:
    return {"customer_id": "2023001", "touched_at": day, "care": care, **cells}


def listed(run: Run, *keys: str) -> list[tuple[Any, ...]]:
    """Some columns of the due list; dates as texts."""
    rows = run.shown.rows.assign(due_at=run.shown.rows["due_at"].astype(str).str[:10])
    return list(rows[list(keys)].itertuples(index=False, name=None))


# ---- customers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "rule", "due"),
    [("A类", "S03", "2026-11-10"), ("B类", "S05", "2027-01-11"), ("C类", "S04", "2027-01-11")],
)
def test_care_goes_by_the_grade(grade: str, rule: str, due: str) -> None:
    """10 January 2027 is a Sunday."""
    rows = {"customers": [customer(grade=grade)], "care_records": [care("2026-10-10 09:00")]}
    found = computed(rows, book("S03", "S04", "S05"), horizon_days=90)
    assert listed(found, "due_at") == [(due,)]
    assert found.task_rules() == [rule]


def test_only_the_named_kind_of_care_counts() -> None:
    rows = {"customers": [customer()], "care_records": [care("2026-11-10 09:00", "关怀")]}
    found = computed(rows, book("S03"))
    assert listed(found, "due_at") == [("2026-04-15",)], "a month after signing"


def test_kinds_of_contact_each_have_their_own_task() -> None:
    rows = {
        "customers": [customer(updated_on="2026-08-01")],
        "care_records": [],
        "followup_records": [],
        "satisfaction_surveys": [],
    }
    found = computed(rows, book("S03", "S13", "C08", "S14", "C23"))
    assert sorted(found.task_rules()) == ["C08", "C23", "S03", "S13"]


def test_a_year_after_the_last_callback_only_old_customers_are_called() -> None:
    people = [
        customer(customer_id="2023001", signed_on="2025-11-20"),
        customer(customer_id="2023002", signed_on="2025-11-21"),
        customer(customer_id="2023003", signed_on="2020-01-01"),
    ]
    calls = [{"customer_id": "2023001", "touched_at": "2025-11-24 09:00"}]
    found = computed({"customers": people, "callback_records": calls}, book("M04"))
    assert listed(found, "customer_id", "overrun") == [("2023003", "从未联系"), ("2023001", "剩余 4天")]


@pytest.mark.parametrize("stage", ["流失", "沉睡"])
def test_the_lost_and_the_dormant_are_left_alone(stage: str) -> None:
    rows = {"customers": [customer(stage=stage, updated_on="2026-01-01")]}
    assert computed(rows, book("S13")).task_rules() == []


# ---- leads -------------------------------------------------------------------------------------------


def enquiry(name: str = "新客户", **cells: Any) -> Mapping[str, Any]:
    return {
        "name": name,
        "received_at": "2026-09-01 09:00",
        "proposed_at": "2026-10-12 09:00",
        "intent": "暂无意向",
        "owner": "赵六",
        **cells,
    }


def test_a_lead_goes_by_its_own_row() -> None:
    rows = {"customers": [], "presales": [enquiry(), enquiry("另一位", followed_up_at="2026-10-20 09:00")]}
    found = computed(rows, book("P07"))
    assert listed(found, "due_at", "name", "customer_id", "owner", "source", "task_id") == [
        ("2026-11-12", "新客户", "", "赵六", "售前咨询记录表!4", "P07|新客户|20261112"),
        ("2026-11-20", "另一位", "", "赵六", "售前咨询记录表!5", "P07|另一位|20261120"),
    ]


def test_a_lead_that_is_a_customer_shows_the_customers_data() -> None:
    rows = {
        "customers": [customer(name="甲公司", preferences="邮件", stage="潜在")],
        "presales": [enquiry("甲公司", owner=None)],
    }
    found = computed(rows, book("P07"))
    assert listed(found, "name", "customer_id", "grade", "owner", "way", "priority") == [
        ("甲公司", "2023001", "A类", "李明", "邮件", 3)
    ]
    assert found.columns["customers"]["next_contact_rule"].tolist() == [None]


def test_two_leads_of_one_customer_are_two() -> None:
    rows = {
        "customers": [customer(name="甲公司", stage="潜在")],
        "presales": [enquiry("甲公司"), enquiry("甲公司", proposed_at="2026-10-13 09:00")],
    }
    assert listed(computed(rows, book("P07")), "due_at") == [("2026-11-12",), ("2026-11-13",)]


@pytest.mark.parametrize(("stage", "tasks"), [("流失", 0), ("沉睡", 0), ("合作", 1)])
def test_a_lost_customer_is_no_lead(stage: str, tasks: int) -> None:
    rows = {"customers": [customer(name="甲公司", stage=stage)], "presales": [enquiry("甲公司")]}
    assert len(computed(rows, book("P07")).shown.rows) == tasks


def test_a_negative_signal_holds_for_the_customers_leads_too() -> None:
    rows = {
        "customers": [customer(name="甲公司", stage="潜在")],
        "presales": [enquiry("甲公司"), enquiry()],
        "followup_records": [record(touched_at="2026-11-01 09:00", signal="消极")],
    }
    assert listed(computed(rows, book("P07", "C14")), "name") == [("新客户",)]


def test_leads_with_an_intent_are_not_on_the_pool() -> None:
    assert computed({"presales": [enquiry(intent="高意向")]}, book("P07")).task_rules() == []


def test_a_lead_from_after_now_is_not_there_yet() -> None:
    rows = {"presales": [enquiry(received_at="2026-11-25 09:00", proposed_at=None)]}
    assert computed(rows, book("P07")).task_rules() == []


# ---- tags --------------------------------------------------------------------------------------------


def push(tags: str | None, day: str | None, **cells: Any) -> Mapping[str, Any]:
    return {"tags": tags, "pushed_at": day, "owner": "孙七", **cells}


def test_each_tag_has_one_task_from_its_newest_push() -> None:
    rows = {
        "service_pushes": [
            push("高活跃度、有升级需求", "2026-10-10 09:00"),
            push("高活跃度", "2026-10-20 09:00", owner="周八"),
            push("关注售后保障", "2026-11-10 09:00"),
        ]
    }
    found = computed(rows, book("P36"))
    assert listed(found, "due_at", "task", "owner", "source", "customer_id") == [
        ("2026-11-10", "增值服务推送：有升级需求", "孙七", "增值服务推送记录表!4", ""),
        ("2026-11-20", "增值服务推送：高活跃度", "周八", "增值服务推送记录表!5", ""),
    ]


def test_one_push_may_be_the_newest_of_several_tags() -> None:
    rows = {"service_pushes": [push("高活跃度、有升级需求", "2026-10-10 09:00")]}
    found = computed(rows, book("P36")).shown.rows
    assert sorted(found["task"]) == ["增值服务推送：有升级需求", "增值服务推送：高活跃度"]
    assert found["task_id"].is_unique


def test_a_push_after_now_and_one_without_a_tag_say_nothing() -> None:
    rows = {
        "service_pushes": [
            push("高活跃度", "2026-10-10 09:00"),
            push("高活跃度", "2026-11-25 09:00"),
            push(None, "2026-01-01 09:00"),
            push("关注售后保障", None),
        ]
    }
    found = computed(rows, book("P36"))
    assert listed(found, "due_at", "source") == [("2026-11-10", "增值服务推送记录表!4")]


def test_a_note_stays_with_its_tag() -> None:
    rows: dict[str, Any] = {"service_pushes": [push("高活跃度、有升级需求", "2026-10-10 09:00")]}
    first = computed(rows, book("P36")).shown.rows
    wanted = first.loc[first["task"].str.endswith("高活跃度"), "task_id"].item()
    rows["due_list"] = [{"task_id": wanted, "note": "下周推送"}]
    again = computed(rows, book("P36")).shown.rows.set_index("task")["note"]
    assert again.dropna().to_dict() == {"增值服务推送：高活跃度": "下周推送"}


def test_a_task_of_a_tag_keeps_its_id_whichever_spelling_stands_first() -> None:
    older, newer = push("ＶＩＰ", "2026-10-01 09:00"), push("vip", "2026-10-10 09:00")
    one, other = (
        computed({"service_pushes": [*rows]}, book("P36")).shown.rows
        for rows in ((older, newer), (newer, older))
    )
    assert one["task_id"].tolist() == other["task_id"].tolist() == ["P36|vip|vip 2026-11-10"]
    assert one["task"].tolist() == ["增值服务推送：ＶＩＰ"]
