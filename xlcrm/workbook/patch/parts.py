"""The parts around the sheets: workbook, relationships, shared strings, calculation chain."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from xml.parsers import expat

from xlcrm.errors import NotAWorkbook, SheetMissing, UnsafeToPatch, WorkbookDamaged
from xlcrm.workbook.patch.cells import unescaped
from xlcrm.workbook.patch.markup import INSIDE_TAG, Markup, attribute_edit, attributes_of, spliced, utf8
from xlcrm.workbook.patch.ranges import absolute, named_area
from xlcrm.workbook.patch.styles import StyleBook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.package import Package
    from xlcrm.workbook.patch.ranges import Growth

MAIN_SPACES: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_BEFORE_CALC: Final = frozenset(
    {
        "fileVersion",
        "fileSharing",
        "workbookPr",
        "workbookProtection",
        "bookViews",
        "sheets",
        "functionGroups",
        "externalReferences",
        "definedNames",
    }
)
"""Children of <workbook> that stand before <calcPr> (ECMA-376 18.2.27)."""
_CHAINED = re.compile(rb"<((?:[^\s<>/:]+:)?c)\s" + INSIDE_TAG + rb">(?:(?<!/>)\s*</\1\s*>)?")
_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f[\s>/]")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship: its id, the last word of its type, and the part that it names."""

    id: str
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, part, `sheetId`, and place among all sheets (for local names)."""

    name: str
    part: str
    sheet_id: int
    place: int


class Book:
    """What a package says of itself, read when it is asked for."""

    def __init__(self, package: Package, title: str) -> None:
        """Find the workbook part.

        Raises:
            NotAWorkbook: none is there.
            UnsafeToPatch: the package is signed.
        """
        self.package = package
        self.title = title
        self._folded = {name.lower(): name for name in package.names}
        roots = self.relations("")
        if any(r.kind == "origin" for r in roots) or any(
            name.lower().startswith("_xmlsignatures/") for name in package.names
        ):
            raise UnsafeToPatch(
                f"“{title}”带有数字签名，任何改动都会使签名失效，请在 Excel 里删除签名后再试。"
            )
        part = next((r.part for r in roots if r.kind == "officeDocument"), "")
        if not part or not self.has(part):
            raise NotAWorkbook(f"“{title}”不是 Excel 工作簿：包里没有工作簿部件，请用 Excel 另存为 .xlsx。")
        self.part = part
        self.workbook = self.markup(part)
        if self.workbook.root.name != "workbook" or self.workbook.root.space not in MAIN_SPACES:
            raise NotAWorkbook(
                f"“{title}”不是 .xlsx / .xlsm 工作簿，请用 Excel 打开后另存为 .xlsx 或 .xlsm。"
            )

    def has(self, part: str) -> bool:
        return part in self.package or part.lower() in self._folded

    def read(self, part: str) -> bytes:
        """A part in UTF-8; part names ignore case."""
        return utf8(self.package.read(self.stored(part)), part)

    def stored(self, part: str) -> str:
        """The part's name as the package spells it."""
        return part if part in self.package else self._folded.get(part.lower(), part)

    def markup(self, part: str) -> Markup:
        return Markup(self.read(part), part)

    def relations(self, part: str) -> list[Relation]:
        """Internal relationships of a part; "" is the package itself."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return []
        found = []
        for element in self.markup(rels).root.all("Relationship"):
            if element.get("TargetMode") == "External":
                continue
            target = unquote(element.get("Target"))
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found.append(Relation(element.get("Id"), element.get("Type").rpartition("/")[2], path))
        return found

    @cached_property
    def _relations(self) -> list[Relation]:
        return self.relations(self.part)

    def related(self, kind: str) -> str:
        """The part that the workbook refers to as `kind`, or ""."""
        return next((r.part for r in self._relations if r.kind == kind and self.has(r.part)), "")

    @cached_property
    def sheets(self) -> dict[str, SheetPart]:
        """Worksheets by name, in their order; chart and dialogue sheets are none."""
        by_id = {r.id: r for r in self._relations}
        found: dict[str, SheetPart] = {}
        listed = self.workbook.root.first("sheets")
        for place, element in enumerate(listed.all("sheet") if listed else ()):
            key = next((v for n, v in element.attributes.items() if n.endswith("/relationships id")), "")
            relation = by_id.get(key)
            if relation is None or relation.kind != "worksheet":
                continue
            name = element.get("name")
            found[name] = SheetPart(name, self.stored(relation.part), element.number("sheetId"), place)
        return found

    def sheet(self, name: str) -> SheetPart:
        """A worksheet by its name; as in Excel, case does not matter.

        Raises:
            SheetMissing: no such worksheet.
        """
        sheets = self.sheets
        if name in sheets:
            return sheets[name]
        alike = [part for known, part in sheets.items() if known.casefold() == name.casefold()]
        if len(alike) == 1:
            return alike[0]
        raise SheetMissing(
            f"“{self.title}”里没有工作表“{name}”，现有：{'、'.join(sheets) or '无'}，请检查工作表名称。"
        )

    @cached_property
    def date1904(self) -> bool:
        properties = self.workbook.root.first("workbookPr")
        return properties is not None and properties.flag("date1904")

    @cached_property
    def styles(self) -> StyleBook | None:
        part = self.related("styles")
        return StyleBook(self.read(part), part) if part else None

    @cached_property
    def strings(self) -> list[str]:
        """Plain text of the shared strings, without formats and phonetic runs."""
        part = self.related("sharedStrings")
        return read_strings(self.read(part), part) if part else []

    def has_formulas(self, known: Collection[str]) -> bool:
        """Whether any sheet but the `known` ones holds a formula."""
        if self.related("calcChain"):
            return True
        return any(
            has_formula(self.read(sheet.part))
            for sheet in self.sheets.values()
            if sheet.part not in known and self.has(sheet.part)
        )

    def recalculate_on_open(self) -> None:
        """Ask for a full calculation when the workbook is opened."""
        root = self.workbook.root
        element = root.first("calcPr")
        if element is not None:
            if not element.flag("fullCalcOnLoad"):
                self.workbook.set_attribute(element, "fullCalcOnLoad", "1")
            return
        before = [child for child in root.children if child.name in _BEFORE_CALC]
        prefix = self.workbook.prefix(root).decode()
        self.workbook.insert(before[-1].end, f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode())

    def grow_names(self, sheet: SheetPart, growths: tuple[Growth, ...], filters: Mapping[str, str]) -> None:
        """Let a resized list's print area and hidden filter name follow it.

        Args:
            sheet: whose local names.
            growths: the lists that grew.
            filters: old filter ranges ("$A$1:$C$9") -> new ones.
        """
        names = self.workbook.root.first("definedNames")
        for element in names.all("definedName") if names else ():
            if element.get("localSheetId") != str(sheet.place):
                continue
            old = self.workbook.text(element)
            new = old
            if element.get("name") == "_xlnm._FilterDatabase":
                mark, _, area = old.rpartition("!")
                new = f"{mark}!{filters[area]}" if area in filters else old
            elif element.get("name") == "_xlnm.Print_Area":
                new = _grown_print_area(old, growths)
            if new != old:
                self.workbook.set_text(element, new)


def has_formula(data: bytes) -> bool:
    """Whether a sheet's XML holds a formula element."""
    return (b"<f" in data or b":f" in data) and _FORMULA.search(data) is not None


