"""What one run of the analysis looks at: a run of the computations, and the month that is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import pandas as pd

    from xlcrm.compute.facts import Facts, Flags, Moments
    from xlcrm.compute.run import Run

T = TypeVar("T")

TREND_MONTHS: Final = 6


@dataclass(frozen=True, eq=False)
class Scope:
    """The input of every panel; months are datetime64[M].

    Attributes:
        run: everything that the refresh has worked out, at one now.
        month: the reported month.
        findings: what the entry checks found (see `checks.base`).
    """

    run: Run
    month: np.datetime64
    findings: pd.DataFrame
    _made: dict[object, object] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        return self.run.facts

    @property
    def before(self) -> np.datetime64:
        """The month before."""
        found: np.datetime64 = self.month - np.timedelta64(1, "M")
        return found

    @cached_property
    def months(self) -> tuple[np.datetime64, ...]:
        """The last six, the oldest first; the reported one is the last."""
        return tuple(self.month - np.timedelta64(back, "M") for back in reversed(range(TREND_MONTHS)))

    @property
    def until(self) -> np.datetime64:
        """datetime64[s]: the end of the reported month, or now where that is earlier."""
        return self.end_of(self.month)

    def end_of(self, month: np.datetime64) -> np.datetime64:
        """datetime64[s]: the last second of a month, or now where that is earlier."""
        last = (month + np.timedelta64(1, "M")).astype("datetime64[s]") - np.timedelta64(1, "s")
        return min(last, self.facts.now_at)

    def within(self, at: Moments, month: np.datetime64 | None = None) -> Flags:
        """(n,) whether moments lie in a month, the reported one if not said, and not after now."""
        wanted = self.month if month is None else month
        flags: Flags = (at.astype("datetime64[M]") == wanted) & (at <= self.facts.now_at)
        return flags

    @property
    def period(self) -> str:
        """The reported month for captions: 2026年10月, 2026年11月（截至22日）."""
        text = month_text(self.month)
        if self.facts.today.astype("datetime64[M]") == self.month:
            return f"{text}（截至{self.facts.now.day}日）"
        return text

    @property
    def as_of(self) -> str:
        """The day of now for captions: 截至2026-11-22."""
        return f"截至{self.facts.now:%Y-%m-%d}"

    def once(self, make: Callable[[Scope], T]) -> T:
        """What a function of the scope gives, worked out once for all panels that ask."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])


def month_text(month: np.datetime64) -> str:
    """2026年10月."""
    year, number = str(month).split("-")
    return f"{year}年{int(number)}月"


def month_of(day: dt.date) -> np.datetime64:
    """The month that a day lies in."""
    return np.datetime64(day, "M")
