"""Cell values in bulk: what Excel's `Range.Value` gives and takes, over LibreOffice's data arrays."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xlcrm.calc.dates import (
    DATE_CODE,
    GENERAL_CODE,
    LOGICAL_CODE,
    MOMENT_CODE,
    TIME_CODE,
    Formats,
    Kind,
    column_runs,
    from_serial,
    set_formats,
    to_serial,
    uniform_key,
)
from xlcrm.calc.errors_in_cells import excel_error
from xlcrm.calc.formulas import to_calc
from xlcrm.calc.typed import Formula, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.calc.book import Book
    from xlcrm.calc.dates import Run

_FEW: Final = 30
"""Stretches of numbers of one column whose formats are asked for one by one."""
_DIGIT: Final = re.compile(r"\d")


def read(cells: Any, formats: Formats) -> tuple[tuple[Any, ...], ...]:
    """The values of a range, row by row.

    Floats, text, None for an empty cell, naive datetimes where the format shows a date or a time, bool
    where it shows a truth value, and Excel's error numbers (int).
    """
    data = cells.getDataArray()
    columns = [list(column) for column in zip(*data, strict=True)]
    uniform = uniform_key(cells)
    for index, column in enumerate(columns):
        numeric = [row for row, value in enumerate(column) if type(value) is float]
        if numeric:
            runs = (
                [(0, len(column) - 1, uniform)] if uniform is not None else _formats_of(cells, index, numeric)
            )
            _show(column, runs, formats)
        for row, value in enumerate(column):
            if value == "":
                column[row] = None
            elif value is None:
                column[row] = excel_error(cells.getCellByPosition(index, row))
    return tuple(zip(*columns, strict=True))


def _formats_of(cells: Any, column: int, rows: Sequence[int]) -> list[Run]:
    """The number formats of some rows of a column, top to bottom.

    Lists that stand under each other have formats of their own, so that each stretch of rows is asked for
    where they are not all alike; what stands between needs no asking.
    """
    first, last = rows[0], rows[-1]
    key = uniform_key(cells.getCellRangeByPosition(column, first, column, last))
    if key is not None:
        return [(first, last, key)]
    breaks = [at for at in range(1, len(rows)) if rows[at] != rows[at - 1] + 1]
    if len(breaks) > _FEW:
        return column_runs(cells, column, first, last)
    stretches = itertools.pairwise([0, *breaks, len(rows)])
    return [run for at, end in stretches for run in column_runs(cells, column, rows[at], rows[end - 1])]


def _show(column: list[Any], runs: Sequence[Run], formats: Formats) -> None:
    """Turn the numbers of one column into what their formats show."""
    for first, last, key in runs:
        kind = formats.kind(key)
        if kind is Kind.DATE:
            for row in range(first, last + 1):
                if type(column[row]) is float:
                    column[row] = from_serial(column[row], formats.epoch)
        elif kind is Kind.LOGICAL:
            for row in range(first, last + 1):
                if column[row] in (0.0, 1.0):
                    column[row] = bool(column[row])


@dataclass(slots=True)
class _Plan:
    """What one column needs besides its numbers and texts."""

    data: list[float | str] = field(default_factory=list)
    formulas: dict[int, str] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)  # the number format of each row, as it shall be
    changed: list[int] = field(default_factory=list)  # rows whose format is another one than before


def write(cells: Any, book: Book, rows: Sequence[Sequence[Any]], year: int) -> None:
    """Assign values to a range of the same shape, as Excel would.

    Args:
        cells: the UNO range.
        book: its workbook.
        rows: float, bool, datetime, text (read as if typed), None or "" to empty a cell.
        year: the year of dates typed without one.

    Raises:
        TypeError: a value that Excel does not take.
        ValueError: a text that no cell can hold.
    """
    formats, document = book.formats, book.api
    uniform = uniform_key(cells)
    plans = []
    for index, column in enumerate(zip(*rows, strict=True)):
        runs = (
            [(0, len(column) - 1, uniform)]
            if uniform is not None
            else column_runs(cells, index, 0, len(column) - 1)
        )
        plans.append(_planned(column, runs, formats, year))
    set_formats(cells, document, [_changed(plan) for plan in plans])
    cells.setDataArray(tuple(zip(*(plan.data for plan in plans), strict=True)))
    set_formats(cells, document, [_lost(cells, index, plan) for index, plan in enumerate(plans)])
    for index, plan in enumerate(plans):
        for first, texts in _blocks(plan.formulas):
            part = cells.getCellRangeByPosition(index, first, index, first + len(texts) - 1)
            part.setFormulaArray(tuple((text,) for text in texts))


def _planned(column: Sequence[Any], runs: Sequence[Run], formats: Formats, year: int) -> _Plan:
    plan = _Plan()
    for first, last, key in runs:
        kind = formats.kind(key)
        for row in range(first, last + 1):
            code = _plan_cell(plan, row, column[row], kind, formats.epoch, year)
            if code:
                plan.changed.append(row)
            plan.keys.append(formats.key(code) if code else key)
    return plan


def _plan_cell(plan: _Plan, row: int, given: Any, kind: Kind, start: dt.datetime, year: int) -> str:
    """Plan one cell's contents; the value is the format code that it needs, if any."""
    value = typed(given, as_text=kind is Kind.TEXT, year=year) if isinstance(given, str) else given
    if isinstance(value, Formula):
        plan.data.append("")
        plan.formulas[row] = to_calc(value.text)
    elif value is None or isinstance(value, str):
        plan.data.append(value or "")
    elif kind is Kind.TEXT:
        plan.data.append(_as_text(value))
    else:
        plan.data.append(_number(value, start))
        return _shown(value, kind)
    return ""


