"""Texts that users type into panels: beside their rows, or handed out, or under the new rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.actions.desk import (
    TITLE,
    Desk,
    body,
    desk,
    filled,
    panel,
    run,
)
from xlcrm.analysis.base import Chart, ChartKind, Kind, Panel, shown, typed
from xlcrm.workbook.port import ListPlace

if TYPE_CHECKING:
    import pytest


def measures(*names: str, month: str = "2026-10", **spec: Any) -> Panel:
    columns = (
        shown("month", "月份", Kind.TEXT),
        shown("problem", "问题", Kind.TEXT),
        shown("count", "次数"),
        typed("measure", "改进措施"),
        typed("by_whom", "执行人"),
    )
    rows = filled(
        {"month": [month] * len(names), "problem": [*names], "count": [len(name) for name in names]}
    )
    return panel(*columns, made=rows, keys=("month", "problem"), **spec)


def with_texts(door: Desk, *texts: tuple[str | None, str | None]) -> Desk:
    for at, (measure, who) in enumerate(texts, start=11):
        row = door.rows[TITLE][at]
        row += [None] * (5 - len(row))
        row[3:] = [measure, who]
    return door


def desk_of_measures() -> Desk:
    return desk("月份", "问题", "次数", "改进措施", "执行人")


def test_texts_follow_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液", "噪音"))
    with_texts(door, ("换密封圈", None), ("加垫片", "李明"))
    result = run(door, monkeypatch, measures("延迟", "噪音", "漏液"))
    assert body(door) == [
        ["2026-10", "延迟", 2, None, None],
        ["2026-10", "噪音", 2, "加垫片", "李明"],
        ["2026-10", "漏液", 2, "换密封圈", None],
    ]
    assert result.retired == []


def test_texts_whose_rows_have_gone_are_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液", "噪音"))
    with_texts(door, ("换密封圈", "王芳"), ("加垫片", None))
    result = run(door, monkeypatch, measures("噪音"))
    assert body(door) == [["2026-10", "噪音", 2, "加垫片", None]]
    assert result.retired == [
        "样表 按等级 2026-10 漏液 改进措施：换密封圈",
        "样表 按等级 2026-10 漏液 执行人：王芳",
    ]
    assert result.remarks == []


def test_texts_of_a_panel_without_data_are_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液"))
    with_texts(door, ("换密封圈", None))
    result = run(door, monkeypatch, measures())
    assert body(door) == [["本期没有数据", None, None, None, None]]
    assert len(result.retired) == 1
    assert run(door, monkeypatch, measures()).retired == []


def test_texts_in_rows_without_a_key_are_handed_out_by_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液"))
    with_texts(door, (None, None), ("手写的", None))
    door.tables[TITLE] = [ListPlace(11, 13, 1, 5)]
    assert run(door, monkeypatch, measures("漏液")).retired == ["样表 按等级 第13行 改进措施：手写的"]


def test_without_the_columns_of_the_keys_texts_are_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("问题", "次数", "改进措施")
    door.rows[TITLE][11] = ["漏液", 1, "换密封圈"]
    result = run(door, monkeypatch, measures("噪音"))
    assert body(door) == [["漏液", 1, "换密封圈"]]
    told = "样表的“按等级”没有 月份、执行人 列，无法保留您填写的内容，没有更新；请恢复这些列名后再刷新"
    assert result.remarks == [told]
    assert result.retired == []


def test_old_rows_with_texts_stay_under_the_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液", "噪音", month="2026-08", stays=True))
    with_texts(door, ("换密封圈", None), (None, None))
    run(door, monkeypatch, measures("噪音", month="2026-09", stays=True))
    with_texts(door, ("加垫片", "李明"))
    result = run(door, monkeypatch, measures("噪音", "延迟", stays=True))
    expected = [
        ["2026-10", "噪音", 2, None, None],
        ["2026-10", "延迟", 2, None, None],
        ["2026-09", "噪音", 2, "加垫片", "李明"],
        ["2026-08", "漏液", 2, "换密封圈", None],
    ]
    assert body(door) == expected
    assert result.retired == []
    run(door, monkeypatch, measures("噪音", "延迟", stays=True))
    assert body(door) == expected
    run(door, monkeypatch, measures("噪音", month="2026-08", stays=True))
    assert body(door) == [
        ["2026-08", "噪音", 2, None, None],
        ["2026-09", "噪音", 2, "加垫片", "李明"],
        ["2026-08", "漏液", 2, "换密封圈", None],
    ]


def test_old_rows_stay_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    cases: list[tuple[dict[str, Any], int]] = [({"rows": 2}, 8), ({}, 2)]
    for spec, room in cases:
        door = desk("月份", "问题", "次数", "改进措施", "执行人", room=room, below=[["注"]])
        run(door, monkeypatch, measures("漏液", "噪音", month="2026-08", stays=True, **spec))
        with_texts(door, ("换密封圈", None), ("加垫片", None))
        result = run(door, monkeypatch, measures("延迟", stays=True, **spec))
        assert body(door)[:2] == [
            ["2026-10", "延迟", 2, None, None],
            ["2026-08", "漏液", 2, "换密封圈", None],
        ]
        assert result.retired == ["样表 按等级 2026-08 噪音 改进措施：加垫片"]


def test_without_data_old_rows_stay_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk_of_measures()
    run(door, monkeypatch, measures("漏液", month="2026-08", stays=True))
    with_texts(door, ("换密封圈", None))
    run(door, monkeypatch, measures(stays=True))
    assert body(door) == [["2026-08", "漏液", 2, "换密封圈", None]]


def test_days_and_times_of_rows_that_stay_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (
        shown("name", "名称", Kind.TEXT),
        shown("day", "日期", Kind.DATE),
        shown("at", "时刻", Kind.TEXT),
        shown("source", "来源", Kind.LINK),
        typed("measure", "改进措施"),
    )
    made = filled({"name": ["甲"], "day": pd.to_datetime(["2026-10-01"]), "at": ["x"], "source": [None]})
    door = desk("名称", "日期", "时刻", "来源", "改进措施")
    door.rows[TITLE][11] = ["乙", dt.datetime(2026, 9, 1), dt.time(9, 30), "某表 第4行", "改期"]
    run(door, monkeypatch, panel(*columns, made=made, keys=("name",), stays=True))
    assert body(door) == [
        ["甲", dt.date(2026, 10, 1), "x", None, None],
        ["乙", dt.date(2026, 9, 1), "09:30", None, "改期"],
    ]


def test_a_panel_of_shares_keeps_all_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is a series of its chart: the table must not shrink to one row."""
    chart = Chart(ChartKind.SHARES, "grade", ("count",))
    columns = shown("grade", "等级", Kind.TEXT), shown("count", "客户数")
    for names, first in ((["A类", "B类"], "A类"), ([], "本期没有数据")):
        door = desk("等级", "客户数")
        made = filled({"grade": names, "count": [1] * len(names)})
        run(door, monkeypatch, panel(*columns, made=made, chart=chart, rows=4))
        assert door.tables[TITLE][0].last == 15
        assert body(door)[0][0] == first
        assert len(body(door)) == max(len(names), 1)
