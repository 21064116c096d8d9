"""Formulas as Excel writes them, and as LibreOffice's programming interface does."""

from __future__ import annotations

import re
from typing import Final

_PIECES: Final = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<array>\{[^{}]*\})"""
    r"""|(?P<quoted>\$?'(?:[^']|'')+'[.!])"""
    r"""|(?P<sheet>\$?[^\W\d][\w.]*!|\$[^\W\d]\w*\.(?=\$?[A-Za-z]))"""
    r"""|(?P<separator>[,;])""",
    re.VERBOSE,
)


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
