"""The values that flow from reading to writing: typed frames with the places they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.tables.base import NUMBERS, TIMES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables.base import Table


class Remark(StrEnum):
    """What reading had to say about one cell."""

    UNREADABLE = "unreadable"
    """The text is no value of the column's kind; the frame has a blank there."""
    TEXT_DATE = "text_date"
    """A date typed as text; the frame has the parsed date."""
    TEXT_NUMBER = "text_number"
    """A number typed as text; the frame has the number."""
    TEN_THOUSANDS = "ten_thousands"
    """万 written in a 元 column; the frame has the amount in 元."""
    ALIAS = "alias"
    """A known other name of a choice; the frame has the canonical value."""
    UNKNOWN_CHOICE = "unknown_choice"
    """A value outside the list, closed or open; the frame keeps it as typed."""
    ERROR = "error"
    """The cell holds an Excel error such as #N/A; the frame has a blank there."""


NOTE_COLUMNS = ("row", "key", "remark", "raw")


def no_notes() -> pd.DataFrame:
    """An empty notes frame, the caller's own."""
    return _no_notes().copy()


@cache
def _no_notes() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in NOTE_COLUMNS})


@dataclass(frozen=True)
class SheetData:
    """One table as found in a workbook.

    Attributes:
        table: what the sheet was declared as.
        sheet: the sheet's name in this workbook.
        heading_row: row of the headings, counted from 1.
        places: column key -> its column in the sheet, counted from 1. Keys of auto clock columns that
            rules declare (`<clock>截止`, `<clock>状态`) stand in `others` by heading.
        headings: column key -> the heading as this workbook spells it.
        frame: one row a sheet row that has any entry; the index is the Excel row number; columns are all
            of the table's keys in the table's order (a column that the sheet lacks is all blank).
            DATE and DATETIME are datetime64[ns] (a moment at 00:00:00 is a date without a time), numbers
            float64, everything else `str` dtype with NA for blank.
        notes: what reading had to say: row, key, remark, raw (the cell as typed).
        others: heading -> column for headings that the table does not declare (users' own columns, and
            the auto columns that rules declare).
        last_row: last sheet row that holds anything.
    """

    table: Table
    sheet: str
    heading_row: int
    places: Mapping[str, int]
    headings: Mapping[str, str]
    frame: pd.DataFrame
    notes: pd.DataFrame = field(default_factory=no_notes)
    others: Mapping[str, int] = field(default_factory=dict)
    last_row: int = 0

    @cached_property
    def unreadable(self) -> Mapping[str, tuple[int, ...]]:
        """Column key -> the rows whose cell there holds what is no value of its kind."""
        bad = self.notes[self.notes["remark"].isin([Remark.UNREADABLE, Remark.ERROR])]
        return {str(key): tuple(rows.tolist()) for key, rows in bad.groupby("key")["row"]}

    def has(self, key: str) -> bool:
        """Whether the sheet has the column."""
        return key in self.places


def empty_frame(table: Table) -> pd.DataFrame:
    """A typed frame without rows."""
    return pd.DataFrame({item.key: pd.Series(dtype=dtype_of(item.kind)) for item in table.columns})


def dtype_of(kind: Kind) -> str:
    """The pandas dtype of a kind."""
    if kind in TIMES:
        return "datetime64[ns]"
    return "float64" if kind in NUMBERS else "str"
