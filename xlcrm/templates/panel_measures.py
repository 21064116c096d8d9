"""What the parts of a panel need: characters across, pixels down, lines."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.templates.measures import heading_width, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from xlcrm.analysis.base import Column, Panel

_WIDTHS: Final[Mapping[Kind, float]] = {
    Kind.TEXT: 16,
    Kind.LONG: 44,
    Kind.NAME: 28,
    Kind.PERSON: 12,
    Kind.DATE: 12.5,
    Kind.DATETIME: 17.5,
    Kind.NUMBER: 10,
    Kind.MONEY: 14,
    Kind.PERCENT: 10,
    Kind.INT: 9,
    Kind.CHOICE: 14,
    Kind.ID: 13,
    Kind.REF: 13,
    Kind.YESNO: 9,
    Kind.SCORE5: 9,
    Kind.SCORE10: 9,
    Kind.NPS: 9,
    Kind.LINK: 14.5,
}
"""Characters that a column of values needs; a Chinese character takes two."""
_OWN_WIDTHS: Final[Mapping[str, float]] = {
    "客户名称": 28,
    "渠道 · 具体来源": 32,
    "未达标": 34,
    "异常记录": 24,
    "3个月复购": 23,
    "触发条件": 20,
    "时钟": 20,
    "判定": 20,
    "推荐意愿": 19,
    "来源": 28,
    "编号": 20,
}
"""Columns of texts that are longer than others of their kind, by heading."""
_WIDEST: Final = 40
"""Characters of a column of one-line texts at most; longer ones shrink to fit."""
_HIGHEST: Final = 530
"""Pixels of a chart in one row at most; Excel allows no higher one."""
_HIGHEST_BESIDE: Final = 660
"""Pixels of a chart of many bars at most."""
_MANY: Final = 20
"""More bars than this stand beside their table, however wide, so that each has its height."""
_TEXTS: Final = frozenset({Kind.TEXT, Kind.NAME, Kind.PERSON, Kind.CHOICE})
_SHARED_SENTENCES: Final = 36
ROW_PIXELS: Final = 24
"""Pixels of a row of one line."""
POINTS: Final = 0.75
"""Of a pixel."""
LINE_HEIGHT: Final = 15.5
"""Points that one line of text takes."""
_OWN_LINES: Final[Mapping[str, int]] = {"哪些客户": 4, "改进建议": 3}
"""Columns of sentences that take more than two lines, by heading."""
_TITLE_MARGIN: Final = 21
"""Characters between a title and the note beside it at most."""
_PADDING: Final = 1.5
"""Characters that a heading has to spare."""


def column_needs(panels: Sequence[Panel], filled: Mapping[str, pd.DataFrame]) -> list[float]:
    """Characters that each column of a sheet needs for the panels over and under each other.

    Args:
        panels: of the sheet.
        filled: name of a panel -> its rows, where their texts are known already.
    """
    found = []
    for place in range(max(len(panel.columns) for panel in panels)):
        columns = [(panel.columns[place], panel.name) for panel in panels if len(panel.columns) > place]
        shared = len({item.kind is Kind.LONG for item, _ in columns}) > 1
        found.append(max(_need(item, filled.get(name), shared=shared) for item, name in columns))
    return found


def _need(column: Column, rows: pd.DataFrame | None, *, shared: bool) -> float:
    """What one column needs; sentences take more lines where figures of other panels share their place."""
    width = panel_width(column)
    if column.kind is Kind.LONG:
        return min(width, _SHARED_SENTENCES) if shared else width
    if column.kind not in _TEXTS or rows is None or column.key not in rows:
        return width
    longest = max(map(text_width, rows[column.key].dropna().astype("str")), default=0)
    return max(width, min(longest + 3, _WIDEST))


def panel_width(column: Column) -> float:
    """Characters that one column of a panel needs: its heading in one line or two, and its values."""
    words = column.choice.words if column.choice else ()
    least = _OWN_WIDTHS.get(column.heading, _WIDTHS.get(column.kind, 16))
    values = max(least, *(text_width(word) + 3 for word in words), 0)
    return max(values, heading_width(column.heading) + _PADDING)


def chart_height(panel: Panel, rows: int) -> int:
    """Pixels of a panel's chart for so many rows."""
    assert panel.chart  # noqa: S101 - callers ask for panels with a chart
    if panel.chart.kind is ChartKind.BARS:
        each = 22 if len(panel.chart.series) == 1 else 30
        return min(max(90 + each * rows, 210), _HIGHEST_BESIDE if has_many_bars(panel) else _HIGHEST)
    return 190 if panel.chart.kind is ChartKind.SHARES else 280


def has_many_bars(panel: Panel) -> bool:
    """Whether its bars need more height than one row can have."""
    bars = panel.chart and panel.chart.kind is ChartKind.BARS
    return bool(bars and panel.rows > _MANY)


def is_flexible(panel: Panel) -> bool:
    """Whether its rows are left to grow with what people type: its only sentences are theirs."""
    return bool(panel.typed) and not _sentences(panel)


def lines_kept(panel: Panel) -> int:
    """Lines that each of its rows has room for before their sentences are known."""
    return max((_OWN_LINES.get(item.heading, 2) for item in _sentences(panel)), default=1)


def _sentences(panel: Panel) -> list[Column]:
    return [item for item in panel.columns if item.kind is Kind.LONG and item not in panel.typed]


def row_pixels(lines: int) -> int:
    """Pixels of a row of so many lines."""
    return max(round((lines * LINE_HEIGHT + 2.5) / POINTS), ROW_PIXELS)


def reach(title: str, size: float, widths: Sequence[float]) -> int:
    """The first column that a text of that size, written into the first column, does not reach."""
    needed = text_width(title) * size / 10 + 2
    ends = accumulate(widths)
    return next((place for place, end in enumerate(ends, start=1) if end >= needed), len(widths))


def _fits_beside(panel: Panel, room: float) -> bool:
    """Whether a panel's note stands beside its title, in a sheet of so many characters."""
    return text_width(panel.title) * 1.2 + _TITLE_MARGIN + text_width(panel.note) * 0.9 <= room


def note_lines(panel: Panel, room: float) -> tuple[str, ...]:
    """The lines of a note that does not fit beside the title."""
    if not panel.note or _fits_beside(panel, room):
        return ()
    lines, line = [], ""
    for char in panel.note:
        if text_width(line + char) * 0.9 > room - 2:
            lines.append(line)
            line = ""
        line += char
    return (*lines, line)
