"""Charts on a sheet: drawn objects that hold a document of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from xlwings import base_classes

from xlcrm.calc.addresses import number
from xlcrm.calc.bridge import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.calc.sheets import Sheet

_DRAWN: Final = "com.sun.star.drawing.OLE2Shape"
_ROWS: Final = ("values-", "categories")
"""How the roles of sequences begin that have one place a row; others are labels."""
_CELL: Final = r"\$?([A-Z]{1,3})\$?([0-9]{1,7})"
_AREA: Final = re.compile(rf"\$?(?:'((?:[^']|'')+)'|([^\s.;']+))\.{_CELL}(?::{_CELL})?")


@guarded
class Chart(base_classes.Chart):
    """One chart, by the name that a user gives it."""

    def __init__(self, sheet: Sheet, shape: Any) -> None:
        self._sheet = sheet
        self._shape = shape

    @property
    def document(self) -> Any:
        return self._sheet.document

    @property
    def api(self) -> Any:
        """The chart's own UNO document."""
        return self._sheet.api.Charts.getByName(self._shape.PersistName).EmbeddedObject

    @property
    def parent(self) -> Sheet:
        return self._sheet

    @property
    def name(self) -> str:
        return str(self._shape.Name or self._shape.PersistName)

    @name.setter
    def name(self, value: str) -> None:
        self._shape.Name = value

    @property
    def title(self) -> str | None:
        """What is written above it; LibreOffice ties no title to a cell."""
        chart = self.api
        return str(chart.Title.String) if chart.HasMainTitle else None

    @title.setter
    def title(self, value: str | None) -> None:
        chart = self.api
        if chart.HasMainTitle != (value is not None):
            chart.HasMainTitle = value is not None
        if value is not None:
            chart.Title.String = value


@guarded
class Charts(base_classes.Charts):
    """The charts of one sheet, the lowest first."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def document(self) -> Any:
        return self._sheet.document

    @property
    def api(self) -> Any:
        return self._sheet.api.Charts

    @property
    def parent(self) -> Sheet:
        return self._sheet

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __iter__(self) -> Iterator[Chart]:
        page, known = self._sheet.api.DrawPage, set(self.api.ElementNames)
        shapes = [page.getByIndex(index) for index in range(page.Count)] if known else []
        charts = [shape for shape in shapes if shape.ShapeType == _DRAWN and shape.PersistName in known]
        return iter([Chart(self._sheet, shape) for shape in charts])

    def __contains__(self, key: str) -> bool:
        return any(chart.name.casefold() == key.casefold() for chart in self)

    def __call__(self, key: int | str) -> Chart:
        charts = list(self)
        if isinstance(key, int):
            return charts[key - 1]
        for chart in charts:
            if chart.name.casefold() == key.casefold():
                return chart
        raise KeyError(key)


def embedded(document: Any) -> list[Any]:
    """The documents of all charts of a workbook."""
    sheets = document.Sheets
    found = []
    for index in range(sheets.Count):
        charts = sheets.getByIndex(index).Charts
        found += [charts.getByIndex(at).EmbeddedObject for at in range(charts.Count)]
    return [chart for chart in found if chart is not None]


class Place(NamedTuple):
    """Where a sequence of a chart comes from: columns and rows of one sheet, counted from 1."""

    sheet: str
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """One area as LibreOffice spells it, `$'a b'.$A$2:$A$9`; None for anything else."""
        match = _AREA.fullmatch(text)
        if match is None:
            return None
        quoted, plain, first, top, last, bottom = match.groups()
        sheet = quoted.replace("''", "'") if quoted else plain
        return cls(sheet, number(first), int(top), number(last or first), int(bottom or top))

    def follows(self, body: Place) -> bool:
        """Whether it is all rows of a table's body, in some of its columns."""
        own, wanted = (self.sheet, self.top, self.bottom), (body.sheet, body.top, body.bottom)
        return own == wanted and self.is_within(body)

    def is_within(self, body: Place) -> bool:
        """Whether it is in a table's columns."""
        return body.left <= self.left and self.right <= body.right


class Move(NamedTuple):
    """A sequence of a chart that was given other rows."""

    chart: Any
    sequence: Any
    before: str


def move(charts: Sequence[Any], body: Place, last: int) -> Iterator[Move]:
    """Let the charts that show all rows of a table's body end in another row, as Excel does by itself.

    Only the rows change: looks belong to the series, and stay.
    """
    for chart in charts:
        places = [Place.read(text) for text in chart.getUsedRangeRepresentations()]
        if not any(place is not None and place.follows(body) for place in places):
            continue
        if any(place is not None and _is_below(place, body) for place in places):
            continue
        for sequence in chart.getUsedData().getDataSequences():
            values = sequence.getValues()
            before = values.getSourceRangeRepresentation() if values is not None else ""
            if _follows(before, body) and values.Role.startswith(_ROWS):
                moved = Move(chart, sequence, before)
                show(moved, _ending(before, last))
                yield moved


def show(moved: Move, area: str) -> None:
    """Give a sequence of a chart the cells of an area."""
    old = moved.sequence.getValues()
    new = moved.chart.getDataProvider().createDataSequenceByRangeRepresentation(area)
    new.Role = old.Role
    new.IncludeHiddenCells = old.IncludeHiddenCells
    moved.sequence.setValues(new)


def _is_below(place: Place, body: Place) -> bool:
    """Whether a chart that shows a body of one row has a series for each row: others are below it."""
    return body.top == body.bottom < place.top and place.sheet == body.sheet and place.is_within(body)


def _follows(text: str, body: Place) -> bool:
    place = Place.read(text)
    return place is not None and place.follows(body)


def _ending(text: str, last: int) -> str:
    """An area with another last row."""
    sheet, dot, area = text.rpartition(".")
    first, _, other = area.partition(":")
    return f"{sheet}{dot}{first}:{(other or first).rstrip('0123456789')}{last}"
