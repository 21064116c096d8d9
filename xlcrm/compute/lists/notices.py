"""超时提醒: which open clocks have used up which shares of their limit, and who is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.deadlines import day_minutes, is_fixed, limit_minutes
from xlcrm.compute.clocks.verdicts import AT_RISK, BREACHED, ON_HOLD, OPEN, STATUSES, calendar_of
from xlcrm.compute.identity import first_known, links_to, of_register, own_cells
from xlcrm.compute.lists.alerts import worded
from xlcrm.compute.lists.due_list import GRAVE, LEVEL_KEYS
from xlcrm.compute.tasks import first_of_customer, named_by
from xlcrm.periods import Unit, add
from xlcrm.rules.base import MINUTES, SPAN_UNITS, CalendarKind, RuleKind
from xlcrm.tables.mailing import MANAGEMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Facts, Flags, Integers, Objects
    from xlcrm.rules.base import Rule
    from xlcrm.rules.parameters import Parameters

OWNER: Final = "负责人"
MANAGER: Final = "上级"
AUDIENCES: Final = (OWNER, MANAGER, MANAGEMENT)

WORDS: Final = (
    *("status", "overrun", "due_at", "clock", "level", "case_id", "customer_id"),
    *("name", "owner", "rule", "source"),
)
"""What a notice says of its clock, in the words of 超时预警 (see `tables.system.ALERTS`)."""
COLUMNS: Final = ("audience", "reached", "share", "key", "known", "table", "place", *WORDS)
"""Columns of a notices frame.

