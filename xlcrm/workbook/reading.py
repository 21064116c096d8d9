"""From a door's raw grids to typed frames: find each table's sheet, its headings and its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.errors import HeadingMissing, HeadingRepeated, SheetAmbiguous
from xlcrm.tables.base import Role
from xlcrm.tables.cells import blank_column, read_column
from xlcrm.tables.frames import NOTE_COLUMNS, Remark, SheetData, no_notes
from xlcrm.tables.typed_text import BLANKS
from xlcrm.workbook.headings import find_headings, same_title
from xlcrm.workbook.patch.ranges import address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables.base import Column, Table
    from xlcrm.workbook.headings import Headings
    from xlcrm.workbook.port import Door, Grid

_SHOWN: Final = 8
"""How many names a message lists before it says 等."""


@dataclass(frozen=True)
class Reading:
    """What a workbook holds.

    Attributes:
        tables: table name -> its sheet, typed; in the order asked for.
        missing: tables that have no sheet in this workbook.
        absent: table name -> the entry columns that its sheet lacks (only sheets that lack some).
    """

    tables: Mapping[str, SheetData] = field(default_factory=dict)
    missing: tuple[Table, ...] = ()
    absent: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)


def read_tables(door: Door, tables: Sequence[Table]) -> Reading:
    """Read the sheets of some tables.

    Args:
        door: an open workbook.
        tables: what to look for.

    Raises:
        SheetAmbiguous: two sheets answer to one table, or one sheet to two tables.
        HeadingMissing: a table's sheet has no heading row, or lacks the key's heading.
        HeadingRepeated: a declared heading stands twice.
        WorkbookError: what the door says while it reads.
    """
    places = find_sheets(door, tables)
    found = {name: read_table(door, sheet, table) for name, (table, sheet) in places.items()}
    lacking = {
        name: tuple(
            column
            for column in data.table.columns
            if column.role is not Role.AUTO and not data.has(column.key)
        )
        for name, data in found.items()
    }
    return Reading(
        tables=found,
        missing=tuple(table for table in tables if table.name not in found),
        absent={name: columns for name, columns in lacking.items() if columns},
    )


def find_sheets(door: Door, tables: Sequence[Table]) -> dict[str, tuple[Table, str]]:
    """Table name -> table and sheet name; main titles go before other titles.

    Raises:
        SheetAmbiguous: two sheets answer to one table, or one sheet to two tables.
    """
    found: dict[str, tuple[Table, str]] = {}
    owner: dict[str, Table] = {}
    for titles in (lambda table: (table.title,), lambda table: table.also):
        for table in tables:
            if table.name in found:
                continue
            wanted = {same_title(title) for title in titles(table)}
            sheets = [name for name in door.sheets if same_title(name) in wanted and name not in owner]
            if len(sheets) > 1:
                sheets = [name for name in sheets if name == table.title] or sheets
            if len(sheets) > 1:
                raise SheetAmbiguous(
                    f"“{door.title}”里有 {len(sheets)} 张工作表都像“{table.title}”：{_list(sheets)}，"
                    f"请把要用的一张命名为“{table.title}”，其余改成别的名字。"
                )
            if sheets:
                found[table.name] = (table, sheets[0])
        owner |= {sheet: table for table, sheet in found.values()}
    _refuse_shared(door, found)
    return {table.name: found[table.name] for table in tables if table.name in found}


def _refuse_shared(door: Door, found: Mapping[str, tuple[Table, str]]) -> None:
    counts = Counter(sheet for _, sheet in found.values())
    for sheet, count in counts.items():
        if count > 1:
            names = [table.title for table, place in found.values() if place == sheet]
            raise SheetAmbiguous(
                f"“{door.title}”的工作表“{sheet}”既可能是{_list(names)}，请把它改成其中一个名字。"
            )


def read_table(door: Door, sheet: str, table: Table) -> SheetData:
    """Read one sheet as a table.

    A row counts when an entry cell of it holds anything, even what cannot be read; for a table without any
    entry column, when any cell does. Remarks are made on entry columns only.

    Raises:
        HeadingMissing: no heading row in the first 20 rows, or no heading of the key.
        HeadingRepeated: a declared heading stands twice.
    """
    grid = door.grid(sheet)
    headings = find_headings(grid, table)
    _check_headings(door, sheet, table, headings)
    return _typed(grid, sheet, table, headings)


def _check_headings(door: Door, sheet: str, table: Table, headings: Headings) -> None:
    where = f"“{door.title}”的工作表“{sheet}”"
    if not headings.row:
        seen = f"只认出了{_list(headings.seen)}" if headings.seen else "一个也没有认出"
        raise HeadingMissing(
            f"{where}前 20 行里找不到标题行（{seen}），"
            f"请恢复标题行，例如：{_list([column.heading for column in table.columns])}。"
        )
    for key, columns in headings.repeated.items():
        cells = _list([address(headings.row, column) for column in columns])
        raise HeadingRepeated(
            f"{where}里标题“{table.by_key[key].heading}”出现了 {len(columns)} 次（{cells}），"
            "无法确定用哪一列，请删除或改名其余的列。"
        )
    key = table.key
    if key and key not in headings.places and table.by_key[key].role is Role.ENTRY:
        raise HeadingMissing(
            f"{where}第 {headings.row} 行缺少标题“{table.by_key[key].heading}”，"
            f"现有标题：{_list(headings.seen)}，请补上这一列。"
        )


def _typed(grid: Grid, sheet: str, table: Table, headings: Headings) -> SheetData:
    first = headings.row  # rows counted from 0: the one below the headings
    height = max((len(column) for column in grid.columns), default=0) - first
    blank_columns = all(column.role is Role.AUTO for column in table.columns)
    series: dict[str, pd.Series] = {}
    notes: list[tuple[int, str, Remark, str]] = []
    entered = np.zeros(max(height, 0), dtype=bool)
    errors = _errors_by_column(grid, first)
    for column in table.columns:
        place = headings.places.get(column.key)
        if place is None:
            series[column.key] = blank_column(len(entered), column)
            continue
        typed, remarks = read_column(grid.columns[place - 1][first:], column, epoch1904=grid.epoch1904)
        series[column.key] = typed
        if column.role is Role.AUTO and not blank_columns:
            continue
        remarks += [(at, Remark.ERROR, text) for at, text in errors.get(place, ()) if at < len(entered)]
        entered |= typed.notna().to_numpy()
        entered[[at for at, _, _ in remarks]] = True
        if column.role is not Role.AUTO:
            notes += [(at + first + 1, column.key, remark, raw) for at, remark, raw in sorted(remarks)]
    frame = pd.DataFrame(series, copy=False)
    frame.index = pd.RangeIndex(first + 1, first + 1 + len(frame)).astype("int64")
    if not entered.all():
        frame = frame[entered]
    return SheetData(
        table=table,
        sheet=sheet,
        heading_row=headings.row,
        places=headings.places,
        headings=headings.spelled,
        frame=frame,
        notes=_notes_frame(notes),
        others=headings.others,
        last_row=_last_row(grid),
    )


def _errors_by_column(grid: Grid, first: int) -> dict[int, list[tuple[int, str]]]:
    """Column -> positions below the headings and error texts."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in grid.errors.items():
        if row > first:
            found.setdefault(column, []).append((row - first - 1, text))
    return found


def _notes_frame(notes: Sequence[tuple[int, str, Remark, str]]) -> pd.DataFrame:
    if not notes:
        return no_notes()
    rows, *others = (list(part) for part in zip(*notes, strict=True))
    columns = dict(zip(NOTE_COLUMNS, (rows, *others), strict=True))
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype="int64" if name == "row" else object)
            for name, values in columns.items()
        }
    )


def _last_row(grid: Grid) -> int:
    """Last row that holds anything: a value, a formula or an error."""
    last = max((row for row, _ in (*grid.errors, *grid.formulas)), default=0)
    for values in grid.columns:
        for row in range(len(values), last, -1):
            value = values[row - 1]
            if value is not None and not (isinstance(value, str) and not value.strip(BLANKS)):
                last = row
                break
    return last


def _list(names: Sequence[str]) -> str:
    shown = "、".join(f"“{name}”" for name in names[:_SHOWN])
    return f"{shown}等" if len(names) > _SHOWN else shown
