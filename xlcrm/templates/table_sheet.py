"""One sheet of a table: title, hint and legend, the table object, its looks, limits and print set-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_col_to_name

from xlcrm.tables.base import Kind, Role
from xlcrm.tables.system import HOME
from xlcrm.templates import palette
from xlcrm.templates.bands import blocks, write_band
from xlcrm.templates.buttons import column_pixels, stand_beside_title
from xlcrm.templates.cells import write_values
from xlcrm.templates.conditions import conditions, row_conditions
from xlcrm.templates.measures import column_width, frozen_columns, lines_needed, pages_wide, text_width
from xlcrm.templates.palette import TEXT_CELLS
from xlcrm.templates.styles import WRAPPED
from xlcrm.templates.validation import validation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.tables.base import Column, Table
    from xlcrm.tables.options import OptionList
    from xlcrm.templates.buttons import Button
    from xlcrm.templates.styles import Styles

HEADING_ROW: Final = 3
"""Row of the headings, counted from 1; data begin in the next one."""
LAST_PREPARED_ROW: Final = 5000
SPARE_ROWS: Final = 2000
"""Drop-downs, limits and looks reach this row at least, and so many rows below the data."""

BAND_ROW: Final = 1
"""Row of the blocks' names where a document prints blocks, counted from 0; else the hint stands there."""
_TITLE_SIZE: Final = 16

LINE_HEIGHT: Final = 15.5
"""Points that one line of text takes."""

_SHEET_ROWS: Final = 1_048_576
"""Rows that a sheet has in Excel."""
_FITTED: Final = frozenset({"rules", "parameters"})
"""Tables that ship filled, each row as high as its text."""
_HIDDEN: Final = frozenset({("due_list", "task_id")})
"""Columns that only xlcrm needs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What one table's sheet is made of.

    Attributes:
        table: what it holds.
        columns: its columns in order.
        data: frame keyed by column keys; empty for a new workbook.
        lists: (table name, column key) -> the list behind it.
        tab: colour of the sheet's tab.
        book: name of the workbook, for the footer.
        titles: characters of the workbook's longest sheet title.
        buttons: that stand beside the title.
    """

    table: Table
    columns: Sequence[Column]
    data: pd.DataFrame
    lists: Mapping[tuple[str, str], OptionList]
    tab: str
    book: str
    titles: int = 0
    buttons: Sequence[Button] = ()

    def width(self, item: Column) -> float:
        """Width of one of its columns in characters."""
        return column_width(self.table, item, self.titles)

    @property
    def is_typed(self) -> bool:
        """Whether people type its rows, so that computed values stand beside theirs."""
        return bool(self.table.packs) and not self.table.report

    @property
    def has_high_rows(self) -> bool:
        """Whether a refresh writes sentences into it, so that every row has room for two lines."""
        sentences = any(item.kind is Kind.LONG for item in self.columns)
        return self.table.name == "findings" or (self.table.report and sentences)

    @property
    def last_row(self) -> int:
        """Last row that is prepared for typing, counted from 1."""
        return min(max(LAST_PREPARED_ROW, HEADING_ROW + len(self.data) + SPARE_ROWS), _SHEET_ROWS)


