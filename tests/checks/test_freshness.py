"""V23, V24."""

from __future__ import annotations

import pytest

from tests.checks.build import customer, record, run, sheet, told

WAITING = {"review_status": "待核实", "updated_on": "2026-11-01"}


@pytest.mark.parametrize(
    ("filed", "updated", "stale"),
    [
        ("2024-01-01", "2025-11-20", False),
        ("2024-01-01", "2025-11-19", True),
        ("2025-11-19", None, True),
        ("2025-11-20", None, False),
        (None, None, False),
    ],
)
def test_customer_not_updated_for_over_a_year(filed: str | None, updated: str | None, *, stale: bool) -> None:
    found = run(sheet("customers", [customer(filed_on=filed, updated_on=updated)]))
    assert told(found, "V23") == ([("错误", 4, "updated_on")] if stale else [])


@pytest.mark.parametrize(
    ("touched", "late"),
    [("2026-11-05 23:59", True), ("2026-11-06", False), ("2026-11-19 10:00", False)],
)
def test_unverified_customer_without_a_follow_up(touched: str, *, late: bool) -> None:
    found = run(
        sheet("customers", [customer(**WAITING)]), sheet("followup_records", [record(touched_at=touched)])
    )
    assert told(found, "V24") == ([("警告", 4, "review_status")] if late else [])


@pytest.mark.parametrize(
    "cells", [{"review_status": "待审核"}, {"review_status": None}, {"updated_on": "2026-11-06"}]
)
def test_customer_who_need_not_be_followed_up_yet(cells: dict[str, str | None]) -> None:
    found = run(sheet("customers", [customer(**(WAITING | cells))]), sheet("followup_records", []))
    assert told(found, "V24") == []


def test_days_come_from_the_parameters() -> None:
    sheets = sheet("customers", [customer(**WAITING)]), sheet("followup_records", [])
    assert told(run(*sheets, stale_review_days=30), "V24") == []


def test_without_a_sheet_of_follow_ups_nothing_is_known() -> None:
    assert told(run(sheet("customers", [customer(**WAITING)])), "V24") == []
