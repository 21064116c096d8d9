"""Looking into a workbook the way a person does: by sheet, heading and row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch
from xlcrm.workbook.patch.ranges import letters

if TYPE_CHECKING:
    from pathlib import Path

HEADING_ROW = 3

Rows = dict[int, dict[str, Any]]


def rows(path: Path, sheet: str) -> Rows:
    """Row number -> heading -> value, for rows that hold anything."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    found: Rows = {}
    for place in range(HEADING_ROW, max(len(column) for column in columns)):
        row = {
            str(column[HEADING_ROW - 1]): column[place] if place < len(column) else None
            for column in columns
            if column[HEADING_ROW - 1]
        }
        if any(value is not None for value in row.values()):
            found[place + 1] = row
    return found


def row_of(path: Path, sheet: str, heading: str, value: object) -> int:
    """The row whose cell under a heading holds a value."""
    (found,) = (number for number, row in rows(path, sheet).items() if row[heading] == value)
    return found


def type_in(path: Path, sheet: str, row: int, **cells: Any) -> None:
    """Type values under headings of one row, as a person would."""
    type_rows(path, sheet, {row: cells})


def type_rows(path: Path, sheet: str, typed: Rows) -> None:
    """Type values under headings of several rows."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    headings = {column[HEADING_ROW - 1]: letters(place) for place, column in enumerate(columns, start=1)}
    cells = {f"{headings[name]}{row}": value for row, items in typed.items() for name, value in items.items()}
    patch(path, path, {sheet: cells})
