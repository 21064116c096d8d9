"""From results to blocks: where on a sheet values go, and what is left alone."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from xlcrm.actions.blocks import (
    appended,
    auto_blocks,
    beside_label,
    cells,
    finding_links,
    linked_row,
    links,
    list_blocks,
)
from xlcrm.tables import BY_NAME
from xlcrm.tables.frames import SheetData, no_notes
from xlcrm.workbook.port import KEEP, Grid, Link


def sheet(name: str, places: dict[str, int], rows: list[int], *, title: str = "", last: int = 0) -> SheetData:
    """A sheet of a table whose headings stand in row 3 and whose entries stand in the given rows."""
    frame = pd.DataFrame({key: [None] * len(rows) for key in places}, index=pd.Index(rows, dtype="int64"))
    return SheetData(
        table=BY_NAME[name],
        sheet=title or BY_NAME[name].title,
        heading_row=3,
        places=places,
        headings={},
        frame=frame,
        notes=no_notes(),
        others={"响应截止": 9},
        last_row=last or (rows[-1] if rows else 3),
    )


def objects(*values: object) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array([*values, None], dtype=object)[:-1]


def test_auto_columns_become_one_block_a_run_of_neighbours() -> None:
    own = sheet(
        "customers", {"customer_id": 1, "next_contact_way": 5, "suggested_stage": 6, "findings": 8}, [4, 5]
    )
    values = {key: objects(key, None) for key in ("next_contact_way", "suggested_stage", "findings")}
    blocks, absent = auto_blocks(own, values)
    assert [(block.row, block.column, len(block.columns)) for block in blocks] == [(4, 5, 2), (4, 8, 1)]
    assert absent == []
    assert not any(block.resize for block in blocks)


def test_rows_that_are_no_entries_are_emptied_in_our_columns() -> None:
    own = sheet("customers", {"customer_id": 1, "findings": 2}, [4, 7], last=8)
    (block,), _ = auto_blocks(own, {"findings": objects("甲", "乙")})
    assert list(block.columns[0]) == ["甲", None, None, "乙", None]


def test_headings_that_the_sheet_lacks_are_named_and_clock_headings_are_found() -> None:
    own = sheet("complaints", {"complaint_id": 1}, [4])
    blocks, absent = auto_blocks(
        own, {"响应截止": objects("x"), "解决截止": objects("y"), "worst_status": objects("z")}
    )
    assert [block.column for block in blocks] == [9]
    assert absent == ["解决截止", "最紧急状态"]


def test_a_sheet_without_rows_gets_no_blocks() -> None:
    assert auto_blocks(sheet("customers", {"findings": 2}, []), {"findings": objects()}) == ([], [])


def test_midnight_is_a_date_and_nothing_is_blank() -> None:
    moments = np.array(["2026-03-18T00:00", "2026-03-18T10:30", "NaT"], dtype="datetime64[s]")
    assert cells(moments) == [dt.date(2026, 3, 18), dt.datetime(2026, 3, 18, 10, 30), None]
    assert cells(objects("甲", float("nan"), pd.NA, None, 3.5)) == ["甲", None, None, None, 3.5]


def test_a_list_is_replaced_whole_and_an_empty_one_keeps_a_blank_row() -> None:
    own = sheet("due_list", {"task": 1, "source": 2, "note": 4}, [4])
    rows = pd.DataFrame({"task": ["回访"], "source": ["客户信息总表!7"], "note": [None]})
    blocks = list_blocks(own, rows, {"customers": sheet("customers", {}, [], title="我的客户")})
    assert [(block.column, block.resize) for block in blocks] == [(1, True), (4, True)]
    assert blocks[0].columns == [["回访"], [Link("我的客户 第7行", "我的客户", "A7")]]
    assert [block.columns for block in list_blocks(own, rows.iloc[:0], {})] == [[[None], [None]], [[None]]]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("客户信息总表!B7", Link("客户信息总表!B7", "客户信息总表", "B7")),
        ("别的表!7", Link("别的表 第7行", "别的表", "A7")),
        ("没有地址", None),
        (None, None),
    ],
)
def test_links(target: str | None, wanted: Link | None) -> None:
    assert links(pd.Series([target], dtype=object), {}) == [wanted]


def test_new_rows_go_under_the_old_ones_which_are_kept() -> None:
    own = sheet("rules", {"rule_id": 1, "enabled": 2}, [4, 6])
    (block,) = appended(own, [{"rule_id": "Z1"}])
    assert [list(column) for column in block.columns] == [[KEEP, KEEP, KEEP, "Z1"], [KEEP, KEEP, KEEP, None]]
    assert (block.row, block.resize) == (4, True)
    assert appended(own, []) == []


def test_the_cell_beside_a_label() -> None:
    grid = Grid([[None, " 客户总数 "], [None, None]])
    below = beside_label("首页", grid, "客户总数", 5, below=True)
    right = beside_label("首页", grid, "客户总数", 5, below=False)
    assert below is not None
    assert right is not None
    assert [(block.row, block.column) for block in (below, right)] == [(3, 1), (2, 2)]
    assert beside_label("首页", grid, "未结案件", 5, below=True) is None


def test_findings_point_to_their_cell_or_the_begin_of_their_row() -> None:
    found = pd.DataFrame(
        {
            "table": ["customers", "customers", "customers", "nowhere"],
            "key": ["findings", "", "findings", ""],
            "row": [5, 6, 0, 7],
        }
    )
    own = {"customers": sheet("customers", {"findings": 28}, [5])}
    assert finding_links(found, own) == ["客户信息总表!AB5", "客户信息总表!A6", "", ""]


def test_a_packs_own_words_are_shown_in_lists_and_auto_columns() -> None:
    table = BY_NAME["customers"].in_pack("service")
    own = dataclasses.replace(sheet("customers", {"grade": 1, "name": 2}, [4, 5, 6]), table=table)
    grades = objects("A类", "特级", None)
    (block,), _ = auto_blocks(own, {"grade": grades})
    assert list(block.columns[0]) == ["VIP", "特级", None]
    (block,) = list_blocks(own, pd.DataFrame({"grade": grades, "name": objects("A类", "乙", "丙")}), {})
    assert [list(cells) for cells in block.columns] == [["VIP", "特级", None], ["A类", "乙", "丙"]]


def test_a_link_finds_its_sheet_by_any_of_the_tables_titles() -> None:
    table = BY_NAME["service_issues"].in_pack("support")
    own = {"service_issues": dataclasses.replace(sheet("service_issues", {}, [], title="售后"), table=table)}
    for title in ("服务问题处理表", "售后问题处理表"):
        assert links(pd.Series([f"{title}!4"], dtype=object), own) == [Link("售后 第4行", "售后", "A4")]


@pytest.mark.parametrize("target", ["客户投诉登记表!12", "客户投诉登记表!C12"])
def test_the_text_of_a_link_tells_its_row(target: str) -> None:
    (link,) = links(pd.Series([target]), {})
    assert isinstance(link, Link)
    assert linked_row(link.text) == ("客户投诉登记表", 12)


@pytest.mark.parametrize("text", ["", "客户投诉登记表", "第12行", "客户投诉登记表!第12行", "12"])
def test_another_text_tells_none(text: str) -> None:
    assert linked_row(text) is None
