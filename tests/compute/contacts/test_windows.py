"""Milestones and windows after a date of the register."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.checks.build import customer
from tests.compute.build import NOW, Run, book, computed


def days(run: Run) -> dict[str, str]:
    """Rule -> due day of its task, of one customer."""
    due = run.shown.rows["due_at"].astype(str).str[:10]
    return dict(zip(run.task_rules(), due, strict=True))


def signed(day: str, *rules: str, now: dt.datetime = NOW, **tables: Any) -> dict[str, str]:
    """Rule -> due day for a customer who signed on a day."""
    rows: dict[str, Any] = {
        "customers": [customer(signed_on=day)],
        "care_records": [],
        "callback_records": [],
        "followup_records": [],
        **tables,
    }
    return days(computed(rows, book(*rules), now=now))


def care(*at: str, care: str = "回访") -> dict[str, Any]:
    return {"care_records": [{"customer_id": "2023001", "touched_at": one, "care": care} for one in at]}


def calls(*at: str) -> dict[str, Any]:
    return {"callback_records": [{"customer_id": "2023001", "touched_at": one} for one in at]}


# ---- milestones --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("touched", "open_"),
    [
        ([], {"S01": "2026-11-09", "S02": "2026-12-02"}),
        (["2026-11-01 09:00"], {"S01": "2026-11-09", "S02": "2026-12-02"}),
        (["2026-11-02"], {"S02": "2026-12-02"}),
        (["2026-11-15 09:00"], {"S02": "2026-12-02"}),
        (["2026-11-03 09:00", "2026-11-15 09:00"], {}),
        (["2026-10-30 09:00", "2026-11-15 09:00"], {"S02": "2026-12-02"}),
    ],
)
def test_the_first_and_the_second_callback_after_signing(touched: list[str], open_: dict[str, str]) -> None:
    found = signed("2026-11-02", "S01", "S02", now=dt.datetime(2026, 11, 27, 9), **care(*touched))
    assert found == open_


def test_a_greeting_is_no_callback() -> None:
    assert signed("2026-11-09", "S01", **care("2026-11-10 09:00", care="关怀")) == {"S01": "2026-11-16"}


@pytest.mark.parametrize(
    ("ends", "open_"),
    [
        ("2026-12-12", {"S08": "2026-11-27"}),
        ("2026-12-13", {}),
        ("2026-11-30", {"S08": "2026-11-16"}),
        (None, {}),
    ],
)
def test_a_contract_is_renewed_fifteen_days_before_its_end(ends: str | None, open_: dict[str, str]) -> None:
    """15 November is a Sunday."""
    rows = {"customers": [customer(contract_ends_on=ends)], "care_records": []}
    assert days(computed(rows, book("S08"))) == open_


@pytest.mark.parametrize(
    ("reminded", "care", "left"),
    [("2026-11-14 09:00", "提醒", 1), ("2026-11-15 09:00", "提醒", 0), ("2026-11-15 09:00", "回访", 1)],
)
def test_only_a_reminder_from_the_due_day_on_counts(reminded: str, care: str, left: int) -> None:
    rows = {
        "customers": [customer(contract_ends_on="2026-11-30")],
        "care_records": [{"customer_id": "2023001", "touched_at": reminded, "care": care}],
    }
    assert len(computed(rows, book("S08")).shown.rows) == left


@pytest.mark.parametrize(
    ("called", "left"),
    [("2026-11-08 09:00", {"M01": "2026-11-09"}), ("2026-11-09 08:00", {}), (None, {"M01": "2026-11-09"})],
)
def test_a_week_after_the_purchase(called: str | None, left: dict[str, str]) -> None:
    assert signed("2026-11-02", "M01", **calls(*filter(None, [called]))) == left


def test_days_before_the_first_of_use_are_not_asked_for() -> None:
    rows = {"customers": [customer(signed_on="2026-03-02")], "care_records": [], "callback_records": []}
    found = computed(rows, book("S01", "M01", "M02"), started_on="2026-11-01")
    assert found.task_rules() == []


def test_lost_customers_have_no_milestones() -> None:
    rows = {"customers": [customer(stage="流失", signed_on="2026-07-01")], "callback_records": []}
    assert computed(rows, book("M01", "M02")).task_rules() == []


@pytest.mark.parametrize(
    ("expected", "due"),
    [
        ("2026-11-21 15:00", "2026-11-20 15:00"),
        ("2026-11-22", "2026-11-23"),
        ("2026-11-20 09:00", "2026-11-19 09:00"),
    ],
)
def test_hours_before_a_moment_are_a_moment_and_before_a_date_a_date(expected: str, due: str) -> None:
    """Without a 时钟列 a notice is an ordinary milestone; a Saturday moves to Monday, a moment does not."""
    rows = {"orders": [{"order_id": "DD20261101001", "expected_at": expected, "order_status": "生产中"}]}
    found = computed(rows, book(P09={"时钟列": ""})).shown.rows
    assert found["due_at"].tolist() == [dt.datetime.fromisoformat(due)]


@pytest.mark.parametrize(("hours", "due"), [("1", "2026-11-25"), ("24", "2026-11-24")])
def test_hours_before_a_date_count_from_its_end_as_they_do_for_clocks(hours: str, due: str) -> None:
    rules = book(S08={"时限": hours, "单位": "小时前"})
    rows = {"customers": [customer(contract_ends_on="2026-11-25")], "care_records": []}
    assert days(computed(rows, rules)) == {"S08": due}


def test_a_milestone_that_is_a_clock_gives_one_task() -> None:
    rows = {
        "orders": [{"order_id": "DD20261101001", "expected_at": "2026-11-21 15:00", "order_status": "生产中"}]
    }
    found = computed(rows, book("P09", "P10"))
    assert found.task_rules() == ["P09"]
    assert found.shown.rows["slot"].tolist() == [None]


# ---- windows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signed_on", "open_"),
    [
        ("2026-07-28", {}),
        ("2026-07-27", {"M02": "2027-01-27"}),
        ("2026-07-20", {"M02": "2027-01-20"}),
        ("2026-05-20", {"M02": "2026-11-20"}),
        ("2026-05-19", {"M02": "2026-11-19"}),
        ("2026-01-21", {"M02": "2026-07-21", "M03": "2027-01-21"}),
        ("2026-01-20", {"M03": "2027-01-20"}),
        ("2025-11-19", {"M03": "2026-11-19"}),
    ],
)
def test_a_window_is_listed_when_it_opens_and_overdue_after_its_last_day(
    signed_on: str, open_: dict[str, str]
) -> None:
    """It is listed seven days ahead, and a missed one gives way when the next has opened."""
    assert signed(signed_on, "M02", "M03") == open_


def test_a_window_is_overdue_after_its_last_day_and_comes_before_others() -> None:
    rows = {"customers": [customer(signed_on="2026-05-19")], "callback_records": []}
    row = computed(rows, book("M02")).shown.rows.iloc[0]
    assert (row["state"], row["priority"], row["overrun"], row["slot"]) == (
        "逾期",
        3,
        "逾期 1天",
        "11-23 周一 15:00-16:00",
    )


@pytest.mark.parametrize(
    ("called", "left"),
    [
        ("2026-09-18 09:00", {"M02": "2026-11-19"}),
        ("2026-09-19 09:00", {}),
        ("2026-11-19 09:00", {}),
        ("2026-11-20 09:00", {}),
    ],
)
def test_a_call_counts_from_the_day_the_window_opens(called: str, left: dict[str, str]) -> None:
    """Late is better than never: a call after the last day ends the task as well."""
    assert signed("2026-05-19", "M02", **calls(called)) == left


def test_a_call_in_the_first_window_leaves_the_second_open() -> None:
    assert signed("2025-12-01", "M02", "M03", **calls("2026-05-10 09:00")) == {"M03": "2026-12-01"}


def test_windows_of_other_stops_do_not_replace_each_other() -> None:
    other = {"终点": "窗口内首次 客户跟进记录表.跟进日期"}
    rows = {"customers": [customer(signed_on="2025-12-01")], "callback_records": [], "followup_records": []}
    found = computed(rows, book("M02", M03=other))
    assert days(found) == {"M02": "2026-06-01", "M03": "2026-12-01"}


def test_a_windows_last_day_off_moves_to_the_next_working_day() -> None:
    assert signed("2026-05-22", "M02") == {"M02": "2026-11-23"}
