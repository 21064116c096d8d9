"""Rewriting entries in real workbooks, and taking it back: the commands, the files, every cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING, Any
from unittest.mock import patch as replaced

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.judges import findings, validator
from tests.e2e.reading import row_of, rows, type_in, type_rows
from tests.e2e.running import Ran, call
from tests.e2e.survival import changed_parts, column_number, differences, sheets
from tests.workbook.sheets import written
from xlcrm.rules.layout import sheet_columns
from xlcrm.tables import PACKS, tables_of
from xlcrm.tables.base import Kind, Role
from xlcrm.tables.system import BATCH_KEYS
from xlcrm.templates import book as template
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch
from xlcrm.workbook.port import Link
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.tables import Table

NOW = "2026-03-18T10:00"
CUSTOMERS, COMPLAINTS, JOURNAL = "客户信息总表", "客户投诉登记表", "操作日志"

Values = dict[str, list[list[tuple[str, object]]]]


def values(path: Path) -> Values:
    """Sheet -> columns of cells, each with its type; without 操作日志."""
    with FileDoor(path, write=False) as door:
        return {
            name: [[(type(cell).__name__, cell) for cell in column] for column in door.grid(name).columns]
            for name in door.sheets
            if name != JOURNAL
        }


def told(name: str, path: Path, *more: str) -> dict[str, Any]:
    """What a command says as JSON."""
    ran = call(name, path, "--now", NOW, "--json", *more)
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def done(*arguments: str | Path) -> Ran:
    ran = call(*arguments, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    return ran


def journal(path: Path) -> list[dict[str, Any]]:
    return list(rows(path, JOURNAL).values())


def places(path: Path, sheet: str) -> dict[str, int]:
    """Heading -> position of its column."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    return {str(column[2]): at for at, column in enumerate(columns)}


def test_without_apply_it_only_lists(demo: Path) -> None:
    before = demo.read_bytes()
    ran = done("normalise", demo)
    assert "“VIP”" in ran.out
    assert "“A类”" in ran.out
    assert "个单元格可以安全改写，文件没有改动" in ran.out
    assert "加上 --apply 写入" in ran.out
    assert demo.read_bytes() == before
    assert [file.name for file in demo.parent.iterdir()] == [demo.name]


@pytest.mark.parametrize("name", ["normalise", "undo"])
def test_a_dry_run_leaves_the_file_byte_for_byte(demo: Path, name: str) -> None:
    done("normalise", demo, "--apply")
    type_in(demo, CUSTOMERS, 5, 联系电话="138 0000 0001")
    before = demo.read_bytes()
    ran = done(name, demo, "--dry-run", *(["--apply"] if name == "normalise" else []))
    assert "试运行：将写入" in ran.out
    assert "将改写 1 个" in ran.out or "将撤销批次 1" in ran.out
    assert demo.read_bytes() == before


def test_the_demo_workbook_and_the_way_back(demo: Path) -> None:
    before = demo.with_name("原来.xlsx")
    shutil.copy(demo, before)
    found = told("normalise", demo, "--apply")
    assert found["written"]
    assert found["batch"] == "1"
    assert {change["old"] for change in found["changes"]} >= {"VIP"}
    listed = told("normalise", before)
    assert not listed["written"]
    assert listed["changes"] == found["changes"]
    changed = {
        (change["sheet"], (int("".join(filter(str.isdigit, change["cell"]))), column_number(change["cell"])))
        for change in found["changes"]
    }
    assert {line.split(":")[0] for line in differences(before, demo)} == {
        f"{sheet} {place}" for sheet, place in changed
    }
    parts = {sheets(demo)[sheet].part for sheet, _ in changed}
    log = sheets(demo)[JOURNAL]
    assert parts <= changed_parts(before, demo) <= {*parts, log.part, *log.tables, "xl/styles.xml"}
    done("undo", demo)
    assert values(demo) == values(before)


