"""Rules from rows: the packaged defaults, and 规则表 as the office changed it."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd

from xlcrm.errors import CalendarError, RuleError
from xlcrm.periods import STATUTORY_FESTIVALS, festival_name
from xlcrm.rules.base import (
    MINUTES,
    SPAN_UNITS,
    CalendarKind,
    Effect,
    LimitUnit,
    Rule,
    RuleKind,
    Warning_,
)
from xlcrm.rules.conditions import find_place, parse_when, tidy
from xlcrm.rules.measures import MEASURES
from xlcrm.rules.soundness import flaw
from xlcrm.rules.sources import parse_sources
from xlcrm.tables import BY_NAME, BY_TITLE, PACKS, Table, tables_of
from xlcrm.tables.base import FULL
from xlcrm.tables.moments import ORDERS
from xlcrm.tables.system import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlcrm.tables.frames import SheetData

DEFAULT_FILES: Final = (*(pack for pack in PACKS if pack != FULL), "common")
T = TypeVar("T")
_YES, _NO = "是", "否"


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with one row of 规则表; `row` is the Excel row, 0 for a packaged default."""

    code: str
    row: int
    heading: str
    value: str
    message: str
    fix: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of one workbook.

    Attributes:
        rules: all readable rules, enabled or not, in the order of 规则表.
        problems: rows that cannot be used (they are inactive) or that contradict each other.
        missing: default rows that 规则表 lacks, heading -> text; refresh adds them.
    """

    rules: tuple[Rule, ...]
    problems: tuple[RuleProblem, ...] = ()
    missing: tuple[Mapping[str, str], ...] = ()

    @property
    def enabled(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.enabled)

    def get(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.rule_id == rule_id), None)


class _CellError(RuleError):
    """A rule's cell cannot be used."""

    def __init__(self, code: str, heading: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.heading, self.fix = code, heading, fix


@cache
def default_rows(pack: str) -> tuple[Mapping[str, str], ...]:
    """The packaged rows of one pack as 规则表 shows them (heading -> text); `full` joins all packs."""
    own = {table.name for table in tables_of(pack)}
    rows = [row for row in _packaged() if pack == FULL or row["文件"] in (pack, "common")]
    return tuple(_as_shown(row, pack) for row in rows if BY_TITLE[row["对象表"]].name in own)


@cache
def _packaged() -> tuple[Mapping[str, str], ...]:
    folder = files("xlcrm.rules") / "defaults"
    texts = ((folder / f"{name}.csv").read_text(encoding="utf-8") for name in DEFAULT_FILES)
    return tuple(row for text in texts for row in csv.DictReader(text.splitlines()))


def _as_shown(row: Mapping[str, str], pack: str) -> Mapping[str, str]:
    enabled = row["启用(合册)" if pack == FULL else "启用(本册)"]
    shown = {item.heading: row.get(item.heading, "") for item in RULES.columns}
    shown["启用"] = enabled
    shown |= _in_words_of(pack, parse_rule(shown))
    shown["默认值"] = "；".join(
        part
        for part in (
            "启用" if enabled == _YES else "停用",
            shown["条件"],
            f"{row['时限']}{row['单位']}" if row["时限"] else "",
            row["时间口径"],
            f"预警{row['预警']}" if row["预警"] else "",
        )
        if part
    )
    return shown


def _in_words_of(pack: str, rule: Rule) -> Mapping[str, str]:
    """The cells of a rule that name sheets, columns or choices, as the pack calls them."""
    table = BY_NAME[rule.table].in_pack(pack)
    shown = {"对象表": table.title, "条件": rule.when.text(pack), "终点": rule.stop.text(pack)}
    if rule.start.items:
        shown["起点"] = rule.start.text(pack)
    return shown


@cache
def default_book(pack: str) -> RuleBook:
    """The rules of a pack as packaged."""
    return _book((0, row) for row in default_rows(pack))


def read_book(sheet: SheetData | None, pack: str) -> RuleBook:
    """The rules of a workbook: its 规则表 where it has one, completed with the defaults that it lacks."""
    defaults = default_rows(pack)
    if sheet is None:
        return default_book(pack)
    typed = [(int(str(row)), _texts(cells)) for row, cells in sheet.frame.iterrows()]
    present = {row["规则编号"] for _, row in typed}
    missing = tuple(row for row in defaults if row["规则编号"] not in present)
    book = _book([*typed, *((0, row) for row in missing)])
    return RuleBook(book.rules, book.problems, missing)


def _texts(cells: pd.Series) -> Mapping[str, str]:
    def text(value: object) -> str:
        if value is pd.NaT or pd.isna(value):  # type: ignore[call-overload] # a cell is a scalar
            return ""
        return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value).strip()

    return {item.heading: text(cells[item.key]) for item in RULES.columns}


