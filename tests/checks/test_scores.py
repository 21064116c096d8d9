"""V19."""

from __future__ import annotations

import pytest

from tests.checks.build import run, sheet, told
from xlcrm.tables.base import Kind, Role, Row, Table, column
from xlcrm.tables.fields import Id, Score10
from xlcrm.tables.frames import Remark

FORM = {"customer_id": "2023001", "surveyed_on": "2026-11-01"}


@pytest.mark.parametrize(
    "cells", [{}, {"quality": 1.0}, {"quality": 5.0}, {"quality": 4.5}, {"nps": 0.0}, {"nps": 10.0}]
)
def test_score_on_its_scale_is_fine(cells: dict[str, float]) -> None:
    assert told(run(sheet("satisfaction_surveys", [FORM | cells])), "V19") == []


@pytest.mark.parametrize(
    ("key", "score"), [("quality", 0.0), ("quality", 5.5), ("nps", -1.0), ("nps", 11.0), ("nps", 7.5)]
)
def test_score_off_its_scale_is_an_error(key: str, score: float) -> None:
    assert told(run(sheet("satisfaction_surveys", [FORM | {key: score}])), "V19") == [("错误", 4, key)]


def test_score_that_is_no_number_is_an_error() -> None:
    notes = [(4, "quality", Remark.UNREADABLE, "很好")]
    assert told(run(sheet("satisfaction_surveys", [FORM], notes=notes)), "V19") == [("错误", 4, "quality")]


def test_scores_of_another_table_are_judged_by_its_declaration() -> None:
    class CaseRow(Row):
        """One case."""

        case_id: Id = column("编号", is_key=True)
        score: Score10 = column("评分", role=Role.EXTRA)

    table = Table(name="cases", title="案例", row=CaseRow, packs=("recovery",))
    rows = [{"case_id": "1", "score": 0.0}, {"case_id": "2", "score": 10.0}, {"case_id": "3", "score": 11.0}]
    assert table.by_key["score"].kind is Kind.SCORE10
    assert told(run(sheet(table, rows)), "V19") == [("错误", 6, "score")]


ASSESSED = {"name": "杭州云帆科技有限公司", "assessment_id": "PG2026001", "indicator": "合作年限"}


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"weight": 1.0, "score": 0.0}, ""),
        ({"weight": 1.0, "score": 100.0}, ""),
        ({"weight": 1.0, "score": 100.5}, "score"),
        ({"weight": 1.0, "score": -1.0}, "score"),
        ({"weight": 100.0, "score": 80.0}, ""),
        ({"weight": 130.0, "score": 80.0}, "weight"),
        ({"weight": -0.1, "score": 80.0}, "weight"),
    ],
)
def test_score_and_weight_of_an_assessment(cells: dict[str, float], key: str) -> None:
    found = run(sheet("relationship_assessments", [ASSESSED | cells]))
    assert told(found, "V19") == ([("错误", 4, key)] if key else [])


def test_share_typed_as_a_whole_number_says_what_it_means() -> None:
    found = run(sheet("service_pushes", [{"tags": "高活跃度", "open_rate": 35.0, "click_rate": 0.35}]))
    assert told(found, "V19") == [("错误", 4, "open_rate")]
    assert "35 即 3500%" in found[found["code"] == "V19"].iloc[0]["message"]


def test_other_numbers_have_no_scale() -> None:
    assert told(run(sheet("transactions", [{"customer_id": "2023001", "amount": 5000.0}])), "V19") == []
