"""One workbook as a branch: what is read, what is kept as typed, what is said of the rest."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import openpyxl
import pandas as pd
import pytest

from tests.actions.consolidating.branches import CLOUD, SEA, write
from xlcrm.actions.consolidating import reading
from xlcrm.actions.consolidating.reading import read_branch

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from xlcrm.actions.consolidating.reading import Branch


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Branch:
    """A crm workbook in which people have typed what nobody expects."""
    path = tmp_path_factory.mktemp("office") / "北京.xlsx"
    write(
        path,
        customers=[
            {"customer_id": "2023001", "name": CLOUD, "grade": "A类", "filed_on": "2026-01-05"},
            {"customer_id": "2023002", "name": SEA},
        ],
        transactions=[{"customer_id": "2023001", "traded_on": "2026-02-01", "amount": 12_000.0}],
        due_list=[{"task_id": "P20|2023001|20260105", "task": "回访", "note": "已约"}],
    )
    book = openpyxl.load_workbook(path)
    _type(book, "客户信息总表", 5, {"建档日期": "年后补", "客户等级": "VIP", "职位": "#N/A"})
    sheet = book["客户信息总表"]
    sheet.cell(3, sheet.max_column + 1, "门牌颜色")
    sheet.cell(4, sheet.max_column, "绿")
    sheet.cell(3, sheet.max_column + 1, "没有内容的列")
    parameters = book["参数表"]
    parameters.append(["分部名称", "北京分公司"])
    _value(book, "提前展示天数", 14)
    _type(book, "规则表", 4, {"启用": "否"})
    book["节假日"].append([dt.datetime(2026, 3, 3), "休息", "本地节", None, "用户"])
    options = book["选项表"]
    for column in options.iter_cols(min_row=3, max_row=30):
        if column[0].value == "所属行业":
            next(cell for cell in column if cell.value is None).value = "光伏"
    book.save(path)
    return read_branch(2, path)


def _type(book: Workbook, title: str, row: int, cells: dict[str, Any]) -> None:
    sheet = book[title]
    places: dict[object, Any] = {cell.value: cell.column for cell in sheet[3]}
    for heading, value in cells.items():
        cell = sheet.cell(row, places[heading], value)
        if value == "#N/A":
            cell.data_type = "e"


def _value(book: Workbook, name: str, value: float) -> None:
    sheet = book["参数表"]
    row = next(cell.row for cell in sheet["A"] if cell.value == name)
    sheet.cell(row or 0, 2, value)


def test_a_workbook_is_read_with_its_pack_and_the_name_that_it_gives_itself(office: Branch) -> None:
    assert (office.place, office.file, office.name) == (2, "北京.xlsx", "北京分公司")
    assert (office.pack, office.refused) == ("crm", "")
    assert office.saved_at is not None
    assert len(office.digest) == 32


def test_rows_are_typed_and_words_canonical_but_what_is_unreadable_stays(office: Branch) -> None:
    register = office.frames["customers"]
    assert register["filed_on"].tolist() == [pd.Timestamp(2026, 1, 5), "年后补"]
    assert register["grade"].tolist() == ["A类", "A类"]
    assert "position" not in register  # nothing but an error stands there
    assert office.frames["transactions"]["amount"].tolist() == [12_000.0]


def test_only_rows_with_texts_of_the_user_are_taken_from_lists(office: Branch) -> None:
    (row,) = office.frames["due_list"].to_dict("records")
    assert (row["task_id"], row["note"]) == ("P20|2023001|20260105", "已约")


def test_what_is_not_joined_is_said(office: Branch) -> None:
    assert office.remarks == (
        "客户信息总表有 1 个单元格是 Excel 错误值，留空",
        "客户信息总表的自有列 门牌颜色 没有合并",
    )


def test_settings_are_what_differs_from_the_pack(office: Branch) -> None:
    settings = office.settings
    (rule,) = settings.rules
    assert settings.rules[rule]["enabled"] == "否"
    assert rule in settings.known
    assert settings.parameters == {"分部名称": "北京分公司", "提前展示天数": "14"}
    assert settings.holidays == {pd.Timestamp(2026, 3, 3): ("休息", "本地节", "")}
    assert settings.options == {"所属行业": ("光伏",)}


def test_a_branch_travels(office: Branch) -> None:
    again = pickle.loads(pickle.dumps(office))  # noqa: S301 - our own value
    assert again.settings == office.settings
    pd.testing.assert_frame_equal(again.frames["customers"], office.frames["customers"])


def test_a_new_workbook_sets_nothing_of_its_own(tmp_path: Path) -> None:
    found = read_branch(0, write(tmp_path / "上海.xlsx", "service"))
    assert (found.name, found.pack, found.refused) == ("上海", "service", "")
    assert not any(
        (found.settings.rules, found.settings.parameters, found.settings.holidays, found.settings.options)
    )
    assert not found.frames
    assert not found.remarks


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "找不到工作簿"), (b"", "空文件"), (b"PK\x03\x04 half a file", "坏"), (b"plain text", "不是")],
)
def test_a_bad_file_is_a_sentence(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "坏.xlsx"
    if content is not None:
        path.write_bytes(content)
    found = read_branch(1, path)
    assert (found.place, found.name, found.pack) == (1, "坏", "")
    assert says in found.refused
    assert found.refused.endswith("。")


def test_a_workbook_without_our_tables_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "别的.xlsx"
    openpyxl.Workbook().save(path)
    assert "没有任何已知的客户表" in read_branch(0, path).refused


def test_what_a_consolidation_made_is_no_branch_but_may_give_its_settings(tmp_path: Path) -> None:
    path = write(tmp_path / "集团.xlsx", customers=[{"customer_id": "1", "name": CLOUD}])
    book = openpyxl.load_workbook(path)
    book.create_sheet("合并冲突")
    book.save(path)
    assert read_branch(0, path).refused == ""
    book.create_sheet("合并来源")
    book.save(path)
    refused = read_branch(0, path)
    assert "“集团.xlsx”是合并生成的集团工作簿，不是分部的工作簿" in refused.refused
    assert not refused.frames
    assert len(read_branch(0, path, group=True).frames["customers"]) == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied"), "读不了“北京.xlsx”（Permission denied）"),
        (ZeroDivisionError("x"), "“北京.xlsx”读不出来（ZeroDivisionError：x）"),
    ],
)
def test_what_nobody_foresaw_stops_no_other_file(tmp_path: Path, error: Exception, says: str) -> None:
    with patch.object(reading, "FileDoor", side_effect=error):
        assert says in read_branch(0, tmp_path / "北京.xlsx").refused
