"""What single cells of a sheet hold after the write: from the blocks, else from the old XML."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.patch import fast
from xlcrm.workbook.patch.cells import BadValueError, serial, unescaped
from xlcrm.workbook.patch.plan import area_of
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.patch.sheet import Content, OldRow, read_content
from xlcrm.workbook.port import KEEP, Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.parts import Book
    from xlcrm.workbook.patch.ranges import Area
    from xlcrm.workbook.patch.sheet import SheetXml
    from xlcrm.workbook.port import Block

Place = tuple[int, int]
"""Row and column, counted from 1."""

_TRUE: Final = frozenset({"1", "true"})


class Old(float):
    """A number that stays as it was: programs show it in its cell's format, which we do not work out."""

    __slots__ = ()


class Failure(str):
    """The text of an Excel error."""

    __slots__ = ()


class Points:
    """Looks up cells of one sheet as they are after the write."""

    def __init__(self, book: Book, xml: SheetXml, blocks: Sequence[Block]) -> None:
        self._book = book
        self._xml = xml
        self._blocks = [(area_of(block), block) for block in blocks if block.height]
        p = re.escape(xml.prefix)
        self._plain = re.compile(
            rb'(?: s="[0-9]+")?(?: t="([A-Za-z]+)")?><%bv>([^<&]*)</%bv></%bc>' % (p, p, p)
        )
        self._nameless = re.compile(rb"<%bc(?=[\s/>])(?![^<>]*\sr=)" % p)

    def read(self, area: Area) -> dict[Place, str | float | bool]:
        """The cells of an area that are not empty: texts, numbers (dates as serials), booleans, errors.

        Raises:
            UnsafeToPatch, WorkbookDamaged: the sheet's XML has a shape that cannot be read.
        """
        written = dict(self._written(area))
        found = self._old(area, written) if len(written) < area.cells else {}
        found |= {place: value for place, value in written.items() if value is not None}
        return dict(sorted(found.items()))

    def touched(self, area: Area) -> bool:
        """Whether the blocks may give a cell of an area another value."""
        for own, block in self._blocks:
            common = area.common(own)
            if common is None:
                continue
            rows = slice(common.top - own.top, common.bottom - own.top + 1)
            for column in range(common.left, common.right + 1):
                if any(value is not KEEP for value in block.columns[column - own.left][rows]):
                    return True
        return False

    def _written(self, area: Area) -> Iterator[tuple[Place, Any]]:
        """What the blocks put into an area; None for what they empty."""
        for own, block in self._blocks:
            common = area.common(own)
            if common is None:
                continue
            for column in range(common.left, common.right + 1):
                values = block.columns[column - own.left]
                for row in range(common.top, common.bottom + 1):
                    value = values[row - own.top]
                    if value is not KEEP:
                        yield (row, column), self._plainly(value)

    def _plainly(self, value: Any) -> str | float | bool | None:
        if isinstance(value, Link):
            value = value.text
        if value is None or isinstance(value, str):
            return value or None
        if isinstance(value, dt.date):
            return serial(value, date1904=self._book.date1904)
        return bool(value) if type(value).__name__ in {"bool", "bool_"} else float(value)

    def _old(self, area: Area, known: dict[Place, Any]) -> dict[Place, str | float | bool]:
        try:
            rows = fast.rows_from(self._xml, area.top)
            return dict(self._cells(rows, area, known))
        except fast.UnusualRowsError:
            return dict(self._cells(self._xml.rows_from(area.top), area, known))

    def _cells(
        self, rows: Iterator[OldRow], area: Area, known: dict[Place, Any]
    ) -> Iterator[tuple[Place, str | float | bool]]:
        for row in rows:
            if row.number > area.bottom:
                return
            columns = [
                column for column in range(area.left, area.right + 1) if (row.number, column) not in known
            ]
            for column, content in self._contents(row, columns):
                value = self._value(content)
                if value is not None:
                    yield (row.number, column), value

    def _contents(self, row: OldRow, columns: list[int]) -> Iterator[tuple[int, Content]]:
        """What some cells of a row hold; its other cells are not looked at where all have names."""
        data, prefix = self._xml.data, self._xml.prefix
        if not columns:
            return
        if not self._xml.tidy or self._nameless.search(data, row.body, row.close):
            for cell in self._xml.cells(row):
                if cell.column in columns:
                    yield cell.column, self._xml.content(data[cell.start : cell.end])
            return
        for column in columns:
            head = b'<%bc r="%b"' % (prefix, address(row.number, column).encode())
            start = data.find(head, row.body, row.close)
            if start < 0:
                continue
            plain = self._plain.match(data, start + len(head), row.close)
            if plain is not None:
                yield column, Content((plain[1] or b"n").decode(), plain[2].decode())
                continue
            own = next((cell for cell in self._xml.cells(row) if cell.column == column), None)
            if own is not None:
                yield column, read_content(data[own.start : own.end], self._xml.name)

    def _value(self, content: Content) -> str | float | bool | None:
        text = content.inline if content.kind == "inlineStr" else content.value
        if not text:
            return None
        match content.kind:
            case "s":
                strings = self._book.strings
                at = int(text) if text.strip().isdigit() else len(strings)
                return (strings[at] or None) if at < len(strings) else None
            case "str" | "inlineStr":
                return unescaped(text)
            case "b":
                return text in _TRUE
            case "e":
                return Failure(text)
        return self._number(text, dated=content.kind == "d")

    def _number(self, text: str, *, dated: bool) -> float | None:
        try:
            if dated:
                moment = dt.datetime.fromisoformat(text).replace(tzinfo=None)
                return Old(serial(moment, date1904=self._book.date1904))
            number = Old(text)
        except (ValueError, BadValueError):
            return None
        return number if math.isfinite(number) else None
