"""Error cells: LibreOffice's codes, and the numbers that Excel gives to xlwings for the same errors."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final = {
    -2146826281: "#DIV/0!",
    -2146826246: "#N/A",
    -2146826259: "#NAME?",
    -2146826288: "#NULL!",
    -2146826252: "#NUM!",
    -2146826265: "#REF!",
    -2146826273: "#VALUE!",
}
"""Excel's error values (CVErr, as COM hands them over) and their texts."""

_NUMBERS: Final = {text: number for number, text in TEXTS.items()}
_CALC: Final = {
    521: "#NULL!",
    532: "#DIV/0!",
    502: "#VALUE!",  # also SQRT(-1), which Excel calls #NUM!
    503: "#NUM!",
    504: "#REF!",
    519: "#VALUE!",
    524: "#REF!",
    525: "#NAME?",
    32767: "#N/A",
}
"""LibreOffice's error codes that Excel has a word for; any other one is #VALUE!."""


def excel_error(cell: Any) -> int:
    """Excel's number for the error in a cell."""
    return _NUMBERS[_CALC.get(int(cell.getError()), "#VALUE!")]
