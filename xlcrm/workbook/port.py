"""The workbook port: what an action may ask of a door, and the values that pass through it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class _Keep(Enum):
    KEEP = "keep"


KEEP: Final = _Keep.KEEP
"""In a block: leave this cell as it is."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that jumps to another cell of the same workbook."""

    text: str
    sheet: str
    cell: str


class Undated(float):
    """A number for a cell that may show dates by now: written where one was before a date took its place."""

    __slots__ = ()


Cell: TypeAlias = str | int | float | bool | dt.datetime | dt.date | Link | None
"""What we write into one cell; None empties it and keeps its format."""

BlockCell: TypeAlias = Cell | Literal[_Keep.KEEP]


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of values for one sheet.

    Attributes:
        sheet: the sheet's name in this workbook.
        row: first row, counted from 1.
        column: first column, counted from 1.
        columns: one sequence a column, all of one length, top to bottom.
        resize: the block is the whole body of the list under the heading in `row - 1`; the table object,
            auto filter, conditional formats and validations of that list end where the block ends,
            and old rows under it are emptied in the block's columns.
        prepared: rows that come to the list look right already; no program need copy the first one's looks.
    """

    sheet: str
    row: int
    column: int
    columns: Sequence[Sequence[BlockCell]]
    resize: bool = False
    prepared: bool = False

    @property
    def height(self) -> int:
        return len(self.columns[0]) if self.columns else 0


@dataclass(frozen=True, slots=True)
class ChartTitle:
    """What the title of a chart says, for programs that keep no tie between a title and its cell.

    Attributes:
        sheet: the sheet's name in this workbook.
        chart: the chart's name.
        text: what the tied cell says after the changes.
    """

    sheet: str
    chart: str
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one action wants written, applied by the door in one step."""

    blocks: Sequence[Block] = ()
    titles: Sequence[ChartTitle] = ()

    @property
    def cells(self) -> int:
        """Cells that the blocks set, kept ones left out."""
        return sum(
            1 for block in self.blocks for column in block.columns for cell in column if cell is not KEEP
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """The raw values of one sheet, from A1 on.

    Attributes:
        columns: one list a column, top to bottom, all of one length; None for an empty cell. Values are
            str, float, int, bool, datetime, date, time or timedelta.
        errors: cells that hold an Excel error, (row, column) counted from 1 -> its text, such as #N/A.
        formulas: (row, column) of cells that hold a formula.
        epoch1904: the workbook counts days from 1904, which matters to dates that lost their format.
    """

    columns: Sequence[Sequence[object]]
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()
    epoch1904: bool = False


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a table object of a sheet stands; all counted from 1.

    Attributes:
        heading: row of its headings.
        last: last row of its body; the row of the headings where it has none.
        left: first column.
        right: last column.
        totals: a row of totals stands under the body, so that no row can be added.
    """

    heading: int
    last: int
    left: int
    right: int
    totals: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What a door did with the changes.

    Attributes:
        cells: how many were written.
        backup: the copy of the file from before, where there is one.
        by_itself: the program that has the workbook open saves it without being told to.
    """

    cells: int
    backup: Path | None = None
    by_itself: bool = False


class Door(Protocol):
    """One open workbook: a closed file that is patched, or a live spreadsheet."""

    @property
    def title(self) -> str:
        """The workbook's file name, for messages."""

    @property
    def file(self) -> Path | None:
        """The workbook's file on this machine; None where it has none: never saved, or on a server."""

    @property
    def sheets(self) -> Sequence[str]:
        """Names of the worksheets, in their order."""

    def grid(self, sheet: str) -> Grid:
        """Read one sheet whole."""

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        """Where the table objects of a sheet stand that show their headings."""

    def apply(self, changes: Changes) -> Saved:
        """Write all changes in one step, or raise and leave the workbook as it was."""
