"""Prefilled rows. Now is 2026-11-20 10:30:45, a Friday."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.compute.build import book, computed
from xlcrm.compute.states.suggestions import suggestions
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.rules.reading import RuleBook

NOW = dt.datetime(2026, 11, 20, 10, 30, 45)
Cells = dict[str, Any]


def offered(rows: Cells, rules: RuleBook, **parameters: Any) -> dict[str, list[Cells]]:
    """Table -> the filled cells of each suggested row."""
    run_ = computed(rows, rules, now=NOW, **parameters)
    frames = suggestions(run_.facts, run_.lookups, run_.clocks, run_.contacts)
    return {
        table: [
            {str(key): cell for key, cell in row.items() if not pd.isna(cell)}
            for row in frame.to_dict("records")
        ]
        for table, frame in frames.items()
    }


def form(**scores: float) -> Cells:
    return {"customer_id": "2023001", "surveyed_on": "2026-11-13", **scores}


def test_low_score_becomes_an_improvement() -> None:
    found = offered({"satisfaction_surveys": [form(tech_speed=2)]}, book("S15"))
    assert found["improvement_actions"] == [
        {
            "origin": "S15 技术响应速度（满意度低频项改进）",
            "problem": "各维度平均分：技术响应速度 2 分（n=1），低于 3 分",
            "measure": "查明“技术响应速度”得分低的原因，制定改进办法，并在下次调查中验证",
            "due_on": pd.Timestamp("2026-11-27"),
        }
    ]
    assert found["recovery_cases"] == []


def test_improvement_of_a_row_takes_its_owner_and_the_department_of_the_cases() -> None:
    complaints = [
        {
            "received_at": "2026-10-05 09:00",
            "resolved_at": "2026-10-06 09:00",
            "level": "重大",
            "department": "技术部",
        }
    ]
    issues = [
        {
            "issue_id": "SH202611050001",
            "received_at": "2026-11-05 09:00",
            "resolved_at": "2026-11-06 09:00",
            "satisfaction": 2,
            "owner": "李明",
        }
    ]
    found = offered(
        {"complaints": complaints, "service_issues": issues}, book("P40", "P42"), threshold_days=3
    )
    grave, slow = sorted(found["improvement_actions"], key=lambda row: row["origin"], reverse=True)
    assert grave == {
        "origin": "P42 2026-10（重大投诉回访率）",
        "problem": "投诉回访率：2026-10 0%（0/1），低于 100%",
        "measure": "补做上月未做的重大投诉回访，并把回访列为结案条件",
        "department": "技术部",
        "due_on": pd.Timestamp("2026-11-23"),
    }
    assert slow == {
        "origin": "P40 SH202611050001（改进流程）",
        "problem": "服务满意度：SH202611050001 2 分，低于 4 分",
        "measure": "向客户了解不满的原因，改进处理流程，并再次回访",
        "owner": "李明",
        "due_on": pd.Timestamp("2026-11-23"),
    }


def test_returning_problem_and_any_other_figure_have_drafts_too() -> None:
    complaints = [{"received_at": f"2026-{month:02d}-05", "issue": "噪音"} for month in (8, 9, 10)]
    [row] = offered({"complaints": complaints}, book("C33"))["improvement_actions"]
    assert row["origin"] == "C33 噪音（高频问题推动改进）"
    assert row["problem"] == "噪音：2026-08 至 2026-10 连续3个月出现，共 3 件"
    assert row["measure"] == "查明“噪音”反复出现的根本原因，落实改进，并跟踪是否再发生"
    rules = book(C25={"作用": "改进计划", "终点": ""})
    [row] = offered({"satisfaction_surveys": [form(nps=6)]}, rules)["improvement_actions"]
    assert row["measure"] == "查明原因，制定改进办法，并验证效果"


@pytest.mark.parametrize(
    "rule_id",
    ["S15", "C33", "P40", "P42"],
)
def test_suggested_row_deals_with_its_own_task(rule_id: str) -> None:
    rows: Cells = {
        "satisfaction_surveys": [form(tech_speed=2)],
        "complaints": [
            {
                "received_at": f"2026-{month:02d}-05 09:00",
                "resolved_at": f"2026-{month:02d}-06 09:00",
                "level": "重大",
                "issue": "噪音",
            }
            for month in (8, 9, 10)
        ],
        "service_issues": [
            {"received_at": "2026-11-05 09:00", "name": "云帆 公司", "status": "已关闭", "satisfaction": 2}
        ],
    }
    found = offered(rows, book(rule_id))["improvement_actions"]
    assert len(found) == 1
    again = offered({**rows, "improvement_actions": found}, book(rule_id))
    assert again["improvement_actions"] == []


CUSTOMER = {
    "customer_id": "2023001",
    "name": "云帆公司",
    "contact": "张伟",
    "phone": "13812345678",
    "industry": "信息技术",
    "owner": "李明",
    "filed_on": "2025-01-01",
}


def test_low_form_becomes_a_case_received_now() -> None:
    rows = {
        "customers": [{**CUSTOMER, "grade": "A类"}],
        "satisfaction_surveys": [form(quality=3, attitude=2)],
    }
    found = offered({**rows, "recovery_cases": []}, book("R08"))
    assert found["improvement_actions"] == []
    assert found["recovery_cases"] == [
        {
            "customer_id": "2023001",
            "contact": "张伟",
            "phone": "13812345678",
            "industry": "信息技术",
            "issue_type": "服务态度",
            "content": "R08 2026-11-13 十分制满意度 5 分，低于 7 分",
            "owner": "李明",
            "received_at": pd.Timestamp("2026-11-20 10:30"),
            "trigger": "满意度低于阈值",
            "urgency": "紧急",
        }
    ]
    again = offered({**rows, "recovery_cases": found["recovery_cases"]}, book("R08"))
    assert again["recovery_cases"] == []


@pytest.mark.parametrize(
    ("grade", "urgency"), [("A类", "紧急"), ("B类", "重要"), ("C类", "一般"), (None, "一般")]
)
def test_urgency_goes_by_grade(grade: str | None, urgency: str) -> None:
    rows = {
        "customers": [{**CUSTOMER, "grade": grade}],
        "satisfaction_surveys": [form(quality=1)],
        "recovery_cases": [],
    }
    assert [row["urgency"] for row in offered(rows, book("R08"))["recovery_cases"]] == [urgency]


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        ({"quality": 1, "attitude": 1}, "产品质量"),
        ({"quality": 5, "tech_speed": 1}, "服务失误"),
        ({"quality": 5, "attitude": 1}, "服务态度"),
    ],
)
def test_type_of_problem_goes_by_the_lowest_score(scores: Cells, kind: str) -> None:
    rows = {"customers": [CUSTOMER], "satisfaction_surveys": [form(**scores)], "recovery_cases": []}
    assert [row["issue_type"] for row in offered(rows, book("R08"))["recovery_cases"]] == [kind]


def test_form_whose_scores_are_outside_the_scale_has_no_lowest_one() -> None:
    rules = book(R08={"起点": "推荐值"})
    rows = {"customers": [CUSTOMER], "satisfaction_surveys": [form(nps=3)], "recovery_cases": []}
    assert [row["issue_type"] for row in offered(rows, rules)["recovery_cases"]] == ["服务失误"]


def test_silence_becomes_a_case_and_is_over_with_it() -> None:
    forms = [{**form(quality=3), "surveyed_on": "2026-08-10"}]
    rows = {"customers": [CUSTOMER], "satisfaction_surveys": forms}
    found = offered({**rows, "recovery_cases": []}, book("R09"))["recovery_cases"]
    [case] = found
    assert (case["trigger"], case["issue_type"]) == ("连续未复购或互动", "服务失误")
    assert case["content"].startswith("R09 3次应联系未联系")
    assert offered({**rows, "recovery_cases": found}, book("R09"))["recovery_cases"] == []


def test_frames_hold_all_columns_that_people_fill_in() -> None:
    run_ = computed({}, book("R08", "S15"))
    frames = suggestions(run_.facts, run_.lookups, run_.clocks, run_.contacts)
    assert "recovery_id" in frames["recovery_cases"]
    assert "findings" not in frames["recovery_cases"]
    assert set(frames["improvement_actions"]) <= set(BY_NAME["improvement_actions"].by_key)
    assert all(frame.empty for frame in frames.values())
