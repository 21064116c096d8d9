"""Rewriting the rows of one sheet, cell by cell, whatever their dialect."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch.cells import PLAIN, UNDATED, BadValueError, Encoder, link_formula, serial, unescaped
from xlcrm.workbook.patch.markup import INSIDE_TAG, attribute_edit, attributes_of, quoted, spliced
from xlcrm.workbook.patch.plan import written
from xlcrm.workbook.patch.ranges import Area, address
from xlcrm.workbook.port import KEEP, Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.cells import Fragment
    from xlcrm.workbook.patch.markup import Edit
    from xlcrm.workbook.patch.parts import Book
    from xlcrm.workbook.patch.plan import Band, Run
    from xlcrm.workbook.patch.sheet import Content, OldCell, OldRow, SheetXml
    from xlcrm.workbook.port import Block

_REPLACED: Final = frozenset({"r", "s", "t", "cm", "vm"})
"""Attributes that belong to the old value, or that we write ourselves."""
_SPAN = re.compile(r"([0-9]+):([0-9]+)")


class Rewriter:
    """Collects the edits of one sheet's rows.

    Attributes:
        edits: of the sheet's part.
        changed: cells that got another value.
        area: around all changed cells, None when there are none.
        gone: cells whose formula was overwritten.
    """

    def __init__(self, book: Book, xml: SheetXml) -> None:
        self.book = book
        self.xml = xml
        self.encoder = Encoder(xml.prefix, date1904=book.date1904)
        self.edits: list[Edit] = []
        self.changed = 0
        self.area: Area | None = None
        self.gone: list[str] = []
        self._shared_gone: Counter[str] = Counter()
        self._masters_gone: dict[str, str] = {}

    # Bands

    def write(self, bands: Sequence[Band]) -> None:
        """Rewrite every row of the bands; the sheet is read by the patient tokenizer."""
        xml = self.xml
        rows = iter(xml.rows)
        row = next(rows, None)
        added: list[bytes] = []
        for band in bands:
            for number in range(band.top, band.bottom + 1):
                while row is not None and row.number < number:
                    row = next(rows, None)
                if row is not None and row.number == number:
                    self.edits += self.rewrite(row, band)
                    continue
                new = self.new_row(number, band)
                if new and xml.self_closed:
                    added.append(new)
                elif new:
                    at = row.start if row is not None else xml.high
                    self.edits.append((at, at, new))
        if added:
            self.edits.append(xml.opened(b"".join(added)))

    def new_row(self, number: int, band: Band) -> bytes:
        """A row that was not there, or nothing when it would hold no value."""
        cells = [
            self._cell(number, column, self._style(run, column, "", kind), fragment, {})
            for run in band.runs
            for column, _, fragment, kind in self._wanted(run, number - band.top + run.offset, number)
            if fragment is not None and fragment is not KEEP
        ]
        if not cells:
            return b""
        p = self.xml.prefix
        return b'<%brow r="%d">%b</%brow>' % (p, number, b"".join(cells), p)

    def rewrite(self, row: OldRow, band: Band) -> list[Edit]:
        """The edits of one row that is there, its tag included."""
        edits, added = self.cell_edits(row, band)
        return self._with_spans(row, added, edits) if added else edits

    def cell_edits(self, row: OldRow, band: Band) -> tuple[list[Edit], list[int]]:
        """The edits of one row's cells, and the columns of new cells."""
        attributes = attributes_of(self.xml.data, row.start)
        cells = self.xml.cells(row)
        by_column = {cell.column: cell for cell in cells}
        default = attributes.get("s", "") if attributes.get("customFormat") in {"1", "true"} else ""
        edits: list[Edit] = []
        added: list[int] = []
        following = iter(cells)
        after = next(following, None)
        for run in band.runs:
            at = row.number - band.top + run.offset
            for column, value, fragment, kind in self._wanted(run, at, row.number):
                while after is not None and after.column < column:
                    after = next(following, None)
                old = by_column.get(column)
                if old is not None:
                    edits += self._replace(row, run, old, (value, fragment, kind))
                elif fragment is not None and fragment is not KEEP:
                    place = after.start if after is not None else self.xml.insertion(row)
                    style = self._style(run, column, default, kind)
                    edits.append((place, place, self._cell(row.number, column, style, fragment, {})))
                    added.append(column)
        return edits, added

    def _wanted(self, run: Run, at: int, number: int) -> Iterator[tuple[int, Any, Fragment, int]]:
        """Column, value, fragment and kind of one row's cells."""
        for column, values in zip(count(run.left), run.columns, strict=False):
            value = values[at]
            try:
                fragment, kind = self.encoder.one(value)
            except BadValueError as error:
                raise self.refused(number, column, str(error)) from error
            yield column, value, fragment, kind

    def refused(self, row: int, column: int, why: str) -> UnsafeToPatch:
        """A refusal that names the cell."""
        return UnsafeToPatch(f"{self.xml.where(row, column)} 不能写入：{why}，请改正后再试。")

    # Cells

    def _replace(self, row: OldRow, run: Run, old: OldCell, wanted: tuple[Any, Fragment, int]) -> list[Edit]:
        value, fragment, kind = wanted
        style = old.attributes.get("s", "")
        run.above[old.column] = style
        if fragment is KEEP:
            return []
        content = self.xml.content(self.xml.data[old.start : old.end])
        dated = self.dated(style, kind)
        if dated == style and self.same(content, None if fragment is None else value):
            return []
        if content.strange:
            raise self.refused(row.number, old.column, "它带有本程序不认识的扩展内容")
        if content.formula is not None:
            self.forget(row.number, old.column, content)
        return [
            (
                old.start,
                old.end,
                self._cell(row.number, old.column, dated, fragment, old.attributes, new=False),
            )
        ]

    def _cell(
        self,
        row: int,
        column: int,
        style: str,
        fragment: Fragment,
        attributes: dict[str, str],
        *,
        new: bool = True,
    ) -> bytes:
        """A cell's XML; counts it as changed."""
        self.note(1, Area(row, column, row, column))
        named = b' r="%b"' % address(row, column).encode() if new or "r" in attributes else b""
        styled = b' s="%b"' % style.encode() if style else b""
        kept = b"".join(
            b' %b="%b"' % (name.encode(), quoted(text))
            for name, text in attributes.items()
            if name not in _REPLACED
        )
        return b"<%bc%b%b%b%b" % (self.xml.prefix, named, styled, kept, fragment or b"/>")

    def _style(self, run: Run, column: int, row_style: str, kind: int) -> str:
        """Style of a new cell: as above it in the block, else the row's, else the column's."""
        style = run.above.get(column)
        if style is None:
            style = row_style or self.xml.column_style(column)
        run.above[column] = style  # not its dated twin: a number under a date is no date
        return self.dated(style, kind)

    def dated(self, style: str, kind: int) -> str:
        """The style, or its twin that shows dates (or none) when one is needed."""
        styles = self.book.styles
        if kind == PLAIN or (kind == UNDATED and styles is None):
            return style
        if styles is None:
            raise UnsafeToPatch(f"“{self.book.title}”没有样式表，写不了日期，请用 Excel 打开后另存一份再试。")
        number = int(style or 0)
        twin = styles.dated(number, kind)
        return style if twin == number else str(twin)

    def same(self, old: Content, value: Any) -> bool:
        """Whether a cell holds exactly this value already; None is an empty cell."""
        if old.formula is not None:
            return (
                isinstance(value, Link)
                and not old.formula_attributes.keys() & {"t", "si", "ref"}
                and unescaped(old.formula) == link_formula(value)
                and unescaped(old.value or "") == value.text
            )
        if value is None or old.empty:
            return value is None and old.empty
        if isinstance(value, str):
            return self._text(old) == value
        if old.kind == "b":
            return isinstance(value, bool) and old.value in {"0", "1"} and value == (old.value == "1")
        if isinstance(value, bool | Link) or old.kind != "n" or old.value is None:
            return False
        if isinstance(value, dt.date):
            value = serial(value, date1904=self.book.date1904)
        return _number(old.value) == float(value)

    def _text(self, old: Content) -> str | None:
        if old.kind == "inlineStr":
            return unescaped(old.inline or "")
        if old.kind == "str":
            return unescaped(old.value or "")
        if old.kind != "s" or not (old.value or "").strip().isdigit():
            return None
        at = int(old.value or 0)
        strings = self.book.strings
        return strings[at] if at < len(strings) else None

    def same_contents(self, one: bytes, other: bytes) -> bool:
        """Whether two cells without formulas hold the same value, each given as XML."""
        first, second = self.xml.content(one), self.xml.content(other)
        if first.formula is not None or second.formula is not None:
            return (
                first.formula == second.formula
                and first.value == second.value
                and not first.formula_attributes.keys() & {"t", "si", "ref"}
            )
        text = self._text(second)
        if text is not None:
            return self._text(first) == text
        if second.kind == "n" and first.kind == "n" and first.value and second.value:
            return _number(first.value) == _number(second.value)
        return first.kind == second.kind and first.value == second.value

    def note(self, changed: int, area: Area | None) -> None:
        """Count changed cells and where they are."""
        self.changed += changed
        if area is not None:
            self.area = area if self.area is None else self.area.union(area)

    # Formulas

    def forget(self, row: int, column: int, content: Content) -> None:
        """Note that a formula is overwritten."""
        self.gone.append(address(row, column))
        attributes = content.formula_attributes
        if attributes.get("t") == "shared":
            si = attributes.get("si", "")
            self._shared_gone[si] += 1
            if "ref" in attributes:
                self._masters_gone[si] = address(row, column)

    def check_formulas(self, blocks: Sequence[Block]) -> None:
        """Refuse to write into a part of an array formula or data table; before writing."""
        for kind, area in self._formula_areas():
            hits = sum(1 for _ in written(blocks, area))
            if 0 < hits < area.cells:
                what = "数组公式" if kind == "array" else "模拟运算表"
                raise UnsafeToPatch(
                    f"工作表“{self.xml.name}”的 {area} 是一个{what}，只能整体改动，请先删除它或改写到别的列。"
                )

    def check_shared(self) -> None:
        """Refuse when a shared formula lost the cell that spells it out; after writing."""
        if not self._masters_gone:
            return
        left = Counter(attributes.get("si", "") for attributes in self._formulas("shared"))
        for si, cell in self._masters_gone.items():
            if left[si] > self._shared_gone[si]:
                raise UnsafeToPatch(
                    f"工作表“{self.xml.name}”的 {cell} 是共享公式的首格，别的单元格还要用它，"
                    "请先把那些公式改成值或重新输入。"
                )

    def _formula_areas(self) -> Iterator[tuple[str, Area]]:
        for kind in ("array", "dataTable"):
            for attributes in self._formulas(kind):
                area = Area.parse(attributes.get("ref", ""))
                if area is not None:
                    yield kind, area

    def _formulas(self, kind: str) -> Iterator[dict[str, str]]:
        """Attributes of the formula elements of a type."""
        xml = self.xml
        if not xml.has_formulas:
            return
        tag = re.compile(b"<" + re.escape(xml.prefix) + rb"f\s" + INSIDE_TAG + b">")
        for match in tag.finditer(xml.data, xml.low, xml.high):
            if kind.encode() in match.group():
                attributes = attributes_of(xml.data, match.start())
                if attributes.get("t") == kind:
                    yield attributes

    # Rows

    def _with_spans(self, row: OldRow, outer: list[int], edits: list[Edit]) -> list[Edit]:
        """Widen the row's `spans`, and open a self-closed row."""
        tag = self.xml.data[row.start : row.body]
        new_tag = tag
        spans = attributes_of(tag, 0).get("spans", "")
        widened = widened_spans(spans, min(outer), max(outer))
        if widened != spans:
            new_tag = spliced(tag, [attribute_edit(tag, 0, "spans", widened)])
        if row.body == row.end:
            cells = b"".join(new for _, _, new in edits)
            opened = new_tag.removesuffix(b"/>").rstrip() + b">"
            return [(row.start, row.end, opened + cells + b"</" + self.xml.prefix + b"row>")]
        return edits if new_tag == tag else [(row.start, row.body, new_tag), *edits]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def widened_spans(spans: str, first: int, last: int) -> str:
    """A row's `spans` after cells in columns `first` to `last` came in; "" stays ""."""
    pairs = [tuple(map(int, match.groups())) for match in _SPAN.finditer(spans)]
    if not pairs or any(low <= first and last <= high for low, high in pairs):
        return spans
    low = min(first, *(pair[0] for pair in pairs))
    high = max(last, *(pair[1] for pair in pairs))
    return f"{low}:{high}"
