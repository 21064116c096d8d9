"""到期清单: order, priorities, the user's notes and postponements, and the cut."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.checks.build import complaint, customer, record, sheet
from tests.compute.build import book, computed, facts, run
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.compute.build import Run

FOLLOWUPS = ("C05", "C06", "C07", "C28", "C29", "C30", "C16")


def case(number: int, **cells: Any) -> Mapping[str, Any]:
    return complaint(
        **{
            "complaint_id": f"20261101-{number:03d}",
            "received_at": "2026-11-18 09:00",
            "status": None,
            **cells,
        }
    )


def prospect(number: int, touched: str, grade: str = "C类") -> dict[str, Any]:
    return dict(
        customer(
            customer_id=f"{2023000 + number}",
            name=f"客户{number}",
            stage="潜在",
            grade=grade,
            filed_on=touched,
            signed_on=None,
        )
    )


def mixed(**extra: Any) -> Run:
    """One task of every priority."""
    rows = {
        "customers": [
            prospect(1, "2026-10-01", "A类"),
            prospect(2, "2026-10-01", "C类"),
            prospect(3, "2026-10-20", "C类"),
            prospect(4, "2026-10-24", "C类"),
        ],
        "followup_records": [],
        "complaints": [
            case(1, customer_id="2023004", level="严重", received_at="2026-11-15 09:00"),
            case(2, customer_id="2023004", level="一般"),
        ],
    }
    return computed({**rows, **extra}, book(*FOLLOWUPS))


def test_every_priority_in_its_place() -> None:
    rows = mixed().shown.rows
    assert rows["priority"].tolist() == [1, 2, 3, 4, 5, 6]
    assert rows["state"].tolist() == ["逾期"] * 4 + ["今日到期", "即将到期"]
    assert rows["customer_id"].tolist() == ["2023004", "2023004", "2023001", "2023002", "2023003", "2023004"]
    assert mixed().shown.counts == {"逾期": 4, "今日到期": 1, "即将到期": 1}


@pytest.mark.parametrize(("level", "priority"), [("一般", 2), ("严重", 1), ("重大", 1)])
def test_breached_grave_cases_come_first(level: str, priority: int) -> None:
    found = computed(
        {"customers": [], "complaints": [case(1, level=level, received_at="2026-11-10 09:00")]},
        book("C28", "C29", "C30"),
    )
    assert found.shown.rows["priority"].tolist() == [priority]


def test_within_one_priority_the_longer_overdue_comes_first_then_the_customer() -> None:
    people = [prospect(3, "2026-10-01"), prospect(1, "2026-10-05"), prospect(2, "2026-10-05")]
    found = computed({"customers": people, "followup_records": []}, book("C07"))
    assert found.shown.rows["customer_id"].tolist() == ["2023003", "2023001", "2023002"]


def test_a_row_says_everything_about_its_task() -> None:
    found = computed(
        {
            "customers": [dict(prospect(1, "2026-10-01", "A类"), preferences="邮件")],
            "followup_records": [],
            "followup_plans": [{"customer_id": "2023001", "way": "电话+邮件"}],
        },
        book("C05"),
    )
    row = found.shown.rows.iloc[0].to_dict()
    assert {
        key: row[key]
        for key in ("task", "name", "grade", "owner", "way", "slot", "rule", "source", "overrun", "task_id")
    } == {
        "task": "潜在客户跟进",
        "name": "客户1",
        "grade": "A类",
        "owner": "李明",
        "way": "电话+邮件",
        "slot": "11-23 周一 15:00-16:00",
        "rule": "C05 潜在客户跟进（1周）",
        "source": "客户信息总表!4",
        "overrun": "逾期 43天",
        "task_id": "C05|2023001|20261008",
    }


def test_without_a_plan_the_preferred_way_is_suggested() -> None:
    found = computed(
        {"customers": [dict(prospect(1, "2026-10-01"), preferences="邮件")], "followup_records": []},
        book("C07"),
    )
    assert found.shown.rows["way"].tolist() == ["邮件"]


def test_a_visit_goes_by_the_visit_plans_way() -> None:
    rows = {
        "customers": [customer(customer_id="2023001", signed_on="2020-01-01")],
        "followup_records": [],
        "followup_plans": [{"customer_id": "2023001", "way": "电话"}],
        "visit_plans": [{"customer_id": "2023001", "grade": "A类", "way": "上门拜访"}],
    }
    assert computed(rows, book("C20")).shown.rows["way"].tolist() == ["上门拜访"]


def test_clocks_show_hours_and_dates_show_days() -> None:
    rows = mixed().shown.rows
    assert dict(zip(rows["priority"], rows["overrun"], strict=True)) == {
        1: "逾期 3天1小时",
        2: "逾期 1天1小时",
        3: "逾期 43天",
        4: "逾期 18天",
        5: "今天",
        6: "剩余 4天",
    }


def kept(task: str, **cells: Any) -> dict[str, list[dict[str, Any]]]:
    return {"due_list": [{"task_id": task, **cells}]}


TASK = "C07|2023002|20261102"


def test_notes_stay_with_their_task() -> None:
    rows = mixed(**kept(TASK, note="客户出差")).shown.rows.set_index("task_id")
    assert rows.loc[TASK, "note"] == "客户出差"
    assert rows["note"].notna().sum() == 1


def test_a_postponed_task_moves_and_keeps_its_id() -> None:
    found = mixed(**kept(TASK, postponed_to="2026-12-01"))
    row = found.shown.rows.set_index("task_id").loc[TASK]
    assert (row["state"], row["priority"]) == ("即将到期", 6)
    assert row["due_at"] == row["postponed_to"] == pd.Timestamp("2026-12-01")
    assert found.shown.counts["逾期"] == 3


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-01"])
def test_a_postponement_that_has_come_no_longer_moves(day: str) -> None:
    row = mixed(**kept(TASK, postponed_to=day)).shown.rows.set_index("task_id").loc[TASK]
    assert (row["state"], row["due_at"]) == ("逾期", pd.Timestamp("2026-11-02"))


def test_a_postponed_breach_is_no_longer_urgent() -> None:
    task = "C29|20261101-001|2026-11-15T09:00"
    row = mixed(**kept(task, postponed_to="2026-11-23")).shown.rows.set_index("task_id").loc[task]
    assert row["priority"] == 6


def test_notes_of_tasks_that_left_are_handed_over() -> None:
    found = mixed(**kept("C07|2023009|20261101", note="已办"))
    assert found.shown.retired == ("C07|2023009|20261101：已办",)
    assert mixed(**kept(TASK, note="客户出差")).shown.retired == ()
    assert mixed(**kept("C07|2023009|20261101", postponed_to="2026-12-01")).shown.retired == ()


def test_the_list_is_cut_and_says_how_much_is_missing() -> None:
    people = [prospect(number, "2026-10-01") for number in range(15)]
    found = computed({"customers": people, "followup_records": []}, book("C07"), due_rows=10)
    assert (len(found.shown.rows), found.shown.left_out) == (10, 5)
    assert found.shown.counts["逾期"] == 15


def test_a_note_on_a_task_beyond_the_cut_is_not_retired() -> None:
    people = [prospect(number, "2026-10-01") for number in range(15)]
    rows = {"customers": people, "followup_records": [], **kept("C07|2023014|20261102", note="等")}
    assert computed(rows, book("C07"), due_rows=10).shown.retired == ()


def test_a_record_table_gives_one_task_a_customer() -> None:
    action = {"next_action": "发送报价", "next_action_by": "2026-11-18"}
    records = [record(touched_at=f"2026-11-1{day} 09:00", customer_id="2023001", **action) for day in (5, 5)]
    found = computed({"customers": [customer()], "followup_records": records}, book("C16"))
    assert found.task_rules() == ["C16"]
    assert len(found.alerts.rows) == 1


def test_every_plan_stands_for_itself() -> None:
    """Two people at one customer, one day: two measures, each with its own task."""
    plans = [
        {"customer_id": "2023001", "position": position, "owner": owner, "due_on": "2026-11-20"}
        for position, owner in (("总经理", "李明"), ("部门经理", "王芳"))
    ]
    rows = {"customers": [customer()], "relationship_strengthening": plans}
    found = computed(rows, book("M10")).shown.rows
    assert found["owner"].tolist() == ["李明", "王芳"]
    assert found["task_id"].tolist() == ["M10|2023001|2026-11-20T23:59", "M10|2023001|2026-11-20T23:59 2"]


def test_enquiries_and_pushes_each_stand_for_themselves() -> None:
    asked = {"name": "甲公司", "channel": "电话", "received_at": "2026-11-20 09:00", "owner": "李明"}
    pushed = {"tags": "高活跃度", "pushed_at": "2026-11-10 09:00", "owner": "王芳"}
    rows = {
        "customers": [customer(name="甲公司")],
        "presales": [asked, asked, {**asked, "name": "乙公司"}],
        "service_pushes": [pushed, {**pushed, "service": "新功能教程"}],
    }
    found = computed(rows, book("P01", "P37")).shown.rows
    assert sorted(found["task_id"]) == [
        "P01|乙公司|2026-11-20T09:00",
        "P01|甲公司|2026-11-20T09:00",
        "P01|甲公司|2026-11-20T09:00 2",
        "P37|高活跃度|2026-11-10T09:00",
        "P37|高活跃度|2026-11-10T09:00 2",
    ]
    assert found["source"].is_unique


@pytest.mark.parametrize(
    ("table", "rule", "cells", "priority"),
    [
        ("service_issues", "P16", {"issue_id": "SH1", "urgency": "普通"}, 2),
        ("service_issues", "P17", {"issue_id": "SH1", "urgency": "紧急"}, 1),
        ("recovery_cases", "R01", {"recovery_id": "HF1", "urgency": "紧急"}, 1),
        ("recovery_cases", "R02", {"recovery_id": "HF1", "urgency": "重要"}, 2),
        ("presales", "P03", {"name": "甲公司"}, 2),
    ],
)
def test_what_is_grave_is_said_by_the_level_or_the_urgency(
    table: str, rule: str, cells: dict[str, str], priority: int
) -> None:
    rows = {"customers": [], table: [{"received_at": "2026-11-16 09:00", "owner": "李明", **cells}]}
    assert computed(rows, book(rule)).shown.rows["priority"].tolist() == [priority]


@pytest.mark.parametrize(
    ("table", "rule", "cells"),
    [
        ("maintenance_plans", "M09", {"owner": "王芳", "due_on": "2026-11-20", "review_status": "已通过"}),
        ("relationship_strengthening", "M10", {"owner": "王芳", "due_on": "2026-11-20"}),
        (
            "followup_records",
            "C16",
            {"by": "王芳", "next_action": "报价", "next_action_by": "2026-11-20", "touched_at": "2026-11-16"},
        ),
        ("improvement_actions", "X01", {"owner": "王芳", "due_on": "2026-11-20"}),
    ],
)
def test_the_owner_of_the_row_wins_over_the_customers(table: str, rule: str, cells: dict[str, str]) -> None:
    rows = {
        "customers": [customer(owner="李明")],
        table: [{"customer_id": "2023001", **cells}, {"customer_id": "2023001"}],
    }
    assert computed(rows, book(rule)).shown.rows["owner"].tolist() == ["王芳"]


def test_a_maintenance_plan_says_its_own_way() -> None:
    plan = {"customer_id": "2023001", "due_on": "2026-11-20", "review_status": "已通过"}
    rows = {
        "customers": [customer(preferences="邮件")],
        "maintenance_plans": [{**plan, "plan_id": "WH1", "way": "活动邀请"}, {**plan, "plan_id": "WH2"}],
    }
    assert computed(rows, book("M09")).shown.rows["way"].tolist() == ["活动邀请", "邮件"]


def test_the_list_speaks_the_packs_words_under_the_workbooks_own_titles() -> None:
    table = BY_NAME["customers"].in_pack("service")
    register = sheet(table, [customer(grade="A类", signed_on="2026-11-09")])
    rows = {"customers": dataclasses.replace(register, sheet="客户登记"), "care_records": []}
    given = facts(rows, book("S01"))
    row = run(dataclasses.replace(given, pack="service")).shown.rows.iloc[0]
    assert (row["grade"], row["source"]) == ("VIP", "客户登记!4")
    assert run(given).shown.rows["grade"].tolist() == ["A类"]


def test_alerts_link_to_the_workbooks_own_titles() -> None:
    table = BY_NAME["complaints"].in_pack("support")
    rows = {"customers": [], "complaints": sheet(table, [case(1)])}
    found = computed(rows, book("C28"))
    assert (
        found.alerts.rows["source"].tolist()
        == found.shown.rows["source"].tolist()
        == ["客户投诉处理跟踪表!4"]
    )


def test_the_horizon_is_a_parameter() -> None:
    rows = {"customers": [prospect(1, "2026-10-30")], "followup_records": []}
    assert computed(rows, book("C07")).task_rules() == []
    assert computed(rows, book("C07"), horizon_days=10).task_rules() == ["C07"]


def test_a_task_of_today_turns_overdue_when_its_moment_passes() -> None:
    rows = {"customers": [], "complaints": [case(1, received_at="2026-11-19 12:00")]}
    for now, state in (
        (dt.datetime(2026, 11, 20, 12), "今日到期"),
        (dt.datetime(2026, 11, 20, 12, 0, 1), "逾期"),
    ):
        assert computed(rows, book("C28"), now=now).shown.rows["state"].tolist() == [state]
