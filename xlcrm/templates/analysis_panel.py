"""One panel of an analysis sheet: title, caption, table object, looks and chart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.analysis.wording import NO_DATA
from xlcrm.tables.base import FULL
from xlcrm.templates import palette
from xlcrm.templates.analysis_grid import CHART_GAP, HEADING_POINTS, ChartPlace
from xlcrm.templates.analysis_looks import value_look, word_conditions
from xlcrm.templates.cells import is_blank, write_cell
from xlcrm.templates.charts import Source, make_chart
from xlcrm.templates.measures import lines_needed
from xlcrm.templates.panel_measures import (
    ROW_PIXELS,
    chart_height,
    is_flexible,
    lines_kept,
    reach,
    row_pixels,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.analysis.base import Column, Panel
    from xlcrm.analysis.sheets import Made
    from xlcrm.templates.analysis_grid import Band, Grid
    from xlcrm.templates.styles import Styles

NOT_YET: Final = "尚未刷新"
NO_CAPTION: Final = "刷新后显示"
_TITLE_SIZE: Final = 12
_TITLE_HEIGHT, _CAPTION_HEIGHT = 24, 20
"""Points."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an analysis sheet is filled with.

    Attributes:
        made: the sheet worked out, or None for a new workbook: then every panel keeps its whole room.
        period: what the figures are of.
        pack: in whose words values of closed lists are shown.
        home: whether a filled sheet stands in a workbook with a first page to go back to.
    """

    made: Made | None = None
    period: str = NOT_YET
    pack: str = FULL
    home: bool = False

    def rows_of(self, panel: Panel) -> pd.DataFrame:
        """The rows of a panel; none in a new workbook."""
        return self.made.panels[panel.name].rows if self.made else pd.DataFrame()

    def caption_of(self, panel: Panel) -> str:
        return self.made.panels[panel.name].caption if self.made else NO_CAPTION


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands: on which sheet, in which rows, in which columns."""

    sheet: str
    band: Band
    grid: Grid


def panel_table_name(sheet: str, panel: str) -> str:
    """The name of a panel's table object: both titles without what Excel forbids in names."""
    return re.sub(r"\W", "_", f"{sheet}_{panel}")


def add_panel(book: Workbook, sheet: Worksheet, place: Place, styles: Styles, content: Content) -> None:
    """Write a panel into its band.

    A new workbook's table has one blank row; the looks reach down the whole room of the panel. One that is
    drawn as shares has all its rows at once: a table of one row would look as if the first part of the bar
    were tied to a whole column, which programs let grow with the table.
    """
    panel = place.band.panel
    rows = content.rows_of(panel)
    fixed = not content.made and panel.chart is not None and panel.chart.kind is ChartKind.SHARES
    _write_heads(sheet, place, styles, content.caption_of(panel))
    _add_table(sheet, place, styles, panel.rows if fixed else max(len(rows), 1))
    looks = [value_look(item, styles, lined=bool(content.made)) for item in panel.columns]
    _write_body(sheet, place.band, looks, _shown(panel, rows, content))
    _set_heights(sheet, place, rows)
    _add_conditions(sheet, place.band, styles)
    if not content.made:
        _line_filled_rows(sheet, place.band, styles)
    if place.band.chart is not ChartPlace.NOWHERE:
        _add_chart(book, sheet, place, max(len(rows), 1))


def _write_heads(sheet: Worksheet, place: Place, styles: Styles, caption: str) -> None:
    band, panel = place.band, place.band.panel
    line = {"bottom": 2, "bottom_color": palette.ENTRY}
    quiet = {"font_size": 9, "font_color": palette.MUTED}
    for column in range(len(place.grid.widths)):
        sheet.write_blank(band.top, column, None, styles.get(**line))
    title = styles.get(bold=True, font_size=_TITLE_SIZE, font_color=palette.ENTRY, **line)
    sheet.write_string(band.top, 0, panel.title, title)
    sheet.write_string(band.caption, 0, caption, styles.get())
    if panel.note and not band.notes:
        beside = reach(panel.title, _TITLE_SIZE, place.grid.widths)
        sheet.write_string(band.top, beside, panel.note, styles.get(**quiet, **line))
    for number, text in enumerate(band.notes):
        sheet.write_string(band.below + number, 0, text, styles.get(**quiet))
    sheet.set_row(band.top, _TITLE_HEIGHT)
    sheet.set_row(band.caption, _CAPTION_HEIGHT)
    sheet.set_row(band.headings, HEADING_POINTS)


