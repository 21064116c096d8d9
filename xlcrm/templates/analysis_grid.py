"""Where everything stands on an analysis sheet: one grid of columns for all its panels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.templates.buttons import column_pixels
from xlcrm.templates.measures import heading_width, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.analysis.base import AnalysisSheet, Card, Column, Panel

CARD_ROW: Final = 4
"""Row of the first cards' labels, counted from 0; figure and comparison stand in the next two."""
CARD_ROWS: Final = 4
"""Rows that a line of cards takes, the gap below it included."""
CARD_WIDTH: Final = 17
"""Characters that a column with a card in it has at least."""
ROW_PIXELS: Final = 24
"""Pixels of a row of a panel's body, and of the rows beside a chart."""
HEADING_POINTS: Final = 34
"""Height of the headings' row."""
CHART_WIDTH: Final = 680
"""Pixels of a chart beside a table at least; the height depends on what is drawn."""
_PAGE: Final = 1420
"""Pixels that a sheet is wide at least: print is scaled to its width, and two panels fit on a page then."""
CHART_GAP: Final = 14
"""Pixels between a table and its chart."""
WIDE_CHART: Final = 1100
"""Pixels that a chart is wide at most."""
_HIGHEST: Final = 530
"""Pixels of a chart in one row at most; Excel allows no higher one."""
_HIGHEST_BESIDE: Final = 660
"""Pixels of a chart of many bars at most."""
_POINTS: Final = 0.75
"""Of a pixel."""
_NARROW: Final = 900
"""Pixels of a table that leave room for a chart beside it."""
_MANY: Final = 20
"""More bars than this stand beside their table, however wide, so that each has its height."""
_FLEXIBLE_PIXELS: Final = 17
"""The least pixels of a row that a spreadsheet program fits to its text."""
_CARDS_A_LINE: Final = 9
_SHARED_SENTENCES: Final = 36
_PADDING: Final = 1.5
"""Characters that a heading has to spare."""

_WIDTHS: Final[Mapping[Kind, float]] = {
    Kind.TEXT: 16,
    Kind.LONG: 44,
    Kind.NAME: 28,
    Kind.PERSON: 10,
    Kind.DATE: 12.5,
    Kind.DATETIME: 17.5,
    Kind.NUMBER: 10,
    Kind.MONEY: 14,
    Kind.PERCENT: 10,
    Kind.INT: 9,
    Kind.CHOICE: 12,
    Kind.ID: 13,
    Kind.REF: 13,
    Kind.YESNO: 9,
    Kind.SCORE5: 9,
    Kind.SCORE10: 9,
    Kind.NPS: 9,
    Kind.LINK: 10,
}
"""Characters that a column of values needs; a Chinese character takes two."""


class ChartPlace(Enum):
    """Where a panel's chart stands."""

    NOWHERE = "nowhere"
    BESIDE = "beside"
    """Right of the table, in the column in which all such charts of the sheet begin."""
    ABOVE = "above"
    """In one high row between caption and headings, over a table that is too wide for a chart beside it."""


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of one panel, counted from 0: title, caption, perhaps the chart, headings, body, note.

    Attributes:
        panel: what it shows.
        top: row of the title.
        rows: rows that are kept for the body.
        chart: where the chart stands.
        chart_at: column in which it begins.
        notes: lines of the note that stand below the body; none where it fits beside the title.
        height: rows down to the next band's title.
    """

    panel: Panel
    top: int
    rows: int
    chart: ChartPlace
    chart_at: int
    notes: tuple[str, ...]
    height: int = 0

    @property
    def caption(self) -> int:
        return self.top + 1

    @property
    def headings(self) -> int:
        return self.top + 2 + (self.chart is ChartPlace.ABOVE)

    @property
    def first(self) -> int:
        """The first row of the body."""
        return self.headings + 1

    @property
    def last(self) -> int:
        """The last row that is kept for the body."""
        return self.first + self.rows - 1

    @property
    def below(self) -> int:
        """The row of the first line of the note."""
        return self.top + self.height - 1 - len(self.notes)


@dataclass(frozen=True, slots=True)
class Grid:
    """An analysis sheet's columns and rows.

    Attributes:
        widths: of its columns in characters, up to the right edge of what prints.
        cards: card, row and column of its label.
        bands: from top to bottom.
    """

    widths: tuple[float, ...]
    cards: tuple[tuple[Card, int, int], ...]
    bands: tuple[Band, ...]

    @property
    def pixels(self) -> int:
        """Width of what prints."""
        return pixels(self.widths)

    def chart_width(self, band: Band) -> int:
        """Pixels across a panel's chart: what is left of the page beside a table, as wide as one above it."""
        if band.chart is ChartPlace.ABOVE:
            return min(pixels(self.widths[: len(band.panel.columns)]), WIDE_CHART)
        free = _PAGE - pixels(self.widths[: band.chart_at]) - CHART_GAP
        return min(max(CHART_WIDTH, free), WIDE_CHART)


def pixels(widths: Sequence[float]) -> int:
    """Width of columns side by side."""
    return sum(map(column_pixels, widths))


