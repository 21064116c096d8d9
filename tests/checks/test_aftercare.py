"""V20."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.checks.build import complaint, run, sheet, told
from xlcrm.rules.base import CalendarKind
from xlcrm.rules.reading import default_book


def closed(**cells: Any) -> dict[str, Any]:
    return {**complaint(status="已关闭", resolved_at="2026-11-11 09:00", satisfaction="满意"), **cells}


def test_closed_without_a_callback_once_it_is_due() -> None:
    assert told(run(sheet("complaints", [closed()])), "V20") == [("警告", 4, "called_back_at")]


@pytest.mark.parametrize(
    "cells",
    [
        {"resolved_at": "2026-11-17 10:30"},
        {"resolved_at": "2026-11-17"},
        {"resolved_at": None},
        {"called_back_at": "2026-11-12 09:00"},
        {"status": "已解决"},
    ],
)
def test_callback_that_is_not_missing(cells: dict[str, Any]) -> None:
    assert told(run(sheet("complaints", [closed(**cells)])), "V20") == []


def test_callback_is_due_three_days_after_the_solution() -> None:
    rows = [closed(resolved_at="2026-11-17 10:29"), closed(resolved_at="2026-11-16")]
    assert [row for _, row, _ in told(run(sheet("complaints", rows)), "V20")] == [4, 5]


def test_callback_step_is_a_callback() -> None:
    step = {"complaint_id": "20261110-001", "step": "回访", "handled_at": "2026-11-12 09:00", "by": "李明"}
    assert told(run(sheet("complaints", [closed()]), sheet("complaint_steps", [step])), "V20") == []
    solved = {**step, "step": "处理完成", "handled_at": "2026-11-11 10:00"}
    found = run(sheet("complaints", [closed(resolved_at=None)]), sheet("complaint_steps", [solved]))
    assert told(found, "V20") == [("警告", 4, "called_back_at")]


@pytest.mark.parametrize("change", [{"enabled": False}, {"calendar": CalendarKind.WORKING}])
def test_callback_is_judged_by_enabled_rules_in_plain_time_only(change: dict[str, Any]) -> None:
    book = default_book("crm")
    rules = tuple(rule.model_copy(update=change) if rule.rule_id == "C31" else rule for rule in book.rules)
    assert told(run(sheet("complaints", [closed()]), rules=replace(book, rules=rules)), "V20") == []


def test_solved_without_satisfaction() -> None:
    rows = [
        closed(satisfaction=None, called_back_at="2026-11-12 09:00"),
        complaint(),
        complaint(resolved_at="2026-11-11 09:00"),
    ]
    assert told(run(sheet("complaints", rows)), "V20") == [
        ("警告", 4, "satisfaction"),
        ("警告", 6, "satisfaction"),
    ]
    assert told(run(sheet("complaints", rows, lacks=["satisfaction"])), "V20") == []
