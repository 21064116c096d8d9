"""Findings: what is wrong with which cell, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.tables.base import FULL, NUMBERS, TIMES, Kind, Role
from xlcrm.tables.system import HOLIDAYS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from xlcrm.rules.parameters import Parameters
    from xlcrm.rules.reading import RuleBook
    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import Remark, SheetData

ERROR: Final = "错误"
WARNING: Final = "警告"
HINT: Final = "提示"
LEVELS: Final = (ERROR, WARNING, HINT)

FINDING_COLUMNS: Final = (
    "level",
    "code",
    "table",
    "sheet",
    "row",
    "key",
    "heading",
    "value",
    "message",
    "fix",
    "corrected",
)

TEXTS: Final = frozenset(Kind) - TIMES - NUMBERS
"""Kinds whose cells are text."""
FREE_TEXTS: Final = TEXTS - {Kind.CHOICE, Kind.YESNO, Kind.LINK}
"""Kinds whose cells may hold any text at all; what is not in a list of choices stands in the notes."""
ROWS_NAMED: Final = 3
"""How many rows a message names before it only counts."""


class Code(NamedTuple):
    """One line of the catalogue: the levels that the code may have, its title and what it looks for."""

    levels: tuple[str, ...]
    title: str
    description: str


@dataclass(frozen=True)
class CheckInput:
    """All that a check may look at.

    Attributes:
        data: table name -> what was read.
        rules: the workbook's rules.
        parameters: the workbook's parameters.
        now: the moment of the whole run.
    """

    data: Mapping[str, SheetData]
    rules: RuleBook
    parameters: Parameters
    now: dt.datetime

    @cached_property
    def sheets(self) -> tuple[SheetData, ...]:
        """The sheets that people type into and that have any row, without the rules and parameters."""
        return tuple(
            sheet
            for sheet in self.data.values()
            if len(sheet.frame) and (sheet.table.packs or sheet.table.name == HOLIDAYS.name)
        )

    @cached_property
    def pack(self) -> str:
        """The pack whose titles and headings the workbook's tables have."""
        return next((sheet.table.pack for sheet in self.data.values() if sheet.table.pack != FULL), FULL)

    @cached_property
    def today(self) -> pd.Timestamp:
        return pd.Timestamp(self.now).normalize()

    @cached_property
    def _texts(self) -> dict[tuple[str, str], list[str]]:
        return {}

    def long_cells(self, sheet: SheetData, key: str, least: int) -> pd.Series:
        """The cells of a text column that have so many characters at least."""
        cells = sheet.frame[key]
        if _is_plain(cells) and max(map(len, self._plain(sheet, key)), default=0) < least:
            return cells.iloc[:0]
        return cells[(cells.str.len() >= least).to_numpy(dtype=bool)]

    def cells_starting(self, sheet: SheetData, key: str, signs: tuple[str, ...]) -> pd.Series:
        """The cells of a text column that begin with one of some characters."""
        cells = sheet.frame[key]
        if _is_plain(cells):
            joined = "\n" + "\n".join(self._plain(sheet, key))
            if not any(f"\n{sign}" in joined for sign in signs):
                return cells.iloc[:0]
        return cells[cells.str.startswith(signs, na=False).to_numpy(dtype=bool)]

    def _plain(self, sheet: SheetData, key: str) -> list[str]:
        """The filled cells of a text column, looked up once: that costs more than most checks of them."""
        place = sheet.table.name, key
        if place not in self._texts:
            cells = sheet.frame[key].to_numpy(dtype=object).tolist()
            self._texts[place] = [text for text in cells if text.__class__ is str]
        return self._texts[place]

    def columns(self, kinds: Iterable[Kind]) -> Iterator[tuple[SheetData, Column]]:
        """The entry columns of some kinds that the workbook has."""
        wanted = frozenset(kinds)
        for sheet in self.sheets:
            for column in entry_columns(sheet):
                if column.kind in wanted:
                    yield sheet, column


def entry_columns(sheet: SheetData) -> Iterator[Column]:
    """The columns of a sheet that its user types into and that the sheet has."""
    for column in sheet.table.columns:
        if column.role is not Role.AUTO and sheet.has(column.key):
            yield column


