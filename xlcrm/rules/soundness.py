"""Whether a rule that could be read can also be worked out; what a typed rule may not ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.periods import FESTIVALS
from xlcrm.rules.base import SPAN_UNITS, Effect, LimitUnit, RuleKind
from xlcrm.rules.conditions import Op
from xlcrm.rules.measures import MEASURES, Span
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import NUMBERS, TIMES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.rules.base import Rule
    from xlcrm.rules.conditions import Term, When
    from xlcrm.rules.sources import Source, Sources
    from xlcrm.tables.base import Table

_REGISTER: Final = "customers"
_ORDERED: Final = frozenset({Op.LESS, Op.AT_LEAST, Op.MORE, Op.AT_MOST})
_MEASURED: Final = NUMBERS | {Kind.TEXT}
"""What < and ≥ compare: numbers, and lengths of time typed as text (合作时长)."""
_NEED_START: Final = frozenset(
    {RuleKind.CLOCK, RuleKind.REPEAT, RuleKind.CADENCE, RuleKind.MILESTONE, RuleKind.WINDOW}
)
_WHOLE: Final = frozenset(SPAN_UNITS) - {LimitUnit.MINUTE, LimitUnit.HOUR, LimitUnit.DAY, LimitUnit.WEEK}
_LONGEST: Final = {
    LimitUnit.MINUTE: 52_560_000,
    LimitUnit.HOUR: 876_000,
    LimitUnit.HOURS_BEFORE: 876_000,
    LimitUnit.DAY: 36_500,
    LimitUnit.DAYS_BEFORE: 36_500,
    LimitUnit.WEEK: 5_200,
    LimitUnit.MONTH: 1_200,
    LimitUnit.YEAR: 100,
}
"""A hundred years: beyond them a deadline is no date that a workbook can hold."""
_EFFECT_UNITS: Final = {
    Effect.SUGGEST_DORMANT: (LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR),
    Effect.PAUSE: (LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR),
    Effect.SPEED_UP: (LimitUnit.FACTOR,),
    Effect.RECURRING: (LimitUnit.MONTH,),
    Effect.EXPLAIN_DELAY: (LimitUnit.MINUTE, LimitUnit.HOUR, LimitUnit.DAY, LimitUnit.WEEK),
    Effect.START_RECOVERY: (LimitUnit.TIMES, LimitUnit.SCORE_BELOW, LimitUnit.PERCENT_BELOW),
    Effect.IMPROVE: (LimitUnit.SCORE_BELOW, LimitUnit.PERCENT_BELOW),
    Effect.ASSESS: (LimitUnit.SCORE_BELOW, LimitUnit.PERCENT_BELOW, LimitUnit.HOURS_ABOVE),
    Effect.GRADE: (LimitUnit.SCORE_BELOW,),
}
_EFFECT_KINDS: Final = {
    Effect.START_RECOVERY: (RuleKind.STATE, RuleKind.THRESHOLD),
    Effect.IMPROVE: (RuleKind.THRESHOLD,),
    Effect.ASSESS: (RuleKind.THRESHOLD,),
    Effect.GRADE: (RuleKind.THRESHOLD,),
}
_ON_CUSTOMERS: Final = frozenset({Effect.NONE, Effect.START_RECOVERY})
"""Thresholds whose task is about a customer; the others look at cases, months or everything."""
_HOME_OF_EFFECT: Final = {
    Effect.SUGGEST_DORMANT: _REGISTER,
    Effect.ASSESS: "recovery_cases",
    Effect.GRADE: "relationship_assessments",
    Effect.EXPLAIN_DELAY: "complaints",
}


class Flaw(NamedTuple):
    """Why a rule cannot work: the code of the problem, the heading of the cell, and the reason."""

    code: str
    heading: str
    reason: str


def flaw(rule: Rule) -> Flaw | None:
    """The first thing that a rule asks for and no workbook can give; None for a sound rule."""
    return next(_flaws(rule), None)


def _flaws(rule: Rule) -> Iterator[Flaw]:
    yield from _of_terms(rule.when, rule.table, "条件")
    for sources, heading in ((rule.start, "起点"), (rule.stop, "终点")):
        if rule.kind is not RuleKind.THRESHOLD or rule.unit is not LimitUnit.YUAN_ABOVE:
            yield from _of_sources(sources, heading)
    if rule.kind in _NEED_START and not rule.start.items:
        yield Flaw("R02", "起点", f"{rule.kind.value}类规则必须写明起点")
    if rule.kind in (RuleKind.CLOCK, RuleKind.REPEAT) and not rule.stop.items and not _ends_itself(rule):
        yield Flaw("R02", "终点", f"{rule.kind.value}类规则必须写明终点")
    if rule.kind is RuleKind.STATE and rule.effect is Effect.NONE and not rule.clock:
        yield Flaw("R01", "作用", "状态类规则必须写明作用或时钟列")
    if rule.kind is RuleKind.STATE and rule.effect is Effect.NONE and rule.unit not in SPAN_UNITS:
        yield Flaw("R03", "单位", f"有时钟列的规则应以时间为单位，例如 小时、天，现为 {rule.unit.value}")
    yield from _of_limits(rule)
    yield from _of_kind(rule)


def _ends_itself(rule: Rule) -> bool:
    """Whether a clock without a stop ends when a blank cell of its condition is filled."""
    return rule.kind is RuleKind.CLOCK and any(term.op is Op.BLANK for term in rule.when.terms)


def _of_terms(when: When, home: str, heading: str) -> Iterator[Flaw]:
    for term in when.terms:
        column = BY_NAME[term.place.table].by_key[term.place.key]
        if term.place.table != home:
            yield from _of_another_table(term, home, heading)
        if term.op in _ORDERED and column.kind not in _MEASURED:
            yield Flaw("R02", heading, f"“{column.heading}”不是数字，不能比较大小")
        if term.op is Op.AGED and column.kind not in TIMES:
            yield Flaw("R02", heading, f"“{column.heading}”不是日期，不能写“满”")


def _of_another_table(term: Term, home: str, heading: str) -> Iterator[Flaw]:
    if term.place.table != _REGISTER:
        yield Flaw("R02", heading, f"只能引用本表或{BY_NAME[_REGISTER].title}的列")
    elif not BY_NAME[home].account:
        yield Flaw("R02", heading, f"{BY_NAME[home].title}没有客户编号，不能引用{BY_NAME[_REGISTER].title}")


def _of_sources(sources: Sources, heading: str) -> Iterator[Flaw]:
    for source in sources.items:
        yield from _of_source(source, sources.home, heading)


def _of_source(source: Source, home: str, heading: str) -> Iterator[Flaw]:
    table = BY_NAME[home]
    if source.place is None:
        if source.pick is not Pick.LAST:
            yield Flaw("R02", heading, "任意互动只能写成“最近 任意互动”")
        if not table.account:
            yield Flaw("R02", heading, f"{table.title}没有客户编号，找不到客户的互动")
        return
    owner = BY_NAME[source.place.table]
    column = owner.by_key[source.place.key]
    if column.kind not in TIMES:
        yield Flaw("R02", heading, f"“{column.heading}”不是日期或时间")
    if source.pick is Pick.OWN and owner.name not in (home, _REGISTER):
        yield Flaw("R02", heading, f"{owner.title}一个客户有多行，请写明 最近、首次 或 之后首次")
    if source.pick is Pick.LATER and owner.name != home:
        yield Flaw("R02", heading, f"“{Pick.LATER.value}”只用于{table.title}自己的列")
    own_cell = source.pick in (Pick.OWN, Pick.LATER) and owner.name == home
    if not own_cell and not (_about_whom(owner) and _about_whom(table)):
        lacking = owner if _about_whom(table) else table
        yield Flaw("R02", heading, f"{lacking.title}没有客户编号，两张表对不上")
    if source.pick is Pick.AFTER_ROW and not table.touched:
        yield Flaw("R02", heading, f"{table.title}不是记录表，不能写“{Pick.AFTER_ROW.value}”")
    if source.when:
        yield from _of_terms(source.when, owner.name, heading)


def _about_whom(table: Table) -> bool:
    """Whether rows of the table find those of another one: by customer, or by the customer's tags."""
    return bool(table.account or table.subject)


