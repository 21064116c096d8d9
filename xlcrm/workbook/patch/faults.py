"""Ten faults that make Excel offer a repair, and that the Open XML SDK validator does not report.

Slow and thorough: for tests, and for proving small outputs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from xlcrm.errors import WorkbookDamaged
from xlcrm.workbook.patch.cells import MAX_TEXT, unescaped
from xlcrm.workbook.patch.package import Package
from xlcrm.workbook.patch.parts import Book
from xlcrm.workbook.patch.ranges import Area, address

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.workbook.patch.parts import SheetPart

ROW_ORDER: Final = "row-order"
CELL_ORDER: Final = "cell-order"
CELL_TWICE: Final = "cell-twice"
NOT_A_NUMBER: Final = "not-a-number"
BAD_BOOLEAN: Final = "bad-boolean"
BROKEN_FORMULA: Final = "broken-formula"
LONG_LIST: Final = "long-list"
HEADING_DIFFERS: Final = "heading-differs"
HEADING_TWICE: Final = "heading-twice"
LONG_TEXT: Final = "long-text"
STRING_INDEX: Final = "string-index"

_MAX_LIST: Final = 255
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')
_BRACKETED: Final = re.compile(r"\[(?:[^\[\]']|'.)*\]")
_PAIRS: Final = {")": "(", "}": "{"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its code, the sheet, the cell or range, and what is there."""

    code: str
    sheet: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"工作表“{self.sheet}”的 {self.place}：{self.detail}"


def faults(path: Path) -> list[Fault]:
    """All such faults of a workbook's worksheets.

    Raises:
        WorkbookDamaged: broken XML. And what Package and Book raise.
    """
    with Package.open(path) as package:
        book = Book(package, path.name)
        found: list[Fault] = []
        for sheet in book.sheets.values():
            reader = _SheetReader(sheet, book.strings)
            reader.read(book.read(sheet.part))
            found += reader.found
            found += _table_faults(book, sheet, reader.texts)
        return found


def is_broken(formula: str) -> bool:
    """Whether a formula's quotes, parentheses or braces do not pair up."""
    rest = _QUOTED.sub("", formula)
    before = ""
    while before != rest:  # structured references nest: Table1[[#This Row],[a(b]]
        before, rest = rest, _BRACKETED.sub("", rest)
    if any(mark in rest for mark in "\"'[]"):
        return True
    depth: list[str] = []
    for mark in rest:
        if mark in "({":
            depth.append(mark)
        elif mark in ")}" and (not depth or depth.pop() != _PAIRS[mark]):
            return True
    return bool(depth)


def _table_faults(book: Book, sheet: SheetPart, texts: dict[tuple[int, int], str]) -> list[Fault]:
    found: list[Fault] = []
    for relation in book.relations(sheet.part):
        if relation.kind != "table":
            continue
        root = book.markup(relation.part).root
        area = Area.parse(root.get("ref"))
        listed = root.first("tableColumns")
        names = [unescaped(c.get("name")) for c in listed.all("tableColumn")] if listed else []
        seen: set[str] = set()
        for name in names:
            if name.casefold() in seen:
                detail = f"表格“{root.get('displayName')}”的标题“{name}”出现两次"
                found.append(Fault(HEADING_TWICE, sheet.name, root.get("ref"), detail))
            seen.add(name.casefold())
        if area is None or root.number("headerRowCount", 1) == 0:
            continue
        for column, name in enumerate(names, area.left):
            text = texts.get((area.top, column), "")
            if text != name:
                detail = f"表格标题是“{name}”，单元格里是“{text}”"
                found.append(Fault(HEADING_DIFFERS, sheet.name, address(area.top, column), detail))
    return found


@dataclass(slots=True)
class _Cell:
    row: int
    column: int
    kind: str
    text: dict[str, str] = field(default_factory=dict)


