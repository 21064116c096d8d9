"""Score, grade and advice of an assessment, and the roster of the newest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import customer
from tests.compute.build import book, facts
from xlcrm.compute.accounts import derive
from xlcrm.compute.lists.relationship import assessment_columns, grade_roster

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts
    from xlcrm.rules.reading import RuleBook

Row = dict[str, Any]


def line(
    number: str, customer_id: str | None, weight: float | None, score: float | None, **cells: Any
) -> Row:
    return {
        "assessment_id": number,
        "customer_id": customer_id,
        "name": f"客户{customer_id}",
        "indicator": "合作年限",
        "weight": weight,
        "score": score,
        **cells,
    }


def one(
    number: str, customer_id: str | None, score: float, assessed_on: str | None = None, **cells: Any
) -> Row:
    """An assessment of a single indicator."""
    return line(number, customer_id, 1, score, assessed_on=assessed_on, **cells)


def given(rows: list[Row], rules: RuleBook | None = None, ids: str = "12345") -> Facts:
    made = facts(
        {
            "customers": [customer(customer_id=name, name=f"客户{name}") for name in ids],
            "relationship_assessments": rows,
        },
        rules or book("M08"),
    )
    derive(made)
    return made


def columns(rows: list[Row], rules: RuleBook | None = None) -> list[tuple[Any, ...]]:
    found = assessment_columns(given(rows, rules))
    return list(zip(found["final_score"], found["grade"], found["advice"], strict=True))


def roster(rows: list[Row], rules: RuleBook | None = None, ids: str = "12345") -> list[tuple[Any, ...]]:
    found = grade_roster(given(rows, rules, ids))
    shown = found[["customer_id", "name", "grade", "final_score", "advice"]].astype(object)
    return list(shown.where(shown.notna(), None).itertuples(index=False, name=None))


def test_the_score_is_the_sum_of_weight_times_score_on_every_row_of_the_assessment() -> None:
    # 0.3*90 + 0.5*80 + 0.2*60 = 27 + 40 + 12 = 79
    rows = [
        line("P1", "1", 0.3, 90),
        line("P1", "1", 0.5, 80),
        line("P2", "1", 1, 50),
        line("P1", "1", 0.2, 60),
    ]
    assert columns(rows) == [
        (79.0, "B类", "改善关系"),
        (79.0, "B类", "改善关系"),
        (50.0, "C类", "终止关系"),
        (79.0, "B类", "改善关系"),
    ]


def test_weights_may_be_typed_in_points() -> None:
    assert columns([line("P1", "1", 30, 90), line("P1", "1", 70, 80)])[0] == (83.0, "A类", "维持关系")


@pytest.mark.parametrize(
    ("score", "grade", "advice"),
    [
        (100, "A类", "维持关系"),
        (80, "A类", "维持关系"),
        (79.99, "B类", "改善关系"),
        (60, "B类", "改善关系"),
        (59.99, "C类", "终止关系"),
        (0, "C类", "终止关系"),
    ],
)
def test_the_limits_of_the_rule(score: float, grade: str, advice: str) -> None:
    assert columns([one("P1", "1", score)]) == [(score, grade, advice)]


def test_a_sum_that_binary_fractions_miss_is_still_the_limit() -> None:
    # 0.1*80 + 0.7*80 + 0.2*80 is 79.99999999999999 in binary
    assert columns([line("P1", "1", weight, 80) for weight in (0.1, 0.7, 0.2)])[0][:2] == (80.0, "A类")


def test_the_office_may_move_the_limits() -> None:
    rows = [one("P1", "1", 85), one("P1", "2", 75), one("P1", "3", 69)]
    assert [row[1] for row in columns(rows, book(M08={"时限": "90、70"}))] == ["B类", "B类", "C类"]


def test_a_rule_that_is_off_gives_the_score_alone() -> None:
    assert columns([one("P1", "1", 85)], book("C01")) == [(85.0, None, None)]


@pytest.mark.parametrize(
    "rows",
    [
        [line("P1", "1", 0.3, 90), line("P1", "1", 0.6, 90)],
        [line("P1", "1", 0.3, 90), line("P1", "1", 0.7, None)],
        [line("P1", "1", 0.3, 90), line("P1", "1", 0.7, 101)],
        [line("P1", "1", 0.3, 90), line("P1", "1", 0.7, -1)],
        [line("P1", "1", 0.3, 90), line("P1", "1", None, 90)],
    ],
    ids=["90%", "no score", "above 100", "below 0", "no weight"],
)
def test_nothing_is_guessed(rows: list[Row]) -> None:
    assert columns(rows) == [(None, None, None)] * 2


def test_the_roster_is_sorted_by_grade_score_and_id() -> None:
    rows = [
        one("P1", "1", 61),
        one("P1", "2", 95),
        one("P1", "5", 61),
        one("P1", "4", 40),
        one("P1", "3", 99),
    ]
    assert roster(rows) == [
        ("3", "客户3", "A类", 99.0, "维持关系"),
        ("2", "客户2", "A类", 95.0, "维持关系"),
        ("1", "客户1", "B类", 61.0, "改善关系"),
        ("5", "客户5", "B类", 61.0, "改善关系"),
        ("4", "客户4", "C类", 40.0, "终止关系"),
    ]


@pytest.mark.parametrize(
    ("rows", "score"),
    [
        ([one("P1", "1", 90, "2026-10-01"), one("P2", "1", 50, "2026-09-01")], 90),
        ([one("P1", "1", 90, "2026-09-01"), one("P2", "1", 50, "2026-09-01")], 50),
        ([one("P1", "1", 90), one("P2", "1", 50)], 50),
        ([one("P1", "1", 90, "2026-09-01"), one("P2", "1", 50)], 90),
        ([one("P1", "1", 90, "2026-11-20"), one("P2", "1", 50, "2026-11-21")], 90),
    ],
    ids=[
        "later day",
        "same day: lower row",
        "no days: lower row",
        "a day before none",
        "not from the future",
    ],
)
def test_the_newest_assessment_counts(rows: list[Row], score: float) -> None:
    assert [row[3] for row in roster(rows)] == [score]


def test_a_newest_assessment_without_a_score_stands_at_the_end_without_a_grade() -> None:
    rows = [
        one("P1", "1", 90, "2026-09-01"),
        line("P2", "1", 0.5, 90, assessed_on="2026-10-01"),
        one("P1", "2", 10, "2026-09-01"),
    ]
    assert roster(rows) == [("2", "客户2", "C类", 10.0, "终止关系"), ("1", "客户1", None, None, None)]


def test_without_the_rule_the_roster_goes_by_score() -> None:
    rows = [one("P1", "1", 10), one("P1", "2", 90)]
    assert [(row[0], row[2]) for row in roster(rows, book("C01"))] == [("2", None), ("1", None)]


def test_a_customer_is_known_by_name_too_and_one_who_is_not_on_the_register_by_what_is_typed() -> None:
    rows = [
        one("P1", None, 90, name="客户1"),
        one("P1", "9", 80, name="客户九"),
        one("P1", None, 70, name="路人"),
        one("P1", None, 70, name=None),
    ]
    assert [row[:2] for row in roster(rows)] == [("1", "客户1"), ("9", "客户九"), (None, "路人")]


def test_a_blank_sheet_gives_an_empty_roster() -> None:
    assert roster([]) == []
