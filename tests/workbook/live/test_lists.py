"""Lists that change their length, planned as the file door plans them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.live.access import NOTHING, Held
from xlcrm.workbook.live.lists import Growth, Table, check, resize
from xlcrm.workbook.patch.ranges import Area
from xlcrm.workbook.port import KEEP, Block

HEADINGS = ["编号", "姓名", "状态", "天数"]


def holding(rows: list[list[Any]]) -> Held:
    width = max(map(len, rows))
    values = [[*row, *[None] * (width - len(row))] for row in rows]
    formulas = [["" if value is None else str(value) for value in row] for row in values]
    return Held(
        Area(1, 1, len(rows), width),
        [[None if str(v).startswith("=") else v for v in row] for row in values],
        formulas,
    )


def table(area: Area, *, totals: int = 0, name: str = "客户", header: bool = True) -> Table:
    handle: Any = None
    return Table(handle, name, area, header=header, totals=totals)


BODY = [[f"K{row}", "张三", "正常", row] for row in range(1, 6)]
LIST = holding([HEADINGS, *BODY])
OWN = table(Area(1, 1, 6, 4))
PLAIN = holding([HEADINGS[:3], *[row[:3] for row in BODY[:4]], [], [], [], ["备注", "以上"]])


def test_a_table_grows() -> None:
    found = resize("清单", [OWN], LIST, [Block("清单", 2, 3, [["超时"] * 8, list(range(8))], resize=True)])
    assert found.blocks == []
    assert found.tables == [(OWN, Area(1, 1, 9, 4))]
    assert found.growths == [Growth(Area(2, 1, 2, 4), Area(7, 1, 9, 4))]


def test_rows_that_look_right_already_get_no_looks() -> None:
    block = Block("清单", 2, 3, [["超时"] * 8, list(range(8))], resize=True, prepared=True)
    found = resize("清单", [OWN], LIST, [block])
    assert found.tables == [(OWN, Area(1, 1, 9, 4))]
    assert found.growths == []


def test_a_table_shrinks_and_its_old_rows_are_emptied() -> None:
    block = Block("清单", 2, 1, [["甲"], ["乙"], ["丙"], [1]], resize=True)
    found = resize("清单", [OWN], LIST, [block])
    assert found.blocks == [Block("清单", 3, 1, [[None] * 4] * 4)]
    assert found.tables == [(OWN, Area(1, 1, 2, 4))]
    assert found.growths == []


def test_blocks_side_by_side_are_one_list() -> None:
    blocks = [
        Block("清单", 2, 1, [["甲"]], resize=True),
        Block("清单", 2, 2, [["乙"], ["丙"], [1]], resize=True),
    ]
    assert resize("清单", [OWN], LIST, blocks).tables == [(OWN, Area(1, 1, 2, 4))]


def test_columns_of_others_keep_the_table_long() -> None:
    found = resize("清单", [OWN], LIST, [Block("清单", 2, 3, [["超时"], [7]], resize=True)])
    assert found.tables == []
    assert found.blocks == [Block("清单", 3, 3, [[None] * 4] * 2)]


def test_kept_columns_are_not_emptied() -> None:
    found = resize("清单", [OWN], LIST, [Block("清单", 2, 2, [[KEEP], ["超时"]], resize=True)])
    assert found.blocks == [Block("清单", 3, 2, [[KEEP] * 4, [None] * 4])]


def test_an_empty_list_keeps_one_row() -> None:
    found = resize("清单", [OWN], LIST, [Block("清单", 2, 1, [[], [], [], []], resize=True)])
    assert found.tables == [(OWN, Area(1, 1, 2, 4))]
    assert found.blocks == [Block("清单", 2, 1, [[None] * 5] * 4)]


def test_the_same_length_changes_no_table() -> None:
    found = resize("清单", [OWN], LIST, [Block("清单", 2, 3, [["超时"] * 5], resize=True)])
    assert (found.blocks, found.tables, found.growths) == ([], [], [])


def test_a_plain_list_ends_at_the_blank_row() -> None:
    found = resize("清单", [], PLAIN, [Block("清单", 2, 1, [["甲"], ["乙"], ["丙"]], resize=True)])
    assert found.blocks == [Block("清单", 3, 1, [[None] * 3] * 3)]
    assert found.tables == []


def test_a_plain_list_grows_into_free_rows_only() -> None:
    found = resize("清单", [], PLAIN, [Block("清单", 2, 3, [["丙"] * 9], resize=True)])
    assert found.growths == [Growth(Area(2, 1, 2, 3), Area(10, 1, 10, 3))]
    with pytest.raises(UnsafeToPatch, match="“清单”的清单要从第 5 行加到第 10 行，而 A9 里已有内容"):
        resize("清单", [], PLAIN, [Block("清单", 2, 1, [["乙"] * 9, ["丙"] * 9], resize=True)])


def test_a_blank_row_inside_does_not_end_a_plain_list() -> None:
    held = holding([HEADINGS[:3], BODY[0][:3], [], BODY[2][:3], BODY[3][:3]])
    found = resize("清单", [], held, [Block("清单", 2, 3, [["新", None, "新"]], resize=True)])
    assert found.blocks == [Block("清单", 5, 3, [[None]])]


def test_a_list_that_was_never_filled() -> None:
    found = resize("清单", [], LIST, [Block("清单", 12, 6, [["新", "新"]], resize=True)])
    assert found.growths == [Growth(Area(12, 6, 12, 6), Area(13, 6, 13, 6))]


def test_a_totals_row_stops_a_growing_list() -> None:
    own = table(Area(1, 1, 6, 4), totals=1)
    with pytest.raises(UnsafeToPatch, match="下面有汇总行（第 6 行）"):
        resize("清单", [own], LIST, [Block("清单", 2, 2, [["甲"] * 5], resize=True)])
    assert resize("清单", [own], LIST, [Block("清单", 2, 2, [["甲"] * 2], resize=True)]).tables == []


def test_tables_do_not_run_into_each_other() -> None:
    below = table(Area(8, 2, 9, 3), name="下")
    with pytest.raises(UnsafeToPatch, match="会碰到表格“下”（B8:C9）"):
        resize("清单", [OWN, below], LIST, [Block("清单", 2, 1, [["甲"] * 9], resize=True)])


def test_headings_totals_and_calculated_columns_are_refused() -> None:
    held = holding([HEADINGS, *[["K", "张", "正常", "=A2*2"]] * 4, ["合计"]])
    own = table(Area(1, 1, 6, 4), totals=1)

    def holds(_: Area) -> Held:
        return held

    check("清单", [own], Block("清单", 1, 1, [["编号"]]), holds)
    check("清单", [own], Block("清单", 2, 3, [["新"]]), holds)
    check("清单", [own], Block("清单", 9, 9, [["新"]]), holds)
    with pytest.raises(UnsafeToPatch, match="A1 是表格“客户”的标题"):
        check("清单", [own], Block("清单", 1, 1, [["新"]]), holds)
    with pytest.raises(UnsafeToPatch, match="B6 是表格“客户”的汇总行"):
        check("清单", [own], Block("清单", 6, 2, [["新"]]), holds)
    with pytest.raises(UnsafeToPatch, match="D3 在表格“客户”的计算列里"):
        check("清单", [own], Block("清单", 3, 4, [["新"]]), holds)
    check("清单", [own], Block("清单", 3, 4, [[KEEP]]), holds)


def test_links_and_single_formulas_are_no_calculated_column() -> None:
    link = '=HYPERLINK("#\'客户\'!A3","客户 第3行")'
    for column in ([link] * 5, ["=A1", 2.0, "=A3", "=A4", "=A5"]):
        held = holding([HEADINGS, *[["K", "张", "正常", value] for value in column]])
        check("清单", [OWN], Block("清单", 3, 4, [["新"]]), partial(_always, held))


def _always(held: Held, _: Area) -> Held:
    return held


def test_a_table_without_headings_is_no_list() -> None:
    own = table(Area(2, 1, 6, 4), header=False)
    found = resize("清单", [own], LIST, [Block("清单", 2, 1, [["甲"]], resize=True)])
    assert found.tables == []


def test_what_lies_outside_is_empty() -> None:
    assert NOTHING.cell(1, 1) == (None, "")
    assert NOTHING.filled(1, 1, 9) == 0
    assert LIST.part(Area(6, 4, 7, 5)) == Held(
        Area(6, 4, 7, 5), [[5, None], [None, None]], [["5", ""], ["", ""]]
    )
    assert list(LIST.columns(Area(8, 1, 8, 1))) == [([None], [""])]
