"""How an analysis sheet prints: one page wide, and no panel cut in two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.templates.table_sheet import set_print

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from xlcrm.templates.analysis_grid import Grid

_PAGE_WIDTH: Final = 784
"""Points across a landscape A4 page between the margins."""
_PAGE_HEIGHT: Final = 516
_POINTS: Final = 0.75
"""Of a pixel."""


def set_pages(sheet: Worksheet, grid: Grid, book: str, repeated: int) -> None:
    """Landscape A4, fitted to one page in width, with breaks before the panels that would be cut.

    Args:
        sheet: whose columns and rows are set.
        grid: what stands where.
        book: name of the workbook, for the footer.
        repeated: the rows from the first to this one come again on every page.
    """
    set_print(sheet, book)
    scale = min(_PAGE_WIDTH / (grid.pixels * _POINTS), 1)
    end = grid.bands[-1].top + grid.bands[-1].height
    sheet.print_area(0, 0, end - 1, len(grid.widths) - 1)
    sheet.repeat_rows(0, repeated)
    heights = [_row_pixels(sheet, row) * _POINTS for row in range(end)]
    room = _PAGE_HEIGHT / scale
    sheet.set_h_pagebreaks(page_breaks([band.top for band in grid.bands], heights, room, repeated + 1))


def page_breaks(tops: Sequence[int], heights: Sequence[float], room: float, repeated: int) -> list[int]:
    """Rows before which a new page begins: those of parts that would be cut, but not of what no page holds.

    Args:
        tops: first rows of the parts that are not to be cut, counted from 0.
        heights: points of the rows, down to the last part's end.
        room: points of rows that a page holds.
        repeated: so many of the first rows come again on every page.
    """
    breaks: list[int] = []
    again = sum(heights[:repeated])
    used = sum(heights[: tops[0]])
    for top, end in zip(tops, [*tops[1:], len(heights)], strict=True):
        height = sum(heights[top:end])
        cut_anyway = again + height > room and used < room / 2
        if used + height <= room:
            used += height
        elif cut_anyway:
            used = again + (used + height - room) % (room - again)
        else:
            breaks.append(top)
            used = again + height % (room - again)
    return breaks


def _row_pixels(sheet: Worksheet, row: int) -> float:
    size = sheet.row_sizes.get(row, (sheet.default_row_height, False))
    return float(size[0])
