"""指标权重: which assessment a row belongs to, and its weight as a share of one whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import sheet
from xlcrm.tables.weights import assessment_keys, settled_weights


def settled(*rows: tuple[str | None, str | None, float | None]) -> list[float | None]:
    """编号, customer and weight of each row -> the settled weights, None for unsettled ones."""
    frame = sheet(
        "relationship_assessments",
        [{"assessment_id": number, "name": name, "weight": weight} for number, name, weight in rows],
    ).frame
    return [None if weight != weight else round(weight, 9) for weight in settled_weights(frame)]  # noqa: PLR0124 - NaN differs from itself


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ((0.3, 0.7), [0.3, 0.7]),
        ((30, 70), [0.3, 0.7]),
        ((0.3, 70), [0.3, 0.7]),
        ((1,), [1]),
        ((100,), [1]),
        ((1, 99), [0.01, 0.99]),
        ((0.333, 0.333, 0.333), [0.333, 0.333, 0.333]),
        ((33.3, 33.3, 33.3), [0.333, 0.333, 0.333]),
        ((0.5, 0.501), [0.5, 0.501]),
        ((0.33, 0.33, 0.33), [None] * 3),
        ((0.5, 0.5015), [None] * 2),
        ((0.3, 0.6), [None] * 2),
        ((30, 60), [None] * 2),
        ((0.6, 0.6, -0.2), [None] * 3),
        ((0.5, None, 0.5), [None] * 3),
        ((0, 1), [0, 1]),
    ],
)
def test_one_assessment(typed: tuple[float | None, ...], expected: list[float | None]) -> None:
    assert settled(*(("P1", "甲公司", weight) for weight in typed)) == expected


def test_customers_may_share_a_number_and_one_slip_leaves_the_others_alone() -> None:
    rows = [("P1", "甲公司", 0.4), ("P1", "乙公司", 0.5), ("P1", "甲公司", 0.6), ("P1", "乙公司", 0.4)]
    assert settled(*rows) == [0.4, None, 0.6, None]


def test_without_a_number_nothing_belongs_together() -> None:
    assert settled((None, "甲公司", 1)) == [None]


def test_a_blank_sheet() -> None:
    assert settled() == []


def test_a_name_stands_for_the_one_id_that_it_is_seen_with() -> None:
    rows: list[dict[str, Any]] = [
        {"assessment_id": "P1", "name": "甲公司", "customer_id": "1"},
        {"assessment_id": "P1", "name": "甲公司"},
        {"assessment_id": "P1", "customer_id": "1"},
        {"assessment_id": "P1", "name": "乙公司", "customer_id": "2"},
        {"assessment_id": "P1", "name": "乙公司", "customer_id": "3"},
        {"assessment_id": "P1", "name": "乙公司"},
    ]
    keys = assessment_keys(sheet("relationship_assessments", rows).frame).tolist()
    assert len({*keys[:3]}) == 1
    assert len({*keys[2:]}) == 4
