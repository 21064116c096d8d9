"""One worksheet's XML: its frame, its rows and cells in whatever dialect they are written."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from xlcrm.errors import UnsafeToPatch, WorkbookDamaged
from xlcrm.workbook.patch.markup import (
    INSIDE_TAG,
    NAME,
    Edit,
    Markup,
    attributes_of,
    prefix_of,
    tag_end,
)
from xlcrm.workbook.patch.parts import MAIN_SPACES
from xlcrm.workbook.patch.ranges import MAX_COLUMNS, MAX_ROWS, Area, address, letters

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)(" + NAME + rb")" + INSIDE_TAG + rb">", re.DOTALL
)
_RARE: Final = 10_000
_BEHIND_NAME: Final = frozenset({b">", b" ", b"/", b"\n", b"\r", b"\t"})
_SHEET_DATA = re.compile(rb"<(?:[^\s<>/:]+:)?sheetData[\s/>]")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class OldCell:
    """One cell as it stands in the part: offsets of its tag, the tag's end, and its end."""

    column: int
    start: int
    body: int
    end: int
    attributes: dict[str, str]

    @property
    def named(self) -> bool:
        return "r" in self.attributes


@dataclass(frozen=True, slots=True)
class OldRow:
    """One row as it stands in the part: offsets of `<`, behind its tag, of its end tag, behind it."""

    number: int
    start: int
    body: int
    close: int
    end: int


@dataclass(slots=True)
class Content:
    """What a cell holds, by expat: texts are raw, without `_xHHHH_` undone."""

    kind: str = "n"
    value: str | None = None
    inline: str | None = None
    formula: str | None = None
    formula_attributes: dict[str, str] = field(default_factory=dict)
    strange: bool = False

    @property
    def empty(self) -> bool:
        return self.value is None and self.inline is None and self.formula is None


