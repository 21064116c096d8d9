"""登记建议: show, and when asked add, the rows that rules suggest: improvements, and recoveries to start."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.base import Outcome
from xlcrm.actions.blocks import appended, cells, next_row, plain, worded
from xlcrm.actions.journal import CellChange, Entry, journal_blocks
from xlcrm.actions.loading import load
from xlcrm.actions.normalise import lost, new_batch
from xlcrm.actions.refresh import check_input, written
from xlcrm.actions.remembered import Remembered
from xlcrm.checks.corrections import identity
from xlcrm.checks.numbering import next_ids
from xlcrm.compute.clocks.judging import combine, judge
from xlcrm.compute.contacts.cadences import cadences
from xlcrm.compute.run import prepared
from xlcrm.compute.states.suggestions import IMPROVEMENTS, RECOVERIES, suggestions
from xlcrm.tables import BY_NAME
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.port import KEEP, Changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.actions.base import AdoptParams, Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Block, BlockCell, Cell, Door

LABEL: Final = "登记建议"
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    IMPROVEMENTS: ("origin", "problem", "due_on"),
    RECOVERIES: ("customer_id", "received_at"),
}
"""Table -> the columns without which a row would not deal with its task."""


@dataclass(frozen=True)
class Addition:
    """The rows that one sheet gets.

    Attributes:
        sheet: the table with the new rows in its frame.
        rows: Excel rows of the new ones, in order.
        cells: column key -> what each new row gets in it, for the columns that the sheet has.
    """

    sheet: SheetData
    rows: tuple[int, ...]
    cells: Mapping[str, Sequence[BlockCell]]


def adopt(door: Door, params: AdoptParams, progress: Progress) -> Outcome:
    """Find what the rules suggest; with `apply` add it in one save, with one line a cell in 操作日志.

    Raises:
        SheetMissing, HeadingMissing: `apply`, and 操作日志 cannot keep what 撤销 rests on.
    """
    remembered = Remembered(door)
    outcome = _prepare(remembered, params, progress)
    return written(remembered, outcome, params, progress)


def _prepare(door: Remembered, params: AdoptParams, progress: Progress) -> Outcome:
    started = time.monotonic()
    loaded = load(door, params.now, progress)
    progress("查找建议")
    found, remarks = [], []
    for table, rows in _offered(loaded).items():
        if len(rows):
            item = _addition(loaded, door, table, rows)
            if isinstance(item, str):
                remarks.append(f"{len(rows)} 条建议不能登记：{item}")
            else:
                found.append(item)
    count = sum(len(item.rows) for item in found)
    counts = {item.sheet.sheet: len(item.rows) for item in found}
    data = {"batch": None, "rows": [row for item in found for row in _shown(item)]}
    if not count:
        return Outcome("没有可以登记的建议，文件没有改动", counts, remarks, data=data)
    remarks += _blanks(found)
    if not params.apply:
        hint = lost(loaded)
        remarks += [f"写入之前：{hint}"] if hint else []
        return Outcome(f"有 {count} 条建议可以登记，文件没有改动", counts, remarks, data=data)
    batch = new_batch(loaded)
    blocks = [block for item in found for block in _blocks(loaded, item)]
    entry = Entry(
        label=LABEL,
        findings=count,
        seconds=time.monotonic() - started,
        details="，".join(f"{sheet} {number} 行" for sheet, number in counts.items()),
        batch=batch,
        changes=[change for item in found for change in _changes(item)],
    )
    blocks += journal_blocks(loaded, entry, blocks)
    verb = "将" if params.dry_run else "已"
    message = f"{verb}登记 {count} 条建议（批次 {batch}），可以撤销；刷新后相应的任务离开到期清单"
    return Outcome(message, counts, remarks, changes=Changes(blocks), data={**data, "batch": batch})


def _offered(loaded: Loaded) -> dict[str, pd.DataFrame]:
    facts = loaded.facts
    lookups = prepared(facts)
    clocks = combine(judge(facts, lookups), facts)
    return suggestions(facts, lookups, clocks, cadences(facts, lookups))


def _addition(loaded: Loaded, door: Remembered, table: str, rows: pd.DataFrame) -> Addition | str:
    """New rows with their own ids, typed as if they had been read; or why the sheet cannot take them."""
    spec = BY_NAME[table]
    sheet = loaded.reading.tables.get(table)
    if sheet is None:
        return f"工作簿没有“{spec.title}”这张表；请从用 xlcrm new 建立的工作簿复制一张过来，再重新运行"
    lacking = [spec.by_key[key].heading for key in NEEDED[table] if not sheet.has(key)]
    if lacking:
        return f"“{sheet.sheet}”缺少列 {'、'.join(lacking)}；请在标题行加上，再重新运行"
    first = next_row(sheet)
    index = pd.RangeIndex(first, first + len(rows))
    new = rows.set_index(index).reindex(columns=sheet.frame.columns).astype(sheet.frame.dtypes.to_dict())
    longer = _longer(sheet, new)
    if spec.key and sheet.has(spec.key):
        ids = [number or None for number in next_ids(check_input(loaded), longer, index)]
        new[spec.key] = pd.Series(ids, index=index, dtype=new[spec.key].dtype)
        longer = _longer(sheet, new)
    filled = [key for key in sheet.places if new[key].notna().any()]
    formulas = door.grid(sheet.sheet).formulas
    for key in filled:
        row = next((row for row in index if (row, sheet.places[key]) in formulas), None)
        if row is not None:
            where = address(row, sheet.places[key])
            return f"“{sheet.sheet}”数据下面的空行 {where} 里是公式；请先清除空行里的公式，再重新运行"
    placed = {key: worded(sheet.table.by_key[key], cells(plain(new[key]))) for key in filled}
    return Addition(longer, tuple(index), placed)


def _longer(sheet: SheetData, new: pd.DataFrame) -> SheetData:
    return dataclasses.replace(sheet, frame=pd.concat([sheet.frame, new]))


def _lines(item: Addition) -> list[dict[str, Cell]]:
    """The filled cells of each new row."""
    return [
        {
            key: value
            for key, values in item.cells.items()
            for value in [values[at]]
            if value is not None and value is not KEEP
        }
        for at in range(len(item.rows))
    ]


def _blocks(loaded: Loaded, item: Addition) -> list[Block]:
    """The new rows under the old ones; what they leave blank is not touched."""
    untouched = dict.fromkeys(item.sheet.places, KEEP)
    return appended(
        loaded.reading.tables[item.sheet.table.name], [{**untouched, **line} for line in _lines(item)]
    )


def _changes(item: Addition) -> list[CellChange]:
    """The filled cells of the new rows, for 操作日志."""
    sheet = item.sheet
    return [
        CellChange(
            sheet=sheet.sheet,
            row=row,
            column=sheet.places[key],
            old=None,
            new=value,
            why=f"{sheet.headings[key]}：{LABEL}",
            row_key=identity(sheet, row, {}),
        )
        for row, line in zip(item.rows, _lines(item), strict=True)
        for key, value in line.items()
    ]


def _shown(item: Addition) -> list[dict[str, Any]]:
    return [
        {
            "sheet": item.sheet.sheet,
            "row": row,
            "cells": {item.sheet.headings[key]: value for key, value in line.items()},
        }
        for row, line in zip(item.rows, _lines(item), strict=True)
    ]


def _blanks(found: Sequence[Addition]) -> list[str]:
    """Required columns that new rows leave blank, as sentences."""
    remarks = []
    for item in found:
        frame = item.sheet.frame.loc[list(item.rows)]
        for column in item.sheet.table.columns:
            blank = int(frame[column.key].isna().sum()) if column.required else 0
            if blank and item.sheet.has(column.key):
                heading = item.sheet.headings[column.key]
                remarks.append(f"“{item.sheet.sheet}”有 {blank} 行的 {heading} 需要您补填")
    return remarks
