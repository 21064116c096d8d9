"""Finding panels and cards on a sheet, wherever they stand, and how much room each has."""

from __future__ import annotations

import pandas as pd

from xlcrm.actions.panels import Board, find_cards, find_panels
from xlcrm.analysis.base import Filled, Kind, Panel, shown
from xlcrm.workbook.patch.ranges import MAX_ROWS
from xlcrm.workbook.port import Grid, ListPlace


def panel(title: str, *headings: str, note: str = "") -> Panel:
    columns = tuple(shown(f"c{at}", heading) for at, heading in enumerate(headings))
    return Panel(title, title, columns, 5, lambda _: Filled(pd.DataFrame(), ""), note=note)


def board(*rows: list[object], lists: tuple[ListPlace, ...] = (), **grid: object) -> Board:
    """A sheet of these rows from A1 on."""
    width = max(map(len, rows))
    whole = [[*row, *[None] * (width - len(row))] for row in rows]
    return Board(Grid([list(values) for values in zip(*whole, strict=True)], **grid), lists)  # type: ignore[arg-type] # tests pass errors and formulas


TRADES = panel("按行业", "行业", "客户数")
PEOPLE = panel("按人员", "责任人", "客户数")


def test_a_panel_stands_where_its_title_stands() -> None:
    sheet = board(["客户分析"], [], [None, "按行业"], [None, "刷新后显示"], [None, "行业", "客户数"], [])
    spot = find_panels(sheet, [TRADES])["按行业"]
    assert spot is not None
    assert (spot.title, spot.caption, spot.column, spot.heading) == (3, 4, 2, 5)
    assert spot.places == {"c0": 2, "c1": 3}
    assert (spot.last, spot.end) == (5, MAX_ROWS)


def test_spelling_of_titles_and_headings_may_differ_in_width_and_blanks() -> None:
    sheet = board([" 按 行业 "], ["说明"], ["行业", "客户数 "])
    assert find_panels(sheet, [TRADES])["按行业"] is not None


def test_rows_and_columns_may_be_inserted() -> None:
    sheet = board(["按行业"], [], ["一句话"], [], ["行业", "我的列", "客户数"], ["制造业", "x", 3.0])
    spot = find_panels(sheet, [TRADES])["按行业"]
    assert spot is not None
    assert (spot.caption, spot.heading, spot.places, spot.last) == (3, 5, {"c0": 1, "c1": 3}, 6)


def test_a_blank_caption_stands_under_the_title_and_none_where_there_is_no_row() -> None:
    blank = find_panels(board(["按行业"], [], ["行业", "客户数"]), [TRADES])["按行业"]
    none = find_panels(board(["按行业"], ["行业", "客户数"]), [TRADES])["按行业"]
    assert blank is not None
    assert none is not None
    assert (blank.caption, none.caption) == (2, 0)


def test_without_title_or_headings_there_is_no_place() -> None:
    found = find_panels(board(["按行业"], [], ["别的"]), [TRADES, PEOPLE])
    assert found == {"按行业": None}


def test_headings_of_the_next_panel_are_not_taken() -> None:
    sheet = board(["按行业"], [], ["按人员"], ["句"], ["责任人", "客户数"], ["李明", 2.0])
    found = find_panels(sheet, [panel("按行业", "客户数", "责任人"), PEOPLE])
    assert found["按行业"] is None
    assert found["按人员"] is not None


def test_panels_side_by_side_keep_to_their_own_headings() -> None:
    sheet = board(
        ["按行业", None, None, "按人员"], ["句", None, None, "句"], ["行业", "家数", None, "责任人", "客户数"]
    )
    trades, people = panel("按行业", "行业", "家数", "客户数"), PEOPLE
    found = find_panels(sheet, [trades, people])
    assert found["按行业"] is not None
    assert found["按人员"] is not None
    assert found["按行业"].places == {"c0": 1, "c1": 2}
    assert found["按人员"].places == {"c0": 4, "c1": 5}


def test_a_heading_or_a_cell_that_says_the_title_is_no_title() -> None:
    limits = panel("阈值", "指标", "方法", "阈值")
    sheet = board(["阈值"], ["阈值"], ["指标", "方法", "阈值"], ["R", "平均值", 3.0])
    spot = find_panels(sheet, [limits])["阈值"]
    assert spot is not None
    assert (spot.title, spot.heading, spot.places) == (1, 3, {"c0": 1, "c1": 2, "c2": 3})