class SheetXml:
    """The frame of a worksheet part and access to its rows.

    Attributes:
        data: the part in UTF-8.
        name: the sheet's name, for messages.
        prefix: namespace prefix of its elements, with its colon.
        low, high: where the rows begin and end.
        frame: the part without its rows.
    """

    def __init__(self, data: bytes, part: str, name: str) -> None:
        """Find the rows.

        Raises:
            UnsafeToPatch: no <sheetData> where it belongs.
            WorkbookDamaged, WorkbookHostile: see Markup.
        """
        self.data = data
        self.name = name
        self.part = part
        start = self._find_sheet_data()
        self.prefix = prefix_of(data, start)
        self.low = tag_end(data, start)
        self.self_closed = data[self.low - 2 : self.low] == b"/>"
        self._start = start
        self.tidy = True  # no comments, PIs or CDATA among the rows
        self.high = self.low if self.self_closed else self._find_end()
        self.frame = Markup(data[: self.low] + data[self.high :], part)
        root = self.frame.root
        if root.name != "worksheet" or root.space not in MAIN_SPACES:
            raise self.unsafe("不是普通工作表")
        element = root.first("sheetData")
        if element is None or element.start != start or element.space != root.space:
            raise self.unsafe("的单元格区不在应在的位置")

    def unsafe(self, why: str) -> UnsafeToPatch:
        """A refusal that names the sheet."""
        return UnsafeToPatch(f"工作表“{self.name}”{why}，为避免损坏没有写入，请用 Excel 打开后另存一份再试。")

    def _find_sheet_data(self) -> int:
        for match in _TOKEN.finditer(self.data):
            if _SHEET_DATA.match(match.group()):
                return match.start()
        raise self.unsafe("里没有单元格区（sheetData）")

    def _find_end(self) -> int:
        closing = b"</" + self.prefix + b"sheetData"
        end = self.data.rfind(closing)
        if end < self.low:
            raise WorkbookDamaged(f"工作表“{self.name}”的 XML 不完整，请用 Excel 打开并修复后另存。")
        if all(find_rare(self.data, mark, self.low, end) < 0 for mark in (b"<!", b"<?")):
            return end
        self.tidy = False
        for match in _TOKEN.finditer(self.data, self.low):
            if match.group(1) == b"/" and match.group(2) == self.prefix + b"sheetData":
                return match.start()
        raise WorkbookDamaged(f"工作表“{self.name}”的 XML 不完整，请用 Excel 打开并修复后另存。")

    def outside(self, edits: list[Edit]) -> list[Edit]:
        """Edits of the frame, moved to where they belong in the part."""
        shift = self.high - self.low
        return [
            (start + shift, end + shift, new) if start >= self.low else (start, end, new)
            for start, end, new in edits
        ]

    def opened(self, rows: bytes) -> Edit:
        """The edit that puts rows into a <sheetData/>."""
        tag = self.data[self._start : self.low].removesuffix(b"/>").rstrip()
        return self._start, self.low, tag + b">" + rows + b"</" + self.prefix + b"sheetData>"

    @cached_property
    def has_formulas(self) -> bool:
        mark = b"<" + self.prefix + b"f"
        at = find_rare(self.data, mark, self.low, self.high)
        while at >= 0 and self.data[at + len(mark) : at + len(mark) + 1] not in _BEHIND_NAME:
            at = find_rare(self.data, mark, at + 1, self.high)
        return at >= 0

    @cached_property
    def merges(self) -> list[Area]:
        element = self.frame.root.first("mergeCells")
        areas = (Area.parse(e.get("ref")) for e in (element.all("mergeCell") if element else ()))
        return [area for area in areas if area is not None and area.cells > 1]

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, str]]:
        return [
            (column.number("min"), column.number("max"), column.get("style"))
            for columns in self.frame.root.all("cols")
            for column in columns.all("col")
            if column.get("style") not in {"", "0"}
        ]

    def column_style(self, column: int) -> str:
        """Style that <cols> gives to a column, or ""."""
        return next((s for low, high, s in self._column_styles if low <= column <= high), "")

    @cached_property
    def protected(self) -> bool:
        element = self.frame.root.first("sheetProtection")
        return element is not None and element.flag("sheet")

    # Rows and cells

    @cached_property
    def rows(self) -> list[OldRow]:
        """All rows, by the patient tokenizer.

        Raises:
            UnsafeToPatch: rows out of order, twice, or something else among them.
        """
        rows = list(self._rows())
        for before, after in pairwise(rows):
            if after.number <= before.number:
                raise self.unsafe(f"的第 {after.number} 行排在第 {before.number} 行之后，行序是乱的")
        return rows

    def _rows(self) -> Iterator[OldRow]:
        number = 0
        wanted = self.prefix + b"row"
        for match in self._children(self.low, self.high):
            start, body, close, end, name = match
            if name != wanted:
                raise self.unsafe(f"的单元格区里夹着“{name.decode(errors='replace')}”")
            text = attributes_of(self.data, start).get("r")
            if text is None:
                number += 1
            elif _ROW_NUMBER.fullmatch(text):
                number = int(text)
            else:
                raise self.unsafe(f"有一行的行号是“{text}”")
            if number > MAX_ROWS:
                raise self.unsafe(f"的行号 {number} 超出 Excel 的上限")
            yield OldRow(number, start, body, close, end)

    def _children(self, low: int, high: int) -> Iterator[tuple[int, int, int, int, bytes]]:
        """Elements directly between two offsets: start, body, close, end, name."""
        depth = start = body = 0
        name = b""
        for match in _TOKEN.finditer(self.data, low, high):
            slash, tag = match.groups()
            if tag is None:
                continue
            if slash:
                depth -= 1
                if depth == 0:
                    yield start, body, match.start(), match.end(), name
                continue
            closed = self.data[match.end() - 2 : match.end()] == b"/>"
            if depth == 0:
                start, body, name = match.start(), match.end(), tag
                if closed:
                    yield start, body, body, body, name
            depth += not closed
        if depth:
            raise WorkbookDamaged(f"工作表“{self.name}”的 XML 不完整，请用 Excel 打开并修复后另存。")

    def cells(self, row: OldRow) -> list[OldCell]:
        """The cells of a row.

        Raises:
            UnsafeToPatch: cells out of order, twice, misnamed, or something else among them.
        """
        found: list[OldCell] = []
        column = 0
        for start, body, _, end, name in self._children(row.body, row.close):
            if name == self.prefix + b"extLst":
                break
            if name != self.prefix + b"c":
                raise self.unsafe(f"的第 {row.number} 行里夹着“{name.decode(errors='replace')}”")
            attributes = attributes_of(self.data, start)
            before = column
            column = self._column(row, attributes, column)
            if column <= before:
                raise self.unsafe(f"的单元格 {address(row.number, column)} 次序不对或重复")
            found.append(OldCell(column, start, body, end, attributes))
        return found

    def _column(self, row: OldRow, attributes: dict[str, str], before: int) -> int:
        text = attributes.get("r")
        if text is None:
            column = before + 1
        else:
            match = _CELL_NAME.fullmatch(text)
            area = Area.parse(text) if match else None
            if area is None or area.top != row.number:
                raise self.unsafe(f"的第 {row.number} 行里有名为“{text}”的单元格")
            column = area.left
        if column > MAX_COLUMNS:
            raise self.unsafe(f"的第 {row.number} 行超出 Excel 的最大列数")
        return column

    def insertion(self, row: OldRow) -> int:
        """Where a cell may be added behind all others of a row."""
        for start, _, _, _, name in self._children(row.body, row.close):
            if name == self.prefix + b"extLst":
                return start
        return row.close

    def content(self, cell: bytes) -> Content:
        """What a cell holds, given as XML."""
        return read_content(cell, self.name)

    def is_filled(self, cell: OldCell) -> bool:
        """Whether a cell holds a value or a formula."""
        return cell.body < cell.end and not self.content(self.data[cell.start : cell.end]).empty

    def looks_empty(self, row: OldRow) -> bool:
        """Whether no cell of a row can hold anything, by a quick look; False when unsure."""
        find = self.data.find
        return self.tidy and all(
            find(b"<" + self.prefix + mark, row.body, row.close) < 0 for mark in (b"v", b"is", b"f")
        )

    def rows_from(self, number: int) -> Iterator[OldRow]:
        """Rows from a number on, downwards."""
        at = bisect_left(self.rows, number, key=lambda row: row.number)
        yield from self.rows[at:]

    def rows_before(self, number: int) -> Iterator[OldRow]:
        """Rows above a number, upwards."""
        at = bisect_left(self.rows, number, key=lambda row: row.number)
        yield from reversed(self.rows[:at])

    def where(self, row: int, column: int) -> str:
        """A cell in a message."""
        return f"工作表“{self.name}”的 {letters(column)}{row}"


