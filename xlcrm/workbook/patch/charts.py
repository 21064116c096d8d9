"""Charts that show cells: their ranges end where their list ends, and their caches say what the cells say.

A chart's part is spliced like all others: besides the last rows of its ranges and the points of its caches,
every byte stays, so that a user's restyling does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import unquote

from xlcrm.errors import XlcrmError
from xlcrm.workbook.patch.caches import new_cache, refresh
from xlcrm.workbook.patch.markup import Markup, unquoted
from xlcrm.workbook.patch.ranges import Area

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlcrm.workbook.patch.markup import Element
    from xlcrm.workbook.patch.parts import Book
    from xlcrm.workbook.patch.points import Points
    from xlcrm.workbook.patch.ranges import Growth

_SPACES: Final = frozenset(
    {
        "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "http://purl.oclc.org/ooxml/drawingml/chart",
    }
)
_CHART_TYPE: Final = b"drawingml.chart+xml"
_GROWING: Final = frozenset({"cat", "val", "xVal", "yVal", "bubbleSize"})
_CACHES: Final = {"strRef": "strCache", "numRef": "numCache", "multiLvlStrRef": "multiLvlStrCache"}
_EITHER: Final = frozenset({"AlternateContent", "Choice", "Fallback"})
"""Elements around what stands in a file twice, for new programs and for old ones."""
_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f(?:\s[^<>]*)?>([^<]*)</[^<>]*>\s*(</[^<>]*strRef\s*>)?")
"""A formula, and what follows it in a reference to a text that has no cache."""
_CELL: Final = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_REFERENCE = re.compile(
    rf"(?:'((?:[^'\[\]]|'')+)'|([^\s'!\[\]:;,(){{}}]+))!({_CELL}(?::{_CELL})?)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that the change writes to.

    Attributes:
        points: its cells after the write.
        moved: its lists that end elsewhere from now on.
    """

    points: Points
    moved: Sequence[Growth]

    def now(self, area: Area) -> Area:
        """Where a range ends that follows the lists."""
        last = max((growth.last for growth in self.moved if growth.spans(area)), default=area.bottom)
        return area.to_row(last)

    def concerns(self, area: Area) -> bool:
        """Whether the change may show in a range."""
        return self.now(area) != area or self.points.touched(area)


class Reference(NamedTuple):
    """One area of one sheet of this workbook; names, other workbooks and several areas are none."""

    sheet: str
    area: Area
    written: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        match = _REFERENCE.fullmatch(text.strip())
        area = Area.parse(match[3]) if match else None
        if match is None or area is None:
            return None
        return cls((match[1] or "").replace("''", "'") or match[2], area, match[3])

    def ending(self, last: int) -> str:
        """The area as it was written, with another last row."""
        first, _, other = self.written.partition(":")
        return f"{first}:{(other or first).rstrip('0123456789')}{last}"


class _Bound(NamedTuple):
    """One reference of a chart to cells of this workbook.

    Attributes:
        element: with the formula and perhaps a cache.
        formula: the element that spells it.
        owner: what it stands in (`cat`, `val`, `title` …).
        reference: what it says.
    """

    element: Element
    formula: Element
    owner: str
    reference: Reference

    @property
    def grows(self) -> bool:
        return self.owner in _GROWING


def charts(book: Book, sheets: Mapping[str, Sheet]) -> dict[str, bytes]:
    """The chart parts that change with some sheets, by their names in the package.

    A chart that cannot be read stays as it is.

    Args:
        book: the workbook.
        sheets: those that are written to, by name.
    """
    known = {name.casefold(): sheet for name, sheet in sheets.items()}
    found: dict[str, bytes] = {}
    for part in _parts(book) if known else ():
        try:
            data = book.read(part)
            if not any(_is_concerned(match, known) for match in _FORMULA.finditer(data)):
                continue
            markup = Markup(data, part)
            bound = list(_bound(markup))
            for ref in bound:
                sheet = known.get(ref.reference.sheet.casefold())
                if sheet is not None:
                    _follow(markup, ref, bound, sheet)
        except XlcrmError:
            continue
        if markup.edits:
            found[part] = markup.result()
    return found


def _parts(book: Book) -> Iterator[str]:
    """The chart parts, as the package lists them; one quick look where there are none."""
    types = "[Content_Types].xml"
    data = book.read(types)
    if _CHART_TYPE not in data:
        return
    for element in book.markup(types).root.all("Override"):
        part = book.stored(unquote(element.get("PartName")).lstrip("/"))
        if element.get("ContentType").encode().endswith(_CHART_TYPE) and book.has(part):
            yield part


def _is_concerned(found: re.Match[bytes], sheets: Mapping[str, Sheet]) -> bool:
    """Whether a formula in a chart's part is worth a closer look."""
    reference = Reference.read(unquoted(found[1]))
    sheet = sheets.get(reference.sheet.casefold()) if reference else None
    if reference is None or sheet is None:
        return False
    return found[2] is not None or sheet.concerns(reference.area)


def _bound(markup: Markup) -> Iterator[_Bound]:
    """References to cells; extensions are left out, and what the user has filtered."""
    waiting: list[tuple[Element, tuple[str, str]]] = [(markup.root, ("", ""))]
    while waiting:
        element, owners = waiting.pop()
        if element.name in _CACHES and element.space in _SPACES:
            formula = element.first("f")
            reference = Reference.read(markup.text(formula)) if formula is not None else None
            if formula is not None and reference is not None and not _is_filtered(element):
                owner = "title" if owners == ("title", "tx") else owners[1]
                yield _Bound(element, formula, owner, reference)
        elif element.name != "extLst":
            inside = owners if element.name in _EITHER else (owners[1], element.name)
            waiting += [(child, inside) for child in reversed(element.children)]


def _is_filtered(ref: Element) -> bool:
    """Whether the user has filtered the chart: the reference is then only a part of the real one."""
    extensions = ref.first("extLst")
    return extensions is not None and any(element.name == "fullRef" for element in extensions.walk())


def _follow(markup: Markup, ref: _Bound, every: Sequence[_Bound], sheet: Sheet) -> None:
    """Note the edits that one reference needs."""
    old = ref.reference.area
    cache = ref.element.first(_CACHES[ref.element.name])
    if cache is not None and not sheet.concerns(old):
        return
    area = sheet.now(old) if ref.grows and not _is_one_of_many(ref, every) else old
    if area != old:
        end = ref.formula.body + len(markup.data[ref.formula.body : ref.formula.close].rstrip())
        start = end - len(ref.reference.written)
        if markup.data[start:end] != ref.reference.written.encode():
            return  # spelt with references to characters
        markup.edits.append((start, end, ref.reference.ending(area.bottom).encode()))
    if cache is not None:
        refresh(markup, cache, (old, area), sheet.points)
    elif ref.owner == "title" and ref.element.name == "strRef":
        markup.insert(ref.formula.end, new_cache(markup, ref.formula, area, sheet.points))


def _is_one_of_many(ref: _Bound, every: Sequence[_Bound]) -> bool:
    """Whether a single row is shown as such, because the chart has a series for each row.

    A list of one row alone would not tell: all its rows are one row.
    """
    own = ref.reference.area
    return own.top == own.bottom and any(
        other.grows
        and other.reference.sheet == ref.reference.sheet
        and (other.reference.area.left, other.reference.area.right) == (own.left, own.right)
        and other.reference.area.top > own.bottom
        for other in every
    )