class _SheetReader:
    """Reads one sheet's XML and notes its faults and the texts of its cells."""

    def __init__(self, sheet: SheetPart, strings: list[str]) -> None:
        self.found: list[Fault] = []
        self.texts: dict[tuple[int, int], str] = {}
        self._sheet = sheet
        self._strings = strings
        self._path: list[str] = []
        self._row = self._column = 0
        self._cells: set[tuple[int, int]] = set()
        self._cell: _Cell | None = None
        self._list = ""
        self._formula: list[str] = []

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._said
        try:
            parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword
        except expat.ExpatError as error:
            raise WorkbookDamaged(
                f"工作表“{self._sheet.name}”的 XML 已损坏（第 {error.lineno} 行）。"
            ) from error

    def _fault(self, code: str, place: str, detail: str) -> None:
        self.found.append(Fault(code, self._sheet.name, place, detail))

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._path.append(local)
        if local == "row":
            number = int(attributes.get("r", self._row + 1))
            if number <= self._row:
                self._fault(ROW_ORDER, f"第 {number} 行", f"排在第 {self._row} 行之后")
            self._row, self._column = number, 0
        elif local == "c" and "row" in self._path:
            self._open_cell(attributes)
        elif local == "dataValidation":
            self._list = attributes.get("sqref", "") if attributes.get("type") == "list" else ""
        elif local in {"formula", "formula1", "formula2"}:
            self._formula = []

    def _open_cell(self, attributes: dict[str, str]) -> None:
        area = Area.parse(attributes.get("r", ""))
        row, column = (area.top, area.left) if area else (self._row, self._column + 1)
        if (row, column) in self._cells:
            self._fault(CELL_TWICE, address(row, column), "出现两次")
        elif column <= self._column or row != self._row:
            self._fault(CELL_ORDER, address(row, column), "次序不对")
        self._cells.add((row, column))
        self._column = column
        self._cell = _Cell(row, column, attributes.get("t", "n"))

    def _said(self, text: str) -> None:
        local = self._path[-1]
        if self._cell is not None:
            if local in {"v", "f"} or (local == "t" and "rPh" not in self._path):
                self._cell.text[local] = self._cell.text.get(local, "") + text
        elif local in {"formula", "formula1", "formula2"}:
            self._formula.append(text)

    def _closed(self, _: str) -> None:
        local = self._path.pop()
        if local == "c" and self._cell is not None:
            self._close_cell(self._cell)
            self._cell = None
        elif local in {"formula", "formula1", "formula2"}:
            formula = "".join(self._formula)
            if is_broken(formula):
                self._fault(
                    BROKEN_FORMULA, self._list or "条件或有效性", f"公式“{formula}”的引号或括号不成对"
                )
            if (
                local == "formula1"
                and self._list
                and formula.startswith('"')
                and len(formula) - 2 > _MAX_LIST
            ):
                self._fault(LONG_LIST, self._list, f"下拉列表有 {len(formula) - 2} 个字符，超过 {_MAX_LIST}")

    def _close_cell(self, cell: _Cell) -> None:
        place = address(cell.row, cell.column)
        value = cell.text.get("v", "")
        if is_broken(cell.text.get("f", "")):
            self._fault(BROKEN_FORMULA, place, f"公式“{cell.text['f']}”的引号或括号不成对")
        text = unescaped(cell.text.get("t", value))
        match cell.kind:
            case "n" if "v" in cell.text and not _is_number(value):
                self._fault(NOT_A_NUMBER, place, f"数值是“{value}”")
            case "b" if value not in {"0", "1"}:
                self._fault(BAD_BOOLEAN, place, f"逻辑值是“{value}”")
            case "s" if not value.strip().isdigit() or int(value) >= len(self._strings):
                self._fault(STRING_INDEX, place, f"引用了第 {value} 号共享文字，只有 {len(self._strings)} 个")
            case "s":
                text = self._strings[int(value)]
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT:
            self._fault(LONG_TEXT, place, f"文字有 {len(text)} 个字，超过 {MAX_TEXT} 个字")
        self.texts[cell.row, cell.column] = text


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
