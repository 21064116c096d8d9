"""策略建议: what stands out on the other sheets, as sentences by declared rules, with who and by when."""

from __future__ import annotations

import csv
import operator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Figure,
    Filled,
    Kind,
    Panel,
    detail,
    joined,
    shown,
    typed,
)
from xlcrm.analysis.strategies.market import MARKET
from xlcrm.analysis.strategies.service import SERVICE
from xlcrm.rules.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.scope import Scope
    from xlcrm.analysis.strategies.observed import Measure, Observed
    from xlcrm.compute.facts import Facts

MEASURES: Final[Mapping[str, Measure]] = {item.name: item for item in (*SERVICE, *MARKET)}
URGENCIES: Final = ("紧急", "重要", "一般")
_CHECKS: Final = "校验结果"
_OTHERWISE: Final = "，否则 "
_PERSON: Final = "负责人"
_MOST: Final = 40
_EXACT: Final = 6
"""Decimals to which a figure is compared, so that what equals a limit does."""

_COMPARED: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class StrategyRule(BaseModel):
    """One row of `strategies.csv`: when something is worth a sentence, and which.

    Attributes:
        rule_id: such as A16.
        category: what the sentence is about, in a word.
        measure: name of a measure.
        comparison, threshold: the sentence is said where the measure's value compares so. A threshold is a
            number, the name of a parameter (共性需求客户数), or a rule of 规则表 and what holds where the
            workbook has no such rule (C24，否则 80); where that rule is switched off nothing is said.
        least: on how many cases a value must rest.
        most: how many sentences at most, those furthest from the threshold.
        urgency: one of `URGENCIES`.
        finding, advice: what is said; {names} are figures of the measure, {limit} is the threshold, {month}
            the reported month (10月).
        who: a role, or 负责人 and the role that stands in where there is none (负责人，否则 销售主管).
        days: from now until it should be done; moved to a working day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    rule_id: Annotated[str, Field(pattern=r"^A\d\d$", alias="id")]
    category: Annotated[str, Field(min_length=1)]
    measure: str
    comparison: Literal["<", "<=", ">", ">="]
    threshold: Annotated[str, Field(min_length=1)]
    least: Annotated[int, Field(ge=1)]
    most: Annotated[int, Field(ge=1)]
    urgency: Literal["紧急", "重要", "一般"]
    finding: Annotated[str, Field(min_length=1)]
    advice: Annotated[str, Field(min_length=1)]
    who: Annotated[str, Field(min_length=1)]
    days: Annotated[int, Field(ge=1)]


class Said(NamedTuple):
    """A sentence that a rule says of something."""

    rule: StrategyRule
    found: Observed
    limit: float


@cache
def strategy_rules() -> tuple[StrategyRule, ...]:
    """The packaged rules, in their order."""
    text = files("xlcrm.analysis.strategies").joinpath("strategies.csv").read_text(encoding="utf-8")
    return tuple(StrategyRule.model_validate(row) for row in csv.DictReader(text.splitlines()))


def limit_of(rule: StrategyRule, facts: Facts) -> float | None:
    """The number behind a rule's threshold; None where the office has switched its rule off."""
    first, _, otherwise = rule.threshold.partition(_OTHERWISE)
    if otherwise:
        found = facts.rules.get(first)
        if found is None:
            return float(otherwise)
        return found.limit if found.enabled else None
    key = _parameters().get(first)
    return float(first) if key is None else float(getattr(facts.parameters, key))


@cache
def _parameters() -> dict[str, str]:
    """Name in 参数表 -> attribute."""
    return {str(info.alias): key for key, info in Parameters.model_fields.items()}


def sentences(scope: Scope) -> list[Said]:
    """Everything that the rules say, the most urgent first."""
    found: list[Said] = []
    for rule in strategy_rules():
        limit = limit_of(rule, scope.facts)
        if limit is not None:
            found += [Said(rule, each, limit) for each in _worth_saying(scope, rule, limit)]
    return sorted(found, key=lambda said: (URGENCIES.index(said.rule.urgency), said.rule.days))


