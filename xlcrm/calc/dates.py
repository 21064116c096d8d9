"""Serial days and number formats: what of a cell's number is a date, a truth value or just a number."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from xlcrm.calc.bridge import uno

if TYPE_CHECKING:
    from collections.abc import Sequence

_DATE, _TIME, _NUMBERISH, _TEXT, _LOGICAL = 2, 4, 16, 256, 1024  # com.sun.star.util.NumberFormat
_LAST_SERIAL: Final = 2_958_466  # the day after 9999-12-31, counted from 1899-12-30
_DAY_MS: Final = 86_400_000
_PATIENCE: Final = 48  # questions about one column before it is listed whole
EXCEL_EPOCH: Final = dt.datetime(1899, 12, 30)

DATE_CODE: Final = "YYYY-MM-DD"
MOMENT_CODE: Final = "YYYY-MM-DD HH:MM"
TIME_CODE: Final = "HH:MM:SS"
LOGICAL_CODE: Final = "BOOLEAN"
GENERAL_CODE: Final = "General"
_LOCALE_STEP: Final = 10_000  # keys of one locale's formats


class Kind(Enum):
    """What a number format shows."""

    PLAIN = "plain"
    GENERAL = "general"
    DATE = "date"
    LOGICAL = "logical"
    TEXT = "text"


class Formats:
    """The number formats of one workbook, looked up once each, and the day that it counts as 0."""

    def __init__(self, document: Any) -> None:
        self.epoch = _epoch(document)
        self._formats = document.NumberFormats
        self._locale = uno().createUnoStruct("com.sun.star.lang.Locale")  # an empty one: the program's own
        self._kinds: dict[int, Kind] = {}
        self._keys: dict[str, int] = {}

    def kind(self, key: int) -> Kind:
        if key not in self._kinds:
            entry = self._formats.getByKey(key)
            general = key % _LOCALE_STEP == 0  # a locale's first format, whatever it calls it
            self._kinds[key] = _kind(entry.Type, GENERAL_CODE if general else entry.FormatString)
        return self._kinds[key]

    def code(self, key: int) -> str:
        general = self.kind(key) is Kind.GENERAL
        return GENERAL_CODE if general else str(self._formats.getByKey(key).FormatString)

    def key(self, code: str) -> int:
        """The key of a format code, added when the workbook has none such."""
        if code == GENERAL_CODE:
            return int(self._formats.getStandardIndex(self._locale))
        if code not in self._keys:
            found = self._formats.queryKey(code, self._locale, False)  # noqa: FBT003  # UNO takes no names
            self._keys[code] = int(self._formats.addNew(code, self._locale) if found == -1 else found)
        return self._keys[code]


def _kind(bits: int, code: str) -> Kind:
    if bits & _LOGICAL:
        return Kind.LOGICAL
    if bits & _TEXT:
        return Kind.TEXT
    if bits & (_DATE | _TIME):
        return Kind.DATE
    return Kind.GENERAL if code == GENERAL_CODE else Kind.PLAIN


def _epoch(document: Any) -> dt.datetime:
    day = document.NullDate
    return dt.datetime(day.Year, day.Month, day.Day)


def from_serial(serial: float, start: dt.datetime) -> dt.datetime | float:
    """The moment of a serial number, to the millisecond; the number itself where the calendar ends."""
    offset = (start - EXCEL_EPOCH).days
    if not 0 <= serial + offset < _LAST_SERIAL:
        return serial
    return start + dt.timedelta(milliseconds=round(serial * _DAY_MS))


def to_serial(moment: dt.datetime, start: dt.datetime) -> float:
    """Days, with their fraction, since the workbook's day 0."""
    return (moment - start) / dt.timedelta(days=1)


Run = tuple[int, int, int]
"""First row and last row (from 0, within the range) that share one number format, and its key."""


def uniform_key(cells: Any) -> int | None:
    """The number format that all cells of a range share, or None."""
    state = cells.getPropertyStates(("NumberFormat",))[0].value
    return None if state == "AMBIGUOUS_VALUE" else int(cells.NumberFormat)


def set_formats(cells: Any, document: Any, columns: Sequence[Sequence[Run]]) -> None:
    """Set number formats in stretches of a range's columns.

    Each format is set once for all its cells, because LibreOffice then measures all their rows anew.
    """
    areas: dict[int, list[Any]] = {}
    for column, runs in enumerate(columns):
        for first, last, key in runs:
            part = cells.getCellRangeByPosition(column, first, column, last)
            areas.setdefault(key, []).append(part.RangeAddress)
    for key, addresses in areas.items():
        group = document.createInstance("com.sun.star.sheet.SheetCellRanges")
        group.addRangeAddresses(tuple(addresses), True)  # noqa: FBT003  # UNO takes no names
        group.NumberFormat = key


def column_runs(cells: Any, column: int, first: int, last: int) -> list[Run]:
    """The number formats in some rows of one column of a range, top to bottom.

    A call costs about a millisecond. Most columns are uniform below their heading, so halves are asked
    for first; a column that changes often is asked for as a whole, which is dearer for striped rows.
    """
    part = cells.getCellRangeByPosition(column, first, column, last)
    runs = _halves(part, last - first + 1)
    if runs is None:
        runs = _listed(part)
    return [(top + first, bottom + first, key) for top, bottom, key in runs]


def _halves(part: Any, height: int) -> list[Run] | None:
    """Halve until each piece is uniform; None when that takes too many calls."""
    pending = [(0, height - 1)]
    runs: list[Run] = []
    for _ in range(_PATIENCE):
        top, bottom = pending.pop()
        piece = part.getCellRangeByPosition(0, top, 0, bottom)
        key = uniform_key(piece)
        if key is not None:
            runs.append((top, bottom, key))
        else:
            middle = (top + bottom) // 2
            pending += [(middle + 1, bottom), (top, middle)]
        if not pending:
            return runs
    return None


def _listed(part: Any) -> list[Run]:
    """All stretches of one column, as LibreOffice lists them by format."""
    start = part.RangeAddress.StartRow
    groups = part.getUniqueCellFormatRanges()
    runs: list[Run] = []
    for index in range(groups.Count):
        group = groups.getByIndex(index)
        key = int(group.NumberFormat)
        runs += [(area.StartRow - start, area.EndRow - start, key) for area in group.RangeAddresses]
    return sorted(runs)
