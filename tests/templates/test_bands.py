"""The documents' blocks above the headings, and how a banded sheet is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Column, Kind, Role
from xlcrm.templates.bands import Block, blocks
from xlcrm.templates.table_sheet import BAND_ROW, HEADING_ROW
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.headings import find_headings

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

BANDED = {
    "recovery_cases": ("recovery", ["客户基本信息", "问题描述", "处理方案", "沟通记录", "跟进结果"]),
    "account_profiles": (
        "relationship",
        ["客户基本信息", "营业状况", "与他行往来状况", "与本行业务往来", "客户服务"],
    ),
}
banded = pytest.mark.parametrize("name", BANDED)


def columns_of(name: str) -> tuple[Column, ...]:
    pack, _ = BANDED[name]
    return sheet_columns(BY_NAME[name].in_pack(pack), default_book(pack).rules, pack)


def test_only_the_documents_that_print_blocks_have_a_band() -> None:
    assert {name for name, table in BY_NAME.items() if blocks(table.columns)} == set(BANDED)


@banded
def test_the_documents_blocks_come_in_order_and_cover_all_columns(name: str) -> None:
    found = blocks(columns_of(name))
    assert [block.name for block in found if block.role is Role.ENTRY] == BANDED[name][1]
    assert [block.first for block in found] == [
        sum(block.count for block in found[:at]) for at in range(len(found))
    ]
    assert sum(block.count for block in found) == len(columns_of(name))


def test_columns_that_no_document_prints_are_named_by_their_role() -> None:
    columns = (
        Column("a", "甲", Kind.TEXT, group="一"),
        Column("b", "乙", Kind.TEXT, group="一"),
        Column("c", "丙", Kind.TEXT, role=Role.EXTRA),
        Column("d", "丁", Kind.TEXT, role=Role.AUTO),
        Column("e", "戊", Kind.TEXT),
    )
    assert blocks(columns) == [
        Block("一", Role.ENTRY, 0, 2),
        Block("补充信息", Role.EXTRA, 2, 1),
        Block("自动计算", Role.AUTO, 3, 1),
        Block("", Role.ENTRY, 4, 1),
    ]


@banded
def test_each_block_is_one_colour_with_its_name_at_the_left(books: dict[str, Workbook], name: str) -> None:
    pack = BANDED[name][0]
    sheet = books[pack][BY_NAME[name].in_pack(pack).title]
    before = ""
    for block in blocks(columns_of(name)):
        cells = [
            sheet.cell(BAND_ROW + 1, place + 1)
            for place in range(block.first, block.first + block.count)
            if place
        ]
        assert [cell.value for cell in cells] == [block.name, *[None] * (len(cells) - 1)][: len(cells)]
        colors = {cell.fill.start_color.rgb for cell in cells}
        assert len(colors) <= 1
        assert before not in colors
        before = colors.pop() if colors else before


@banded
def test_the_hint_stands_beside_the_title_where_the_band_has_its_row(
    books: dict[str, Workbook], name: str
) -> None:
    table = BY_NAME[name].in_pack(BANDED[name][0])
    sheet = books[BANDED[name][0]][table.title]
    (hint,) = (cell for cell in sheet[1][1:] if cell.value)
    assert str(hint.value).startswith(table.hint)
    # 16 points against 10: the title must end before the hint begins.
    widths = [
        dimension.width
        for dimension in sheet.column_dimensions.values()
        for _ in range(dimension.min or 1, min(dimension.max or 1, (hint.column or 1) - 1) + 1)
    ]
    assert sum(widths) >= len(table.title) * 2 * 1.6


@banded
def test_reading_finds_the_headings_below_the_band(templates: dict[str, Path], name: str) -> None:
    pack = BANDED[name][0]
    table = BY_NAME[name].in_pack(pack)
    with FileDoor(templates[pack], write=False) as door:
        headings = find_headings(door.grid(table.title), table)
    assert headings.row == HEADING_ROW
    assert {key: headings.places[key] - 1 for key in table.by_key} == {
        item.key: place for place, item in enumerate(columns_of(name)) if item.key in table.by_key
    }
