"""A clean workbook of each pack, made from the declarations and read as any other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tests.checks.build import NOW, book
from xlcrm.checks import CheckInput
from xlcrm.checks.courses import COURSES
from xlcrm.rules.parameters import Parameters
from xlcrm.tables import tables_of
from xlcrm.tables.base import Kind, Role
from xlcrm.tables.moments import ORDERS
from xlcrm.workbook.port import Changes, Grid, ListPlace, Saved
from xlcrm.workbook.reading import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlcrm.tables.base import Column, Table
    from xlcrm.tables.frames import SheetData

Cells = dict[str, Any]
"""Column key -> the raw cell."""
FIRST: Final = 2
"""The row of the clean entry of every sheet."""
BEGUN: Final = dt.datetime(2026, 11, 10, 9)
"""The first moment of every row: every callback is due by NOW."""

_PLAIN: Final[Mapping[Kind, Any]] = {
    Kind.TEXT: "说明",
    Kind.LONG: "说明",
    Kind.NAME: "杭州云帆科技有限公司",
    Kind.PERSON: "李明",
    Kind.PHONE: "13812345678",
    Kind.EMAIL: "zhangwei@example.com",
    Kind.NUMBER: 80.0,
    Kind.MONEY: 100.0,
    Kind.PERCENT: 0.5,
    Kind.INT: 10.0,
    Kind.YESNO: "是",
    Kind.SCORE5: 4.0,
    Kind.SCORE10: 9.0,
    Kind.NPS: 9.0,
    Kind.TAGS: "高活跃度",
    Kind.ID: "PG2026001",
}
_OWN: Final[Mapping[str, Cells]] = {
    "customers": {"address": "浙江省杭州市西湖区文三路1号"},
    "account_profiles": {"address": "浙江省杭州市西湖区文三路1号"},
    "followup_records": {"next_action": "李明8月20日前发送报价单"},
    "complaint_steps": {"next_action": "李明8月20日前发送报价单"},
    "care_records": {"next_action": "李明8月20日前寄出新版操作手册"},
    "followup_plans": {"frequency": "每周1次"},
    "visit_plans": {"frequency": "每月1次"},
    "complaints": {"status": "已关闭"},
    "service_issues": {"status": "已关闭"},
    "orders": {"order_status": "已完成"},
    "maintenance_plans": {"review_status": "已通过"},
    "relationship_assessments": {"weight": 1.0},
    "status_changes": {"changed_at": BEGUN + dt.timedelta(days=2)},
    "service_pushes": {"tags": "有升级需求"},
}
"""What the kind of a column alone does not tell."""


@dataclass(frozen=True)
class Sheets:
    """A workbook in memory: table -> its rows below the headings; the headings are the pack's own."""

    rows: Mapping[str, Sequence[Cells]]
    tables: Mapping[str, Table]
    title: str = "样册.xlsx"
    file: Path | None = None
    sheets: Sequence[str] = field(default_factory=tuple)

    def grid(self, sheet: str) -> Grid:
        table = next(table for table in self.tables.values() if table.title == sheet)
        rows = self.rows[table.name]
        return Grid(
            [[item.heading, *(row.get(item.key) for row in rows)] for item in table.shown_in(table.pack)]
        )

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        raise NotImplementedError(sheet)

    def apply(self, changes: Changes) -> Saved:
        raise NotImplementedError(changes)


def entry_columns(table: Table) -> list[Column]:
    """The columns that the users of the table's pack type into."""
    return [item for item in table.shown_in(table.pack) if item.role is not Role.AUTO]


@cache
def tables(pack: str) -> Mapping[str, Table]:
    """The pack's tables that have an entry column."""
    return {table.name: table for table in tables_of(pack) if entry_columns(table)}


@cache
def clean_row(pack: str, name: str) -> Cells:
    """A row that no check has anything to say about."""
    table = tables(pack)[name]
    return {item.key: _clean(pack, table, item) for item in entry_columns(table)}


def _clean(pack: str, table: Table, item: Column) -> Any:
    own = _OWN.get(table.name, {})
    if item.key in own:
        return own[item.key]
    if item.kind in {Kind.DATE, Kind.DATETIME}:
        at = BEGUN + dt.timedelta(hours=_rank(table, item.key))
        return dt.datetime.combine(at, dt.time()) if item.kind is Kind.DATE else at
    if item.kind is Kind.REF:
        register = tables(pack)[item.references]
        return register.by_key[register.key].example
    if item.key == "case_id":
        register = next(tables(pack)[case] for case in COURSES if case in tables(pack))
        return register.by_key[register.key].example
    chosen = item.choice is not None and item.kind in {Kind.CHOICE, Kind.TAGS}
    example = item.example if item.kind is Kind.ID else ""
    return item.choice.words[0] if chosen and item.choice else example or _PLAIN[item.kind]


def _rank(table: Table, key: str) -> int:
    """Hours since BEGUN: later than everything that must come before."""
    earlier = [first for first, second in ORDERS.get(table.name, ()) if second == key]
    return 1 + max(_rank(table, first) for first in earlier) if earlier else 0


def read(pack: str, rows: Mapping[str, Sequence[Cells]]) -> dict[str, SheetData]:
    """The sheets as the program reads them."""
    own = {name: tables(pack)[name] for name in rows}
    door = Sheets(rows, own, sheets=tuple(table.title for table in own.values()))
    return {name: read_table(door, table.title, table) for name, table in own.items()}


@cache
def clean_sheets(pack: str) -> Mapping[str, SheetData]:
    """Every sheet of the pack with its one clean row."""
    return read(pack, {name: [clean_row(pack, name)] for name in tables(pack)})


def given(pack: str, more: Mapping[str, Sequence[Cells]]) -> CheckInput:
    """The clean workbook with further rows in some sheets, each like the clean one but for some cells."""
    changed = {
        name: [
            clean_row(pack, name),
            *(_like_clean(pack, name, cells, at) for at, cells in enumerate(rows, 1)),
        ]
        for name, rows in more.items()
    }
    data = {**clean_sheets(pack), **read(pack, changed)}
    return CheckInput(data, book(pack), Parameters(), NOW)


def _like_clean(pack: str, name: str, cells: Cells, number: int) -> Cells:
    """The clean row with ids of its own and the given cells."""
    fresh = {
        item.key: _id(clean_row(pack, name)[item.key], number)
        for item in entry_columns(tables(pack)[name])
        if item.kind is Kind.ID
    }
    return {**clean_row(pack, name), **fresh, **cells}


def _id(text: str, number: int) -> str:
    """The id so many after one, of the same form."""
    return f"{text[:-3]}{int(text[-3:]) + number:03d}"
