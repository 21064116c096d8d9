"""任务计划 of a real workbook, written and read as its user would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.tables.mailing import JOBS
from xlcrm.tables.system import PARAMETERS
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Block, Changes
from xlcrm.workbook.reading import read_tables

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.tables.frames import SheetData


def jobs_sheet(path: Path) -> SheetData:
    with FileDoor(path, write=False) as door:
        return read_tables(door, (JOBS,)).tables[JOBS.name]


def put_jobs(path: Path, *rows: dict[str, Any]) -> None:
    """Make the jobs these and no others; each is column key -> cell."""
    with FileDoor(path, write=True) as door:
        sheet = read_tables(door, (JOBS,)).tables[JOBS.name]
        blocks = [
            Block(sheet.sheet, sheet.heading_row + 1, place, [[row.get(key) for row in rows]], resize=True)
            for key, place in sheet.places.items()
        ]
        door.apply(Changes(blocks))


def put_parameter(path: Path, name: str, value: Any) -> None:
    with FileDoor(path, write=True) as door:
        sheet = read_tables(door, (PARAMETERS,)).tables[PARAMETERS.name]
        row = int(sheet.frame.index[sheet.frame["name"] == name][0])
        door.apply(Changes([Block(sheet.sheet, row, sheet.places["value"], [[value]])]))


def row_of(name: str, **cells: Any) -> dict[str, Any]:
    return {"name": name, "enabled": "是", "action": "刷新到期清单", "at": "08:30"} | cells
