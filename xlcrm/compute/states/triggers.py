"""Whom a recovery is to be started for: a form below its limit (R08), or silence after trouble (R09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.accounts import LOST, with_stage
from xlcrm.compute.clocks.verdicts import BREACHED, MET_LATE
from xlcrm.compute.facts import NAT, Facts, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.states.improvements import ORDERS, limit_text
from xlcrm.compute.states.measures import form_means, is_of_rows, of_rows, percent_text, score_text, scores
from xlcrm.compute.tasks import join, judged_from, tasks
from xlcrm.periods import Unit, add
from xlcrm.rules.base import SPAN_UNITS, Effect, LimitUnit, Rule, RuleKind
from xlcrm.rules.measures import SCORE_OF_TEN, SERVICE_SATISFACTION
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.contacts.cadences import Cadence
    from xlcrm.compute.touches import Lookups

CASES: Final = ("complaints", "service_issues", "recovery_cases", ORDERS)
"""Tables whose clocks say that a customer was kept waiting."""
DISSATISFIED: Final = ("不满意", "非常不满意")
RATED_AT: Final[Mapping[str, tuple[str, ...]]] = {
    "complaints": ("called_back_at", "resolved_at", "received_at"),
    "service_issues": ("called_back_at", "resolved_at", "received_at"),
    ORDERS: ("called_back_at", "completed_at", "expected_at"),
    "recovery_cases": ("reassessed_at", "completed_at", "received_at"),
}
"""Table -> the columns, the first known of which says when its customer was unsatisfied."""
_SCORE_OF_CASE: Final = "满意度评分"
_SILENT_MONTHS: Final = 1
"""What stands in for the interval of a customer whom no cadence is for, as R07 has it."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One customer for whom a recovery is to be started.

    Attributes:
        rule: the rule that asked first.
        code: the account.
        place: the row of the rule's table.
        at: datetime64[D], the day on which the rule asked.
        detail: why, in figures, and which other rules ask for it too.
    """

    rule: Rule
    code: int
    place: int
    at: np.datetime64
    detail: str


def triggers(
    facts: Facts,
    lookups: Lookups,
    clocks: Mapping[tuple[str, str], Clock],
    contacts: Sequence[Cadence],
) -> list[Trigger]:
    """One trigger a customer, the earliest; a recovery case that was received after it deals with it."""
    found: list[Trigger] = []
    for rule in facts.active:
        if rule.effect is Effect.START_RECOVERY:
            if rule.kind is RuleKind.STATE:
                found += _silent(facts, lookups, rule, clocks, contacts)
            elif is_of_rows(rule):
                found += _low_forms(facts, lookups, rule)
    first: dict[int, Trigger] = {}
    others: dict[int, list[str]] = {}
    days = np.array([trigger.at for trigger in found], dtype="datetime64[D]")
    for trigger in [found[place] for place in np.argsort(days, kind="stable")]:
        earlier = first.setdefault(trigger.code, trigger)
        if earlier.rule is not trigger.rule:
            others.setdefault(trigger.code, []).append(trigger.rule.rule_id)
    return [_with_others(trigger, others.get(code, [])) for code, trigger in first.items()]


def _with_others(trigger: Trigger, rules: Sequence[str]) -> Trigger:
    if not rules:
        return trigger
    also = f"{trigger.detail}；{'、'.join(dict.fromkeys(rules))} 也已触发"
    return Trigger(trigger.rule, trigger.code, trigger.place, trigger.at, also)


def trigger_tasks(facts: Facts, found: Sequence[Trigger]) -> pd.DataFrame:
    """A task each, due 阈值任务期限 after the day on which its rule asked."""
    grouped: dict[str, list[Trigger]] = {}
    for trigger in found:
        grouped.setdefault(trigger.rule.rule_id, []).append(trigger)
    wait = np.timedelta64(facts.parameters.threshold_days, "D")
    return join(
        [
            tasks(
                facts,
                group[0].rule,
                np.array([trigger.place for trigger in group]),
                np.array([trigger.at for trigger in group]) + wait,
                occasion=[f"{trigger.at}" for trigger in group],
                detail=[trigger.detail for trigger in group],
            )
            for group in grouped.values()
        ]
    )


def _low_forms(facts: Facts, lookups: Lookups, rule: Rule) -> list[Trigger]:
    values = of_rows(facts, rule)
    at = moments(facts.frame(rule.table)[BY_NAME[rule.table].touched])
    low = match(rule.when, facts) & (np.round(values, 9) < rule.limit) & (at <= facts.now_at)
    codes = facts.codes(rule.table)
    rows = np.flatnonzero(low & (codes >= 0))
    day = at[rows].astype("datetime64[D]")
    done = lookups.times(rule.stop, rows, since=at[rows])
    keep = np.isnat(done) & judged_from(facts, day)
    percent = rule.unit is LimitUnit.PERCENT_BELOW
    texts = [
        percent_text(value) if percent else f"{score_text(value)} 分" for value in values[rows[keep]].tolist()
    ]
    return [
        Trigger(rule, code, place, on, f"{on} {rule.occasions[0]} {text}，{limit_text(rule)}")
        for code, place, on, text in zip(
            codes[rows[keep]].tolist(), rows[keep].tolist(), day[keep], texts, strict=True
        )
    ]


def _silent(
    facts: Facts,
    lookups: Lookups,
    rule: Rule,
    clocks: Mapping[tuple[str, str], Clock],
    contacts: Sequence[Cadence],
) -> list[Trigger]:
    """Customers who missed so many due contacts in a row and have a breached or unsatisfied record."""
    times = round(rule.limit)
    missed = missed_since(facts, lookups, contacts, times)
    trouble = _trouble(facts, lookups, clocks)
    rows = np.flatnonzero(match(rule.when, facts) & (facts.codes("customers") >= 0))
    codes = facts.codes("customers")[rows]
    missed_on, troubled_on = missed[codes], trouble[codes].astype("datetime64[D]")
    # Asked on the day when both were true; a contact on the last missed day itself would still be in time.
    at = np.maximum(missed_on, troubled_on)
    done = lookups.times(rule.stop, rows, since=at.astype("datetime64[s]"))
    keep = (missed_on < facts.today) & ~np.isnat(at) & np.isnat(done) & judged_from(facts, at)
    last = lookups.any_touches().last(codes).astype("datetime64[D]")
    return [
        Trigger(rule, code, place, on, _silence_text(times, since, bad))
        for code, place, on, since, bad in zip(
            codes[keep].tolist(), rows[keep].tolist(), at[keep], last[keep], troubled_on[keep], strict=True
        )
    ]


def _silence_text(times: int, since: np.datetime64, bad: np.datetime64) -> str:
    ever = "从未互动" if np.isnat(since) else f"{since} 之后"
    return f"{times}次应联系未联系（{ever}），{bad} 超时或不满意"


def missed_since(facts: Facts, lookups: Lookups, contacts: Sequence[Cadence], times: int) -> Moments:
    """(accounts,) datetime64[D], the due day of the last of so many contacts in a row without one; NaT.

    They are counted from the newest interaction of any kind, in the intervals of the customer's own cadence,
    the shortest where there are several. Where no cadence of customers is on at all, a month is the interval
    and 签约日期 or 建档日期 stands in for a customer who was never in touch.
    """
    count = len(facts.account_ids)
    result = nothing(count).astype("datetime64[D]")
    last = lookups.any_touches().last(np.arange(count)).astype("datetime64[D]")
    ours = [item for item in contacts if item.contact is not None and BY_NAME[item.rule.table].account]
    for item in ours:
        known = (item.codes >= 0) & ~np.isnat(item.base)
        codes, base = item.codes[known], item.base[known].astype("datetime64[D]")
        begin = np.fmax(base, last[codes])
        due = _after(item.rule, begin, base, item.due[known], times)
        order = np.argsort(due)[::-1]
        # The last assignment of an account wins: its earliest due day.
        earliest = nothing(count).astype("datetime64[D]")
        earliest[codes[order]] = due[order]
        result = np.fmin(result, earliest)
    if not ours:
        begin = last
        for key in ("signed_on", "filed_on"):
            begin = np.where(np.isnat(begin), moments(facts.of_accounts(key)).astype("datetime64[D]"), begin)
        result = add(begin, _SILENT_MONTHS * times, Unit("mo"))
        result[with_stage(facts, LOST)] = NAT
    return result


def _after(rule: Rule, begin: Moments, base: Moments, due: Moments, times: int) -> Moments:
    """(n,) so many intervals after a day: the rule's, or what a plan or a pause has made of it."""
    unit = Unit(SPAN_UNITS[rule.unit])
    by_rule = add(base, round(rule.limit), unit) == due
    plain = add(begin, round(rule.limit) * times, unit)
    return np.where(by_rule, plain, begin + (due - base) * times).astype("datetime64[D]")


