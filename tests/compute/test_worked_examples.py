"""The examples that the documents print come out as printed; where they cannot, the user guide says why."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.checks.build import customer, sheet
from tests.compute.build import book, computed
from xlcrm.checks import CheckInput, run_checks
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME
from xlcrm.worktime import Worktime

GUIDE = (Path(__file__).parents[2] / "docs" / "user-guide.zh-CN.md").read_text(encoding="utf-8")
NOW = dt.datetime(2023, 10, 20, 10, 0)


def findings(now: dt.datetime = NOW, **tables: object) -> pd.DataFrame:
    data = {name: sheet(name, rows) for name, rows in tables.items()}  # type: ignore[arg-type] # rows of cells
    return run_checks(CheckInput(data, default_book("full"), Parameters(), now))


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ("customers", "2023001"),
        ("customers", "202305001"),
        ("complaints", "20230816-001"),
        ("complaints", "TS20231020001"),
        ("complaints", "TS202310200001"),
        ("service_issues", "SH20231020001"),
        ("orders", "DD20231020001"),
        ("recovery_cases", "HF20231020001"),
    ],
)
def test_printed_numbers_are_well_formed(table: str, printed: str) -> None:
    spec = BY_NAME[table]
    assert re.fullmatch(spec.by_key[spec.key].form, printed)


def test_two_working_hours_from_half_past_five_on_a_friday_end_at_half_past_ten_on_monday() -> None:
    friday = dt.datetime(2023, 10, 20, 17, 30)
    row = {"issue_id": "SH20231020001", "received_at": friday, "urgency": "普通"}
    run = computed(
        {"service_issues": [row]}, book(P16={"时间口径": "工作时间"}), now=friday, calendar=Worktime.build()
    )
    assert run.due("service_issues", "响应") == dt.datetime(2023, 10, 23, 10, 30)


@pytest.mark.parametrize(("limit", "day"), [("1", dt.datetime(2023, 2, 28)), ("2", dt.datetime(2023, 3, 31))])
def test_months_are_counted_from_the_anchor(limit: str, day: dt.datetime) -> None:
    rows = {
        "customers": [customer(customer_id="2023001", signed_on="2023-01-31", stage="合作")],
        "followup_records": [],
    }
    shown = computed(rows, book(C21={"时限": limit}), now=day).shown.rows
    assert shown["due_at"].tolist() == [pd.Timestamp(day)]


def test_a_customers_own_frequency_wins_over_the_text_with_a_hint() -> None:
    """The follow-up document shows a B类 prospect with 每周1次, its text says 每两周1次."""
    plan = {"customer_id": "2023002", "stage": "潜在", "grade": "B类", "frequency": "每周1次"}
    rows = {
        "customers": [customer(customer_id="2023002", stage="潜在", grade="B类", filed_on="2023-08-01")],
        "followup_plans": [plan],
        "followup_records": [{"customer_id": "2023002", "touched_at": "2023-10-13 10:00"}],
    }
    run = computed(rows, book("C06"), now=NOW)
    assert run.shown.rows["due_at"].tolist() == [pd.Timestamp("2023-10-20")]
    hints = findings(customers=rows["customers"], followup_plans=[plan])
    assert hints.loc[hints["code"] == "V17", "level"].tolist() == ["提示"]
    assert "每周1次" in GUIDE


def test_the_recovery_sheet_reads_as_the_document_prints_it() -> None:
    case = {
        "recovery_id": "HF20231001001",
        "customer_id": "202305001",
        "issue_type": "产品故障",
        "urgency": "一般",
        "received_at": "2023-09-10 09:00",
        "responded_at": "2023-09-11 03:00",
        "completed_at": "2023-09-15 10:00",
        "satisfaction": 8,
    }
    rows = {
        "customers": [customer(customer_id="202305001")],
        "recovery_cases": [case],
        "recovery_assessments": [],
    }
    shown = computed(rows, book("R10", "R11", "R12"), now=NOW).sheets["recovery_assessments"]
    own = shown[shown["indicator"].str.contains("HF20231001001")]
    results = own["outcome"].tolist()
    assert any("是(18小时)" in text for text in results)
    assert any("8分" in text for text in results)
    assert any(text.startswith("待跟踪(当前1个月") for text in results)


def test_the_share_of_effective_leads_is_computed_from_the_two_counts() -> None:
    rows = {
        "lead_sources": [
            {
                "channel": "行业展会",
                "acquired_on": "2023-08-01",
                "leads": 50,
                "effective": 20,
                "remark": "A12",
            },
            {"channel": "线上广告", "acquired_on": "2023-08-01", "leads": 0, "effective": 0},
        ]
    }
    assert computed(rows, book("C28"), now=NOW).columns["lead_sources"]["conversion"].tolist() == [0.4, None]


def test_fifty_ten_thousands_are_half_a_million() -> None:
    found = findings(
        transactions=[{"customer_id": "2023001", "traded_on": "2023-10-01", "amount": None}],
        customers=[customer(customer_id="2023001")],
    )
    assert "V01" in set(found["code"])
    assert "`50万` → `500000`" in GUIDE


def test_ages_that_the_visit_plan_prints_are_read() -> None:
    plans = [
        {"customer_id": "2023001", "age": "2个月", "grade": "B类"},
        {"customer_id": "2023002", "age": "1年", "grade": "B类"},
    ]
    registered = [customer(customer_id=number) for number in ("2023001", "2023002")]
    rows = {
        "customers": [{key: cell for key, cell in row.items() if key != "signed_on"} for row in registered],
        "visit_plans": plans,
        "followup_records": [
            {"customer_id": "2023001", "touched_at": "2023-09-20"},
            {"customer_id": "2023002", "touched_at": "2023-07-20"},
        ],
    }
    run = computed(rows, book("C17", "C19"), now=NOW)
    assert sorted(run.task_rules()) == ["C17", "C19"]
    assert run.columns["visit_plans"]["age"].tolist() == ["2个月", "1年"]


def test_the_tags_that_ship_match_their_services() -> None:
    rows = {
        "customers": [customer(customer_id="2023001", need_tags="高活跃度、关注售后保障")],
        "tag_services": [
            dict(zip(("tag", "service"), pair, strict=True)) for pair in BY_NAME["tag_services"].default_rows
        ],
    }
    run = computed(rows, book("C28"), now=NOW)
    assert run.columns["customers"]["matched_services"].tolist() == ["新功能教程、免费检测服务"]


def test_masked_numbers_ask_for_the_real_one() -> None:
    found = findings(customers=[customer(customer_id="2023001", phone="138****5678")])
    assert found.loc[found["code"] == "V02", "level"].tolist() == ["提示"]
