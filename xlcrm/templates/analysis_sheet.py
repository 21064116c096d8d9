"""One analysis sheet: title, period, cards, and the panels with their tables and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.analysis.base import Figure
from xlcrm.analysis.wording import NO_FIGURE, PERIOD, card_text, known
from xlcrm.templates import palette
from xlcrm.templates.analysis_grid import grid_of
from xlcrm.templates.analysis_looks import CARD_CONDITIONS, card_looks
from xlcrm.templates.analysis_panel import Content, Place, add_panel
from xlcrm.templates.analysis_print import set_pages
from xlcrm.templates.buttons import stand_beside_title
from xlcrm.templates.cells import write_cell
from xlcrm.templates.panel_measures import reach
from xlcrm.templates.table_sheet import write_home_link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from xlcrm.analysis.base import AnalysisSheet
    from xlcrm.templates.analysis_grid import Grid
    from xlcrm.templates.buttons import Button
    from xlcrm.templates.styles import Styles

PERIOD_ROW: Final = 2
"""Counted from 0; the rows down to it stay in view and come again on every page."""
_TITLE_SIZE: Final = 16
_CARD_HEIGHTS: Final = (22, 34, 30, 10)
"""Points of a card's rows and of the gap below."""
_NEW: Final = Content()


def add_analysis_sheet(
    book: Workbook,
    spec: AnalysisSheet,
    styles: Styles,
    *,
    footer: str,
    buttons: Sequence[Button] = (),
    content: Content = _NEW,
) -> Worksheet:
    """Add an analysis sheet to a workbook.

    Args:
        book: where to.
        spec: what it shows.
        styles: the workbook's formats.
        footer: name of the workbook, for the footer of the print.
        buttons: that stand beside the title.
        content: with figures, the tables and charts end with the rows that there are, and no way leads to
            other sheets but to a first page, where there is one; without them, a refresh finds room for
            every row that a panel may have.
    """
    sheet = book.add_worksheet(spec.title)
    made = content.made
    filled = {name: panel.rows for name, panel in made.panels.items()} if made else None
    grid = grid_of(spec, filled)
    for place, width in enumerate(grid.widths):
        sheet.set_column(place, place, width)
    _write_top(sheet, spec, styles, content)
    stand_beside_title(sheet, reach(spec.title, _TITLE_SIZE, grid.widths), buttons)
    _write_cards(sheet, grid, styles, made.figures if made else {})
    for band in grid.bands:
        add_panel(book, sheet, Place(spec.title, band, grid), styles, content)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(palette.TAB_ANALYSIS)
    sheet.freeze_panes(PERIOD_ROW + 1, 0)
    sheet.set_selection(PERIOD_ROW, 0, PERIOD_ROW, 0)
    set_pages(sheet, grid, footer, PERIOD_ROW)
    return sheet


def _write_top(sheet: Worksheet, spec: AnalysisSheet, styles: Styles, content: Content) -> None:
    for row, height in enumerate((30, 20, 22)):
        sheet.set_row(row, height, styles.get())
    title = styles.get(bold=True, font_size=_TITLE_SIZE, font_color=palette.ENTRY)
    sheet.write_string(0, 0, spec.title, title)
    has_home = content.home or not content.made
    if has_home:
        write_home_link(sheet, styles)
    hint = styles.get(font_size=9, font_color=palette.MUTED)
    sheet.write_string(1, int(has_home), spec.hint, hint)
    sheet.write_string(PERIOD_ROW, 0, PERIOD, styles.get(font_color=palette.MUTED))
    sheet.write_string(PERIOD_ROW, 1, content.period, styles.get(bold=True))


def _write_cards(sheet: Worksheet, grid: Grid, styles: Styles, figures: Mapping[str, Figure]) -> None:
    for card, row, place in grid.cards:
        label, value, text = card_looks(card.kind, styles)
        figure = figures.get(card.label, Figure(None))
        sheet.write_string(row, place, card.label, label)
        shown = known(figure)
        write_cell(sheet, (row + 1, place), NO_FIGURE if shown is None else shown, value)
        write_cell(sheet, (row + 2, place), card_text(figure), text)
    for row in sorted({row for _, row, _ in grid.cards}):
        for offset, height in enumerate(_CARD_HEIGHTS):
            sheet.set_row(row + offset, height)
        for criterion, look in CARD_CONDITIONS:
            options = criterion | {"format": styles.state(**look)}
            sheet.conditional_format(row + 2, 0, row + 2, len(grid.widths) - 1, options)
