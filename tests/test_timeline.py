"""The grid finds what a binary search finds, however the values cluster."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.timeline import Steps


@settings(deadline=None)
@given(
    values=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40, unique=True).map(sorted),
    points=st.lists(st.integers(-2 * 10**6, 2 * 10**6), max_size=40),
)
def test_steps_find_the_place_of_each_point(values: list[int], points: list[int]) -> None:
    # Squared, so that the values crowd at one end and one cell of the grid holds many.
    crowded = np.unique(np.array(values, dtype=np.int64) ** 2)
    asked = np.concatenate((np.array(points, dtype=np.int64), crowded, crowded - 1))
    expected = np.maximum(np.searchsorted(crowded, asked, side="right") - 1, 0)
    assert (Steps.of(crowded).last_up_to(asked) == expected).all()
