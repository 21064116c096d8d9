"""Tasks of occasions: milestones and windows after a date, festivals, and the team's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.accounts import LOST, with_stage
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, moments
from xlcrm.compute.lists.open_cases import CASE_TABLES, open_cases
from xlcrm.compute.matching import match
from xlcrm.compute.tasks import join, judged_from, tasks, within_horizon
from xlcrm.periods import FESTIVALS, Unit, add, end_of_day, is_date_only, next_anniversary, next_festival
from xlcrm.rules.base import SPAN_UNITS, LimitUnit, Rule, RuleKind
from xlcrm.rules.conditions import find_place
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.touches import Lookups


_OF_A_DAY = frozenset({Unit.MIN, Unit.H})


def milestone_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """Milestones and windows: days counted from a date of the row, each one ended by a contact.

    Those with a 时钟列 are judged as clocks and give their tasks there (see `due_list.clock_tasks`).
    """
    windows = [rule for rule in facts.active if rule.kind is RuleKind.WINDOW and not rule.clock]
    frames = [
        _milestone(facts, lookups, rule, limit, later)
        for rule in facts.active
        if rule.kind is RuleKind.MILESTONE and rule.unit in SPAN_UNITS and not rule.clock
        for limit, later in zip(rule.limits, (*rule.limits[1:], None), strict=True)
    ]
    frames += [_window(facts, lookups, rule, windows) for rule in windows]
    return join(frames)


def _milestone(facts: Facts, lookups: Lookups, rule: Rule, limit: float, later: float | None) -> pd.DataFrame:
    """One day of a rule; a missed one gives way to the rule's next day once that has come."""
    rows = _rows(facts, rule)
    start = lookups.times(rule.start, rows)
    due, by_day = _counted_from(rule, start, limit)
    done = ~np.isnat(lookups.times(rule.stop, rows, since=start, due=due))
    day = due.astype("datetime64[D]")
    keep = ~np.isnat(due) & ~done & within_horizon(facts, day) & judged_from(facts, day)
    if later is not None:
        keep &= ~(_counted_from(rule, start, later)[0].astype("datetime64[D]") <= facts.today)
    moved = facts.worktime.next_working_day(day[keep]).astype("datetime64[s]")
    shown = np.where(by_day[keep], moved, due[keep])
    occasion = f"{limit:g}{rule.unit.value}"
    return tasks(facts, rule, rows[keep], shown, by_day=by_day[keep], occasion=occasion)


def _rows(facts: Facts, rule: Rule) -> Integers:
    """Positions of the rows that a rule matches, those of lost customers left out."""
    selected = match(rule.when, facts)
    lost = np.append(with_stage(facts, LOST), False)
    return np.flatnonzero(selected & ~lost[facts.codes(rule.table)])


def _counted_from(rule: Rule, start: Moments, limit: float) -> tuple[Moments, Flags]:
    """(n,) a span before or after each start, datetime64[s], and (n,) whether it is a date.

    Hours count from a moment; from a date, as days do for everything, they give a date.
    """
    unit = Unit(SPAN_UNITS[rule.unit])
    sign = -1 if rule.unit in (LimitUnit.DAYS_BEFORE, LimitUnit.HOURS_BEFORE) else 1
    amount = sign * round(limit)
    day = start.astype("datetime64[D]")
    if unit not in _OF_A_DAY:
        due = add(day, amount, unit).astype("datetime64[D]").astype("datetime64[s]")
        return due, np.ones(len(start), dtype=bool)
    # Hours before a date count from its end, as they do for clocks.
    due = add(end_of_day(day) if sign < 0 else day, amount, unit)
    due = due.astype("datetime64[D]").astype("datetime64[s]")
    by_day = is_date_only(start)
    return np.where(by_day, due, add(start.astype("datetime64[s]"), amount, unit)), by_day


def _window(facts: Facts, lookups: Lookups, rule: Rule, windows: Sequence[Rule]) -> pd.DataFrame:
    """A contact due inside a span of days: listed from the day it opens on, overdue after its last day.

    A missed window gives way to a later one from the same start once that has opened.
    """
    rows = _rows(facts, rule)
    start = lookups.times(rule.start, rows)
    opens, closes = (_counted_from(rule, start, limit)[0].astype("datetime64[D]") for limit in rule.limits)
    done = ~np.isnat(lookups.times(rule.stop, rows, since=start, due=opens))
    keep = ~np.isnat(opens) & ~done & within_horizon(facts, opens) & judged_from(facts, closes)
    for later in windows:
        if (later.start, later.stop) == (rule.start, rule.stop) and later.limit > rule.limit:
            opened = _counted_from(later, start, later.limit)[0].astype("datetime64[D]") <= facts.today
            keep &= ~(opened & match(later.when, facts)[rows])
    return tasks(facts, rule, rows[keep], facts.worktime.next_working_day(closes[keep]))


