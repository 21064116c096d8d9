"""RFM分析: the classes counted, and what they rest on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import customer
from tests.compute.build import NOW, facts
from xlcrm.analysis.rfm import rfm_report
from xlcrm.compute.rfm import RFM_CLASSES, Thresholds, rfm_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.facts import Facts

FIXED: dict[str, Any] = {"rfm_method": "固定值", "rfm_days": 30, "rfm_count": 2, "rfm_amount": 1000}


def given(trades: Sequence[tuple[str, str, float]], **parameters: Any) -> Facts:
    """Trades (customer, day, amount) of customers of whom one, 新客户, never bought."""
    ids = [*dict.fromkeys(one for one, _, _ in trades), "新客户"]
    return facts(
        {
            "customers": [customer(customer_id=number) for number in ids],
            "transactions": [
                {
                    "customer_id": one,
                    "traded_on": day,
                    "amount": amount,
                    "product": "退款" if amount < 0 else "甲",
                }
                for one, day, amount in trades
            ],
        },
        **parameters,
    )


def test_every_buyer_is_counted_once_in_the_class_of_the_register() -> None:
    case = given(
        [
            ("近大", "2026-11-10", 600),
            ("近大", "2026-11-11", 600),
            ("远小", "2026-01-10", 50),
            ("退了", "2026-11-10", 1500),
            ("退了", "2026-11-12", -900),
        ],
        **FIXED,
    )
    report = rfm_report(case)
    counts = report.classes["customers"]
    assert counts.to_dict() == dict.fromkeys(RFM_CLASSES.values(), 0) | {
        "重要价值客户": 1,
        "一般挽留客户": 1,
        "一般发展客户": 1,
    }
    assert report.classes["sales"].sum() == 1200 + 50 + 600
    assert report.classes.loc["重要价值客户", "share"] == pytest.approx(1 / 3)
    assert (report.buyers, report.never_bought) == (3, 1)
    named = rfm_classes(case).value_counts()
    assert named.to_dict() == counts[counts > 0].to_dict() | {"未成交": 1}


def test_what_the_classes_rest_on_is_told() -> None:
    report = rfm_report(given([("甲", "2026-11-10", 100), ("乙", "2026-10-21", 300)]))
    assert report.as_of == NOW.date()
    assert report.method == "平均值"
    assert report.thresholds == Thresholds(20, 1, 200)


def test_without_a_buyer_all_is_empty() -> None:
    report = rfm_report(given([("甲", "2026-11-10", -100)]))
    assert report.thresholds is None
    assert (report.buyers, report.never_bought) == (0, 2)
    assert report.classes["customers"].tolist() == [0] * 8
    assert report.classes["share"].isna().all()
    assert report.as_of == dt.date(2026, 11, 20)
