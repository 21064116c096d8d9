"""NPS: who promotes, who detracts, and the figure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.analysis.nps import nps

SCORES = st.lists(st.integers(0, 10), max_size=40)


def counted(*scores: float) -> tuple[int, int, int]:
    found = nps(np.array(scores, dtype=float))
    return found.promoters, found.passives, found.detractors


def test_nine_and_ten_promote_and_up_to_six_detract() -> None:
    assert counted(*range(11)) == (2, 2, 7)


def test_half_a_point_below_nine_is_neither() -> None:
    assert counted(8.5, 6.5) == (0, 2, 0)


def test_without_an_answer_there_is_no_figure() -> None:
    assert nps(np.array([np.nan, np.nan])).points is None
    assert nps(np.array([])).n == 0


def test_blank_answers_are_not_counted() -> None:
    found = nps(np.array([[10, np.nan], [10, 0.0]]))
    assert found.n == 3
    assert found.points == pytest.approx(100 / 3)


@pytest.mark.parametrize("odd", [-1.0, 10.5, 11.0])
def test_a_score_outside_the_scale_is_refused(odd: float) -> None:
    with pytest.raises(ValueError, match="0 to 10"):
        nps(np.array([5.0, odd]))


@given(SCORES)
def test_shares_one_by_one(scores: list[int]) -> None:
    points = nps(np.array(scores, dtype=float)).points
    if not scores:
        assert points is None
        return
    assert points is not None
    expected = sum((score > 8) - (score < 7) for score in scores) * 100 / len(scores)
    assert points == pytest.approx(expected)
    assert -100 <= points <= 100


@given(SCORES.filter(bool), st.integers(0, 9))
def test_a_better_answer_never_lowers_the_figure(scores: list[int], place: int) -> None:
    better = list(scores)
    better[place % len(scores)] = min(10, better[place % len(scores)] + 1)
    one, other = (nps(np.array(given, dtype=float)).points for given in (scores, better))
    assert one is not None
    assert other is not None
    assert other >= one
