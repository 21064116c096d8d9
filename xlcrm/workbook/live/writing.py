"""Writing one sheet of an open workbook, and the way back when something fails."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import ProgramError, WorkbookError
from xlcrm.workbook.live import access
from xlcrm.workbook.live.access import copy_looks, quietly, range_of, set_number_format, transposed
from xlcrm.workbook.live.cells import LONG, Formula, Piece, arrived, as_before, pieces, typed
from xlcrm.workbook.live.number_formats import TEXT, needed
from xlcrm.workbook.live.patience import ask, patiently, tell
from xlcrm.workbook.live.texts import MARK
from xlcrm.workbook.patch.ranges import Area, address

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw

    from xlcrm.workbook.live.access import Held
    from xlcrm.workbook.live.charts import Retitled
    from xlcrm.workbook.live.lists import Growth, Table
    from xlcrm.workbook.live.number_formats import Change

_MOST_REPAIRS: Final = 2_000
"""Cells of one sheet that are written one by one, because an array did not reach them."""


@dataclass(slots=True)
class SheetPlan:
    """What is written into one sheet.

    Attributes:
        sheet: where.
        tables: its tables.
        work: rectangles, each with what it held.
        resized: tables that end elsewhere from now on, and where.
        growths: rows that come to a list.
        cells: how many cells get another value.
    """

    sheet: xw.Sheet
    name: str
    tables: list[Table]
    work: list[tuple[Piece, Held]] = field(default_factory=list)
    resized: list[tuple[Table, Area]] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    cells: int = 0

    @property
    def empty(self) -> bool:
        return not self.work and not self.resized


class Writer:
    """Writes sheets; remembers how each write is undone."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def write(self, plan: SheetPlan) -> None:
        """Write one sheet: longer tables first, then cells, then shorter tables.

        Raises:
            WorkbookError: what was read back is not what was written.
            Exception: what the program said.
        """
        for table, area in plan.resized:
            if area.bottom > table.area.bottom:
                self._resize(plan.sheet, table, area)
        for growth in plan.growths:
            copy_looks(plan.sheet, growth.model, growth.rows)
        for piece, held in plan.work:
            self._piece(plan, piece, held)
        for table, area in plan.resized:
            if area.bottom < table.area.bottom:
                self._resize(plan.sheet, table, area)

    def retitle(self, title: Retitled) -> None:
        """Give a chart another title.

        Raises:
            Exception: what the program said.
        """
        self._undo.append(lambda: tell(title.chart, "title", title.before))
        tell(title.chart, "title", title.after)

    def take_back(self) -> bool:
        """Undo all that was written, the last first; whether everything could be put back.

        A program that is busy now is given time; one that stays so is left alone.
        """
        whole = True
        while self._undo:
            step = self._undo.pop()
            for last in (False, False, True):
                try:
                    step()
                except ProgramError:
                    if last:
                        return False
                except Exception:  # noqa: BLE001 - go on with the others, whatever the program says
                    whole = False
                    break
                else:
                    break
        return whole

    def _resize(self, sheet: xw.Sheet, table: Table, area: Area) -> None:
        self._undo.append(lambda: _resize(sheet, table, table.area))
        _resize(sheet, table, area)

    def _piece(self, plan: SheetPlan, piece: Piece, held: Held) -> None:
        sheet = plan.sheet
        formats = needed(sheet, piece)
        old = formats[0][::-1]
        self._undo.append(lambda: _set_formats(sheet, [(area, new, code) for area, code, new in old if code]))
        self._undo.append(lambda: _put_back(plan, held))
        if piece.formulas:
            _clear_links(sheet, piece.area)
        _fill_surely(plan, piece, formats)


def _fill_surely(plan: SheetPlan, piece: Piece, formats: tuple[list[Change], list[Change]]) -> None:
    """Write a rectangle, and look whether all of it has arrived."""
    _fill(plan.sheet, piece, formats)
    wrong = _wrong(plan.sheet, piece)
    if wrong and _unmark(plan.sheet, wrong):
        wrong = _wrong(plan.sheet, piece)
    if wrong:
        _repair(plan, wrong)


def _unmark(sheet: xw.Sheet, wrong: list[tuple[int, int, Any]]) -> bool:
    """Type texts without the mark where cells formatted as text have kept it; whether there were any."""
    columns: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row, column, value in wrong:
        if isinstance(value, str) and len(value) <= LONG and typed(value) != value:
            columns[column].append((row, value))
    found = False
    for column, cells in columns.items():
        for texts in _stretches(cells):
            area = Area(texts[0][0], column, texts[-1][0], column)
            kept = [[MARK + text] for _, text in texts]
            code = ask(range_of(sheet, area), "number_format")
            if code == TEXT and access.read_values(sheet, area) == kept:
                access.write_values(sheet, area, [[text] for _, text in texts])
                found = True
    return found