def test_every_changed_cell_gets_its_line_in_the_journal(demo: Path) -> None:
    found = told("normalise", demo, "--apply")
    summary, *cells = journal(demo)
    assert (summary["操作"], summary["批次"], summary["单元格"]) == ("规范数据", "1", None)
    assert summary["写入单元格"] == len(cells) == len(found["changes"])
    for line, change in zip(cells, found["changes"], strict=True):
        assert (line["工作表"], line["单元格"], line["批次"]) == (change["sheet"], change["cell"], "1")
        assert change["heading"] in line["说明"]
        assert line["所在行"].isdigit()
    vip = next(line for line in cells if line["原值"] == '文本"VIP"')
    assert vip["新值"] == '文本"A类"'


def test_applied_twice_changes_nothing_the_second_time(demo: Path) -> None:
    done("normalise", demo, "--apply")
    before, kept = demo.read_bytes(), backups(demo)
    ran = done("normalise", demo, "--apply")
    assert "没有可以安全改写的内容" in ran.out
    assert demo.read_bytes() == before
    assert backups(demo) == kept


def test_a_missing_id_is_given_and_taken_back(demo: Path) -> None:
    row = min(rows(demo, COMPLAINTS))
    type_in(demo, COMPLAINTS, row, 投诉编号=None, 投诉日期=dt.datetime(2026, 3, 2, 9, 30))
    done("normalise", demo, "--apply")
    assert rows(demo, COMPLAINTS)[row]["投诉编号"] == "20260302-001"
    done("undo", demo)
    assert rows(demo, COMPLAINTS)[row]["投诉编号"] is None


def test_a_date_typed_as_text_becomes_a_date_and_comes_back(demo: Path) -> None:
    row = min(rows(demo, CUSTOMERS))
    type_in(demo, CUSTOMERS, row, 签约日期="２０２５年８月１６日", 建档日期=None)
    before = values(demo)
    done("normalise", demo, "--apply")
    assert rows(demo, CUSTOMERS)[row]["签约日期"] == dt.date(2025, 8, 16)
    done("undo", demo)
    assert values(demo) == before


