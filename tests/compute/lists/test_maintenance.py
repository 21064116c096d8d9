"""客户维护总结表: sums a month and manager, and the words that stay with their row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.compute.build import facts
from xlcrm.compute.lists.maintenance import maintenance_summaries

if TYPE_CHECKING:
    from xlcrm.compute.lists.kept import Report

Row = dict[str, Any]


def plan(due_on: str | None, owner: str | None = "李明", **cells: Any) -> Row:
    return {"customer_id": "2023001", "due_on": due_on, "owner": owner, "review_status": "已通过", **cells}


def summaries(plans: list[Row], old: list[Row] | None = None) -> Report:
    return maintenance_summaries(facts({"maintenance_plans": plans, "maintenance_summaries": old or []}))


def shown(plans: list[Row], *keys: str) -> list[tuple[Any, ...]]:
    rows = summaries(plans).rows[["month", "owner", *keys]].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def test_counts_rate_and_money_of_the_approved_plans() -> None:
    plans = [
        plan("2026-11-10", done_on="2026-11-10", budget=1000, actual_cost=800.5),
        plan("2026-11-12", done_on="2026-11-13", budget=500, actual_cost=500),
        plan("2026-11-19", budget=0.1),
        plan("2026-11-05", done_on="2026-11-04", budget=0.2),
        plan("2026-11-05", done_on="2026-11-01", budget=9999, actual_cost=9999, review_status="待审核"),
    ]
    keys = ("planned", "done_in_time", "completion_rate", "budget", "actual_cost")
    assert shown(plans, *keys) == [("2026-11", "李明", 4.0, 2.0, 0.5, 1500.3, 1300.5)]


def test_nothing_approved_has_no_rate_and_no_sums() -> None:
    found = shown(
        [plan("2026-11-10", review_status="草稿", budget=100)], "planned", "completion_rate", "budget"
    )
    assert found == [("2026-11", "李明", 0.0, None, None)]


def test_what_was_done_after_now_is_not_done_yet() -> None:
    assert shown([plan("2026-11-30", done_on="2026-11-25")], "done_in_time") == [("2026-11", "李明", 0.0)]


def test_the_newest_month_comes_first_and_later_months_not_at_all() -> None:
    plans = [
        plan("2026-09-30"),
        plan("2026-11-30", "王芳"),
        plan("2026-11-01", "李明"),
        plan("2026-12-01"),
        plan("2025-11-01"),
        plan(None),
        plan("2026-11-01", None),
    ]
    assert shown(plans) == [
        ("2026-11", "李明"),
        ("2026-11", "王芳"),
        ("2026-09", "李明"),
        ("2025-11", "李明"),
    ]


def test_words_stay_with_their_month_and_manager() -> None:
    old: list[Row] = [
        {"month": "2026-11", "owner": "王芳", "problem": "客户出差", "measure": "改期"},
        {"month": "2026-10", "owner": "李明", "problem": "费用超支"},
    ]
    found = summaries([plan("2026-10-08"), plan("2026-11-08"), plan("2026-11-09", "王芳")], old)
    assert found.retired == ()
    rows = found.rows[["month", "owner", "problem", "measure"]].astype(object)
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["2026-11", "李明", None, None],
        ["2026-11", "王芳", "客户出差", "改期"],
        ["2026-10", "李明", "费用超支", None],
    ]


def test_a_spreadsheet_that_made_the_month_a_day_loses_nothing() -> None:
    old = [{"month": "2026-11-01", "owner": "李明", "problem": "费用超支"}]
    assert summaries([plan("2026-11-08")], old).rows["problem"].tolist() == ["费用超支"]


def test_words_whose_row_is_gone_are_told() -> None:
    old: list[Row] = [
        {"month": "2026-08", "owner": "李明", "problem": "费用超支", "measure": "重新报价"},
        {"month": None, "owner": None, "measure": "随手写的"},
        {"month": "2026-11", "owner": "李明", "problem": "第一句"},
        {"month": "2026-11", "owner": "李明", "problem": "第二句"},
    ]
    found = summaries([plan("2026-11-08")], old)
    assert found.rows["problem"].tolist() == ["第一句"]
    assert found.retired == (
        "客户维护总结表 2026-08 李明 存在问题：费用超支",
        "客户维护总结表 2026-11 李明 存在问题：第二句",
        "客户维护总结表 2026-08 李明 改进措施：重新报价",
        "客户维护总结表 第5行 改进措施：随手写的",
    )


def test_without_plans_there_are_no_rows() -> None:
    assert summaries([]).rows.empty
