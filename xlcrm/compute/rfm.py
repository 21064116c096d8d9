"""RFM: what each customer bought, what counts as near, often and large, and the eight classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.compute.facts import looked_up, moments, nothing
from xlcrm.periods import add_months

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts, Flags, Integers, Moments
    from xlcrm.rules.parameters import Parameters

NO_PURCHASE: Final = "未成交"
REFUND: Final = "退款"

RFM_CLASSES: Final = {
    (True, True, True): "重要价值客户",
    (True, False, True): "重要发展客户",
    (False, True, True): "重要保持客户",
    (False, False, True): "重要挽留客户",
    (True, True, False): "一般价值客户",
    (True, False, False): "一般发展客户",
    (False, True, False): "一般保持客户",
    (False, False, False): "一般挽留客户",
}
"""(recent, frequent, large) -> class (analysis: RFM classes)."""


class Thresholds(NamedTuple):
    """Up to how many days are near, from how many purchases on is often, from what amount on is large."""

    days: float
    times: float
    amount: float


def rfm_classes(facts: Facts) -> pd.Series:
    """RFM类别 of each register row; 未成交 where nothing was ever bought; blank without transactions."""
    customers = facts.frame("customers")
    if facts.frame("transactions").empty:
        return pd.Series(index=customers.index, dtype="str")
    summary = purchases(facts)
    named = classes(summary, thresholds(summary, facts.parameters))
    own = pd.Series(facts.codes("customers"), index=customers.index)
    return looked_up(own, named).where(own.isin(named.index) | (own < 0), NO_PURCHASE)


def purchases(facts: Facts) -> pd.DataFrame:
    """Who ever bought: account code -> days since the last purchase, count and amount of the last 12 months.

    Refunds, which are negative and say so, are netted; what V06 flags, a negative amount that does not or
    one over 金额上限, is left out. Rounded to the cent, so that equal customers have equal sums.
    """
    codes, amounts = facts.codes("transactions"), facts.frame("transactions")["amount"].to_numpy()
    at = moments(facts.frame("transactions")["traded_on"])
    counted = (codes >= 0) & (at <= facts.now_at) & plausible(facts).to_numpy()
    recent = counted & in_last_year(at, facts)
    bought = counted & (amounts > 0)
    size = len(facts.account_ids)
    known = np.flatnonzero(np.bincount(codes[bought], minlength=size))
    last = newest(codes[bought], at[bought], size)
    count = np.bincount(codes[recent & bought], minlength=size)
    amount = np.bincount(codes[recent], weights=amounts[recent], minlength=size)
    return pd.DataFrame(
        {
            "days": (facts.today - last[known].astype("datetime64[D]")).astype(np.int64),
            "count": count[known],
            "amount": amount[known].round(2),
        },
        index=pd.Index(known, name="code"),
    )


def newest(codes: Integers, at: Moments, size: int) -> Moments:
    """(size,) the last of the moments of each code, NaT where it has none.

    Args:
        codes: (n,) from 0 on.
        at: (n,) known moments.
        size: how many codes there are.
    """
    # NaT is the least of all integers; as integers it takes a thirtieth of the time.
    last = nothing(size).astype(np.int64)
    np.maximum.at(last, codes, at.astype("datetime64[s]").astype(np.int64))
    return last.view("datetime64[s]")


def in_last_year(at: Moments, facts: Facts) -> Flags:
    """(n,) whether moments lie in the last 12 months; those after now are the caller's to leave out."""
    flags: Flags = at.astype("datetime64[D]") > add_months(np.array([facts.today]), -12)[0]
    return flags


def plausible(facts: Facts) -> pd.Series:
    """Whether a trade's amount counts: known, up to 金额上限, and negative only as a refund (V06)."""
    trades = facts.frame("transactions")
    amount = trades["amount"].to_numpy()
    flags = (amount >= 0) & (amount <= facts.parameters.money_max)
    negative = np.flatnonzero(amount < 0)
    if len(negative):
        flags[negative] = trades["product"].iloc[negative].str.contains(REFUND, regex=False, na=False)
    return pd.Series(flags, index=trades.index)


def thresholds(summary: pd.DataFrame, parameters: Parameters) -> Thresholds:
    """What counts as near, often and large among customers who bought, by the method of 参数表.

    Args:
        summary: columns days, count and amount, one row a customer who ever bought.
        parameters: RFM阈值方法 and the fixed values.
    """
    if parameters.rfm_method == "固定值":
        return Thresholds(parameters.rfm_days, parameters.rfm_count, parameters.rfm_amount)
    if parameters.rfm_method == "百分位":
        # The 60th percentile of nearness is the 40th of days.
        found = [
            summary["days"].quantile(0.4),
            summary["count"].quantile(0.6),
            summary["amount"].quantile(0.6),
        ]
    else:
        middle = summary.median() if parameters.rfm_method == "中位数" else summary.mean()
        found = [middle["days"], middle["count"], middle["amount"]]
    # Rounded, so that customers who are equal to the mean stay equal to it.
    return Thresholds(*(round(float(limit), 6) for limit in found))


def classes(summary: pd.DataFrame, limits: Thresholds) -> pd.Series:
    """The class of each row of `summary`; equal to a threshold is near, often and large. Text, same index."""
    near, often = summary["days"] <= limits.days, summary["count"] >= limits.times
    keys = zip(near, often, summary["amount"] >= limits.amount, strict=True)
    names = [RFM_CLASSES[bool(r), bool(f), bool(m)] for r, f, m in keys]
    return pd.Series(names, index=summary.index, dtype="str")