def _book(rows: Iterable[tuple[int, Mapping[str, str]]]) -> RuleBook:
    rules: list[Rule] = []
    problems: list[RuleProblem] = []
    seen: set[str] = set()
    places: dict[str, int] = {}
    for row, cells in rows:
        try:
            rule = _unseen(parse_rule(cells), seen)
        except _CellError as error:
            value = cells.get(error.heading, "")
            problems.append(RuleProblem(error.code, row, error.heading, value, error.message, error.fix))
            continue
        seen.add(rule.rule_id)
        places[rule.rule_id] = row
        rules.append(rule)
    problems += _contradictions(rules, places)
    return RuleBook(tuple(rules), tuple(problems))


def _unseen(rule: Rule, seen: set[str]) -> Rule:
    if rule.rule_id in seen:
        message = f"规则编号 {rule.rule_id} 出现了两次，只有第一条生效"
        raise _CellError("R06", "规则编号", message, "删除多余的一行或改用新的编号")
    return rule


_NAMED = frozenset({RuleKind.FESTIVAL, RuleKind.ANNIVERSARY, RuleKind.THRESHOLD})
"""Kinds whose 起点 lists festivals, date columns or a measure, instead of sources of a time."""
_BY_LAW = "国家法定假日"


def parse_rule(cells: Mapping[str, str]) -> Rule:
    """Read one row of 规则表 (heading -> text).

    Raises:
        RuleError: the row cannot be used; the message says why.
    """
    rule_id = cells.get("规则编号", "")
    if not rule_id:
        raise _CellError("R01", "规则编号", "这一行规则没有编号，已停用", "填写一个编号，例如 U01")
    table = _cell("R02", "对象表", cells, _table)
    kind = _cell("R01", "类型", cells, RuleKind)
    effect = _cell("R01", "作用", cells, Effect)
    named = kind in _NAMED or effect is Effect.RECURRING
    rule = Rule(
        rule_id=rule_id,
        enabled=_cell("R01", "启用", cells, _yes_no),
        task=cells.get("任务") or rule_id,
        kind=kind,
        table=table.name,
        when=_cell(
            "R04" if not cells.get("条件") else "R02", "条件", cells, lambda text: parse_when(text, table)
        ),
        start=parse_sources("", table)
        if named
        else _cell("R02", "起点", cells, lambda text: parse_sources(text, table)),
        stop=_cell("R02", "终点", cells, lambda text: parse_sources(text, table)),
        occasions=_cell("R02", "起点", cells, lambda text: _occasions(text, table)) if named else (),
        limits=_cell("R03", "时限", cells, lambda text: _limits(text, kind)),
        unit=_cell("R03", "单位", cells, lambda text: _unit(text, kind)),
        calendar=_cell("R01", "时间口径", cells, lambda text: CalendarKind(text or "自然时间")),
        warning=_cell("R03", "预警", cells, parse_warning),
        clock=cells.get("时钟列", ""),
        effect=effect,
        last_done_on=_cell(
            "R01", "上次完成", cells, lambda text: dt.date.fromisoformat(text) if text else None
        ),
        assumed=cells.get("假定", ""),
        source=cells.get("来源", ""),
        note=cells.get("说明", ""),
    )
    wrong = flaw(rule)
    if wrong is not None:
        raise _unusable(wrong.code, wrong.heading, cells, wrong.reason)
    return rule


_FIXES = {
    "R01": "改成列表中的选项或与默认值相同的写法",
    "R02": "改成工作簿中存在的表和列；写法见默认值",
    "R03": "时限写数字，单位从列表中选",
    "R04": "没有条件的规则请写“全部”",
}


def _cell(code: str, heading: str, cells: Mapping[str, str], read: Callable[[str], T]) -> T:
    text = cells.get(heading, "")
    try:
        return read(text)
    except RuleError as error:
        reason = error.message
    except ValueError:
        reason = f"看不懂“{text}”"
    raise _unusable(code, heading, cells, reason)


def _unusable(code: str, heading: str, cells: Mapping[str, str], reason: str) -> _CellError:
    message = f"规则 {cells.get('规则编号', '')} 的{heading}不能使用，规则已停用：{reason}"
    return _CellError(code, heading, message, _FIXES[code])


def _table(text: str) -> Table:
    if text not in BY_TITLE:
        raise RuleError(f"没有名为“{text}”的表")
    return BY_TITLE[text]


def _yes_no(text: str) -> bool:
    if text not in (_YES, _NO):
        raise RuleError(f"应为 是 或 否，现为“{text}”")
    return text == _YES


