"""Cadences: when each customer is to be contacted next, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.accounts import DORMANT, LOST, signal_until, with_stage
from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, Objects, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.tasks import join, no_tasks, tasks, within_horizon
from xlcrm.periods import Unit, add, add_each, parse_frequencies
from xlcrm.rules.base import SPAN_UNITS, Effect, Rule, RuleKind
from xlcrm.rules.conditions import Op
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.conditions import Place, When

PLANS = {"customers": "followup_plans", "visit_plans": "visit_plans"}
"""Table of a cadence -> the plan table whose typed 频率 wins over it."""


class Whom(StrEnum):
    """What the contacts of a cadence are with."""

    ACCOUNT = "客户"
    ROW = "本行"
    """A table without ids of customers: each row is one lead."""
    SUBJECT = "标签"
    """A table whose rows are about tags: each tag goes by its newest row."""


@dataclass(frozen=True)
class Cadence:
    """One cadence rule on the customers, leads or tags that it matches.

    Attributes:
        rule: the rule.
        whom: what the contacts are with.
        contact: which contacts it counts: their column (None for any interaction) and filter; None for a date
            of the register itself.
        rows: (n,) positions in the rule's table.
        codes: (n,) accounts, -1 for none.
        about: (n,) numbers that are equal where two entries are about the same account, row or tag.
        names: (n,) the tag of each entry, "" where it is about no tag.
        base: (n,) the last touch or its stand-in, NaT for never.
        due: (n,) datetime64[D], the unmoved due day; NaT where there was never a touch.
    """

    rule: Rule
    whom: Whom
    contact: tuple[Place | None, When | None] | None
    rows: Integers
    codes: Integers
    about: Integers
    names: Objects
    base: Moments
    due: Moments


def cadences(facts: Facts, lookups: Lookups) -> list[Cadence]:
    """Every enabled cadence rule (semantics: Cadence)."""
    signals = _Signals.of(facts)
    return [_cadence(rule, facts, lookups, signals) for rule in facts.active if rule.kind is RuleKind.CADENCE]


@dataclass(frozen=True)
class _Signals:
    """What is known of each account, with a last entry for no account at all (code -1).

    Attributes:
        paused_until: until when a negative signal holds.
        hurried: until when a positive one holds.
        factor: what a positive signal multiplies intervals with.
        lost, dormant: whether the account is in that stage.
    """

    paused_until: Moments
    hurried: Moments
    factor: float
    lost: Flags
    dormant: Flags

    @classmethod
    def of(cls, facts: Facts) -> _Signals:
        paused_until, _ = signal_until(facts, Effect.PAUSE)
        hurried, hurry = signal_until(facts, Effect.SPEED_UP)
        return cls(
            np.append(paused_until, NAT),
            np.append(hurried, NAT),
            1.0 if hurry is None else hurry.limit,
            np.append(with_stage(facts, LOST), False),
            np.append(with_stage(facts, DORMANT), False),
        )


def _cadence(rule: Rule, facts: Facts, lookups: Lookups, signals: _Signals) -> Cadence:
    table = BY_NAME[rule.table]
    selected = match(rule.when, facts)
    codes = facts.codes(rule.table)
    if table.account:
        selected &= codes >= 0
    if table.touched:  # a row that is from after now is not there yet
        selected &= ~(moments(facts.frame(rule.table)[table.touched]) > facts.now_at)
    selected &= ~signals.lost[codes]
    if not _names_dormant(rule):
        selected &= ~signals.dormant[codes]
    rows = np.flatnonzero(selected)
    names = np.full(len(rows), "", dtype=object)
    tags = None
    if table.subject:
        rows, tags = _newest_of_tags(facts, lookups, rule.table, rows)
        names = np.array([*lookups.subjects(rule.table).names, ""], dtype=object)[tags]
    own = codes[rows]
    base = lookups.times(rule.start, rows, subjects=tags)
    due = _due(facts, rule, rows, base)
    contact = _contact(rule)
    if contact is not None:
        quick = ~np.isnat(signals.hurried[own])
        day = base.astype("datetime64[D]").astype("datetime64[s]")
        due[quick] = (day + (due - day) * signals.factor)[quick]
        due = np.where(signals.paused_until[own] > due, signals.paused_until[own], due)
    whom = Whom.ACCOUNT if table.account else Whom.SUBJECT if table.subject else Whom.ROW
    about = {Whom.ACCOUNT: own, Whom.ROW: rows}.get(whom, tags if tags is not None else own)
    return Cadence(rule, whom, contact, rows, own, about, names, base, due.astype("datetime64[D]"))


def _newest_of_tags(facts: Facts, lookups: Lookups, table: str, rows: Integers) -> tuple[Integers, Integers]:
    """(m,) the newest of the rows up to now that carries each tag, and (m,) the tag; of two the lower row."""
    subjects = lookups.subjects(table)
    at = moments(facts.frame(table)[BY_NAME[table].touched])
    counted = np.isin(subjects.rows, rows) & (at[subjects.rows] <= facts.now_at)
    places, tags = subjects.rows[counted], subjects.codes[counted]
    order = np.lexsort((places, at[places], tags))
    tags, places = tags[order], places[order]
    last = np.append(tags[1:] != tags[:-1], True)[: len(tags)]
    return places[last], tags[last]


def _contact(rule: Rule) -> tuple[Place | None, When | None] | None:
    """Which contacts a rule counts; dates of the register are none, those of a lead's own row are."""
    for source in rule.start.items:
        if source.pick is not Pick.OWN or not BY_NAME[rule.table].account:
            return source.place, source.when
    return None