def _worth_saying(scope: Scope, rule: StrategyRule, limit: float) -> list[Observed]:
    """What a rule's measure has found beyond the limit, the furthest first, of equals by subject."""
    compared = _COMPARED[rule.comparison]
    own = [
        item
        for item in MEASURES[rule.measure].observed(scope)
        if item.n >= rule.least and compared(round(item.value, _EXACT), limit)
    ]
    own.sort(key=lambda item: (-abs(item.value - limit), item.subject))
    return own[: rule.most]


def key_of(said: Said) -> str:
    """What tells a sentence from all others, month after month: A10 交付延迟."""
    return f"{said.rule.rule_id} {said.found.subject}".strip()


def person_of(said: Said) -> str:
    """Whose it is: the person whom the measure names, or a role."""
    first, _, role = said.rule.who.partition(_OTHERWISE)
    return (said.found.person or role) if first == _PERSON and role else first


def source_of(rule: StrategyRule) -> str:
    """Where its figures stand: 投诉分析月报·连续三个月出现的问题."""
    source = MEASURES[rule.measure].source
    return source.title if source else _CHECKS


def _rows(scope: Scope) -> Filled:
    every = scope.once(sentences)
    listed = every[:_MOST]
    days = np.array([said.rule.days for said in listed], dtype="timedelta64[D]")
    due = scope.facts.worktime.next_working_day(scope.facts.today + days)
    rows = pd.DataFrame(
        {
            "number": np.arange(1, len(listed) + 1),
            "key": pd.array([key_of(said) for said in listed], dtype="str"),
            "urgency": pd.array([said.rule.urgency for said in listed], dtype="str"),
            "category": pd.array([said.rule.category for said in listed], dtype="str"),
            "finding": pd.array([_text(scope, said, said.rule.finding) for said in listed], dtype="str"),
            "advice": pd.array([_text(scope, said, said.rule.advice) for said in listed], dtype="str"),
            "who": pd.array([person_of(said) for said in listed], dtype="str"),
            "due": due.astype("datetime64[s]"),
            "source": pd.array([source_of(said.rule) for said in listed], dtype="str"),
        }
    )
    behind = joined(*(said.found.rows().assign(line=line) for line, said in enumerate(listed)))
    return Filled(rows, _caption(scope, every), behind)


def _text(scope: Scope, said: Said, template: str) -> str:
    month = f"{scope.month.astype(object).month}月"
    return template.format(**said.found.figures, limit=f"{said.limit:g}", month=month)


def _caption(scope: Scope, every: list[Said]) -> str:
    if not every:
        return f"{scope.period} 没有需要处理的发现"
    urgent = _urgent(every)
    rest = f"；另有{len(every) - _MOST}条未列出" if len(every) > _MOST else ""
    return f"{scope.period} 共{len(every)}条建议" + (f"，其中紧急{urgent}条" if urgent else "") + rest


def _urgent(every: list[Said]) -> int:
    return sum(said.rule.urgency == URGENCIES[0] for said in every)


def _count(scope: Scope) -> Figure:
    return Figure(len(scope.once(sentences)), scope.as_of)


def _urgent_count(scope: Scope) -> Figure:
    return Figure(_urgent(scope.once(sentences)))


SHEET: Final = AnalysisSheet(
    name="strategies",
    title="策略建议",
    hint="其他分析表中值得处理的发现，按紧急程度排列；在 处理情况 中填写的文字与该条建议一起保留。",
    cards=(Card("建议条数", Kind.INT, _count), Card("紧急建议", Kind.INT, _urgent_count)),
    panels=(
        Panel(
            name="strategies",
            title="本期建议",
            columns=(
                shown("number", "序号"),
                shown("key", "编号", Kind.TEXT),
                shown("urgency", "紧急程度", Kind.TEXT),
                shown("category", "类别", Kind.TEXT),
                shown("finding", "发现", Kind.LONG),
                shown("advice", "建议", Kind.LONG),
                shown("who", "负责人", Kind.PERSON),
                shown("due", "完成日期", Kind.DATE),
                shown("source", "来源", Kind.TEXT),
                detail(),
                typed("handled", "处理情况", note="刷新后仍保留在这一条建议"),
            ),
            rows=_MOST,
            make=_rows,
            keys=("key",),
            note="发现和门槛由内置的建议规则给出；完成日期自刷新之日算起，遇休息日顺延",
        ),
    ),
)
