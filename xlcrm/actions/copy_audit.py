"""The last look at a finished management copy, with readers that share no code with what wrote it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from openpyxl import load_workbook

from xlcrm.errors import CopyRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from xlcrm.mail.masking import Masker

_PARTS: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core)\.xml"
    r"|xl/(?:workbook|styles|sharedStrings|metadata)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml"
    r"|xl/worksheets/(?:_rels/)?sheet\d+\.xml(?:\.rels)?|xl/tables/table\d+\.xml"
    r"|xl/drawings/(?:_rels/)?drawing\d+\.xml(?:\.rels)?|xl/charts/(?:_rels/)?chart\d+\.xml(?:\.rels)?"
)
"""All parts that a copy may have; macros, comments, queries, links and settings are none of them."""
_OWN_AUTHORS: Final = frozenset({"", "xlcrm", "Microsoft Excel"})
_PRINTING: Final = re.compile(r"_xlnm\.Print_(?:Area|Titles)|_xlnm\._FilterDatabase")
_VALUES: Final = re.compile(r"xl/(?:worksheets/sheet|styles|theme|metadata)")
"""Parts without texts of their own: what cells hold is asked of openpyxl."""
_TOLD: Final = frozenset({"name", "displayName", "descr", "title", "val"})
"""Attributes that hold words."""
_NUMBERS: Final = frozenset({"numCache", "pt", "row", "col", "rowOff", "colOff"})


def audit(content: bytes, masker: Masker, own_words: Collection[str] = ()) -> None:
    """Refuse a copy that holds more than values, formats and charts, or personal data that is to be hidden.

    Args:
        content: the finished workbook, not encrypted.
        masker: knows what is to be hidden.
        own_words: texts that are ours on every copy, in which no contact's name is looked for.

    Raises:
        CopyRefused: with the first thing that was found; personal data is not repeated.
    """
    found = next(problems(content, masker, frozenset(own_words)), "")
    if found:
        raise CopyRefused(
            f"生成的管理层副本没有通过检查（{found}），没有写出文件；请把这句话告诉维护 xlcrm 的人"
        )


def problems(content: bytes, masker: Masker, own_words: frozenset[str]) -> Iterator[str]:
    """One phrase for each thing that must not be in a copy."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    yield from (f"含有不该有的部分 {name}" for name in parts if not _PARTS.fullmatch(name))
    for name, part in parts.items():
        yield from _part(name, part, masker, own_words)
    book = load_workbook(io.BytesIO(content))
    yield from _book(book)
    for sheet in book.worksheets:
        yield from _sheet(sheet, book.sheetnames, masker, own_words)


def _part(name: str, part: bytes, masker: Masker, own_words: frozenset[str]) -> Iterator[str]:
    root = ET.fromstring(part)  # noqa: S314 - what we have written a moment ago
    if any(item.get("TargetMode") == "External" for item in root):
        yield f"{name} 里有通向外部的链接"
    if _VALUES.match(name):
        return
    for text in _texts(root):
        if _shows(text, masker, own_words):
            yield f"{name} 里有没有遮住的个人信息"
            return


def _texts(item: ET.Element, inside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Texts and values of attributes, but for numbers where only numbers stand."""
    inside |= {_plain(item.tag)}
    if item.text and item.text.strip() and ("strCache" in inside or not inside & _NUMBERS):
        yield item.text
    for key, value in item.items():
        if _plain(key) in _TOLD and not _is_code(value):
            yield value
    for child in item:
        yield from _texts(child, inside)


def _plain(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _is_code(value: str) -> bool:
    return value.isascii() and (value.isdecimal() or value.isidentifier())


def _book(book: Workbook) -> Iterator[str]:
    if book.vba_archive is not None:
        yield "含有宏"
    yield from (f"含有名称 {name}" for name in book.defined_names)
    who = book.properties
    for name in (who.creator, who.lastModifiedBy):
        if (name or "") not in _OWN_AUTHORS:
            yield "文件属性里有作者姓名"
    if len(book.worksheets) != len(book.sheetnames):
        yield "含有工作表以外的页"


def _sheet(
    sheet: Worksheet, sheets: Collection[str], masker: Masker, own_words: frozenset[str]
) -> Iterator[str]:
    if sheet.sheet_state != "visible":
        yield f"“{sheet.title}”是隐藏的"
    hidden = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
    if any(item.hidden for item in hidden):
        yield f"“{sheet.title}”有隐藏的行或列"
    yield from (f"“{sheet.title}”有名称 {name}" for name in sheet.defined_names if not _PRINTING.match(name))
    if sheet.data_validations.dataValidation:
        yield f"“{sheet.title}”有录入限制"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None or cell.hyperlink or cell.comment:
                found = _cell(cell, sheets, masker, own_words)
                if found:
                    yield f"“{sheet.title}”{cell.coordinate} {found}"
    heads = [sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter]
    printed = [part for item in heads if item for part in (item.left, item.center, item.right) if part]
    if any(_shows(part.text or "", masker, own_words) for part in printed):
        yield f"“{sheet.title}”的页眉或页脚有没有遮住的个人信息"


def _cell(cell: Cell | MergedCell, sheets: Collection[str], masker: Masker, own_words: frozenset[str]) -> str:
    if cell.comment:
        return "有批注"
    if cell.data_type == "f":
        return "是公式"
    if cell.hyperlink and not _leads_inside(cell.hyperlink, sheets):
        return "的链接通向文件以外"
    if isinstance(cell.value, str) and _shows(cell.value, masker, own_words):
        return "有没有遮住的个人信息"
    return ""


def _leads_inside(link: object, sheets: Collection[str]) -> bool:
    place = getattr(link, "location", None) or ""
    name = place.rpartition("!")[0].strip("'").replace("''", "'")
    return getattr(link, "target", None) is None and name in sheets


def _shows(text: str, masker: Masker, own_words: frozenset[str]) -> bool:
    return text not in own_words and masker.hides(text)