def _is_followup(contact: tuple[Place | None, When | None] | None) -> bool:
    return contact is not None and contact[0] is not None and contact[0].table == "followup_records"


def _names_dormant(rule: Rule) -> bool:
    return any(
        term.place.key == "stage" and term.op is Op.IN and DORMANT in term.choices for term in rule.when.terms
    )


def _due(facts: Facts, rule: Rule, rows: Integers, base: Moments) -> Moments:
    day = base.astype("datetime64[D]")
    due = add(day, round(rule.limit), Unit(SPAN_UNITS[rule.unit]))
    plan = PLANS.get(rule.table)
    if plan is None or plan not in facts.data:
        return due.astype("datetime64[s]")
    typed = _frequencies(facts, plan, rule, rows)
    due[typed.index] = add_each(day[typed.index], typed)
    return due.astype("datetime64[s]")


def _frequencies(facts: Facts, plan: str, rule: Rule, rows: Integers) -> pd.Series:
    """The typed frequencies that win over a rule's interval for follow-ups, by position in `rows`."""
    contact = _contact(rule)
    filled = facts.frame(plan)["frequency"].notna().to_numpy()
    if contact is None or not _is_followup(contact) or contact[1] is not None or not filled.any():
        return pd.Series(dtype=object)
    parsed = parse_frequencies(facts.frame(plan)["frequency"][filled])
    own = np.flatnonzero(filled) if plan == rule.table else facts.codes(plan)[filled]
    known = parsed.set_axis(pd.Index(own))
    known = known[known.notna() & (known.index >= 0)]
    known = known[~known.index.duplicated()]
    wanted = rows if plan == rule.table else facts.codes(rule.table)[rows]
    return known.reindex(wanted).reset_index(drop=True).dropna()


def earliest(found: list[Cadence]) -> pd.DataFrame:
    """The earliest due day of each customer, lead or tag and kind of contact, with its rule.

    Args:
        found: cadences of which one at least has rows.

    Returns:
        cadence: position in `found`; at: position in that cadence's arrays; about; contact: number of the
        kind; due: datetime64[s], NaT first.
    """
    kinds: dict[object, int] = {}
    frames = [
        pd.DataFrame(
            {
                "cadence": number,
                "at": np.arange(len(item.rows)),
                "about": item.about,
                "contact": kinds.setdefault(_kind(item), len(kinds)),
                "due": item.due.astype("datetime64[s]"),
            }
        )
        for number, item in enumerate(found)
        if len(item.rows)
    ]
    joined = pd.concat(frames, ignore_index=True)
    ordered = joined.sort_values(["due", "cadence"], na_position="first", kind="stable")
    return ordered[~ordered.duplicated(["about", "contact"])].sort_index()