def _stretches(cells: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Cells of one column cut where rows are missing."""
    found: list[list[tuple[int, str]]] = []
    for row, text in cells:
        if found and found[-1][-1][0] == row - 1:
            found[-1].append((row, text))
        else:
            found.append([(row, text)])
    return found


def _repair(plan: SheetPlan, wrong: list[tuple[int, int, Any]]) -> None:
    """Write cells one by one that an array did not reach, or that were read otherwise."""
    if len(wrong) > _MOST_REPAIRS:
        raise WorkbookError(
            f"工作表“{plan.name}”有 {len(wrong)} 个单元格写入后读回的内容不一致，请检查该工作表后重试"
        )
    for row, column, value in wrong:
        cell = range_of(plan.sheet, Area(row, column, row, column))
        _type_one(cell, value)
        found = ask(cell, "formula" if isinstance(value, Formula) else "value")
        if not arrived(found, value):
            raise WorkbookError(
                f"工作表“{plan.name}”的 {address(row, column)} 写不进去（读回的内容不一致），"
                "请检查它是否在合并单元格、数据透视表或数组公式里"
            )


def _resize(sheet: xw.Sheet, table: Table, area: Area) -> None:
    patiently(lambda: table.handle.resize(range_of(sheet, area)))


def _put_back(plan: SheetPlan, held: Held) -> None:
    """Write what an area held, all that can be written of it.

    Raises:
        WorkbookError: not all of it has arrived.
    """
    lost: WorkbookError | None = None
    for piece in pieces(held.area, as_before(held)):
        try:
            _fill_surely(plan, piece, needed(plan.sheet, piece))
        except WorkbookError as error:
            lost = error
    if lost is not None:
        raise lost


def _fill(sheet: xw.Sheet, piece: Piece, formats: tuple[list[Change], list[Change]]) -> None:
    before, after = formats
    _set_formats(sheet, before)
    _type(sheet, piece)
    _set_formats(sheet, after)


def _set_formats(sheet: xw.Sheet, changes: list[Change]) -> None:
    for area, _, new in changes:
        set_number_format(sheet, area, new)


def _type(sheet: xw.Sheet, piece: Piece) -> None:
    """Hand over a rectangle in one go; long texts alone afterwards."""
    long: list[tuple[int, int, str]] = []
    columns = []
    for number, column in enumerate(piece.columns):
        cells = [typed(value) for value in column]
        for row, value in enumerate(cells):
            if isinstance(value, str) and len(value) > LONG and not piece.formulas:
                long.append((row, number, value))
                cells[row] = None
        columns.append(cells)
    write = access.write_formulas if piece.formulas else access.write_values
    write(sheet, piece.area, transposed(columns))
    for row, number, text in long:
        place = piece.area.top + row, piece.area.left + number
        tell(range_of(sheet, Area(*place, *place)), "value", text)


def _type_one(cell: xw.Range, value: Any) -> None:
    if isinstance(value, Formula):
        tell(cell, "formula", value.text)
        return
    tell(cell, "value", MARK + value if isinstance(value, str) else typed(value))


def _wrong(sheet: xw.Sheet, piece: Piece) -> list[tuple[int, int, Any]]:
    """Row, column and wanted value of cells that do not hold what was written."""
    return [
        (piece.area.top + at, number, wanted)
        for number, found, column in zip(
            range(piece.area.left, piece.area.right + 1), _found(sheet, piece), piece.columns, strict=True
        )
        for at, (value, wanted) in enumerate(zip(found, column, strict=True))
        if value != wanted and not arrived(value, wanted)
    ]


def _found(sheet: xw.Sheet, piece: Piece) -> list[list[Any]]:
    """By column, what was read back; of formulas their texts, since a quiet program may not work them out."""
    if piece.formulas:
        found = access.read_formulas(sheet, piece.area)
        return [[text or None for text in column] for column in zip(*found, strict=True)]
    return [list(column) for column in zip(*access.read_values(sheet, piece.area), strict=True)]


def _clear_links(sheet: xw.Sheet, area: Area) -> None:
    """Remove hyperlinks that sit on cells which get a HYPERLINK formula: Excel would follow the old one."""
    own: Any = range_of(sheet, area).api
    if sys.platform == "darwin":
        quietly(lambda: own.clear_hyperlinks())  # noqa: PLW0108 - the name alone may fail
    elif quietly(lambda: own.Hyperlinks.Count, default=0):
        quietly(lambda: own.ClearHyperlinks())  # noqa: PLW0108 - same
