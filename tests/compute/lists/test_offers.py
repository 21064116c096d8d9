"""标签匹配 and 响应率 of pushes, 匹配服务 of customers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import customer
from tests.compute.build import facts
from xlcrm.compute.lists.offers import matched_services, push_columns

PAIRS = [
    {"tag": "高活跃度", "service": "新功能教程"},
    {"tag": "有升级需求", "service": "套餐优惠"},
    {"tag": "VIP", "service": "套餐优惠"},
    {"tag": "高活跃度", "service": "抢先体验"},
]


def push(**cells: Any) -> list[Any]:
    """标签匹配 and 响应率 of one push."""
    row = {"tags": "高活跃度", "service": "新功能教程", "pushed": 200, "pushed_at": "2026-11-01", **cells}
    found = push_columns(facts({"service_pushes": [row], "tag_services": PAIRS}))
    return [found["matched"][0], found["response_rate"][0]]


@pytest.mark.parametrize(
    ("cells", "matched"),
    [
        ({}, "是"),
        ({"tags": "有升级需求、高活跃度"}, "是"),
        ({"service": "套餐优惠"}, "否"),
        ({"tags": "没有这个标签"}, "否"),
        ({"tags": None}, None),
        ({"service": None}, None),
    ],
)
def test_whether_a_push_fits_its_tag(cells: dict[str, Any], matched: str | None) -> None:
    assert push(**cells)[0] == matched


def test_nothing_matches_where_no_pair_is_known() -> None:
    given = facts({"service_pushes": [{"tags": "高活跃度", "service": "新功能教程"}]})
    assert push_columns(given)["matched"].tolist() == [None]


@pytest.mark.parametrize(
    ("cells", "rate"),
    [
        ({"inquiries": 30, "conversions": 20}, 0.25),
        ({"inquiries": 30}, 0.15),
        ({"inquiries": 0, "conversions": 0, "click_rate": 0.5}, 0.0),
        ({"click_rate": 0.12}, 0.12),
        ({}, None),
        ({"inquiries": 3, "pushed": 0}, None),
        ({"inquiries": 3, "pushed": None}, None),
    ],
)
def test_the_response_to_a_push(cells: dict[str, Any], rate: float | None) -> None:
    assert push(**cells)[1] == rate


@pytest.mark.parametrize(
    ("tags", "services"),
    [
        ("高活跃度", "新功能教程、抢先体验"),
        ("有升级需求、高活跃度", "新功能教程、套餐优惠、抢先体验"),
        ("vip，有升级需求", "套餐优惠"),
        ("价格敏感", None),
        (None, None),
    ],
)
def test_the_services_that_fit_a_customer(tags: str | None, services: str | None) -> None:
    given = facts({"customers": [customer(need_tags=tags)], "tag_services": PAIRS})
    assert matched_services(given).tolist() == [services]


def test_without_pairs_no_service_fits() -> None:
    assert matched_services(facts({"customers": [customer(need_tags="高活跃度")]})).tolist() == [None]
