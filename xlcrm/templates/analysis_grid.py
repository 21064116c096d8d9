"""Where everything stands on an analysis sheet: one grid of columns for all its panels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from xlcrm.templates.buttons import column_pixels
from xlcrm.templates.panel_measures import (
    POINTS,
    ROW_PIXELS,
    chart_height,
    column_needs,
    has_many_bars,
    is_flexible,
    lines_kept,
    note_lines,
    row_pixels,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from xlcrm.analysis.base import AnalysisSheet, Card, Panel

CARD_ROW: Final = 4
"""Row of the first cards' labels, counted from 0; figure and comparison stand in the next two."""
CARD_ROWS: Final = 4
"""Rows that a line of cards takes, the gap below it included."""
CARD_WIDTH: Final = 17
"""Characters that a column with a card in it has at least."""
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
_NARROW: Final = 1000
"""Pixels of a table that leave room for a chart beside it."""
_FLEXIBLE_PIXELS: Final = 17
"""The least pixels of a row that a spreadsheet program fits to its text."""
_CARDS_A_LINE: Final = 9


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


def grid_of(sheet: AnalysisSheet, filled: Mapping[str, pd.DataFrame] | None = None) -> Grid:
    """Lay out a sheet.

    Args:
        sheet: what it shows.
        filled: name of a panel -> its rows, where no more are to be kept for it and its texts are known;
            its capacity otherwise.
    """
    places = _card_places(len(sheet.cards))
    widths = _widened(column_needs(sheet.panels, filled or {}), places)
    narrow = [item for item in sheet.panels if item.chart and pixels(widths[: len(item.columns)]) <= _NARROW]
    chart_at = max((len(item.columns) for item in narrow), default=0)
    begins = {item.name: chart_at for item in narrow}
    begins |= {
        item.name: len(item.columns) for item in sheet.panels if has_many_bars(item) and item not in narrow
    }
    widths = _reaching(widths, begins.values())
    top = CARD_ROW + CARD_ROWS * len({row for row, _ in places})
    bands = []
    for panel in sheet.panels:
        rows = panel.rows if filled is None else len(filled[panel.name])
        chart = ChartPlace.BESIDE if panel.name in begins else ChartPlace.ABOVE
        chart = chart if panel.chart and rows else ChartPlace.NOWHERE
        bare = Band(
            panel, top, max(rows, 1), chart, begins.get(panel.name, 0), note_lines(panel, sum(widths))
        )
        bands.append(
            replace(bare, height=_height(bare, _least_pixels(panel) if filled is None else ROW_PIXELS))
        )
        top += bands[-1].height
    cards = tuple((card, *place) for card, place in zip(sheet.cards, places, strict=True))
    return Grid(tuple(widths), cards, tuple(bands))


def _widened(needs: Sequence[float], places: Sequence[tuple[int, int]]) -> list[float]:
    """Columns that have room for the cards in them, too."""
    carded = {column for _, column in places}
    count = max(len(needs), *(column + 1 for column in carded), 0)
    found = [*needs, *[CARD_WIDTH] * (count - len(needs))]
    return [max(width, CARD_WIDTH) if place in carded else width for place, width in enumerate(found)]


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


def _least_pixels(panel: Panel) -> int:
    """Pixels that a row of a new workbook's panel has at least."""
    return _FLEXIBLE_PIXELS if is_flexible(panel) else row_pixels(lines_kept(panel))


def _height(band: Band, least_pixels: int) -> int:
    """Rows of title and caption, of headings and body with the chart, of the note and of a gap."""
    body = 1 + band.rows
    if band.chart is ChartPlace.ABOVE:
        body += 1
    elif band.chart is ChartPlace.BESIDE:
        below_headings = chart_height(band.panel, band.rows) - HEADING_POINTS / POINTS
        body = max(body, 1 + math.ceil(below_headings / least_pixels))
    return 2 + body + len(band.notes) + 1
