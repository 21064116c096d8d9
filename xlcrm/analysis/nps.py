"""NPS: the share of promoters less the share of detractors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROMOTER_FROM: Final = 9
DETRACTOR_UP_TO: Final = 6
HIGHEST: Final = 10
"""推荐值 runs from 0 to this."""


@dataclass(frozen=True, slots=True)
class Nps:
    """How many answered, and how (analysis: 满意度分析)."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def points(self) -> float | None:
        """From -100 to 100; None where nobody answered."""
        return (self.promoters - self.detractors) / self.n * 100 if self.n else None


def nps(scores: NDArray[np.float64]) -> Nps:
    """Count the answers: 9 and 10 promote, 0 to 6 detract, what lies between does neither.

    Args:
        scores: 推荐值 of any shape, NaN for no answer.

    Raises:
        ValueError: a score below 0 or above 10; callers leave out (and report) what a check has found.
    """
    given = scores[~np.isnan(scores)]
    if ((given < 0) | (given > HIGHEST)).any():
        raise ValueError("a score outside 0 to 10")
    promoters = int((given >= PROMOTER_FROM).sum())
    detractors = int((given <= DETRACTOR_UP_TO).sum())
    return Nps(promoters, given.size - promoters - detractors, detractors)
