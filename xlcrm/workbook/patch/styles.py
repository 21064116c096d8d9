"""Number formats: which styles show dates, and date styles appended where one is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch.cells import DATE, UNDATED
from xlcrm.workbook.patch.markup import Markup, attribute_edit, spliced

if TYPE_CHECKING:
    from xlcrm.workbook.patch.markup import Element

_BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""ECMA-376 18.8.30: built-in number formats that show a date or a time, East Asian ones included."""
_GENERAL: Final = 0
_MAX_STYLES: Final = 64_000
DATE_FORMAT: Final = "yyyy-mm-dd"
MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm"
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time."""
    first = _NOT_CODE.sub("", code).split(";")[0].lower()
    return "general" not in first and any(letter in first for letter in "ymdhs")


class StyleBook:
    """The cell formats of a workbook; append-only."""

    def __init__(self, data: bytes, part: str) -> None:
        self._markup = Markup(data, part)
        root = self._markup.root
        self._formats_element = root.first("numFmts")
        formats = self._formats_element.all("numFmt") if self._formats_element else []
        self._codes = {e.number("numFmtId", -1): e.get("formatCode") for e in formats}
        self._cell_formats = root.first("cellXfs")
        self._xfs: list[bytes] = []
        self._ids: list[int] = []
        for xf in self._cell_formats.all("xf") if self._cell_formats else ():
            self._xfs.append(self._markup.raw(xf))
            self._ids.append(xf.number("numFmtId"))
        self._old_count = len(self._xfs)
        self._new_formats: dict[str, int] = {}
        self._known: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._xfs)

    @property
    def changed(self) -> bool:
        return len(self._xfs) > self._old_count

    def is_dated(self, style: int) -> bool:
        """Whether a style shows a date or a time."""
        if style >= len(self._ids):
            return False
        number = self._ids[style]
        code = self._codes.get(number)
        return is_date_format(code) if code is not None else number in _BUILT_IN_DATES

    def dated(self, style: int, kind: int) -> int:
        """The style itself when it shows dates, else its twin that does; for UNDATED the other way round."""
        key = style, kind
        if key not in self._known:
            fits = self.is_dated(style) is not (kind == UNDATED)
            self._known[key] = style if fits else self._twin(style, kind)
        return self._known[key]

    def _twin(self, style: int, kind: int) -> int:
        if style >= len(self._xfs) or self._cell_formats is None:
            raise UnsafeToPatch(
                f"工作簿的样式表里没有第 {style} 号单元格格式，请用 Excel 打开后另存一份再试。"
            )
        number = _GENERAL if kind == UNDATED else self._format(DATE_FORMAT if kind == DATE else MOMENT_FORMAT)
        xf = self._xfs[style]
        xf = spliced(xf, [attribute_edit(xf, 0, "numFmtId", str(number))])
        xf = spliced(xf, [attribute_edit(xf, 0, "applyNumberFormat", "1")])
        if xf in self._xfs:
            return self._xfs.index(xf)
        if len(self._xfs) >= _MAX_STYLES:
            raise UnsafeToPatch("工作簿的单元格格式已达 Excel 的上限，加不了日期格式，请先清理多余的样式。")
        self._xfs.append(xf)
        self._ids.append(number)
        return len(self._xfs) - 1

    def _format(self, code: str) -> int:
        for number, known in self._codes.items():
            if known == code:
                return number
        number = max(163, *self._codes) + 1 if self._codes else 164
        self._codes[number] = code
        self._new_formats[code] = number
        return number

    def result(self) -> bytes:
        """The part with the new formats."""
        markup, cell_formats = self._markup, self._cell_formats
        if cell_formats is not None:
            markup.append(cell_formats, b"".join(self._xfs[self._old_count :]))
            markup.set_attribute(cell_formats, "count", str(len(self._xfs)))
        self._write_formats(markup, self._formats_element)
        return markup.result()

    def _write_formats(self, markup: Markup, element: Element | None) -> None:
        if not self._new_formats:
            return
        prefix = markup.prefix(markup.root).decode()
        content = "".join(
            f'<{prefix}numFmt numFmtId="{number}" formatCode="{code}"/>'
            for code, number in self._new_formats.items()
        )
        count = len(self._new_formats)
        whole = f'<{prefix}numFmts count="{count}">{content}</{prefix}numFmts>'.encode()
        if element is None:
            markup.insert(markup.root.body, whole)  # numFmts is the first child of styleSheet
        elif not element.children:
            markup.edits.append((element.start, element.end, whole))
        else:
            markup.append(element, content.encode())
            markup.set_attribute(element, "count", str(len(element.children) + count))
