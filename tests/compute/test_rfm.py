"""Thresholds and classes over any figures, against the plain reference."""

from __future__ import annotations

from statistics import mean, median

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compute.reference_rfm import CLASSES
from xlcrm.compute.rfm import Thresholds, classes, thresholds
from xlcrm.rules.parameters import Parameters

METHODS = ("平均值", "中位数", "百分位", "固定值")
ROWS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 9), st.integers(-5, 30).map(lambda tens: tens * 10.0)),
    min_size=1,
    max_size=25,
)
Rows = list[tuple[int, int, float]]


def summary(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["days", "count", "amount"])


def classified(rows: Rows, method: str) -> list[str]:
    frame = summary(rows)
    return classes(frame, thresholds(frame, Parameters.model_validate({"RFM阈值方法": method}))).tolist()


def quantile(values: list[float], share: float) -> float:
    """Between two neighbours in proportion, as spreadsheets' PERCENTILE.INC does."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@given(ROWS, st.sampled_from(METHODS))
def test_one_customer_at_a_time(rows: Rows, method: str) -> None:
    columns = [[float(row[place]) for row in rows] for place in range(3)]
    limits = {
        "平均值": [mean(column) for column in columns],
        "中位数": [median(column) for column in columns],
        "百分位": [quantile(columns[0], 0.4), quantile(columns[1], 0.6), quantile(columns[2], 0.6)],
        "固定值": [90.0, 4.0, 50_000.0],
    }[method]
    near, often, large = (round(limit, 6) for limit in limits)
    expected = [
        CLASSES[
            "near" if days <= near else "far",
            "often" if times >= often else "seldom",
            "large" if total >= large else "small",
        ]
        for days, times, total in rows
    ]
    assert classified(rows, method) == expected


@given(ROWS, st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_equal_customers_are_never_split_whatever_the_order(rows: Rows, method: str, random: object) -> None:
    doubled = [*rows, *rows]
    found = dict(zip(doubled, classified(doubled, method), strict=True))
    assert classified(doubled, method)[: len(rows)] == classified(doubled, method)[len(rows) :]
    random.shuffle(doubled)  # type: ignore[attr-defined] # what hypothesis gives is a Random
    assert classified(doubled, method) == [found[row] for row in doubled]


@given(ROWS, st.integers(0, 24), st.integers(1, 100))
def test_a_later_purchase_never_makes_a_customer_farther(rows: Rows, place: int, sooner: int) -> None:
    limits = Thresholds(90, 4, 100)
    at = place % len(rows)
    days, times, total = rows[at]
    before = classes(summary(rows), limits)[at]
    nearer = [*rows[:at], (max(0, days - sooner), times, total), *rows[at + 1 :]]
    after = classes(summary(nearer), limits)[at]
    near = {name for (recency, _, _), name in CLASSES.items() if recency == "near"}
    assert before not in near or after in near


@pytest.mark.parametrize("method", METHODS[:3])
def test_alone_a_customer_equals_every_threshold(method: str) -> None:
    assert classified([(10, 1, 5.0)], method) == ["重要价值客户"]
