"""States: customers gone quiet, signals that pause, problems that return; and thresholds of single forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.accounts import DORMANT, signals
from xlcrm.compute.facts import Facts, Flags, Moments, moments
from xlcrm.compute.matching import match
from xlcrm.compute.tasks import join, judged_from, tasks, within_horizon
from xlcrm.periods import Unit, add
from xlcrm.rules.base import SPAN_UNITS, Effect, LimitUnit, Rule, RuleKind
from xlcrm.rules.conditions import find_place
from xlcrm.rules.measures import OVERALL_SATISFACTION
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from xlcrm.compute.touches import Lookups


def quiet_since(facts: Facts, lookups: Lookups) -> list[tuple[Rule, Flags, Moments]]:
    """Each rule that suggests 沉睡: which register rows it finds quiet, and since which day they are so."""
    found = []
    for rule in facts.active:
        if rule.effect is not Effect.SUGGEST_DORMANT:
            continue
        matched = match(rule.when, facts)
        rows = np.arange(len(matched))
        last = lookups.times(rule.start, rows).astype("datetime64[D]")
        due = add(last, round(rule.limit), Unit(SPAN_UNITS[rule.unit])).astype("datetime64[D]")
        found.append((rule, matched & (due <= facts.today), due))
    return found


def suggested_stages(
    facts: Facts, quiet: list[tuple[Rule, Flags, Moments]]
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """建议阶段 of each register row: 沉睡 where a customer went quiet, else blank."""
    result = np.full(len(facts.frame("customers")), None, dtype=object)
    for _, rows, _ in quiet:
        result[rows] = DORMANT
    return result


def state_tasks(facts: Facts, quiet: list[tuple[Rule, Flags, Moments]]) -> pd.DataFrame:
    """Wake-ups, reassessments after a negative signal, and problems seen months in a row."""
    frames = []
    for rule, rows, since in quiet:
        places = np.flatnonzero(rows & (facts.codes(rule.table) >= 0))
        frames.append(tasks(facts, rule, places, since[places]))
    frames.append(_reassessments(facts))
    frames += [_recurring(facts, rule) for rule in facts.active if rule.effect is Effect.RECURRING]
    return join(frames)


def _reassessments(facts: Facts) -> pd.DataFrame:
    frames = []
    for rule in facts.active:
        if rule.effect is Effect.PAUSE:
            rows, until = signals(facts, rule)
            due = until.astype("datetime64[D]")
            keep = within_horizon(facts, due) & judged_from(facts, due)
            frames.append(tasks(facts, rule, rows[keep], facts.worktime.next_working_day(due[keep])))
    return join(frames)


def _recurring(facts: Facts, rule: Rule) -> pd.DataFrame:
    """One team task a problem seen so many months in a row, up to this month or the one before."""
    table = BY_NAME[rule.table]
    issue = facts.values(rule.table, find_place(rule.occasions[0], table).key)
    at = facts.frame(rule.table)[table.touched]
    counted = match(rule.when, facts) & at.notna().to_numpy() & (at <= facts.now).to_numpy()
    months = moments(at).astype("datetime64[M]").astype(np.int64)
    seen = pd.DataFrame({"issue": issue[counted], "month": months[counted]}).drop_duplicates()
    this_month = int(facts.today.astype("datetime64[M]").astype(np.int64))
    frames = []
    for name, group in seen.groupby("issue"):
        run = _run_end(set(group["month"]), this_month, round(rule.limit))
        if run is None or _listed(facts, str(name)):
            continue
        end = np.datetime64(run + 1, "M").astype("datetime64[D]") - np.timedelta64(1, "D")
        nobody = np.full(1, -1, dtype=np.int64)
        frames.append(tasks(facts, rule, nobody, np.array([end]), codes=nobody, occasion=str(name)))
    return join(frames)


def _run_end(months: set[int], this_month: int, length: int) -> int | None:
    for last in (this_month, this_month - 1):
        if all(last - back in months for back in range(length)):
            return last
    return None


def _listed(facts: Facts, issue: str) -> bool:
    problems = facts.frame("improvement_actions")["problem"].dropna()
    return bool(problems.str.contains(issue, regex=False).any())


def measures(facts: Facts, rule: Rule) -> pd.Series:
    """What a threshold rule compares: the mean of a form's five-point scores in percent, or a column."""
    frame = facts.frame(rule.table)
    if rule.occasions[0] == OVERALL_SATISFACTION:
        scores = [item.key for item in BY_NAME[rule.table].columns if item.kind is Kind.SCORE5]
        valid = frame[scores].where((frame[scores] >= 1) & (frame[scores] <= 5))
        return valid.mean(axis=1) / 5 * 100
    return facts.values(rule.table, find_place(rule.occasions[0], BY_NAME[rule.table]).key)


def threshold_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """What a form below its threshold asks for, until a later contact has dealt with it.

    Money above an authority limit is a finding of the checks (V16), no task.
    """
    frames = []
    for rule in facts.active:
        if rule.kind is not RuleKind.THRESHOLD or rule.unit is LimitUnit.YUAN_ABOVE:
            continue
        table = BY_NAME[rule.table]
        at = moments(facts.frame(rule.table)[table.touched])
        low = match(rule.when, facts) & (measures(facts, rule) < rule.limit).to_numpy(
            dtype=bool, na_value=False
        )
        rows = np.flatnonzero(low & (at <= facts.now_at) & (facts.codes(rule.table) >= 0))
        day = at[rows].astype("datetime64[D]")
        due = day + np.timedelta64(facts.parameters.threshold_days, "D")
        done = lookups.times(rule.stop, rows, since=at[rows])
        keep = np.isnat(done) & judged_from(facts, day)
        frames.append(tasks(facts, rule, rows[keep], due[keep], occasion=[f"{one}" for one in day[keep]]))
    return join(frames)
