"""The auto columns beside the user's cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.checks.build import complaint, customer, record
from tests.compute.build import book, computed


def case(**cells: Any) -> dict[str, Any]:
    return dict(complaint(**{"status": None, "channel": "邮件", **cells}))


def worst(**cells: Any) -> tuple[str | None, str | None]:
    columns = computed(
        {"customers": [], "complaints": [case(**cells)]}, book("C27", "C28", "C30", "C31")
    ).columns["complaints"]
    return columns["worst_status"][0], columns["worst_rule"][0]


def test_a_breach_is_worse_than_all() -> None:
    assert worst(received_at="2026-11-19 12:00") == ("已超时", "C27 投诉受理回复（2小时）")


def test_of_two_alike_the_earlier_deadline() -> None:
    assert worst(received_at="2026-11-10 09:00")[1] == "C27 投诉受理回复（2小时）"


def test_good_clocks_do_not_hide_a_bad_one() -> None:
    found = worst(received_at="2026-11-10 09:00", responded_at="2026-11-10 09:30")
    assert found == ("已超时", "C28 一般投诉解决（24小时）")


def test_the_order_of_urgency() -> None:
    assert worst(received_at="2026-11-20 09:00", responded_at="2026-11-20 08:00")[0] == "数据异常"
    assert worst(received_at="2026-11-19 12:00", responded_at="2026-11-19 13:00")[0] == "即将超时"
    assert worst(received_at="2026-11-20 10:00", responded_at="2026-11-20 10:05")[0] == "进行中"
    assert worst(received_at="2026-11-20 10:00", status="等待客户")[0] == "暂停"
    assert worst(received_at=None)[0] == "未开始"
    late = {
        "received_at": "2026-11-01 09:00",
        "responded_at": "2026-11-01 12:00",
        "resolved_at": "2026-11-02 09:00",
        "called_back_at": "2026-11-03 09:00",
    }
    assert worst(**late)[0] == "超时完成"
    assert worst(**{**late, "responded_at": "2026-11-01 10:00"})[0] == "按时完成"


def test_an_extension_keeps_the_original_in_sight() -> None:
    found = worst(
        received_at="2026-11-18 09:00", responded_at="2026-11-18 09:30", extended_to="2026-11-21 18:00"
    )
    assert found == ("进行中", "C28 一般投诉解决（24小时），已延期，原截止 2026-11-19 09:00")


def test_rows_that_no_rule_matches_stay_blank() -> None:
    assert worst(received_at="2026-11-10 09:00", level=None, channel="电话") == (None, None)


def test_the_earliest_of_two_rules_of_one_name_holds() -> None:
    rules = book("C28", C29={"条件": "全部", "时限": "12"})
    found = computed({"customers": [], "complaints": [case(received_at="2026-11-20 09:00")]}, rules)
    assert str(found.due("complaints", "解决")) == "2026-11-20 21:00:00"
    assert found.columns["complaints"]["worst_rule"][0] == "C29 严重投诉解决（12小时）"


@pytest.mark.parametrize(
    ("level", "expected"),
    [("一般", "2026-11-19T09:00:00"), ("严重", "2026-11-20T09:00:00"), ("重大", "2026-11-19T09:00:00")],
)
def test_the_expected_solution(level: str, expected: str) -> None:
    found = computed({"customers": [], "complaints": [case(received_at="2026-11-18 09:00", level=level)]})
    assert str(found.columns["complaints"]["resolution_expected_by"][0]) == expected


def test_the_next_contact_is_the_earliest_of_all_kinds() -> None:
    rows = {
        "customers": [customer(stage="合作", preferences="邮件")],
        "followup_records": [record(touched_at="2026-11-18 09:00")],
        "satisfaction_surveys": [{"customer_id": "2023001", "surveyed_on": "2026-08-25"}],
    }
    columns = computed(rows, book("C08", "C23")).columns["customers"]
    assert str(columns["next_contact_on"][0])[:10] == "2026-11-25"
    assert columns["next_contact_rule"][0] == "C23 满意度调查（3个月）"
    assert columns["next_contact_way"][0] == "邮件"
    assert str(columns["last_touch_at"][0]) == "2026-11-18T09:00:00"


def test_a_customer_without_a_cadence_has_no_next_contact() -> None:
    columns = computed(
        {"customers": [customer(stage="流失"), customer(customer_id=None)], "followup_records": []}
    ).columns["customers"]
    assert np.isnat(columns["next_contact_on"]).all()
    assert columns["next_contact_rule"].tolist() == [None, None]
    assert columns["next_contact_way"].tolist() == [None, None]


def test_plans_show_their_days_and_the_age() -> None:
    rows = {
        "customers": [
            customer(stage="潜在", grade="A类", signed_on=None),
            customer(customer_id="2", stage="合作", signed_on="2025-08-20"),
        ],
        "followup_records": [
            record(touched_at="2026-11-14 09:00"),
            record(customer_id="2", touched_at="2026-11-02 09:00"),
        ],
        "followup_plans": [{"customer_id": "2023001"}, {"customer_id": "9"}],
        "visit_plans": [
            {"customer_id": "2", "frequency": "每两周1次"},
            {"customer_id": "2023001", "age": "2个月"},
            {"customer_id": "9", "age": "很久"},
        ],
    }
    columns = computed(rows).columns
    assert [str(day)[:10] for day in columns["followup_plans"]["next_on"]] == ["2026-11-23", "NaT"]
    assert [str(day)[:10] for day in columns["visit_plans"]["planned_on"]] == [
        "2026-11-16",
        "2026-12-14",
        "NaT",
    ]
    assert columns["visit_plans"]["age"].tolist() == ["1年3个月", "2个月", "很久"]


def test_conversion_is_blank_without_customers() -> None:
    leads = [
        {"channel": "线上广告", "leads": 20, "effective": 5},
        {"channel": "线上广告", "leads": 0, "effective": 0},
        {"channel": "线上广告", "effective": 3},
    ]
    assert computed({"lead_sources": leads}).columns["lead_sources"]["conversion"].tolist() == [
        0.25,
        None,
        None,
    ]


def test_never_touched_is_earlier_than_any_day() -> None:
    rows = {
        "customers": [customer(stage="潜在", grade="A类", filed_on="2026-11-19", signed_on=None)],
        "followup_records": [],
        "visit_plans": [{"customer_id": "2023001", "grade": "A类"}],
    }
    found = computed(rows, book("C05", "C20"))
    assert found.task_rules() == ["C20"]
    assert found.columns["customers"]["next_contact_rule"][0] == "C20 VIP客户回访（1个月）"


def test_assessments_pushes_and_customers_get_what_is_worked_out_of_them() -> None:
    rows = {
        "customers": [customer(need_tags="高活跃度")],
        "relationship_assessments": [
            {"name": "杭州云帆", "assessment_id": "P1", "indicator": "合作年限", "weight": 1, "score": 60}
        ],
        "service_pushes": [
            {
                "tags": "高活跃度",
                "service": "新功能教程",
                "pushed_at": "2026-11-01",
                "pushed": 10,
                "inquiries": 4,
            }
        ],
        "tag_services": [{"tag": "高活跃度", "service": "新功能教程"}],
    }
    columns = computed(rows, book("M08")).columns
    assessment = columns["relationship_assessments"]
    assert [assessment[key][0] for key in ("final_score", "grade", "advice")] == [60.0, "B类", "改善关系"]
    assert [columns["service_pushes"][key][0] for key in ("matched", "response_rate")] == ["是", 0.4]
    assert columns["customers"]["matched_services"].tolist() == ["新功能教程"]


def test_lists_that_are_rebuilt_have_no_columns_of_their_own() -> None:
    lists = ("recovery_assessments", "grade_roster", "maintenance_summaries", "call_list", "meeting_list")
    rows: dict[str, Any] = {"customers": [], **{name: [] for name in lists}}
    assert list(computed(rows).columns) == ["customers"]
