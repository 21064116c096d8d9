"""Lists of an open workbook that change their length: where they end, and what must not be touched.

The rules are the file door's (`xlcrm.workbook.patch.lists`); what differs is that the program itself moves
along what hangs on a table, and that cells are asked for instead of parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.live.access import area_of_range
from xlcrm.workbook.live.patience import patiently
from xlcrm.workbook.live.values import is_formula
from xlcrm.workbook.patch.plan import area_of, written
from xlcrm.workbook.patch.ranges import Area, address
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xlwings as xw

    from xlcrm.workbook.live.access import Held


@dataclass(frozen=True, slots=True)
class Table:
    """One table object of a sheet.

    Attributes:
        handle: xlwings' table.
        name: for messages.
        area: the whole of it.
        header: it shows its headings.
        totals: rows of totals, 0 or 1.
    """

    handle: xw.main.Table
    name: str
    area: Area
    header: bool
    totals: int

    @property
    def body(self) -> Area:
        first = self.area.top + self.header
        return self.area._replace(top=first, bottom=max(self.area.bottom - self.totals, first))


@dataclass(slots=True)
class Growth:
    """New rows of one list: they get the looks of the list's first row."""

    model: Area
    rows: Area


@dataclass(slots=True)
class Resized:
    """What the lists of one sheet need besides their cells.

    Attributes:
        blocks: None for the old rows under each list.
        tables: tables that end elsewhere from now on, and where.
        growths: rows that come to a list.
    """

    blocks: list[Block] = field(default_factory=list)
    tables: list[tuple[Table, Area]] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)


def tables_of(sheet: xw.Sheet) -> list[Table]:
    """The table objects of a sheet."""

    def ask() -> list[Table]:
        return [
            Table(
                table,
                table.name,
                area_of_range(table.range),
                header=bool(table.show_headers),
                totals=int(bool(table.show_totals)),
            )
            for table in sheet.tables
        ]

    return patiently(ask)


def check(sheet: str, tables: Sequence[Table], block: Block, holds: Callable[[Area], Held]) -> None:
    """Refuse to write where a value would break a table, in the words of the file door.

    Args:
        sheet: its name.
        tables: its tables.
        block: what is to be written.
        holds: tells what an area holds.

    Raises:
        UnsafeToPatch: a heading, a totals row or a calculated column of a table.
    """
    area = area_of(block)
    for table in tables:
        if not table.area.meets(area):
            continue
        if table.header:
            heading = table.area.to_row(table.area.top)
            for row, column, value in written([block], heading):
                if holds(heading).cell(row, column)[0] != value:
                    raise UnsafeToPatch(
                        f"工作表“{sheet}”的 {address(row, column)} 是表格“{table.name}”的标题，"
                        "标题只能在 Excel 里改。"
                    )
        if table.totals:
            for row, column, _ in written([block], table.area._replace(top=table.area.bottom)):
                raise UnsafeToPatch(
                    f"工作表“{sheet}”的 {address(row, column)} 是表格“{table.name}”的汇总行，"
                    "请先在“表设计”里取消汇总行。"
                )
        _check_calculated(sheet, table, block, holds)


def _check_calculated(sheet: str, table: Table, block: Block, holds: Callable[[Area], Held]) -> None:
    common = table.body.common(area_of(block))
    if common is None:
        return
    for number, (values, formulas) in enumerate(holds(common).columns(common), start=common.left):
        if not any(_own_formula(value, formula) for value, formula in zip(values, formulas, strict=True)):
            continue
        column = table.body._replace(left=number, right=number)
        row = next((row for row, _, _ in written([block], column)), 0)
        if row and _calculated(holds(column), column):
            raise UnsafeToPatch(
                f"工作表“{sheet}”的 {address(row, number)} 在表格“{table.name}”的计算列里，"
                "请先把这一列改成普通列（删除公式）再试。"
            )


def _calculated(held: Held, column: Area) -> bool:
    """Whether every cell of a table's column is a formula, and none a link of ours.

    No program tells which columns are calculated ones.
    """
    ((values, formulas),) = held.columns(column)
    return all(_own_formula(value, formula) for value, formula in zip(values, formulas, strict=True))


def _own_formula(value: object, formula: str) -> bool:
    return is_formula(value, formula) and not formula.upper().startswith("=HYPERLINK(")


def resize(sheet: str, tables: Sequence[Table], held: Held, blocks: Sequence[Block]) -> Resized:
    """Find the old ends of the lists that the blocks replace, and what has to follow.

    Args:
        sheet: its name.
        tables: its tables.
        held: all that the sheet holds.
        blocks: of this sheet.

    Raises:
        UnsafeToPatch: something stands where a list must grow.
    """
    resized = Resized()
    groups: dict[tuple[int, str], tuple[Table | None, list[Block]]] = {}
    for block in blocks:
        if block.resize and block.columns:
            table = _table_under(tables, block)
            key = block.row, table.name if table else ""
            groups.setdefault(key, (table, []))[1].append(block)
    for table, own in groups.values():
        _resize(sheet, (tables, table), held, own, resized)
    return resized


