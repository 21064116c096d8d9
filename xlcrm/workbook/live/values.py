"""What a spreadsheet program says that cells hold, as the file door would say it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ERRORS: Final = frozenset(
    {
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#UNKNOWN!",
        "#CONNECT!",
        "#BUSY!",
        "#EXTERNAL!",
        "#PYTHON!",
    }
)
_ERROR_BASE: Final = -2146828288
"""COM hands over an error as this number plus that of the error."""
_ERROR_NUMBERS: Final = 65_536
_ERROR_CODES: Final = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
_ANY_ERROR: Final = "#VALUE!"
EPOCH: Final = dt.datetime(1899, 12, 30)
EPOCH_1904: Final = dt.datetime(1904, 1, 1)
_BETWEEN_EPOCHS: Final = 1462.0
_DAY: Final = dt.timedelta(days=1)
_LEAP_BUG: Final = dt.datetime(1900, 2, 28)
"""Programs hand over days since 1899-12-30; Excel shows the first sixty one day later."""
_MILLISECOND: Final = 1_000
_SECOND: Final = 1_000_000
_BLUR: Final = 1_500
"""Microseconds: a time of day passes through a float of days and milliseconds."""
_OLD: Final = 1904
"""Dates up to this year may be times of day, or durations."""
_DURATION: Final = re.compile(r"\[[hms]+\]", re.IGNORECASE)


def plain_column(
    values: Sequence[object],
    formulas: Sequence[str],
    formats: Callable[[int, int], Sequence[tuple[int, int, str]]],
    *,
    date1904: bool = False,
) -> list[object]:
    """One column of a sheet as a grid holds it.

    Args:
        values: as the program gives them: float, int, Decimal, str, bool, datetime or None.
        formulas: what stands in each cell's formula bar, "" for an empty cell.
        formats: tells the number formats of rows, both counted from 0: first, last and code of each stretch.
        date1904: the workbook counts days from 1904.
    """
    kinds = set(map(type, values))
    if kinds <= {str, float, bool, type(None)}:
        return [None if value == "" else value for value in values] if str in kinds else list(values)
    old = [at for at, value in enumerate(values) if isinstance(value, dt.datetime) and value.year <= _OLD]
    durations: set[int] = set()
    for first, last, code in formats(old[0], old[-1]) if old else ():
        if _DURATION.search(code):
            durations.update(range(first, last + 1))
    return [
        plain(value, formula, duration=at in durations, date1904=date1904)
        for at, (value, formula) in enumerate(zip(values, formulas, strict=True))
    ]


def plain(value: Any, formula: str = "", *, duration: bool = False, date1904: bool = False) -> object:
    """One value as a grid holds it."""
    if isinstance(value, bool | str | float) or value is None:
        return None if value == "" else value
    if isinstance(value, Decimal):  # a currency cell: cut to four places on its way, but not its formula
        return _exact(formula, float(value))
    if isinstance(value, dt.datetime):
        return moment(value, duration=duration, date1904=date1904)
    return float(value)


def _exact(formula: str, cut: float) -> float:
    try:
        number = float(formula)
    except ValueError:
        return cut
    return number if abs(number - cut) < 1e-3 else cut


def moment(value: dt.datetime, *, duration: bool = False, date1904: bool = False) -> object:
    """A date, a moment, a time of day or a duration, as calamine tells them apart."""
    # pywin32's times are a subclass with a zone that means nothing.
    at = value if type(value) is dt.datetime else dt.datetime.combine(value.date(), value.time())
    off = at.microsecond
    if off:
        near = min(off, _SECOND - off) <= _BLUR
        at = at.replace(microsecond=0 if near else off // _MILLISECOND * _MILLISECOND)
        at += dt.timedelta(seconds=near and off > _BLUR)
    if at.year > _OLD and not duration:
        return at if at.hour or at.minute or at.second or at.microsecond else at.date()
    epoch = EPOCH_1904 if date1904 else EPOCH
    if duration:
        return at - epoch
    if at < epoch + _DAY:
        return at.time()
    if at < _LEAP_BUG and not date1904:
        at += _DAY
    return at.date() if at.time() == dt.time() else at


def is_1904(values: Sequence[Sequence[object]], formulas: Sequence[Sequence[str]]) -> bool | None:
    """Whether the workbook counts days from 1904, told by a cell with a date; None without any.

    The formula bar holds a date as its number of days, whichever day they are counted from.
    """
    for cells, texts in zip(values, formulas, strict=True):
        for value, text in zip(cells, texts, strict=True):
            if isinstance(value, dt.datetime) and value.year > _OLD and not text.startswith("="):
                try:
                    days = float(text)
                except ValueError:
                    continue
                return round((value.replace(tzinfo=None) - EPOCH) / _DAY - days) == _BETWEEN_EPOCHS
    return None


def error_text(value: object) -> str:
    """The error that a number stands for which xlwings on Windows has left as it came; "" for other values.

    xlwings knows the seven oldest errors only; a number in a cell comes as a float, never as an int.
    """
    if type(value) is not int or not 0 <= value - _ERROR_BASE < _ERROR_NUMBERS:
        return ""
    return _ERROR_CODES.get(value - _ERROR_BASE, _ANY_ERROR)


def is_formula(value: object, formula: str) -> bool:
    """Whether a cell holds a formula; a text that begins with = is its own formula bar.

    LibreOffice shows array formulas in braces.
    """
    return formula.startswith(("=", "{=")) and value != formula


def doubtful(value: object, formula: str) -> bool:
    """Whether a cell without a value may hold an error: the other reading is an empty text."""
    return value is None and (is_formula(value, formula) or formula in ERRORS)
