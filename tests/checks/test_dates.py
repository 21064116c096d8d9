"""V08, V26."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.build import book, complaint, customer, record, run, sheet, told
from xlcrm.tables.frames import Remark


def test_unreadable_and_error_cells_are_errors() -> None:
    notes = [(4, "signed_on", Remark.UNREADABLE, "去年"), (5, "signed_on", Remark.ERROR, "#VALUE!")]
    rows = [customer(signed_on=None), customer(signed_on=None, customer_id="2023002")]
    found = run(sheet("customers", rows, notes=notes))
    assert told(found, "V08") == [("错误", 4, "signed_on"), ("错误", 5, "signed_on")]


def test_text_date_is_a_hint_with_the_date() -> None:
    notes = [(4, "signed_on", Remark.TEXT_DATE, "2026年3月15日")]
    found = run(sheet("customers", [customer()], notes=notes))
    assert told(found, "V08") == [("提示", 4, "signed_on")]
    assert tuple(found.loc[0, ["value", "corrected"]]) == ("2026年3月15日", "2026-03-15")


@pytest.mark.parametrize("day", ["1990-01-01", "2026-11-20", None])
def test_possible_day_is_fine(day: str | None) -> None:
    assert told(run(sheet("customers", [customer(signed_on=day)])), "V08") == []


@pytest.mark.parametrize("day", ["1989-12-31", "2026-11-21"])
def test_impossible_day_is_an_error(day: str) -> None:
    assert told(run(sheet("customers", [customer(signed_on=day)])), "V08") == [("错误", 4, "signed_on")]


def test_the_future_is_fine_where_no_past_is_recorded() -> None:
    assert told(run(sheet("customers", [customer(contract_ends_on="2030-01-01")])), "V08") == []


def test_old_companies_and_old_contacts_are_fine() -> None:
    row = customer(founded_on="1958-10-01", contact_birthday="1900-05-04")
    assert told(run(sheet("customers", [row])), "V08") == []
    assert told(run(sheet("customers", [customer(founded_on="1899-12-31")])), "V08") == [
        ("错误", 4, "founded_on")
    ]


def test_a_moment_is_compared_with_now_and_a_date_with_today() -> None:
    rows = [
        record(touched_at="2026-11-20"),
        record(touched_at="2026-11-20 10:30"),
        record(touched_at="2026-11-20 10:31"),
    ]
    assert told(run(sheet("followup_records", rows)), "V08") == [("错误", 6, "touched_at")]


def test_date_without_a_time_is_a_hint_where_a_clock_counts_hours() -> None:
    rows = [complaint(received_at="2026-11-10"), complaint(complaint_id="20261110-002")]
    found = run(sheet("complaints", rows))
    assert told(found, "V26") == [("提示", 4, "received_at")]
    assert "24小时" in found[found["code"] == "V26"].iloc[0]["message"]


def test_date_without_a_time_is_fine_where_the_clock_does_not_apply() -> None:
    rows = [record(touched_at="2026-11-10"), record(touched_at="2026-11-10", info_changed="是")]
    assert told(run(sheet("followup_records", rows)), "V26") == [("提示", 5, "touched_at")]


def test_notice_before_a_node_is_a_clock_too() -> None:
    order = {"order_id": "DD202611010001", "order_status": "生产中", "expected_at": "2026-12-01"}
    rows = [order, order | {"order_status": "已完成"}, order | {"expected_at": "2026-12-01 09:00"}]
    found = run(sheet("orders", rows), rules=book("support"))
    assert told(found, "V26") == [("提示", 4, "expected_at")]
    assert "P09" in found[found["code"] == "V26"].iloc[0]["message"]


def test_clock_that_counts_days_or_is_off_needs_no_time() -> None:
    row = complaint(received_at="2026-11-10", level="重大")
    found = run(sheet("complaints", [row]), rules=book("relationship"))
    assert told(found, "V26") == []
    off = tuple(rule.model_copy(update={"enabled": False}) for rule in book("crm").rules)
    found = run(sheet("complaints", [row]), rules=replace(book("crm"), rules=off))
    assert told(found, "V26") == []


def test_one_hint_a_cell_however_many_clocks_start_there() -> None:
    row = complaint(received_at="2026-11-10", level="严重", complaint_id="TS202611100001")
    found = run(sheet("complaints", [row]), rules=book("support"))
    assert told(found, "V26") == [("提示", 4, "received_at")]