def add_table_sheet(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    """Build one table's sheet; the worksheet is empty and named already."""
    _set_columns(sheet, layout, styles)
    _write_top(sheet, layout, styles)
    _add_table_object(sheet, layout, styles)
    _set_heights(sheet, layout)
    _add_limits(sheet, layout)
    _add_conditions(sheet, layout, styles)
    _set_view(sheet, layout)


def table_object_name(title: str) -> str:
    """The name of a sheet's table object: the title without what Excel forbids."""
    return re.sub(r"\W", "_", title)


def set_print(sheet: Worksheet, book: str, pages: int = 1) -> None:
    """Landscape A4, so many pages wide, page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(pages, 0)
    sheet.set_footer(f"&L&8{book}&C&8第 &P 页，共 &N 页&R&8&A")


def _write_top(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    blank = styles.get()
    sheet.set_row(0, 30, blank)
    sheet.set_row(1, 20, blank)
    sheet.set_row(HEADING_ROW - 1, 34, blank)
    sheet.write_string(
        0, 0, layout.table.title, styles.get(bold=True, font_size=_TITLE_SIZE, font_color=palette.ENTRY)
    )
    write_home_link(sheet, styles)
    found = blocks(layout.columns)
    write_band(sheet, BAND_ROW, found, styles)
    hint = styles.get(font_size=9, font_color=palette.MUTED)
    entry, extra, auto = (
        styles.get(font_size=9, font_color=color) for color in (palette.ENTRY, palette.EXTRA, "#9AA3AF")
    )
    roles = {item.role for item in layout.columns}
    legend = [
        part
        for role, mark, name in (
            (Role.ENTRY, entry, "填写"),
            (Role.EXTRA, extra, "补充"),
            (Role.AUTO, auto, "自动"),
        )
        if role in roles
        for part in (mark, "　■ ", hint, name)
    ]
    beside = _beside_title(layout)
    taken = stand_beside_title(sheet, beside, layout.buttons)
    place = (0, _column_after(layout, beside, taken)) if found else (1, 1)
    sheet.write_rich_string(*place, hint, f"{layout.table.hint}　", *legend, hint)


def _beside_title(layout: Layout) -> int:
    """The first column that the title does not reach; the hint stands there where a band has its row."""
    reach = text_width(layout.table.title) * _TITLE_SIZE / palette.SIZE + 2
    ends = accumulate(layout.width(item) for item in layout.columns)
    return next((place for place, end in enumerate(ends, start=1) if end >= reach), len(layout.columns))


def _column_after(layout: Layout, first: int, taken: int) -> int:
    """The first column from `first` on that begins right of so many pixels, which the buttons take."""
    place = first
    while taken > 0 and place < len(layout.columns):
        taken -= column_pixels(layout.width(layout.columns[place]))
        place += 1
    return place


def write_home_link(sheet: Worksheet, styles: Styles) -> None:
    """The way back, in A2 of every sheet."""
    look = styles.get(font_size=9, font_color=palette.LINK, underline=1)
    sheet.write_url(1, 0, f"internal:'{HOME}'!A1", look, "返回首页", "回到首页")


def _set_columns(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    for place, item in enumerate(layout.columns):
        hidden = {"hidden": True} if _is_hidden(layout, item) else {}
        wraps = layout.has_high_rows or layout.table.name in _FITTED
        look = styles.body(item, beside_entries=layout.is_typed, wraps=wraps)
        sheet.set_column(place, place, layout.width(item), look, hidden)


def _add_table_object(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    last = HEADING_ROW + max(len(layout.data), 1) - 1
    headings = [
        {"header": item.heading, "header_format": styles.heading(item.role)} for item in layout.columns
    ]
    sheet.add_table(
        HEADING_ROW - 1,
        0,
        last,
        len(layout.columns) - 1,
        {"columns": headings, "name": table_object_name(layout.table.title), "style": None},
    )
    for place, item in enumerate(layout.columns):
        if item.key in layout.data:
            mistyped = styles.get(align="left")
            write_values(sheet, HEADING_ROW, place, layout.data[item.key], item, mistyped)


def _set_heights(sheet: Worksheet, layout: Layout) -> None:
    """Rows that come filled get the height of their longest text, which not every program finds by itself.

    Rows that people will type are left to the spreadsheet, so that they grow with what is typed. Lists that
    a refresh writes have room for two lines: nothing fits their rows to the sentences that come later.
    """
    if layout.has_high_rows:
        sheet.set_default_row(2 * LINE_HEIGHT + 3)
    shown = [item for item in layout.columns if item.key in layout.data and item.kind in WRAPPED]
    needed: dict[int, int] = {}
    for item in shown:
        width = layout.width(item)
        for offset, cell in enumerate(layout.data[item.key].tolist()):
            lines = lines_needed(cell, width) if isinstance(cell, str) else 1
            if lines > needed.get(offset, 1):
                needed[offset] = lines
    for offset, lines in sorted(needed.items()):
        sheet.set_row(HEADING_ROW + offset, lines * LINE_HEIGHT + 2)


def _add_limits(sheet: Worksheet, layout: Layout) -> None:
    for place, item in enumerate(layout.columns):
        if item.role is Role.AUTO and not layout.is_typed:
            continue
        options = layout.lists.get((layout.table.name, item.key))
        if rule := validation(layout.table, item, options):
            sheet.data_validation(HEADING_ROW, place, layout.last_row - 1, place, rule)


def _add_conditions(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    first, last = HEADING_ROW, layout.last_row - 1
    letters = {item.key: xl_col_to_name(place) for place, item in enumerate(layout.columns)}
    for place, item in enumerate(layout.columns):
        for criterion, look in conditions(layout.table, item, f"{letters[item.key]}{HEADING_ROW + 1}"):
            sheet.conditional_format(first, place, last, place, criterion | {"format": styles.state(**look)})
    for formula, look in row_conditions(layout.table, letters, HEADING_ROW + 1):
        sheet.conditional_format(
            first,
            0,
            last,
            len(layout.columns) - 1,
            {"type": "formula", "criteria": formula, "format": styles.state(**look)},
        )
    texts = [letters[item.key] for item in layout.columns if item.kind in TEXT_CELLS]
    if texts:
        ranges = " ".join(f"{letter}{first + 1}:{letter}{layout.last_row}" for letter in texts)
        sheet.ignore_errors({"number_stored_as_text": ranges})


def _set_view(sheet: Worksheet, layout: Layout) -> None:
    frozen = frozen_columns(layout.table, layout.columns)
    sheet.freeze_panes(HEADING_ROW, frozen)
    sheet.set_selection(HEADING_ROW, 0, HEADING_ROW, 0)
    sheet.set_tab_color(layout.tab)
    widths = [layout.width(item) for item in layout.columns if not _is_hidden(layout, item)]
    pages = pages_wide(widths, frozen)
    set_print(sheet, layout.book, pages)
    sheet.repeat_rows(BAND_ROW if blocks(layout.columns) else HEADING_ROW - 1, HEADING_ROW - 1)
    if pages > 1:
        sheet.repeat_columns(0, frozen - 1)


def _is_hidden(layout: Layout, item: Column) -> bool:
    return (layout.table.name, item.key) in _HIDDEN
