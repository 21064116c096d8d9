"""Every clock that has started, one row each: what came of it, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.deadlines import is_fixed
from xlcrm.compute.clocks.events import ENDS, history
from xlcrm.compute.clocks.verdicts import (
    AT_RISK,
    BREACHED,
    INVALID,
    MET,
    MET_LATE,
    NOT_JUDGED,
    NOT_STARTED,
    ON_HOLD,
    RUNNING,
    calendar_of,
    pauses_of,
    restarted,
)
from xlcrm.compute.identity import first_known, of_register, own_cells
from xlcrm.compute.lists.due_list import LEVEL_KEYS, OWNER_KEYS
from xlcrm.periods import end_of_day, is_date_only
from xlcrm.rules.base import RuleKind

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Facts, Flags, Integers, Moments, Objects
    from xlcrm.compute.states.measures import Floats
    from xlcrm.rules.base import Rule

MET_IN_TIME, LATE, LATE_OPEN, OPEN, FAULTY, UNJUDGED = (
    "met",
    "late",
    "breached",
    "open",
    "invalid",
    "unjudged",
)
DECIDED: Final = (MET_IN_TIME, LATE, LATE_OPEN)
"""What a rate of attainment rests on."""

_OUTCOMES: Final = {
    RUNNING: OPEN,
    AT_RISK: OPEN,
    ON_HOLD: OPEN,
    BREACHED: LATE_OPEN,
    MET: MET_IN_TIME,
    MET_LATE: LATE,
    INVALID: FAULTY,
    NOT_JUDGED: UNJUDGED,
}

COLUMNS: Final = {
    "table": "str",
    "clock": "str",
    "place": "int64",
    "code": "int64",
    "owner": "str",
    "level": "str",
    "start": "datetime64[s]",
    "month": "str",
    "outcome": "str",
    "minutes": "float64",
    "due": "datetime64[s]",
    "left": "int64",
    "breaches": "int64",
}
"""Columns of a frame of clocks.