def test_a_heading_that_stands_twice_counts_once() -> None:
    spot = find_panels(board(["按行业"], [], ["行业", "客户数", "客户数"]), [TRADES])["按行业"]
    assert spot is not None
    assert spot.places == {"c0": 1, "c1": 2}


def test_a_panel_of_one_column_needs_that_one() -> None:
    one = panel("建议", "内容")
    assert find_panels(board(["建议"], [], ["内容"]), [one])["建议"] is not None
    assert find_panels(board(["建议"], [], ["正文"]), [one])["建议"] is None


BODY: list[list[object]] = [["按行业"], ["句"], ["行业", "客户数"], ["制造业", 3.0], ["零售", 1.0]]


def test_the_room_ends_over_the_next_thing() -> None:
    sheet = board(*BODY, [], [], [None, "我的注"])
    spot = find_panels(sheet, [TRADES])["按行业"]
    assert spot is not None
    assert (spot.last, spot.end, spot.room) == (5, 7, 4)


def test_formulas_and_errors_under_a_panel_are_things_too() -> None:
    for grid in ({"formulas": frozenset({(8, 1)})}, {"errors": {(8, 2): "#N/A"}}):
        spot = find_panels(board(*BODY, [], **grid), [TRADES])["按行业"]
        assert spot is not None
        assert (spot.last, spot.end) == (5, 7)


def test_blank_text_and_what_stands_beside_are_no_obstacle() -> None:
    spot = find_panels(board(*BODY, [], ["  ", None, None, "旁边"]), [TRADES])["按行业"]
    assert spot is not None
    assert spot.end == MAX_ROWS


def test_a_table_object_says_where_the_rows_end() -> None:
    spot = find_panels(board(*BODY, ["紧贴"], lists=(ListPlace(3, 5, 1, 2),)), [TRADES])["按行业"]
    assert spot is not None
    assert (spot.last, spot.end) == (5, 5)
    others = (ListPlace(3, 9, 5, 6), ListPlace(2, 9, 1, 2))
    spot = find_panels(board(*BODY, lists=others), [TRADES])["按行业"]
    assert spot is not None
    assert spot.last == 5


def test_a_row_of_totals_leaves_no_room_for_more() -> None:
    table = ListPlace(3, 5, 1, 2, totals=True)
    spot = find_panels(board(*BODY, ["汇总", 4.0], lists=(table,)), [TRADES])["按行业"]
    assert spot is not None
    assert (spot.last, spot.end, spot.room) == (5, 5, 2)


def test_without_a_table_object_rows_end_at_titles_and_notes() -> None:
    noted = panel("按行业", "行业", "客户数", note="按建档日期")
    spot = find_panels(board(*BODY, ["按建档日期"]), [noted])["按行业"]
    assert spot is not None
    assert (spot.last, spot.end) == (5, 5)
    below = board(*BODY, ["按人员"], ["句"], ["责任人", "客户数"])
    spot = find_panels(below, [TRADES, PEOPLE])["按行业"]
    assert spot is not None
    assert (spot.last, spot.end) == (5, 5)


def test_cards_stand_where_most_labels_stand() -> None:
    sheet = board(["客户总数", "新增客户数"], [3.0, 1.0], [], ["新增客户数", "其他"], ["客户总数"])
    assert find_cards(sheet, ["客户总数", "新增客户数", "NPS"]) == {"客户总数": (1, 1), "新增客户数": (1, 2)}


def test_cards_over_two_rows_are_found_in_both() -> None:
    sheet = board(["甲", "乙", "丙"], [], [], ["丁"])
    assert find_cards(sheet, ["甲", "乙", "丙", "丁"]) == {
        "甲": (1, 1),
        "乙": (1, 2),
        "丙": (1, 3),
        "丁": (4, 1),
    }


def test_kinds_do_not_matter_to_finding() -> None:
    dated = Panel("日期", "日期", (shown("d", "日期", Kind.DATE),), 1, lambda _: Filled(pd.DataFrame(), ""))
    assert find_panels(board(["日期"], [], ["日期"]), [dated])["日期"] is not None


def test_an_empty_sheet_has_nothing() -> None:
    empty = Board(Grid([]), ())
    assert find_panels(empty, [TRADES]) == {}
    assert find_cards(empty, ["甲"]) == {}
    assert not empty.height
    assert empty.cell(3, 4) is None