def _of_limits(rule: Rule) -> Iterator[Flaw]:
    whole = rule.unit in SPAN_UNITS and (rule.kind is not RuleKind.CLOCK or rule.unit in _WHOLE)
    for limit in rule.limits:
        if whole and limit != round(limit):
            yield Flaw("R03", "时限", f"以{rule.unit.value}计的时限应为整数，现为 {limit:g}")
        if limit > _LONGEST.get(rule.unit, limit):
            yield Flaw("R03", "时限", f"时限 {limit:g}{rule.unit.value} 超过一百年")
    if rule.kind is RuleKind.WINDOW and not (len(rule.limits) == 2 and rule.limits[0] < rule.limits[1]):
        yield Flaw("R03", "时限", "窗口的时限应写成 从-到，例如 4-6")
    if rule.kind is RuleKind.MILESTONE and rule.clock and len(rule.limits) > 1:
        yield Flaw("R03", "时限", "有时钟列的节点只能有一个时限")
    if rule.effect is Effect.GRADE and not (len(rule.limits) == 2 and rule.limits[0] > rule.limits[1]):
        yield Flaw("R03", "时限", "关系评级的时限应写成两个分数，高的在前，例如 80、60")
    repeats = rule.kind in (RuleKind.CADENCE, RuleKind.CALENDAR, RuleKind.REPEAT)
    if (repeats or rule.effect is Effect.RECURRING) and not all(rule.limits):
        yield Flaw("R03", "时限", "时限应大于 0")


