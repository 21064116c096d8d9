"""The surveys of one month: their scores, their answers and who gave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis.base import behind, nothing_behind
from xlcrm.analysis.nps import Nps, nps
from xlcrm.analysis.sources.surveys import DIMENSIONS, SURVEYS, surveys
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.identity import first_known, of_register
from xlcrm.rules.base import LimitUnit
from xlcrm.rules.measures import DIMENSION_MEANS, OVERALL_SATISFACTION, SCORE_OF_TEN
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts, Integers, Moments, Objects
    from xlcrm.compute.states.measures import Floats

CONTENT_FROM: Final = 4
"""Scores of 4 and 5 are those of content customers."""
_LIMITS: Final = {
    DIMENSION_MEANS: (LimitUnit.SCORE_BELOW, 3.0),
    OVERALL_SATISFACTION: (LimitUnit.PERCENT_BELOW, 80.0),
    SCORE_OF_TEN: (LimitUnit.SCORE_BELOW, 7.0),
    "推荐值": (LimitUnit.SCORE_BELOW, 7.0),
}
"""What a threshold rule is on -> the unit of its limit, and the limit where 规则表 has no such rule."""


@dataclass(frozen=True)
class Surveys:
    """Surveys of some months; arrays have one value a survey, in the order of the sheet.

    Attributes:
        place, code: the row's position and its account.
        day: 调查日期.
        percent: a fraction, NaN without a score.
        nps: 推荐值, NaN for none.
        scores: (n, dimensions) 1 to 5, NaN for none.
    """

    place: Integers
    code: Integers
    day: Moments
    percent: Floats
    nps: Floats
    scores: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame, dimensions: tuple[str, ...]) -> Surveys:
        """The rows of `surveys`, with the dimensions that the workbook has."""
        return cls(
            frame["place"].to_numpy(),
            frame["code"].to_numpy(),
            moments(frame["surveyed_on"]),
            frame["percent"].to_numpy(),
            frame["nps"].to_numpy(),
            frame[list(dimensions)].to_numpy(dtype=np.float64),
        )

    def taken(self, own: Integers) -> Surveys:
        """Some of them."""
        return Surveys(
            self.place[own],
            self.code[own],
            self.day[own],
            self.percent[own],
            self.nps[own],
            self.scores[own],
        )

    def __len__(self) -> int:
        return len(self.place)

    @property
    def rated(self) -> int:
        """How many have a score at all."""
        return int((~np.isnan(self.percent)).sum())

    @property
    def mean(self) -> float:
        """平均满意度 as a fraction, NaN of none."""
        return mean_of(self.percent)

    @property
    def content(self) -> float:
        """满意率: the share of 4 and 5 among all scores, NaN of none."""
        given = self.scores[~np.isnan(self.scores)]
        return float((given >= CONTENT_FROM).sum() / len(given)) if len(given) else float("nan")

    @property
    def recommends(self) -> Nps:
        return nps(self.nps)

    def dimension_means(self) -> tuple[Floats, Integers]:
        """(dimensions,) means, NaN of none, and how many scores each rests on."""
        known = ~np.isnan(self.scores)
        n: Integers = known.sum(axis=0)
        total = np.where(known, self.scores, 0.0).sum(axis=0)
        return total / np.where(n > 0, n, np.nan), n

    def behind(self, scope: Scope, lines: Integers, own: Integers, amount: Floats) -> pd.DataFrame:
        """The surveys `own`, each behind a line, with an amount and what was suggested."""
        if not len(own):
            return nothing_behind()
        said = cells(scope.facts, "suggestion", self.place[own])
        return behind(SURVEYS, lines, self.place[own], at=self.day[own], amount=amount, text=said)


def dimensions(scope: Scope) -> tuple[str, ...]:
    """Keys of the five-point scores that the workbook's sheet has."""
    sheet = scope.facts.data.get(SURVEYS)
    return tuple(key for key in DIMENSIONS if sheet is not None and sheet.has(key))


def headings(scope: Scope) -> list[str]:
    """What the dimensions are called."""
    return [BY_NAME[SURVEYS].by_key[key].heading for key in scope.once(dimensions)]


def by_months(scope: Scope) -> dict[np.datetime64, Surveys]:
    """Those of each of the last six months."""
    every = Surveys.of(scope.once(surveys), scope.once(dimensions))
    months = every.day.astype("datetime64[M]")
    return {month: every.taken(np.flatnonzero(months == month)) for month in scope.months}


def joined(months: Sequence[Surveys]) -> Surveys:
    """Those of several months, one after the other."""
    return Surveys(
        np.concatenate([own.place for own in months]),
        np.concatenate([own.code for own in months]),
        np.concatenate([own.day for own in months]),
        np.concatenate([own.percent for own in months]),
        np.concatenate([own.nps for own in months]),
        np.concatenate([own.scores for own in months]),
    )


def of_month(scope: Scope) -> Surveys:
    """Those of the reported month."""
    return scope.once(by_months)[scope.month]


def of_month_before(scope: Scope) -> Surveys:
    """Those of the month before."""
    return scope.once(by_months)[scope.before]


def mean_of(values: Floats) -> float:
    """The mean of what is known, NaN of nothing."""
    known = values[~np.isnan(values)]
    return float(known.sum() / len(known)) if len(known) else float("nan")


def limit_of(facts: Facts, measure: str) -> float:
    """The limit of the rule on a measure, on or off; the document's own where there is none."""
    unit, default = _LIMITS[measure]
    limits = (rule.limit for rule in facts.rules.rules if rule.unit is unit and measure in rule.occasions)
    return next(limits, default)


def cells(facts: Facts, key: str, places: Integers) -> Objects:
    """(n,) a column of some surveys, None for blank."""
    return objects(facts.values(SURVEYS, key).iloc[places])


def customer_names(facts: Facts, codes: Integers, typed: Objects) -> Objects:
    """(n,) names of the register, else as the rows have them."""
    return first_known(of_register(facts, codes, "name"), typed)
