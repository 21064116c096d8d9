"""What became of every order: in time, late, abnormal, how long it took, how content the customer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xlcrm.analysis.base import Column, Figure, Kind, behind, shown
from xlcrm.analysis.lines import Lines, compared, ratio
from xlcrm.compute.clocks.verdicts import AT_RISK, BREACHED, MET, MET_LATE, ON_HOLD, RUNNING
from xlcrm.compute.facts import NAT, moments, objects
from xlcrm.compute.states.measures import scores
from xlcrm.periods import is_date_only

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Flags, Integers, Moments

Floats = NDArray[np.float64]

ORDERS: Final = "orders"
OFF: Final = "规则已停用"
IN_TIME, LATE, OVERDUE, OPEN = range(4)
OUTCOMES: Final = ("按期完成", "超时完成", "超时未完成", "未到期")
"""What the clock 按期完成 says of an order, in words; by `IN_TIME` and so on."""
_OUTCOME_OF: Final = {
    MET: IN_TIME,
    MET_LATE: LATE,
    BREACHED: OVERDUE,
    RUNNING: OPEN,
    AT_RISK: OPEN,
    ON_HOLD: OPEN,
}
CANCELLED: Final = "已取消"
_NO_ANOMALY: Final = ("无", "没有", "否", "-", "—", "/")
"""异常记录 that says that there is none."""
_DAY: Final = 86_400


@dataclass(frozen=True)
class Orders:
    """Every order, (n,) each.

    Attributes:
        frame: the table.
        timed: whether the rule for 按期完成 is on.
        expected: 预计完成时间, NaT where the order does not count (cancelled, not judged).
        outcome: `IN_TIME` …, -1 where it does not count or the rule is off.
        overdue_days: days past 预计完成时间, NaN for what is not late.
        completed: 实际完成时间 up to now, NaT of cancelled ones.
        days: from 确认时间 to 实际完成时间; NaN where unknown or negative.
        anomalous: whether something went wrong, and since when.
        anomaly_at: 异常发现时间, else 确认时间, else 预计完成时间, up to now; NaT of those in order.
        rated_at: when the customer was asked, up to now: 满意度回访时间, else 实际完成时间.
        rating: 满意度 from 1 to 5.
    """

    frame: pd.DataFrame
    timed: bool
    expected: Moments
    outcome: Integers
    overdue_days: Floats
    completed: Moments
    days: Floats
    anomaly_at: Moments
    rated_at: Moments
    rating: Floats

    def due(self, scope: Scope, month: np.datetime64 | None = None) -> Flags:
        """Those that were to be completed in a month, whether the day has come or not."""
        wanted = scope.month if month is None else month
        flags: Flags = self.expected.astype("datetime64[M]") == wanted
        return flags


def orders(scope: Scope) -> Orders:
    """The orders, judged at now."""
    facts = scope.facts
    frame = facts.frame(ORDERS)
    now = facts.now_at
    clock = scope.run.clocks.get((ORDERS, "按期完成"))
    alive = (frame["order_status"] != CANCELLED).to_numpy()
    outcome = outcomes(clock, len(frame))
    counts = alive if clock is None else outcome >= 0
    completed = _up_to(moments(frame["completed_at"]), now)
    completed = np.where(alive, completed, NAT)
    return Orders(
        frame,
        clock is not None,
        np.where(counts, moments(frame["expected_at"]), NAT),
        outcome,
        _overdue_days(clock, outcome, now),
        completed,
        _days_between(_up_to(moments(frame["confirmed_at"]), now), completed),
        _anomaly_at(frame, now),
        _first(_up_to(moments(frame["called_back_at"]), now), completed),
        scores(frame["satisfaction"]),
    )


def outcomes(clock: Clock | None, count: int) -> Integers:
    """(n,) `IN_TIME` and so on of a clock; -1 where it does not count."""
    found = np.full(count, -1, dtype=np.int64)
    if clock is not None:
        for status, outcome in _OUTCOME_OF.items():
            found[(clock.rule >= 0) & (clock.status == status)] = outcome
    return found


def attained(found: Integers) -> tuple[Flags, Flags]:
    """(n,) whether a clock is decided, and whether it is met."""
    return (found >= IN_TIME) & (found <= OVERDUE), found == IN_TIME


def _up_to(at: Moments, now: np.datetime64) -> Moments:
    return np.where(at <= now, at, NAT)


def _first(at: Moments, other: Moments) -> Moments:
    return np.where(np.isnat(at), other, at)


def _days_between(start: Moments, end: Moments) -> Floats:
    """(n,) whole days where one of the two is a date without a time; NaN where unknown or negative."""
    by_day = is_date_only(start) | is_date_only(end)
    whole = (end.astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.float64)
    exact = (end - start).astype("timedelta64[s]").astype(np.float64) / _DAY
    found = np.where(by_day, whole, exact)
    known = ~(np.isnat(start) | np.isnat(end)) & (found >= 0)
    return np.where(known, found, np.nan)


def _overdue_days(clock: Clock | None, outcome: Integers, now: np.datetime64) -> Floats:
    if clock is None:
        return np.full(len(outcome), np.nan)
    due = np.where(clock.by_day, clock.due.astype("datetime64[D]"), clock.due).astype("datetime64[s]")
    until = np.where(np.isnat(clock.stop), now, clock.stop)
    late = (outcome == LATE) | (outcome == OVERDUE)
    return np.where(late, np.round(_days_between(due, until), 1), np.nan)


def _anomaly_at(frame: pd.DataFrame, now: np.datetime64) -> Moments:
    told = frame["anomaly"].notna() & ~frame["anomaly"].str.strip().isin(_NO_ANOMALY)
    typed = (told | frame["anomaly_type"].notna()).to_numpy()
    found = moments(frame["anomaly_found_at"])
    at = np.where(typed & np.isnat(found), moments(frame["confirmed_at"]), found)
    at = np.where(typed & np.isnat(at), moments(frame["expected_at"]), at)
    return _up_to(at, now)


def overdue_at(scope: Scope, month: np.datetime64) -> Flags:
    """(n,) the orders that were past their day and not completed at the end of a month."""
    every = scope.once(orders)
    clock = scope.run.clocks.get((ORDERS, "按期完成"))
    if clock is None:
        return np.zeros(len(every.frame), dtype=bool)
    end = scope.end_of(month)
    flags: Flags = (every.outcome >= 0) & (clock.due < end) & ~(clock.stop <= end)
    return flags


COUNTED: Final[tuple[Column, ...]] = (
    shown("due", "应完成订单"),
    shown("in_time", "按期完成"),
    shown("late", "超时完成"),
    shown("overdue", "超时未完成"),
    shown("rate", "按期完成率", Kind.PERCENT),
    shown("anomalies", "异常订单"),
    shown("delivered", "交付订单"),
    shown("median_days", "用时中位（天）", Kind.NUMBER),
    shown("slow_days", "用时90分位（天）", Kind.NUMBER),
    shown("ratings", "评分数"),
    shown("rating", "平均满意度", Kind.NUMBER),
)
"""The columns of `counted`."""


@dataclass(frozen=True)
class Inside:
    """Which orders count in what, (n,) each: 应完成, 异常, 交付 and 满意度 each have their own month."""

    due: Lines
    anomalies: Lines
    delivered: Lines
    rated: Lines


def counted(every: Orders, inside: Inside) -> dict[str, object]:
    """What the orders of each line come to."""
    due, decided = inside.due, attained(every.outcome)
    days = np.round(every.days, 6)
    return {
        "due": due.count(),
        **{
            key: due.count(every.outcome == outcome) if every.timed else np.full(len(due), np.nan)
            for key, outcome in (("in_time", IN_TIME), ("late", LATE), ("overdue", OVERDUE))
        },
        "rate": ratio(due.count(decided[1]), due.count(decided[0])),
        "anomalies": inside.anomalies.count(),
        "delivered": inside.delivered.count(~np.isnan(days)),
        "median_days": np.round(inside.delivered.quantile(days, 0.5), 2),
        "slow_days": np.round(inside.delivered.quantile(days, 0.9), 2),
        "ratings": inside.rated.count(~np.isnan(every.rating)),
        "rating": inside.rated.mean(every.rating),
    }


def in_month(scope: Scope, month: np.datetime64 | None = None) -> dict[str, Flags]:
    """Name of a field of `Inside` -> (n,) the orders that count there in a month."""
    every = scope.once(orders)
    return {
        "due": every.due(scope, month),
        "anomalies": scope.within(every.anomaly_at, month),
        "delivered": scope.within(every.completed, month),
        "rated": scope.within(every.rated_at, month) & ~np.isnan(every.rating),
    }


def behind_orders(every: Orders, lines: Lines) -> pd.DataFrame:
    """The orders of each line: what is overdue first, then what was late, the longest first."""
    places = np.flatnonzero(lines.of >= 0)
    rank = np.array([2, 1, 0, 3, 4])[every.outcome[places]]
    order = places[np.lexsort((-np.nan_to_num(every.overdue_days[places]), rank))]
    frame = every.frame.iloc[order]
    words = np.array([*OUTCOMES, ""], dtype=object)[every.outcome[order]]
    texts = [
        " ".join(part for part in (word, anomaly) if part) or None
        for word, anomaly in zip(words, objects(frame["anomaly"]), strict=True)
    ]
    return behind(
        ORDERS,
        lines.of[order],
        order,
        at=moments(frame["expected_at"]),
        amount=frame["amount"],
        text=texts,
    )


def due_card(scope: Scope) -> Figure:
    """How many orders were to be completed in the month."""
    every = scope.once(orders)
    now, was = (int(every.due(scope, month).sum()) for month in (scope.month, scope.before))
    return compared(now or None, was or None, more_is_good=None)


def rate_card(scope: Scope) -> Figure:
    """按期完成率 of the month."""
    every = scope.once(orders)
    if not every.timed:
        return Figure(None, OFF)
    decided, met = attained(every.outcome)
    months = [every.due(scope, month) for month in (scope.month, scope.before)]
    rates = [float(ratio((due & met).sum(), (due & decided).sum())) for due in months]
    rests = f"n={(months[0] & decided).sum()}"
    return compared(rates[0], rates[1], more_is_good=True, rests=rests, points=True)


def overdue_card(scope: Scope) -> Figure:
    """How many orders stood open past their day at the month's end."""
    every = scope.once(orders)
    if not every.timed:
        return Figure(None, OFF)
    if not (every.outcome >= 0).any():
        return Figure(None)
    now, was = (int(overdue_at(scope, month).sum()) for month in (scope.month, scope.before))
    return compared(now, was, more_is_good=False)


def anomaly_card(scope: Scope) -> Figure:
    """How many orders went wrong in the month."""
    every = scope.once(orders)
    if not len(every.frame):
        return Figure(None)
    now, was = (int(scope.within(every.anomaly_at, month).sum()) for month in (scope.month, scope.before))
    return compared(now, was, more_is_good=False)


def days_card(scope: Scope) -> Figure:
    """Median days from confirmation to delivery, of what was delivered in the month."""
    every = scope.once(orders)
    now, was = (every.days[scope.within(every.completed, month)] for month in (scope.month, scope.before))
    found = [
        round(float(np.median(own)), 1) if len(own) else None
        for own in (days[~np.isnan(days)] for days in (now, was))
    ]
    return compared(
        found[0], found[1], more_is_good=False, rests=f"n={int((~np.isnan(now)).sum())}", digits=1
    )


def rating_card(scope: Scope) -> Figure:
    """Mean 满意度 of the month."""
    every = scope.once(orders)
    flags = [in_month(scope, month)["rated"] for month in (scope.month, scope.before)]
    means = [float(every.rating[own].mean()) if own.any() else None for own in flags]
    return compared(means[0], means[1], more_is_good=True, rests=f"n={int(flags[0].sum())}", digits=2)
