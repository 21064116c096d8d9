"""Tasks of occasions: milestones after a date, festivals, and the team's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.accounts import LOST, with_stage
from xlcrm.compute.facts import Facts, Integers, Moments, moments
from xlcrm.compute.matching import match
from xlcrm.compute.tasks import join, judged_from, tasks, within_horizon
from xlcrm.periods import FESTIVALS, Unit, add, next_anniversary, next_festival
from xlcrm.rules.base import SPAN_UNITS, LimitUnit, Rule, RuleKind
from xlcrm.rules.conditions import find_place
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.compute.touches import Lookups


def milestone_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """Days counted from a date of the row, each one done by a contact on or after it."""
    frames = [
        _milestone(facts, lookups, rule, limit, later)
        for rule in facts.active
        if rule.kind is RuleKind.MILESTONE and rule.unit in SPAN_UNITS
        for limit, later in zip(rule.limits, (*rule.limits[1:], None), strict=True)
    ]
    return join(frames)


def _milestone(facts: Facts, lookups: Lookups, rule: Rule, limit: float, later: float | None) -> pd.DataFrame:
    """One day of a rule; a missed one gives way to the rule's next day once that has come."""
    selected = match(rule.when, facts)
    codes = facts.codes(rule.table)
    selected[codes >= 0] &= ~with_stage(facts, LOST)[codes[codes >= 0]]
    rows = np.flatnonzero(selected)
    start = lookups.times(rule.start, rows)
    due = _days_from(rule, start, limit)
    done = ~np.isnat(lookups.times(rule.stop, rows, since=start, due=due))
    keep = ~np.isnat(due) & ~done & within_horizon(facts, due) & judged_from(facts, due)
    if later is not None:
        keep &= ~(_days_from(rule, start, later) <= facts.today)
    occasion = f"{limit:g}{rule.unit.value}"
    return tasks(facts, rule, rows[keep], facts.worktime.next_working_day(due[keep]), occasion=occasion)


def _days_from(rule: Rule, start: Moments, limit: float) -> Moments:
    sign = -1 if rule.unit in (LimitUnit.DAYS_BEFORE, LimitUnit.HOURS_BEFORE) else 1
    due = add(start.astype("datetime64[D]"), sign * round(limit), Unit(SPAN_UNITS[rule.unit]))
    return due.astype("datetime64[D]")


def festival_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """Greetings before festivals and birthdays, from the lead time on until the day has passed."""
    frames = [
        _festival(facts, lookups, rule, occasion)
        for rule in facts.active
        if rule.kind is RuleKind.FESTIVAL
        for occasion in rule.occasions
    ]
    return join(frames)


def _festival(facts: Facts, lookups: Lookups, rule: Rule, occasion: str) -> pd.DataFrame:
    rows = np.flatnonzero(match(rule.when, facts))
    day = _occasion_days(facts, rule, occasion, rows)
    due = day - np.timedelta64(round(rule.limit), "D")
    done = ~np.isnat(lookups.times(rule.stop, rows, due=day))
    codes = facts.codes(rule.table)[rows]
    keep = ~np.isnat(due) & ~done & within_horizon(facts, due) & (codes >= 0)
    keep[codes >= 0] &= ~with_stage(facts, LOST)[codes[codes >= 0]]
    return tasks(facts, rule, rows[keep], due[keep], occasion=occasion)


def _occasion_days(facts: Facts, rule: Rule, occasion: str, rows: Integers) -> Moments:
    if occasion in FESTIVALS:
        day = np.datetime64(next_festival(occasion, facts.now.date()), "D")
        return np.full(len(rows), day)
    place = find_place(occasion, BY_NAME[rule.table])
    dates = moments(facts.values(place.table, place.key))[rows].astype("datetime64[D]")
    return next_anniversary(dates, facts.now.date())


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
        frames.append(tasks(facts, rule, nobody, np.array([due]), codes=nobody))
    return join(frames)


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
    """The last day of the period that holds today and of the one before: weeks end on Sunday."""
    if rule.unit is LimitUnit.WEEK:
        weekday = (today.astype(np.int64) + 3) % 7
        end = today + np.timedelta64(int(6 - weekday), "D")
        return end, end - np.timedelta64(7 * round(rule.limit), "D")
    months = round(rule.limit) * (12 if rule.unit is LimitUnit.YEAR else 1)
    month = today.astype("datetime64[M]").astype(np.int64)
    first = month - month % months if 12 % months == 0 else month
    starts = np.array([first + months, first]).astype("datetime64[M]").astype("datetime64[D]")
    last, before = starts - np.timedelta64(1, "D")
    return last, before