def _occasions(text: str, table: Table) -> tuple[str, ...]:
    names = tuple(part.strip() for part in re.split(r"[、,/]", tidy(text)) if part.strip())
    if not names:
        raise RuleError("起点为空")
    if _BY_LAW in names:
        names = tuple(dict.fromkeys([*STATUTORY_FESTIVALS, *(name for name in names if name != _BY_LAW)]))
    return tuple(_occasion(name, table) for name in names)


def _occasion(name: str, table: Table) -> str:
    """A festival's usual name, the heading of a column, or a measure."""
    if name in MEASURES:
        return name
    try:
        return festival_name(name)
    except CalendarError:
        place = find_place(name, table)
    if place.table != table.name:
        raise RuleError(f"“{name}”不是{table.title}自己的列")
    return table.by_key[place.key].heading


def _limits(text: str, kind: RuleKind) -> tuple[float, ...]:
    between = r"[-~至]" if kind is RuleKind.WINDOW else r"[、,/]"
    parts = [part for part in re.split(between, tidy(text)) if part]
    if not parts:
        raise RuleError("时限为空")
    limits = tuple(float(part) for part in parts)
    if any(not 0 <= limit < 1_000_000 for limit in limits):
        raise RuleError(f"时限“{text}”超出范围")
    return limits


_UNIT_KINDS = {
    RuleKind.CADENCE: (LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR),
    RuleKind.WINDOW: (LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR),
    RuleKind.CALENDAR: (LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR),
    RuleKind.FESTIVAL: (LimitUnit.DAYS_BEFORE,),
    RuleKind.ANNIVERSARY: (LimitUnit.DAYS_BEFORE,),
    RuleKind.THRESHOLD: (
        LimitUnit.PERCENT_BELOW,
        LimitUnit.SCORE_BELOW,
        LimitUnit.YUAN_ABOVE,
        LimitUnit.HOURS_ABOVE,
    ),
}


def _unit(text: str, kind: RuleKind) -> LimitUnit:
    unit = LimitUnit(tidy(text))
    allowed = _UNIT_KINDS.get(kind, tuple(SPAN_UNITS))
    if unit not in allowed and kind is not RuleKind.STATE:
        names = "、".join(item.value for item in allowed)
        raise RuleError(f"{kind.value}类规则的单位应为 {names}")
    return unit


_WARNING = re.compile(r"^(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|分钟|小时|天|周)$")


def parse_warning(text: str) -> Warning_:
    """Read a warning span: `25%` of the limit, `2小时`; blank is the default of 25%.

    Raises:
        RuleError: anything else.
    """
    whole = tidy(text)
    if not whole:
        return Warning_(share=0.25)
    match = _WARNING.match(whole)
    if not match or (match["unit"] == "%" and float(match["number"]) > 100):
        raise RuleError(f"看不懂预警“{text}”；写法如 25%、2小时、1天")
    if match["unit"] == "%":
        return Warning_(share=float(match["number"]) / 100)
    return Warning_(minutes=round(float(match["number"]) * MINUTES[LimitUnit(match["unit"])]))


def _contradictions(rules: list[Rule], places: Mapping[str, int]) -> list[RuleProblem]:
    """Pairs of enabled clocks from one start whose earlier stop may come later than the later one."""
    clocks = [rule for rule in rules if rule.enabled and rule.kind is RuleKind.CLOCK and rule.unit in MINUTES]
    return [
        _contradiction(first, second, places[first.rule_id])
        for first in clocks
        for second in clocks
        if _cannot_both(first, second)
    ]


def _contradiction(first: Rule, second: Rule, row: int) -> RuleProblem:
    message = (
        f"规则 {first.rule_id} 的时限 {first.limit_text} 长于规则 {second.rule_id} 的 {second.limit_text}，"
        f"但“{first.stop.text()}”应早于“{second.stop.text()}”"
    )
    fix = "缩短前者或延长后者的时限，或停用其中一条"
    return RuleProblem("R05", row, "时限", first.limit_text, message, fix, blocks=False)


def _cannot_both(first: Rule, second: Rule) -> bool:
    if (
        first.table != second.table
        or first.start != second.start
        or not (first.stop.items and second.stop.items)
    ):
        return False
    stops = [rule.stop.items[0].place for rule in (first, second)]
    if any(place is None or place.table != first.table for place in stops):
        return False
    before = tuple(place.key for place in stops if place) in ORDERS.get(first.table, ())
    longer = first.limit * MINUTES[first.unit] > second.limit * MINUTES[second.unit]
    return before and longer and not _disjoint(first, second)


def _disjoint(first: Rule, second: Rule) -> bool:
    """Whether no row can match both: one column is asked for different values."""
    if len(first.when.alternatives) > 1 or len(second.when.alternatives) > 1:
        return False
    return any(
        one.place == other.place and one.op == other.op == "=" and not set(one.choices) & set(other.choices)
        for one in first.when.terms
        for other in second.when.terms
    )
