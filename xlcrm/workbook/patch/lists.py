"""Lists and their tables: what follows when a list changes its length, and what must not be touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch.cells import unescaped
from xlcrm.workbook.patch.plan import area_of, written
from xlcrm.workbook.patch.ranges import MAX_ROWS, Area, Growth, absolute, address, grown
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.workbook.patch.markup import Element, Markup
    from xlcrm.workbook.patch.parts import Book, SheetPart
    from xlcrm.workbook.patch.sheet import OldRow, SheetXml

_RANGED: Final = frozenset({"conditionalFormatting", "dataValidation"})


@dataclass(slots=True)
class Table:
    """One table object of a sheet."""

    part: str
    markup: Markup
    area: Area
    header: bool
    totals: int
    was: Area

    @property
    def name(self) -> str:
        root = self.markup.root
        return root.get("displayName") or root.get("name")

    @property
    def columns(self) -> list[Element]:
        element = self.markup.root.first("tableColumns")
        return element.all("tableColumn") if element else []

    @property
    def body_end(self) -> int:
        return self.area.bottom - self.totals

    @property
    def moved(self) -> Growth | None:
        """Where the body ends now, when that is elsewhere than before."""
        first = self.was.top + self.header
        body = self.was._replace(top=first, bottom=max(self.was.bottom - self.totals, first))
        last = max(self.body_end, first)
        return Growth(body, last) if last != body.bottom else None

    def resize(self, last: int) -> None:
        """Let the table's body end in another row; a totals row must not be there."""
        if last == self.area.bottom:
            return
        root = self.markup.root
        old, self.area = self.area, self.area.to_row(last)
        self.markup.set_attribute(root, "ref", str(self.area))
        for child in root.children:
            area = Area.parse(child.get("ref"))
            if child.name in {"autoFilter", "sortState"} and area is not None and area.bottom == old.bottom:
                self.markup.set_attribute(child, "ref", str(area.to_row(last)))


@dataclass(slots=True)
class Resized:
    """What resizing the lists of one sheet brings along.

    Attributes:
        blocks: None for the old rows under each list.
        growths: for formats, validations and the print area.
        moved: lists that end elsewhere from now on, with all their columns; for charts.
        filters: old filter ranges -> new ones, as the hidden name spells them.
    """

    blocks: list[Block] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    moved: list[Growth] = field(default_factory=list)
    filters: dict[str, str] = field(default_factory=dict)


