"""One workbook in the dialects that other programs write; each takes and gives inflated parts.

What a person sees in the workbook stays the same, so what is computed from it must stay the same too.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from tests.workbooks.injecting import MAIN, OFFICE, sheet_part
from tests.workbooks.packages import (
    CONTENT_TYPES,
    STRINGS,
    STYLES,
    WORKBOOK,
    WORKBOOK_RELATIONS,
    _Forward,
    zipped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.workbooks.injecting import Parts

STRICT: Final = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships",
    **{
        f"http://schemas.openxmlformats.org/{old}": f"http://purl.oclc.org/ooxml/{new}"
        for old, new in {
            "drawingml/2006/main": "drawingml/main",
            "drawingml/2006/chart": "drawingml/chart",
            "drawingml/2006/spreadsheetDrawing": "drawingml/spreadsheetDrawing",
            "officeDocument/2006/extended-properties": "officeDocument/extendedProperties",
            "officeDocument/2006/custom-properties": "officeDocument/customProperties",
            "officeDocument/2006/docPropsVTypes": "officeDocument/docPropsVTypes",
            "officeDocument/2006/customXml": "officeDocument/customXml",
        }.items()
    },
}
DAYS_BETWEEN_SYSTEMS: Final = 1462
_CELL: Final = re.compile(r"<c( [^>]*?)?(?:/>|>(.*?)</c>)", re.DOTALL)
_ROW: Final = re.compile(r"<row( [^>]*?)?(?:/>|>(.*?)</row>)", re.DOTALL)
_DATE_FORMATS: Final = {*range(14, 23), *range(45, 48)}


def prefixed(parts: Parts) -> Parts:
    """Every element of the main namespace gets a prefix: `<x:worksheet>`."""
    return {name: _prefixed(data) for name, data in parts.items()}


def _prefixed(data: bytes) -> bytes:
    mark = f' xmlns="{MAIN}"'.encode()
    if mark not in data[:1000]:
        return data
    return re.sub(rb"<(/?)([A-Za-z]\w*)(?=[\s/>])", rb"<\1x:\2", data).replace(
        mark, mark.replace(b"=", b":x=", 1)
    )


def unnamed(parts: Parts) -> Parts:
    """Rows and cells do not say where they are; gaps are filled with empty ones."""
    return {
        name: _unnamed(data.decode()).encode() if name.startswith("xl/worksheets/sheet") else data
        for name, data in parts.items()
    }


def _unnamed(sheet: str) -> str:
    head, opening, rest = sheet.partition("<sheetData>")
    if not opening:
        return sheet
    rows, closing, tail = rest.partition("</sheetData>")
    made: list[str] = []
    for found in _ROW.finditer(rows):
        number = int(_attribute(found[1], "r"))
        made += ["<row/>"] * (number - 1 - len(made))
        made.append(f"<row{_without(found[1])}>{_unnamed_cells(found[2] or '')}</row>")
    return head + opening + "".join(made) + closing + tail


def _unnamed_cells(row: str) -> str:
    made: list[str] = []
    for found in _CELL.finditer(row):
        made += ["<c/>"] * (_column(_attribute(found[1], "r")) - 1 - len(made))
        made.append(f"<c{_without(found[1])}>{found[2] or ''}</c>")
    return "".join(made)


def _attribute(text: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', text or "")
    return found[1] if found else ""


def _without(text: str) -> str:
    return re.sub(r' (?:r|spans)="[^"]*"', "", text)


def _column(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number


def strict(parts: Parts) -> Parts:
    """ISO 29500 Strict: other namespaces and relationship types."""
    changed = {}
    for name, data in parts.items():
        text = data
        if name.endswith((".xml", ".rels")):
            for old, new in STRICT.items():
                text = re.sub(re.escape(old).encode() + rb"(?=[\"'/])", new.encode(), text)
        changed[name] = text
    changed[WORKBOOK] = changed[WORKBOOK].replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
    return changed


def inline(parts: Parts) -> Parts:
    """No shared strings: each cell holds its own text."""
    items = re.findall(r"<si>(.*?)</si>", parts[STRINGS].decode(), re.DOTALL)

    def own(found: re.Match[str]) -> str:
        return f'{found[1]} t="inlineStr"{found[2]}><is>{items[int(found[3])]}</is></c>'

    changed = {
        name: re.sub(r'(<c [^>]*?) t="s"([^>]*)><v>(\d+)</v></c>', own, data.decode()).encode()
        if name.startswith("xl/worksheets/sheet")
        else data
        for name, data in parts.items()
        if name != STRINGS
    }
    for name in (CONTENT_TYPES, WORKBOOK_RELATIONS):
        changed[name] = re.sub(rb"<(?:Override|Relationship) [^>]*haredStrings[^>]*/>", b"", changed[name])
    return changed


def since_1904(parts: Parts) -> Parts:
    """The date system of old Macs: every date is the same day with another number."""
    formats = parts[STYLES].decode()
    custom = {
        int(key)
        for key, code in re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', formats)
        if re.search("[ymdhs]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code))
    }
    cell_formats = formats.partition("<cellXfs ")[2].partition("</cellXfs>")[0]
    dates = {
        str(place)
        for place, key in enumerate(re.findall(r'<xf numFmtId="(\d+)"', cell_formats))
        if int(key) in custom | _DATE_FORMATS
    }

    def earlier(found: re.Match[str]) -> str:
        if _attribute(found[1], "s") not in dates or _attribute(found[1], "t") not in {"", "n"}:
            return found[0]
        serial = float(found[2]) - DAYS_BETWEEN_SYSTEMS
        return f"<c{found[1]}><v>{serial:.17g}</v></c>" if serial >= 0 else found[0]

    changed = {
        name: re.sub(r"<c( [^>]*)><v>([^<]*)</v></c>", earlier, data.decode()).encode()
        if name.startswith("xl/worksheets/sheet")
        else data
        for name, data in parts.items()
    }
    changed[WORKBOOK] = changed[WORKBOOK].replace(b"<workbookPr ", b'<workbookPr date1904="1" ', 1)
    assert changed[WORKBOOK] != parts[WORKBOOK]
    return changed


def own_home(parts: Parts) -> Parts:
    """The user gave 首页 another name; the text of our links stays, as Excel leaves it."""
    sheet_part(parts, "首页")
    return parts | {WORKBOOK: parts[WORKBOOK].replace('name="首页"'.encode(), 'name="工作台"'.encode())}


def same(parts: Parts) -> Parts:
    return dict(parts)


def streamed(parts: Parts) -> bytes:
    """A zip as servers write it: sizes in data descriptors."""
    stream = _Forward()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            with archive.open(zipfile.ZipInfo(name), "w") as part:
                part.write(data)
    return bytes(stream.data)


VARIANTS: Final[Mapping[str, tuple[Callable[[Parts], Parts], Callable[[Parts], bytes]]]] = {
    "plain": (same, zipped),
    "prefixed": (prefixed, zipped),
    "unnamed": (unnamed, zipped),
    "data_descriptors": (same, streamed),
    "strict": (strict, zipped),
    "inline_strings": (inline, zipped),
    "since_1904": (since_1904, zipped),
    "renamed_home": (own_home, zipped),
}
"""Name -> what happens to the parts, and how they are packed."""
