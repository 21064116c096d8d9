"""What is known of each customer besides the register: stage, signals, age."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.events import settle_solutions
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, looked_up, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.rfm import rfm_classes
from xlcrm.periods import Unit, add, months_between, parse_length
from xlcrm.rules.base import SPAN_UNITS, Effect, Rule

DORMANT: Final = "沉睡"
LOST: Final = "流失"
PARTNER: Final = "合作"


def stages(facts: Facts) -> pd.Series:
    """客户阶段 of each register row: the cell, else the plan's, else 合作 where a contract was signed."""
    signed = (facts.frame("customers")["signed_on"] <= facts.now).to_numpy()
    stage = _filled(facts, "stage")
    return stage.where(~(stage.isna().to_numpy() & signed), PARTNER)


def grades(facts: Facts) -> pd.Series:
    """客户等级 of each register row: the cell, else the follow-up plan's."""
    return _filled(facts, "grade")


def _filled(facts: Facts, key: str) -> pd.Series:
    """A column of the register with the customer's follow-up plan where its cells are blank."""
    customers = facts.frame("customers")
    plans = facts.frame("followup_plans")
    if plans.empty or not customers[key].isna().any():
        return customers[key]
    plans = plans[["customer_id", key]].dropna()
    planned = plans.drop_duplicates("customer_id").set_index("customer_id")[key]
    return customers[key].fillna(looked_up(customers["customer_id"], planned).astype("str"))


def ages(facts: Facts) -> pd.Series:
    """合作时长 of each visit plan in full months: from 签约日期, else as typed; NaN where unknown."""
    plans = facts.frame("visit_plans")
    if plans.empty:
        return pd.Series(index=plans.index, dtype="float64")
    signed = moments(facts.of_rows("visit_plans", "signed_on"))
    signed = np.where(signed <= facts.now_at, signed, np.datetime64("NaT"))
    months = months_between(signed, np.full(len(plans), facts.today))
    lengths = {text: parse_length(str(text)) for text in plans["age"].dropna().unique()}
    typed = plans["age"].map({text: float(item.months) for text, item in lengths.items() if item})
    known = pd.Series(months, index=plans.index).where(~np.isnat(signed)).astype("float64")
    return known.fillna(typed.astype("float64"))


def derive(facts: Facts) -> None:
    """Put what stands in for typed cells into `facts.derived`, each once, before any rule is matched."""
    facts.derived.update(settle_solutions(facts))
    facts.derived["customers", "stage"] = stages(facts)
    facts.derived["customers", "grade"] = grades(facts)
    plans = facts.frame("visit_plans")
    if not plans.empty:
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