def _add_table(sheet: Worksheet, place: Place, styles: Styles, rows: int) -> None:
    band, columns = place.band, place.band.panel.columns
    sheet.add_table(
        band.headings,
        0,
        band.headings + rows,
        len(columns) - 1,
        {
            "name": panel_table_name(place.sheet, band.panel.title),
            "columns": [
                {"header": item.heading, "header_format": styles.heading(item.role)} for item in columns
            ],
            "style": None,
            "autofilter": False,  # it would hide rows of the chart's neighbourhood, too
        },
    )


def _shown(panel: Panel, rows: pd.DataFrame, content: Content) -> list[list[Any]]:
    """The cells of the body by row; what a workbook of reports has no use for is blank."""
    if content.made and not len(rows):
        return [[NO_DATA]]
    columns = [_values(item, rows, content.pack) for item in panel.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _values(column: Column, rows: pd.DataFrame, pack: str) -> list[Any]:
    if column.key not in rows:
        return [None] * len(rows)
    values = rows[column.key].tolist()
    if column.choice is None:
        return values
    return [value if is_blank(value) else column.choice.word(value, pack) for value in values]


def _write_body(sheet: Worksheet, band: Band, looks: Sequence[Format], body: Sequence[Sequence[Any]]) -> None:
    for offset in range(band.rows):
        cells = body[offset] if offset < len(body) else ()
        for column, look in enumerate(looks):
            value = cells[column] if column < len(cells) else None
            write_cell(sheet, (band.first + offset, column), value, look)


def _set_heights(sheet: Worksheet, place: Place, rows: pd.DataFrame) -> None:
    """Rows are as high as their sentences, of which a new workbook expects some lines.

    Not every program fits rows to their texts as it opens a file. Rows in which only people write sentences
    are left to the spreadsheet, because a row grows with what is typed only where nobody has set its height.
    """
    band, panel = place.band, place.band.panel
    if band.chart is ChartPlace.ABOVE:
        sheet.set_row_pixels(band.headings - 1, chart_height(panel, band.rows) + CHART_GAP)
    for row in range(band.last + 1, band.top + band.height):
        sheet.set_row_pixels(row, ROW_PIXELS)
    if is_flexible(panel) and not len(rows):
        return
    for offset in range(band.rows):
        lines = _lines(place, rows.iloc[offset]) if len(rows) else lines_kept(panel)
        sheet.set_row_pixels(band.first + offset, row_pixels(lines))


def _lines(place: Place, row: pd.Series) -> int:
    """How many lines the sentences of a row need."""
    found = [1]
    for item, width in zip(place.band.panel.columns, place.grid.widths, strict=False):
        if item.kind is Kind.LONG and item.key in row and not is_blank(row[item.key]):
            found.append(lines_needed(str(row[item.key]), width))
    return max(found)


def _add_conditions(sheet: Worksheet, band: Band, styles: Styles) -> None:
    columns = band.panel.columns
    for number, item in enumerate(columns):
        first = xl_rowcol_to_cell(band.first, number)
        for formula, look in word_conditions(item, first):
            options = {"type": "formula", "criteria": formula, "format": styles.state(**look)}
            sheet.conditional_format(band.first, number, band.last, number, options)


def _line_filled_rows(sheet: Worksheet, band: Band, styles: Styles) -> None:
    last = len(band.panel.columns) - 1
    row = xl_range(band.first, 0, band.first, last)
    cells = ":".join(f"${cell}" for cell in row.split(":"))
    line = styles.state(bottom=1, bottom_color=palette.LINE)
    options = {"type": "formula", "criteria": f"=COUNTA({cells})>0", "format": line}
    sheet.conditional_format(band.first, 0, band.last, last, options)


def _add_chart(book: Workbook, sheet: Worksheet, place: Place, rows: int) -> None:
    band, panel = place.band, place.band.panel
    row, column = band.headings, band.chart_at
    options = {"x_offset": CHART_GAP, "object_position": 2, "description": panel.title}
    if band.chart is ChartPlace.ABOVE:
        row, column = row - 1, 0
        options |= {"x_offset": 0, "y_offset": CHART_GAP // 2}
    size = (place.grid.chart_width(band), chart_height(panel, band.rows))
    chart = make_chart(book, Source(place.sheet, band, rows), size)
    sheet.insert_chart(row, column, chart, options)