def _grown_print_area(text: str, growths: tuple[Growth, ...]) -> str:
    named = named_area(text)
    if named is None:
        return text
    mark, area = named
    last = max((g.last for g in growths if g.follows(area)), default=0)
    return mark + absolute(area.to_row(last)) if last else text


def read_strings(data: bytes, part: str) -> list[str]:
    """Texts of a shared strings part, in order.

    Raises:
        WorkbookDamaged: broken XML.
    """
    reader = _Strings()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.opened
    parser.EndElementHandler = reader.closed
    parser.CharacterDataHandler = reader.said
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as error:
        raise WorkbookDamaged(f"部件“{part}”的 XML 已损坏，请用 Excel 打开并修复后另存。") from error
    return reader.texts


class _Strings:
    """Collects the texts of shared strings, phonetic runs left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._phonetic = self._inside = False

    def opened(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            self._pieces.clear()
        elif local == "rPh":
            self._phonetic = True
        elif local == "t":
            self._inside = not self._phonetic

    def closed(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "t":
            self._inside = False
        elif local == "rPh":
            self._phonetic = False
        elif local == "si":
            self.texts.append(unescaped("".join(self._pieces)))

    def said(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)


def without_formulas(chain: bytes, gone: Mapping[int, Collection[str]]) -> bytes | None:
    """The calculation chain without some cells; None when none is left.

    Args:
        chain: the part.
        gone: by `sheetId`, the cells that hold no formula any more.
    """
    edits: list[Edit] = []
    sheet = "0"
    written = ""  # the sheet that a reader of the result would hold for the current one
    left = 0
    for match in _CHAINED.finditer(chain):
        cell = attributes_of(chain, match.start())
        sheet = cell.get("i", sheet)
        if cell.get("r") in gone.get(int(sheet), ()):
            edits.append((match.start(), match.end(), b""))
            continue
        left += 1
        if "i" not in cell and written != sheet:
            edits.append(attribute_edit(chain, match.start(), "i", sheet))
        written = sheet
    if not left:
        return None
    return spliced(chain, edits) if edits else chain


def without_part(book: Book, part: str) -> dict[str, bytes]:
    """The content types and the workbook's relationships without one part."""
    folder, name = posixpath.split(book.part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    changed: dict[str, bytes] = {}
    for where, attribute, base in ((rels, "Target", f"/{folder}"), ("[Content_Types].xml", "PartName", "/")):
        markup = book.markup(where)
        for element in markup.root.children:
            value = unquote(element.get(attribute))
            if value and posixpath.normpath(posixpath.join(base, value)).lstrip("/").lower() == part.lower():
                markup.remove(element)
        changed[book.stored(where)] = markup.result()
    return changed