class Lists:
    """The lists of one sheet."""

    def __init__(self, book: Book, sheet: SheetPart, xml: SheetXml) -> None:
        self._book = book
        self._xml = xml
        self._sheet = sheet
        self.tables: list[Table] = []
        self._pivots: list[Area] = []
        for relation in book.relations(sheet.part):
            if relation.kind == "table":
                self.tables.append(self._table(book.stored(relation.part)))
            elif relation.kind == "pivotTable":
                location = book.markup(relation.part).root.first("location")
                area = Area.parse(location.get("ref")) if location is not None else None
                if area is not None:
                    self._pivots.append(area)

    def _table(self, part: str) -> Table:
        markup = self._book.markup(part)
        root = markup.root
        area = Area.parse(root.get("ref"))
        if area is None:
            raise UnsafeToPatch(
                f"工作表“{self._sheet.name}”的表格“{root.get('displayName')}”没有可用的范围，"
                "请用 Excel 检查后另存。"
            )
        header = root.number("headerRowCount", 1) > 0
        return Table(part, markup, area, header, root.number("totalsRowCount"), area)

    # What must not be touched

    def check(self, blocks: Sequence[Block]) -> None:
        """Refuse to write where a value would break something.

        Raises:
            UnsafeToPatch: a protected sheet; inside a merge; a heading or totals row of a table; a
                calculated column; a pivot table.
        """
        name = self._sheet.name
        if self._xml.protected and any(True for b in blocks for _ in written(blocks, area_of(b))):
            raise UnsafeToPatch(
                f"工作表“{name}”受保护，请在“审阅”里撤销工作表保护后再试（写完可以重新保护）。"
            )
        for merge in self._xml.merges:
            for row, column, value in written(blocks, merge):
                if value is not None and (row, column) != (merge.top, merge.left):
                    raise UnsafeToPatch(
                        f"工作表“{name}”的 {address(row, column)} 在合并单元格 {merge} 里且不是左上角，"
                        "写入的内容会看不见，请先取消合并。"
                    )
        for pivot in self._pivots:
            for row, column, _ in written(blocks, pivot):
                raise UnsafeToPatch(
                    f"工作表“{name}”的 {address(row, column)} 属于数据透视表（{pivot}），"
                    "请换个位置或先移开透视表。"
                )
        for table in self.tables:
            self._check_table(table, blocks)

    def _check_table(self, table: Table, blocks: Sequence[Block]) -> None:
        area, name = table.area, self._sheet.name
        columns = table.columns
        if table.header:
            for row, column, value in written(blocks, area.to_row(area.top)):
                at = column - area.left
                heading = unescaped(columns[at].get("name")) if at < len(columns) else None
                if value != heading:
                    raise UnsafeToPatch(
                        f"工作表“{name}”的 {address(row, column)} 是表格“{table.name}”的标题，"
                        "标题只能在 Excel 里改。"
                    )
        if table.totals:
            totals = area._replace(top=table.body_end + 1)
            for row, column, _ in written(blocks, totals):
                raise UnsafeToPatch(
                    f"工作表“{name}”的 {address(row, column)} 是表格“{table.name}”的汇总行，"
                    "请先在“表设计”里取消汇总行。"
                )
        body = area._replace(top=area.top + table.header, bottom=max(table.body_end, area.top + table.header))
        for at, element in enumerate(columns):
            if element.first("calculatedColumnFormula") is None:
                continue
            column = area.left + at
            for row, _, _ in written(blocks, body._replace(left=column, right=column)):
                raise UnsafeToPatch(
                    f"工作表“{name}”的 {address(row, column)} 在表格“{table.name}”的计算列"
                    f"“{element.get('name')}”里，请先把这一列改成普通列（删除公式）再试。"
                )

    # Resizing

    def resize(self, blocks: Sequence[Block]) -> Resized:
        """Find the old ends of the lists that the blocks replace, and let everything follow.

        Edits of tables and of the sheet's frame are noted in their markup.

        Raises:
            UnsafeToPatch: something stands where a list must grow.
        """
        resized = Resized()
        for block in blocks:
            if block.resize and block.columns:
                self._resize(block, resized)
        resized.moved += filter(None, (table.moved for table in self.tables))
        growths = tuple(resized.growths)
        if growths:
            self._grow_ranges(self._xml.frame, growths)
        return resized

    def _resize(self, block: Block, resized: Resized) -> None:
        heading = block.row - 1
        right = block.column + len(block.columns) - 1
        last = block.row + block.height - 1
        strip = Area(max(heading, 1), block.column, max(heading, 1), right)
        table = next(
            (t for t in self.tables if t.header and t.area.top == heading and t.area.meets(strip)), None
        )
        span = self._span(table, strip)
        filtered = self._filter(heading, strip) if table is None else None
        if table is not None:
            old_end = table.body_end
        else:
            old_end = self._plain_end(block, span, last, filtered.bottom if filtered else 0)
        if last > old_end:
            self._check_room(block, old_end, last, table)
        if old_end > last:
            blank: list[Any] = [None] * (old_end - last)
            kept = [KEEP] * (old_end - last)
            stale = [kept if all(v is KEEP for v in column) and column else blank for column in block.columns]
            resized.blocks.append(Block(block.sheet, last + 1, block.column, stale))
        new_end = max(last, block.row, self._last_foreign(block, span, last, old_end))
        if table is not None:
            self._resize_table(table, new_end)
        elif filtered is not None and filtered.bottom != new_end:
            new = filtered.to_row(new_end)
            self._xml.frame.set_attribute(self._filter_element(), "ref", str(new))
            resized.filters[absolute(filtered)] = absolute(new)
        body = Area(block.row, block.column, max(old_end, block.row), right)
        if table is None and new_end != body.bottom:
            resized.moved.append(Growth(body._replace(left=span.left, right=span.right), new_end))
        if new_end > body.bottom:
            resized.growths.append(Growth(body, new_end))

    def _resize_table(self, table: Table, new_end: int) -> None:
        name = self._sheet.name
        if table.totals:
            if new_end > table.body_end:
                raise UnsafeToPatch(
                    f"工作表“{name}”的表格“{table.name}”下面有汇总行（第 {table.area.bottom} 行），"
                    "清单变长时放不下，请先在“表设计”里取消汇总行。"
                )
            return  # a shorter body would have to move the totals row; its rows are emptied instead
        if new_end > table.body_end:
            longer = table.area.to_row(new_end)
            other = next((t for t in self.tables if t is not table and t.area.meets(longer)), None)
            if other is not None:
                raise UnsafeToPatch(
                    f"工作表“{name}”的表格“{table.name}”变长后会碰到表格“{other.name}”（{other.area}），"
                    "请先把后者移开。"
                )
            calculated = next(
                (c.get("name") for c in table.columns if c.first("calculatedColumnFormula") is not None), None
            )
            if calculated is not None:
                raise UnsafeToPatch(
                    f"工作表“{name}”的表格“{table.name}”要加行，而列“{calculated}”是计算列，"
                    f"请先在 Excel 里把表格拉长到第 {new_end} 行。"
                )
        table.resize(new_end)

    def _span(self, table: Table | None, strip: Area) -> Area:
        """The list's columns: its table's, or the stretch of headings around the block's."""
        if table is not None:
            return strip._replace(
                left=min(table.area.left, strip.left), right=max(table.area.right, strip.right)
            )
        filled = self._filled(strip.top)
        left, right = strip.left, strip.right
        while left - 1 in filled:
            left -= 1
        while right + 1 in filled:
            right += 1
        return strip._replace(left=left, right=right)

    def _filled(self, number: int) -> set[int]:
        """Columns of the cells of a row that hold something."""
        row = next(self._xml.rows_from(number), None)
        if row is None or row.number != number:
            return set()
        return set(self._filled_in(row))

    def _filled_in(self, row: OldRow) -> Iterator[int]:
        if self._xml.looks_empty(row):
            return
        for cell in self._xml.cells(row):
            if self._xml.is_filled(cell):
                yield cell.column

    def _plain_end(self, block: Block, span: Area, last: int, at_least: int) -> int:
        """Last row of a list without a table: to the first row that is blank in all its columns."""
        own = set(range(block.column, block.column + len(block.columns)))
        others = set(range(span.left, span.right + 1)) - own
        end = max(block.row - 1, at_least)
        if others:  # blank rows inside the list do not end it
            anchor = (
                row.number
                for row in self._xml.rows_before(last + 1)
                if row.number < block.row or others & set(self._filled_in(row))
            )
            end = max(end, next(anchor, 0))
        mine = others | own
        for row in self._xml.rows_from(end + 1):
            if row.number != end + 1 or not mine & set(self._filled_in(row)):
                break
            end = row.number
        return end

    def _check_room(self, block: Block, old_end: int, last: int, table: Table | None) -> None:
        own = range(block.column, block.column + len(block.columns))
        totals = table.area.bottom if table is not None and table.totals else 0
        for row in self._xml.rows_from(max(old_end + 1, block.row)):
            if row.number > last:
                break
            if row.number == totals:
                continue  # refused with its own sentence
            column = next((c for c in self._filled_in(row) if c in own), None)
            if column is not None:
                raise UnsafeToPatch(
                    f"工作表“{self._sheet.name}”的清单要从第 {old_end} 行加到第 {last} 行，"
                    f"而 {address(row.number, column)} 里已有内容，请先把清单下面的内容移开。"
                )
        grown_area = Area(old_end + 1, block.column, last, own[-1])
        merge = next((m for m in self._xml.merges if m.meets(grown_area)), None)
        if merge is not None:
            raise UnsafeToPatch(
                f"工作表“{self._sheet.name}”的清单要加到第 {last} 行，而那里有合并单元格 {merge}，"
                "请先取消合并。"
            )

    def _last_foreign(self, block: Block, span: Area, last: int, old_end: int) -> int:
        """Last row of the old body in which the list's other columns hold something, or 0."""
        own = set(range(block.column, block.column + len(block.columns)))
        others = set(range(span.left, span.right + 1)) - own
        if old_end <= last or not others:
            return 0
        for row in self._xml.rows_before(old_end + 1):
            if row.number <= last:
                break
            if others & set(self._filled_in(row)):
                return row.number
        return 0

    def _filter_element(self) -> Element:
        element = self._xml.frame.root.first("autoFilter")
        if element is None:
            raise self._xml.unsafe("没有自动筛选")
        return element

    def _filter(self, heading: int, strip: Area) -> Area | None:
        """The sheet's own filter when it is this list's."""
        element = self._xml.frame.root.first("autoFilter")
        area = Area.parse(element.get("ref")) if element is not None else None
        return area if area is not None and area.top == heading and area.meets(strip) else None

    def _grow_ranges(self, frame: Markup, growths: tuple[Growth, ...]) -> None:
        for child in frame.root.children:
            inner = [child, *child.all("dataValidation")] if child.name == "dataValidations" else [child]
            for element in inner:
                if element.name in _RANGED:
                    new = grown(element.get("sqref"), growths)
                    if new is not None:
                        frame.set_attribute(element, "sqref", new)
        extensions = frame.root.first("extLst")
        for element in extensions.walk() if extensions is not None else ():
            if element.name in _RANGED:
                for ref in element.all("sqref"):
                    new = grown(frame.text(ref), growths)
                    if new is not None:
                        frame.set_text(ref, new)


def grown_dimension(frame: Markup, area: Area) -> None:
    """Let <dimension> hold an area of changed cells."""
    element = frame.root.first("dimension")
    old = Area.parse(element.get("ref")) if element is not None else None
    if element is None or old is None:
        return
    new = old.union(area)
    if new != old and new.bottom <= MAX_ROWS:
        frame.set_attribute(element, "ref", str(new))
