"""What an analysis asks to be written: panels, cards, periods, titles of charts, and remarks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.actions.desk import (
    CUSTOMERS,
    TITLE,
    Desk,
    body,
    desk,
    filled,
    grades,
    panel,
    run,
)
from tests.compute.build import facts as facts_of
from xlcrm.actions.analysing import missing_sheets, no_analysis
from xlcrm.actions.loading import Loaded
from xlcrm.analysis import sheets
from xlcrm.analysis.base import AnalysisSheet, Card, Figure, Kind, shown
from xlcrm.workbook.port import ChartTitle, Link, ListPlace
from xlcrm.workbook.reading import Reading

if TYPE_CHECKING:
    import pytest


def test_a_sheet_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数")
    result = run(
        door, monkeypatch, grades(filled({"grade": ["A类", "B类"], "count": [3, 1]}, "A类最多（n=4）"))
    )
    assert door.rows[TITLE][2] == ["统计期间", "2026年10月"]
    assert [row[0] for row in door.rows[TITLE][4:7]] == ["总数", 2.0, "好转：较上月 +1"]
    assert door.rows[TITLE][9] == ["A类最多（n=4）"]
    assert body(door) == [["A类", 3], ["B类", 1]]
    assert result.titles == [ChartTitle(TITLE, "按等级", "A类最多（n=4）")]
    assert (result.remarks, result.retired, result.panels, result.details) == ([], [], 1, 0)
    assert [made.sheet.name for made in result.made] == ["one"]


def test_canonical_values_are_shown_in_the_words_of_the_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数")
    run(door, monkeypatch, grades(filled({"grade": ["A类"], "count": [3]})), pack="service")
    assert body(door) == [["VIP", 3]]


def test_a_shorter_panel_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数")
    run(door, monkeypatch, grades(filled({"grade": ["A类", "B类", "C类"], "count": [3, 2, 1]})))
    run(door, monkeypatch, grades(filled({"grade": ["C类"], "count": [5]})))
    assert body(door) == [["C类", 5]]


def test_no_data_is_said_in_the_first_column_that_holds_text(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("日期", "数", "名称")
    columns = shown("day", "日期", Kind.DATE), shown("count", "数"), shown("name", "名称", Kind.TEXT)
    made = filled({"day": [], "count": [], "name": []}, "2026年10月 没有数据")
    result = run(door, monkeypatch, panel(*columns, made=made))
    assert body(door) == [[None, None, "本期没有数据"]]
    assert door.rows[TITLE][9] == ["2026年10月 没有数据"]
    assert result.titles == []


def test_a_panel_without_a_row_for_its_caption_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数")
    door.rows[TITLE][8:10] = [[], ["按等级"]]
    run(door, monkeypatch, grades(filled({"grade": ["A类"], "count": [3]})))
    assert door.rows[TITLE][9] == ["按等级"]
    assert body(door, 11) == [["等级", "客户数"], ["A类", 3]]


def test_a_card_without_data_shows_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, float("nan")):
        door = desk("等级", "客户数")
        card = Card("总数", Kind.INT, lambda _, value=value: Figure(value, "没有数据"))  # type: ignore[misc] # a value at once
        run(door, monkeypatch, grades(filled({"grade": [], "count": []})), cards=(card,))
        assert [row[0] for row in door.rows[TITLE][5:7]] == ["—", "没有数据"]


def test_values_become_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    days = np.array(["2026-10-01", "2026-10-02T09:30", "NaT"], dtype="datetime64[s]")
    made = filled(
        {"day": days, "share": [0.5, np.nan, 1.0], "link": ["客户信息总表!4", None, None]}
    )  # fmt: skip
    columns = shown("day", "日期", Kind.DATETIME), shown("share", "占比", Kind.PERCENT)
    door = desk("日期", "占比", "来源")
    run(door, monkeypatch, panel(*columns, shown("link", "来源", Kind.LINK), made=made))
    assert body(door) == [
        [dt.date(2026, 10, 1), 0.5, Link("客户信息总表 第4行", "客户信息总表", "A4")],
        [dt.datetime(2026, 10, 2, 9, 30), None, None],
        [None, 1.0, None],
    ]


def test_a_list_is_cut_over_what_the_user_has_typed_below(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数", room=2, below=[["我的说明"]])
    result = run(door, monkeypatch, grades(filled({"grade": ["A类", "B类", "C类"], "count": [3, 2, 1]})))
    assert body(door) == [["A类", 3], ["B类", 2], ["我的说明"]]
    told = "样表的“按等级”只写了 2 行（共 3 行），因为 A14 那一行起已有别的内容；请把它移开后再刷新"
    assert result.remarks == [told]


def test_a_panel_without_any_room_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数", room=0, below=[["我的说明"]])
    door.tables[TITLE] = [ListPlace(11, 11, 1, 2)]
    result = run(door, monkeypatch, grades(filled({"grade": [], "count": []})))
    assert body(door) == [["我的说明"]]
    assert result.panels == 0
    assert len(result.remarks) == 1


def test_columns_that_the_sheet_lacks_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "我的", "占比")
    columns = shown("grade", "等级", Kind.TEXT), shown("count", "客户数"), shown("share", "占比")
    made = filled({"grade": ["A类"], "count": [3], "share": [1.0]})
    result = run(door, monkeypatch, panel(*columns, made=made))
    assert body(door) == [["A类", None, 1.0]]
    told = "样表的“按等级”没有 客户数 列，未写入；在表头行（第 11 行）加上这些列名后再刷新即可"
    assert result.remarks == [told]


def test_titles_headings_and_cards_that_are_gone_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "客户数")
    door.rows[TITLE][4] = []
    door.rows[TITLE][10] = []
    made = filled({"grade": [], "count": []})
    other = dataclasses.replace(grades(made), name="other", title="按来源")
    result = run(door, monkeypatch, grades(made), other)
    assert result.remarks == [
        "样表里找不到 总数，没有写入这些数字；请恢复这些标签单元格后再刷新",
        "样表里找不到 按来源 的标题，没有更新；请在原来的位置恢复这些标题后再刷新",
        "样表的 按等级 下面找不到表头行，没有更新；请恢复表头后再刷新",
    ]
    assert result.titles == []
    assert door.rows[TITLE][2] == ["统计期间", "2026年10月"]


def test_long_lists_of_names_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    made = filled({"grade": [], "count": []})
    many = [dataclasses.replace(grades(made), name=f"p{at}", title=f"块{at}") for at in range(7)]
    (told,) = run(desk("等级", "客户数"), monkeypatch, *many).remarks
    assert "块0、块1、块2、块3、块4等 的标题" in told


def test_a_workbook_without_the_sheet_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Desk({"别的": [["x"]]})
    result = run(door, monkeypatch, grades(filled({"grade": [], "count": []})))
    assert (list(result.made), result.blocks, result.remarks) == ([], [], [])


def test_what_a_workbook_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    one = AnalysisSheet("one", "甲表", "", (grades(filled({})),))
    two = AnalysisSheet("two", "乙表", "", (grades(filled({})),))
    monkeypatch.setattr(sheets, "SHEETS", (one, two))
    facts = facts_of({"customers": CUSTOMERS})
    loaded = Loaded(facts, Reading(facts.data), "full", pd.DataFrame())
    none = ["工作簿中没有分析表，没有写出分析；可用 xlcrm new 建立完整的工作簿"]
    assert missing_sheets(Desk({"x": []}), loaded) == no_analysis(Desk({"x": []}), loaded) == none
    some = Desk({"甲 表": []})
    assert no_analysis(some, loaded) == []
    assert missing_sheets(some, loaded) == ["工作簿中没有 乙表，没有写出；可用 xlcrm new 建立完整的工作簿"]
    assert missing_sheets(Desk({"甲表": [], "乙表": []}), loaded) == []
    monkeypatch.setattr(sheets, "SHEETS", ())
    assert missing_sheets(Desk({"x": []}), loaded) == no_analysis(Desk({"x": []}), loaded) == []


def test_panels_with_texts_of_the_users_have_keys() -> None:
    for sheet in sheets.SHEETS:
        for item in sheet.panels:
            assert set(item.keys) <= set(item.by_key), (sheet.title, item.title)
            assert bool(item.typed) <= bool(item.keys), (sheet.title, item.title)
            assert item.stays <= bool(item.typed), (sheet.title, item.title)
