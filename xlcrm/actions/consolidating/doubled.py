"""Rows without an id of their own that stand twice because the case above them did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xlcrm.actions.consolidating.conflicts import SAME_ROWS
from xlcrm.actions.consolidating.desk import ORIGINS
from xlcrm.actions.consolidating.joining import AT
from xlcrm.actions.consolidating.spaces import users_of

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.actions.consolidating.desk import Desk
    from xlcrm.actions.consolidating.spaces import Space

Same = Mapping[tuple[int, str], Sequence[int]]
"""Place of a branch and id -> the places of all branches that have the same case."""


def values(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The cells of each row, None for a blank one."""
    cells = frame.astype(object)
    return list(cells.where(cells.notna(), None).itertuples(index=False, name=None))


def drop_doubled(desk: Desk, space: Space, one: Same) -> None:
    """Rows under a case that several branches have alike, where they are alike too, stand as often as in one.

    Args:
        desk: where the rows are, their ids as typed.
        space: of the cases.
        one: which of them are the same.
    """
    for table, key in users_of(space):
        if (table, key) not in space.owners and desk.has(table, key):
            _drop_under(desk, table, key, one)


def _drop_under(desk: Desk, table: str, key: str, one: Same) -> None:
    frame = desk.frames[table]
    named = frame[frame[key].isin({number for _, number in one}).to_numpy()]
    seen: Counter[object] = Counter()
    first: dict[object, list[int]] = {}
    doubled: dict[tuple[str, tuple[int, ...]], list[int]] = defaultdict(list)
    owners: dict[int, list[int]] = {}
    for row, at, number, cells in zip(
        named.index, named[AT], named[key], values(named.drop(columns=[AT, ORIGINS])), strict=True
    ):
        places = tuple(one.get((at, number), ()))
        if not places:
            continue
        seen[at, places, cells] += 1
        kept = first.setdefault((places, cells), [])
        if seen[at, places, cells] > len(kept):
            kept.append(row)
            owners[row] = [at]
        else:
            owners[kept[seen[at, places, cells] - 1]].append(at)
            doubled[number, places].append(row)
    for row, whose in owners.items():
        if len(whose) > 1:
            frame.loc[row, ORIGINS] = desk.called(whose)
    for (number, same), rows in doubled.items():
        what = f"相同记录下的 {len(rows)} 行在几个分部完全相同"
        desk.say(SAME_ROWS, table, number, same, what, "合并为一份")
        desk.drop(table, rows)
