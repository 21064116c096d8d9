"""What boxes say, and how long it may be."""

from __future__ import annotations

import datetime as dt

import pytest

from xlcrm.actions import Outcome
from xlcrm.entrypoints.boxes import (
    LIMIT,
    LINES,
    LISTED,
    NOT_SAVED,
    SAVES_ITSELF,
    done,
    offer,
    offers,
    shortened,
)
from xlcrm.workbook.port import Saved


def change(number: int, **more: object) -> dict[str, object]:
    cell = {"sheet": "客户信息总表", "cell": f"F{number}", "heading": "联系电话", "why": "电话写法"}
    return {**cell, "old": f"138 {number}", "new": f"138{number}", **more}


def test_an_outcome_with_remarks_that_was_written() -> None:
    told = done(Outcome("已改写 2 个单元格", remarks=["一", "二"], saved=Saved(2)), "normalise")
    assert told == f"已改写 2 个单元格\n\n· 一\n· 二\n\n{NOT_SAVED}"


def test_a_workbook_that_saves_itself_is_not_to_be_saved() -> None:
    told = done(Outcome("已改写 2 个单元格", saved=Saved(2, by_itself=True)), "normalise")
    assert told == f"已改写 2 个单元格\n\n{SAVES_ITSELF}"
    assert "尚未保存" not in told
    assert "请按" not in told


@pytest.mark.parametrize("saved", [None, Saved(0), Saved(0, by_itself=True)])
def test_nothing_written_leaves_nothing_to_save(saved: Saved | None) -> None:
    assert done(Outcome("没有改动", saved=saved), "refresh") == "没有改动"


def test_an_explanation_is_told_rule_by_rule() -> None:
    reasons = [
        {"rule": "C29 严重投诉", "status": "已超时", "matched": True, "lines": ("条件：甲", "截止：乙")},
        {"rule": "C30 重大投诉", "status": "", "matched": False, "lines": ("不适用", "因为丙")},
    ]
    told = done(Outcome("第4行：1 条规则适用，1 条不适用", data=reasons), "why")
    assert told == (
        "第4行：1 条规则适用，1 条不适用\n\n"
        "C29 严重投诉 [已超时]\n   条件：甲\n   截止：乙\n\n"
        "C30 重大投诉：不适用"
    )


def test_changed_cells_are_offered_with_their_old_and_new_values() -> None:
    items = [change(4), change(5, old=None, new=dt.date(2026, 3, 1)), change(6, old="3万", new=30000)]
    asked = offer(Outcome("有 3 个单元格可以安全改写", data={"changes": items, "left": []}), "normalise")
    assert asked.splitlines() == [
        "有 3 个单元格可以安全改写",
        "",
        "客户信息总表!F4 联系电话：“138 4” → “1384”",
        "客户信息总表!F5 联系电话：（空） → 2026-03-01",
        "客户信息总表!F6 联系电话：“3万” → 30000",
        "",
        "按“确定”写入，按“取消”不改动。",
    ]


def test_many_changes_are_counted() -> None:
    asked = offer(Outcome("x", data={"changes": [change(row) for row in range(4, 40)]}), "normalise")
    assert asked.count(" → ") == LISTED
    assert "……等共 36 处" in asked


def test_new_rows_are_offered_by_their_cells() -> None:
    row = {"sheet": "改进计划表", "row": 20, "cells": {"来源": "C33", "完成时限": dt.date(2026, 3, 25)}}
    asked = offer(Outcome("有 1 条建议", data={"batch": None, "rows": [row]}), "adopt")
    assert "\n改进计划表第20行：来源 C33；完成时限 2026-03-25\n" in asked


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"changes": []}, False), ({"rows": []}, False), ({"changes": [change(4)]}, True), (None, True)],
)
def test_what_there_is_to_agree_to(data: object, expected: bool) -> None:  # noqa: FBT001 - a case's value
    assert offers(Outcome("x", data=data)) is expected


@pytest.mark.parametrize(
    ("line", "times"), [("短\n", 40), ("这一行有二十几个字，写得很长很长很长很长\n", 60), ("没有换行", 600)]
)
def test_a_long_text_is_cut_and_says_where_the_rest_is(line: str, times: int) -> None:
    told = shortened(line * times, "why 客户.xlsx --live", "最后一句。")
    assert len(told) <= LIMIT
    assert told.count("\n") < LINES
    assert told.startswith(line)
    assert told.endswith("请在命令行运行 xlcrm why 客户.xlsx --live 查看全部）\n\n最后一句。")


def test_as_much_is_kept_as_fits() -> None:
    by_lines = shortened("短\n" * 40, "why", "")
    assert by_lines.count("短") == LINES - 2
    assert len(shortened("字" * 2000, "why", "")) == LIMIT


def test_a_text_that_fits_is_left_alone() -> None:
    text = "字" * (LIMIT - 6)
    assert shortened(text, "why", "末句。。") == f"{text}\n\n末句。。"


def test_long_values_do_not_fill_the_box() -> None:
    items = [change(row, old="长" * 500, new="更长" * 500) for row in range(4, 30)]
    asked = offer(Outcome("x", data={"changes": items}), "normalise")
    assert len(asked) <= LIMIT
    assert asked.count(" → ") >= 8
    assert asked.endswith("按“取消”不改动。")
