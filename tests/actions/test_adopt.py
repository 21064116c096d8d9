"""登记建议 in real workbooks: what is listed, added, followed up and taken back."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.e2e.judges import findings, validator
from tests.e2e.reading import rows, type_in
from tests.e2e.running import Ran, call
from tests.spreadsheet import few_analysis_sheets
from tests.workbook.sheets import written
from xlcrm.templates import build
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Link

NOW = "2026-11-20T10:30"
PLAN, CASES, DUE, JOURNAL = "改进计划表", "售后服务问题处理与客户关系跟踪表", "到期清单", "操作日志"
CUSTOMER = {
    "customer_id": ["2023001"],
    "name": ["杭州云帆科技有限公司"],
    "contact": ["张伟"],
    "phone": ["13812345678"],
    "industry": ["信息技术"],
    "grade": ["A类"],
    "filed_on": [dt.date(2026, 10, 1)],
    "owner": ["李明"],
}
FORMS = {
    "customer_id": ["2023001"],
    "surveyed_on": [dt.date(2026, 11, 13)],
    "quality": [4],
    "tech_speed": [1],
}
"""Five of ten on the whole, one of five for 技术响应速度."""
OLD_PLAN = {
    "origin": ["满意度分析"],
    "problem": ["交货慢"],
    "measure": ["加派人手"],
    "department": ["销售部"],
    "due_on": [dt.date(2026, 11, 18)],
}
ADDED = ["S15 技术响应速度", "R08"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("adopt") / "客户管理全册.xlsx"
    frames = {"customers": CUSTOMER, "satisfaction_surveys": FORMS, "improvement_actions": OLD_PLAN}
    with few_analysis_sheets():
        build("full", path, {name: pd.DataFrame(cells) for name, cells in frames.items()})
    return path


@pytest.fixture
def book(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / built.name))


def done(*arguments: str | Path) -> Ran:
    ran = call(*arguments, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    return ran


def told(path: Path, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done("adopt", path, "--json", *more).out)
    return found


def tasks(path: Path, *rules: str) -> list[str]:
    """Rule and text of the tasks on the list that some rules ask for."""
    return [row["任务"] for row in rows(path, DUE).values() if str(row["依据规则"]).split(" ")[0] in rules]


def filled(row: dict[str, Any]) -> dict[str, Any]:
    return {heading: value for heading, value in row.items() if value is not None}


def test_without_apply_it_only_lists(book: Path) -> None:
    before = book.read_bytes()
    ran = done("adopt", book)
    assert "有 2 条建议可以登记，文件没有改动" in ran.out
    assert "加上 --apply 登记" in ran.out
    assert "“改进计划表”有 1 行的 责任部门 需要您补填" in ran.out
    found = told(book)
    assert [(row["sheet"], row["row"]) for row in found["rows"]] == [(PLAN, 5), (CASES, 4)]
    assert found["batch"] is None
    assert book.read_bytes() == before


def test_rows_are_added_under_the_old_ones(book: Path) -> None:
    found = told(book, "--apply")
    assert (found["batch"], found["counts"]) == ("1", {PLAN: 1, CASES: 1})
    plan = rows(book, PLAN)
    assert plan[4]["来源"] == "满意度分析"
    assert filled(plan[5]) == {
        "来源": "S15 技术响应速度（满意度低频项改进）",
        "问题": "各维度平均分：技术响应速度 1 分（n=1），低于 3 分",
        "改进措施": "查明“技术响应速度”得分低的原因，制定改进办法，并在下次调查中验证",
        "完成时限": dt.date(2026, 11, 27),
    }
    assert filled(rows(book, CASES)[4]) == {
        "问题编号": "HF20261120001",
        "客户编号": "2023001",
        "联系人": "张伟",
        "联系方式": "13812345678",
        "所属行业": "信息技术",
        "问题类型": "服务失误",
        "具体经过": "R08 2026-11-13 十分制满意度 5 分，低于 7 分",
        "责任人": "李明",
        "受理时间": dt.datetime(2026, 11, 20, 10, 30),
        "触发条件": "满意度低于阈值",
        "紧急程度": "紧急",
    }


def test_tasks_leave_the_list_and_the_promise_is_followed(book: Path) -> None:
    done("refresh", book)
    assert len(tasks(book, "S15", "R08")) == 2
    done("adopt", book, "--apply")
    done("refresh", book)
    assert tasks(book, "S15", "R08") == []
    assert tasks(book, "X01") == ["改进计划完成", "改进计划完成"]
    assert tasks(book, "R01") != []
    assert "没有可以登记的建议" in done("adopt", book, "--apply").out
    assert len(rows(book, PLAN)) == 2


def test_second_id_follows_the_first(book: Path) -> None:
    done("adopt", book, "--apply")
    type_in(
        book,
        "客户满意度调查表",
        5,
        客户编号="2023001",
        调查日期=dt.date(2026, 11, 21),
        产品质量稳定性=1,
        技术响应速度=5,
    )
    ran = call("adopt", book, "--apply", "--now", "2026-11-21T09:00")
    assert (ran.code, ran.err) == (0, "")
    assert [row["问题编号"] for row in rows(book, CASES).values()] == ["HF20261120001", "HF20261121001"]


def test_dry_run_writes_nothing(book: Path) -> None:
    before = book.read_bytes()
    assert "将登记 2 条建议（批次 1）" in done("adopt", book, "--apply", "--dry-run").out
    assert book.read_bytes() == before


def test_every_cell_is_journalled_and_taken_back(book: Path) -> None:
    before = {sheet: rows(book, sheet) for sheet in (PLAN, CASES)}
    done("adopt", book, "--apply")
    lines = [row for row in rows(book, JOURNAL).values() if row["单元格"]]
    assert {(row["操作"], row["批次"], row["原值"]) for row in lines} == {("登记建议", "1", "空")}
    assert len(lines) == 4 + 11
    ran = done("undo", book)
    assert "恢复 15 个单元格" in ran.out
    assert {sheet: rows(book, sheet) for sheet in (PLAN, CASES)} == before
    assert "已登记 2 条建议（批次 2）" in done("adopt", book, "--apply").out


def test_cell_that_was_filled_in_since_stays(book: Path) -> None:
    done("adopt", book, "--apply")
    type_in(book, PLAN, 5, 改进措施="每周培训", 责任部门="技术部")
    ran = done("undo", book)
    assert "1 个没有恢复" in ran.out
    assert filled(rows(book, PLAN)[5]) == {"改进措施": "每周培训", "责任部门": "技术部"}


def small(path: Path, *, plan: list[list[object]] | None = None) -> Path:
    """A workbook of the office's own with a problem that returned for three months."""
    complaints: list[list[object]] = [["投诉编号", "投诉日期", "高频问题"]]
    complaints += [[f"2026{month:02d}05-001", dt.datetime(2026, month, 5), "噪音"] for month in (8, 9, 10)]
    sheets = {"客户投诉登记表": complaints}
    return written(path, sheets | ({PLAN: plan} if plan else {}))


