"""A1 addresses: from text to numbers and back."""

from __future__ import annotations

import re
from typing import Final

_CELL: Final = r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})"
_AREA: Final = re.compile(rf"{_CELL}(?::{_CELL})?")
_COLUMNS: Final = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS: Final = re.compile(r"\$?([1-9]\d{0,6}):\$?([1-9]\d{0,6})")

Box = tuple[int, int, int, int]
"""First row, first column (from 1), number of rows, number of columns."""


def letters(column: int) -> str:
    """28 becomes AB."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def number(text: str) -> int:
    """AB becomes 28."""
    total = 0
    for letter in text.upper():
        total = total * 26 + ord(letter) - ord("A") + 1
    return total


def parse(text: str, rows: int, columns: int) -> Box | None:
    """The box of `B2`, `$A$1:C9`, `A:C` or `2:5` in a sheet of the given size; None for anything else."""
    if found := _AREA.fullmatch(text):
        first, top, last, bottom = found.groups()
        return span(number(first), int(top), number(last or first), int(bottom or top))
    if found := _COLUMNS.fullmatch(text):
        return span(number(found[1]), 1, number(found[2]), rows)
    if found := _ROWS.fullmatch(text):
        return span(1, int(found[1]), columns, int(found[2]))
    return None


def span(column1: int, row1: int, column2: int, row2: int) -> Box:
    """The box between two corners, whichever they are."""
    return (
        min(row1, row2),
        min(column1, column2),
        abs(row2 - row1) + 1,
        abs(column2 - column1) + 1,
    )


def address(box: Box, *, row_absolute: bool = True, column_absolute: bool = True) -> str:
    """The box as `$A$1:$B$2`, or `$A$1` for one cell."""
    row, column, height, width = box

    def cell(at_row: int, at_column: int) -> str:
        return f"{'$' if column_absolute else ''}{letters(at_column)}{'$' if row_absolute else ''}{at_row}"

    start = cell(row, column)
    return start if (height, width) == (1, 1) else f"{start}:{cell(row + height - 1, column + width - 1)}"
