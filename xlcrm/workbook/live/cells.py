"""Blocks to rectangles: what has to be typed where, and what stands there already."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.live.texts import guarded
from xlcrm.workbook.live.values import EPOCH, ERRORS, is_formula, plain
from xlcrm.workbook.patch.cells import BadValueError, Encoder, link_formula
from xlcrm.workbook.patch.plan import area_of
from xlcrm.workbook.patch.ranges import Area, address
from xlcrm.workbook.port import KEEP, Block, Link, Undated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.live.access import Held

LONG: Final = 8_000
"""Characters: an array with a longer text is refused by some Excel versions (8,203), so it goes alone."""
_SAME_MOMENT: Final = dt.timedelta(milliseconds=2)
_SAME_MONEY: Final = 1e-4
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell to be written as a formula; `shows` is its text, None when that is not known."""

    text: str
    shows: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle in which every cell is written, all as formulas or all as values.

    Attributes:
        area: where.
        columns: cells by column: None, bool, float, str, datetime, date, Undated; or Formula and None.
        formulas: whether they are formulas.
    """

    area: Area
    columns: tuple[Sequence[Any], ...]
    formulas: bool


def checked(block: Block, *, date1904: bool) -> list[list[Any]]:
    """The block's columns as cells to type; links as formulas, numbers as floats, KEEP as KEEP.

    Raises:
        UnsafeToPatch: a value that fits in no cell, in the words of the file door.
    """
    area = area_of(block)
    encoder = Encoder(b"", date1904=date1904)
    found = []
    for number, column in enumerate(block.columns, start=block.column):
        try:
            encoder.column(column)
            found.append(_made(column))
        except BadValueError:
            row, why = _culprit(encoder, column)
            raise UnsafeToPatch(
                f"工作表“{block.sheet}”的 {address(area.top + row, number)} 不能写入：{why}，请改正后再试。"
            ) from None
    return found


def _culprit(encoder: Encoder, column: Sequence[Any]) -> tuple[int, str]:
    for at, value in enumerate(column):
        try:
            encoder.one(value)
        except BadValueError as error:
            return at, str(error)
    raise AssertionError("a column was refused, but none of its values")


def _made(column: Sequence[Any]) -> list[Any]:
    if set(map(type, column)) <= {float, bool, type(None)}:
        return list(column)
    return [_cell(value) for value in column]


def _cell(value: Any) -> Any:  # noqa: PLR0911 - one line a kind of value
    if value is None or value is KEEP or type(value) in {bool, Undated}:
        return value
    if isinstance(value, str):
        return str(value) or None
    if isinstance(value, Link):
        return Formula(f"={link_formula(value)}", value.text)
    if isinstance(value, dt.datetime):
        return value if type(value) is dt.datetime else dt.datetime.combine(value.date(), value.time())
    if isinstance(value, dt.date):
        return value
    if type(value).__name__ in {"bool_", "bool"}:
        return bool(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return value


def same(value: Any, formula: str, wanted: Any) -> bool:
    """Whether a cell holds exactly what is wanted already; KEEP is always there."""
    if wanted is KEEP:
        return True
    if isinstance(wanted, Formula):
        return formula == wanted.text and (wanted.shows is None or value == wanted.shows)
    if is_formula(value, formula) or (value is None and formula in ERRORS):
        return False
    return arrived(value, wanted)


def arrived(value: Any, wanted: Any) -> bool:
    """Whether what is read back is what was written: of a formula its text.

    A number in a cell that shows dates comes back as a date, one in a cell of money cut to four places; line
    ends may change.
    """
    if isinstance(wanted, Formula):
        return bool(value == wanted.text)
    if wanted is None:
        return value is None
    if isinstance(wanted, str):
        return _same_text(value, wanted)
    if isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, dt.date):
        day = wanted if isinstance(wanted, dt.datetime) else dt.datetime.combine(wanted, dt.time())
        return isinstance(value, dt.datetime) and abs(_naive(value) - day) <= _SAME_MOMENT
    return _same_number(value, float(wanted))


def _same_text(value: Any, wanted: str) -> bool:
    if not isinstance(value, str):
        return False
    return value == wanted or _lines(value) == _lines(wanted)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _same_number(value: Any, wanted: float) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    if isinstance(value, Decimal):
        return abs(float(value) - wanted) <= _SAME_MONEY
    if isinstance(value, dt.datetime):
        days = (_naive(value) - EPOCH) / _DAY
        return any(abs(days - shift - wanted) < 1e-6 for shift in (0, 1462))
    return float(value) == wanted or abs(float(value) - wanted) <= 1e-14 * abs(wanted)


def _naive(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=None)


def typed(value: Any) -> Any:
    """A cell as it is handed to the program: texts guarded, dates as moments."""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    return float(value)


def as_before(held: Held) -> list[list[Any]]:
    """What an area held, as cells that put it back."""
    columns = zip(zip(*held.values, strict=True), zip(*held.formulas, strict=True), strict=True)
    return [
        [_back(value, formula) for value, formula in zip(values, formulas, strict=True)]
        for values, formulas in columns
    ]


def _back(value: Any, formula: str) -> Any:
    if is_formula(value, formula) or (value is None and formula in ERRORS):
        return Formula(formula)
    if isinstance(value, dt.datetime):
        return _naive(value)
    return plain(value, formula)


def pieces(area: Area, columns: Sequence[Sequence[Any]]) -> list[Piece]:
    """Cut an area into rectangles around the cells that are kept, values apart from formulas.

    Neighbouring columns that are cut alike stay together, so a block without KEEP is one rectangle.
    """
    found: list[Piece] = []
    open_runs: dict[tuple[int, int, bool], tuple[int, list[Sequence[Any]]]] = {}
    for number, column in enumerate(columns, start=area.left):
        current: dict[tuple[int, int, bool], tuple[int, list[Sequence[Any]]]] = {}
        for first, last, formulas in _runs(column):
            key = first, last, formulas
            left, gathered = open_runs.pop(key, (number, []))
            current[key] = left, [*gathered, column[first : last + 1]]
        found += _closed(area, open_runs)
        open_runs = current
    return [*found, *_closed(area, open_runs)]


def _closed(
    area: Area, runs: dict[tuple[int, int, bool], tuple[int, list[Sequence[Any]]]]
) -> Iterator[Piece]:
    for (first, last, formulas), (left, gathered) in runs.items():
        place = Area(area.top + first, left, area.top + last, left + len(gathered) - 1)
        yield Piece(place, tuple(gathered), formulas)


def _runs(column: Sequence[Any]) -> Iterator[tuple[int, int, bool]]:
    """First and last of each stretch without KEEP, and whether it holds formulas (and blanks) or values."""
    kinds = set(map(type, column))
    if type(KEEP) not in kinds and (Formula not in kinds or kinds <= {Formula, type(None)}):
        if column:
            yield 0, len(column) - 1, Formula in kinds
        return
    start: int | None = None
    formulas: bool | None = None
    for at, value in enumerate((*column, KEEP)):
        kind = None if value is None else isinstance(value, Formula)
        if value is KEEP or (kind is not None and formulas is not None and kind is not formulas):
            if start is not None:
                yield start, at - 1, bool(formulas)
            start, formulas = (None, None) if value is KEEP else (at, kind)
            continue
        start = at if start is None else start
        formulas = kind if formulas is None else formulas


def changed_span(
    held: Sequence[tuple[Sequence[Any], Sequence[str]]], columns: Sequence[Sequence[Any]]
) -> tuple[int, list[tuple[int, int] | None]]:
    """How many cells change, and for each column its first and last cell that does (None for no change)."""
    count = 0
    spans: list[tuple[int, int] | None] = []
    for (values, formulas), column in zip(held, columns, strict=True):
        rows = [
            at
            for at, (value, formula, wanted) in enumerate(zip(values, formulas, column, strict=True))
            if not same(value, formula, wanted)
        ]
        count += len(rows)
        spans.append((rows[0], rows[-1]) if rows else None)
    return count, spans


def changing(
    block: Area, columns: Sequence[Sequence[Any]], spans: Sequence[tuple[int, int] | None]
) -> list[Piece]:
    """The rectangles of neighbouring columns that change, from their first to their last changed row."""
    found: list[Piece] = []
    at = 0
    while at < len(columns):
        if spans[at] is None:
            at += 1
            continue
        start = at
        while at < len(columns) and spans[at] is not None:
            at += 1
        own = [span for span in spans[start:at] if span is not None]
        first, last = min(span[0] for span in own), max(span[1] for span in own)
        area = Area(block.top + first, block.left + start, block.top + last, block.left + at - 1)
        found += pieces(area, [column[first : last + 1] for column in columns[start:at]])
    return found
