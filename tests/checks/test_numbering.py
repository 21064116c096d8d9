"""The next free id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.checks.build import complaint, customer, given, record, sheet
from xlcrm.checks.numbering import Shape, filing_key, is_dated, next_ids, shape_of
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.tables.frames import SheetData


def ids_of(*sheets: SheetData) -> list[str]:
    """New ids of the first sheet's rows that have none."""
    own = sheets[0]
    cells = own.frame[own.table.key]
    return next_ids(given(*sheets), own, cells.index[cells.isna().to_numpy()])


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("2023001", Shape("", "%Y", "", 3)),
        ("202305001", Shape("", "%Y%m", "", 3)),
        ("20230816-001", Shape("", "%Y%m%d", "-", 3)),
        ("TS202310200001", Shape("TS", "%Y%m%d", "", 4)),
        ("HF20231020001", Shape("HF", "%Y%m%d", "", 3)),
        ("KH-17", Shape("KH-", "", "", 2)),
        ("1999", Shape("", "", "", 4)),
        ("甲", None),
    ],
)
def test_shapes(text: str, shape: Shape | None) -> None:
    assert shape_of(text) == shape


def test_the_first_id_follows_the_declared_example_and_the_rows_own_date() -> None:
    rows = [
        customer(customer_id=None, filed_on="2025-07-01"),
        customer(customer_id=None),
        customer(customer_id=None, filed_on="2025-01-01"),
    ]
    assert ids_of(sheet("customers", rows)) == ["2025001", "2026001", "2025002"]


def test_the_form_in_use_wins_and_numbers_go_on_above_the_highest() -> None:
    rows = [
        customer(customer_id="202603007"),
        customer(customer_id="202603002"),
        customer(customer_id="2026001"),
        customer(customer_id=None),
    ]
    assert ids_of(sheet("customers", rows)) == ["202603008"]


def test_ids_of_a_wrong_form_are_no_example() -> None:
    rows = [complaint(complaint_id="2026-77"), complaint(complaint_id="A1"), complaint(complaint_id=None)]
    assert ids_of(sheet("complaints", rows)) == ["20261110-001"]


def test_an_id_that_another_sheet_refers_to_is_not_free() -> None:
    customers = sheet("customers", [customer(customer_id=None)])
    assert ids_of(customers, sheet("followup_records", [record(customer_id="2026041")])) == ["2026042"]


def test_without_its_date_a_row_gets_no_id() -> None:
    assert ids_of(sheet("customers", [customer(customer_id=None, filed_on=None)])) == [""]


def test_a_full_year_gets_no_id() -> None:
    rows = [customer(customer_id="2026998"), customer(customer_id=None), customer(customer_id=None)]
    assert ids_of(sheet("customers", rows)) == ["2026999", ""]


def test_a_table_whose_ids_carry_a_date_that_it_does_not_record_gets_none() -> None:
    assert filing_key(BY_NAME["maintenance_plans"]) == ""
    plans = sheet(
        "maintenance_plans", [{"customer_id": "2023001", "measure": "拜访", "due_on": "2026-12-01"}]
    )
    assert ids_of(plans) == [""]


def test_ids_that_show_no_form_give_none() -> None:
    assert not is_dated(BY_NAME["parameters"])
    rows = [{"name": "甲", "value": "1"}, {"value": "2"}]
    assert ids_of(sheet("parameters", rows)) == [""]


@pytest.mark.parametrize(
    ("table", "date", "number"),
    [
        ("complaints", "received_at", "20261110-001"),
        ("service_issues", "received_at", "SH202611100001"),
        ("recovery_cases", "received_at", "HF20261110001"),
        ("orders", "confirmed_at", "DD202611100001"),
    ],
)
def test_every_register_of_cases(table: str, date: str, number: str) -> None:
    assert filing_key(BY_NAME[table]) == date
    assert is_dated(BY_NAME[table])
    assert ids_of(sheet(table, [{date: "2026-11-10 09:30", "owner": "李明"}])) == [number]


def test_a_pack_with_a_form_of_its_own_begins_with_that() -> None:
    table = BY_NAME["complaints"].in_pack("support")
    assert ids_of(sheet(table, [complaint(complaint_id=None)])) == ["TS202611100001"]


def test_rows_are_numbered_as_they_stand() -> None:
    rows = [complaint(complaint_id=None)] * 3
    assert ids_of(sheet("complaints", rows)) == ["20261110-001", "20261110-002", "20261110-003"]
    assert next_ids(given(), sheet("complaints", rows), pd.Index([], dtype="int64")) == []
