"""Tables: LibreOffice reads Excel's as database ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.bridge import guarded
from xlcrm.calc.charts import Place, move, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlcrm.calc.addresses import Box
    from xlcrm.calc.charts import Move
    from xlcrm.calc.ranges import Range
    from xlcrm.calc.sheets import Sheet


@guarded
class Table(base_classes.Table):
    """One database range with a name."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self._sheet = sheet
        self._name = name
        self._moved: tuple[Box, Box, list[Move]] | None = None

    @property
    def document(self) -> Any:
        return self._sheet.book.api

    @property
    def api(self) -> Any:
        return self._sheet.book.api.DatabaseRanges.getByName(self._name)

    @property
    def parent(self) -> Sheet:
        return self._sheet

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.api.setName(value)
        self._name = value

    display_name = name

    @property
    def range(self) -> Range:
        return self._sheet.of(self.api.DataArea)

    @property
    def show_headers(self) -> bool:
        return bool(self.api.ContainsHeader)

    @show_headers.setter
    def show_headers(self, value: bool) -> None:
        self.api.ContainsHeader = value

    @property
    def show_totals(self) -> bool:
        return bool(self.api.TotalsRow)

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        self.api.TotalsRow = value

    @property
    def header_row_range(self) -> Range | None:
        row, column, _, width = self.range.box
        return self._sheet.range((row, column, 1, width)) if self.show_headers else None

    @property
    def totals_row_range(self) -> Range | None:
        row, column, height, width = self.range.box
        return self._sheet.range((row + height - 1, column, 1, width)) if self.show_totals else None

    @property
    def data_body_range(self) -> Range | None:
        row, column, height, width = self.range.box
        top = int(self.show_headers)
        left = height - top - int(self.show_totals)
        return self._sheet.range((row + top, column, left, width)) if left > 0 else None

    @property
    def show_autofilter(self) -> bool:
        return bool(self.api.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self.api.AutoFilter = value

    def resize(self, range: Any) -> None:  # noqa: A002  # xlwings' name
        """Let it cover other cells; charts that show all its rows follow, as Excel's do.

        Going back again at once moves back those charts that were moved, and no others that happen to show
        the same rows by now.
        """
        before, after = self.range.box, range.impl.box
        self.api.setDataArea(range.impl.api.RangeAddress)
        if self._moved is not None and (after, before) == self._moved[:2]:
            for moved in self._moved[2]:
                show(moved, moved.before)
            self._moved = None
            return
        self._moved = before, after, []
        self._moved[2].extend(self._move(before, after))

    def _move(self, before: Box, after: Box) -> Iterable[Move]:
        """Move the charts when only the table's end does."""
        (row, column, height, width), (new_row, new_column, new_height, _) = before, after
        if (row, column) != (new_row, new_column) or height == new_height:
            return ()
        first = row + int(self.show_headers)
        ends = [max(row + size - 1 - int(self.show_totals), first) for size in (height, new_height)]
        if ends[0] == ends[1]:
            return ()
        body = Place(self._sheet.name, column, first, column + width - 1, ends[0])
        return move(self._sheet.book.app.charts_of(self.document), body, ends[1])


def _places(document: Any) -> list[tuple[int, int, int, str]]:
    """Sheet, row, column and name of all tables of a workbook, in their order.

    They are asked for again when names of tables or sheets are others than before: there may be a hundred,
    and every one costs calls. No action moves a table; of tables that the user moves past each other
    meanwhile the order is the old one, which nothing rests on that asks for a table by its name.
    """
    ranges = document.DatabaseRanges
    key = ranges.ElementNames, document.Sheets.ElementNames
    known = _KNOWN.get(document.RuntimeUID)
    if known is not None and known[0] == key:
        return known[1]
    areas = [(ranges.getByName(name).DataArea, name) for name in ranges.ElementNames]
    found = sorted((area.Sheet, area.StartRow, area.StartColumn, name) for area, name in areas)
    _KNOWN.clear()
    _KNOWN[document.RuntimeUID] = key, found
    return found


_KNOWN: dict[str, tuple[Any, list[tuple[int, int, int, str]]]] = {}
"""The workbook that was asked for last -> names of its tables and sheets, and where its tables are."""


@guarded
class Tables(base_classes.Tables):
    """The tables of one sheet, in their order from the top."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def document(self) -> Any:
        return self._sheet.book.api

    @property
    def api(self) -> Any:
        return self._sheet.book.api.DatabaseRanges

    @property
    def parent(self) -> Sheet:
        return self._sheet

    def _names(self) -> list[str]:
        own = self._sheet.index - 1
        return [name for sheet, _, _, name in _places(self.document) if sheet == own]

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Table]:
        return iter([Table(self._sheet, name) for name in self._names()])

    def __contains__(self, key: str) -> bool:
        return any(name.casefold() == key.casefold() for name in self._names())

    def __call__(self, key: int | str) -> Table:
        names = self._names()
        if isinstance(key, int):
            return Table(self._sheet, names[key - 1])
        for name in names:
            if name.casefold() == key.casefold():
                return Table(self._sheet, name)
        raise KeyError(key)

    def add(  # noqa: PLR0913, PLR0917  # xlwings calls it so
        self,
        source_type: Any = None,
        source: Any = None,
        link_source: Any = None,
        has_headers: Any = None,
        destination: Any = None,
        table_style_name: Any = None,
        name: str | None = None,
    ) -> Table:
        """Make a table of a range; LibreOffice 7 has no table styles, so `table_style_name` is not used."""
        del source_type, link_source, destination, table_style_name
        taken = set(self.api.ElementNames)
        title = name or next(f"表{n}" for n in range(1, len(taken) + 2) if f"表{n}" not in taken)
        self.api.addNewByName(title, source.impl.api.RangeAddress)
        made = Table(self._sheet, title)
        made.api.ContainsHeader = has_headers is not False
        made.api.AutoFilter = has_headers is not False
        return made
