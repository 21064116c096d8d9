"""Repeats: clocks that start again at each feedback, every interval judged and its breaches counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.deadlines import deadlines, warn_from
from xlcrm.compute.clocks.events import ENDS, history
from xlcrm.compute.clocks.verdicts import (
    BREACHED,
    INVALID,
    MET,
    MET_LATE,
    NOT_JUDGED,
    NOT_STARTED,
    Verdict,
    calendar_of,
    not_judged,
    on_time,
    open_status,
    pauses_of,
    restarted,
    unreadable,
    waits,
)
from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.periods import end_of_day, is_date_only
from xlcrm.rules.sources import Pick, Source, Sources
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.compute.clocks.events import History
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule

RESPONSE: Final = "responded_at"
"""The column of the first response: a repeat never precedes it while it is unmet."""

_NEWEST: Final = (Pick.OWN, Pick.LATER)
"""Cells hold the newest feedback alone; every other source is a record table that keeps all of them."""
_SECOND: Final = np.timedelta64(1, "s")


@dataclass(frozen=True)
class Interval:
    """One stretch between two feedbacks, on the rows `at` of a repeat's rows.

    Attributes:
        at: (m,) places in the repeat's rows.
        base: (m,) the feedback that it began with, or the start.
        due, end: (m,) its deadline and the feedback that it ended with.
        late: (m,) whether the feedback came after the deadline.
    """

    at: Integers
    base: Moments
    due: Moments
    end: Moments
    late: Flags


@dataclass(frozen=True)
class Repeat:
    """A repeat on the rows that it matches.

    Attributes:
        verdict: the open interval, or the whole once it has ended; `start` is where that interval began.
        begin: (n,) where the repeat as a whole began.
        intervals: the finished ones, the k-th of every row that has one.
        hidden: (n,) whether a cell may hide earlier feedback, so that the stretch before it is not judged.
    """

    verdict: Verdict
    begin: Moments
    intervals: tuple[Interval, ...]
    hidden: Flags


@dataclass(frozen=True)
class _Walk:
    """What the steps of one replay share: the rule, its rows and how far it is walked on each."""

    rule: Rule
    rows: Integers
    lookups: Lookups
    pauses: list[tuple[Moments, Moments]]
    begin: Moments
    until: Moments

    def deadlines(self, at: Integers, base: Moments) -> tuple[Moments, Flags]:
        """(m,) deadlines of intervals on the rows `at`, and whether they are dates."""
        facts = self.lookups.facts
        pauses = [(since[at], until[at]) for since, until in self.pauses]
        return deadlines(self.rule, base, calendar_of(self.rule, facts), pauses, facts.worktime)

    def next_feedback(self, at: Integers, after: Moments) -> Moments:
        """(m,) the first recorded feedback after each moment and within the walk.

        A date alone stands last in its day; on the last day of the walk it is not known to be too late even
        where a record with a time is.
        """
        after = np.where(is_date_only(after), end_of_day(after), after)
        until = self.until[at]
        found = self._first(at, after)
        dated = self._first(at, np.maximum(after, end_of_day(until) - _SECOND))
        last_day = is_date_only(dated) & (dated <= until)
        return np.where(found <= until, found, np.where(last_day, dated, NAT))

    def _first(self, at: Integers, after: Moments) -> Moments:
        found = nothing(len(at))
        for source in self.rule.stop.items:
            if source.pick not in _NEWEST:
                found = np.fmin(found, self._recorded(source, self.rows[at], after))
        return found

    def _recorded(self, source: Source, rows: Integers, after: Moments) -> Moments:
        home = self.rule.table
        if source.place is None:
            codes = self.lookups.facts.codes(home)[rows]
            return self.lookups.any_touches().first_from(codes, after, strictly=True)
        later = Sources(home, (replace(source, pick=Pick.AFTER_START),))
        # Records of another table are looked for from a moment on, those of the own one after it.
        since = after if source.place.table == home else after + _SECOND
        return self.lookups.times(later, rows, since=since)

    def newest_cell(self) -> Moments:
        """(n,) the newest feedback that a cell holds, up to now."""
        found = nothing(len(self.rows))
        for source in self.rule.stop.items:
            if source.pick in _NEWEST:
                cell = Sources(self.rule.table, (source,))
                found = np.fmax(found, self.lookups.times(cell, self.rows, since=self.begin))
        return found


def judge_repeat(rule: Rule, facts: Facts, lookups: Lookups, past: History | None) -> Verdict:
    """One repeating rule on every row that it matches (semantics: A clock, `repeat`)."""
    return replay_repeat(rule, facts, lookups, past).verdict


def replay_repeat(rule: Rule, facts: Facts, lookups: Lookups, past: History | None) -> Repeat:
    """Walk from feedback to feedback, up to now or to the end of the repeat.

    The clock runs from the newest of start, first response and feedback. Each interval that a record table
    shows is judged; one that ends in a cell of the newest feedback may hide others and is not. A repeat ends
    with its case, or with its second limit: as soon as nothing more falls due up to then.

    Args:
        rule: a repeating rule; a second limit says for how long in all.
        facts: the run.
        lookups: contacts of other tables.
        past: the replayed log of the rule's table, where it is a case table.
    """
    rows = np.flatnonzero(match(rule.when, facts))
    begin = lookups.times(rule.start, rows)
    begin = np.where(begin <= facts.now_at, begin, NAT)
    solved = _case_end(rule, rows, past)
    begin = restarted(rule, begin, rows, facts, past, at_end=solved is not None)
    over = _over(rule, begin, facts)
    end = over if solved is None else np.fmin(over, solved)
    walk = _Walk(rule, rows, lookups, pauses_of(rule, past, rows), begin, np.fmin(end, facts.now_at))
    newest = walk.newest_cell()
    shown = np.where(newest <= walk.until, newest, NAT)
    base = _first_base(walk, facts, shown)
    intervals = _intervals(walk, base)
    due, _ = walk.deadlines(np.arange(len(rows)), base)
    hidden = (newest > walk.until) | ((shown > base) & ~on_time(shown, due))
    base = np.where(shown > base, shown, base)
    verdict = _verdict(
        walk, base, over, nothing(len(rows)) if solved is None else solved, newest > walk.until
    )
    for interval in intervals:
        verdict.breaches[interval.at] += interval.late
    status = verdict.status
    status[(status == MET) & (verdict.breaches > 0)] = MET_LATE
    status[begin > end] = np.where(_same_day(begin, end), status, INVALID)[begin > end]
    status[unreadable(rule, rows, facts, RESPONSE)] = INVALID
    status[not_judged(begin, facts)] = NOT_JUDGED
    verdict.breaches[np.isin(status, (NOT_STARTED, INVALID, NOT_JUDGED))] = 0
    return Repeat(verdict, begin, tuple(intervals), hidden)


def _verdict(walk: _Walk, base: Moments, over: Moments, solved: Moments, unknown: Flags) -> Verdict:
    """The last interval of each row: open, or judged at the end; `unknown` is where that cannot be."""
    rule, rows, facts = walk.rule, walk.rows, walk.lookups.facts
    past = history(facts, rule.table)
    due, by_day = walk.deadlines(np.arange(len(rows)), base)
    done = due > over
    due, by_day = np.where(done, over, due), np.where(done, over == end_of_day(over), by_day)
    by_case = (solved <= facts.now_at) & ~(solved > over)
    missed = ~by_case & (over < facts.now_at)
    stop = np.select([done, by_case, missed], [base, solved, over], default=NAT)
    late = ~done & ~unknown & (missed | (by_case & ~on_time(solved, due)))
    calendar = calendar_of(rule, facts)
    warn = warn_from(rule, base, due, calendar, facts.worktime)
    open_ = open_status(facts.now_at, (base, stop, due, warn), waits(rule, past, rows))
    conditions = [np.isnat(base), late, ~np.isnat(stop)]
    status = np.select(conditions, [NOT_STARTED, MET_LATE, MET], default=open_).astype(np.int64)
    left = calendar.elapsed(np.where(np.isnat(stop), facts.now_at, stop), due)
    breaches = np.isin(status, (BREACHED, MET_LATE)).astype(np.int64)
    return Verdict(rule, rows, base, stop, due, due, by_day, status, left, breaches)


def _same_day(one: Moments, other: Moments) -> Flags:
    """(n,) whether two moments fall on one day, one of them without a time: neither is known to be first."""
    vague = is_date_only(one) | is_date_only(other)
    flags: Flags = vague & (one.astype("datetime64[D]") == other.astype("datetime64[D]"))
    return flags


def _case_end(rule: Rule, rows: Integers, past: History | None) -> Moments | None:
    """(n,) when the cases ended; None where the rule's table has none, or the repeat begins with that end."""
    key = ENDS.get(rule.table)
    if past is None or any(item.place is not None and item.place.key == key for item in rule.start.items):
        return None
    return past.resolved_at[rows]


