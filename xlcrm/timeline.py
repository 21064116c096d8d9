"""Spans on an axis and the running total of what they hold, asked for very many points at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CELLS_A_VALUE: Final = 2
"""Cells of the grid for each value: more leave fewer steps to each search, and take longer to lay out."""


@dataclass(frozen=True, slots=True)
class Line:
    """Spans on an axis of seconds or days; the first and the last week repeat beyond both ends for ever.

    `opens` and `closes` are (n,), ascending and disjoint; `total` is (n + 1,): total[i] lies before span i.
    """

    opens: Steps
    closes: Integers
    total: Steps
    first: int
    last: int
    week: int
    held_by_week: int
    held_before_last: int

    @classmethod
    def of(cls, opens: Integers, closes: Integers, first: int, last: int, week: int) -> Line:
        """The line over [first, last + week), whose first and last week hold the plain week."""
        total = np.concatenate(([0], np.cumsum(closes - opens)))
        before_last = int(total[np.searchsorted(opens, last)])
        held_by_week = int(total[-1]) - before_last
        return cls(Steps.of(opens), closes, Steps.of(total), first, last, week, held_by_week, before_last)

    def before(self, points: Integers) -> Integers:
        """What lies before each point of the axis; negative before the line's first point."""
        weeks = _weeks_away(points, self.first, self.last, self.week)
        point = points - weeks * self.week
        span = self.opens.last_up_to(point)
        opens = self.opens.values[span]
        inside = np.clip(point - opens, 0, self.closes[span] - opens)
        total: Integers = self.total.values[span] + inside + weeks * self.held_by_week
        return total

    def at(self, totals: Integers, *, latest: Flags) -> Integers:
        """The first (or latest) point before which lies so much.

        The two differ only at the edges of spans: the first is a closing, the latest the next opening.
        """
        # The unit that completes a total lies in the span that the first such point ends.
        step = np.where(latest, 0, 1)
        unit = totals - step
        weeks = _weeks_away(unit, 0, self.held_before_last, self.held_by_week)
        unit = unit - weeks * self.held_by_week
        span = self.total.last_up_to(unit)
        point: Integers = self.opens.values[span] + unit - self.total.values[span] + step + weeks * self.week
        return point


@dataclass(frozen=True, slots=True)
class Steps:
    """Ascending values with an even grid over them, which finds random points faster than a binary search."""

    values: Integers
    ahead: Integers
    grid: Integers
    width: int
    depth: int

    @classmethod
    def of(cls, values: Integers) -> Steps:
        """An index of the values, (n,) and at least one."""
        low, high = int(values[0]), int(values[-1])
        width = max(1, (high - low) // (_CELLS_A_VALUE * len(values)))
        edges = np.arange(low, high + 2 * width, width, dtype=np.int64)
        places = np.searchsorted(values, edges, side="right") - 1
        ahead = np.append(values[1:], np.iinfo(np.int64).max)
        for array in (values, ahead, places):
            array.setflags(write=False)
        return cls(values, ahead, places[:-1], width, int(np.diff(places).max()))

    def last_up_to(self, points: Integers) -> Integers:
        """Where the last value stands that is not above each point; 0 where all are."""
        cell = np.clip((points - self.values[0]) // self.width, 0, len(self.grid) - 1)
        place: Integers = self.grid[cell]
        for _ in range(self.depth):
            place += self.ahead[place] <= points
        return place


def _weeks_away(values: Integers, first: int, last: int, week: int) -> Integers:
    """How many weeks each value lies outside what is laid out: 0 inside [first, last + week)."""
    after = np.where(values >= last, (values - last) // week, 0)
    return np.where(values < first, (values - first) // week, after)