def grid_of(sheet: AnalysisSheet, filled: Mapping[str, int] | None = None) -> Grid:
    """Lay out a sheet.

    Args:
        sheet: what it shows.
        filled: name of a panel -> its rows, where no more are to be kept for it; its capacity otherwise.
    """
    places = _card_places(len(sheet.cards))
    widths = _widened(_needs(sheet.panels), places)
    narrow = [item for item in sheet.panels if item.chart and pixels(widths[: len(item.columns)]) <= _NARROW]
    chart_at = max((len(item.columns) for item in narrow), default=0)
    begins = {item.name: chart_at for item in narrow}
    begins |= {item.name: len(item.columns) for item in sheet.panels if _is_long(item) and item not in narrow}
    widths = _reaching(widths, begins.values())
    top = CARD_ROW + CARD_ROWS * len({row for row, _ in places})
    bands = []
    for panel in sheet.panels:
        rows = panel.rows if filled is None else filled.get(panel.name, 0)
        chart = ChartPlace.BESIDE if panel.name in begins else ChartPlace.ABOVE
        chart = chart if panel.chart and rows else ChartPlace.NOWHERE
        bare = Band(
            panel, top, max(rows, 1), chart, begins.get(panel.name, 0), note_lines(panel, sum(widths))
        )
        row = _FLEXIBLE_PIXELS if filled is None and is_flexible(panel) else ROW_PIXELS
        bands.append(replace(bare, height=_height(bare, row)))
        top += bands[-1].height
    cards = tuple((card, *place) for card, place in zip(sheet.cards, places, strict=True))
    return Grid(tuple(widths), cards, tuple(bands))


def is_flexible(panel: Panel) -> bool:
    """Whether its rows become as high as their sentences."""
    return any(item.kind is Kind.LONG for item in panel.columns)


def panel_width(column: Column) -> float:
    """Characters that one column of a panel needs: its heading in one line or two, and its values."""
    words = column.choice.words if column.choice else ()
    values = max(_WIDTHS.get(column.kind, 16), *(text_width(word) + 3 for word in words), 0)
    return max(values, heading_width(column.heading) + _PADDING)


def chart_height(panel: Panel, rows: int) -> int:
    """Pixels of a panel's chart for so many rows."""
    assert panel.chart  # noqa: S101 - callers ask for panels with a chart
    if panel.chart.kind is ChartKind.BARS:
        each = 22 if len(panel.chart.series) == 1 else 30
        return min(max(90 + each * rows, 210), _HIGHEST_BESIDE if _is_long(panel) else _HIGHEST)
    return 190 if panel.chart.kind is ChartKind.SHARES else 280


def reach(title: str, size: float, widths: Sequence[float]) -> int:
    """The first column that a text of that size, written into the first column, does not reach."""
    needed = text_width(title) * size / 10 + 2
    ends = accumulate(widths)
    return next((place for place, end in enumerate(ends, start=1) if end >= needed), len(widths))


def _needs(panels: Sequence[Panel]) -> list[float]:
    most = max(len(panel.columns) for panel in panels)
    found = []
    for place in range(most):
        columns = [panel.columns[place] for panel in panels if len(panel.columns) > place]
        shared = len({item.kind is Kind.LONG for item in columns}) > 1
        found.append(max(_shared_width(item) if shared else panel_width(item) for item in columns))
    return found


def _shared_width(column: Column) -> float:
    """A column of sentences takes more lines where figures of other panels stand over or under it."""
    return min(panel_width(column), _SHARED_SENTENCES) if column.kind is Kind.LONG else panel_width(column)


def _widened(needs: Sequence[float], places: Sequence[tuple[int, int]]) -> list[float]:
    """Columns that have room for the cards in them, too."""
    carded = {column for _, column in places}
    count = max(len(needs), *(column + 1 for column in carded), 0)
    found = [*needs, *[CARD_WIDTH] * (count - len(needs))]
    return [max(width, CARD_WIDTH) if place in carded else width for place, width in enumerate(found)]


def _is_long(panel: Panel) -> bool:
    bars = panel.chart and panel.chart.kind is ChartKind.BARS
    return bool(bars and panel.rows > _MANY)


def _reaching(widths: Sequence[float], begins: Iterable[int]) -> list[float]:
    """Columns so far to the right that the charts that begin at these columns end in them."""
    found = list(widths)
    for place in begins:
        while pixels(found[place:]) < CHART_WIDTH + CHART_GAP:
            found.append(CARD_WIDTH)
    while pixels(found) < _PAGE:
        found.append(CARD_WIDTH)
    return found


def _card_places(count: int) -> list[tuple[int, int]]:
    """(row, column) of the labels of so many cards: in one line, in several even ones where they are many."""
    lines = max(math.ceil(count / _CARDS_A_LINE), 1)
    each = max(math.ceil(count / lines), 1)
    return [(CARD_ROW + CARD_ROWS * (number // each), number % each) for number in range(count)]


def _height(band: Band, row_pixels: int) -> int:
    """Rows of title and caption, of headings and body with the chart, of the note and of a gap."""
    body = 1 + band.rows
    if band.chart is ChartPlace.ABOVE:
        body += 1
    elif band.chart is ChartPlace.BESIDE:
        below_headings = chart_height(band.panel, band.rows) - HEADING_POINTS / _POINTS
        body = max(body, 1 + math.ceil(below_headings / row_pixels))
    return 2 + body + len(band.notes) + 1


def note_beside(panel: Panel, room: float) -> bool:
    """Whether a panel's note stands beside its title, in a sheet of so many characters."""
    return text_width(panel.title) * 1.2 + 4 + CARD_WIDTH + text_width(panel.note) * 0.9 <= room


def note_lines(panel: Panel, room: float) -> tuple[str, ...]:
    """The lines of a note that does not fit beside the title."""
    if not panel.note or note_beside(panel, room):
        return ()
    lines, line = [], ""
    for char in panel.note:
        if text_width(line + char) * 0.9 > room - 2:
            lines.append(line)
            line = ""
        line += char
    return (*lines, line)
