"""What tells whether a sheet is still the one that was read: its size, its headings, its first columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from xlcrm.workbook.live.access import read_values

if TYPE_CHECKING:
    from collections.abc import Collection

    import xlwings as xw

    from xlcrm.workbook.live.access import Held, Rows
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
        top: digests of the first rows.
        left: digest of the first columns.
    """

    area: Area
    top: tuple[int, ...]
    left: int

    @classmethod
    def of(cls, held: Held) -> Self:
        """Of all that a sheet holds."""
        return cls(held.area, _digests(held.values[:_TOP]), _left(held.values))

    def still(self, sheet: xw.Sheet, area: Area, headings: Collection[int], whole: Held | None) -> bool:
        """Whether the sheet is still as it was; reads no more than a few rows and columns.

        Args:
            sheet: to ask.
            area: its used range now.
            headings: rows that must be the same.
            whole: all that it holds now, when that is known.
        """
        if area != self.area:
            return False
        last = min(area.bottom, _TOP, max(headings, default=0))
        if whole is not None:
            top, left = whole.values[:last], whole.values
        else:
            top = read_values(sheet, area.to_row(last)) if last else []
            left = read_values(sheet, area._replace(right=min(area.right, _LEFT)))
        found = _digests(top)
        return all(found[row - 1] == self.top[row - 1] for row in headings if row <= last) and (
            _left(left) == self.left
        )


def _digests(rows: Rows) -> tuple[int, ...]:
    return tuple(hash(tuple(row)) for row in rows)


def _left(rows: Rows) -> int:
    return hash(tuple(tuple(row[:_LEFT]) for row in rows))
