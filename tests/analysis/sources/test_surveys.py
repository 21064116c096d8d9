"""One row a survey up to now, and one row a case that was rated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.analysis.build import scope
from tests.checks.build import complaint, customer
from xlcrm.analysis.sources.surveys import DIMENSIONS, ratings, surveys


def test_a_survey_has_its_mean_as_a_fraction_and_valid_answers_alone() -> None:
    rows: list[dict[str, Any]] = [
        {"surveyed_on": "2026-10-31", "quality": 4, "tech_speed": 5, "attitude": 3, "nps": 9},
        {"surveyed_on": "2026-11-20", "quality": 0, "tech_speed": 6, "attitude": 2, "nps": 11},
        {"surveyed_on": "2026-11-21", "quality": 5},  # after now
        {"surveyed_on": None, "quality": 5},
        {"surveyed_on": "2026-11-02", "nps": 0, "name": "不在册"},
    ]
    for row in rows[:2]:
        row["customer_id"] = "2023001"
    found = surveys(scope({"customers": [customer()], "satisfaction_surveys": rows}))
    assert found["place"].tolist() == [0, 1, 4]
    assert found["code"].tolist() == [0, 0, -1]
    assert found["surveyed_on"].tolist() == [
        pd.Timestamp(day) for day in ("2026-10-31", "2026-11-20", "2026-11-02")
    ]
    assert found["month"].tolist() == ["2026-10", "2026-11", "2026-11"]
    # (4 + 5 + 3) / 3 / 5; only the 2 of the second form is a score.
    np.testing.assert_allclose(found["percent"], [0.8, 0.4, np.nan])
    np.testing.assert_array_equal(found["nps"], [9, np.nan, 0])
    np.testing.assert_array_equal(found["quality"], [4, np.nan, np.nan])
    np.testing.assert_array_equal(found["tech_speed"], [5, np.nan, np.nan])
    np.testing.assert_array_equal(found["attitude"], [3, 2, np.nan])
    assert found[list(DIMENSIONS[3:])].isna().all(axis=None)


def test_a_workbook_without_surveys_has_none() -> None:
    found = surveys(scope({"customers": []}))
    assert found.empty
    assert found.columns.tolist() == ["place", "code", "surveyed_on", "month", "percent", "nps", *DIMENSIONS]


def test_ratings_of_every_kind_of_case_are_parts_of_the_best_answer() -> None:
    found = ratings(
        scope(
            {
                "customers": [customer()],
                "service_issues": [
                    {"customer_id": "2023001", "received_at": "2026-11-02 09:00", "satisfaction": 3},
                    {"received_at": "2026-11-02 09:00", "resolved_at": "2026-11-05 10:00", "satisfaction": 5},
                    {"received_at": "2026-11-02 09:00", "satisfaction": 6},  # no such score
                    {"called_back_at": "2026-11-21 09:00", "satisfaction": 1},  # after now
                    {"received_at": "2026-11-02 09:00"},
                ],
                "orders": [
                    {"called_back_at": "2026-10-09 09:00", "satisfaction": 2},
                    {"satisfaction": 2},  # no time tells when
                ],
                "complaints": [
                    complaint(satisfaction="非常满意"),
                    complaint(satisfaction=None),
                ],
                "recovery_cases": [{"received_at": "2026-11-03 09:00", "satisfaction": 7.5}],
            }
        )
    )
    assert found["table"].tolist() == [
        "service_issues",
        "service_issues",
        "orders",
        "complaints",
        "recovery_cases",
    ]
    assert found["place"].tolist() == [0, 1, 0, 0, 0]
    assert found["code"].tolist() == [0, -1, -1, 0, -1]
    assert found["month"].tolist() == ["2026-11", "2026-11", "2026-10", "2026-11", "2026-11"]
    assert found["at"].tolist() == [
        pd.Timestamp(at)
        for at in ("2026-11-02 09:00", "2026-11-05 10:00", "2026-10-09 09:00", "2026-11-10 09:00")
    ] + [pd.Timestamp("2026-11-03 09:00")]
    np.testing.assert_allclose(found["percent"], [0.6, 1, 0.4, 1, 0.75])


def test_a_workbook_without_cases_has_no_ratings() -> None:
    found = ratings(scope({"customers": []}))
    assert found.empty
    assert found.columns.tolist() == ["table", "place", "code", "at", "month", "percent"]