def test_a_number_taken_for_a_date_is_a_number_again(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    filed = pd.Series([20250816.0, pd.Timestamp(2025, 8, 17)], dtype=object)
    build("crm", path, {"customers": pd.DataFrame({"name": ["甲厂", "乙厂"], "filed_on": filed})})
    before = rows(path, CUSTOMERS)
    assert before[4]["建档日期"] == 20250816
    done("normalise", path, "--apply")
    assert rows(path, CUSTOMERS)[4]["建档日期"] == dt.date(2025, 8, 16)
    done("undo", path)
    assert rows(path, CUSTOMERS) == before


def test_a_cell_that_changed_since_is_left_and_named(demo: Path) -> None:
    found = told("normalise", demo, "--apply")
    vip = next(change for change in found["changes"] if change["old"] == "VIP")
    patch(demo, demo, {vip["sheet"]: {vip["cell"]: "B类"}})
    ran = done("undo", demo)
    assert f"1 个单元格没有改动（之后又被改过）：{vip['sheet']}!{vip['cell']}" in ran.out
    assert f"恢复 {len(found['changes']) - 1} 个单元格，1 个没有恢复" in ran.out
    row = int("".join(filter(str.isdigit, vip["cell"])))
    assert rows(demo, CUSTOMERS)[row]["客户等级"] == "B类"


def test_rows_that_were_sorted_are_left_and_named(demo: Path) -> None:
    row, other, *_ = rows(demo, CUSTOMERS)
    type_in(demo, CUSTOMERS, row, 所属行业=None)
    done("normalise", demo, "--apply")
    found = rows(demo, CUSTOMERS)
    ids = found[row]["客户编号"], found[other]["客户编号"]
    type_in(demo, CUSTOMERS, row, 客户编号=ids[1])
    type_in(demo, CUSTOMERS, other, 客户编号=ids[0])
    assert "这一行之后移动或改动过" in done("undo", demo).out
    assert rows(demo, CUSTOMERS)[row]["所属行业"] == "未知"


def test_each_undo_takes_back_the_batch_before(demo: Path) -> None:
    original = values(demo)
    done("normalise", demo, "--apply")
    row = min(rows(demo, CUSTOMERS))
    type_in(demo, CUSTOMERS, row, 联系电话=" 13800000001")
    between = values(demo)
    assert told("normalise", demo, "--apply")["batch"] == "2"
    done("undo", demo)
    assert values(demo) == between
    done("refresh", demo)
    done("undo", demo)
    assert [line["操作"] for line in journal(demo) if line["单元格"] is None] == [
        "规范数据",
        "规范数据",
        "撤销",
        "刷新到期清单",
        "撤销",
    ]
    left = call("undo", demo, "--now", NOW)
    assert (left.code, left.out) == (2, "")
    assert left.err == "不能完成：操作日志里没有可以撤销的改动，文件没有改动。\n"
    restored = values(demo)[CUSTOMERS]
    grade, phone = (places(demo, CUSTOMERS)[name] for name in ("客户等级", "联系电话"))
    assert restored[grade] == original[CUSTOMERS][grade]
    assert restored[phone][row - 1] == ("str", " 13800000001")


def test_a_formula_is_never_overwritten(demo: Path) -> None:
    row = min(rows(demo, CUSTOMERS))
    type_in(demo, CUSTOMERS, row, 联系电话=Link("138 0000 0001", "首页", "A1"))
    found = told("normalise", demo, "--apply")
    assert [(item["sheet"], item["why"]) for item in found["left"]] == [
        (CUSTOMERS, "是公式，请改公式引用的单元格")
    ]
    assert any("是公式" in remark for remark in found["remarks"])
    with FileDoor(demo, write=False) as door:
        assert (row, 5) in door.grid(CUSTOMERS).formulas


def test_an_old_workbook_is_told_which_headings_to_add(tmp_path: Path) -> None:
    path = tmp_path / "旧.xlsx"

    def without(table: Table, *more: Any) -> Sequence[Any]:
        return [item for item in sheet_columns(table, *more) if (table.name, item.key) not in old]

    old = {("journal", key) for key in BATCH_KEYS}
    with replaced.object(template, "sheet_columns", without):
        build("crm", path, {"customers": pd.DataFrame({"name": ["甲厂"], "grade": ["VIP"]})})
    before = path.read_bytes()
    assert "写入之前：“操作日志”缺少记录原值的列" in done("normalise", path).out
    ran = call("normalise", path, "--apply", "--now", NOW)
    assert ran.code == 2
    assert "请在第 3 行标题右侧依次加上 批次、工作表、单元格、所在行、原值、新值" in ran.err
    assert path.read_bytes() == before
    assert call("undo", path, "--now", NOW).code == 2
    done("refresh", path)
    assert len(journal(path)) == 1


def test_a_workbook_without_a_journal_is_never_rewritten(tmp_path: Path) -> None:
    path = written(
        tmp_path / "客户.xlsx", {CUSTOMERS: [["客户编号", "客户名称", "客户等级"], ["1", "甲厂", "VIP"]]}
    )
    before = path.read_bytes()
    assert "写入之前：工作簿没有“操作日志”这张表" in done("normalise", path).out
    ran = call("normalise", path, "--apply", "--now", NOW)
    assert ran.code == 2
    assert ran.err.startswith("不能完成：工作簿没有“操作日志”这张表")
    assert path.read_bytes() == before


def untidy(kind: Kind, choice: Any) -> object:
    """What somebody might type into a column of a kind."""
    return {
        Kind.PHONE: "138 1234 5678",
        Kind.CHOICE: next(iter(choice.aliases), "") if choice else "",
        Kind.YESNO: "有",
        Kind.MONEY: "5万",
        Kind.NUMBER: "１２",
        Kind.INT: "１２",
        Kind.DATE: "2026年3月1日",
        Kind.DATETIME: "2026年3月1日 9点半",
        Kind.ID: " ２０２６００１",
        Kind.REF: "２０２６００１",
        Kind.NAME: "甲厂",
    }.get(kind)


@pytest.mark.parametrize("pack", PACKS)
def test_every_table_of_every_pack_there_and_back(tmp_path: Path, pack: str) -> None:
    data = {}
    for table in tables_of(pack):
        cells = {
            item.key: [untidy(item.kind, item.choice)]
            for item in table.shown_in(pack)
            if item.role is not Role.AUTO
        }
        if cells:
            data[table.name] = pd.DataFrame(cells, dtype=object)
    path = tmp_path / "工作簿.xlsx"
    build(pack, path, data)
    before = values(path)
    found = told("normalise", path, "--apply")
    assert {change["sheet"] for change in found["changes"]} >= {
        table.title
        for table in tables_of(pack)
        if any(item.kind in {Kind.DATE, Kind.DATETIME} and not item.yearless for item in _typed(table, pack))
    }
    assert values(path) != before
    assert told("normalise", path, "--apply")["changes"] == []
    undone = told("undo", path)
    assert undone["left"] == []
    assert values(path) == before


def _typed(table: Table, pack: str) -> list[Any]:
    return [item for item in table.shown_in(pack) if item.role is not Role.AUTO]


TYPED = {
    "联系电话": st.sampled_from(
        [
            "138 0000 0001",
            "13800000001\u3000",
            13800000001,
            "(0571)88888888",
            "０５７１-88888888",
            "\t139-0000-0002\n",
        ]
    ),
    "客户等级": st.sampled_from(["VIP", "普通客户", " A类", "b类", "潜力", "甲"]),
    "所属行业": st.sampled_from([None, "  ", "\u00a0", "制造业 "]),
    "预算": st.sampled_from(["50万", "１２００元", "1,200.50", "0.3亿", "面议", True, 12.5]),
    "签约日期": st.sampled_from(["2025.8.16", "25年8月16日", "2025-08-16 下午3点", 20250816, "昨天", "８月"]),
    "客户编号": st.sampled_from([None, " 2026777 ", "２０２６７７８", 2026779, "X 1"]),
}


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_undo_gives_every_cell_its_value_and_type_back(demo: Path, data: st.DataObject) -> None:
    path = demo.with_name("一次.xlsx")
    shutil.copy(demo, path)
    typed = st.fixed_dictionaries({}, optional=TYPED)
    type_rows(path, CUSTOMERS, {row: data.draw(typed) for row in rows(path, CUSTOMERS)})
    before = values(path)
    found = told("normalise", path, "--apply")
    assert found["changes"]
    assert told("normalise", path)["changes"] == []
    undone = told("undo", path)
    assert undone["left"] == []
    assert values(path) == before


@pytest.mark.slow
def test_more_corrections_than_the_journal_keeps(tmp_path: Path) -> None:
    count = 2_600
    path = tmp_path / "多.xlsx"
    frame = pd.DataFrame(
        {
            "name": [f"甲{number}厂" for number in range(count)],
            "phone": [f"138 {number:08d}" for number in range(count)],
            "grade": "VIP",
            "industry": "未知",
            "filed_on": pd.Timestamp(2026, 3, 1),
        }
    )
    build("crm", path, {"customers": frame.assign(customer_id=[f"20260{n:04d}" for n in range(count)])})
    before = values(path)
    assert len(told("normalise", path, "--apply")["changes"]) == 2 * count
    done("refresh", path)
    assert len(journal(path)) == 2 * count + 2
    found = told("undo", path)
    assert (len(found["changes"]), found["left"]) == (2 * count, [])
    assert values(path)[CUSTOMERS][:8] == before[CUSTOMERS][:8]
    done("refresh", path)
    assert len(journal(path)) == 5_000


@pytest.mark.slow
def test_the_open_xml_validator_finds_nothing_new(demo: Path) -> None:
    program = validator()
    before = findings(program, demo)
    done("normalise", demo, "--apply")
    assert findings(program, demo) == before
    done("undo", demo)
    assert findings(program, demo) == before


def test_a_row_is_found_by_its_id_in_the_journal(demo: Path) -> None:
    found = told("normalise", demo, "--apply")
    vip = next(change for change in found["changes"] if change["old"] == "VIP")
    line = next(line for line in journal(demo) if line["原值"] == '文本"VIP"')
    assert f"H{row_of(demo, CUSTOMERS, '客户编号', line['所在行'])}" == vip["cell"]
