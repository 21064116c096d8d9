"""What may differ between a workbook before and after a refresh, judged without xlcrm's own writer.

Ownership comes from the declarations (auto columns, list sheets, the cards of 首页), never from what an
action says that it wrote.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from xlcrm.analysis.sheets import SHEETS as ANALYSIS
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.tables.base import Role
from xlcrm.tables.system import HOME, HOME_CARDS, REFRESHED_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlcrm.analysis.base import AnalysisSheet

HEADING_ROW: Final = 3
_LISTS: Final = {"due_list", "alerts", "findings", "journal"}
_GROWING: Final = {"rules", "holidays"}
_RANGES: Final = {"dimension", "conditionalFormatting", "dataValidation", "autoFilter", "sqref"}
"""Elements that hold ranges, which may grow with a list."""

Nested = tuple[Any, ...]
Cells = dict[tuple[int, int], Nested]


def stored(path: Path) -> dict[str, bytes]:
    """Part name -> its bytes as they lie in the file, compressed."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name, extra = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + name + extra
            found[info.filename] = data[start : start + info.compress_size]
    return found


def inflated(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed_parts(before: Path, after: Path) -> set[str]:
    """Names of parts that are not byte for byte the same, added and removed ones among them."""
    old, new = stored(before), stored(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


@dataclass(frozen=True)
class Sheet:
    """One worksheet as a tree: its frame, the attributes of its rows, and its cells."""

    part: str
    frame: list[Nested]
    rows: dict[int, dict[str, str]]
    cells: Cells
    texts: dict[tuple[int, int], str]
    tables: list[str] = field(default_factory=list)


def sheets(path: Path) -> dict[str, Sheet]:
    """Every worksheet of a package by its name."""
    parts = inflated(path)
    workbook = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314  # our own file
    targets = _targets(parts, "xl/workbook.xml")
    strings = _strings(parts)
    found: dict[str, Sheet] = {}
    for element in workbook.iter():
        if _local(element.tag) != "sheet":
            continue
        key = next(value for name, value in element.attrib.items() if name.endswith("}id"))
        kind, part = targets[key]
        if kind == "worksheet":
            found[element.attrib["name"]] = _sheet(parts, part, strings)
    return found


def _targets(parts: dict[str, bytes], owner: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(owner)
    rels = parts.get(f"{folder}/_rels/{name}.rels")
    if rels is None:
        return {}
    return {
        item.attrib["Id"]: (
            item.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, item.attrib["Target"])),
        )
        for item in ET.fromstring(rels)  # noqa: S314  # our own file
    }


def _strings(parts: dict[str, bytes]) -> list[str]:
    if "xl/sharedStrings.xml" not in parts:
        return []
    return [_text(item) for item in ET.fromstring(parts["xl/sharedStrings.xml"])]  # noqa: S314  # our own file


def _text(item: ET.Element) -> str:
    """The text of an <si> or <is>, without its phonetic runs."""
    pieces = []
    for child in item:
        if _local(child.tag) == "t":
            pieces.append(child.text or "")
        elif _local(child.tag) == "r":
            pieces += [part.text or "" for part in child if _local(part.tag) == "t"]
    return "".join(pieces)


def _sheet(parts: dict[str, bytes], part: str, strings: list[str]) -> Sheet:
    root = ET.fromstring(parts[part])  # noqa: S314  # our own file
    sheet = Sheet(part, [], {}, {}, {}, [p for kind, p in _targets(parts, part).values() if kind == "table"])
    for child in root:
        if _local(child.tag) != "sheetData":
            sheet.frame.append(nested(child))
            continue
        number = 0
        for row in child:
            number = int(row.attrib.get("r", number + 1))
            sheet.rows[number] = {k: v for k, v in row.attrib.items() if k not in {"r", "spans"}}
            column = 0
            for cell in row:
                column = column_number(cell.attrib["r"]) if "r" in cell.attrib else column + 1
                place = number, column
                assert place not in sheet.cells, f"{part}: {place} twice"
                sheet.cells[place] = nested(cell, skip={"r"})
                sheet.texts[place] = _shown(cell, strings)
    return sheet


def _shown(cell: ET.Element, strings: list[str]) -> str:
    for child in cell:
        if _local(child.tag) == "v":
            return strings[int(child.text or 0)] if cell.attrib.get("t") == "s" else child.text or ""
        if _local(child.tag) == "is":
            return _text(child)
    return ""


def nested(element: ET.Element, skip: set[str] | None = None) -> Nested:
    """An element as values that compare; white space around elements aside."""
    return (
        element.tag,
        tuple(sorted((k, v) for k, v in element.attrib.items() if not skip or k not in skip)),
        (element.text or "").strip() if len(element) else element.text or "",
        tuple(nested(child) for child in element),
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def column_number(cell: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", cell):
        number = number * 26 + ord(letter) - 64
    return number


def owner_of(name: str, sheet: Sheet) -> Callable[[int, int], bool]:
    """Whether a cell of the sheet is xlcrm's, by what the tables declare."""
    if name == HOME:
        labels = {text: place for place, text in sheet.texts.items()}
        own = {(row + 1, column) for row, column in (labels[card] for card in HOME_CARDS)}
        row, column = labels[REFRESHED_AT]
        own.add((row, column + 1))
        return lambda row, column: (row, column) in own
    analysis = next((item for item in ANALYSIS if item.title == name), None)
    if analysis is not None:
        own = _analysed(analysis, sheet)
        return lambda row, column: (row, column) in own
    table = next((item for item in (*TABLES, *SYSTEM_TABLES) if name in item.titles), None)
    if table is None:
        return lambda row, column: False  # noqa: ARG005  # nothing is ours
    declared = {
        item.heading: item.role is Role.AUTO
        for item in sheet_columns(table, default_book("crm").rules, "crm")
    }
    first = HEADING_ROW + 1
    if table.name in _GROWING:  # only rows behind the last may come
        first = max(row for row, _ in sheet.texts) + 1
    whole = table.name in _LISTS | _GROWING
    columns = {
        column
        for (row, column), text in sheet.texts.items()
        if row == HEADING_ROW and text in declared and (whole or declared[text])
    }
    return lambda row, column: row >= first and column in columns


def _analysed(spec: AnalysisSheet, sheet: Sheet) -> set[tuple[int, int]]:
    """The cells of an analysis sheet that are xlcrm's: period, cards, captions, columns of panels."""
    places: dict[str, list[tuple[int, int]]] = {}
    for place, text in sheet.texts.items():
        places.setdefault(text, []).append(place)
    own = {(row, column + 1) for row, column in places["统计期间"]}
    for card in spec.cards:
        own |= {(row + down, column) for row, column in places.get(card.label, ()) for down in (1, 2)}
    for panel in spec.panels:
        for row, column in places.get(panel.title, ()):
            own.add((row + 1, column))
            for item in panel.columns:
                tops = [at for at, _ in places.get(item.heading, ()) if row + 2 <= at <= row + 4]
                for top in set(tops):
                    own |= {
                        (top + down, at)
                        for line, at in places[item.heading]
                        if line == top
                        for down in range(1, panel.rows + 1)
                    }
    return own


def charts_of(path: Path, part: str) -> set[str]:
    """Parts of the charts on a sheet."""
    parts = inflated(path)
    drawings = [target for kind, target in _targets(parts, part).values() if kind == "drawing"]
    return {target for name in drawings for kind, target in _targets(parts, name).values() if kind == "chart"}


def without_data(chart: bytes) -> str:
    """A chart without the last rows of its references and without its caches."""
    text = re.sub(r"(<c:f>[^<]*?\d+)(?::(\$?[A-Z]+)\$?\d+)?(</c:f>)", r"\1\3", chart.decode())
    return re.sub(r"<c:(str|num)Cache>.*?</c:\1Cache>|<c:\w+Cache/>", "", text, flags=re.DOTALL)


def differences(before: Path, after: Path) -> Iterator[str]:
    """Everything in the sheets that differs and is not xlcrm's."""
    old_sheets, new_sheets = sheets(before), sheets(after)
    if list(old_sheets) != list(new_sheets):
        yield f"sheets {list(old_sheets)} -> {list(new_sheets)}"
    for name, old in old_sheets.items():
        new = new_sheets[name]
        is_own = owner_of(name, old)
        for place in sorted(old.cells.keys() | new.cells.keys()):
            if not is_own(*place) and old.cells.get(place) != new.cells.get(place):
                yield f"{name} {place}: {old.cells.get(place)} -> {new.cells.get(place)}"
        for number, attributes in old.rows.items():
            if new.rows.get(number) != attributes:
                yield f"{name} row {number}: {attributes} -> {new.rows.get(number)}"
        for number in new.rows.keys() - old.rows.keys():
            if new.rows[number]:
                yield f"{name} row {number} came with {new.rows[number]}"
        yield from (f"{name}: {line}" for line in _frame_differences(old.frame, new.frame))


def _frame_differences(old: list[Nested], new: list[Nested]) -> Iterator[str]:
    if [_blind(item) for item in old] != [_blind(item) for item in new]:
        for one, other in zip(old, new, strict=False):
            if _blind(one) != _blind(other):
                yield f"{one} -> {other}"
        if len(old) != len(new):
            yield f"{len(old)} elements -> {len(new)}"
    for before, after in zip(_ranges(old), _ranges(new), strict=True):
        if not _holds(after, before):
            yield f"range {before} -> {after}"


def _blind(item: Nested) -> Nested:
    """An element without the ranges that may grow."""
    tag, attributes, text, children = item
    if _local(tag) in _RANGES:
        attributes = tuple((k, v) for k, v in attributes if k not in {"ref", "sqref"})
        text = "" if _local(tag) == "sqref" else text
    return tag, attributes, text, tuple(_blind(child) for child in children)


def _ranges(items: list[Nested] | tuple[Nested, ...]) -> Iterator[str]:
    for tag, attributes, text, children in items:
        if _local(tag) in _RANGES:
            yield (
                text
                if _local(tag) == "sqref"
                else dict(attributes).get("sqref") or dict(attributes).get("ref", "")
            )
        yield from _ranges(children)


def _holds(new: str, old: str) -> bool:
    """Whether each range of `new` is that of `old`, perhaps longer (a dimension also wider)."""
    olds, news = old.split(), new.split()
    if len(olds) != len(news):
        return False
    for one, other in zip(map(_corners, olds), map(_corners, news), strict=True):
        if other[0] > one[0] or other[1] > one[1] or other[2] < one[2] or other[3] < one[3]:
            return False
    return True


def _corners(text: str) -> tuple[int, int, int, int]:
    first, _, last = text.replace("$", "").partition(":")
    last = last or first
    return (
        int(re.sub(r"\D", "", first)),
        column_number(first),
        int(re.sub(r"\D", "", last)),
        column_number(last),
    )