def _over(rule: Rule, begin: Moments, facts: Facts) -> Moments:
    """(n,) when the second limit is over; NaT for a rule without one."""
    if len(rule.limits) == 1:
        return nothing(len(begin))
    whole = rule.model_copy(update={"limits": rule.limits[1:]})
    return deadlines(whole, begin, calendar_of(rule, facts), (), facts.worktime)[0]


def _first_base(walk: _Walk, facts: Facts, newest: Moments) -> Moments:
    """(n,) where the first interval begins; NaT while there is neither a first response nor feedback."""
    table = walk.rule.table
    sheet = facts.data.get(table)
    if RESPONSE not in BY_NAME[table].by_key or sheet is None or not sheet.has(RESPONSE):
        return walk.begin.copy()
    responded = moments(facts.values(table, RESPONSE))[walk.rows]
    responded = np.where(responded <= walk.until, responded, NAT)
    first = walk.next_feedback(np.arange(len(walk.rows)), walk.begin)
    first = np.where(np.isnat(first), newest, first)
    base = np.where(np.isnat(responded), first, np.fmax(responded, walk.begin))
    return np.where(np.isnat(walk.begin), NAT, base)


def _intervals(walk: _Walk, base: Moments) -> list[Interval]:
    """The finished intervals; `base` moves on to the last recorded feedback of each row."""
    found = []
    at = np.flatnonzero(~np.isnat(base))
    while len(at):
        end = walk.next_feedback(at, base[at])
        known = ~np.isnat(end)
        at, end = at[known], end[known]
        if len(at):
            due, _ = walk.deadlines(at, base[at])
            found.append(Interval(at, base[at], due, end, ~on_time(end, due)))
            base[at] = end
    return found
