"""One mistake of each code for every column that it concerns, found from the declarations and the rules."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.checks.build import book
from tests.checks.packs import BEGUN, FIRST, Cells, clean_row, entry_columns, tables
from xlcrm.checks.base import FREE_TEXTS
from xlcrm.checks.courses import COURSES
from xlcrm.rules.base import LimitUnit, RuleKind
from xlcrm.rules.conditions import EMPTY, Op
from xlcrm.tables.base import NUMBERS, TIMES, Choice, Kind
from xlcrm.tables.moments import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.rules.conditions import Term
    from xlcrm.tables.base import Table

CARD: Final = "卡号 4111111111111111"
LONG_AGO: Final = dt.datetime(2024, 1, 1)
EARLY: Final = BEGUN - dt.timedelta(days=3)
SCORES: Final = frozenset({Kind.SCORE5, Kind.SCORE10, Kind.NPS, Kind.PERCENT})
CHOSEN: Final = frozenset({Kind.CHOICE, Kind.TAGS, Kind.YESNO})


class Slip(NamedTuple):
    """A row that is like the clean one but for some cells, and the column whose finding is expected."""

    key: str
    cells: Cells
    also: int = 0
    """Another row that gets the same finding."""


@cache
def slips(pack: str, code: str, name: str) -> tuple[Slip, ...]:
    """The mistakes of one code that a sheet of a pack can have."""
    return tuple(_OF[code](pack, tables(pack)[name]))


def _each(kinds: frozenset[Kind], value: object) -> Callable[[str, Table], Iterator[Slip]]:
    def found(_: str, table: Table) -> Iterator[Slip]:
        for item in entry_columns(table):
            if item.kind in kinds:
                yield Slip(item.key, {item.key: value})

    return found


def _one(key: str, value: object, **more: object) -> Callable[[str, Table], Iterator[Slip]]:
    def found(_: str, table: Table) -> Iterator[Slip]:
        if key in {item.key for item in entry_columns(table)}:
            yield Slip(key, {key: value, **more})

    return found


def _register(key: str, value: object, **more: object) -> Callable[[str, Table], Iterator[Slip]]:
    def found(_: str, table: Table) -> Iterator[Slip]:
        if table.name == "customers":
            yield Slip(key, {key: value, **more})

    return found


def _required(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        if item.required:
            yield Slip(item.key, {item.key: None})


def _names(_: str, table: Table) -> Iterator[Slip]:
    account = table.by_key.get(table.account)
    if account is not None and account.references and account.required:
        return
    for item in entry_columns(table):
        if item.kind is Kind.NAME:
            blank = {account.key: None} if account is not None and account.references else {}
            yield Slip(item.key, {item.key: "云帆", **blank})


def _amounts(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        if item.kind is Kind.MONEY:
            yield Slip(item.key, {item.key: 200_000_000.0})
            yield Slip(item.key, {item.key: "50万"})
        if item.kind in {Kind.MONEY, Kind.INT}:
            yield Slip(item.key, {item.key: -5.0})
        if item.kind in NUMBERS - SCORES:
            yield Slip(item.key, {item.key: "很多"})


def _choices(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        if item.kind in CHOSEN and (item.choice or item.kind is Kind.YESNO):
            yield Slip(item.key, {item.key: "别的内容"})
            for alias in list(item.choice.aliases)[:1] if item.choice else ():
                if alias not in item.choice.words:  # type: ignore[union-attr] # it has aliases
                    yield Slip(item.key, {item.key: alias})


def _times(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        if item.kind in TIMES:
            yield Slip(item.key, {item.key: "过几天"})
            yield Slip(item.key, {item.key: "2026年11月10日"})
        if item.kind in TIMES and item.past:
            yield Slip(item.key, {item.key: dt.datetime(2027, 1, 1, 9)})


def _keys(pack: str, table: Table) -> Iterator[Slip]:
    if not table.key:
        return
    free = {("service_issues", "service"), ("complaints", "relationship")}
    if table.by_key[table.key].form and (table.name, pack) not in free:
        yield Slip(table.key, {table.key: "甲-1"})
    yield Slip(table.key, {table.key: None})
    yield Slip(table.key, {table.key: clean_row(pack, table.name)[table.key]}, also=FIRST)


def _references(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        if item.kind is Kind.REF:
            yield Slip(item.key, {item.key: "20990101-999"})
        account = table.by_key.get(table.account)
        if item.kind is Kind.NAME and account is not None and account.references:
            yield Slip(item.key, {item.key: "上海远大贸易有限公司"})
    if table.name == "status_changes":
        yield Slip("case_id", {"case_id": "X-1"})


def _secrets(_: str, table: Table) -> Iterator[Slip]:
    for item in entry_columns(table):
        yield Slip(item.key, {item.key: CARD})
        if item.kind in NUMBERS:
            yield Slip(item.key, {item.key: 4222222222222.0})


def _compensation(pack: str, table: Table) -> Iterator[Slip]:
    limits = [rule for rule in book(pack).enabled if rule.unit is LimitUnit.YUAN_ABOVE]
    if any(rule.table == table.name for rule in limits):
        yield Slip("compensation", {"compensation": 900.0, "approver": None})


def _scores(_: str, table: Table) -> Iterator[Slip]:
    yield from _each(SCORES, 101.0)(_, table)
    if table.name == "relationship_assessments":
        yield Slip("score", {"score": 101.0})


def _aftercare(pack: str, table: Table) -> Iterator[Slip]:
    course = COURSES.get(table.name)
    if course is None:
        return
    if "satisfaction" in {item.key for item in entry_columns(table)}:
        yield Slip("satisfaction", {"satisfaction": None})
    for rule in book(pack).enabled:
        if rule.table != table.name or rule.kind is not RuleKind.CLOCK:
            continue
        stops = {source.place for source in rule.stop.items if source.place}
        starts = {source.place.key for source in rule.start.items if source.place}
        own = course.called_back_at in {place.key for place in stops if place.table == table.name}
        elsewhere = course.solved_at in starts and table.name not in {place.table for place in stops}
        if own or elsewhere:
            yield Slip(course.called_back_at, {course.called_back_at: None, **_matching(rule, table)})


def _matching(rule: Rule, table: Table) -> Cells:
    """Cells for which the first alternative of a rule's condition holds."""
    return {
        term.place.key: _fitting(table, term)
        for term in rule.when.alternatives[0]
        if term.op in {Op.IN, Op.NOT_IN} and term.place.table == table.name
    }


