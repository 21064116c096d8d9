"""What is late is explained to the customer (M07). Now is 2026-11-20 10:30, a Friday."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.compute.build import Run, book, computed

Cells = dict[str, Any]
CUSTOMERS = [{"customer_id": "2023001", "name": "云帆公司"}]


def complaint(**cells: Any) -> Cells:
    return {
        "complaint_id": "20261116-001",
        "received_at": "2026-11-16 09:00",
        "customer_id": "2023001",
        "level": "一般",
        "owner": "李明",
        **cells,
    }


def callback(at: str, kind: str = "超期说明", customer_id: str = "2023001") -> Cells:
    return {"touched_at": at, "callback_type": kind, "customer_id": customer_id}


def found(*rules: str, callbacks: tuple[Cells, ...] = (), **tables: Any) -> Run:
    rows = {"customers": CUSTOMERS, "complaints": [], "callback_records": list(callbacks), **tables}
    return computed(rows, book("M07", *rules))


def listed(run_: Run) -> list[tuple[str, str]]:
    rows = run_.shown.rows
    return [
        (f"{at:%m-%d %H:%M}", task)
        for at, task in zip(rows["due_at"], rows["task"], strict=True)
        if task.startswith("超期电话说明")
    ]


LATE = [("11-18 09:00", "超期电话说明：20261116-001 应于 2026-11-17 09:00 解决")]


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [(None, LATE), ("2026-11-17 09:01", LATE), ("2026-11-17 09:00", [])],
    ids=["still open", "solved late", "solved in time"],
)
def test_late_complaint_is_explained_within_a_day(resolved: str | None, expected: object) -> None:
    run_ = found("C28", complaints=[complaint(resolved_at=resolved)])
    assert listed(run_) == expected


def test_task_names_its_case_and_owner() -> None:
    run_ = found("C28", complaints=[complaint()])
    task = run_.shown.rows[run_.shown.rows["rule"].str.startswith("M07")].iloc[0]
    assert (task["task_id"], task["owner"]) == ("M07|20261116-001|解决", "李明")
    assert task["source"] == "客户投诉登记表!4"


@pytest.mark.parametrize(
    ("call", "closed"),
    [
        (callback("2026-11-17 09:00"), True),
        (callback("2026-11-17"), True),
        (callback("2026-11-17 08:59"), False),
        (callback("2026-11-18 10:00", "常规"), False),
        (callback("2026-11-18 10:00", customer_id="2023002"), False),
        (callback("2026-11-21 10:00"), False),
    ],
    ids=["at the breach", "that day", "before it", "another kind", "another customer", "in the future"],
)
def test_callback_after_the_breach_closes_it(call: Cells, closed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    run_ = found("C28", complaints=[complaint()], callbacks=(call,))
    assert listed(run_) == ([] if closed else LATE)


def test_date_without_a_time_is_late_after_its_day() -> None:
    run_ = found("C28", complaints=[complaint(received_at="2026-11-16")])
    assert listed(run_) == [("11-18 00:00", "超期电话说明：20261116-001 应于 2026-11-17 解决")]


def test_approved_extension_moves_the_breach() -> None:
    run_ = found("C28", complaints=[complaint(extended_to="2026-11-19 12:00")])
    assert listed(run_) == [("11-20 12:00", "超期电话说明：20261116-001 应于 2026-11-19 12:00 解决")]


def test_issues_are_explained_alike() -> None:
    issue = {
        "issue_id": "SH202611160001",
        "received_at": "2026-11-16 09:00",
        "customer_id": "2023001",
        "complexity": "普通",
    }
    run_ = found("C28", "P21", complaints=[complaint()], service_issues=[issue])
    assert listed(run_) == [*LATE, ("11-18 09:00", "超期电话说明：SH202611160001 应于 2026-11-17 09:00 解决")]
    said = found("C28", "P21", service_issues=[issue], callbacks=(callback("2026-11-18 10:00"),))
    assert listed(said) == []


def test_customer_whom_the_register_does_not_know_is_left_out() -> None:
    assert listed(found("C28", complaints=[complaint(customer_id="9999999")])) == []


def test_condition_of_the_rule_counts() -> None:
    run_ = computed(
        {"customers": CUSTOMERS, "complaints": [complaint()], "callback_records": []},
        book("C28", M07={"条件": "投诉等级=重大"}),
    )
    assert listed(run_) == []


PROMISES = [
    ({"extended_to": "2026-11-18 12:00"}, "11-19 12:00", "2026-11-18 12:00"),
    ({"wished_by": "2026-11-18"}, "11-19 00:00", "2026-11-18"),
    ({"wished_by": "2026-11-17", "extended_to": "2026-11-18 12:00"}, "11-19 12:00", "2026-11-18 12:00"),
    ({"wished_by": "2026-11-18", "resolved_at": "2026-11-19 09:00"}, "11-19 00:00", "2026-11-18"),
]


@pytest.mark.parametrize(("cells", "due", "promised"), PROMISES)
def test_without_a_clock_the_promise_on_the_case_counts(cells: Cells, due: str, promised: str) -> None:
    run_ = found(complaints=[complaint(**cells)])
    assert listed(run_) == [(due, f"超期电话说明：20261116-001 应于 {promised} 解决")]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"wished_by": "2026-11-20"},
        {"wished_by": "2026-11-18", "resolved_at": "2026-11-18"},
        {"wished_by": "2026-11-18 12:00", "resolved_at": "2026-11-18 12:00"},
        {"wished_by": "2026-11-18 12:00", "resolved_at": "2026-11-18"},
    ],
    ids=["no promise", "today", "that day", "to the minute", "some time that day"],
)
def test_promise_that_was_kept_or_not_given(cells: Cells) -> None:
    assert listed(found(complaints=[complaint(**cells)])) == []


def test_cases_before_the_first_day_are_not_judged() -> None:
    rows = {
        "customers": CUSTOMERS,
        "complaints": [complaint(wished_by="2026-11-18")],
        "callback_records": [],
    }
    assert listed(computed(rows, book("M07"), started_on=dt.date(2026, 11, 17))) == []
    assert len(listed(computed(rows, book("M07"), started_on=dt.date(2026, 11, 16)))) == 1
