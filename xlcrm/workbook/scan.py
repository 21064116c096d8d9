"""One look at a sheet's XML before it is parsed: is its used range sane, and where are errors and formulas.

calamine allocates the rectangle around all filled cells and aborts the whole process when it cannot; it also
reads error cells as blank. Both are settled here, on the raw bytes: a few searches at the speed of memory
prove an ordinary sheet harmless, and only a sheet that they cannot vouch for is looked at cell by cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat  # nosec - parts with a document type are refused before

from xlcrm.errors import WorkbookDamaged, WorkbookHostile
from xlcrm.workbook.patch.ranges import address, column_number

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
MOST_CELLS: Final = 60_000_000
"""Cells of the rectangle that we let calamine allocate (32 bytes each)."""

_OPEN, _CLOSE = b"<sheetData", b"</sheetData>"
# Each matches a cell outside a rectangle that is small enough; where one finds none, the sheet is harmless.
_OUTSIDE: Final = tuple(
    re.compile(rb'<c(?! r="' + columns + rows + rb'")')
    for columns, rows in (
        (rb"A?[A-Z]", rb"[0-9]{1,6}"),  # 52 x 999,999
        (rb"[A-D]?[A-Z]", rb"[1-3]?[0-9]{1,5}"),  # 130 x 399,999
        (rb"[A-Z]{1,2}", rb"[1-7]?[0-9]{1,4}"),  # 702 x 79,999
    )
)
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>]*)>')
_PREFIXED: Final = re.compile(rb":c[\s/>]")
_FORMULA: Final = re.compile(rb"<f[\s/>]")
_ERROR_TYPE: Final = re.compile(rb"""\st\s*=\s*["']e["']""")


@dataclass(slots=True)
class Scan:
    """What a sheet's XML holds besides values.

    Attributes:
        errors: (row, column) of error cells -> the error's text.
        formulas: (row, column) of cells with a formula.
        bottom: last row with a value, as far as it was worked out (exact path only).
        right: last column with a value, likewise.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    bottom: int = 0
    right: int = 0


def scan_sheet(data: bytes, where: str) -> Scan:
    """Look through the XML of one worksheet.

    Args:
        data: the part, in UTF-8.
        where: workbook and sheet, for messages.

    Raises:
        WorkbookHostile: the rectangle around the filled cells is too large to be read.
        WorkbookDamaged: a cell lies outside Excel's grid, or the XML is broken.
    """
    span = _plain_span(data)
    found = None
    if span is not None:
        found = _scan_plain(data, *span)
    if found is None:
        found = _Exact(where).scan(data)
    if found.bottom > LAST_ROW or found.right > LAST_COLUMN:
        raise WorkbookDamaged(
            f"{where}里有单元格超出了 Excel 的范围（第 {found.bottom} 行、第 {found.right} 列），"
            "文件已损坏，请用 Excel 打开并修复后另存，或取回备份。"
        )
    if found.bottom * found.right > MOST_CELLS:
        raise WorkbookHostile(
            f"{where}的内容一直延伸到 {address(found.bottom, found.right)}，范围大得无法读取，"
            "请在 Excel 里按 Ctrl+End 找到最远处多余的内容，删除那些行和列并保存后再试。"
        )
    return found


def _plain_span(data: bytes) -> tuple[int, int] | None:
    """Where the cells stand, if the sheet is written the way that the searches understand."""
    start, end = data.find(_OPEN), data.rfind(_CLOSE)
    if start < 0 or end < start:
        return None
    if data.find(b"sheetData", end + len(_CLOSE)) >= 0 or data.rfind(b"sheetData", 0, start) >= 0:
        return None
    colon = data.find(b":c", start, end)  # much quicker than the expression where there is none
    return None if colon >= 0 and _PREFIXED.search(data, colon, end) else (start, end)


def _scan_plain(data: bytes, start: int, end: int) -> Scan | None:
    """Scan by searches; None if some cell is not written plainly."""
    found = Scan()
    if all(outside.search(data, start, end) for outside in _OUTSIDE):
        columns: set[bytes] = set()
        plain = 0
        for tag in _CELL.finditer(data, start, end):
            plain += 1
            letters, row, rest = tag.groups()
            if not rest.endswith(b"/") and not data.startswith(b"</c>", tag.end()):
                columns.add(letters)
                found.bottom = max(found.bottom, int(row))
        if plain != data.count(b"<c", start, end):
            return None
        found.right = max((column_number(letters.decode()) for letters in columns), default=0)
    for at in _positions(data, b">#", start, end):
        if cell := _cell_around(data, at, start):
            spot, rest = cell
            if _ERROR_TYPE.search(rest):
                found.errors[spot] = data[at + 1 : data.find(b"<", at)].decode()
    for at in _positions(data, b"<f", start, end):
        if _FORMULA.match(data, at) and (cell := _cell_around(data, at, start)):
            found.formulas.add(cell[0])
    return found


def _positions(data: bytes, needle: bytes, start: int, end: int) -> Iterator[int]:
    at = data.find(needle, start, end)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1, end)


def _cell_around(data: bytes, at: int, start: int) -> tuple[tuple[int, int], bytes] | None:
    """Place and other attributes of the cell in which `at` lies."""
    cell = _CELL.match(data, data.rfind(b"<c ", start, at))
    if cell is None:
        return None
    letters, row, rest = cell.groups()
    return (int(row), column_number(letters.decode())), rest


class _Exact:
    """Reads every tag: for prefixes, missing references, odd quotes. About ten times slower."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._found = Scan()
        self._row = self._column = 0
        self._kind = ""
        self._text: list[str] | None = None

    def scan(self, data: bytes) -> Scan:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as error:
            raise WorkbookDamaged(
                f"{self._where}的内容已损坏（XML 不完整），请用 Excel 打开并修复后另存，或取回备份。"
            ) from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "row":
            self._row = self._number(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif local == "c":
            self._row, self._column = self._place(attributes.get("r"))
            self._kind = attributes.get("t", "n")
        elif local == "f" and self._column:
            self._found.formulas.add((self._row, self._column))
        elif local in {"v", "is"} and self._column:
            self._found.bottom = max(self._found.bottom, self._row)
            self._found.right = max(self._found.right, self._column)
            self._text = []

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "v" and self._text is not None:
            if self._kind == "e":
                self._found.errors[self._row, self._column] = "".join(self._text).strip()
            self._text = None
        elif local == "sheetData":
            self._column = 0

    def _characters(self, text: str) -> None:
        if self._text is not None and self._kind == "e":
            self._text.append(text)

    def _place(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return self._row, self._column + 1
        plain = reference.replace("$", "").upper()
        letters = plain.rstrip("0123456789")
        if not (letters.isascii() and letters.isalpha()) or len(letters) > 6:
            raise self._misplaced(reference)
        return self._number(plain[len(letters) :]), column_number(letters)

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise self._misplaced(text)
        return int(text)

    def _misplaced(self, reference: str) -> WorkbookDamaged:
        return WorkbookDamaged(
            f"{self._where}里有一个位置写错的单元格“{reference[:20]}”，文件已损坏，"
            "请用 Excel 打开并修复后另存，或取回备份。"
        )
