"""分析明细: the rows behind figures, and the links to them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.actions.desk import (
    COMPLAINTS,
    CUSTOMERS,
    TITLE,
    body,
    desk,
    filled,
    panel,
    run,
)
from tests.checks.build import sheet as table_sheet
from xlcrm.analysis.base import Kind, Panel, behind, detail, shown
from xlcrm.workbook.port import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


def counted(lines: Sequence[int], places: Sequence[int], **given: Any) -> Panel:
    made = filled(
        {"grade": ["A类", "B类", None], "count": [2, 1, 0]},
        behind=behind("complaints", lines, places, **given),
    )
    columns = shown("grade", "等级", Kind.TEXT), shown("count", "数"), detail()
    return panel(*columns, made=made)


def details() -> Any:
    return table_sheet("analysis_details", [])


def test_figures_lead_to_the_rows_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "数", "明细")
    door.rows["分析明细"] = [[], [], ["分析表"]]
    at = np.array(["2026-10-05T09:00", "2026-10-01", "NaT"], dtype="datetime64[s]")
    given = counted([1, 0, 0], [0, 2, 1], at=at, amount=[5.5, np.nan, 2], text=["漏液", None, "噪音"])
    data = {"customers": CUSTOMERS, "complaints": COMPLAINTS, "analysis_details": details()}
    result = run(door, monkeypatch, given, rows=data)
    target = data["analysis_details"]
    first = target.heading_row + 1
    assert body(door) == [
        ["A类", 2, Link("2 行", "分析明细", f"A{first}")],
        ["B类", 1, Link("1 行", "分析明细", f"A{first + 2}")],
        [None, 0, None],
    ]
    source = table_sheet("complaints", COMPLAINTS).sheet
    numbers = table_sheet("complaints", COMPLAINTS).frame.index
    assert door.rows["分析明细"][first - 1 : first + 2] == [
        [TITLE, "按等级：A类", "2023002", "宁波海天贸易有限公司", "王芳", dt.date(2026, 10, 1), None, None,
         Link(f"{source} 第{numbers[2]}行", source, f"A{numbers[2]}")],
        [TITLE, "按等级：A类", "2023009", "未登记的客户", None, None, 2.0, "噪音",
         Link(f"{source} 第{numbers[1]}行", source, f"A{numbers[1]}")],
        [TITLE, "按等级：B类", "2023001", "杭州云帆科技有限公司", "赵敏", dt.datetime(2026, 10, 5, 9), 5.5,
         "漏液", Link(f"{source} 第{numbers[0]}行", source, f"A{numbers[0]}")],
    ]  # fmt: skip
    assert result.details == 3


def test_only_the_first_rows_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"customers": CUSTOMERS, "complaints": COMPLAINTS, "analysis_details": details()}
    door = desk("等级", "数", "明细")
    door.rows["分析明细"] = []
    result = run(door, monkeypatch, counted([0, 0, 0], [2, 0, 1]), rows=data, detail_rows=2)
    first = data["analysis_details"].heading_row + 1
    assert body(door)[0][2] == Link("前2/共3行", "分析明细", f"A{first}")
    assert [row[2] for row in door.rows["分析明细"][first - 1 :]] == ["2023002", "2023001"]
    assert result.details == 2


def test_without_a_place_for_details_figures_have_no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    door = desk("等级", "数", "明细")
    result = run(door, monkeypatch, counted([0, 0, 1], [2, 0, 1]))
    assert [row[2] for row in body(door)] == ["2 行", "1 行", None]
    data = {"customers": CUSTOMERS, "complaints": COMPLAINTS, "analysis_details": details()}
    door.rows["分析明细"] = []
    result = run(door, monkeypatch, counted([0, 0, 1], [2, 0, 1]), rows=data, detail_rows=0)
    assert [row[2] for row in body(door)] == ["2 行", "1 行", None]
    assert result.details == 0


def test_lines_that_are_not_shown_have_no_details(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"customers": CUSTOMERS, "complaints": COMPLAINTS, "analysis_details": details()}
    door = desk("等级", "数", "明细", room=1, below=[["注"]])
    door.rows["分析明细"] = []
    result = run(door, monkeypatch, counted([0, 1, 1], [2, 0, 1]), rows=data)
    assert result.details == 1


def test_lines_without_a_name_are_told_by_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"customers": CUSTOMERS, "complaints": COMPLAINTS, "analysis_details": details()}
    door = desk("等级", "数", "明细")
    door.rows["分析明细"] = []
    run(door, monkeypatch, counted([2], [0]), rows=data)
    assert door.rows["分析明细"][-1][1] == "按等级：第3行"