def heading(sheet: SheetData, key: str) -> str:
    """A column's heading as the workbook spells it."""
    return sheet.headings.get(key) or sheet.table.by_key[key].heading


def filled(sheet: SheetData, key: str) -> pd.Series:
    """The filled cells of a column; the index is the Excel row."""
    return sheet.frame[key].dropna()


def _is_plain(cells: pd.Series) -> bool:
    """Whether the texts are Python's own; Arrow's are quick in bulk and slow one by one."""
    return getattr(cells.dtype, "storage", "python") == "python"


def is_known(cells: pd.Series, ids: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each cell is one of the ids; far quicker than `isin` for many ids that Arrow holds."""
    known = set(ids.tolist())
    return np.fromiter((value in known for value in cells.tolist()), dtype=bool, count=len(cells))


def remarks(sheet: SheetData, key: str, *wanted: Remark) -> pd.DataFrame:
    """What reading had to say about a column: row and raw, one row a cell whose row is still in the frame."""
    notes = sheet.notes
    if notes.empty:
        return notes
    flags = (notes["key"] == key) & notes["remark"].isin([str(remark) for remark in wanted])
    return notes[flags & notes["row"].isin(sheet.frame.index)]


def noted_rows(sheet: SheetData, key: str, *wanted: Remark) -> pd.Index:
    """The rows in which reading had something to say about a column."""
    rows: pd.Index = pd.Index(remarks(sheet, key, *wanted)["row"].to_numpy(), dtype="int64")
    return rows


def no_findings() -> pd.DataFrame:
    """An empty findings frame."""
    return _nothing().copy(deep=False)


@cache
def _nothing() -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(dtype="int64" if name == "row" else "str") for name in FINDING_COLUMNS}
    )


def gather(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Findings of several columns as one frame."""
    some = [part for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else _nothing()


def findings(  # noqa: PLR0913 - a finding has this many parts, each shown to the user
    sheet: SheetData,
    code: str,
    level: str,
    rows: Sequence[int] | pd.Index,
    key: str,
    *,
    message: str | Sequence[str] | pd.Series,
    fix: str | Sequence[str] | pd.Series,
    value: Sequence[object] | pd.Series | None = None,
    corrected: Sequence[object] | pd.Series | None = None,
) -> pd.DataFrame:
    """Findings of one code on one column.

    Args:
        sheet: where.
        code: stable code, such as V01.
        level: 错误, 警告 or 提示.
        rows: Excel row numbers.
        key: column key, or "" for the row as a whole.
        message: what is wrong, one sentence or one a row.
        fix: what to do, one sentence or one a row.
        value: the cells as shown; by default the frame's values.
        corrected: the values that normalising would write, where that is safe.
    """
    index = pd.Index(rows)
    if not len(index):
        return _nothing()
    shown = sheet.frame[key].reindex(index) if value is None and key else value
    count = len(index)
    return pd.DataFrame(
        {
            "level": level,
            "code": code,
            "table": sheet.table.name,
            "sheet": sheet.sheet,
            "row": index.to_numpy(dtype="int64"),
            "key": key,
            "heading": heading(sheet, key) if key else "",
            "value": _column(shown, count),
            "message": _column(message, count),
            "fix": _column(fix, count),
            "corrected": _column(corrected, count),
        }
    )


def _column(values: str | Sequence[object] | pd.Series | None, count: int) -> pd.Series:
    if values is None or isinstance(values, str):
        return pd.Series([values or ""] * count, dtype="str")
    return pd.Series([cell_text(value) for value in values], dtype="str")


def cell_text(value: object) -> str:
    """A cell's value as a user types it; blank gives an empty text."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float | np.floating):
        return number_text(float(value))
    return str(value)


def number_text(value: float) -> str:
    """A number without needless digits: 500000, 0.25; a blank one gives an empty text."""
    if value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.2f}".rstrip("0").rstrip(".")


def named_rows(rows: Sequence[int]) -> str:
    """Some rows as a sentence names them: 第3行、第7行、第9行等共12行."""
    names = "、".join(f"第{row}行" for row in rows[:ROWS_NAMED])
    return names if len(rows) <= ROWS_NAMED else f"{names}等共{len(rows)}行"
