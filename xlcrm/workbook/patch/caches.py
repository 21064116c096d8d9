"""Caches in a chart's part: the values of its cells, for programs that do not look at the cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.patch.cells import escaped, unescaped
from xlcrm.workbook.patch.markup import quoted
from xlcrm.workbook.patch.points import Old

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.workbook.patch.markup import Element, Markup
    from xlcrm.workbook.patch.points import Points
    from xlcrm.workbook.patch.ranges import Area

_MAX_DIGITS: Final = 15
"""Digits of a number in a text, as Excel shows it at most."""


def refresh(markup: Markup, cache: Element, areas: tuple[Area, Area], points: Points) -> None:
    """Note the edits that let a cache say what the cells say."""
    old, area = areas
    values = points.read(area)
    width = area.right - area.left + 1
    if cache.name != "multiLvlStrCache":
        found = {
            (row - area.top) * width + column - area.left: value for (row, column), value in values.items()
        }
        _Cache(markup, cache, numbers=cache.name == "numCache").fill(found, area.cells)
        return
    levels = cache.all("lvl")
    count = cache.first("ptCount")
    if len(levels) != width or count is None or count.number("val") != old.bottom - old.top + 1:
        return  # the levels lie side by side in rows
    for column, level in zip(range(area.right, area.left - 1, -1), levels, strict=True):
        found = {row - area.top: value for (row, own), value in values.items() if own == column}
        _Cache(markup, level, numbers=False).fill(found, None)
    _count(markup, count, area.bottom - area.top + 1)


class _Cache:
    """One list of points of a chart's part."""

    def __init__(self, markup: Markup, element: Element, *, numbers: bool) -> None:
        self._markup = markup
        self._element = element
        self._numbers = numbers
        self._prefix = markup.prefix(element).decode()
        self._old = element.all("pt")
        self._points = {point.number("idx"): point for point in self._old}
        self._texts = {
            at: unescaped(markup.text(value))
            for at, point in self._points.items()
            if (value := point.first("v")) is not None
        }

    def fill(self, values: Mapping[int, Any], count: int | None) -> None:
        """Note the edits for new points.

        Args:
            values: by their places.
            count: how many places there are; None where the count stands elsewhere.
        """
        make = self._number if self._numbers else _text
        made = {at: make(value, self._texts.get(at)) for at, value in values.items()}
        wanted = {at: text for at, text in made.items() if text is not None}
        if wanted != self._texts and self._together:
            self._replace(b"".join(self._point(at, text) for at, text in wanted.items()))
        counted = self._element.first("ptCount")
        if count is not None and counted is not None:
            _count(self._markup, counted, count)

    @property
    def _together(self) -> bool:
        """Whether nothing stands among the points, as the format wants it."""
        children = self._element.children
        own = [at for at, child in enumerate(children) if child.name == "pt"]
        return not own or own[-1] - own[0] + 1 == len(own)

    def _number(self, value: Any, old: str | None) -> str | None:
        """A number as it stands in a cache; the old spelling when it is the same one."""
        if isinstance(value, str):
            return None
        try:
            if old is not None and float(old) == float(value):
                return old
        except ValueError:
            pass  # an error's text
        return repr(float(value)).removesuffix(".0")

    def _point(self, at: int, text: str) -> bytes:
        """One point; what a user's format added to the place is kept."""
        p, old = self._prefix, self._points.get(at)
        code = old.attributes.get("formatCode") if old is not None else None
        kept = f' formatCode="{quoted(code).decode()}"' if code is not None else ""
        return f'<{p}pt idx="{at}"{kept}><{p}v>{escaped(text)}</{p}v></{p}pt>'.encode()

    def _replace(self, points: bytes) -> None:
        markup, element = self._markup, self._element
        before = [child for child in element.children if child.name in {"formatCode", "ptCount"}]
        if self._old:
            markup.edits.append((self._old[0].start, self._old[-1].end, points))
        elif before:
            markup.insert(before[-1].end, points)
        else:
            markup.append(element, points)


def _text(value: Any, old: str | None) -> str:
    """What a cell shows, where we can tell."""
    match value:
        case Old() if old is not None:
            return old
        case str():
            return str(value)
        case bool():
            return "TRUE" if value else "FALSE"
    return f"{value:.{_MAX_DIGITS}g}"


def _count(markup: Markup, element: Element, count: int) -> None:
    if element.get("val") != str(count):
        markup.set_attribute(element, "val", str(count))


def new_cache(markup: Markup, formula: Element, area: Area, points: Points) -> bytes:
    """A cache for a title that has none: some programs show nothing else."""
    p = markup.prefix(formula).decode()
    value = points.read(area).get((area.top, area.left))
    text = "" if value is None else _text(value, None)
    point = f'<{p}pt idx="0"><{p}v>{escaped(text)}</{p}v></{p}pt>' if text else ""
    return f'<{p}strCache><{p}ptCount val="{area.cells}"/>{point}</{p}strCache>'.encode()
