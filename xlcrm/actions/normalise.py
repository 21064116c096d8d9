"""规范数据: show, and when asked write, the corrections of entry cells that are no guess."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from xlcrm.actions.base import Outcome
from xlcrm.actions.exact import exact_text
from xlcrm.actions.journal import CellChange, Entry, cell_blocks, journal_blocks, lacking, next_batch
from xlcrm.actions.loading import load
from xlcrm.actions.refresh import check_input, written
from xlcrm.actions.remembered import Remembered
from xlcrm.checks.corrections import UNFIT, Correction, Left, corrections, identity
from xlcrm.errors import HeadingMissing, SheetMissing
from xlcrm.tables.system import JOURNAL
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.port import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.actions.base import NormaliseParams, Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Door

LABEL = "规范数据"
_NAMED = 5
"""How many cells a remark names before it only counts."""


def normalise(door: Door, params: NormaliseParams, progress: Progress) -> Outcome:
    """Find what can be rewritten without a guess; with `apply` write it, with one line a cell in 操作日志.

    Raises:
        SheetMissing, HeadingMissing: `apply`, and 操作日志 cannot keep the old values.
    """
    remembered = Remembered(door)
    outcome = _prepare(remembered, params, progress)
    return written(remembered, outcome, params, progress)


def _prepare(door: Remembered, params: NormaliseParams, progress: Progress) -> Outcome:
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    progress("查找可以安全改写的内容")
    fit, left = corrections(check_input(loaded), lambda sheet: door.grid(sheet.sheet))
    fit, unkept = kept(fit)
    left += unkept
    tables = loaded.reading.tables
    remarks = left_remarks((f"{tables[item.table].sheet}!{_cell(tables, item)}", item.why) for item in left)
    data: dict[str, Any] = {
        "batch": None,
        "changes": [_shown(tables, item) for item in fit],
        "left": [
            {"sheet": tables[item.table].sheet, "cell": _cell(tables, item), "why": item.why} for item in left
        ],
    }
    counts = dict(Counter(item.why for item in fit))
    if not fit:
        return Outcome("没有可以安全改写的内容，文件没有改动", counts, remarks, data=data)
    if not params.apply:
        hint = lost(loaded)
        remarks += [f"写入之前：{hint}"] if hint else []
        message = f"有 {len(fit)} 个单元格可以安全改写，文件没有改动"
        return Outcome(message, counts, remarks, data=data)
    batch = new_batch(loaded)
    changes = cell_changes(tables, fit)
    blocks = cell_blocks(changes)
    entry = Entry(
        label=LABEL,
        findings=len(fit) + len(left),
        seconds=time.monotonic() - started,
        details="，".join(f"{why} {count} 处" for why, count in counts.items()),
        batch=batch,
        changes=changes,
    )
    blocks += journal_blocks(loaded, entry, blocks)
    verb = "将" if params.dry_run else "已"
    message = f"{verb}改写 {len(fit)} 个单元格（批次 {batch}），原值记入操作日志，可以撤销"
    return Outcome(message, counts, remarks, changes=Changes(blocks), data={**data, "batch": batch})


def kept(found: Iterable[Correction]) -> tuple[list[Correction], list[Left]]:
    """Those whose old value 操作日志 can keep, and the others."""
    fit, left = [], []
    for item in found:
        if exact_text(item.old) is None:
            left.append(Left(item.table, item.row, item.key, UNFIT))
        else:
            fit.append(item)
    return fit, left


def cell_changes(tables: Mapping[str, SheetData], fit: Sequence[Correction]) -> list[CellChange]:
    """Corrections as changes of cells, each with what tells its row."""
    corrected = {item.place: item.new for item in fit}
    rows = {(item.table, item.row) for item in fit}
    told = {(table, row): identity(tables[table], row, corrected) for table, row in rows}
    return [
        CellChange(
            sheet=tables[item.table].sheet,
            row=item.row,
            column=tables[item.table].places[item.key],
            old=item.old,
            new=item.new,
            why=f"{_heading(tables, item)}：{item.why}",
            row_key=told[item.table, item.row],
        )
        for item in fit
    ]


def new_batch(loaded: Loaded) -> str:
    """The number of a new batch.

    Raises:
        SheetMissing, HeadingMissing: 操作日志 cannot keep the old values.
    """
    sheet = loaded.reading.tables.get(JOURNAL.name)
    if sheet is None:
        raise SheetMissing(lost(loaded))
    if lacking(sheet):
        raise HeadingMissing(lost(loaded))
    return next_batch(sheet)


def lost(loaded: Loaded) -> str:
    """What 操作日志 lacks to keep old values, as a sentence; "" for nothing."""
    sheet = loaded.reading.tables.get(JOURNAL.name)
    if sheet is None:
        return "工作簿没有“操作日志”这张表，原值无处保存；请先用 xlcrm new 建立完整的工作簿，再把数据复制过去"
    headings = "、".join(lacking(sheet))
    where = f"“{sheet.sheet}”缺少记录原值的列，请在第 {sheet.heading_row} 行标题右侧依次加上 {headings}"
    return f"{where}，再重新运行" if headings else ""


def _shown(tables: Mapping[str, SheetData], item: Correction) -> dict[str, Any]:
    return {
        "sheet": tables[item.table].sheet,
        "cell": _cell(tables, item),
        "heading": _heading(tables, item),
        "old": item.old,
        "new": item.new,
        "why": item.why,
    }


def _cell(tables: Mapping[str, SheetData], item: Correction | Left) -> str:
    return address(item.row, tables[item.table].places[item.key])


def _heading(tables: Mapping[str, SheetData], item: Correction) -> str:
    sheet = tables[item.table]
    return sheet.headings.get(item.key) or sheet.table.by_key[item.key].heading


def left_remarks(left: Iterable[tuple[str, str]]) -> list[str]:
    """Cells that were left alone, by reason, as sentences; `left` holds cell and reason."""
    cells: dict[str, list[str]] = {}
    for cell, why in left:
        cells.setdefault(why, []).append(cell)
    return [
        f"{len(names)} 个单元格没有改动（{why}）：{'、'.join(names[:_NAMED])}{'等' * (len(names) > _NAMED)}"
        for why, names in cells.items()
    ]
