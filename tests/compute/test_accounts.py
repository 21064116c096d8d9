"""What is known of each customer: stage, grade, age, RFM class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.checks.build import customer
from tests.compute.build import book, computed, facts
from xlcrm.compute.accounts import ages, derive, grades, stages
from xlcrm.compute.facts import objects
from xlcrm.compute.rfm import RFM_CLASSES, rfm_classes

Trades = Sequence[tuple[str, str, float]]


def classes(trades: Trades, products: dict[int, str] | None = None, **parameters: Any) -> dict[str, str]:
    """Customer -> class, by their trades (customer, day, amount)."""
    ids = [*dict.fromkeys(one[0] for one in trades), "新客户"]
    given = facts(
        {
            "customers": [customer(customer_id=number) for number in ids],
            "transactions": [
                {
                    "customer_id": one,
                    "traded_on": day,
                    "amount": amount,
                    "product": (products or {}).get(place),
                }
                for place, (one, day, amount) in enumerate(trades)
            ],
        },
        **parameters,
    )
    return dict(zip(ids, rfm_classes(given).tolist(), strict=True))


FIXED: dict[str, Any] = {"rfm_method": "固定值", "rfm_days": 30, "rfm_count": 2, "rfm_amount": 1000}


@pytest.mark.parametrize("near", [True, False], ids=["near", "far"])
@pytest.mark.parametrize("often", [True, False], ids=["often", "seldom"])
@pytest.mark.parametrize("large", [True, False], ids=["large", "small"])
def test_all_eight_classes(near: bool, often: bool, large: bool) -> None:  # noqa: FBT001 - parameters of the test
    day = "2026-11-10" if near else "2026-08-01"
    amounts = [900.0 if large else 9.0] * (2 if often else 1)
    if large and not often:
        amounts = [1500.0]
    expected = {
        (True, True, True): "重要价值客户",
        (True, False, True): "重要发展客户",
        (False, True, True): "重要保持客户",
        (False, False, True): "重要挽留客户",
        (True, True, False): "一般价值客户",
        (True, False, False): "一般发展客户",
        (False, True, False): "一般保持客户",
        (False, False, False): "一般挽留客户",
    }[near, often, large]
    assert classes([("甲", day, amount) for amount in amounts], **FIXED)["甲"] == expected
    assert RFM_CLASSES[near, often, large] == expected


def test_fewer_days_are_nearer() -> None:
    found = classes([("近", "2026-11-19", 100), ("远", "2026-01-19", 100)])
    assert (found["近"], found["远"]) == ("重要价值客户", "重要保持客户")


def test_equality_counts_as_high_and_near() -> None:
    trades = [("甲", "2026-10-21", 500), ("甲", "2026-10-21", 500)]
    assert classes(trades, **FIXED)["甲"] == "重要价值客户"
    assert classes(trades, **{**FIXED, "rfm_days": 29})["甲"] == "重要保持客户"
    assert classes(trades, **{**FIXED, "rfm_count": 3})["甲"] == "重要发展客户"
    assert classes(trades, **{**FIXED, "rfm_amount": 1000.01})["甲"] == "一般价值客户"


@pytest.mark.parametrize("method", ["平均值", "中位数", "百分位"])
def test_equal_customers_get_equal_classes(method: str) -> None:
    """Amounts whose binary sums are inexact, in every order."""
    amounts = [0.1, 0.2, 0.3]
    trades = [
        (name, "2026-11-01", amounts[(place + shift) % 3])
        for shift, name in enumerate(("甲", "乙", "丙", "丁", "戊", "己", "庚"))
        for place in range(3)
    ]
    found = classes(trades, rfm_method=method)
    assert {found[name] for name in "甲乙丙丁戊己庚"} == {"重要价值客户"}


def test_never_bought_is_no_class_of_its_own() -> None:
    assert classes([("甲", "2026-11-01", 100)])["新客户"] == "未成交"


def test_only_refunded_is_never_bought() -> None:
    assert classes([("甲", "2026-11-01", -100)], {0: "退款"})["甲"] == "未成交"


def test_refunds_are_netted_when_they_say_so() -> None:
    trades = [("甲", "2026-11-01", 1500), ("甲", "2026-11-02", -600)]
    assert classes(trades, {1: "服务器退款"}, **FIXED)["甲"] == "一般发展客户"
    assert classes(trades, {1: "服务器"}, **FIXED)["甲"] == "重要发展客户"


def test_implausible_amounts_are_left_out() -> None:
    trades = [("甲", "2026-11-01", 100), ("甲", "2026-11-02", 5_000_000)]
    assert classes(trades, **FIXED, money_max=1_000_000)["甲"] == "一般发展客户"


def test_purchases_before_the_last_year_count_for_recency_alone() -> None:
    assert classes([("甲", "2025-11-20", 9000), ("甲", "2025-11-20", 9000)], **FIXED)["甲"] == "一般挽留客户"
    assert classes([("甲", "2025-11-21", 9000), ("甲", "2025-11-21", 9000)], **FIXED)["甲"] == "重要保持客户"


def test_what_is_bought_tomorrow_is_not_bought_yet() -> None:
    assert classes([("甲", "2026-11-21", 100)])["甲"] == "未成交"


def test_without_transactions_there_are_no_classes() -> None:
    given = facts({"customers": [customer()], "transactions": []})
    assert rfm_classes(given).isna().all()


def test_the_stage_is_the_cell_else_the_plans_else_by_contract() -> None:
    given = facts(
        {
            "customers": [
                customer(customer_id="1", stage="流失", signed_on="2026-01-01"),
                customer(customer_id="2", stage=None, signed_on=None),
                customer(customer_id="3", stage=None, signed_on="2026-11-20"),
                customer(customer_id="4", stage=None, signed_on="2026-11-21"),
                customer(customer_id=None, stage=None, signed_on=None),
            ],
            "followup_plans": [{"customer_id": "1", "stage": "潜在"}, {"customer_id": "2", "stage": "沉睡"}],
        }
    )
    assert stages(given).astype(object).where(stages(given).notna(), None).tolist() == [
        "流失",
        "沉睡",
        "合作",
        None,
        None,
    ]


def test_the_grade_is_the_cell_else_the_plans() -> None:
    given = facts(
        {
            "customers": [customer(customer_id="1", grade="A类"), customer(customer_id="2", grade=None)],
            "followup_plans": [{"customer_id": "1", "grade": "C类"}, {"customer_id": "2", "grade": "B类"}],
        }
    )
    assert grades(given).tolist() == ["A类", "B类"]
    assert grades(facts({"customers": [customer(grade="A类")]})).tolist() == ["A类"]


def test_ages_are_full_months_or_as_typed() -> None:
    given = facts(
        {
            "customers": [
                customer(customer_id="1", signed_on="2026-08-20"),
                customer(customer_id="2", signed_on="2026-08-21"),
                customer(customer_id="3", signed_on=None),
                customer(customer_id="4", signed_on="2026-11-25"),
            ],
            "visit_plans": [
                {"customer_id": "1", "age": "9年"},
                {"customer_id": "2"},
                {"customer_id": "3", "age": "1年3个月"},
                {"customer_id": "3", "age": "很久"},
                {"customer_id": "4", "age": "半年"},
                {"customer_id": "没有", "age": "2个月"},
            ],
        }
    )
    derive(given)
    assert ages(given).fillna(-1).tolist() == [3, 2, 15, -1, 6, 2]


def test_a_plan_without_a_grade_has_its_customers() -> None:
    rows = {
        "customers": [customer(customer_id="1", grade="A类", signed_on="2020-01-01")],
        "visit_plans": [{"customer_id": "1"}],
        "followup_records": [],
    }
    assert computed(rows, book("C20")).task_rules() == ["C20"]


def test_without_a_plan_the_signing_makes_a_partner() -> None:
    """Service has no follow-up plans: what is known is the cell and 签约日期."""
    people = [
        customer(customer_id="1", stage=None, signed_on="2026-01-01"),
        customer(customer_id="2", stage="潜在", signed_on="2026-01-01"),
        customer(customer_id="3", stage=None, signed_on=None),
        customer(customer_id="4", stage=None, signed_on="2026-12-01"),
    ]
    assert objects(stages(facts({"customers": people}))).tolist() == ["合作", "潜在", None, None]


def test_without_transactions_nobody_has_a_class() -> None:
    assert rfm_classes(facts({"customers": [customer()]})).isna().all()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("care_records", "touched_at"),
        ("callback_records", "touched_at"),
        ("service_log", "touched_at"),
        ("service_issues", "received_at"),
        ("recovery_cases", "received_at"),
        ("presales", "received_at"),
    ],
)
def test_a_contact_by_any_packs_record_keeps_a_customer_awake(table: str, key: str) -> None:
    person = customer(signed_on="2020-01-01")
    asleep = {"customers": [person]}
    awake = {**asleep, table: [{"customer_id": "2023001", "name": person["name"], key: "2026-10-01 09:00"}]}
    assert computed(asleep, book("C11")).columns["customers"]["suggested_stage"].tolist() == ["沉睡"]
    assert computed(awake, book("C11")).columns["customers"]["suggested_stage"].tolist() == [None]
