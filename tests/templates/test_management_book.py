"""The workbook of the management copy: a first page, lists and analysis, nothing hidden, ways that arrive."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from tests.e2e.judges import findings, validator
from tests.templates.analysis_sample import INDUSTRY, TICKETS, charts_of, made
from xlcrm.tables.system import ALERTS, DUE_LIST, HOME
from xlcrm.templates.management_book import AUTHOR, MARK, Cover, Management, build_management
from xlcrm.templates.management_list import ManagementList

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

MADE_ON = dt.datetime(2026, 11, 20, 10, 30)
LONG_TASK = "请在今天下班以前给客户回电话，说明处理方案、费用和预计完成的日期，并记录客户的意见" * 2


def content() -> Management:
    keys = ("state", "due_at", "task", "name", "owner", "postponed_to")
    due = pd.DataFrame(
        {
            "state": ["逾期", "今日到期"],
            "due_at": [dt.datetime(2026, 11, 19, 9, 30), dt.date(2026, 11, 20)],
            "task": ["首次回电", LONG_TASK],
            "name": ["甲公司", "=1+1"],
            "owner": ["李明", None],
            "postponed_to": [None, dt.date(2026, 11, 23)],
        },
        dtype=object,
    )
    alerts = pd.DataFrame({"status": [], "overrun": []}, dtype=object)
    lists = [
        ManagementList(DUE_LIST, [DUE_LIST.by_key[key] for key in keys], due, "逾期 1 项。"),
        ManagementList(ALERTS, [ALERTS.by_key[str(key)] for key in alerts], alerts, "没有超时。"),
    ]
    cover = Cover(
        "客户管理 管理层副本",
        "数据截至 2026-11-20 10:30",
        [("客户总数", 1_200), ("已超时", 3)],
        [("电话", "只留前三位和后四位"), ("邮箱", "没有脱敏")],
        ["本文件只有数值。"],
    )
    return Management(cover, lists, [made(), made(INDUSTRY, TICKETS)][:1], "2026年11月", MADE_ON)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("copy") / "copy.xlsx"
    build_management(found, content())
    return found


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def test_the_sheets_stand_in_the_order_of_the_first_page(book: Workbook) -> None:
    first = book[HOME]
    told = [cell.value for row in first.iter_rows() for cell in row if cell.hyperlink]
    assert book.sheetnames == [HOME, *told]
    assert told[:2] == ["到期清单", "超时预警"]


def test_every_link_arrives(book: Workbook) -> None:
    places = [
        (sheet.title, str(cell.hyperlink.location))
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert {place.rpartition("!")[0].strip("'") for _, place in places} == set(book.sheetnames)
    assert {name for name, _ in places} == set(book.sheetnames)


def test_nothing_is_hidden_and_nobody_named(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        hidden = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
        assert not any(item.hidden for item in hidden)
        assert not sheet.data_validations.dataValidation
    who = book.properties
    assert (who.creator, who.lastModifiedBy, who.keywords) == (AUTHOR, AUTHOR, MARK)
    assert who.created == MADE_ON


def test_cells_hold_values_of_their_kind(book: Workbook) -> None:
    rows = list(book["到期清单"].iter_rows(min_row=3, values_only=True))
    assert rows == [
        ("状态", "到期时间", "任务", "客户名称", "负责人", "顺延至"),
        ("逾期", dt.datetime(2026, 11, 19, 9, 30), "首次回电", "甲公司", "李明", None),
        (
            *("今日到期", dt.datetime(2026, 11, 20), LONG_TASK, "=1+1"),
            *(None, dt.datetime(2026, 11, 23)),
        ),
    ]
    assert book["到期清单"]["D5"].data_type == "s"


def test_a_row_is_as_high_as_its_longest_text(book: Workbook) -> None:
    heights = [book["到期清单"].row_dimensions[row].height for row in (4, 5)]
    assert heights[0] == pytest.approx(22, abs=0.5)
    assert heights[1] > 3 * 15


def test_a_list_without_rows_says_so(book: Workbook) -> None:
    assert book["超时预警"]["A4"].value == "没有"


def test_the_figures_of_the_first_page_are_numbers(book: Workbook) -> None:
    first = book[HOME]
    assert (first["B5"].value, first["B6"].value, first["D6"].value) == ("客户总数", 1_200, 3)


def test_analysis_sheets_keep_their_charts_and_lead_back(path: Path, book: Workbook) -> None:
    assert charts_of(path)
    sheet = book.worksheets[-1]
    assert sheet["A2"].value == "返回首页"


def test_the_same_content_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    build_management(again, content())
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_the_validator_has_nothing_to_say(path: Path) -> None:
    assert findings(validator(), path) == []
