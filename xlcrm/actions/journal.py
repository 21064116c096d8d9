"""操作日志: one row an action, and one row a cell that an action has rewritten in the user's columns.

The rows of one action's cells share the number of a batch; `undoable` finds the batches that 撤销 may take
back. Any action that writes entry cells can use this: it gathers `CellChange`s, writes `cell_blocks` and
`journal_blocks` in one step, and can be undone.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm import __version__
from xlcrm.actions.blocks import list_blocks
from xlcrm.actions.exact import exact_text
from xlcrm.tables.system import BATCH_KEYS, JOURNAL
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.port import KEEP, Block, Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.actions.loading import Loaded
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import BlockCell, Cell

JOURNAL_ROWS: Final = 5_000
UNDO: Final = "撤销"
"""What the journal calls the action that takes a batch back; its rows carry the batch's own number."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of the user's that an action rewrites.

    Attributes:
        sheet: the sheet's name in this workbook.
        row: counted from 1.
        column: counted from 1.
        old: what it held, as read.
        new: what it will hold.
        why: for the user.
        row_key: what tells its row from the others (see `checks.corrections.identity`), or "".
    """

    sheet: str
    row: int
    column: int
    old: Cell
    new: Cell
    why: str = ""
    row_key: str = ""

    @property
    def cell(self) -> str:
        return address(self.row, self.column)


@dataclass(frozen=True)
class Entry:
    """What the journal says of one run of an action.

    Attributes:
        label: the action, as buttons call it.
        findings: how many it found.
        seconds: how long it took.
        details: anything else.
        batch: number of the batch, "" where no entry cell is rewritten.
        changes: the rewritten cells.
    """

    label: str
    findings: int = 0
    seconds: float = 0.0
    details: str = ""
    batch: str = ""
    changes: Sequence[CellChange] = ()


def journal_blocks(loaded: Loaded, entry: Entry, blocks: Sequence[Block]) -> list[Block]:
    """操作日志 with one more line, and one a rewritten cell; the newest are kept (see `kept_rows`).

    Args:
        loaded: the workbook.
        entry: what to note.
        blocks: what the action writes besides.
    """
    sheet = loaded.reading.tables.get(JOURNAL.name)
    if sheet is None:
        return []
    common = {"at": pd.Timestamp(loaded.facts.now), "by": _user(), "action": entry.label}
    lines: list[dict[str, Any]] = [
        {
            **common,
            "version": __version__,
            "rows_read": float(loaded.rows),
            "cells_written": float(Changes(blocks).cells),
            "findings": float(entry.findings),
            "seconds": round(entry.seconds, 1),
            "details": entry.details or None,
            "batch": entry.batch or None,
        }
    ]
    lines += [{**common, "batch": entry.batch, **_cell_line(change)} for change in entry.changes]
    new = pd.DataFrame(lines, columns=list(sheet.frame.columns)).astype(sheet.frame.dtypes.to_dict())
    kept = kept_rows(pd.concat([sheet.frame, new], ignore_index=True))
    return list_blocks(sheet, kept, loaded.reading.tables)


def _cell_line(change: CellChange) -> dict[str, str | None]:
    return {
        "sheet": change.sheet,
        "cell": change.cell,
        "row_key": change.row_key or None,
        "old": exact_text(change.old),
        "new": exact_text(change.new),
        "details": change.why or None,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def kept_rows(lines: pd.DataFrame, limit: int = JOURNAL_ROWS) -> pd.DataFrame:
    """The newest lines, and more where a batch that may yet be undone would be cut in half."""
    start = max(len(lines) - limit, 0)
    if start:
        lines = lines.reset_index(drop=True)
        places = lines[lines["batch"].isin(_cells(lines)["batch"])]
        spans = [(part.index[0], part.index[-1]) for _, part in places.groupby(places["batch"])]
        for first, last in sorted(spans, key=lambda span: -span[1]):
            if first < start <= last:
                start = first
    return lines.iloc[start:].reset_index(drop=True)


def _cells(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of cells whose batch has not been undone."""
    undone = set(lines.loc[lines["action"] == UNDO, "batch"].dropna())
    return lines[lines["cell"].notna() & lines["batch"].notna() & ~lines["batch"].isin(undone)]


def undoable(sheet: SheetData) -> dict[str, pd.DataFrame]:
    """Number -> the lines of cells of every batch that has not been undone, the newest first."""
    cells = _cells(sheet.frame)
    batches = {str(number): part for number, part in cells.groupby("batch", sort=False)}
    return dict(sorted(batches.items(), key=lambda item: _number(item[0]), reverse=True))


def next_batch(sheet: SheetData) -> str:
    """A number above all that the journal holds."""
    return str(max(map(_number, sheet.frame["batch"].dropna()), default=0) + 1)


def _number(batch: str) -> int:
    return int(batch) if batch.isdecimal() else 0


def lacking(sheet: SheetData | None) -> list[str]:
    """Headings that 操作日志 needs before entry cells may be rewritten; all of them where it has no sheet."""
    return [JOURNAL.by_key[key].heading for key in BATCH_KEYS if sheet is None or not sheet.has(key)]


def cell_blocks(changes: Iterable[CellChange]) -> list[Block]:
    """The new values as blocks, one a column of a sheet; cells between are kept."""
    columns: dict[tuple[str, int], dict[int, Cell]] = {}
    for change in changes:
        columns.setdefault((change.sheet, change.column), {})[change.row] = change.new
    return [Block(sheet, min(cells), column, [_spread(cells)]) for (sheet, column), cells in columns.items()]


def _spread(cells: Mapping[int, Cell]) -> list[BlockCell]:
    first = min(cells)
    values: list[BlockCell] = [KEEP] * (max(cells) - first + 1)
    for row, value in cells.items():
        values[row - first] = value
    return values
