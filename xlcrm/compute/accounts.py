"""What is known of each customer besides the register: stage, signals, RFM class, age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.events import settle_solutions
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, looked_up, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.periods import Unit, add, months_between, parse_length
from xlcrm.rules.base import SPAN_UNITS, Effect, Rule

if TYPE_CHECKING:
    from xlcrm.rules.parameters import Parameters

DORMANT: Final = "沉睡"
LOST: Final = "流失"
PARTNER: Final = "合作"
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


def stages(facts: Facts) -> pd.Series:
    """客户阶段 of each register row: the cell, else the plan's, else 合作 where a contract was signed."""
    customers = facts.frame("customers")
    plans = facts.frame("followup_plans").dropna(subset=["customer_id", "stage"])
    planned = plans.drop_duplicates("customer_id").set_index("customer_id")["stage"]
    signed = (customers["signed_on"] <= facts.now).to_numpy()
    stage = customers["stage"].fillna(looked_up(customers["customer_id"], planned).astype("str"))
    return stage.where(~(stage.isna().to_numpy() & signed), PARTNER)


def grades(facts: Facts) -> pd.Series:
    """客户等级 of each register row: the cell, else the follow-up plan's."""
    customers = facts.frame("customers")
    plans = facts.frame("followup_plans").dropna(subset=["customer_id", "grade"])
    planned = plans.drop_duplicates("customer_id").set_index("customer_id")["grade"]
    return customers["grade"].fillna(looked_up(customers["customer_id"], planned).astype("str"))


def ages(facts: Facts) -> pd.Series:
    """合作时长 of each visit plan in full months: from 签约日期, else as typed; NaN where unknown."""
    plans = facts.frame("visit_plans")
    signed = moments(facts.of_rows("visit_plans", "signed_on"))
    signed = np.where(signed <= facts.now_at, signed, np.datetime64("NaT"))
    months = months_between(signed, np.full(len(plans), facts.today))
    lengths = {text: parse_length(str(text)) for text in plans["age"].dropna().unique()}
    typed = plans["age"].map({text: float(item.months) for text, item in lengths.items() if item})
    known = pd.Series(months, index=plans.index).where(~np.isnat(signed)).astype("float64")
    return known.fillna(typed.astype("float64"))


def rfm_classes(facts: Facts) -> pd.Series:
    """RFM类别 of each register row; 未成交 where nothing was ever bought; blank without transactions.

    R is days since the last purchase, F and M count and sum the last 12 months. Refunds, which are negative
    and say so, are netted; what V06 flags, a negative amount that does not or one over 金额上限, is left out.
    """
    customers = facts.frame("customers")
    trades = facts.frame("transactions")
    if trades.empty:
        return pd.Series(index=customers.index, dtype="str")
    trades = trades.assign(code=facts.codes("transactions"))
    refund = trades["product"].str.contains(REFUND, regex=False, na=False)
    plausible = (trades["amount"] <= facts.parameters.money_max) & ((trades["amount"] >= 0) | refund)
    trades = trades[(trades["code"] >= 0) & (trades["traded_on"] <= facts.now) & plausible]
    today = pd.Timestamp(facts.now.date())
    bought = trades[trades["amount"] > 0]
    recent = trades["traded_on"] > today - pd.DateOffset(years=1)
    days = (today - bought.groupby("code")["traded_on"].max().dt.normalize()).dt.days
    summary = pd.DataFrame(
        {
            "days": days,
            "count": bought[recent.reindex(bought.index)]
            .groupby("code")
            .size()
            .reindex(days.index, fill_value=0),
            "amount": trades[recent].groupby("code")["amount"].sum().reindex(days.index, fill_value=0.0),
        }
    ).round(2)
    # Rounded, so that customers who are equal to the mean stay equal to it.
    near, often, large = (round(limit, 6) for limit in _thresholds(summary, facts.parameters))
    keys = zip(summary["days"] <= near, summary["count"] >= often, summary["amount"] >= large, strict=True)
    names = [RFM_CLASSES[bool(r), bool(f), bool(m)] for r, f, m in keys]
    named = pd.Series(names, index=summary.index, dtype="str")
    own = pd.Series(facts.codes("customers"), index=customers.index)
    return looked_up(own, named).where(own.isin(named.index) | (own < 0), NO_PURCHASE)


def _thresholds(summary: pd.DataFrame, parameters: Parameters) -> tuple[float, float, float]:
    if parameters.rfm_method == "固定值":
        return parameters.rfm_days, parameters.rfm_count, parameters.rfm_amount
    if parameters.rfm_method == "百分位":
        # The 60th percentile of nearness is the 40th of days.
        return (
            float(summary["days"].quantile(0.4)),
            float(summary["count"].quantile(0.6)),
            float(summary["amount"].quantile(0.6)),
        )
    middle = summary.median() if parameters.rfm_method == "中位数" else summary.mean()
    return float(middle["days"]), float(middle["count"]), float(middle["amount"])


def derive(facts: Facts) -> None:
    """Put what stands in for typed cells into `facts.derived`, each once, before any rule is matched."""
    facts.derived.update(settle_solutions(facts))
    facts.derived["customers", "stage"] = stages(facts)
    facts.derived["customers", "grade"] = grades(facts)
    plans = facts.frame("visit_plans")
    own_grade = plans["grade"].fillna(facts.of_rows("visit_plans", "grade").astype("str"))
    facts.derived["visit_plans", "grade"] = own_grade
    facts.derived["visit_plans", "age"] = ages(facts)
    facts.derived["customers", "rfm_class"] = rfm_classes(facts)


def signal_until(facts: Facts, effect: Effect) -> tuple[Moments, Rule | None]:
    """(accounts,) until when a signal of the newest record holds, and the rule; NaT where there is none."""
    until = nothing(len(facts.account_ids))
    found: Rule | None = None
    for rule in facts.active:
        if rule.effect is effect:
            found = rule
            rows, ends = signals(facts, rule)
            order = np.argsort(ends, kind="stable")
            codes = facts.codes(rule.table)[rows[order]]
            until[codes] = np.fmax(until[codes], ends[order])
    return until, found


def signals(facts: Facts, rule: Rule) -> tuple[Integers, Moments]:
    """(n,) rows of known customers with a rule's signal up to now, and (n,) until when each one holds."""
    place = rule.start.items[0].place
    assert place is not None  # noqa: S101 - rules without an own date are refused when they are read
    start = moments(facts.frame(rule.table)[place.key])
    carry = match(rule.when, facts) & (facts.codes(rule.table) >= 0) & (start <= facts.now_at)
    rows = np.flatnonzero(carry)
    if rule.unit in SPAN_UNITS:
        return rows, add(start[rows], round(rule.limit), Unit(SPAN_UNITS[rule.unit])).astype("datetime64[s]")
    return rows, start[rows]


def with_stage(facts: Facts, *names: str) -> Flags:
    """(accounts,) whether a customer is in one of the stages."""
    return facts.of_accounts("stage").isin(names).to_numpy(dtype=bool)
