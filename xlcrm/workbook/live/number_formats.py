"""Number formats that have to change with the values: dates that show as such, numbers that stay numbers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from xlcrm.workbook.live.access import number_formats
from xlcrm.workbook.live.cells import Formula
from xlcrm.workbook.patch.styles import DATE_FORMAT, MOMENT_FORMAT, is_date_format
from xlcrm.workbook.port import Undated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    import xlwings as xw

    from xlcrm.workbook.live.cells import Piece
    from xlcrm.workbook.patch.ranges import Area

GENERAL: Final = "General"
TEXT: Final = "@"
_MOST_RUNS: Final = 100
_HARMLESS: Final = frozenset({str, type(None)})

Change = tuple["Area", str, str]
"""An area of one column, its number format so far, and the one that it needs."""


def needed(sheet: xw.Sheet, piece: Piece) -> tuple[list[Change], list[Change]]:
    """Formats to set before a piece is written, and those to set after it.

    In a cell formatted as text a number would become a text, so such a cell is General meanwhile.
    """
    before: list[Change] = []
    after: list[Change] = []
    for number, column in enumerate(piece.columns, start=piece.area.left):
        kinds = set(map(type, column))
        if kinds <= _HARMLESS:
            continue
        place = piece.area._replace(left=number, right=number)
        for part, code in number_formats(sheet, place):
            own = column[part.top - place.top : part.bottom - place.top + 1]
            changes = list(_changes(part, code, own))
            if code == TEXT and any(_plain_number(value) for value in own):
                before.append((part, TEXT, GENERAL))
                after += [(part, GENERAL, TEXT), *((area, TEXT, new) for area, _, new in changes)]
            before += changes
    return before, after


def _plain_number(value: Any) -> bool:
    return isinstance(value, bool | float | Formula)


def _changes(part: Area, code: str, values: Sequence[Any]) -> Iterator[Change]:
    dated = is_date_format(code)
    wanted = [_wanted(value, dated=dated) for value in values]
    if not any(wanted):
        return
    runs = list(_runs(wanted, values))
    if len(runs) > _MOST_RUNS:  # dates and moments by turns: one format serves both
        rows = [at for at, new in enumerate(wanted) if new]
        yield part._replace(top=part.top + rows[0], bottom=part.top + rows[-1]), code, MOMENT_FORMAT
        return
    for first, last, new in runs:
        yield part._replace(top=part.top + first, bottom=part.top + last), code, new


def _wanted(value: Any, *, dated: bool) -> str:
    """The format that a value needs in a cell whose format is another one; "" for any."""
    if isinstance(value, Undated):
        return GENERAL if dated else ""
    if dated or not isinstance(value, dt.date):
        return ""
    return MOMENT_FORMAT if isinstance(value, dt.datetime) else DATE_FORMAT


def _runs(wanted: Sequence[str], values: Sequence[Any]) -> Iterator[tuple[int, int, str]]:
    """First and last of each stretch that needs one format; blank cells do not end it."""
    start = last = -1
    for at, (new, value) in enumerate(zip(wanted, values, strict=True)):
        if start >= 0 and (new != wanted[start] if new else value is not None):
            yield start, last, wanted[start]
            start = -1
        if new:
            start = at if start < 0 else start
            last = at
    if start >= 0:
        yield start, last, wanted[start]
