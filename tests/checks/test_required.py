"""V01."""

from __future__ import annotations

from tests.checks.build import complaint, customer, run, sheet, told
from xlcrm.tables.frames import Remark


def test_blank_required_cell_is_an_error() -> None:
    found = run(sheet("customers", [customer(contact=None)]))
    assert told(found, "V01") == [("错误", 4, "contact")]
    assert found.iloc[0]["message"] == "必填的“联系人”是空的"


def test_blank_optional_cell_is_fine() -> None:
    assert told(run(sheet("customers", [customer(position=None, email=None)])), "V01") == []


def test_missing_required_column_is_no_blank_cell() -> None:
    assert told(run(sheet("customers", [customer(contact=None)], lacks=["contact"])), "V01") == []


def test_unreadable_required_cell_is_not_called_blank() -> None:
    notes = [(4, "received_at", Remark.UNREADABLE, "昨天")]
    found = run(sheet("complaints", [complaint(received_at=None)], notes=notes))
    assert told(found, "V01") == []
    assert told(found, "V08") == [("错误", 4, "received_at")]


def test_error_cell_is_named() -> None:
    found = run(sheet("customers", [customer(position=None)], notes=[(4, "position", Remark.ERROR, "#N/A")]))
    assert told(found, "V01") == [("错误", 4, "position")]
    assert found.iloc[0]["value"] == "#N/A"
    assert "#N/A" in found.iloc[0]["message"]


def test_required_error_cell_has_one_finding() -> None:
    found = run(sheet("customers", [customer(owner=None)], notes=[(4, "owner", Remark.ERROR, "#REF!")]))
    assert told(found, "V01") == [("错误", 4, "owner")]
