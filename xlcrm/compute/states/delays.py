"""What is late has to be explained to its customer (M07): each case whose resolution passed its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.verdicts import BREACHED, MET_LATE
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.tasks import join, judged_from, tasks
from xlcrm.periods import Unit, add, end_of_day, is_date_only
from xlcrm.rules.base import SPAN_UNITS, Effect, Rule
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.touches import Lookups

RESOLUTION: Final = "解决"
"""The clock whose breach is to be explained."""
TABLES: Final = ("complaints", "service_issues")


def delay_tasks(facts: Facts, lookups: Lookups, clocks: Mapping[tuple[str, str], Clock]) -> pd.DataFrame:
    """One task a case that is or was late, until a callback after the breach explains it to the customer.

    Cases of customers that the register does not know are left out: no callback could be found for them.
    """
    frames = []
    for rule in facts.active:
        if rule.effect is not Effect.EXPLAIN_DELAY:
            continue
        for table in TABLES:
            breached, by_day, late = _breaches(facts, table, clocks.get((table, RESOLUTION)))
            if table == rule.table:
                late = late & match(rule.when, facts)
            rows = np.flatnonzero(late & (facts.codes(table) >= 0))
            at = breached[rows]
            open_ = np.isnat(_explained(facts, lookups, rule, table, rows, at))
            rows, at = rows[open_], at[open_]
            due = add(at, round(rule.limit), Unit(SPAN_UNITS[rule.unit]))
            frames.append(
                tasks(
                    facts,
                    rule,
                    rows,
                    due,
                    by_day=by_day[rows],
                    occasion=RESOLUTION,
                    detail=_details(facts, table, rows, at, by_day[rows]),
                    table=table,
                )
            )
    return join(frames)


def _details(facts: Facts, table: str, rows: Integers, promised: Moments, by_day: Flags) -> list[str]:
    ids = facts.frame(table)[BY_NAME[table].key].iloc[rows].fillna("").astype("str")
    days = np.datetime_as_string(promised, unit="D").tolist()
    minutes = [text.replace("T", " ") for text in np.datetime_as_string(promised, unit="m").tolist()]
    return [
        f"{case} 应于 {day if whole else minute} 解决".strip()
        for case, day, minute, whole in zip(ids, days, minutes, by_day.tolist(), strict=True)
    ]


def _breaches(facts: Facts, table: str, clock: Clock | None) -> tuple[Moments, Flags, Flags]:
    """(n,) when each case broke its promise, whether that is a day, and whether it did so by now."""
    if clock is not None:
        return clock.due, clock.by_day, (clock.status == BREACHED) | (clock.status == MET_LATE)
    promised = nothing(len(facts.frame(table)))
    for key in ("extended_to", "wished_by"):
        promised = np.where(np.isnat(promised), moments(facts.frame(table)[key]), promised)
    by_day = is_date_only(promised)
    promised = np.where(by_day, end_of_day(promised), promised)
    solved = moments(facts.values(table, "resolved_at"))
    solved = np.where(solved <= facts.now_at, solved, facts.now_at)
    received = moments(facts.frame(table)[BY_NAME[table].touched])
    late = (solved > promised) & judged_from(facts, received)
    return promised, by_day, late


def _explained(
    facts: Facts, lookups: Lookups, rule: Rule, table: str, rows: Integers, since: Moments
) -> Moments:
    """(n,) the first callback after the breach, of those that the rule's stop counts."""
    codes = facts.codes(table)[rows]
    result = nothing(len(rows))
    for source in rule.stop.items:
        if source.place is not None:
            touches = lookups.touches(source.place.table, source.place.key, source.when)
            result = np.fmin(result, touches.first_from(codes, since))
    return result