def _trouble(facts: Facts, lookups: Lookups, clocks: Mapping[tuple[str, str], Clock]) -> Moments:
    """(accounts,) the first breached or unsatisfied record since the customer's newest recovery case.

    An older one was that case's business. NaT where there is none.
    """
    codes, at = zip(*_records(facts, clocks), strict=True)
    code, when = np.concatenate(codes), np.concatenate(at)
    known = (code >= 0) & (when <= facts.now_at)
    code, when = code[known], when[known]
    received = lookups.touches("recovery_cases", "received_at", None).last(np.arange(len(facts.account_ids)))
    later = np.isnat(received[code]) | (when > received[code])
    code, when = code[later], when[later]
    result = nothing(len(facts.account_ids))
    order = np.argsort(when)[::-1]
    result[code[order]] = when[order]
    return result


def _records(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> list[tuple[Integers, Moments]]:
    """(n,) accounts and (n,) moments of all records that speak of trouble."""
    found = [
        (facts.codes(table)[late], clock.due[late])
        for (table, _), clock in clocks.items()
        if table in CASES
        for late in [np.flatnonzero((clock.status == BREACHED) | (clock.status == MET_LATE))]
    ]
    forms = facts.frame("satisfaction_surveys")
    unhappy = form_means(facts) * 2 < _limit(facts, SCORE_OF_TEN, 7)
    found.append((facts.codes("satisfaction_surveys")[unhappy], moments(forms["surveyed_on"])[unhappy]))
    issue_limit = _limit(facts, SERVICE_SATISFACTION, 4)
    tens = facts.frame("recovery_cases")["satisfaction"].to_numpy(dtype="float64", na_value=np.nan)
    low = {
        "complaints": facts.frame("complaints")["satisfaction"].isin(DISSATISFIED).to_numpy(dtype=bool),
        "service_issues": scores(facts.frame("service_issues")["satisfaction"]) < issue_limit,
        ORDERS: scores(facts.frame(ORDERS)["satisfaction"]) < issue_limit,
        "recovery_cases": tens < _limit(facts, _SCORE_OF_CASE, 8),
    }
    for table, flags in low.items():
        at = nothing(len(flags))
        for key in RATED_AT[table]:
            own = moments(facts.values(table, key))
            at = np.where(np.isnat(at) & (own <= facts.now_at), own, at)
        found.append((facts.codes(table)[flags], at[flags]))
    return found


def _limit(facts: Facts, measure: str, default: float) -> float:
    """The score below which a record is unsatisfied: that of the rule on the same measure, on or off."""
    limits = (
        rule.limit
        for rule in facts.rules.rules
        if rule.unit is LimitUnit.SCORE_BELOW and measure in rule.occasions
    )
    return next(limits, default)
