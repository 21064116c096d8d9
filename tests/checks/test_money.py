"""V06, V16."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.checks.build import complaint, customer, run, sheet, told
from xlcrm.rules.reading import default_book
from xlcrm.tables.frames import Remark


def trade(**cells: Any) -> dict[str, Any]:
    return {
        "customer_id": "2023001",
        "traded_on": "2026-11-01",
        "product": "服务器",
        "amount": 100.0,
        **cells,
    }


@pytest.mark.parametrize("amount", [0.0, 100.0, 100_000_000.0, None])
def test_plausible_amount_is_fine(amount: float | None) -> None:
    assert told(run(sheet("customers", [customer(budget=amount)])), "V06") == []


def test_amount_over_the_maximum_is_a_warning() -> None:
    found = run(sheet("transactions", [trade(amount=1001.0)]), money_max=1000)
    assert told(found, "V06") == [("警告", 4, "amount")]
    assert "1001" in found.iloc[0]["message"]


def test_negative_amount_is_a_warning_unless_it_is_a_refund() -> None:
    found = run(sheet("transactions", [trade(amount=-5.0), trade(amount=-5.0, product="服务器退款")]))
    assert told(found, "V06") == [("警告", 4, "amount")]


def test_ten_thousands_are_a_hint_with_the_amount() -> None:
    notes = [(4, "budget", Remark.TEN_THOUSANDS, "50万")]
    found = run(sheet("customers", [customer(budget=500_000.0)], notes=notes))
    assert told(found, "V06") == [("提示", 4, "budget")]
    assert tuple(found.loc[0, ["value", "corrected"]]) == ("50万", "500000")


def test_number_as_text_is_a_hint_and_no_number_an_error() -> None:
    notes = [(4, "leads", Remark.TEXT_NUMBER, "１２"), (4, "effective", Remark.UNREADABLE, "若干")]
    row = {"channel": "行业展会", "acquired_on": "2026-01-01", "leads": 12.0}
    found = run(sheet("lead_sources", [row], notes=notes))
    assert told(found, "V06") == [("错误", 4, "effective"), ("提示", 4, "leads")]
    assert found.iloc[1]["corrected"] == "12"


def test_compensation_over_the_limit_needs_an_approver() -> None:
    rows = [
        complaint(complaint_id="20261110-001", compensation=500.0),
        complaint(complaint_id="20261110-002", compensation=500.01),
        complaint(complaint_id="20261110-003", compensation=900.0, approver="王总"),
        complaint(complaint_id="20261110-004"),
    ]
    found = run(sheet("complaints", rows))
    assert told(found, "V16") == [("错误", 5, "compensation")]
    assert "C32" in found.iloc[0]["message"]


def test_compensation_is_not_judged_when_the_rule_is_off() -> None:
    book = default_book("crm")
    off = replace(
        book,
        rules=tuple(
            rule.model_copy(update={"enabled": rule.enabled and rule.rule_id != "C32"}) for rule in book.rules
        ),
    )
    assert told(run(sheet("complaints", [complaint(compensation=900.0)]), rules=off), "V16") == []


def test_negative_count_is_a_warning() -> None:
    rows = [{"tags": "高活跃度", "pushed": -10.0}, {"tags": "长期合作", "pushed": 0.0}]
    assert told(run(sheet("service_pushes", rows)), "V06") == [("警告", 4, "pushed")]
