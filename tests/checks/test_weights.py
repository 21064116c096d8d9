"""V18."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import run, sheet, told

NAME = "杭州云帆科技有限公司"


def rows(*weights: float | None, **cells: Any) -> list[dict[str, Any]]:
    return [
        {"name": NAME, "assessment_id": "2026-01", "indicator": "合作年限", "weight": weight, "score": 80.0}
        | cells
        for weight in weights
    ]


def test_weights_below_100_percent_are_one_error_that_names_rows_and_sum() -> None:
    found = run(sheet("relationship_assessments", rows(0.3, 0.3, 0.3)))
    assert told(found, "V18") == [("错误", 4, "weight")]
    message = found[found["code"] == "V18"].iloc[0]["message"]
    assert "第4行、第5行、第6行" in message
    assert "合计为 90%" in message
    assert NAME in message


@pytest.mark.parametrize(
    ("weights", "wrong"),
    [
        ((0.5, 0.5), False),
        ((0.1,) * 10, False),
        ((0.333, 0.333, 0.333), False),
        ((0.5, 0.501), False),
        ((0.5, 0.4985), True),
        ((0.5, 0.5015), True),
        ((30.0, 70.0), False),
        ((0.3, 70.0), False),
        ((30.0, 60.0), True),
        ((0.6, None), False),
        ((0.6, 0.6, None), True),
        ((60.0, 60.0, None), True),
        ((60.0, None), False),
        ((0.6, 0.6, -0.2), False),
    ],
)
def test_a_tenth_of_a_percentage_point_is_allowed(weights: tuple[float | None, ...], *, wrong: bool) -> None:
    found = told(run(sheet("relationship_assessments", rows(*weights))), "V18")
    assert found == ([("错误", 4, "weight")] if wrong else [])


@pytest.mark.parametrize(
    ("weights", "total"),
    [((30.0, 60.0), "90%"), ((0.6, 0.6), "120%"), ((50.0, 0.3), "80%"), ((1.0, 1.0, 1.0), "300%")],
)
def test_sum_is_told_in_percent_however_the_weights_are_typed(weights: tuple[float, ...], total: str) -> None:
    found = run(sheet("relationship_assessments", rows(*weights)))
    assert f"合计为 {total}，" in found[found["code"] == "V18"].iloc[0]["message"]


def test_each_number_of_each_customer_is_an_assessment_of_its_own() -> None:
    other = rows(0.4, 0.6, name="上海远大贸易有限公司")
    later = rows(0.2, 0.2, assessment_id="2026-02")
    found = run(sheet("relationship_assessments", [*rows(0.5, 0.5), *other, *later]))
    assert told(found, "V18") == [("错误", 8, "weight")]


def test_rows_with_and_without_the_customers_id_are_one_assessment() -> None:
    found = run(sheet("relationship_assessments", [*rows(0.5, customer_id="2023001"), *rows(0.5)]))
    assert told(found, "V18") == []


def test_rows_without_a_number_are_left_to_v01() -> None:
    found = run(sheet("relationship_assessments", rows(0.5, assessment_id=None)))
    assert told(found, "V18") == []
    assert told(found, "V01") == [("错误", 4, "assessment_id")]
