"""Where the lists of a sheet stand, for those who only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.port import ListPlace

if TYPE_CHECKING:
    from xlcrm.workbook.patch.parts import Book


def list_places(book: Book, sheet: str) -> list[ListPlace]:
    """The table objects of a sheet that show their headings.

    Raises:
        SheetMissing: no such worksheet.
        WorkbookDamaged: a part is not there, or broken.
    """
    found = []
    for relation in book.relations(book.sheet(sheet).part):
        if relation.kind != "table":
            continue
        root = book.markup(book.stored(relation.part)).root
        area = Area.parse(root.get("ref"))
        if area is not None and root.number("headerRowCount", 1) > 0:
            totals = root.number("totalsRowCount")
            found.append(ListPlace(area.top, area.bottom - totals, area.left, area.right, bool(totals)))
    return found