def _table_under(tables: Sequence[Table], block: Block) -> Table | None:
    strip = area_of(block)._replace(top=max(block.row - 1, 1), bottom=max(block.row - 1, 1))
    return next((t for t in tables if t.header and t.area.top == block.row - 1 and t.area.meets(strip)), None)


def _resize(
    sheet: str,
    tables: tuple[Sequence[Table], Table | None],
    held: Held,
    blocks: list[Block],
    resized: Resized,
) -> None:
    """Plan one list, which several blocks may write side by side."""
    others, table = tables
    own = {column for block in blocks for column in _columns(block)}
    last = max(block.row + block.height - 1 for block in blocks)
    first = blocks[0].row
    span = _span(table, held, first - 1, own)
    foreign = sorted(set(range(span.left, span.right + 1)) - own)
    old_end = table.body.bottom if table else _plain_end(held, first, last, foreign, own)
    for block in blocks:
        end = block.row + block.height - 1
        if end > old_end:
            _check_room(sheet, held, block, old_end, end, table)
        if old_end > end:
            resized.blocks.append(_blank(block, end, old_end))
    new_end = max(last, first)
    if old_end > last:
        new_end = max(new_end, _last_filled(held, foreign, last + 1, old_end))
    if table is not None:
        _resize_table(sheet, others, table, new_end, resized)
    if new_end > max(old_end, first) and not all(block.prepared for block in blocks):
        reach = table.area if table is not None else span
        model = Area(first, reach.left, first, reach.right)
        resized.growths.append(Growth(model, Area(max(old_end, first) + 1, reach.left, new_end, reach.right)))


def _columns(block: Block) -> range:
    return range(block.column, block.column + len(block.columns))


def _blank(block: Block, last: int, old_end: int) -> Block:
    blank: list[None] = [None] * (old_end - last)
    kept = [KEEP] * (old_end - last)
    stale = [kept if column and all(value is KEEP for value in column) else blank for column in block.columns]
    return Block(block.sheet, last + 1, block.column, stale)


def _span(table: Table | None, held: Held, heading: int, own: set[int]) -> Area:
    """The list's columns: its table's, or the stretch of headings around the blocks'."""
    left, right = min(own), max(own)
    if table is not None:
        return Area(heading, min(table.area.left, left), heading, max(table.area.right, right))
    while left > 1 and held.filled(heading, left - 1, left - 1):
        left -= 1
    while held.filled(heading, right + 1, right + 1):
        right += 1
    return Area(heading, left, heading, right)


def _plain_end(held: Held, first: int, last: int, foreign: Sequence[int], own: set[int]) -> int:
    """Last row of a list without a table: to the first row that is blank in all its columns."""
    end = max(first - 1, _last_filled(held, foreign, first, last))  # blank rows inside do not end it
    mine = sorted({*foreign, *own})
    while end < held.area.bottom and _any_filled(held, end + 1, mine):
        end += 1
    return end


def _any_filled(held: Held, row: int, columns: Sequence[int]) -> bool:
    return any(held.filled(row, column, column) for column in columns)


def _last_filled(held: Held, columns: Sequence[int], first: int, last: int) -> int:
    """Last row from `first` to `last` in which one of the columns holds something, or 0."""
    for row in range(min(last, held.area.bottom), first - 1, -1):
        if _any_filled(held, row, columns):
            return row
    return 0


def _check_room(sheet: str, held: Held, block: Block, old_end: int, end: int, table: Table | None) -> None:
    totals = table.area.bottom if table is not None and table.totals else 0
    right = block.column + len(block.columns) - 1
    for row in range(max(old_end + 1, block.row), min(end, held.area.bottom) + 1):
        column = held.filled(row, block.column, right) if row != totals else 0
        if column:
            raise UnsafeToPatch(
                f"工作表“{sheet}”的清单要从第 {old_end} 行加到第 {end} 行，"
                f"而 {address(row, column)} 里已有内容，请先把清单下面的内容移开。"
            )


def _resize_table(sheet: str, tables: Sequence[Table], table: Table, new_end: int, resized: Resized) -> None:
    if table.totals:
        if new_end > table.body.bottom:
            raise UnsafeToPatch(
                f"工作表“{sheet}”的表格“{table.name}”下面有汇总行（第 {table.area.bottom} 行），"
                "清单变长时放不下，请先在“表设计”里取消汇总行。"
            )
        return  # a shorter body would have to move the totals row; its rows are emptied instead
    wanted = table.area.to_row(new_end)
    other = next((t for t in tables if t is not table and t.area.meets(wanted)), None)
    if other is not None:
        raise UnsafeToPatch(
            f"工作表“{sheet}”的表格“{table.name}”变长后会碰到表格“{other.name}”（{other.area}），"
            "请先把后者移开。"
        )
    if wanted != table.area:
        resized.tables.append((table, wanted))