def find_rare(data: bytes, mark: bytes, low: int, high: int) -> int:
    """`data.find(mark, low, high)`, 15 times faster where the last byte of `mark` is rare."""
    back = len(mark) - 1
    at = data.find(mark[-1:], low + back, high)
    for _ in range(_RARE):
        if at < 0 or data.startswith(mark, at - back):
            return at - back if at >= 0 else -1
        at = data.find(mark[-1:], at + 1, high)
    return data.find(mark, max(low, at - back), high) if at >= 0 else -1


def read_content(cell: bytes, sheet: str) -> Content:
    """Parse one `<c>` element.

    Raises:
        WorkbookDamaged: broken XML.
    """
    reader = _CellReader()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = reader.opened
    parser.EndElementHandler = reader.closed
    parser.CharacterDataHandler = reader.said
    try:
        parser.Parse(cell, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as error:
        raise WorkbookDamaged(f"工作表“{sheet}”的 XML 已损坏，请用 Excel 打开并修复后另存。") from error
    return reader.content


class _CellReader:
    """Collects what one cell holds."""

    def __init__(self) -> None:
        self.content = Content()
        self._path: list[str] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        content = self.content
        self._path.append(name.rpartition(":")[2])
        match self._path[1:]:
            case []:
                content.kind = attributes.get("t", "n")
            case ["v"]:
                content.value = ""
            case ["f"]:
                content.formula = ""
                content.formula_attributes = attributes
            case ["is"]:
                content.inline = ""
            case ["is", *_]:
                pass
            case _:
                content.strange = True

    def closed(self, _: str) -> None:
        self._path.pop()

    def said(self, piece: str) -> None:
        content = self.content
        match self._path[1:]:
            case ["v"]:
                content.value = (content.value or "") + piece
            case ["f"]:
                content.formula = (content.formula or "") + piece
            case ["is", "t"] | ["is", "r", "t"]:
                content.inline = (content.inline or "") + piece
