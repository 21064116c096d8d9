"""What came of every recovery case, and in which month it counts (恢复效果评估)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis.base import Figure, behind
from xlcrm.analysis.lines import compared, rate_text, ratio
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.lists.recovery import (
    CASES,
    EFFICIENCY,
    INDICATORS,
    SATISFACTION,
    STABILITY,
    SWITCHED_OFF,
    assessments,
    hours_text,
)
from xlcrm.compute.states.measures import REPURCHASE_MONTHS, score_text
from xlcrm.periods import add_months

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.analysis.lines import Floats, Lines
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Moments
    from xlcrm.compute.lists.recovery import Assessment

MET, UNMET = "达标", "未达标"
OWN_MONTH: Final = (
    "首次响应按受理时间归月，满意度按复评时间（未填用执行完成、受理时间），复购按执行完成满3个月的日期归月。"
)


@dataclass(frozen=True)
class Dimension:
    """One of the three dimensions, on every case.

    Attributes:
        name: 评估指标 of the document.
        assessment: None where its rule is off.
        judged: (n,) the cases that count.
        met: (n,) those that meet the standard.
        figures: (n,) hours, points, or 1 and 0; NaN where not judged.
        at: (n,) the moment whose month the result belongs to.
    """

    name: str
    assessment: Assessment | None
    judged: Flags
    met: Flags
    figures: Floats
    at: Moments

    def within(self, scope: Scope, month: np.datetime64 | None = None) -> Flags:
        return self.judged & scope.within(self.at, month)


@dataclass(frozen=True)
class Cases:
    """Every recovery case.

    Attributes:
        frame: the table.
        received: (n,) 受理时间, NaT after now.
        dimensions: dimension -> how the cases stand in it.
        unmet: (n,) how many results of the reported month miss their standard.
        touched: (n,) received in the reported month, or with a result in it.
    """

    frame: pd.DataFrame
    received: Moments
    dimensions: dict[str, Dimension]
    unmet: Floats
    touched: Flags


def cases(scope: Scope) -> Cases:
    """The cases with what came of them, judged at now."""
    frame = scope.facts.frame(CASES)
    found = assessments(scope.facts)
    at = {
        EFFICIENCY: moments(frame["received_at"]),
        SATISFACTION: _rated_at(scope, frame),
        STABILITY: add_months(moments(frame["completed_at"]), REPURCHASE_MONTHS).astype("datetime64[s]"),
    }
    none = np.zeros(len(frame), dtype=bool)
    dimensions = {
        name: Dimension(
            INDICATORS[name],
            one,
            one.judged if one else none,
            one.met if one else none,
            one.figures if one else np.full(len(frame), np.nan),
            at[name],
        )
        for name, one in found.items()
    }
    received = at[EFFICIENCY]
    inside = scope.within(received)
    unmet = np.zeros(len(frame))
    for item in dimensions.values():
        now = item.within(scope)
        inside = inside | now
        unmet += now & ~item.met
    return Cases(frame, received, dimensions, unmet, inside)


def _rated_at(scope: Scope, frame: pd.DataFrame) -> Moments:
    """(n,) when the customer was asked: 复评时间, else 执行完成时间, else 受理时间."""
    at = moments(frame["received_at"])
    for key in ("completed_at", "reassessed_at"):
        later = moments(frame[key])
        at = np.where(later <= scope.facts.now_at, later, at)
    return at


def rate(item: Dimension, which: Flags) -> float:
    """The share of these cases that meets the standard; NaN of none."""
    return float(ratio((which & item.met).sum(), which.sum()))


def mean(item: Dimension, which: Flags) -> float:
    """In the unit of the dimension's limit: hours, points or percent; NaN of nothing."""
    found = float(ratio(np.nansum(item.figures[which]), which.sum()))
    # Rounded, so that the mean of what equals the limit equals it, too.
    return round(found * (100 if item.name == INDICATORS[STABILITY] else 1), 6)


def result(item: Dimension, which: Flags) -> tuple[str | None, str | None]:
    """What the cases come to, and whether that meets the standard; None and None of nothing."""
    if item.assessment is None or not which.any():
        return None, None
    found, limit = mean(item, which), item.assessment.limit
    if item.name == INDICATORS[EFFICIENCY]:
        return f"平均{hours_text(found)}", MET if found <= limit else UNMET
    again = item.name == INDICATORS[STABILITY]
    text = rate_text(found / 100, limit / 100) if again else f"平均{score_text(found)}分"
    return text, MET if found >= limit else UNMET


def behind_cases(every: Cases, lines: object, places: object) -> pd.DataFrame:
    """The cases at these places behind these lines."""
    chosen = np.asarray(places, dtype=np.int64)
    texts = objects(every.frame["content"].iloc[chosen])
    return behind(CASES, lines, chosen, at=every.received[chosen], text=texts)


def behind_lines(every: Cases, lines: Lines) -> pd.DataFrame:
    """The rows of each line, those that miss most first, then the newest."""
    places = np.flatnonzero(lines.of >= 0)
    order = places[np.lexsort((-every.received[places].astype(np.int64), -every.unmet[places]))]
    return behind_cases(every, lines.of[order], order)


def received_card(scope: Scope) -> Figure:
    """How many cases came in."""
    received = scope.once(cases).received
    now, was = scope.within(received).sum(), scope.within(received, scope.before).sum()
    return compared(now, was, more_is_good=False) if len(received) else Figure(None)


def response_card(scope: Scope) -> Figure:
    """Share of first talks in time."""
    return _rate_card(scope, EFFICIENCY)


def repurchase_card(scope: Scope) -> Figure:
    """Share of those that bought again, of cases whose three months ended in the month."""
    return _rate_card(scope, STABILITY)


def _rate_card(scope: Scope, dimension: str) -> Figure:
    item = scope.once(cases).dimensions[dimension]
    if item.assessment is None:
        return Figure(None, SWITCHED_OFF)
    now, was = item.within(scope), item.within(scope, scope.before)
    rests = f"n={int(now.sum())}"
    return compared(rate(item, now), rate(item, was), more_is_good=True, rests=rests, points=True)


def rating_card(scope: Scope) -> Figure:
    """Mean 满意度评分."""
    item = scope.once(cases).dimensions[SATISFACTION]
    if item.assessment is None:
        return Figure(None, SWITCHED_OFF)
    now, was = item.within(scope), item.within(scope, scope.before)
    rests = f"n={int(now.sum())}"
    return compared(mean(item, now), mean(item, was), more_is_good=True, rests=rests, digits=2)


def unmet_card(scope: Scope) -> Figure:
    """How many results of the month miss their standard."""
    every = scope.once(cases)
    counts = []
    for month in (scope.month, scope.before):
        inside = [(item.within(scope, month), item.met) for item in every.dimensions.values()]
        judged = sum(int(now.sum()) for now, _ in inside)
        counts.append(sum(int((now & ~met).sum()) for now, met in inside) if judged else None)
    return compared(counts[0], counts[1], more_is_good=False)
