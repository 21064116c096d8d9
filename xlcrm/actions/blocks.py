"""From results to blocks of cells: the one place that knows where on a sheet they go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from xlcrm.compute.facts import objects
from xlcrm.tables.base import Kind
from xlcrm.workbook.patch.ranges import letters
from xlcrm.workbook.port import KEEP, Block, BlockCell, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from xlcrm.compute.columns import Columns
    from xlcrm.compute.facts import Objects
    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Grid


def auto_blocks(sheet: SheetData, columns: Columns) -> tuple[list[Block], list[str]]:
    """Blocks for a table's auto columns, and the headings that the sheet lacks.

    Rows of the sheet that are no rows of the table are emptied in these columns.
    """
    first = sheet.heading_row + 1
    height = max(sheet.last_row - sheet.heading_row, 0)
    offsets = sheet.frame.index.to_numpy() - first
    placed, absent = {}, []
    for key, values in columns.items():
        column = sheet.table.by_key.get(key)
        heading = column.heading if column else _CLOCK_HEADINGS.get(key, key)
        place = sheet.places.get(key) or sheet.others.get(heading)
        if place is None:
            absent.append(heading)
        else:
            placed[place] = _spread(worded(column, cells(values)), offsets, height)
    return runs(sheet.sheet, first, placed) if height else [], absent


_CLOCK_HEADINGS = {"worst_status": "最紧急状态", "worst_rule": "最紧急依据"}


def cells(values: Objects) -> list[BlockCell]:
    """(n,) values as cells: midnight is a date, NaT and NaN are blank."""
    if values.dtype.kind == "M":
        moments = values.astype("datetime64[s]")
        midnight = (moments == moments.astype("datetime64[D]")).tolist()
        return [
            None if at is None else at.date() if whole else at
            for at, whole in zip(moments.tolist(), midnight, strict=True)
        ]
    return cast("list[BlockCell]", [None if value is pd.NA or value != value else value for value in values])  # noqa: PLR0124 - NaN differs from itself


def worded(column: Column | None, values: list[BlockCell]) -> list[BlockCell]:
    """(n,) cells of a list's column in the words of the sheet's pack: frames hold the canonical ones."""
    choice = column.choice if column else None
    if choice is None or not choice.labels.get(choice.pack):
        return values
    return [choice.word(value, choice.pack) if isinstance(value, str) else value for value in values]


def _spread(
    values: list[BlockCell], offsets: np.ndarray[Any, np.dtype[np.int64]], height: int
) -> list[BlockCell]:
    if len(values) == height and (not height or (offsets[0] == 0 and offsets[-1] == height - 1)):
        return values
    column: list[BlockCell] = [None] * height
    for offset, value in zip(offsets.tolist(), values, strict=True):
        column[offset] = value
    return column


def runs(sheet: str, row: int, placed: Mapping[int, list[BlockCell]], *, resize: bool = False) -> list[Block]:
    """One block a run of neighbouring columns."""
    blocks: list[Block] = []
    run: list[int] = []
    for place in sorted(placed):
        if run and place != run[-1] + 1:
            blocks.append(Block(sheet, row, run[0], [placed[at] for at in run], resize=resize))
            run = []
        run.append(place)
    if run:
        blocks.append(Block(sheet, row, run[0], [placed[at] for at in run], resize=resize))
    return blocks


def list_blocks(sheet: SheetData, rows: pd.DataFrame, sheets: Mapping[str, SheetData]) -> list[Block]:
    """A list sheet's whole body; an empty list keeps one blank row. Links are written for LINK columns."""
    height = max(len(rows), 1)
    placed: dict[int, list[BlockCell]] = {}
    for key, place in sheet.places.items():
        if key in rows:
            column = sheet.table.by_key[key]
            if column.kind is Kind.LINK:
                values = links(rows[key], sheets)
            else:
                values = worded(column, cells(plain(rows[key])))
            placed[place] = values or [None] * height
    return runs(sheet.sheet, sheet.heading_row + 1, placed, resize=True)


def plain(values: pd.Series) -> Objects:
    """(n,) any column's values: moments as they are, everything else as objects with None for blank."""
    return values.to_numpy() if values.dtype.kind == "M" else objects(values)


def links(targets: pd.Series, sheets: Mapping[str, SheetData]) -> list[BlockCell]:
    """`title!row` or `title!cell` -> a link to it, under the name that the sheet has in this workbook.

    The title is any of the table's titles or that name itself.
    """
    names = {title: sheet.sheet for sheet in sheets.values() for title in sheet.table.titles}
    result: list[BlockCell] = []
    for target in targets:
        if not isinstance(target, str) or "!" not in target:
            result.append(None)
            continue
        title, _, place = target.rpartition("!")
        name = names.get(title, title)
        whole_row = place.isdigit()
        cell = f"A{place}" if whole_row else place
        result.append(Link(f"{name} 第{place}行" if whole_row else f"{name}!{place}", name, cell))
    return result


_PLACE: Final = re.compile(r"(?P<sheet>.+)(?: 第(?P<row>\d+)行|!\$?[A-Z]{1,3}\$?(?P<cell>\d+))")


def linked_row(text: str) -> tuple[str, int] | None:
    """The sheet and the row that the text of such a link names, None for another text."""
    found = _PLACE.fullmatch(text.strip())
    return (found["sheet"], int(found["row"] or found["cell"])) if found else None


def next_row(sheet: SheetData) -> int:
    """The row under the last one of a list, where `appended` puts new ones."""
    return max(int(sheet.frame.index.max()) if len(sheet.frame) else 0, sheet.heading_row) + 1


def appended(sheet: SheetData, rows: Iterable[Mapping[str, Any]]) -> list[Block]:
    """New rows under a list whose old rows stay as they are; `rows` map column keys to cells."""
    new = list(rows)
    if not new:
        return []
    old = next_row(sheet) - sheet.heading_row - 1
    placed = {place: [*([KEEP] * old), *(row.get(key) for row in new)] for key, place in sheet.places.items()}
    return runs(sheet.sheet, sheet.heading_row + 1, placed, resize=True)


def beside_label(sheet: str, grid: Grid, label: str, value: Any, *, below: bool) -> Block | None:
    """A block for the cell under (or right of) the cell that holds a label; None where nothing holds it."""
    for number, column in enumerate(grid.columns, start=1):
        for row, text in enumerate(column, start=1):
            if isinstance(text, str) and text.strip() == label:
                return Block(sheet, row + below, number + (not below), [[value]])
    return None


def finding_links(found: pd.DataFrame, sheets: Mapping[str, SheetData]) -> list[str]:
    """Where each finding's cell is, as `title!cell`."""
    result = []
    for table, key, row in zip(found["table"], found["key"], found["row"], strict=True):
        sheet = sheets.get(table)
        if sheet is None or row <= 0:
            result.append("")
            continue
        place = sheet.places.get(key, 1) if key else 1
        result.append(f"{sheet.table.title}!{letters(place)}{row}")
    return result
