"""Where everything stands on an analysis sheet: one grid of columns for all its panels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.templates.buttons import column_pixels
from xlcrm.templates.measures import heading_width, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.analysis.base import AnalysisSheet, Card, Column, Panel

CARD_ROW: Final = 4
"""Row of the first cards' labels, counted from 0; figure and comparison stand in the next two."""
CARD_ROWS: Final = 4
"""Rows that a line of cards takes, the gap below it included."""
CARD_WIDTH: Final = 16
"""Characters that a column with a card in it has at least."""
ROW_PIXELS: Final = 24
"""Pixels of a row of a panel's body, and of the rows beside a chart."""
CHART_WIDTH: Final = 680
"""Pixels; the height depends on what is drawn."""
CHART_GAP: Final = 14
"""Pixels between a table and its chart."""
_SHARED_SENTENCES: Final = 30
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


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of one panel, counted from 0: title, caption, headings, body; the chart stands beside them.

    Attributes:
        panel: what it shows.
        top: row of the title.
        rows: rows that are kept for the body.
        charted: whether a chart stands beside it.
        notes: lines of the note that stand below the body; none where it fits beside the title.
        height: rows down to the next band's title.
    """

    panel: Panel
    top: int
    rows: int
    charted: bool
    notes: tuple[str, ...]
    height: int

    @property
    def caption(self) -> int:
        return self.top + 1

    @property
    def headings(self) -> int:
        return self.top + 2

    @property
    def first(self) -> int:
        """The first row of the body."""
        return self.top + 3

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
        chart_at: column at which the charts begin.
        cards: card, row and column of its label.
        bands: from top to bottom.
    """

    widths: tuple[float, ...]
    chart_at: int
    cards: tuple[tuple[Card, int, int], ...]
    bands: tuple[Band, ...]

    @property
    def pixels(self) -> int:
        """Width of what prints."""
        return sum(column_pixels(width) for width in self.widths)


def grid_of(sheet: AnalysisSheet, filled: Mapping[str, int] | None = None) -> Grid:
    """Lay out a sheet.

    Args:
        sheet: what it shows.
        filled: name of a panel -> its rows, where no more are to be kept for it; its capacity otherwise.
    """
    needs = _needs(sheet.panels)
    chart_at = max((len(panel.columns) for panel in sheet.panels if panel.chart), default=0)
    widths = _with_charts(needs, chart_at) if chart_at else needs
    places = _card_places(len(sheet.cards), len(widths))
    for place in {column for _, column in places}:
        widths[place] = max(widths[place], CARD_WIDTH)
    widths = _trimmed(widths, len(needs), chart_at)
    top = CARD_ROW + CARD_ROWS * len({row for row, _ in places})
    bands = []
    for panel in sheet.panels:
        rows = panel.rows if filled is None else filled.get(panel.name, 0)
        bands.append(_band(panel, top, rows, sum(widths)))
        top += bands[-1].height
    cards = tuple((card, *place) for card, place in zip(sheet.cards, places, strict=True))
    return Grid(tuple(widths), chart_at, cards, tuple(bands))


def panel_width(column: Column) -> float:
    """Characters that one column of a panel needs: its heading in one line or two, and its values."""
    words = column.choice.words if column.choice else ()
    values = max(_WIDTHS.get(column.kind, 16), *(text_width(word) + 3 for word in words), 0)
    return max(values, heading_width(column.heading) + _PADDING)


def chart_height(panel: Panel, rows: int) -> int:
    """Pixels of a panel's chart for so many rows."""
    assert panel.chart  # noqa: S101 - callers ask for panels with a chart
    if panel.chart.kind is ChartKind.BARS:
        each = 26 if len(panel.chart.series) == 1 else 36
        return min(max(100 + each * rows, 220), 620)
    return 210 if panel.chart.kind is ChartKind.SHARES else 310


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


def _with_charts(needs: list[float], chart_at: int) -> list[float]:
    """Columns so far to the right that a chart that begins at `chart_at` ends before them."""
    widths = list(needs)
    while sum(column_pixels(width) for width in widths[chart_at:]) < CHART_WIDTH + CHART_GAP:
        widths.append(CARD_WIDTH)
    return widths


def _trimmed(widths: list[float], least: int, chart_at: int) -> list[float]:
    """Without columns at the right that nothing reaches, now that others have become wider."""
    found = list(widths)
    while (
        chart_at
        and len(found) > least
        and sum(column_pixels(width) for width in found[chart_at:-1]) >= CHART_WIDTH + CHART_GAP
    ):
        found.pop()
    return found


def _card_places(count: int, columns: int) -> list[tuple[int, int]]:
    """(row, column) of the labels of so many cards: in one line, in several even ones where they are more."""
    if not count:
        return []
    lines = math.ceil(count / columns)
    each = math.ceil(count / lines)
    return [(CARD_ROW + CARD_ROWS * (number // each), number % each) for number in range(count)]


def _band(panel: Panel, top: int, rows: int, room: float) -> Band:
    """The title and the caption, then the table with its headings and the chart, then the note and a gap."""
    notes = note_lines(panel, room)
    charted = bool(panel.chart and rows)
    rows = max(rows, 1)
    beside = math.ceil(chart_height(panel, rows) / ROW_PIXELS) if charted else 0
    return Band(panel, top, rows, charted, notes, 2 + max(1 + rows, beside) + len(notes) + 1)


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
