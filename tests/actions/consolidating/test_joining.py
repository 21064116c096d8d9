"""Joining: any tree over the same order gives the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.consolidating.branches import branch, joined
from xlcrm.actions.consolidating.engine import joined as in_a_tree
from xlcrm.actions.consolidating.joining import AT, Joined, join, lost_alone, single

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.actions.consolidating.reading import Branch

_CELL = st.none() | st.sampled_from(["A", "B", "2023001"])
_DAY = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1))
_CUSTOMER = st.fixed_dictionaries({"customer_id": _CELL, "name": _CELL, "filed_on": _DAY})
_DEAL = st.fixed_dictionaries({"customer_id": _CELL, "amount": st.none() | st.floats(0, 9)})


@st.composite
def _branches(draw: st.DrawFn) -> list[Branch]:
    count = draw(st.integers(1, 6))
    return [
        branch(
            place,
            f"分部{place}",
            customers=draw(st.lists(_CUSTOMER, max_size=3)),
            transactions=draw(st.lists(_DEAL, max_size=3)),
        )
        for place in range(count)
    ]


def _any_tree(parts: Sequence[Joined], data: st.DataObject) -> Joined:
    if len(parts) == 1:
        return parts[0]
    cut = data.draw(st.integers(1, len(parts) - 1))
    return join(_any_tree(parts[:cut], data), _any_tree(parts[cut:], data))


def _told(whole: Joined) -> tuple[object, ...]:
    frames = {
        name: (list(frame.columns), frame.astype(object).where(frame.notna(), None).to_numpy().tolist())
        for name, frame in whole.frames.items()
    }
    return whole.branches, frames


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_tree_gives_the_same(data: st.DataObject) -> None:
    parts = [single(each) for each in data.draw(_branches())]
    expected = _told(join(*parts))
    assert _told(_any_tree(parts, data)) == expected
    assert _told(in_a_tree(parts, join)) == expected


def test_rows_keep_the_order_of_the_branches_and_their_types() -> None:
    day = dt.date(2026, 1, 5)
    whole = joined(
        branch(0, "北京", customers=[{"customer_id": "1", "filed_on": day}]),
        branch(1, "上海", transactions=[{"customer_id": "9", "amount": 5.0}]),
        branch(2, "广州", customers=[{"customer_id": "2"}, {"customer_id": "3"}]),
    )
    customers = whole.frames["customers"]
    assert customers["customer_id"].tolist() == ["1", "2", "3"]
    assert customers[AT].tolist() == [0, 2, 2]
    assert customers["filed_on"].dtype.kind == "M"
    assert isinstance(customers["customer_id"].dtype, pd.StringDtype)
    assert [each.name for each in whole.branches] == ["北京", "上海", "广州"]
    assert all(not each.frames for each in whole.branches)


def test_a_file_that_nobody_could_read_stands_among_the_branches() -> None:
    lost = lost_alone((3, Path("北京.xlsx")), "坏了")
    assert [(each.place, each.refused) for each in lost.branches] == [(3, "坏了")]
    assert not lost.frames
