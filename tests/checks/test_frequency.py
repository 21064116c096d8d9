"""V17."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import customer, run, sheet, told


def plan(**cells: Any) -> dict[str, Any]:
    return {"customer_id": "2023001", "stage": "潜在", "grade": "A类", **cells}


@pytest.mark.parametrize(
    "cells",
    [
        {"frequency": "每周1次"},
        {"frequency": "每7天1次"},
        {"frequency": "每两周一次", "grade": "B类"},
        {"frequency": "每月1次", "grade": "C类"},
        {"frequency": "每月1次", "stage": "合作"},
        {"frequency": "每季度1次", "stage": "沉睡"},
        {"frequency": None},
        {"frequency": "每年1次", "stage": "流失"},
    ],
)
def test_the_rules_own_frequency_or_none_is_fine(cells: dict[str, Any]) -> None:
    assert told(run(sheet("followup_plans", [plan(**cells)])), "V17") == []


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"frequency": "每两周1次"}, "C05 是 每周1次"),
        ({"frequency": "每周1次", "grade": "B类"}, "C06 是 每两周1次"),
        ({"frequency": "每季度1次", "stage": "合作"}, "C08 是 每月1次"),
        ({"frequency": "每月1次", "stage": "沉睡"}, "C13 是 每季度1次"),
    ],
)
def test_another_frequency_is_a_hint(cells: dict[str, Any], rule: str) -> None:
    found = run(sheet("followup_plans", [plan(**cells)]))
    assert told(found, "V17") == [("提示", 4, "frequency")]
    assert rule in found[found["code"] == "V17"].iloc[0]["message"]


def test_unreadable_frequency_is_an_error() -> None:
    found = run(sheet("followup_plans", [plan(frequency="经常"), plan(frequency="每周1次")]))
    assert told(found, "V17") == [("错误", 4, "frequency")]


@pytest.mark.parametrize(
    ("signed", "cells", "differs"),
    [
        ("2026-10-01", {"frequency": "每月1次", "grade": "B类"}, False),
        ("2026-10-01", {"frequency": "每季度1次", "grade": "B类"}, True),
        ("2025-01-01", {"frequency": "每季度1次", "grade": "B类"}, False),
        ("2025-01-01", {"frequency": "每季度1次", "grade": "A类"}, True),
        ("2026-10-01", {"frequency": "每季度1次", "grade": "B类", "age": "1年"}, False),
        (None, {"frequency": "每季度1次", "grade": "B类"}, False),
    ],
)
def test_visits_are_judged_by_age_and_grade(
    signed: str | None, cells: dict[str, Any], *, differs: bool
) -> None:
    visits = sheet("visit_plans", [{"customer_id": "2023001", **cells}])
    found = run(sheet("customers", [customer(signed_on=signed)]), visits)
    assert told(found, "V17") == ([("提示", 4, "frequency")] if differs else [])


def test_without_the_customers_an_unknown_age_is_not_judged() -> None:
    visits = sheet("visit_plans", [{"customer_id": "2023001", "grade": "B类", "frequency": "每年1次"}])
    assert told(run(visits), "V17") == []