def _kind(item: Cadence) -> object:
    """What is equal for two cadences of one kind of contact; all reviews of the register are one kind."""
    table = "" if item.whom is Whom.ACCOUNT else item.rule.table
    return item.whom, table, item.contact


def cadence_tasks(facts: Facts, found: list[Cadence]) -> pd.DataFrame:
    """One task a customer, lead or tag and kind of contact; a day off moves it to the next working day."""
    if not any(len(item.rows) for item in found):
        return no_tasks()
    paused_until = np.append(signal_until(facts, Effect.PAUSE)[0], NAT)
    chosen = earliest(found)
    frames = []
    for number, item in enumerate(found):
        picked = chosen.loc[chosen["cadence"] == number, "at"].to_numpy()
        codes, due = item.codes[picked], item.due[picked]
        keep = within_horizon(facts, due)
        if item.contact is not None:
            keep &= ~(paused_until[codes] > facts.now_at)
        shown = facts.worktime.next_working_day(due[keep])
        if item.whom is not Whom.SUBJECT:
            frames.append(tasks(facts, item.rule, item.rows[picked][keep], shown))
            continue
        # One push may be the newest of several tags, so that its tasks need telling apart; whichever spelling
        # of a tag stands first, its task keeps its id.
        names = item.names[picked][keep].tolist()
        days = [f"{folded(name)} {day}" for name, day in zip(names, due[keep], strict=True)]
        frames.append(tasks(facts, item.rule, item.rows[picked][keep], shown, occasion=days, detail=names))
    return join(frames)


def next_contacts(facts: Facts, found: list[Cadence]) -> tuple[Moments, Integers]:
    """(accounts,) the next contact of any kind as a working day, and the rule's position (-1 for none)."""
    count = len(facts.account_ids)
    due, rule = nothing(count), np.full(count, -1, dtype=np.int64)
    for item in found:
        if item.contact is None or item.whom is not Whom.ACCOUNT:
            continue
        codes, new = _earliest_each(item)
        held = due[codes]
        wins: Flags = (rule[codes] < 0) | (new < held) | (np.isnat(new) & ~np.isnat(held))
        due[codes[wins]] = new[wins]
        rule[codes[wins]] = facts.position(item.rule)
    days = facts.worktime.next_working_day(due.astype("datetime64[D]"))
    return np.where(np.isnat(due), NAT, days.astype("datetime64[s]")), rule


def _earliest_each(item: Cadence) -> tuple[Integers, Moments]:
    """Each account of a cadence once, with its earliest day; never touched (NaT) is the earliest of all."""
    due = item.due.astype("datetime64[s]")
    order = np.argsort(np.where(np.isnat(due), np.iinfo(np.int64).min, due.astype(np.int64)), kind="stable")
    codes, first = np.unique(item.codes[order], return_index=True)
    return codes, due[order][first]


def planned_days(facts: Facts, found: list[Cadence], table: str) -> Moments:
    """(rows,) the next due day of each row of a plan table (下次跟进日期, 计划执行日期), as a working day."""
    codes = facts.codes(table)
    result = nothing(len(codes))
    by_account = nothing(len(facts.account_ids))
    for item in found:
        if not _is_followup(item.contact):
            continue
        if item.rule.table == table:
            due = facts.worktime.next_working_day(item.due).astype("datetime64[s]")
            result[item.rows] = np.fmin(result[item.rows], due)
        elif item.rule.table == "customers" and table == "followup_plans":
            accounts, first = _earliest_each(item)
            day = facts.worktime.next_working_day(first.astype("datetime64[D]")).astype("datetime64[s]")
            by_account[accounts] = np.fmin(by_account[accounts], day)
    if table == "followup_plans":
        result = np.where(codes >= 0, by_account[codes] if len(by_account) else NAT, NAT)
    return result
