"""The row above the headings where a document prints its columns in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import Role
from xlcrm.templates import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from xlcrm.tables.base import Column
    from xlcrm.templates.styles import Styles

_OWN_BLOCKS: Final = {Role.EXTRA: "补充信息", Role.AUTO: "自动计算"}
"""What stands above columns that no document prints."""
_FILLS: Final = {
    Role.ENTRY: (("#C9D6E8", palette.ENTRY), ("#E3EAF4", palette.ENTRY)),
    Role.EXTRA: (("#CFE5E5", palette.EXTRA),),
    Role.AUTO: (("#E6E9ED", palette.AUTO_INK),),
}
"""(fill, ink) of a block; the document's blocks take turns, so that their borders show."""


@dataclass(frozen=True, slots=True)
class Block:
    """Columns side by side under one heading; `first` is counted from 0."""

    name: str
    role: Role
    first: int
    count: int


def blocks(columns: Sequence[Column]) -> list[Block]:
    """The blocks over all columns in order; none where the document prints no blocks."""
    if not any(item.group for item in columns):
        return []
    found, first = [], 0
    for (name, role), items in groupby(columns, key=_block_of):
        count = len(list(items))
        found.append(Block(name, role, first, count))
        first += count
    return found


def write_band(sheet: Worksheet, row: int, found: Sequence[Block], styles: Styles) -> None:
    """Write the blocks' names over their columns, in cells of one colour that are not merged.

    Merged cells would get in the way of selecting, sorting and inserting columns. The sheet's first cell of
    the row is left alone: the way home stands there.

    Args:
        sheet: where to.
        row: counted from 0.
        found: the blocks of all columns.
        styles: the workbook's formats.
    """
    turn = 0
    for block in found:
        fills = _FILLS[block.role]
        fill, ink = fills[turn % len(fills)]
        turn += block.role is Role.ENTRY
        look = styles.get(bold=True, font_color=ink, bg_color=fill, align="left", indent=1)
        places = [place for place in range(block.first, block.first + block.count) if place]
        for place in places:
            sheet.write_blank(row, place, None, look)
        if places:
            sheet.write_string(row, places[0], block.name, look)


def _block_of(column: Column) -> tuple[str, Role]:
    return (column.group, Role.ENTRY) if column.group else (_OWN_BLOCKS.get(column.role, ""), column.role)
