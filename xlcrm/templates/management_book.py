"""The management copy: a workbook of values and charts to hand out, written from nothing.

It holds no macro, no formula, no hidden sheet and nobody's name as its author, because it never had any.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import FULL
from xlcrm.tables.system import HOME
from xlcrm.templates import palette
from xlcrm.templates.analysis_panel import Content
from xlcrm.templates.analysis_sheet import add_analysis_sheet
from xlcrm.templates.finishing import finish, new_book
from xlcrm.templates.home import CARD_COLORS
from xlcrm.templates.management_list import add_list
from xlcrm.templates.report_book import without_links
from xlcrm.templates.styles import Styles
from xlcrm.templates.table_sheet import set_print

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.analysis.sheets import Made
    from xlcrm.templates.management_list import ManagementList

AUTHOR: Final = "xlcrm"
"""What stands in the file's properties in the place of a person."""
MARK: Final = "xlcrm management copy"
"""Keyword in the file's properties: a run may replace such a file."""

_FIRST: Final = 1
"""Column B; A is a margin."""
_CARD_WIDTH, _GAP_WIDTH = 15, 1.6
_PURPOSE_AT: Final = 2
"""A sheet's purpose stands so many columns right of its name."""
_CARD_ROW: Final = 4
_BODY_ROW: Final = 8


@dataclass(frozen=True)
class Cover:
    """What the first page says.

    Attributes:
        title: of the copy.
        as_of: the moment and the month that its figures are of.
        cards: label -> figure, from left to right.
        masked: what is hidden -> how it looks then.
        notes: further sentences.
    """

    title: str
    as_of: str
    cards: Sequence[tuple[str, int]]
    masked: Sequence[tuple[str, str]]
    notes: Sequence[str]


@dataclass(frozen=True)
class Management:
    """All that a management copy shows; personal data is hidden in it already.

    Attributes:
        cover: the first page.
        lists: after it.
        sheets: the analysis, worked out.
        period: what the analysis is of.
        made_on: day of the file's properties.
        pack: in whose words values of closed lists are shown.
    """

    cover: Cover
    lists: Sequence[ManagementList]
    sheets: Sequence[Made]
    period: str
    made_on: dt.datetime
    pack: str = FULL


def build_management(path: Path, content: Management) -> None:
    """Write the copy; an existing file is replaced."""
    written = io.BytesIO()
    title = content.cover.title
    with new_book(written, title) as book:
        book.set_properties({"title": title, "author": AUTHOR, "keywords": MARK, "created": content.made_on})
        styles = Styles(book)
        _add_cover(book, content, styles)
        for item in content.lists:
            add_list(book, item, styles, title)
        for made in content.sheets:
            shown = without_links(made)
            filled = Content(shown, content.period, content.pack, home=True)
            add_analysis_sheet(book, shown.sheet, styles, footer=title, content=filled)
    finish(path, written, book)


def _add_cover(book: Workbook, content: Management, styles: Styles) -> None:
    sheet, cover = book.add_worksheet(HOME), content.cover
    last = _FIRST + 2 * len(cover.cards) - 2
    sheet.set_column(0, 0, 2)
    for place in range(_FIRST, last + 1):
        sheet.set_column(place, place, _GAP_WIDTH if (place - _FIRST) % 2 else _CARD_WIDTH)
    sheet.set_column(last + 1, last + 1, 2)
    _write_banner(sheet, cover, last, styles)
    _write_cards(sheet, cover.cards, styles)
    below = _write_pages(sheet, content, last, styles)
    below = _write_masked(sheet, below + 1, cover, last, styles)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(palette.TAB_LISTS)
    sheet.set_selection(_BODY_ROW, _FIRST, _BODY_ROW, _FIRST)
    sheet.print_area(0, 0, below, last + 1)
    set_print(sheet, cover.title)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.activate()


def _write_banner(sheet: Worksheet, cover: Cover, last: int, styles: Styles) -> None:
    band = {"bg_color": palette.ENTRY}
    for row, height in enumerate((48, 26)):
        sheet.set_row(row, height)
        for place in range(last + 2):
            sheet.write_blank(row, place, None, styles.get(**band))
    title = styles.get(bold=True, font_size=22, font_color=palette.WHITE, **band)
    sheet.write_string(0, _FIRST, cover.title, title)
    sheet.write_string(1, _FIRST, cover.as_of, styles.get(font_color="#D6DFEA", valign="top", **band))
    sheet.set_row(2, 8)


def _write_cards(sheet: Worksheet, cards: Sequence[tuple[str, int]], styles: Styles) -> None:
    for offset, height in enumerate((6, 24, 46, 10)):
        sheet.set_row(_CARD_ROW - 1 + offset, height)
    for number, (label, figure) in enumerate(cards):
        place = _FIRST + 2 * number
        color = CARD_COLORS.get(label, palette.ENTRY)
        box = {"bg_color": palette.BAND, "align": "center"}
        name = styles.get(font_color=palette.MUTED, top=5, top_color=color, valign="bottom", **box)
        value = styles.get(bold=True, font_size=22, font_color=color, num_format="#,##0", **box)
        sheet.write_string(_CARD_ROW, place, label, name)
        sheet.write_number(_CARD_ROW + 1, place, figure, value)


def _write_pages(sheet: Worksheet, content: Management, last: int, styles: Styles) -> int:
    """Write the way to every sheet; the row below."""
    _write_section(sheet, _BODY_ROW, last, "目录", styles)
    link = styles.get(font_color=palette.LINK, underline=1)
    pages = [(item.table.title, item.hint) for item in content.lists]
    pages += [(made.sheet.title, made.sheet.hint) for made in content.sheets]
    row = _BODY_ROW
    for row, (name, purpose) in enumerate(pages, start=_BODY_ROW + 1):
        sheet.set_row(row, 20)
        sheet.write_url(row, _FIRST, f"internal:'{name}'!A1", link, name, f"打开 {name}")
        sheet.write_string(row, _FIRST + _PURPOSE_AT, purpose, styles.get(font_color=palette.MUTED))
    return row + 1


def _write_masked(sheet: Worksheet, row: int, cover: Cover, last: int, styles: Styles) -> int:
    """Write what is hidden and what the file is; the last row."""
    _write_section(sheet, row, last, "说明", styles)
    kind = styles.get(font_color=palette.SLATE, bg_color=palette.SLATE_FILL, align="center", bold=True)
    below = row + 1
    for line, (name, shown) in enumerate(cover.masked, start=below):
        sheet.set_row(line, 20)
        sheet.write_string(line, _FIRST, name, kind)
        sheet.write_string(line, _FIRST + 2, shown, styles.get())
    below += len(cover.masked)
    for line, text in enumerate(cover.notes, start=below):
        sheet.set_row(line, 20)
        sheet.write_string(line, _FIRST, text, styles.get(font_color=palette.MUTED))
    return below + len(cover.notes) - 1


def _write_section(sheet: Worksheet, row: int, last: int, name: str, styles: Styles) -> None:
    line = {"bottom": 2, "bottom_color": palette.ENTRY}
    sheet.set_row(row, 26)
    for place in range(_FIRST, last + 1):
        sheet.write_blank(row, place, None, styles.get(**line))
    look = styles.get(bold=True, font_size=12, font_color=palette.ENTRY, **line)
    sheet.write_string(row, _FIRST, name, look)
