"""The lines of a panel: which one each row of a table adds to, and what they come to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlcrm.analysis.base import Figure
from xlcrm.analysis.scope import month_text
from xlcrm.analysis.wording import halves_up
from xlcrm.compute.states.measures import percent_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Moments, Objects

Floats = NDArray[np.float64]

UNNAMED: Final = "未填写"
"""The line of rows whose cell is blank."""
OTHERS: Final = "其他或未填写"
"""The line of rows whose cell is blank or holds none of the words that it may."""


@dataclass(frozen=True)
class Lines:
    """The lines of one panel, from top to bottom.

    Attributes:
        names: of the lines.
        of: (n,) the line that each row adds to, -1 for none.
        rest: the line of what did not fit, -1 without one.
    """

    names: tuple[str, ...]
    of: Integers
    rest: int = -1

    def count(self, flags: Flags | None = None) -> Integers:
        """(lines,) how many rows, or how many of those that are flagged."""
        counted = self.of >= 0 if flags is None else (self.of >= 0) & flags
        return np.bincount(self.of[counted], minlength=len(self.names))

    def total(self, values: Floats) -> Floats:
        """(lines,) sums of what is known; NaN where nothing is."""
        known = (self.of >= 0) & ~np.isnan(values)
        sums = np.asarray(
            np.bincount(self.of[known], weights=values[known], minlength=len(self.names)), dtype=np.float64
        )
        sums[self.count(known) == 0] = np.nan
        return sums

    def mean(self, values: Floats) -> Floats:
        """(lines,) means of what is known; NaN where nothing is."""
        return ratio(self.total(values), self.count(~np.isnan(values)))

    def quantile(self, values: Floats, share: float) -> Floats:
        """(lines,) the value that this share of the known ones does not exceed, between two by line."""
        known = (self.of >= 0) & ~np.isnan(values)
        found = pd.Series(values[known]).groupby(self.of[known]).quantile(share)
        return np.asarray(found.reindex(range(len(self.names))), dtype=np.float64)

    def __len__(self) -> int:
        return len(self.names)


def fixed(
    names: Sequence[str],
    labels: Objects | pd.Series,
    counted: Flags | None = None,
    *,
    others: bool = False,
) -> Lines:
    """Lines that are always the same; a row with another label adds to none.

    Args:
        names: of the lines.
        labels: (n,) texts; a blank one is `UNNAMED`.
        counted: (n,) the rows that count; all if not said.
        others: one line more, `OTHERS`, for every other label and blanks.
    """
    of = np.asarray(pd.Index(list(names)).get_indexer(pd.Index(filled(labels))), dtype=np.int64)
    if others:
        of[of < 0] = len(names)
    own = (*names, OTHERS) if others else tuple(names)
    return Lines(own, of if counted is None else np.where(counted, of, -1))


def by_month(scope: Scope, at: Moments, counted: Flags | None = None) -> Lines:
    """One line for each of the last six months, the oldest first; what lies after now adds to none.

    Args:
        scope: whose months.
        at: (n,) moments.
        counted: (n,) the rows that count; all if not said.
    """
    known = at <= scope.facts.now_at if counted is None else counted & (at <= scope.facts.now_at)
    since = at[known].astype("datetime64[M]") - scope.months[0]
    place = since.astype(np.int64)
    of = np.full(len(at), -1, dtype=np.int64)
    of[known] = np.where((place >= 0) & (place < len(scope.months)), place, -1)
    return Lines(tuple(str(month) for month in scope.months), of)


def half_year(scope: Scope) -> str:
    """The last six months for captions: 2026年6月至2026年11月."""
    return f"{month_text(scope.months[0])}至{month_text(scope.month)}"


def ranked(
    labels: Objects | pd.Series,
    most: int,
    by: Callable[[Lines], Any] | None = None,
    *,
    size: Callable[[Lines], Any] | None = None,
    counted: Flags | None = None,
) -> Lines:
    """One line a label, the largest first, of equals by name; what does not fit is the last line, 其余n项.

    Args:
        labels: (n,) texts; a blank one is `UNNAMED`.
        most: how many lines at most.
        by: (lines,) numbers to rank by, NaN last; how many rows if not said.
        size: (lines,) numbers that say which labels fit; as `by` if not said.
        counted: (n,) the rows that count; all if not said.
    """
    texts = filled(labels)
    of = np.full(len(texts), -1, dtype=np.int64)
    chosen = np.flatnonzero(np.ones(len(texts), dtype=bool) if counted is None else counted)
    # Sorted by name, so that a stable order by numbers leaves equals in it.
    of[chosen], names = pd.factorize(texts[chosen], sort=True)
    lines = Lines(tuple(str(name) for name in names), of)
    rank = np.asarray((by or Lines.count)(lines), dtype=np.float64)
    order = _falling(rank)
    rest: tuple[str, ...] = ()
    if len(lines) > most:
        kept = _falling(np.asarray(size(lines), dtype=np.float64) if size else rank)[: most - 1]
        order, rest = order[np.isin(order, kept)], (f"其余{len(lines) - most + 1}项",)
    place = np.full(len(lines) + 1, -1, dtype=np.int64)
    place[:-1] = len(order)
    place[order] = np.arange(len(order))
    return Lines(
        (*(lines.names[line] for line in order.tolist()), *rest), place[of], len(order) if rest else -1
    )


def _falling(numbers: Floats) -> Integers:
    """The order from large to small, NaN last, equals as they stand."""
    return np.argsort(np.where(np.isnan(numbers), np.inf, -numbers), kind="stable")


def newest(at: Moments) -> Integers:
    """The order from the newest moment to the oldest, blanks last, equals as they stand."""
    return _falling(np.where(np.isnat(at), np.nan, at.astype("datetime64[s]").astype(np.float64)))


def filled(labels: Objects | pd.Series) -> Objects:
    """(n,) texts with `UNNAMED` for blanks."""
    found: Objects = pd.Series(labels, dtype=object).fillna(UNNAMED).to_numpy(dtype=object)
    return found


def leader(lines: Lines, numbers: Any) -> int | None:
    """The named line that alone has the largest number; None where there is no such line."""
    known = np.asarray(numbers, dtype=np.float64)
    known = np.where(np.isnan(known), -np.inf, known)
    top = int(known.argmax()) if len(known) else -1
    if top < 0 or known[top] <= 0 or (known == known[top]).sum() > 1:
        return None
    return None if lines.names[top] in (UNNAMED, OTHERS) or lines.rest == top else top


def ratio(part: Any, whole: Any) -> Floats:
    """(n,) part of whole; NaN where the whole is nothing."""
    of = np.asarray(whole, dtype=np.float64)
    return np.asarray(part, dtype=np.float64) / np.where(of > 0, of, np.nan)


def share_text(part: float, whole: float) -> str:
    """45%; blank where the whole is nothing."""
    return f"{halves_up(part / whole * 100, 0):.0f}%" if whole else ""


def rate_text(share: float, limit: float = math.nan) -> str:
    """66.7%: a fraction to one decimal, as cells show it; what is below a limit never reads as the limit."""
    shown = halves_up(share * 100, 1)
    return percent_text(share * 100) if share < limit <= shown / 100 else f"{shown:g}%"


def mean_text(mean: float) -> str:
    """3.67: a mean of scores to two decimals, as cells show it."""
    return f"{halves_up(mean, 2):g}"


def compared(
    value: float | None,
    before: float | None,
    *,
    more_is_good: bool | None,
    rests: str = "",
    points: bool = False,
    digits: int | None = None,
) -> Figure:
    """What a card shows: a figure, its change on the month before, and what it rests on.

    Args:
        value: NaN or None where there is none.
        before: the same of the month before.
        more_is_good: whether a rise is welcome, None where it is neither.
        rests: what is shown after the change (n=41).
        points: the figure is a fraction; its change is shown in percentage points.
        digits: decimals of a change that is not in points; as many as it needs if not said.
    """
    now, was = _known(value), _known(before)
    if now is None:
        return Figure(None, rests)
    if was is None:
        return Figure(now, rests)
    change = round(now - was, 6 if digits is None or points else digits)
    size = f"{change:+,.{6 if digits is None else digits}f}"
    if digits is None:
        size = size.rstrip("0").rstrip(".")
    if points:
        size = f"{change * 100:+.1f}个百分点"
    text = f"较上月 {size}" if change else "与上月持平"
    good = None if more_is_good is None or not change else (change > 0) == more_is_good
    return Figure(now, f"{text}；{rests}" if rests else text, good)


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)
