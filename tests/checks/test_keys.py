"""V09."""

from __future__ import annotations

import pytest

from tests.checks.build import book, complaint, customer, run, sheet, told
from xlcrm.tables import tables_of


def test_repeated_id_is_an_error_in_both_rows() -> None:
    found = run(sheet("customers", [customer(), customer(customer_id="2023002"), customer()]))
    assert told(found, "V09") == [("错误", 4, "customer_id"), ("错误", 6, "customer_id")]
    assert "第4行、第6行" in found.iloc[0]["message"]


def test_a_crowd_of_repeated_ids_is_counted() -> None:
    found = run(sheet("customers", [customer()] * 5))
    assert "第4行、第5行、第6行等共5行" in found[found["code"] == "V09"].iloc[0]["message"]


@pytest.mark.parametrize("case", ["20261110-001", "TS202310200001"])
def test_id_of_a_known_form_is_fine(case: str) -> None:
    assert told(run(sheet("complaints", [complaint(complaint_id=case)])), "V09") == []


@pytest.mark.parametrize("case", ["2026-11-10", "20261110-1", "X20261110-001"])
def test_id_of_another_form_is_a_warning(case: str) -> None:
    found = run(sheet("complaints", [complaint(complaint_id=case)]))
    assert told(found, "V09") == [("警告", 4, "complaint_id")]


def test_missing_id_is_a_hint() -> None:
    found = run(sheet("customers", [customer(customer_id=None), customer(customer_id=None)]))
    assert told(found, "V09") == [("提示", 4, "customer_id"), ("提示", 5, "customer_id")]


def test_repeated_day_of_the_holidays_is_an_error() -> None:
    rows = [{"day": "2026-10-01", "day_type": "休息"}, {"day": "2026-10-01", "day_type": "上班"}]
    found = run(sheet("holidays", rows))
    assert told(found, "V09") == [("错误", 4, "day"), ("错误", 5, "day")]


@pytest.mark.parametrize(
    ("pack", "name", "warned"),
    [
        ("service", "service_issues", False),
        ("support", "service_issues", True),
        ("full", "service_issues", True),
        ("relationship", "complaints", False),
        ("support", "complaints", True),
        ("recovery", "recovery_cases", True),
        ("support", "orders", True),
    ],
)
def test_form_is_judged_where_the_packs_document_gives_one(pack: str, name: str, *, warned: bool) -> None:
    table = next(table for table in tables_of(pack) if table.name == name)
    found = run(sheet(table, [{table.key: "第1号"}]), rules=book(pack))
    assert told(found, "V09") == ([("警告", 4, table.key)] if warned else [])


def test_example_of_an_id_is_the_packs_own() -> None:
    table = next(table for table in tables_of("support") if table.name == "complaints")
    found = run(sheet(table, [{"complaint_id": "第1号"}]), rules=book("support"))
    assert "应像 TS202310200001" in found[found["code"] == "V09"].iloc[0]["message"]
