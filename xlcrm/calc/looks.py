"""How a range looks: its formats, colours and sizes, and what is hidden."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from xlcrm.calc.bridge import guarded
from xlcrm.calc.colours import from_excel, to_excel_colour
from xlcrm.calc.dates import uniform_key
from xlcrm.calc.heights import needs_measuring, unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.calc.addresses import Box
    from xlcrm.calc.dates import Formats
    from xlcrm.calc.sheets import Sheet

_CHARACTER: Final = 226.5  # 1/100 mm that one unit of Excel's column width takes in Calibri 11
_POINT: Final = 2540 / 72  # 1/100 mm


@guarded
class Looks(base_classes.Range):
    """The part of a range that is not about contents."""

    box: Box
    _sheet: Sheet
    _cells: Any = None

    @property
    def api(self) -> Any:
        """The UNO cell range, asked for once; None for an empty range.

        It follows its cells when rows or columns are inserted, as Excel's does, while `box` stays.
        """
        row, column, height, width = self.box
        if not (height and width):
            return None
        if self._cells is None:
            self._cells = self._sheet.api.getCellRangeByPosition(
                column - 1, row - 1, column + width - 2, row + height - 2
            )
        return self._cells

    @property
    def document(self) -> Any:
        return self._sheet.book.api

    @property
    def formats(self) -> Formats:
        return self._sheet.book.formats

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Change cells without measuring rows at each step; see `heights`."""
        with unmeasured(self.document):
            yield
        if needs_measuring(self):
            self._sheet.book.app.measure(self)

    @property
    def number_format(self) -> str | None:
        """The format code; None when the cells have several."""
        api = self.api
        if api is None:
            return ""
        key = uniform_key(api)
        return None if key is None else self.formats.code(key)

    @number_format.setter
    def number_format(self, value: str) -> None:
        api = self.api
        if api is not None and uniform_key(api) != (key := self.formats.key(value)):
            with unmeasured(self.document):
                api.NumberFormat = key

    @property
    def color(self) -> tuple[int, int, int] | None:
        api = self.api
        return None if api is None else to_excel_colour(int(api.CellBackColor))

    @color.setter
    def color(self, value: tuple[int, int, int] | int | str | None) -> None:
        if self.api is not None:
            with unmeasured(self.document):
                self.api.CellBackColor = from_excel(value)

    @property
    def row_height(self) -> float | None:
        """Points; None when the rows differ."""
        api = self.api
        height = api.Rows.getByIndex(0).Height
        return height / _POINT if _even(api.Size.Height, height, self.box[2]) else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.api.Rows.Height = round(value * _POINT)

    @property
    def column_width(self) -> float | None:
        """Characters, as Excel counts them; None when the columns differ."""
        api = self.api
        width = api.Columns.getByIndex(0).Width
        return width / _CHARACTER if _even(api.Size.Width, width, self.box[3]) else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.api.Columns.Width = round(value * _CHARACTER)

    @property
    def row_hidden(self) -> bool | None:
        """Whether all rows are hidden, by hand or by a filter; None when only some are."""
        row, _, height, _ = self.box
        sheet = self._sheet.api
        column = _shown_column(sheet) - 1
        cells = sheet.getCellRangeByPosition(column, row - 1, column, row + height - 2)
        areas = cells.queryVisibleCells().RangeAddresses
        shown = sum(area.EndRow - area.StartRow + 1 for area in areas)
        return None if 0 < shown < height else not shown

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self.api.Rows.IsVisible = not value

    @property
    def column_hidden(self) -> bool | None:
        columns = self.api.Columns
        shown = {bool(columns.getByIndex(index).IsVisible) for index in range(self.box[3])}
        return None if len(shown) == 2 else not shown.pop()

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.api.Columns.IsVisible = not value

    def autofit(self, axis: str | None = None) -> None:
        if axis in (None, "c", "columns"):
            self.api.Columns.OptimalWidth = True
        if axis in (None, "r", "rows"):
            self.api.Rows.OptimalHeight = True


def _even(total: int, one: int, count: int) -> bool:
    """Whether all lines are as large as the first; LibreOffice rounds each to 1/100 mm."""
    return abs(total - one * count) <= count


def _shown_column(sheet: Any) -> int:
    """The first column, from 1, that is not hidden."""
    columns = sheet.Columns
    return next((n + 1 for n in range(columns.Count) if columns.getByIndex(n).IsVisible), 1)
