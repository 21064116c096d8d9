"""V21."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import complaint, customer, record, run, sheet, told


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"responded_at": "2026-11-10 08:59"}, "responded_at"),
        ({"received_at": "2026-11-10", "responded_at": "2026-11-09 23:00"}, "responded_at"),
        (
            {"status": "已关闭", "resolved_at": "2026-11-11 09:00", "called_back_at": "2026-11-11 08:00"},
            "called_back_at",
        ),
        ({"investigated_at": "2026-11-12 09:00", "proposed_at": "2026-11-11 09:00"}, "proposed_at"),
    ],
)
def test_times_out_of_order(cells: dict[str, Any], key: str) -> None:
    assert told(run(sheet("complaints", [complaint(**cells)])), "V21") == [("警告", 4, key)]


@pytest.mark.parametrize(
    "cells",
    [
        {"responded_at": "2026-11-10 09:00"},
        {"responded_at": "2026-11-10"},
        {"received_at": "2026-11-10", "responded_at": "2026-11-10 08:00"},
        {"status": "已解决", "resolved_at": "2026-11-11 09:00"},
        {},
    ],
)
def test_times_in_order(cells: dict[str, Any]) -> None:
    assert told(run(sheet("complaints", [complaint(**cells)])), "V21") == []


def test_one_finding_for_a_time_that_contradicts_several() -> None:
    row = complaint(responded_at="2026-11-10 10:00", status="已解决", resolved_at="2026-11-09 10:00")
    assert told(run(sheet("complaints", [row])), "V21") == [("警告", 4, "resolved_at")]


def test_order_in_other_sheets() -> None:
    found = run(
        sheet("customers", [customer(updated_on="2026-02-01")]),
        sheet("followup_records", [record(next_action="李明发报价单", next_action_by="2026-11-17")]),
    )
    assert told(found, "V21") == [("警告", 4, "updated_on"), ("警告", 4, "next_action_by")]


def test_solved_time_on_an_open_status() -> None:
    found = run(sheet("complaints", [complaint(resolved_at="2026-11-11 09:00", satisfaction="满意")]))
    assert told(found, "V21") == [("警告", 4, "status")]


@pytest.mark.parametrize(("moment", "findings"), [("2026-11-12 09:00", 0), ("2026-11-10 12:00", 1)])
def test_case_opened_again_after_its_solution(moment: str, findings: int) -> None:
    change = {"case_id": "20261110-001", "changed_at": moment, "status": "重新打开"}
    found = run(
        sheet("complaints", [complaint(resolved_at="2026-11-11 09:00", satisfaction="满意")]),
        sheet("status_changes", [change]),
    )
    assert len(told(found, "V21")) == findings
