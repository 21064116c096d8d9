"""Which lists a run rebuilds, and what it says of lost words."""

from __future__ import annotations

from typing import Any

from tests.checks.build import customer, sheet
from tests.compute.build import book, computed, facts
from xlcrm.compute.lists.reports import ROW_KEYS, unkeepable
from xlcrm.tables import BY_NAME, TABLES
from xlcrm.tables.base import Role

REPORTS = [table for table in TABLES if table.report and table.name != "analysis_details"]
"""分析明细 comes with the analysis sheets, after a run."""


def test_every_list_that_the_workbook_has_is_rebuilt_with_all_its_columns() -> None:
    found = computed({"customers": [customer()], **{table.name: [] for table in REPORTS}}, book("M01"))
    assert list(found.sheets) == [table.name for table in REPORTS]
    for table in REPORTS:
        assert list(found.sheets[table.name].columns) == [item.key for item in table.columns]


def test_a_workbook_without_them_gets_none() -> None:
    found = computed({"customers": [customer()], "service_issues": []}, book("M01"))
    assert found.sheets == {}
    assert found.retired == ()


def test_lists_with_words_of_the_users_say_what_tells_their_rows_apart() -> None:
    typed_in = [table.name for table in REPORTS if any(item.role is not Role.AUTO for item in table.columns)]
    assert list(ROW_KEYS) == typed_in
    assert all(BY_NAME[name].by_key[key].role is Role.AUTO for name in ROW_KEYS for key in ROW_KEYS[name])


def test_the_meeting_list_takes_the_worst_clock_of_each_issue() -> None:
    issue: dict[str, Any] = {"issue_id": "A", "name": "甲", "complexity": "复杂", "urgency": "普通"}
    rows = {
        "service_issues": [
            {**issue, "received_at": "2026-11-16 10:00"},
            {**issue, "received_at": "2026-11-20 09:00"},
        ],
        "meeting_list": [],
    }
    # P22: 72 hours for a staged plan; P16: 2 hours for a first answer
    found = computed(rows, book("P16", "P22")).sheets["meeting_list"]
    assert found["worst_status"].tolist() == ["已超时", "即将超时"]
    assert computed({"meeting_list": []}, book("P22")).sheets["meeting_list"].empty


def test_words_that_lost_their_row_are_told_once_of_every_list() -> None:
    rows = {
        "maintenance_summaries": [{"month": "2026-01", "owner": "李明", "problem": "费用超支"}],
        "recovery_assessments": [
            {"dimension": "客户满意度", "indicator": "处理后满意度（HF9 别人）", "improvement": "加人"}
        ],
    }
    assert computed(rows, book("R11")).retired == (
        "客户关系恢复效果评估表 客户满意度 HF9 改进方向：加人",
        "客户维护总结表 2026-01 李明 存在问题：费用超支",
    )


def test_a_list_whose_words_cannot_be_kept_is_not_rebuilt() -> None:
    summaries = sheet("maintenance_summaries", [{"problem": "费用超支"}], lacks=["owner"])
    rows = {"maintenance_summaries": summaries, "maintenance_plans": []}
    assert unkeepable(facts(rows), "maintenance_summaries") == ["客户经理"]
    found = computed(rows, book("M09"))
    assert found.sheets == {}
    assert found.retired == ()