def _fitting(table: Table, term: Term) -> str | None:
    choice = table.by_key[term.place.key].choice or Choice(term.choices)
    values = (
        term.choices if term.op is Op.IN else [word for word in choice.values if word not in term.choices]
    )
    return None if values[0] == EMPTY else choice.word(values[0], table.pack)


def _sequence(_: str, table: Table) -> Iterator[Slip]:
    for _first, second in ORDERS.get(table.name, ()):
        item = table.by_key[second]
        if item in entry_columns(table):
            yield Slip(second, {second: EARLY.date() if item.kind is Kind.DATE else EARLY})
    course = COURSES.get(table.name)
    if course is not None and course.open:
        yield Slip(course.status, {course.status: course.open[-1]})
    if table.name == "maintenance_plans":
        yield Slip("review_status", {"review_status": "待审核"})
        yield Slip("review_note", {"review_status": "退回修改", "review_note": None, "done_on": None})
    for log, moment in (("complaint_steps", "handled_at"), ("status_changes", "changed_at")):
        if table.name == log:
            yield Slip(moment, {moment: EARLY})


def _timeless(pack: str, table: Table) -> Iterator[Slip]:
    for rule in book(pack).enabled:
        short = rule.unit in {LimitUnit.MINUTE, LimitUnit.HOUR, LimitUnit.HOURS_BEFORE}
        if rule.table != table.name or not rule.clock or not short or not rule.limit:
            continue
        for source in (*rule.start.items, *rule.stop.items):
            if source.place and source.place.table == table.name and not source.day_end:
                key = source.place.key
                if table.by_key[key].kind is Kind.DATETIME:
                    yield Slip(key, {key: dt.datetime(2026, 11, 10), **_matching(rule, table)})


def _twin() -> Slip:
    return Slip("phone", {"name": "上海远大贸易有限公司", "email": "li@example.com"}, also=FIRST)


_OF: Final[Mapping[str, Callable[[str, Table], Iterator[Slip]]]] = {
    "V01": _required,
    "V02": _each(frozenset({Kind.PHONE}), "12345"),
    "V03": _each(frozenset({Kind.EMAIL}), "zhangwei#example.com"),
    "V04": _names,
    "V05": _one("address", "文三路"),
    "V06": _amounts,
    "V07": _choices,
    "V08": _times,
    "V09": _keys,
    "V10": _references,
    "V11": _one("next_action", "后续联系"),
    "V12": _register("consent", None),
    "V13": _secrets,
    "V14": lambda _, table: iter([_twin()] if table.name == "customers" else []),
    "V15": _one("industry", None),
    "V16": _compensation,
    "V17": _one("frequency", "经常"),
    "V18": _one("weight", 0.9),
    "V19": _scores,
    "V20": _aftercare,
    "V21": _sequence,
    "V22": _each(FREE_TEXTS, "=1+1"),
    "V23": _register("updated_on", LONG_AGO, filed_on=LONG_AGO),
    "V24": _register("review_status", "待核实", updated_on=dt.datetime(2026, 10, 1)),
    "V25": lambda _, table: iter([Slip("tags", {})] if table.name == "service_pushes" else []),
    "V26": _timeless,
}
"""Code -> the mistakes that a sheet can have."""
