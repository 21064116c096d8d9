"""Why a day is due, or not: milestones, windows, festivals and anniversaries, states and thresholds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.deadlines import deadlines, opening_days
from xlcrm.compute.contacts.occasions import occasion_days
from xlcrm.compute.explain.words import day_text, start_text, stop_text, time_of
from xlcrm.compute.facts import moments, nothing
from xlcrm.compute.states.measures import is_of_rows, of_rows
from xlcrm.rules.base import SPAN_UNITS, LimitUnit, Rule, RuleKind
from xlcrm.rules.measures import MEASURES
from xlcrm.tables import BY_NAME
from xlcrm.worktime import NATURAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlcrm.compute.facts import Facts, Moments
    from xlcrm.compute.touches import Lookups


def day_lines(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    """One rule that names days, on a row that it matches."""
    explained = _EXPLAINED.get(rule.kind)
    return ["规则表没有为它写时钟列，不计时"] if explained is None else explained(rule, facts, lookups, place)


def _milestone(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    rows = np.array([place])
    start = lookups.times(rule.start, rows)
    began = time_of(start[0])
    if began is None:
        return [f"起点“{rule.start.text(facts.pack)}”还没有时间"]
    lines = [start_text(rule.start, began, facts.pack)]
    if rule.kind is RuleKind.WINDOW:
        opens, due = opening_days(rule, start), _due(rule, start, facts)
        stop = time_of(lookups.times(rule.stop, rows, since=start, due=opens)[0])
        lines.append(f"窗口：{day_text(time_of(opens[0]))} 至 {day_text(time_of(due[0]))}")
        return [*lines, stop_text(rule.stop, stop, facts.pack)]
    for limit in rule.limits:
        due = _due(rule.model_copy(update={"limits": (limit,)}), start, facts)
        stop = time_of(lookups.times(rule.stop, rows, since=start, due=due.astype("datetime64[D]"))[0])
        lines.append(f"到期：{day_text(time_of(due[0]))}（{limit:g}{rule.unit.value}）")
        if rule.stop.items:
            lines.append(stop_text(rule.stop, stop, facts.pack))
    return lines


def _due(rule: Rule, start: Moments, facts: Facts) -> Moments:
    """(1,) the due day, counted from the day of the start."""
    return deadlines(
        rule, start.astype("datetime64[D]").astype("datetime64[s]"), NATURAL, (), facts.worktime
    )[0]


def _occasion(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    """The nearest of the occasions that are still to come."""
    rows = np.array([place])
    days = {name: occasion_days(facts, rule, name, rows) for name in rule.occasions}
    coming = {name: day for name, day in days.items() if not np.isnat(day[0])}
    if not coming:
        return [f"“{'、'.join(rule.occasions)}”没有填写，或已经过去"]
    name, day = min(coming.items(), key=lambda item: item[1][0])
    remind = day - np.timedelta64(round(rule.limit), "D")
    greeted = time_of(lookups.times(rule.stop, rows, due=day)[0])
    when = f"下一次：{name} {day_text(time_of(day[0]))}，{day_text(time_of(remind[0]))} 起提醒"
    return [when, stop_text(rule.stop, greeted, facts.pack)]


def _threshold(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    name = rule.occasions[0]
    measure = MEASURES.get(name)
    if measure is not None and not is_of_rows(rule):
        return [f"{name}：{measure.text}", f"按{measure.span.value}计算，不看单行"]
    value = float(of_rows(facts, rule)[place])
    if math.isnan(value):
        return [f"{name} 没有可用的数值，不评判"]
    reached = value > rule.limit if rule.unit in _ABOVE else round(value, 9) < rule.limit
    lines = [f"{name} = {value:.4g}，标准 {rule.limit_text}：{'触发' if reached else '未触发'}"]
    touched = BY_NAME[rule.table].touched
    if reached and rule.unit is LimitUnit.YUAN_ABOVE:
        lines.append(f"须填写 {rule.stop.text(facts.pack)}")
    elif reached and rule.stop.items and touched:
        rows = np.array([place])
        since = moments(facts.values(rule.table, touched))[rows]
        done = time_of(lookups.times(rule.stop, rows, since=since)[0])
        lines.append(stop_text(rule.stop, done, facts.pack))
    return lines


def _state(rule: Rule, facts: Facts, lookups: Lookups, place: int) -> list[str]:
    """A state that begins or ends so long after a moment of the row; the others by what they do."""
    rows = np.array([place])
    start = lookups.times(rule.start, rows) if rule.start.items else nothing(1)
    began = time_of(start[0])
    if not rule.start.items or rule.unit not in SPAN_UNITS:
        return [f"作用：{rule.effect.value}（{rule.limit_text}）"]
    if began is None:
        return [f"起点“{rule.start.text(facts.pack)}”还没有时间"]
    day = time_of(_due(rule, start, facts)[0])
    lines = [
        start_text(rule.start, began, facts.pack),
        f"到期：{day_text(day)}（{rule.limit_text}），作用：{rule.effect.value}",
    ]
    if rule.stop.items:
        stop = time_of(lookups.times(rule.stop, rows, since=start)[0])
        lines.append(stop_text(rule.stop, stop, facts.pack))
    return lines


_ABOVE: Final = frozenset({LimitUnit.YUAN_ABOVE, LimitUnit.HOURS_ABOVE})
_EXPLAINED: Final[Mapping[RuleKind, Callable[[Rule, Facts, Lookups, int], list[str]]]] = {
    RuleKind.MILESTONE: _milestone,
    RuleKind.WINDOW: _milestone,
    RuleKind.FESTIVAL: _occasion,
    RuleKind.ANNIVERSARY: _occasion,
    RuleKind.THRESHOLD: _threshold,
    RuleKind.STATE: _state,
}
