"""What tells whether a sheet is still the one that was read: its size, its top rows, its first columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from xlcrm.workbook.live.access import read_values

if TYPE_CHECKING:
    import xlwings as xw

    from xlcrm.workbook.live.access import Held
    from xlcrm.workbook.patch.ranges import Area

_TOP: Final = 20
"""Rows in which headings are looked for (see `xlcrm.workbook.headings`)."""
_LEFT: Final = 2
"""Columns that name a row: its number and whom it is about."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A sheet as it was read.

    Attributes:
        area: from A1 to the end of the used range.
        top: digest of the first rows.
        left: digest of the first columns.
    """

    area: Area
    top: int
    left: int

    @classmethod
    def of(cls, held: Held) -> Self:
        """Of all that a sheet holds."""
        return cls(
            held.area,
            hash(tuple(map(tuple, held.values[:_TOP]))),
            hash(tuple(tuple(row[:_LEFT]) for row in held.values)),
        )

    def still(self, sheet: xw.Sheet, area: Area, whole: Held | None) -> bool:
        """Whether the sheet is still as it was; reads no more than a few rows and columns.

        Args:
            sheet: to ask.
            area: its used range now.
            whole: all that it holds now, when that is known.
        """
        if area != self.area:
            return False
        if whole is not None:
            return Seen.of(whole) == self
        top = read_values(sheet, area.to_row(min(area.bottom, _TOP)))
        left = read_values(sheet, area._replace(right=min(area.right, _LEFT)))
        return hash(tuple(map(tuple, top))) == self.top and hash(tuple(map(tuple, left))) == self.left
