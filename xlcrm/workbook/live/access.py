"""One sheet of an open workbook: whole areas read and written in as few calls as can be."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import WorkbookHostile, XlcrmError
from xlcrm.workbook.live.patience import ask, patiently, tell
from xlcrm.workbook.live.values import ERRORS, doubtful, error_text
from xlcrm.workbook.patch.ranges import Area, address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import xlwings as xw

_CELLS_A_CALL: Final = 200_000
"""Cells of one bulk call; an Apple event takes 1.5 million numbers, and far fewer texts."""
_MOST_CELLS: Final = 5_000_000
"""Cells that are fetched from another program: 100,000 rows of 50 columns."""
_COPIES: Final = 4
"""Times that a copy is tried: for a moment another program may hold the clipboard."""
_COPY_PAUSE: Final = 0.25
"""Seconds between them."""
_MOST_PIECES: Final = 256
"""Number formats of one column are told apart down to so many pieces."""

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Held:
    """What the cells of an area hold, row by row.

    Attributes:
        area: where.
        values: as the program gives them; None for empty cells and for errors.
        formulas: what the formula bar shows, "" for empty cells.
    """

    area: Area
    values: Rows
    formulas: list[list[str]]

    def cell(self, row: int, column: int) -> tuple[Any, str]:
        """Value and formula of a cell; cells outside the area are empty."""
        if not self.area.holds(row, column):
            return None, ""
        at = row - self.area.top, column - self.area.left
        return self.values[at[0]][at[1]], self.formulas[at[0]][at[1]]

    def columns(self, area: Area) -> Iterator[tuple[list[Any], list[str]]]:
        """Values and formulas of the columns of an area; cells outside what was read are empty."""
        common = self.area.common(area)
        for column in range(area.left, area.right + 1):
            if common is None or not common.left <= column <= common.right:
                blank = area.bottom - area.top + 1
                yield [None] * blank, [""] * blank
                continue
            first, last = common.top - self.area.top, common.bottom - self.area.top + 1
            at = column - self.area.left
            above, below = common.top - area.top, area.bottom - common.bottom
            values = [row[at] for row in self.values[first:last]]
            formulas = [row[at] for row in self.formulas[first:last]]
            yield (
                [*([None] * above), *values, *([None] * below)],
                [*([""] * above), *formulas, *([""] * below)],
            )

    def part(self, area: Area) -> Held:
        """What an area holds; cells outside what was read are empty."""
        values, formulas = zip(*self.columns(area), strict=True)
        return Held(area, transposed(values), transposed(formulas))

    def filled(self, row: int, left: int, right: int) -> int:
        """First column from `left` to `right` whose cell holds something, or 0."""
        for column in range(max(left, self.area.left), min(right, self.area.right) + 1):
            value, formula = self.cell(row, column)
            if formula or value is not None:
                return column
        return 0


NOTHING: Final = Held(Area(1, 1, 0, 0), [], [])


def range_of(sheet: xw.Sheet, area: Area) -> xw.Range:
    """The range of an area."""
    return sheet.range((area.top, area.left), (area.bottom, area.right))


def used_area(sheet: xw.Sheet) -> Area:
    """From A1 to the end of the used range.

    Raises:
        WorkbookHostile: it is too large to be fetched.
    """

    def ask() -> Area:
        used = sheet.used_range
        rows, columns = used.shape
        return Area(1, 1, used.row + max(rows, 1) - 1, used.column + max(columns, 1) - 1)

    area = patiently(ask)
    if area.cells > _MOST_CELLS:
        raise WorkbookHostile(
            f"工作表“{sheet.name}”的内容或格式一直延伸到 {address(area.bottom, area.right)}，"
            "范围大得无法读取，请在 Excel 里按 Ctrl+End 找到最远处，"
            f"删除“{sheet.name}”下方和右侧的空行、空列并保存后再试。"
        )
    return area


def area_of_range(found: xw.Range) -> Area:
    """Where a range is."""
    rows, columns = found.shape
    return Area(found.row, found.column, found.row + rows - 1, found.column + columns - 1)


def read(sheet: xw.Sheet, area: Area) -> Held:
    """Values and formulas of an area: one call each, more for a very large one."""
    return Held(area, read_values(sheet, area), read_formulas(sheet, area))


def read_values(sheet: xw.Sheet, area: Area) -> Rows:
    """Values of an area; None for errors."""
    return [
        [None if error_text(value) else value for value in row] if int in map(type, row) else row
        for part in _parts(area)
        for row in ask(range_of(sheet, part).options(ndim=2, chunksize=None), "value")
    ]


def read_formulas(sheet: xw.Sheet, area: Area) -> list[list[str]]:
    """What the formula bar shows for each cell of an area."""
    return [row for part in _parts(area) for row in _square(ask(range_of(sheet, part), "formula"), part)]


def within(sheet: xw.Sheet, held: Held, area: Area) -> Held:
    """What an area holds: from what was read, or read now where that is not enough."""
    return held if held.area.common(area) == area else read(sheet, area)


def read_errors(sheet: xw.Sheet, held: Held) -> dict[tuple[int, int], str]:
    """Cells of an area that hold an error -> its text. Asks again only when there may be any."""
    doubts = [
        (row, column)
        for row, (values, formulas) in enumerate(zip(held.values, held.formulas, strict=True))
        for column, (value, formula) in enumerate(zip(values, formulas, strict=True))
        if formula and value is None and doubtful(value, formula)
    ]
    if not doubts:
        return {}
    top, left = held.area.top, held.area.left
    rows, columns = sorted({row for row, _ in doubts}), [column for _, column in doubts]
    span = Area(top + rows[0], left + min(columns), top + rows[-1], left + max(columns))
    try:
        texts = dict(enumerate(_texts(sheet, span), start=rows[0]))
    except TypeError:
        # xlwings on macOS tells errors of single rows only.
        texts = {row: _texts(sheet, Area(top + row, span.left, top + row, span.right))[0] for row in rows}
    found = {}
    for row, column in doubts:
        text = texts[row][column - min(columns)]
        if isinstance(text, str) and text in ERRORS:
            found[top + row, left + column] = text
    return found


def _texts(sheet: xw.Sheet, area: Area) -> Rows:
    cells = range_of(sheet, area)
    found: Rows = ask(cells.options(ndim=2, err_to_str=True, chunksize=None), "value")
    return [[error_text(value) or value for value in row] for row in found]


def write_values(sheet: xw.Sheet, area: Area, rows: Rows) -> None:
    """Type values into an area, None to empty a cell."""
    for part in _parts(area):
        chunk = rows[part.top - area.top : part.bottom - area.top + 1]
        tell(range_of(sheet, part), "value", chunk)


def write_formulas(sheet: xw.Sheet, area: Area, rows: Rows) -> None:
    """Type formulas (and what stands between them) into an area."""
    for part in _parts(area):
        chunk = rows[part.top - area.top : part.bottom - area.top + 1]
        tell(range_of(sheet, part), "formula", chunk)


def number_formats(sheet: xw.Sheet, area: Area) -> list[tuple[Area, str]]:
    """The number formats of one column, top to bottom, each with its rows.

    A column of one format, the common case, is one call; others are halved until they are.
    """
    waiting = [area]
    found: list[tuple[Area, str]] = []
    while waiting:
        part = waiting.pop()
        code = ask(range_of(sheet, part), "number_format")
        if code is None and part.top < part.bottom and len(found) + len(waiting) < _MOST_PIECES:
            middle = (part.top + part.bottom) // 2
            waiting += [part._replace(top=middle + 1), part.to_row(middle)]
        else:
            found.append((part, code or ""))
    return found


def set_number_format(sheet: xw.Sheet, area: Area, code: str) -> None:
    """Give all cells of an area one number format."""
    tell(range_of(sheet, area), "number_format", code)


def copy_looks(sheet: xw.Sheet, source: Area, target: Area) -> None:
    """Give an area the formats, conditional formats and validation of a row."""

    def paste() -> None:
        model, cells = range_of(sheet, source), range_of(sheet, target)
        model.copy()
        cells.paste(paste="formats")
        cells.paste(paste="validation")

    try:
        for left in range(_COPIES - 1, -1, -1):
            try:
                patiently(paste)
                break
            except Exception as error:
                if not left or isinstance(error, XlcrmError):
                    raise
            time.sleep(_COPY_PAUSE)
    finally:
        with contextlib.suppress(Exception):  # the marching ants are no reason to fail
            sheet.book.app.cut_copy_mode = False


def _parts(area: Area) -> Iterator[Area]:
    step = max(1, _CELLS_A_CALL // (area.right - area.left + 1))
    for top in range(area.top, area.bottom + 1, step):
        yield area._replace(top=top, bottom=min(top + step - 1, area.bottom))


def _square(found: Any, area: Area) -> list[list[str]]:
    """Formulas as rows: a single cell comes as a text, a single row or column may come flat."""
    height, width = area.bottom - area.top + 1, area.right - area.left + 1
    if not isinstance(found, list | tuple):
        return [[_text(found)]]
    if found and not isinstance(found[0], list | tuple):
        cells = [_text(value) for value in found]
        return [cells] if height == 1 else [[cell] for cell in cells]
    rows = [[_text(value) for value in row] for row in found]
    if len(rows) != height or any(len(row) != width for row in rows):
        raise ValueError(f"{len(rows)} 行公式，应为 {height} 行 {width} 列")
    return rows


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def quietly(call: Callable[[], Any], default: Any = None) -> Any:
    """Ask for something that not every program can answer."""
    try:
        return call()
    except Exception:  # noqa: BLE001 - each program raises its own kind
        return default


def transposed(columns: Sequence[Sequence[Any]]) -> Rows:
    """Columns as rows."""
    return [list(row) for row in zip(*columns, strict=True)]
