"""Why: how each rule of one row came to what it says, in the user's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.judging import combine, judge_rule
from xlcrm.compute.contacts.cadences import PLANS, Whom
from xlcrm.compute.explain.clocks import clock_lines, repeat_lines, status_word
from xlcrm.compute.explain.days import day_lines
from xlcrm.compute.explain.words import day_text, start_text, time_of
from xlcrm.compute.matching import match
from xlcrm.rules.base import RuleKind
from xlcrm.rules.conditions import When
from xlcrm.rules.layout import has_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.compute.clocks.verdicts import Verdict
    from xlcrm.compute.contacts.cadences import Cadence
    from xlcrm.compute.facts import Facts
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule


_WITHOUT: Final[Mapping[Whom, str]] = {
    Whom.ACCOUNT: "客户不在信息总表中，或处于沉睡、流失阶段",
    Whom.ROW: "客户已流失或沉睡",
    Whom.SUBJECT: "这些标签另有更新的推送，以最近一次为准",
}
"""What a cadence is about -> why a row that matches its condition is none of its entries."""


@dataclass(frozen=True)
class Reason:
    """One rule on one row.

    Attributes:
        rule: its label.
        clock: the name of its clock column, or the task.
        matched: whether its condition holds; `lines` says which part does not otherwise.
        status: the verdict, blank for rules without a clock and those that do not match.
        lines: what was counted, one fact a line.
    """

    rule: str
    clock: str
    matched: bool
    status: str
    lines: tuple[str, ...]


def explain(facts: Facts, lookups: Lookups, cadences: list[Cadence], table: str, row: int) -> list[Reason]:
    """Every enabled rule of a table for one row; those that match come first.

    Rules of the team's calendar are about no row and are left out.

    Args:
        facts: the run.
        lookups: contacts of other tables.
        cadences: all cadences of the run.
        table: name of the table.
        row: Excel row; must be in the frame's index.
    """
    place = int(np.flatnonzero(facts.frame(table).index == row)[0])
    own = [rule for rule in facts.active if rule.table == table and rule.kind is not RuleKind.CALENDAR]
    verdicts = {rule.rule_id: judge_rule(rule, facts, lookups) for rule in own if has_clock(rule)}
    holding = _holding(list(verdicts.values()), facts, place)
    reasons = []
    for rule in own:
        verdict = verdicts.get(rule.rule_id)
        failing = _failing(rule, facts, place)
        if failing:
            reason = Reason(rule.label, rule.clock or rule.task, matched=False, status="", lines=failing)
        elif verdict is not None:
            reason = _clock(verdict, facts, lookups, place, holding)
        elif rule.kind is RuleKind.CADENCE:
            reason = _cadence(rule, facts, cadences, place)
        else:
            lines = (_condition(rule, facts), *day_lines(rule, facts, lookups, place))
            reason = Reason(rule.label, rule.task, matched=True, status="", lines=lines)
        reasons.append(reason)
    return sorted(reasons, key=lambda reason: not reason.matched)


def _condition(rule: Rule, facts: Facts) -> str:
    return f"条件：{rule.when.text(facts.pack)}"


def _failing(rule: Rule, facts: Facts, place: int) -> tuple[str, ...]:
    """What of the condition does not hold; with 或 of every alternative, for none of them holds."""
    if match(rule.when, facts)[place]:
        return ()
    failing = dict.fromkeys(
        f"不适用：条件“{term.text(rule.table, facts.pack)}”不满足"
        for term in rule.when.terms
        if not match(When(rule.when.home, ((term,),)), facts)[place]
    )
    if len(rule.when.alternatives) == 1:
        return tuple(failing)
    return (f"不适用：“{rule.when.text(facts.pack)}”中没有一项成立", *failing)


def _holding(verdicts: Sequence[Verdict], facts: Facts, place: int) -> Mapping[str, Rule]:
    """Name of a clock -> the rule whose deadline holds on the row."""
    return {
        name: clock.rules[clock.rule[place]]
        for (_, name), clock in combine(verdicts, facts).items()
        if clock.rule[place] >= 0
    }


def _clock(
    verdict: Verdict, facts: Facts, lookups: Lookups, place: int, holding: Mapping[str, Rule]
) -> Reason:
    rule = verdict.rule
    at = int(np.flatnonzero(verdict.rows == place)[0])
    if rule.kind is RuleKind.REPEAT:
        lines = repeat_lines(rule, facts, lookups, place)
    else:
        lines = clock_lines(verdict, facts, at)
    holds = holding[rule.clock]
    if holds is not rule:
        lines.append(f"本行的{rule.clock}截止以 {holds.label} 为准")
    word = status_word(int(verdict.status[at]))
    return Reason(rule.label, rule.clock, matched=True, status=word, lines=(_condition(rule, facts), *lines))


def _cadence(rule: Rule, facts: Facts, cadences: list[Cadence], place: int) -> Reason:
    found = next(item for item in cadences if item.rule is rule)
    lines = [_condition(rule, facts)]
    at = np.flatnonzero(found.rows == place)
    if not len(at):
        lines.append(f"不适用：{_WITHOUT[found.whom]}")
        return Reason(rule.label, rule.task, matched=False, status="", lines=tuple(lines))
    for entry in at.tolist():
        base, due = time_of(found.base[entry]), time_of(found.due[entry])
        if found.names[entry]:
            lines.append(f"标签：{found.names[entry]}")
        if base is None:
            lines.append(f"起点“{rule.start.text(facts.pack)}”从未发生，列为最优先")
            continue
        lines.append(start_text(rule.start, base, facts.pack))
        lines.append(
            f"周期：{rule.limit_text}" + ("（计划表中填写的频率优先）" if rule.table in PLANS else "")
        )
        moved = time_of(facts.worktime.next_working_day(found.due[[entry]])[0])
        lines.append(
            f"下次：{day_text(due)}" + (f"，遇休息日顺延到 {day_text(moved)}" if moved != due else "")
        )
    return Reason(rule.label, rule.task, matched=True, status="", lines=tuple(lines))
