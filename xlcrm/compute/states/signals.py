"""States and thresholds: what customers, signals and figures ask for besides deadlines and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.accounts import DORMANT, signals
from xlcrm.compute.facts import Facts, Flags, Moments, moments
from xlcrm.compute.matching import match
from xlcrm.compute.states.delays import delay_tasks
from xlcrm.compute.states.improvements import breaches, improvement_tasks
from xlcrm.compute.states.measures import is_of_rows, of_rows
from xlcrm.compute.states.triggers import trigger_tasks, triggers
from xlcrm.compute.tasks import join, judged_from, tasks, within_horizon
from xlcrm.periods import Unit, add
from xlcrm.rules.base import SPAN_UNITS, Effect, LimitUnit, Rule, RuleKind
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.contacts.cadences import Cadence
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


def state_tasks(
    facts: Facts,
    lookups: Lookups,
    quiet: list[tuple[Rule, Flags, Moments]],
    clocks: Mapping[tuple[str, str], Clock],
    contacts: Sequence[Cadence],
) -> pd.DataFrame:
    """Wake-ups, reassessments after a negative signal, recoveries to start, delays to explain."""
    frames = []
    for rule, rows, since in quiet:
        places = np.flatnonzero(rows & (facts.codes(rule.table) >= 0))
        frames.append(tasks(facts, rule, places, since[places]))
    frames.append(_reassessments(facts))
    frames.append(trigger_tasks(facts, triggers(facts, lookups, clocks, contacts)))
    frames.append(delay_tasks(facts, lookups, clocks))
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


def threshold_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    """What figures below their limits ask for, and problems that return.

    A form's task is about its customer and open until a later contact; what calls for an improvement is open
    until 改进计划表 names it. Money above an authority limit is a finding of the checks (V16), no task; what
    效果评估 and 关系评级 judge is shown by reports.
    """
    return join([_form_tasks(facts, lookups), improvement_tasks(facts, breaches(facts))])


def _form_tasks(facts: Facts, lookups: Lookups) -> pd.DataFrame:
    frames = []
    for rule in facts.active:
        if rule.kind is not RuleKind.THRESHOLD or rule.effect is not Effect.NONE:
            continue
        if rule.unit is LimitUnit.YUAN_ABOVE or not is_of_rows(rule):
            continue
        at = moments(facts.frame(rule.table)[BY_NAME[rule.table].touched])
        values = of_rows(facts, rule)
        missed = values > rule.limit if rule.unit is LimitUnit.HOURS_ABOVE else values < rule.limit
        asked = match(rule.when, facts) & missed & (facts.codes(rule.table) >= 0)
        rows = np.flatnonzero(asked & (at <= facts.now_at))
        day = at[rows].astype("datetime64[D]")
        due = day + np.timedelta64(facts.parameters.threshold_days, "D")
        done = lookups.times(rule.stop, rows, since=at[rows])
        keep = np.isnat(done) & judged_from(facts, day)
        frames.append(tasks(facts, rule, rows[keep], due[keep], occasion=[f"{one}" for one in day[keep]]))
    return join(frames)
