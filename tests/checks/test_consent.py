"""V12."""

from __future__ import annotations

from tests.checks.build import customer, run, sheet, told


def test_customer_without_consent_is_a_warning() -> None:
    rows = [customer(consent=None), customer(customer_id="2023002")]
    assert told(run(sheet("customers", rows)), "V12") == [("警告", 4, "consent")]


def test_sheet_without_the_column_is_not_judged() -> None:
    assert told(run(sheet("customers", [customer(consent=None)], lacks=["consent"])), "V12") == []