def _of_kind(rule: Rule) -> Iterator[Flaw]:
    table = BY_NAME[rule.table]
    by_customer = rule.kind in (RuleKind.FESTIVAL, RuleKind.ANNIVERSARY) or (
        rule.kind is RuleKind.THRESHOLD and rule.effect in _ON_CUSTOMERS
    )
    if by_customer and not table.account:
        yield Flaw("R02", "对象表", f"{table.title}没有客户编号，不能用于{rule.kind.value}类规则")
    if rule.kind is RuleKind.THRESHOLD:
        yield from _of_measure(rule)
    if rule.kind in (RuleKind.FESTIVAL, RuleKind.ANNIVERSARY):
        for name in rule.occasions:
            column = table.by_heading.get(name)
            if name not in FESTIVALS and (column is None or column.kind not in TIMES):
                yield Flaw("R02", "起点", f"“{name}”不是节日，也不是日期列")
    if rule.effect is not Effect.NONE:
        yield from _of_effect(rule)


def _of_measure(rule: Rule) -> Iterator[Flaw]:
    table = BY_NAME[rule.table]
    name = rule.occasions[0]
    measure = MEASURES.get(name)
    if measure is not None:
        if measure.table != rule.table:
            yield Flaw("R02", "起点", f"{name}由{BY_NAME[measure.table].title}算出，不能用于{table.title}")
        if measure.unit is not rule.unit:
            yield Flaw("R03", "单位", f"{name}的单位应为 {measure.unit.value}")
        if measure.span is not Span.ROW and rule.effect in _ON_CUSTOMERS:
            yield Flaw("R01", "作用", f"{name}不是一行的数，作用应为 {Effect.IMPROVE.value}")
    elif name not in table.by_heading or table.by_heading[name].kind not in NUMBERS:
        yield Flaw("R02", "起点", f"“{name}”不是数字，不能用于阈值")
    if rule.effect in _ON_CUSTOMERS and not table.touched:
        yield Flaw("R02", "对象表", f"{table.title}不是记录表，不能用于阈值类规则")


def _of_effect(rule: Rule) -> Iterator[Flaw]:
    table = BY_NAME[rule.table]
    kinds = _EFFECT_KINDS.get(rule.effect, (RuleKind.STATE,))
    if rule.kind not in kinds:
        names = "、".join(kind.value for kind in kinds)
        yield Flaw("R01", "作用", f"{rule.effect.value}只用于{names}类规则")
    if rule.unit not in _EFFECT_UNITS[rule.effect]:
        names = "、".join(unit.value for unit in _EFFECT_UNITS[rule.effect])
        yield Flaw("R03", "单位", f"{rule.effect.value}的单位应为 {names}")
    home = _HOME_OF_EFFECT.get(rule.effect, rule.table)
    if rule.effect is Effect.START_RECOVERY and rule.kind is RuleKind.STATE:
        home = _REGISTER
    if rule.table != home:
        yield Flaw("R02", "对象表", f"{rule.effect.value}只用于{BY_NAME[home].title}")
    if rule.effect in (Effect.PAUSE, Effect.SPEED_UP):
        first = rule.start.items[0] if rule.start.items else None
        if first is None or first.place is None or first.place.table != rule.table:
            yield Flaw("R02", "起点", f"{rule.effect.value}的起点应为{table.title}自己的日期列")
    if rule.effect in (Effect.PAUSE, Effect.SPEED_UP, Effect.RECURRING) and not (
        table.touched and table.account
    ):
        yield Flaw("R02", "对象表", f"{table.title}不是按客户记录的表，不能用于{rule.effect.value}")
    elif rule.effect is Effect.RECURRING and rule.occasions[0] not in table.by_heading:
        yield Flaw("R02", "起点", f"{table.title}没有“{rule.occasions[0]}”这一列")