audience: who is told, one of `AUDIENCES`; reached: the level, as 提醒级别 says it; share: per cent of the
limit that is used up; key: tells this clock and level from all others; known: the keys of this level and of
the higher ones of this audience, any of which, once told, makes this notice an old one; table and place: the
row.
"""

_ALL: Final = 100
_EARLY: Final = 99.9
"""Where 即将超时 stands among the shares: it comes before the deadline, after every share below it."""
_QUARTERS: Final = 4
"""A clock warns in the last quarter of its limit; where the limit is none, four warnings make one."""


@dataclass(frozen=True)
class _Level:
    """One level at which an audience is told.

    Attributes:
        text: as 提醒级别 says it.
        share: per cent of the limit; of a status its place among the shares.
        status: the status that reaches it, instead of the share; only grave cases have such levels.
    """

    text: str
    share: float
    status: int | None = None


def notices(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> pd.DataFrame:
    """Every open clock and audience with the highest level that the clock has reached, the worst first.

    A share counts in the rule's own calendar, pauses left out and an approved extension put in; 100 and more
    are reached once the deadline is over. Clocks that stand still, and those from before 启用日期, tell
    nothing. Of a record table one row a rule and customer stands for all, as in 超时预警.

    Args:
        facts: the run.
        clocks: (table, clock name) -> that clock on every row.

    Returns:
        A frame with the columns of `COLUMNS`.
    """
    levels = {audience: _levels(facts.parameters, audience) for audience in AUDIENCES}
    frames = [_of_clock(facts, clock, levels) for clock in clocks.values()]
    found = pd.concat([frame for frame in frames if len(frame)] or [_none()], ignore_index=True)
    late = (found["status"] == STATUSES[BREACHED]).to_numpy(dtype=bool)
    order = np.lexsort((found["due_at"].to_numpy(dtype="datetime64[s]"), ~late))
    return found.iloc[order].reset_index(drop=True)


def open_names(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> frozenset[str]:
    """What the keys of notices on clocks begin with that have not stopped yet, paused ones included."""
    return frozenset(
        name for clock in clocks.values() for name in _names(facts, clock, _standing(clock)).tolist()
    )


def _standing(clock: Clock) -> Integers:
    return np.flatnonzero(np.isin(clock.status, (*OPEN, ON_HOLD)))


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})


def _levels(parameters: Parameters, audience: str) -> list[_Level]:
    """The levels of an audience, the lowest first."""
    shares = {
        OWNER: parameters.notice_shares,
        MANAGER: parameters.manager_shares,
        MANAGEMENT: parameters.management_shares,
    }[audience]
    found = [_Level(f"{audience} {share:g}%", share) for share in shares]
    if parameters.grave_earlier == "是":
        if audience == MANAGER:
            found.append(_Level(f"{audience} {STATUSES[AT_RISK]}", _EARLY, AT_RISK))
        if audience == MANAGEMENT and _ALL not in shares:  # 100% says the same
            found.append(_Level(f"{audience} {STATUSES[BREACHED]}", _ALL, BREACHED))
    return sorted(found, key=lambda level: level.share)


def _of_clock(facts: Facts, clock: Clock, levels: Mapping[str, list[_Level]]) -> pd.DataFrame:
    standing = _standing(clock)
    runs = np.isin(clock.status[standing], OPEN)
    rows = standing[runs]
    if not len(rows):
        return _none()
    share = used_up(facts, clock, rows)
    grave = np.isin(own_cells(facts, clock.table, rows, LEVEL_KEYS), GRAVE)
    reached = {
        audience: np.array([_reaches(level, clock.status[rows], share, grave) for level in own], dtype=bool)
        for audience, own in levels.items()
        if own
    }
    told = np.zeros(len(rows), dtype=bool)
    for flags in reached.values():
        told |= flags.any(axis=0)
    told &= _stands_for_customer(facts, clock, rows, told)
    names = _names(facts, clock, standing)[runs]
    words = worded(facts, clock, rows)
    frames = []
    for audience, flags in reached.items():
        at = np.flatnonzero(told & flags.any(axis=0))
        highest = len(flags) - 1 - np.argmax(flags[::-1, at], axis=0)
        texts = [level.text for level in levels[audience]]
        known = [
            tuple(f"{names[row]}|{text}" for text in texts[place:])
            for row, place in zip(at.tolist(), highest.tolist(), strict=True)
        ]
        frames.append(
            pd.DataFrame(
                {
                    "audience": audience,
                    "reached": [texts[place] for place in highest.tolist()],
                    "share": share[at],
                    "key": [keys[0] for keys in known],
                    "known": known,
                    "table": clock.table,
                    "place": rows[at],
                    **{key: _picked(words[key], at) for key in WORDS},
                },
                columns=list(COLUMNS),
            )
        )
    return pd.concat([frame for frame in frames if len(frame)] or [_none()], ignore_index=True)


def _picked(words: Objects | list[str] | str, at: Integers) -> Objects | str:
    if isinstance(words, str):
        return words
    picked: Objects = np.asarray(words)[at]
    return picked if picked.dtype.kind == "M" else picked.astype(object)


def _reaches(level: _Level, status: Integers, share: np.ndarray, grave: Flags) -> Flags:
    """(n,) whether open clocks have reached a level."""
    late = status == BREACHED
    if level.status is not None:
        early: Flags = grave & (late | (status == AT_RISK) & (level.status == AT_RISK))
        return early
    flags: Flags = (share >= level.share) & (late | (level.share < _ALL))
    return flags


def used_up(facts: Facts, clock: Clock, rows: Integers) -> np.ndarray:
    """(n,) per cent of their limit that open clocks have used up, in the calendars of their rules.

    Less than 0 where a limit of days has not begun to count, because it starts with the day after.
    """
    result = np.zeros(len(rows))
    for number, rule in enumerate(clock.rules):
        own = clock.rule[rows] == number
        if own.any():
            limit = np.maximum(_length(facts, rule, clock, rows[own]), 1)
            result[own] = 100 * (limit - clock.left[rows[own]]) / limit
    return result


def _length(facts: Facts, rule: Rule, clock: Clock, rows: Integers) -> Integers:
    """(n,) minutes of a rule's limit in its calendar, with what an approved extension has added.

    A given day has no limit of its own: its warning span counts as the last quarter of one, and a day where
    it warns at its end.
    """
    calendar = calendar_of(rule, facts)
    if is_fixed(rule):
        return np.full(len(rows), _given(facts, rule), dtype=np.int64)
    limit = rule.limits[-1] if rule.kind is RuleKind.WINDOW else rule.limit
    if rule.unit in MINUTES:
        own = np.full(len(rows), limit_minutes(rule, limit, calendar, facts.worktime), dtype=np.int64)
    else:
        start = clock.start[rows]
        own = calendar.elapsed(start, add(start, round(limit), Unit(SPAN_UNITS[rule.unit])))
    due, original = clock.due[rows], clock.original_due[rows]
    more = np.where(due > original, calendar.elapsed(original, due), 0)
    return own + more


def _given(facts: Facts, rule: Rule) -> int:
    """Minutes that stand for the limit of a rule with a given day."""
    calendar = calendar_of(rule, facts)
    a_day = day_minutes(facts.worktime) if rule.calendar is CalendarKind.WORKING else 24 * 60
    if rule.warning.minutes is not None:
        days, rest = divmod(rule.warning.minutes, 24 * 60)
        lead = days * a_day + rest
    else:
        lead = round(limit_minutes(rule, rule.limit, calendar, facts.worktime) * (rule.warning.share or 0.0))
    return _QUARTERS * lead or a_day


def _stands_for_customer(facts: Facts, clock: Clock, rows: Integers, among: Flags) -> Flags:
    """(n,) which of the rows stand for their customer, one a rule; rows not among these do not count."""
    keep = np.zeros(len(rows), dtype=bool)
    for number in range(len(clock.rules)):
        at = np.flatnonzero(among & (clock.rule[rows] == number))
        own = rows[at]
        keep[at] = first_of_customer(facts, clock.table, own, clock.due[own], clock.start[own])
    return keep


def _names(facts: Facts, clock: Clock, rows: Integers) -> Objects:
    """(n,) what tells the clocks of rows from all others, whatever rows come before them in the sheet.

    That is the case's own id, else the customer, else where the row stands; and when the clock started.
    """
    named = named_by(clock.table)
    own = own_cells(facts, clock.table, rows, (named,) if named else ())
    registered = of_register(facts, facts.codes(clock.table)[rows], "customer_id")
    typed = own_cells(facts, clock.table, rows, ("customer_id",))
    places = np.array(links_to(facts, clock.table, rows), dtype=object)
    about = first_known(own, registered, typed, places).tolist()
    starts = np.datetime_as_string(clock.start[rows], unit="m").tolist()
    names = pd.Series(
        [f"{clock.table}|{who}|{clock.name}|{at}" for who, at in zip(about, starts, strict=True)]
    )
    again = names.groupby(names).cumcount().tolist()
    told_apart = [f"{name} {count + 1}" if count else name for name, count in zip(names, again, strict=True)]
    return np.array(told_apart, dtype=object)
