"""A workbook of the analysis sheets alone, with their figures: what a meeting gets to read."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from xlcrm.analysis.base import DETAIL
from xlcrm.analysis.sheets import Made
from xlcrm.tables.base import FULL
from xlcrm.templates.analysis_panel import Content
from xlcrm.templates.analysis_sheet import add_analysis_sheet
from xlcrm.templates.finishing import finish, new_book
from xlcrm.templates.styles import Styles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.analysis.base import Panel


def build_report(path: Path, sheets: Sequence[Made], title: str, *, period: str, pack: str = FULL) -> None:
    """Write a workbook that holds only analysis sheets, filled; an existing file is replaced.

    Tables and charts end with the rows that there are; a panel without any says so and has no chart. Links
    are left out, because what they lead to is not in the file.

    Args:
        path: where to.
        sheets: worked out, in their order; the user's own columns are shown where the rows have them.
        title: of the report, for the footer and the file's properties.
        period: what the figures are of.
        pack: in whose words values of closed lists are shown.
    """
    written = io.BytesIO()
    with new_book(written, title) as book:
        styles = Styles(book)
        for made in sheets:
            shown = without_links(made)
            content = Content(shown, period, pack)
            add_analysis_sheet(book, shown.sheet, styles, footer=title, content=content)
    finish(path, written, book)


def without_links(made: Made) -> Made:
    """The sheet without the column that leads to the rows behind its figures."""
    panels = tuple(_without_detail(panel) for panel in made.sheet.panels)
    return Made(replace(made.sheet, panels=panels), made.figures, made.panels)


def _without_detail(panel: Panel) -> Panel:
    return replace(panel, columns=tuple(item for item in panel.columns if item.key != DETAIL))
