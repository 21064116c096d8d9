"""One list of the management copy: values in their looks, to be read and printed, nothing to be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.tables.base import Kind
from xlcrm.templates import palette
from xlcrm.templates.cells import is_blank, write_values
from xlcrm.templates.conditions import conditions
from xlcrm.templates.measures import column_width, frozen_columns, lines_needed
from xlcrm.templates.table_sheet import (
    HEADING_ROW,
    LINE_HEIGHT,
    set_print,
    table_object_name,
    write_home_link,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from xlsxwriter import Workbook

    from xlcrm.tables.base import Column, Table
    from xlcrm.templates.styles import Styles

_TITLE_SIZE: Final = 16
_ROW_HEIGHT: Final = 22
_NO_ROWS: Final = "没有"


@dataclass(frozen=True)
class ManagementList:
    """A list as it is handed out.

    Attributes:
        table: whose rows these are.
        columns: those of its columns that are shown.
        rows: frame keyed by column keys.
        hint: one line under the title.
    """

    table: Table
    columns: Sequence[Column]
    rows: pd.DataFrame
    hint: str


def add_list(book: Workbook, content: ManagementList, styles: Styles, footer: str) -> None:
    """Add the list's sheet; a list without rows says so."""
    sheet = book.add_worksheet(content.table.title)
    first, last = HEADING_ROW, HEADING_ROW + max(len(content.rows), 1) - 1
    for row, height in enumerate((30.0, 20.0, 34.0)):
        sheet.set_row(row, height, styles.get())
    title = styles.get(bold=True, font_size=_TITLE_SIZE, font_color=palette.ENTRY)
    sheet.write_string(0, 0, content.table.title, title)
    write_home_link(sheet, styles)
    sheet.write_string(1, 1, content.hint, styles.get(font_size=9, font_color=palette.MUTED))
    headings = [
        {"header": item.heading, "header_format": styles.heading(item.role)} for item in content.columns
    ]
    options = {"columns": headings, "name": table_object_name(content.table.title), "style": None}
    sheet.add_table(HEADING_ROW - 1, 0, last, len(content.columns) - 1, options)
    for place, item in enumerate(content.columns):
        look = styles.body(item, beside_entries=False, wraps=True)
        sheet.set_column(place, place, column_width(content.table, item), look)
        if item.key in content.rows:
            write_values(sheet, first, place, content.rows[item.key], item, styles.get(align="left"))
        for criterion, word_look in conditions(content.table, item, xl_rowcol_to_cell(first, place)):
            options = criterion | {"format": styles.state(**word_look)}
            sheet.conditional_format(first, place, last, place, options)
    if content.rows.empty:
        sheet.write_string(first, 0, _NO_ROWS, styles.get(font_color=palette.MUTED))
    for offset, points in enumerate(_heights(content)):
        sheet.set_row(first + offset, points)
    sheet.freeze_panes(HEADING_ROW, frozen_columns(content.table, content.columns))
    sheet.hide_gridlines(2)
    sheet.set_selection(HEADING_ROW, 0, HEADING_ROW, 0)
    sheet.set_tab_color(palette.TAB_LISTS)
    sheet.print_area(0, 0, last, len(content.columns) - 1)
    sheet.repeat_rows(HEADING_ROW - 1, HEADING_ROW - 1)
    set_print(sheet, footer)


def _heights(content: ManagementList) -> list[float]:
    """Points of every row: as many lines as its longest text needs."""
    lines = [1] * len(content.rows)
    for item in content.columns:
        if item.key not in content.rows or item.kind not in (Kind.TEXT, Kind.LONG, Kind.NAME, Kind.CHOICE):
            continue
        width = column_width(content.table, item)
        for offset, value in enumerate(content.rows[item.key].tolist()):
            if not is_blank(value):
                lines[offset] = max(lines[offset], lines_needed(str(value), width))
    return [max(_ROW_HEIGHT, count * LINE_HEIGHT + 2) for count in lines]