table, clock: the case's table and the clock's name there; place: the case by position in the table's frame;
code: its account, -1 for none; owner: the row's own person, else the customer's, NaN for neither; level:
投诉等级, 紧急度 or 紧急程度, NaN for none; start: where the clock as a whole began (of a repeat the first
interval), or the given day that it is judged by; month: of the start, as 2026-10, NaN without one; outcome:
met, late, breached (late and still open), open (also while it waits for the customer), invalid or unjudged;
minutes: from start to stop in the clock's own calendar without pauses, NaN while it is open, for a repeat and
for a clock that is judged by a given day; due: the deadline; left: minutes in the calendar from the stop, or
now, to the deadline; breaches: how often it was missed, more than once only where a clock repeats.
"""


def judged(scope: Scope) -> pd.DataFrame:
    """Every clock of the workbook that has started and is judged: met, late, breached or open.

    Left out, to be counted from `every_clock`, are those that cannot be judged (数据异常) and those from
    before 启用日期. A frame with `COLUMNS`, by table and clock in the order of the rules, then by place.
    """
    every = scope.once(every_clock)
    return every[~every["outcome"].isin([FAULTY, UNJUDGED])].reset_index(drop=True)


def attainment(met: float, late: float, breached: float) -> float:
    """达成率 as a fraction: met over all that is decided; NaN of none (semantics: A clock)."""
    decided = met + late + breached
    return met / decided if decided else float("nan")


def every_clock(scope: Scope) -> pd.DataFrame:
    """As `judged`, with the clocks that cannot be judged and those from before 启用日期."""
    people: dict[str, tuple[Objects, Objects]] = {}
    parts = []
    for (table, _), clock in scope.run.clocks.items():
        rows = np.flatnonzero((clock.rule >= 0) & (clock.status != NOT_STARTED))
        if len(rows):
            if table not in people:
                people[table] = _people(scope.facts, table)
            parts.append(_rows(scope, clock, rows, people[table]))
    if not parts:
        return pd.DataFrame({key: pd.Series(dtype=dtype) for key, dtype in COLUMNS.items()})
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return pd.DataFrame(
        {
            key: pd.array(joined[key], dtype="str") if dtype == "str" else joined[key].astype(dtype)
            for key, dtype in COLUMNS.items()
        }
    )


def _people(facts: Facts, table: str) -> tuple[Objects, Objects]:
    """(rows,) who is responsible and how grave it is, as 超时预警 names them."""
    every = np.arange(len(facts.frame(table)))
    owners = first_known(
        own_cells(facts, table, every, OWNER_KEYS), of_register(facts, facts.codes(table), "owner")
    )
    return owners, own_cells(facts, table, every, LEVEL_KEYS)


def _rows(scope: Scope, clock: Clock, rows: Integers, people: tuple[Objects, Objects]) -> dict[str, Objects]:
    owners, levels = people
    count = len(rows)
    start, minutes = clock.start[rows].astype("datetime64[s]"), np.full(count, np.nan)
    for number, rule in enumerate(clock.rules):
        own = np.flatnonzero(clock.rule[rows] == number)
        if not len(own):
            continue
        if rule.kind is RuleKind.REPEAT:
            start[own] = _begin(scope, rule, rows[own])
        elif not is_fixed(rule):
            minutes[own] = _taken(scope.facts, rule, clock, rows[own])
    status = clock.status[rows]
    minutes[~np.isin(status, (MET, MET_LATE))] = np.nan
    outcome = np.full(count, OPEN, dtype=object)
    for known, name in _OUTCOMES.items():
        outcome[status == known] = name
    return {
        "table": np.full(count, clock.table, dtype=object),
        "clock": np.full(count, clock.name, dtype=object),
        "place": rows,
        "code": scope.facts.codes(clock.table)[rows],
        "owner": owners[rows],
        "level": levels[rows],
        "start": start,
        "month": month_texts(start),
        "outcome": outcome,
        "minutes": minutes,
        "due": clock.due[rows],
        "left": clock.left[rows],
        "breaches": clock.breaches[rows],
    }


def _begin(scope: Scope, rule: Rule, rows: Integers) -> Moments:
    """(n,) where a repeat as a whole began; its clock tells where the open interval did."""
    begin = scope.run.lookups.times(rule.start, rows)
    begin = np.where(begin <= scope.facts.now_at, begin, np.datetime64("NaT", "s"))
    past = history(scope.facts, rule.table)
    end = ENDS.get(rule.table)
    after_end = any(item.place is not None and item.place.key == end for item in rule.start.items)
    return restarted(rule, begin, rows, scope.facts, past, at_end=not after_end)


def _taken(facts: Facts, rule: Rule, clock: Clock, rows: Integers) -> Floats:
    """(n,) minutes from start to stop without pauses; where one is a day without a time, both are days."""
    calendar = calendar_of(rule, facts)
    start, stop = clock.start[rows], clock.stop[rows]
    days = _is_day(start) | _is_day(stop)
    start, stop = (np.where(days, _midnight(at), at) for at in (start, stop))
    taken = calendar.elapsed(start, stop)
    for since, until in pauses_of(rule, history(facts, rule.table), rows):
        begin, end = np.fmax(since, start), np.fmin(until, stop)
        inside = ~np.isnat(since) & ~np.isnat(until) & (end > begin)
        taken = taken - np.where(inside, calendar.elapsed(begin, end), 0)
    return np.where(np.isnat(start) | np.isnat(stop), np.nan, taken.astype(np.float64))


def _is_day(at: Moments) -> Flags:
    flags: Flags = is_date_only(at) | (at == end_of_day(at))
    return flags


def _midnight(at: Moments) -> Moments:
    return at.astype("datetime64[D]").astype("datetime64[s]")


def month_texts(at: Moments) -> Objects:
    """(n,) 2026-10 of each moment, None for NaT."""
    months, place = np.unique(at.astype("datetime64[M]"), return_inverse=True)
    words = np.array([None if np.isnat(month) else str(month) for month in months], dtype=object)
    texts: Objects = words[place]
    return texts
