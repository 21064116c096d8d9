"""Blocks to bands: for every row, which columns are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from xlcrm.errors import UnsafeToPatch, UsageError
from xlcrm.workbook.patch.ranges import MAX_COLUMNS, MAX_ROWS, Area, address
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlcrm.workbook.port import Cell


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring columns of one block, for the rows of one band.

    Attributes:
        left: first column.
        columns: the block's sequences for these columns.
        offset: where in the sequences the band begins.
        above: style of the last cell met in each column of the block, so that new cells look like it.
    """

    left: int
    columns: tuple[Sequence[Any], ...]
    offset: int
    above: dict[int, str]

    @property
    def right(self) -> int:
        return self.left + len(self.columns) - 1


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring rows in which the same columns are written; runs from left to right."""

    top: int
    bottom: int
    runs: tuple[Run, ...]


@dataclass(slots=True)
class _Strip:
    top: int
    bottom: int
    left: int
    columns: tuple[Sequence[Any], ...]
    above: dict[int, str] = field(default_factory=dict)


def area_of(block: Block) -> Area:
    """The rectangle of a block that is not empty.

    Raises:
        UsageError: columns of different lengths, or a place that counts from 0.
        UnsafeToPatch: more rows or columns than a sheet has.
    """
    if any(len(column) != block.height for column in block.columns) or block.row < 1 or block.column < 1:
        raise UsageError(
            f"要写入工作表“{block.sheet}”第 {block.row} 行第 {block.column} 列的数据块形状不对，"
            "请报告此问题。"
        )
    bottom = block.row + max(block.height, 1) - 1
    right = block.column + max(len(block.columns), 1) - 1
    if bottom > MAX_ROWS or right > MAX_COLUMNS:
        raise UnsafeToPatch(
            f"工作表“{block.sheet}”要写到第 {bottom} 行、第 {right} 列，超出 Excel 最多的 {MAX_ROWS} 行、"
            f"{MAX_COLUMNS} 列，请先归档旧数据。"
        )
    return Area(block.row, block.column, bottom, right)


def written(blocks: Sequence[Block], area: Area) -> Iterator[tuple[int, int, Any]]:
    """Row, column and value of the cells of an area that the blocks write."""
    for block in blocks:
        if not block.height:
            continue
        common = area_of(block).common(area)
        if common is None:
            continue
        for column in range(common.left, common.right + 1):
            values = block.columns[column - block.column]
            for row in range(common.top, common.bottom + 1):
                value = values[row - block.row]
                if value is not KEEP:
                    yield row, column, value


def bands(blocks: Sequence[Block]) -> list[Band]:
    """Cut the blocks of one sheet into bands, top to bottom.

    Raises:
        UsageError: two blocks write the same column of one row.
    """
    strips = sorted((strip for block in blocks for strip in _strips(block)), key=lambda s: (s.top, s.left))
    strips = _joined(strips)
    edges = sorted({s.top for s in strips} | {s.bottom + 1 for s in strips})
    found: list[Band] = []
    active: list[_Strip] = []
    waiting = iter(strips)
    following = next(waiting, None)
    for top, beyond in pairwise(edges):
        active = [s for s in active if s.bottom >= top]
        while following is not None and following.top == top:
            active.append(following)
            following = next(waiting, None)
        if not active:
            continue
        active.sort(key=lambda s: s.left)
        runs = tuple(Run(s.left, s.columns, top - s.top, s.above) for s in active)
        for one, other in pairwise(runs):
            if other.left <= one.right:
                raise UsageError(f"单元格 {address(top, other.left)} 被要求写入两次，请报告此问题。")
        found.append(Band(top, beyond - 1, runs))
    return found


def _joined(strips: list[_Strip]) -> list[_Strip]:
    """Put strips of the same rows that touch together, for speed."""
    found: list[_Strip] = []
    for strip in strips:
        before = found[-1] if found else None
        if (
            before is not None
            and (before.top, before.bottom) == (strip.top, strip.bottom)
            and before.left + len(before.columns) == strip.left
        ):
            found[-1] = _Strip(strip.top, strip.bottom, before.left, before.columns + strip.columns)
        else:
            found.append(strip)
    return found


def _strips(block: Block) -> Iterator[_Strip]:
    """Stretches of columns of a block that are not kept whole."""
    if not block.height:
        return
    bottom = block.row + block.height - 1
    above: dict[int, str] = {}
    stretch: list[Sequence[Any]] = []
    for at, column in enumerate((*block.columns, ())):
        if all(value is KEEP for value in column):
            if stretch:
                left = block.column + at - len(stretch)
                yield _Strip(block.row, bottom, left, tuple(stretch), above)
            stretch = []
        else:
            stretch.append(column)


def blocks_of(sheet: str, values: Mapping[str, Cell]) -> list[Block]:
    """Single cells by A1 name, gathered into blocks.

    Raises:
        UsageError: a key is no cell name.
    """
    columns: dict[int, dict[int, Any]] = {}
    for name, value in values.items():
        area = Area.parse(name)
        if area is None or ":" in name:
            raise UsageError(f"“{name}”不是单元格名称，请写成 A1 这样的形式。")
        column = columns.setdefault(area.left, {})
        if area.top in column:
            raise UsageError(f"单元格 {address(area.top, area.left)} 被要求写入两次，请只写一次。")
        column[area.top] = value
    return list(_gathered(sheet, columns))


def _gathered(sheet: str, columns: dict[int, dict[int, Any]]) -> Iterator[Block]:
    open_blocks: dict[tuple[int, int], tuple[int, list[list[Any]]]] = {}
    last_column = 0
    for column in sorted(columns):
        cells = columns[column]
        current: dict[tuple[int, int], tuple[int, list[list[Any]]]] = {}
        for first, last in _stretches(sorted(cells)):
            values = [cells[row] for row in range(first, last + 1)]
            key = first, last
            if column == last_column + 1 and key in open_blocks:
                left, gathered = open_blocks.pop(key)
                current[key] = left, [*gathered, values]
            else:
                current[key] = column, [values]
        for (first, _), (left, gathered) in open_blocks.items():
            yield Block(sheet, first, left, gathered)
        open_blocks = current
        last_column = column
    for (first, _), (left, gathered) in open_blocks.items():
        yield Block(sheet, first, left, gathered)


def _stretches(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of neighbouring numbers, which are in ascending order."""
    first = before = numbers[0]
    for number in numbers[1:]:
        if number != before + 1:
            yield first, before
            first = number
        before = number
    yield first, before
