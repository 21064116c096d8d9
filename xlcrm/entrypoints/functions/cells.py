"""Cells of a function call: lined up, read as times, numbers and texts, and given back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xlcrm.errors import UsageError
from xlcrm.tables.base import Column, Kind
from xlcrm.tables.cells import cell_text, read_column
from xlcrm.tables.frames import Remark
from xlcrm.tables.typed_text import BLANKS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

Block = list[list[object]]
"""The cells of a range, row by row; a single value is a block of one."""
Answer = object
"""What a cell shows: a number, a moment or a text, "" for a blank one."""

_ERROR_CELL: Final = re.compile(r"#(?:N/A|VALUE!|REF!|DIV/0!|NUM!|NAME\?|NULL!|SPILL!|CALC!|FIELD!|BUSY!).*")
_SHOWN: Final = 20
"""Letters of a wrong cell that its sentence repeats."""


def block(value: object) -> Block:
    """A value, a list (one column) or a list of rows as a block.

    Raises:
        UsageError: rows of different lengths, or nothing at all.
    """
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return [[value]]
    rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        raise UsageError("区域是空的，或各行的列数不同")
    return rows


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing that one can see."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def all_blank(cells: Block | None) -> bool:
    """Whether an argument was left out or points at nothing."""
    return cells is None or all(is_blank(value) for row in cells for value in row)


def single(cells: Block | None, title: str) -> object:
    """The one value of an argument that is the same for the whole call, None where it is left out.

    Raises:
        UsageError: a range of several cells, or an error cell.
    """
    if cells is None or all_blank(cells):
        return None
    if len(cells) > 1 or len(cells[0]) > 1:
        raise UsageError(f"{title}只能是一个单元格或一个值")
    fault = _fault_of_error(cells[0][0], title)
    if fault:
        raise UsageError(fault)
    return cells[0][0]


def single_text(cells: Block | None, title: str) -> str:
    """As `single`, as a person would type it; "" where it is left out."""
    return cell_text(single(cells, title)).strip(BLANKS)


def single_number(cells: Block | None, title: str, default: float) -> float:
    """As `single`, a number.

    Raises:
        UsageError: it is none.
    """
    value = single(cells, title)
    if value is None:
        return default
    rows = Rows(number=[[value]])
    number = rows.numbers("number", title)
    if rows.faults[0]:
        raise UsageError(rows.faults[0])
    return float(number[0])


def single_moment(cells: Block | None, title: str) -> dt.datetime | None:
    """As `single`, a moment.

    Raises:
        UsageError: it is none.
    """
    value = single(cells, title)
    if value is None:
        return None
    rows = Rows(moment=[[value]])
    moment = rows.moments("moment", title)
    if rows.faults[0]:
        raise UsageError(rows.faults[0])
    found: dt.datetime = moment[0].item()
    return found


class Rows:
    """The arguments of one call, each as long as the answer.

    A row, a column and a single value widen to the largest range, as Excel's own functions do; what cannot be
    read is noted in `faults`, where the first fault of a row stays.
    """

    def __init__(self, **cells: Block) -> None:
        shapes = [(len(rows), len(rows[0])) for rows in cells.values()]
        try:
            self.shape = np.broadcast_shapes(*shapes)
        except ValueError:
            sizes = "、".join(f"{height}行{width}列" for height, width in dict.fromkeys(shapes))
            raise UsageError(f"各参数的区域大小对不上（{sizes}），请选行数相同的区域") from None
        self._columns = {name: self._widened(rows) for name, rows in cells.items()}
        self.count = int(np.prod(self.shape))
        self.faults: list[str] = [""] * self.count

    def _widened(self, rows: Block) -> list[object]:
        array = np.empty((len(rows), len(rows[0])), dtype=object)
        array[:] = rows
        return list(np.broadcast_to(array, self.shape).ravel())

    def blanks(self, name: str) -> NDArray[np.bool_]:
        """(n,) which cells hold nothing."""
        return np.array([is_blank(value) for value in self._columns[name]], dtype=np.bool_)

    def values(self, name: str) -> list[object]:
        """The cells as they came."""
        return self._columns[name]

    def moments(self, name: str, title: str) -> NDArray[Any]:
        """(n,) datetime64[s], NaT for blank; also serial numbers, and texts as people type them."""
        series = self._read(name, title, Kind.DATETIME, "不是时间，请写成 2026-01-31 09:00")
        return series.to_numpy(dtype="datetime64[s]")

    def numbers(self, name: str, title: str) -> NDArray[np.float64]:
        """(n,) floats, NaN for blank."""
        series = self._read(name, title, Kind.NUMBER, "不是数字")
        return series.to_numpy(dtype="float64")

    def texts(self, name: str, title: str) -> list[str]:
        """(n,) texts as a person would type them, "" for blank."""
        values = self._columns[name]
        known = {value: cell_text(value).strip(BLANKS) for value in values if isinstance(value, str | float)}
        found = [known[value] if value in known else cell_text(value).strip(BLANKS) for value in values]
        for at, text in enumerate(found):
            if text.startswith("#"):
                self.blame(at, _fault_of_error(text, title))
        return found

    def blame(self, at: int, fault: str) -> None:
        """Note what is wrong with a row; the first fault stays."""
        if fault and not self.faults[at]:
            self.faults[at] = fault

    def demand(self, name: str, title: str) -> None:
        """Note where a cell that the others need is blank."""
        for at in np.flatnonzero(self.blanks(name)).tolist():
            self.blame(at, f"请填写{title}")

    def answer(self, values: Sequence[Answer], blank: NDArray[np.bool_]) -> Answer:
        """The cells of the answer: "" where `blank`, else the row's fault, else its value."""
        shown = [
            "" if none else fault or value
            for value, fault, none in zip(values, self.faults, blank.tolist(), strict=True)
        ]
        if self.count == 1:
            return shown[0]
        width = self.shape[1]
        return [shown[at : at + width] for at in range(0, self.count, width)]

    def _read(self, name: str, title: str, kind: Kind, wrong: str) -> pd.Series:
        series, notes = read_column(self._columns[name], Column(name, title, kind))
        for at, remark, text in notes:
            if remark is Remark.UNREADABLE:
                self.blame(at, _fault_of_error(text, title) or f"{title}“{short(text)}”{wrong}")
        return series


def plain_moments(at: NDArray[Any]) -> list[Answer]:
    """(n,) moments as cells hold them, "" for NaT."""
    return ["" if value is None else value for value in at.astype("datetime64[s]").tolist()]


def _fault_of_error(value: object, title: str) -> str:
    if isinstance(value, str) and _ERROR_CELL.fullmatch(value):
        return f"{title}引用的单元格有错误值 {value}"
    return ""


def short(text: str) -> str:
    """A text as it fits into a sentence."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
