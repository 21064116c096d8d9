"""Merged cells: what is written into all but the first of them nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.live.access import area_of_range, range_of
from xlcrm.workbook.live.patience import ask
from xlcrm.workbook.patch.ranges import Area, address

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from xlcrm.workbook.live.cells import Piece


def refuse_hidden(sheet: xw.Sheet, name: str, piece: Piece) -> None:
    """Refuse to write a value under a merged cell, in the words of the file door.

    Raises:
        UnsafeToPatch: a cell of the rectangle lies in a merged area and is not its first.
    """
    for row, column, merged in _under(sheet, piece.area):
        if piece.columns[column - piece.area.left][row - piece.area.top] is not None:
            raise UnsafeToPatch(
                f"工作表“{name}”的 {address(row, column)} 在合并单元格 {merged} 里且不是左上角，"
                "写入的内容会看不见，请先取消合并。"
            )


def _under(sheet: xw.Sheet, area: Area) -> Iterator[tuple[int, int, Area]]:
    """Cells of an area that lie under another one of a merged area; one question where nothing is merged."""
    waiting = [area]
    while waiting:
        part = waiting.pop()
        cells = range_of(sheet, part)
        if ask(cells, "merge_cells") is False:  # None where only some are merged
            continue
        if part.cells == 1:
            merged = area_of_range(ask(cells, "merge_area"))
            if (merged.top, merged.left) != (part.top, part.left):
                yield part.top, part.left, merged
        elif part.top < part.bottom:
            middle = (part.top + part.bottom) // 2
            waiting += [part._replace(top=middle + 1), part.to_row(middle)]
        else:
            middle = (part.left + part.right) // 2
            waiting += [part._replace(left=middle + 1), part._replace(right=middle)]
