"""Logs of cases: what ends a case of each table, pauses with and without a status cell, reopenings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import complaint, customer
from tests.compute.build import book, computed, facts
from xlcrm.compute.clocks.events import ENDS, history, settle_solutions
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import TIMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.compute.build import Run
    from xlcrm.compute.facts import Facts

CASE = "20261110-001"
RULES = {
    "complaints": ("C28", "解决"),
    "service_issues": ("P21", "解决"),
    "recovery_cases": ("R05", "执行"),
    "orders": ("P11", "疑问确认"),
}
"""Table of cases -> a rule of hours on it and its clock."""
STARTS = {"complaints": "received_at", "service_issues": "received_at", "recovery_cases": "received_at"}


def change(at: str, status: str, case: str = CASE) -> Mapping[str, Any]:
    return {"case_id": case, "changed_at": at, "status": status}


def case(table: str, start: str, **cells: Any) -> Mapping[str, Any]:
    key = BY_NAME[table].key
    own = {key: CASE, STARTS.get(table, "question_raised_at"): start, "customer_id": "2023001", **cells}
    return complaint(**{"status": None, **own}) if table == "complaints" else own


def of(
    table: str, rule_id: str, log: Sequence[Mapping[str, Any]], row: Mapping[str, Any], **more: Any
) -> Run:
    rows = {"customers": [customer()], table: [row], "status_changes": log}
    return computed(rows, book(rule_id), **more)


def test_every_end_is_a_time_of_a_table_with_ids() -> None:
    for table, key in ENDS.items():
        assert BY_NAME[table].key
        assert BY_NAME[table].by_key[key].kind in TIMES


def test_other_tables_have_no_history() -> None:
    assert history(facts({"customers": [customer()]}), "customers") is None


@pytest.mark.parametrize("table", RULES)
def test_a_logged_pause_moves_the_deadline_by_what_it_lasts(table: str) -> None:
    rule_id, clock = RULES[table]
    start = dt.datetime(2026, 11, 20, 9)
    row = case(table, str(start))
    plain = of(table, rule_id, [], row).due(table, clock)
    log = [change("2026-11-20 09:10", "等待客户"), change("2026-11-20 09:50", "处理中")]
    assert of(table, rule_id, log, row).due(table, clock) == plain + dt.timedelta(minutes=40)
    elsewhere = [change("2026-11-20 09:10", "等待客户", "别的单号")]
    assert of(table, rule_id, elsewhere, row).due(table, clock) == plain


@pytest.mark.parametrize("table", RULES)
def test_a_case_that_waits_by_the_log_is_paused(table: str) -> None:
    rule_id, clock = RULES[table]
    found = of(table, rule_id, [change("2026-11-20 10:10", "等待客户")], case(table, "2026-11-20 10:00"))
    assert found.status(table, clock) == "暂停"
    assert found.alerts.rows.empty


@pytest.mark.parametrize(("table", "rule_id", "clock"), [("recovery_cases", "R05", "执行")])
def test_a_case_without_a_status_cell_can_be_opened_again(table: str, rule_id: str, clock: str) -> None:
    row = case(table, "2026-11-18 09:00", completed_at="2026-11-18 12:00")
    log = [change("2026-11-18 12:00", "已解决"), change("2026-11-19 12:00", "重新打开")]
    assert of(table, rule_id, [], row).status(table, clock) == "按时完成"
    going_on = of(table, rule_id, log, row)
    assert (going_on.status(table, clock), going_on.due(table, clock)) == (
        "进行中",
        dt.datetime(2026, 11, 22, 9),
    )
    anew = of(table, rule_id, log, row, reopened="重启")
    assert anew.due(table, clock) == dt.datetime(2026, 11, 22, 12)
    kept = of(table, rule_id, log, row, reopened="保留原判")
    assert kept.status(table, clock) == "按时完成"


def test_what_a_reopened_case_ended_with_is_no_start_for_other_rules() -> None:
    """The follow-up assessment (R06) counts from the execution that stands."""
    row = case("recovery_cases", "2026-11-10 09:00", completed_at="2026-11-18 12:00")
    log = [change("2026-11-19 12:00", "重新打开")]
    assert of("recovery_cases", "R06", [], row).status("recovery_cases", "复评") == "进行中"
    assert of("recovery_cases", "R06", log, row).status("recovery_cases", "复评") is None


def test_solutions_are_settled_for_the_tables_that_the_workbook_has() -> None:
    given: Facts = facts(
        {
            "orders": [case("orders", "2026-11-18 09:00", completed_at="2026-11-19 09:00")],
            "status_changes": [change("2026-11-20 09:00", "重新打开")],
        }
    )
    settled = settle_solutions(given)
    assert set(settled) == {("orders", "completed_at")}
    assert settled["orders", "completed_at"].isna().all()


def test_closed_without_a_time_stays_open() -> None:
    row = case("service_issues", "2026-11-20 09:00", status="已关闭")
    assert of("service_issues", "P21", [], row).status("service_issues", "解决") == "进行中"


def test_an_approved_extension_moves_the_solution_of_an_issue_and_no_other_clock() -> None:
    row = case("service_issues", "2026-11-18 09:00", extended_to="2026-11-25", urgency="普通")
    found = of("service_issues", "P21", [], row)
    assert found.due("service_issues", "解决") == dt.datetime(2026, 11, 25)
    assert found.clocks["service_issues", "解决"].original_due[0].item() == dt.datetime(2026, 11, 19, 9)
    assert of("service_issues", "P16", [], row).due("service_issues", "响应") == dt.datetime(2026, 11, 18, 11)


def test_a_day_given_beforehand_is_neither_paused_nor_moved() -> None:
    row = case("orders", "2026-11-18 09:00", expected_at="2026-11-20 08:00", order_status="待签收")
    found = of("orders", "P15", [change("2026-11-19 09:00", "等待客户")], row)
    assert found.status("orders", "按期完成") == "已超时"
    assert found.due("orders", "按期完成") == dt.datetime(2026, 11, 20, 8)