def festival_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """Greetings before festivals, birthdays and other days, from the lead time on until the day is over."""
    frames = [
        _greeting(facts, lookups, rule, occasion)
        for rule in facts.active
        if rule.kind in (RuleKind.FESTIVAL, RuleKind.ANNIVERSARY)
        for occasion in rule.occasions
    ]
    return join(frames)


def _greeting(facts: Facts, lookups: Lookups, rule: Rule, occasion: str) -> pd.DataFrame:
    """One occasion of a rule; a contact in the seven days up to the day has dealt with it."""
    rows = _rows(facts, rule)
    rows = rows[facts.codes(rule.table)[rows] >= 0]
    day = occasion_days(facts, rule, occasion, rows)
    due = day - np.timedelta64(round(rule.limit), "D")
    near = ~np.isnat(due) & within_horizon(facts, due)
    rows, day, due = rows[near], day[near], due[near]
    keep = np.isnat(lookups.times(rule.stop, rows, due=day))
    detail = occasion if len(rule.occasions) > 1 else ""
    return tasks(facts, rule, rows[keep], due[keep], occasion=occasion, detail=detail)


def occasion_days(facts: Facts, rule: Rule, occasion: str, rows: Integers) -> Moments:
    """(n,) the next day of an occasion, today included; NaT where there is none to come."""
    if occasion in FESTIVALS:
        day = np.datetime64(next_festival(occasion, facts.now.date()), "D")
        return np.full(len(rows), day)
    place = find_place(occasion, BY_NAME[rule.table])
    dates = moments(facts.values(place.table, place.key))[rows].astype("datetime64[D]")
    if BY_NAME[place.table].by_key[place.key].yearly:
        return next_anniversary(dates, facts.now.date())
    return np.where(dates >= facts.today, dates, np.datetime64("NaT", "D"))


def calendar_tasks(facts: Facts) -> pd.DataFrame:
    """The team's own days: one task a period, done when 上次完成 in 规则表 says so; never a pile."""
    frames = []
    for rule in facts.active:
        if rule.kind is not RuleKind.CALENDAR:
            continue
        due = _open_period(facts, rule)
        if due is None:
            continue
        nobody = np.full(1, -1, dtype=np.int64)
        detail = _open_cases_text(facts, rule)
        frames.append(tasks(facts, rule, nobody, np.array([due]), codes=nobody, detail=detail))
    return join(frames)


_IDS_SHOWN = 5


def _open_cases_text(facts: Facts, rule: Rule) -> str:
    """The open cases that a calendar rule with a condition is about; "" without one or without cases."""
    if rule.table not in CASE_TABLES or not rule.when.terms:
        return ""
    word = "、".join(choice for term in rule.when.terms for choice in term.choices)
    rows = facts.frame(rule.table)[open_cases(facts, rule.table) & match(rule.when, facts)]
    cases = rows.sort_values("received_at", kind="stable")[BY_NAME[rule.table].key]
    if cases.empty:
        return f"无{word}未结问题"
    named = [f"第{row}行" if pd.isna(case) else str(case) for row, case in cases.head(_IDS_SHOWN).items()]
    more = f" 等{len(cases)}件" if len(cases) > _IDS_SHOWN else ""
    return f"{word}未结 {len(cases)} 件（{'、'.join(named)}{more}）"


def _open_period(facts: Facts, rule: Rule) -> np.datetime64 | None:
    """The last day of the period whose task is open: the current one near its end, else a missed one."""
    last, before = period_ends(facts.today, rule)
    horizon = np.timedelta64(facts.parameters.horizon_days, "D")
    done = None if rule.last_done_on is None else np.datetime64(rule.last_done_on, "D")
    for end in (last, before):
        lead = min(horizon, (last - before) // 2)
        near = end - lead <= facts.today
        finished = done is not None and done >= end - lead
        judged = bool(judged_from(facts, np.array([end]))[0])
        if near:
            return end if judged and not finished else None
    return None


def period_ends(today: np.datetime64, rule: Rule) -> tuple[np.datetime64, np.datetime64]:
    """The last day of the period that holds today and of the one before.

    Weeks end on Sunday. All periods count from the beginning of 1970, so that one that no year holds a whole
    number of times (2周, 5个月, 2年) has the same last day whenever it is asked for.
    """
    if rule.unit is LimitUnit.WEEK:
        weeks = round(rule.limit)
        week = (today.astype(np.int64) + 3) // 7  # the days are counted from a Thursday
        end = ((week - week % weeks + weeks) * 7 - 4).astype("datetime64[D]")
        return end, end - np.timedelta64(7 * weeks, "D")
    months = round(rule.limit) * (12 if rule.unit is LimitUnit.YEAR else 1)
    month = today.astype("datetime64[M]").astype(np.int64)
    first = month - month % months
    starts = np.array([first + months, first]).astype("datetime64[M]").astype("datetime64[D]")
    last, before = starts - np.timedelta64(1, "D")
    return last, before
