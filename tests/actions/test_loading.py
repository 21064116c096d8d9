"""Which pack a workbook is, and how its sheets are read then."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.workbook.sheets import written
from xlcrm.actions.loading import load, pack_of
from xlcrm.errors import SheetMissing
from xlcrm.tables import BY_NAME, FULL, PACKS, tables_of
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2023, 8, 16, 12)


def told(path: Path, *titles: str) -> str:
    """The pack of a workbook with these sheets."""
    with FileDoor(written(path / "客户.xlsx", {title: [["标题"]] for title in titles}), write=False) as door:
        return pack_of(door)


@pytest.mark.parametrize("pack", PACKS)
def test_a_packs_own_sheets_tell_the_pack(tmp_path: Path, pack: str) -> None:
    assert told(tmp_path, *(table.title for table in tables_of(pack))) == pack


@pytest.mark.parametrize(
    ("titles", "pack"),
    [
        (["客户信息总表"], "crm"),
        (["客户信息总表", "客户投诉登记表"], "crm"),
        (["客户信息总表", "交易记录表"], "crm"),
        (["客户信息登记表"], "service"),
        (["客户资料管理档案"], "relationship"),
        (["客户信息总表", "客户投诉处理跟踪表"], "support"),
        (["客户信息总表", "服务问题处理表"], "service"),
        (["客户信息总表", "售后问题处理表"], "support"),
        (["客户信息总表", "售后服务问题处理与客户关系跟踪表"], "recovery"),
        (["客户信息总表", "联席会议清单"], "support"),
        (["客户信息总表", "客户维护记录表", "客户跟进记录表"], FULL),
        (["客户信息总表", "交易记录表", "售中订单跟进表", "我的草稿"], FULL),
    ],
)
def test_a_part_of_the_sheets_tells_the_pack_that_has_them_all(
    tmp_path: Path, titles: list[str], pack: str
) -> None:
    assert told(tmp_path, *titles) == pack


def test_a_workbook_without_any_known_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetMissing, match="没有任何已知的客户表"):
        told(tmp_path, "草稿")


@pytest.mark.parametrize(
    ("title", "pack", "remarks"), [("客户信息登记表", "service", 0), ("客户信息总表", "crm", 1)]
)
def test_a_workbook_is_read_in_its_packs_words(tmp_path: Path, title: str, pack: str, remarks: int) -> None:
    rows = [["客户编号", "客户名称", "客户等级"], ["2023001", "杭州云帆科技有限公司", "VIP"]]
    with FileDoor(written(tmp_path / "客户.xlsx", {title: rows}), write=False) as door:
        loaded = load(door, NOW, lambda _: None)
    sheet = loaded.reading.tables["customers"]
    assert loaded.pack == pack
    assert sheet.table == BY_NAME["customers"].in_pack(pack)
    assert sheet.frame["grade"].tolist() == ["A类"]
    assert len(sheet.notes) == remarks


def test_what_the_office_added_to_a_list_is_no_strange_value(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["维护日期", "客户编号", "维护内容"],
        [NOW, "2023001", "赠礼"],
        [NOW, "2023001", "随便"],
    ]
    sheets: dict[str, list[list[object]]] = {
        "客户维护记录表": rows,
        "选项表": [["维护内容"], ["回访"], ["关怀"], ["提醒"], ["赠礼"]],
    }
    with FileDoor(written(tmp_path / "客户.xlsx", sheets), write=False) as door:
        loaded = load(door, NOW, lambda _: None)
    notes = loaded.reading.tables["care_records"].notes
    assert notes["raw"].tolist() == ["随便"]
