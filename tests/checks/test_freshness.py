"""V23, V24."""

from __future__ import annotations

import pytest

from tests.checks.build import book, customer, record, run, sheet, told
from xlcrm.tables import tables_of

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


RECOVERY = {"recovery_id": "HF20261110001", "customer_id": "2023001", "received_at": "2026-11-10 09:00"}


@pytest.mark.parametrize(
    ("cells", "late"),
    [
        ({}, True),
        ({"responded_at": "2026-11-10 10:00"}, False),
        ({"second_talk_at": "2026-11-01 10:00"}, True),
        ({"responded_at": "2026-11-10 10:00", "customer_id": "2023002"}, True),
    ],
)
def test_in_a_pack_without_a_diary_the_cases_tell_who_was_contacted(
    cells: dict[str, str], *, late: bool
) -> None:
    own = {table.name: table for table in tables_of("recovery")}
    found = run(
        sheet(own["customers"], [customer(**WAITING)]),
        sheet(own["recovery_cases"], [RECOVERY | cells]),
        rules=book("recovery"),
    )
    assert told(found, "V24") == ([("警告", 4, "review_status")] if late else [])


def test_enquiry_of_a_customer_known_by_name_is_a_contact() -> None:
    own = {table.name: table for table in tables_of("support")}
    enquiry = {"name": "杭州云帆科技有限公司", "followed_up_at": "2026-11-15 09:00"}
    register = sheet(own["customers"], [customer(**WAITING)])
    found = run(register, sheet(own["presales"], [enquiry]), rules=book("support"))
    assert told(found, "V24") == []
    twins = sheet(own["customers"], [customer(**WAITING), customer(customer_id="2023002", **WAITING)])
    found = run(twins, sheet(own["presales"], [enquiry]), rules=book("support"))
    assert [row for _, row, _ in told(found, "V24")] == [4, 5]