def _number(value: Any, start: dt.datetime) -> float:
    """The number that a cell keeps for a value."""
    match value:
        case bool() | int() | float():
            return float(value)
        case dt.datetime():
            return to_serial(value, start)
        case dt.time():
            return to_serial(dt.datetime.combine(start, value), start)
    raise TypeError(f"单元格不能放 {type(value).__name__} 类型的值")


def _shown(value: Any, kind: Kind) -> str:
    """The format that a value brings along into a cell; empty where the cell's own one stays."""
    if isinstance(value, bool):
        return "" if kind is Kind.LOGICAL else LOGICAL_CODE
    if kind is not Kind.GENERAL:
        return GENERAL_CODE if kind is Kind.LOGICAL else ""
    if isinstance(value, dt.datetime):
        return DATE_CODE if value.time() == dt.time() else MOMENT_CODE
    return TIME_CODE if isinstance(value, dt.time) else ""


def _as_text(value: Any) -> str:
    """A value that is assigned to a text cell: Excel keeps the text that it would show."""
    match value:
        case bool():
            return str(value).upper()
        case dt.datetime():
            day = f"{value.year}/{value.month}/{value.day}"
            return day if value.time() == dt.time() else f"{day} {value.hour}:{value:%M:%S}"
        case int() | float():
            return f"{float(value):.15g}"
    raise TypeError(f"单元格不能放 {type(value).__name__} 类型的值")


def _blocks(items: dict[int, Any]) -> Iterator[tuple[int, list[Any]]]:
    """Items in rows that follow each other, as (first row, items)."""
    block: list[Any] = []
    first = previous = -2
    for row in sorted(items):
        if row != previous + 1 and block:
            yield first, block
            block = []
        if not block:
            first = row
        block.append(items[row])
        previous = row
    if block:
        yield first, block


def _changed(plan: _Plan) -> list[Run]:
    """The stretches of a column that get another format."""
    return _stretches({row: plan.keys[row] for row in plan.changed})


def _lost(cells: Any, column: int, plan: _Plan) -> list[Run]:
    """The stretches that were made text cells because a text in them could be a number."""
    if not any(isinstance(value, str) and _DIGIT.search(value) for value in plan.data):
        return []
    runs = _stretches(dict(enumerate(plan.keys)))
    return [
        (first, last, key)
        for first, last, key in runs
        if uniform_key(cells.getCellRangeByPosition(column, first, column, last)) != key
    ]


def _stretches(keys: dict[int, int]) -> list[Run]:
    return [
        (row, row + len(same) - 1, key)
        for first, block in _blocks(keys)
        for row, key, same in _grouped(first, block)
    ]


def _grouped(first: int, block: list[int]) -> Iterator[tuple[int, int, list[int]]]:
    for key, same in itertools.groupby(block):
        items = list(same)
        yield first, key, items
        first += len(items)
