"""撤销: take back the newest batch of rewritten entry cells."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from xlcrm.actions.base import Outcome
from xlcrm.actions.exact import same_value, value_of
from xlcrm.actions.journal import UNDO, CellChange, Entry, cell_blocks, journal_blocks, lacking, undoable
from xlcrm.actions.loading import load
from xlcrm.actions.normalise import left_remarks
from xlcrm.actions.refresh import written
from xlcrm.actions.remembered import Remembered
from xlcrm.checks.corrections import cell, identity
from xlcrm.errors import UsageError
from xlcrm.tables.system import BATCH_KEYS, JOURNAL
from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.port import Changes, Undated

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.actions.base import Progress, RunParams
    from xlcrm.actions.loading import Loaded
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Cell, Door, Grid

GONE = "工作表已不在"
UNREADABLE = "操作日志里的记录被改过，看不懂"
CHANGED = "之后又被改过"
MOVED = "这一行之后移动或改动过"


@dataclasses.dataclass(frozen=True)
class Way:
    """The way back of one batch.

    Attributes:
        changes: the cells that get their old values.
        left: cells that are left alone: sheet, cell, why.
    """

    changes: list[CellChange]
    left: list[tuple[str, str, str]]


def undo(door: Door, params: RunParams, progress: Progress) -> Outcome:
    """Give the cells of the newest batch that has not been undone their old values; it is journalled.

    A cell that holds anything but what the batch wrote, or whose row has moved, is left alone and named.

    Raises:
        UsageError: no batch is left to undo.
    """
    remembered = Remembered(door)
    outcome = _prepare(remembered, params, progress)
    return written(remembered, outcome, params, progress)


def _prepare(door: Remembered, params: RunParams, progress: Progress) -> Outcome:
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    progress("查找要撤销的改动")
    batch, lines = _newest(loaded)
    grids = {str(name): door.grid(str(name)) for name in lines["sheet"].unique() if name in door.sheets}
    way = way_back(lines, {sheet.sheet: sheet for sheet in loaded.reading.tables.values()}, grids)
    first = lines.iloc[0]
    what = f"批次 {batch}（{first['action']}，{first['at']:%Y-%m-%d %H:%M}）"
    blocks = cell_blocks(way.changes)
    entry = Entry(
        label=UNDO,
        seconds=time.monotonic() - started,
        details=f"撤销{what}：恢复 {len(way.changes)} 个单元格，{len(way.left)} 个未恢复",
        batch=batch,
        changes=way.changes,
    )
    blocks += journal_blocks(loaded, entry, blocks)
    message = f"{'将' if params.dry_run else '已'}撤销{what}：恢复 {len(way.changes)} 个单元格" + (
        f"，{len(way.left)} 个没有恢复" if way.left else ""
    )
    counts = {"恢复": len(way.changes), "没有恢复": len(way.left)}
    remarks = left_remarks((f"{sheet}!{name}", why) for sheet, name, why in way.left)
    return Outcome(message, counts, remarks, changes=Changes(blocks), data=_shown(batch, way))


def _newest(loaded: Loaded) -> tuple[str, pd.DataFrame]:
    sheet = loaded.reading.tables.get(JOURNAL.name)
    batches = {} if sheet is None or lacking(sheet) else undoable(sheet)
    if not batches:
        raise UsageError("操作日志里没有可以撤销的改动，文件没有改动")
    return next(iter(batches.items()))


def way_back(lines: pd.DataFrame, sheets: Mapping[str, SheetData], grids: Mapping[str, Grid]) -> Way:
    """What of a batch can be taken back.

    Args:
        lines: its lines of cells in 操作日志 (BATCH_KEYS and details).
        sheets: sheet name -> its table, for the tables that the workbook has.
        grids: sheet name -> its raw cells, for the sheets that are there.
    """
    way = Way([], [])
    keys = [*BATCH_KEYS, "details"]
    texts = lines[keys].astype(object).where(lines[keys].notna(), "")
    for line in texts.to_dict("records"):
        sheet, name, row_key = line["sheet"], line["cell"], line["row_key"]
        change = _change(line, grids.get(sheet))
        if isinstance(change, str):
            way.left.append((sheet, name, change))
        elif row_key and sheet in sheets and identity(sheets[sheet], change.row, {}) != row_key:
            way.left.append((sheet, name, MOVED))
        else:
            way.changes.append(change)
    return way


def _change(line: Mapping[Any, Any], grid: Grid | None) -> CellChange | str:
    """The change that gives a cell its old value, or why there is none."""
    if grid is None:
        return GONE
    area = Area.parse(line["cell"])
    try:
        old, new = value_of(line["old"]), value_of(line["new"])
    except ValueError:
        return UNREADABLE
    if area is None:
        return UNREADABLE
    place = area.top, area.left
    if place in grid.formulas or place in grid.errors or not same_value(cell(grid, *place), new):
        return CHANGED
    return CellChange(
        line["sheet"],
        *place,
        old=new,
        new=_back(old, new),
        why=f"{UNDO} {line['details']}".strip(),
        row_key=line["row_key"],
    )


def _back(old: Cell, new: Cell) -> Cell:
    """The old value; a number whose cell became a date must not show as one."""
    if isinstance(old, int | float) and not isinstance(old, bool) and isinstance(new, dt.date):
        return Undated(old)
    return old


def _shown(batch: str, way: Way) -> dict[str, Any]:
    return {
        "batch": batch,
        "changes": [
            {"sheet": item.sheet, "cell": item.cell, "old": item.old, "new": item.new, "why": item.why}
            for item in way.changes
        ],
        "left": [{"sheet": sheet, "cell": name, "why": why} for sheet, name, why in way.left],
    }