def test_sheet_that_is_missing_is_named(tmp_path: Path) -> None:
    path = small(tmp_path / "客户.xlsx")
    before = path.read_bytes()
    ran = done("adopt", path, "--apply")
    assert "没有可以登记的建议，文件没有改动" in ran.out
    assert "1 条建议不能登记：工作簿没有“改进计划表”这张表" in ran.out
    assert path.read_bytes() == before


def test_sheet_that_lacks_what_names_a_task_is_not_filled(tmp_path: Path) -> None:
    path = small(
        tmp_path / "客户.xlsx", plan=[["问题", "改进措施", "完成时限"], ["交货慢", "加派人手", None]]
    )
    assert "“改进计划表”缺少列 来源；请在标题行加上" in done("adopt", path, "--apply").out


def test_nothing_is_added_without_a_journal(tmp_path: Path) -> None:
    headings: list[object] = ["来源", "问题", "改进措施", "完成时限"]
    path = small(tmp_path / "客户.xlsx", plan=[headings, ["会议", "交货慢", "加派人手", None]])
    before = path.read_bytes()
    assert "写入之前：工作簿没有“操作日志”这张表" in done("adopt", path).out
    ran = call("adopt", path, "--apply", "--now", NOW)
    assert (ran.code, path.read_bytes()) == (2, before)
    assert ran.err.startswith("不能完成：工作簿没有“操作日志”这张表")


def test_formula_in_a_blank_row_is_never_overwritten(book: Path) -> None:
    type_in(book, PLAN, 5, 来源=Link("", "首页", "A1"))
    ran = done("adopt", book, "--apply")
    with FileDoor(book, write=False) as door:
        assert (5, 1) in door.grid(PLAN).formulas
    assert "“改进计划表”数据下面的空行 A5 里是公式" in ran.out.replace("\n", "")
    assert list(rows(book, CASES)) == [4]


@pytest.mark.slow
def test_workbook_stays_valid(book: Path) -> None:
    program = validator()
    before = findings(program, book)
    done("adopt", book, "--apply")
    assert findings(program, book) == before
    done("undo", book)
    assert findings(program, book) == before
