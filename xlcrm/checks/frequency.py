"""V17: typed frequencies that differ from the rule's, or that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.checks.base import ERROR, HINT, CheckInput, Code, filled, findings, gather, heading
from xlcrm.checks.matching import cells_of, holds
from xlcrm.periods import Interval, Unit, months_between, months_text, parse_frequency
from xlcrm.rules.base import SPAN_UNITS, RuleKind
from xlcrm.rules.conditions import Op
from xlcrm.rules.sources import Pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.rules.conditions import Term
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V17": Code(
        (ERROR, HINT),
        "频率与规则不同",
        "填写的跟进频率或回访频率与规则（C05-C08、C13、C17-C20）不同为提示，仍以填写的为准；看不懂为错误",
    )
}

FREQUENCY: Final = "frequency"
AGE: Final = "age"
_DAYS: Final[Mapping[Unit, float]] = {
    Unit.MIN: 1 / 1440,
    Unit.H: 1 / 24,
    Unit.D: 1,
    Unit.W: 7,
    Unit.MO: 365.25 / 12,
    Unit.Y: 365.25,
}
"""Days of a unit, for telling which of two rules is the shorter one."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V17."""
    return gather(
        part
        for sheet in given.sheets
        if FREQUENCY in sheet.table.by_key and sheet.has(FREQUENCY)
        for part in _plans(given, sheet)
    )


def _plans(given: CheckInput, sheet: SheetData) -> Iterator[pd.DataFrame]:
    typed = filled(sheet, FREQUENCY)
    read = {text: parse_frequency(text) for text in typed.unique()}
    name = heading(sheet, FREQUENCY)
    strange = typed[typed.map({text: interval is None for text, interval in read.items()}).astype(bool)]
    yield findings(
        sheet,
        "V17",
        ERROR,
        strange.index,
        FREQUENCY,
        message=[f"看不懂“{name}”的“{text}”，应像 每周1次、每两周1次、每10天1次" for text in strange],
        fix="请从下拉列表中选择，或写成 每N天1次；留空则按规则计算",
    )
    clear = typed.drop(strange.index)
    rules = _governing(given, sheet)
    ruled = pd.Series(np.int64(-1), index=sheet.frame.index)
    for place in sorted(range(len(rules)), key=lambda place: _days(rules[place]), reverse=True):
        ruled[_applies(rules[place], given, sheet)] = place
    differs = [
        (row, rules[place])
        for row, text, place in zip(clear.index, clear, ruled[clear.index], strict=True)
        if place >= 0 and read[text] != _interval(rules[place])
    ]
    rows = [row for row, _ in differs]
    yield findings(
        sheet,
        "V17",
        HINT,
        rows,
        FREQUENCY,
        message=[
            f"“{name}”填的是“{typed[row]}”，而规则 {rule.rule_id} 是 {_interval(rule).text()}，仍以填写的为准"
            for row, rule in differs
        ],
        fix="有意为之的不必改；否则请清空此格，按规则计算",
    )


def _interval(rule: Rule) -> Interval:
    return Interval(round(rule.limit), Unit(SPAN_UNITS[rule.unit])).simplest()


def _days(rule: Rule) -> float:
    return rule.limit * _DAYS[Unit(SPAN_UNITS[rule.unit])]


def _governing(given: CheckInput, sheet: SheetData) -> list[Rule]:
    """The cadences that the plan's column may override: its own table's, or the customers' follow-up ones."""
    return [
        rule
        for rule in given.rules.enabled
        if rule.kind is RuleKind.CADENCE
        and rule.unit in SPAN_UNITS
        and round(rule.limit) == rule.limit
        and rule.limit
        and (
            rule.table == sheet.table.name
            or (rule.table == "customers" and "stage" in sheet.table.by_key and _follows_up(rule))
        )
        and all(_known(term, sheet) for term in rule.when.terms)
    ]


def _follows_up(rule: Rule) -> bool:
    """Whether it counts from the last follow-up of any kind."""
    first = rule.start.items[:1]
    return any(
        source.pick is Pick.LAST
        and source.place is not None
        and source.place.table == "followup_records"
        and source.when is None
        for source in first
    )


def _known(term: Term, sheet: SheetData) -> bool:
    """Whether the plan's row has what the term asks for; it repeats the customer's stage and grade."""
    return term.op is not Op.NEWEST and term.place.key in sheet.table.by_key


def _applies(rule: Rule, given: CheckInput, sheet: SheetData) -> pd.Series:
    found = pd.Series(data=False, index=sheet.frame.index)
    for terms in rule.when.alternatives:
        every = pd.Series(data=True, index=sheet.frame.index)
        for term in terms:
            every &= holds(term, _cells(term.place.key, given, sheet), given).astype(bool)
        found |= every
    return found


def _cells(key: str, given: CheckInput, sheet: SheetData) -> pd.Series:
    """A column of the plan; the age is counted from the customer's 签约日期 where the cell is blank."""
    cells = sheet.frame[key]
    if key != AGE or cells.notna().all():
        return cells
    signed = cells_of("customers", "signed_on", sheet, given)
    if signed.dtype.kind != "M":
        return cells
    now = np.array([given.now], dtype="datetime64[D]")
    months = months_between(signed.to_numpy(), now)
    ages = pd.Series([months_text(int(month)) or None for month in months], index=cells.index, dtype="str")
    return cells.fillna(ages)
