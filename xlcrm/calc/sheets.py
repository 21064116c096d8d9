"""Worksheets of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc import addresses
from xlcrm.calc.bridge import guarded
from xlcrm.calc.charts import Charts
from xlcrm.calc.names import Names
from xlcrm.calc.ranges import Range
from xlcrm.calc.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.calc.book import Book


@guarded
class Sheet(base_classes.Sheet):
    """One worksheet, held by its UNO object, so that renaming and moving do no harm."""

    def __init__(self, book: Book, api: Any) -> None:
        self._book = book
        self._api = api

    @property
    def api(self) -> Any:
        return self._api

    @property
    def book(self) -> Book:
        return self._book

    @property
    def document(self) -> Any:
        return self._book.api

    @property
    def name(self) -> str:
        return str(self._api.Name)

    @name.setter
    def name(self, value: str) -> None:
        self._api.Name = value

    @property
    def names(self) -> Names:
        return Names(self._book, self._api.NamedRanges)

    @property
    def index(self) -> int:
        return int(self._api.RangeAddress.Sheet) + 1

    def of(self, area: Any) -> Range:
        """The range at a UNO address."""
        return Range(
            self,
            addresses.span(area.StartColumn + 1, area.StartRow + 1, area.EndColumn + 1, area.EndRow + 1),
        )

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """A range by address, name, (row, column), (row, column, rows, columns), or two corners."""
        if isinstance(arg1, int) and isinstance(arg2, int):
            arg1, arg2 = (arg1, arg2), None
        first = self._one(arg1)
        if arg2 is None:
            return first
        second = self._one(arg2)
        row, column, height, width = first.box
        row2, column2, height2, width2 = second.box
        top, left = min(row, row2), min(column, column2)
        bottom = max(row + height, row2 + height2)
        right = max(column + width, column2 + width2)
        return Range(self, (top, left, bottom - top, right - left))

    def _one(self, arg: Any) -> Range:
        if isinstance(arg, Range):
            return arg
        if isinstance(arg, tuple):
            if 0 in arg[:2]:
                raise IndexError("行号和列号从 1 开始")
            row, column, height, width = arg if len(arg) == 4 else (*arg, 1, 1)
            return Range(self, (row, column, height, width))
        box = addresses.parse(arg, self._api.Rows.Count, self._api.Columns.Count)
        if box is not None:
            return Range(self, box)
        return self._named(arg)

    def _named(self, name: str) -> Range:
        """A defined name or a table, of this sheet or any other one."""
        document = self._book.api
        for names in (self._api.NamedRanges, document.NamedRanges):
            if names.hasByName(name) and (cells := names.getByName(name).ReferredCells):
                return self._book.of(cells.RangeAddress)
        if document.DatabaseRanges.hasByName(name):
            return self._book.of(document.DatabaseRanges.getByName(name).DataArea)
        raise KeyError(f"工作表“{self.name}”里没有区域或名称“{name}”")

    @property
    def cells(self) -> Range:
        return Range(self, (1, 1, self._api.Rows.Count, self._api.Columns.Count))

    @property
    def used_range(self) -> Range:
        cursor = self._api.createCursor()
        cursor.gotoStartOfUsedArea(False)  # noqa: FBT003  # UNO takes no names
        cursor.gotoEndOfUsedArea(True)  # noqa: FBT003  # same
        return self.of(cursor.RangeAddress)

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def charts(self) -> Charts:
        return Charts(self)

    @property
    def visible(self) -> bool:
        return bool(self._api.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self._api.IsVisible = bool(value)

    def activate(self) -> None:
        self._book.api.CurrentController.setActiveSheet(self._api)

    select = activate

    def delete(self) -> None:
        self._book.api.Sheets.removeByName(self.name)

    def clear(self) -> None:
        self.cells.clear()

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        self.cells.clear_formats()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)


@guarded
class Sheets(base_classes.Sheets):
    """The worksheets in their order."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def document(self) -> Any:
        return self._book.api

    @property
    def api(self) -> Any:
        return self._book.api.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book.api.CurrentController.ActiveSheet)

    def __len__(self) -> int:
        return int(self.api.Count)

    def __iter__(self) -> Iterator[Sheet]:
        api = self.api
        return iter([Sheet(self._book, api.getByIndex(index)) for index in range(api.Count)])

    def __call__(self, key: int | str) -> Sheet:
        if isinstance(key, int):
            return Sheet(self._book, self.api.getByIndex(key - 1))
        for sheet in self:
            if sheet.name.casefold() == key.casefold():
                return sheet
        raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return any(name.casefold() == key.casefold() for name in self.api.ElementNames)

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet before the active one, which becomes active."""
        api = self.api
        taken = set(api.ElementNames)
        title = name or next(f"Sheet{n}" for n in range(1, len(taken) + 2) if f"Sheet{n}" not in taken)
        place = after.index if after else (before or self.active).index - 1
        api.insertNewByName(title, place)
        made = Sheet(self._book, api.getByName(title))
        made.activate()
        return made
