"""The newest satisfaction of each customer, whatever form it was asked with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.build import complaint, customer
from tests.compute.build import facts
from xlcrm.compute.lists.satisfaction import newest_satisfaction


def newest(**rows: Any) -> dict[int, float]:
    given = facts({"customers": [customer(), customer(customer_id="2", name="乙公司")], **rows})
    return {int(code): value for code, value in newest_satisfaction(given).items()}  # type: ignore[call-overload] # codes are numbers


ID = {"customer_id": "2023001"}


@pytest.mark.parametrize(
    ("rows", "percent"),
    [
        ({"satisfaction_surveys": [{**ID, "surveyed_on": "2026-11-01", "quality": 4, "attitude": 5}]}, 90.0),
        ({"service_issues": [{**ID, "received_at": "2026-11-01", "satisfaction": 4}]}, 80.0),
        ({"orders": [{**ID, "completed_at": "2026-11-01", "satisfaction": 3}]}, 60.0),
        ({"recovery_cases": [{**ID, "received_at": "2026-11-01", "satisfaction": 7.5}]}, 75.0),
        ({"account_profiles": [{**ID, "satisfaction": 9}]}, 90.0),
        ({"complaints": [complaint(satisfaction="非常满意")]}, 100.0),
        ({"complaints": [complaint(satisfaction="不满意")]}, 40.0),
    ],
    ids=["survey", "issue", "order", "recovery", "profile", "complaint", "unhappy complaint"],
)
def test_every_form_in_percent_of_its_scale(rows: Any, percent: float) -> None:
    assert newest(**rows) == {0: percent}


@pytest.mark.parametrize(
    "rows",
    [
        {"service_issues": [{**ID, "received_at": "2026-11-01", "satisfaction": 6}]},
        {"service_issues": [{**ID, "received_at": "2026-11-01", "satisfaction": 0}]},
        {"account_profiles": [{**ID, "satisfaction": 11}]},
        {"orders": [{**ID, "completed_at": "2026-11-21", "satisfaction": 3}]},
        {"orders": [{"customer_id": "9", "completed_at": "2026-11-01", "satisfaction": 3}]},
        {"complaints": [complaint(satisfaction="凑合")]},
        {"satisfaction_surveys": [{**ID, "surveyed_on": "2026-11-01"}]},
    ],
    ids=["above", "below", "above ten", "tomorrow", "unknown customer", "no word of ours", "no score"],
)
def test_what_cannot_be_used_does_not_count(rows: Any) -> None:
    assert newest(**rows) == {}


def test_the_newest_answer_counts_of_whichever_form() -> None:
    found = newest(
        account_profiles=[{**ID, "satisfaction": 1}, {"customer_id": "2", "satisfaction": 6}],
        satisfaction_surveys=[{**ID, "surveyed_on": "2026-11-03", "quality": 5}],
        service_issues=[
            {**ID, "received_at": "2026-10-01", "called_back_at": "2026-11-04 09:00", "satisfaction": 2},
            {**ID, "received_at": "2026-11-01", "resolved_at": "2026-11-02 09:00", "satisfaction": 3},
        ],
    )
    assert found == {0: 40.0, 1: 60.0}
