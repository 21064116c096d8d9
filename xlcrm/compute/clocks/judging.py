"""Judging: every clock of a run by the kind of its rule, and one clock a table and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.clocks.events import history
from xlcrm.compute.clocks.repeats import judge_repeat
from xlcrm.compute.clocks.verdicts import NOT_JUDGED, Clock, judge_clock
from xlcrm.compute.facts import nothing
from xlcrm.rules.base import RuleKind
from xlcrm.rules.layout import has_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.compute.clocks.verdicts import Verdict
    from xlcrm.compute.facts import Facts, Flags
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule

_ALIGNED = ("start", "stop", "due", "original_due", "by_day", "status", "left", "breaches")
"""What a clock takes from the verdict that holds."""


def judge(facts: Facts, lookups: Lookups) -> list[Verdict]:
    """Every enabled rule with a clock on every row that it matches."""
    return [judge_rule(rule, facts, lookups) for rule in facts.active if has_clock(rule)]


def judge_rule(rule: Rule, facts: Facts, lookups: Lookups) -> Verdict:
    """One rule's clock (semantics: A clock)."""
    judged = judge_repeat if rule.kind is RuleKind.REPEAT else judge_clock
    return judged(rule, facts, lookups, history(facts, rule.table))


def combine(verdicts: Sequence[Verdict], facts: Facts) -> dict[tuple[str, str], Clock]:
    """One clock a table and name: of several matching rules the earliest deadline holds."""
    grouped: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.rule.clock:
            grouped.setdefault((verdict.rule.table, verdict.rule.clock), []).append(verdict)
    return {key: _combined(key, group, len(facts.frame(key[0]))) for key, group in grouped.items()}


def _combined(key: tuple[str, str], group: Sequence[Verdict], count: int) -> Clock:
    clock = Clock(
        table=key[0],
        name=key[1],
        rules=tuple(verdict.rule for verdict in group),
        rule=np.full(count, -1, dtype=np.int64),
        start=nothing(count),
        stop=nothing(count),
        due=nothing(count),
        original_due=nothing(count),
        by_day=np.zeros(count, dtype=bool),
        status=np.full(count, NOT_JUDGED, dtype=np.int64),
        left=np.zeros(count, dtype=np.int64),
        breaches=np.zeros(count, dtype=np.int64),
    )
    for index, verdict in enumerate(group):
        held = clock.rule[verdict.rows] >= 0
        wins = ~held | _holds_before(verdict, clock)
        places = verdict.rows[wins]
        clock.rule[places] = index
        for name in _ALIGNED:
            getattr(clock, name)[places] = getattr(verdict, name)[wins]
    return clock


def _holds_before(verdict: Verdict, clock: Clock) -> Flags:
    """(n,) whether a verdict goes before the one held: the earlier deadline, but the judged one first."""
    held, status = clock.due[verdict.rows], clock.status[verdict.rows]
    judged, held_judged = verdict.status != NOT_JUDGED, status != NOT_JUDGED
    earlier = (verdict.due < held) | (np.isnat(held) & ~np.isnat(verdict.due))
    flags: Flags = np.where(judged == held_judged, earlier, judged)
    return flags
