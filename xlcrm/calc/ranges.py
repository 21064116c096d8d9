"""A range of cells."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from xlcrm.calc import addresses, values
from xlcrm.calc.bridge import guarded
from xlcrm.calc.copying import PASTES
from xlcrm.calc.formulas import read_formulas
from xlcrm.calc.jumps import next_edge
from xlcrm.calc.links import add_link, link_of
from xlcrm.calc.looks import Looks
from xlcrm.errors import SheetProtected

if TYPE_CHECKING:
    from xlcrm.calc.sheets import Sheet

_CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: numbers, dates, text, formulas


@guarded
class Range(Looks):
    """A rectangle of one sheet; it may be empty (0 rows or 0 columns), and then does nothing."""

    def __init__(self, sheet: Sheet, box: addresses.Box) -> None:
        self._sheet = sheet
        self.box = box
        self.options: dict[str, Any] = {}

    @property
    def row(self) -> int:
        return self.box[0]

    @property
    def column(self) -> int:
        return self.box[1]

    @property
    def shape(self) -> tuple[int, int]:
        return self.box[2], self.box[3]

    def __len__(self) -> int:
        return self.box[2] * self.box[3]

    def __call__(self, row: int, column: int | None = None) -> Range:
        """The cell at a position counted from 1, which may lie outside; one number counts row by row."""
        if column is None:
            over, rest = divmod(row - 1, self.box[3])
            row, column = over + 1, rest + 1
        return Range(self._sheet, (self.box[0] + row - 1, self.box[1] + column - 1, 1, 1))

    @property
    def max_cells_per_read(self) -> None:
        return None

    @property
    def max_cells_per_write(self) -> None:
        return None

    @property
    def raw_value(self) -> Any:
        """One value for a cell, else a tuple of rows, as Excel hands them over."""
        if not len(self):
            return None
        rows = values.read(self.api, self.formats)
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        if not len(self):
            return
        if isinstance(data, str) and data.startswith("=") and len(data) > 1 and len(self) > 1:
            self.formula = data
            return
        rows = self._rows(data)
        try:
            with self.changing():
                values.write(self.api, self._sheet.book, rows, dt.date.today().year)  # as Excel: this year
        except Exception as error:
            self._explain(error)
            raise

    def _rows(self, data: Any) -> list[tuple[Any, ...]]:
        """Rows of this range's shape: one value fills it, a flat list is a row, a single row repeats."""
        height, width = self.shape
        if not isinstance(data, (list, tuple)):
            return [(data,) * width] * height
        rows = [tuple(row) for row in (data if isinstance(data[0], (list, tuple)) else [data])]
        if len(rows) == 1:
            rows *= height
        return rows

    def _explain(self, error: Exception) -> None:
        """UNO says nothing when a sheet is protected: say it ourselves."""
        if type(error).__name__.endswith("RuntimeException") and self._sheet.api.isProtected():
            raise SheetProtected(
                f"工作表“{self._sheet.name}”受保护，不能写入，请先在 LibreOffice 里取消保护"
            ) from error

    @property
    def formula(self) -> Any:
        """What stands in the formula bar: text for a cell, else a tuple of rows."""
        if not len(self):
            return None
        rows = read_formulas(self.api)
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, data: Any) -> None:
        if not isinstance(data, str) or len(self) <= 1:
            self.raw_value = data
            return
        first = self(1, 1)
        first.raw_value = data
        cell = first.api.getCellByPosition(0, 0)
        if not data.startswith("="):
            self.raw_value = self._rows(data)
            return
        tokens = cell.getTokens()  # they know which references are relative
        api = self.api
        with self.changing():
            for row in range(self.box[2]):
                for column in range(self.box[3]):
                    api.getCellByPosition(column, row).setTokens(tokens)

    formula2 = formula

    @property
    def has_array(self) -> bool:
        return bool(self(1, 1).api.getArrayFormula()) if len(self) else False

    def clear_contents(self) -> None:
        if len(self):
            with self.changing():
                self.api.clearContents(_CONTENTS)

    def clear(self) -> None:
        if len(self):
            with self.changing():
                self.api.clearContents(1023 - 128)  # everything but drawing objects

    def clear_formats(self) -> None:
        if len(self):
            with self.changing():
                self.api.clearContents(32 | 64)  # direct formats and styles

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:  # noqa: FBT001  # xlwings calls it so
        text = addresses.address(self.box, row_absolute=row_absolute, column_absolute=col_absolute)
        if not external:
            return text
        return f"'[{self._sheet.book.name}]{self._sheet.name}'!{text}"

    @property
    def address(self) -> str:
        return addresses.address(self.box)

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead from the first cell."""
        row, column = next_edge(self._sheet.api, self.row, self.column, direction)
        return Range(self._sheet, (row, column, 1, 1))

    def _around(self, move: str) -> Range:
        cursor = self._sheet.api.createCursorByRange(self(1, 1).api)
        getattr(cursor, move)()
        return self._sheet.of(cursor.RangeAddress)

    @property
    def current_region(self) -> Range:
        return self._around("collapseToCurrentRegion")

    @property
    def merge_area(self) -> Range:
        return self._around("collapseToMergedArea")

    @property
    def merge_cells(self) -> bool:
        return bool(self.api.IsMerged) or self.merge_area.box[2:] != (1, 1)

    def merge(self, across: bool) -> None:  # noqa: FBT001  # xlwings calls it so
        if across:
            for row in range(self.box[2]):
                self.api.getCellRangeByPosition(0, row, self.box[3] - 1, row).merge(True)  # noqa: FBT003  # UNO takes no names
        else:
            self.api.merge(True)  # noqa: FBT003  # same

    def unmerge(self) -> None:
        self.merge_area.api.merge(False)  # noqa: FBT003  # same

    def copy(self, destination: Any = None) -> None:
        """Copy to a place, or remember the range for `paste`; the system's clipboard is left alone."""
        if destination is None:
            self._sheet.book.app.clipboard = self
        else:
            with destination.impl.changing():
                PASTES[None](self, destination.impl)

    def paste(
        self,
        paste: str | None = None,
        operation: str | None = None,
        skip_blanks: bool = False,  # noqa: FBT001, FBT002  # xlwings calls it so
        transpose: bool = False,  # noqa: FBT001, FBT002  # same
    ) -> None:
        """Paste what was copied: all, values, formats or validation."""
        source = self._sheet.book.app.clipboard
        if source is None:
            raise ValueError("还没有复制任何单元格，请先复制")
        if paste not in PASTES or operation or skip_blanks or transpose:
            raise NotImplementedError(f"LibreOffice 引擎不支持这种粘贴：{paste}")
        with self.changing():
            PASTES[paste](source, self)

    def select(self) -> None:
        self.document.CurrentController.select(self.api)

    @property
    def hyperlink(self) -> str:
        link = link_of(self.api.getCellByPosition(0, 0))
        if link is None:
            raise ValueError(f"单元格 {self.address} 里没有超链接")
        return link

    def add_hyperlink(
        self, address: str, text_to_display: str | None = None, screen_tip: str | None = None
    ) -> None:
        """Put a link in place of the first cell's contents; LibreOffice keeps no screen tip."""
        del screen_tip
        add_link(self.document, self.api.getCellByPosition(0, 0), address, text_to_display or address)

    @property
    def table(self) -> Any:
        """The first table that covers the first cell, or None."""
        for table in self._sheet.tables:
            row, column, height, width = table.range.box
            if row <= self.row < row + height and column <= self.column < column + width:
                return table
        return None
