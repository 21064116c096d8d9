"""Formulas as Excel writes them, and as LibreOffice's programming interface does."""

from __future__ import annotations

import re
from typing import Any, Final

from xlcrm.calc.errors_in_cells import TEXTS

_PIECES: Final = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<error>\#[A-Z]+[!?]|\#DIV/0!|\#N/A)"""
    r"""|(?P<array>\{[^{}]*\})"""
    r"""|(?P<quoted>\$?'(?:[^']|'')+'[.!])"""
    r"""|(?P<sheet>\$?[^\W\d][\w.]*!|\$[^\W\d]\w*\.(?=\$?[A-Za-z]))"""
    r"""|(?P<separator>[,;])""",
    re.VERBOSE,
)

_FORMULAS: Final = 16  # com.sun.star.sheet.CellFlags
_CONSTANTS: Final = {"=TRUE()": "TRUE", "=FALSE()": "FALSE", **{f"={text}": text for text in TEXTS.values()}}
"""What LibreOffice makes formulas of when it reads them from an Excel file."""


def to_calc(formula: str) -> str:
    """`=SUM(A1,'表 二'!B1)` becomes `=SUM(A1;$'表 二'.B1)`."""
    return _PIECES.sub(_calc_piece, formula)


def _calc_piece(found: re.Match[str]) -> str:
    piece = found.group()
    match found.lastgroup:
        case "separator":
            return ";"
        case "array":
            return piece.translate(str.maketrans(",;", ";|"))
        case "quoted" | "sheet":
            return f"${piece.removeprefix('$')[:-1]}."
    return piece


def to_excel(formula: str) -> str:
    """`=SUM(A1;$'表 二'.B1)` becomes `=SUM(A1,'表 二'!B1)`."""
    return _PIECES.sub(_excel_piece, formula)


def _excel_piece(found: re.Match[str]) -> str:
    piece = found.group()
    match found.lastgroup:
        case "separator":
            return ","
        case "array":
            return piece.translate(str.maketrans(";|", ",;"))
        case "quoted" | "sheet":
            return f"{piece.removeprefix('$')[:-1]}!"
    return piece


def read_formulas(cells: Any) -> tuple[tuple[str, ...], ...]:
    """Excel's `Range.Formula`: formulas, and constants as text without an apostrophe.

    LibreOffice reads truth values and errors of an Excel file as formulas (=TRUE()): they are constants.
    """
    texts = [list(row) for row in cells.getFormulaArray()]
    data = cells.getDataArray()
    address = cells.RangeAddress
    live = set()
    for area in cells.queryContentCells(_FORMULAS).RangeAddresses:
        live |= {
            (row - address.StartRow, column - address.StartColumn)
            for row in range(area.StartRow, area.EndRow + 1)
            for column in range(area.StartColumn, area.EndColumn + 1)
        }
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            value = data[row][column]
            if (row, column) in live:
                line[column] = _CONSTANTS.get(text) or to_excel(text)
            elif isinstance(value, str):
                line[column] = value
    return tuple(tuple(line) for line in texts)
