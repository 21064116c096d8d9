"""The row that is explained: itself, or what a row of a list came from."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tests.e2e.reading import rows, type_in
from xlcrm.actions import ACTIONS, RunParams, WhyParams
from xlcrm.actions.base import Outcome, silent
from xlcrm.errors import UsageError
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor

NOW = dt.datetime(2026, 3, 18, 10)


@pytest.fixture(scope="module")
def _refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("why") / "客户.xlsx"
    build("full", path, demo_data(20, NOW, pack="full"))
    with FileDoor(path, write=True) as door:
        ACTIONS["refresh"].run(door, RunParams(now=NOW), silent)
    return path


@pytest.fixture
def book(_refreshed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(_refreshed, tmp_path / "客户.xlsx"))


def explained(path: Path, sheet: str, row: int) -> Outcome:
    with FileDoor(path, write=False) as door:
        return ACTIONS["why"].run(door, WhyParams(sheet=sheet, row=row, now=NOW), silent)


def linked(path: Path, sheet: str, heading: str) -> list[tuple[int, str, int]]:
    """Rows of a list with a link: its own row, and the sheet and row that the link's text names."""
    found = []
    for row, cells in rows(path, sheet).items():
        text = cells[heading]
        if text is not None:
            title, _, place = text.replace(" 第", "!").rpartition("!")
            found.append((row, title, int("".join(letter for letter in place if letter.isdigit()))))
    return found


@pytest.mark.parametrize(
    ("sheet", "heading"), [("到期清单", "来源"), ("超时预警", "来源"), ("联席会议清单", "来源")]
)
def test_a_row_of_a_list_stands_for_the_row_that_it_came_from(book: Path, sheet: str, heading: str) -> None:
    row, title, source = linked(book, sheet, heading)[0]
    told = explained(book, sheet, row)
    own = explained(book, title, source)
    assert told.message == own.message.replace("：", f"（{title}第{source}行）：").replace(
        title, sheet, 1
    ).replace(f"第{source}行", f"第{row}行", 1)
    assert told.remarks == ()
    assert sorted(reason["rule"] for reason in told.data) == sorted(reason["rule"] for reason in own.data)


def test_the_rule_that_brought_a_row_into_the_list_is_told_first(book: Path) -> None:
    listed = rows(book, "到期清单")
    told = {row: explained(book, "到期清单", row) for row, *_ in linked(book, "到期清单", "来源")[:3]}
    for row, outcome in told.items():
        assert outcome.data[0]["rule"] == listed[row]["依据规则"]
        assert outcome.data[0]["matched"]


def test_a_finding_stands_for_the_row_of_its_cell(book: Path) -> None:
    row, title, source = next(item for item in linked(book, "校验结果", "定位") if item[1] != "规则表")
    assert explained(book, "校验结果", row).message.startswith(f"校验结果第{row}行（{title}第{source}行）：")


def test_a_task_of_the_team_comes_from_no_row(book: Path) -> None:
    row = next(row for row, cells in rows(book, "到期清单").items() if cells["来源"] is None)
    with pytest.raises(UsageError, match=f"到期清单第{row}行的“来源”没有指向某一行"):
        explained(book, "到期清单", row)


def test_a_finding_about_another_sheet_is_no_row_with_deadlines(book: Path) -> None:
    row = linked(book, "校验结果", "定位")[0][0]
    type_in(book, "校验结果", row, 定位="参数表!B5")
    with pytest.raises(UsageError, match=f"校验结果第{row}行来自“参数表”第5行，那里没有可以解释的截止"):
        explained(book, "校验结果", row)


def test_a_list_that_is_older_than_its_source(book: Path) -> None:
    row, title, _ = linked(book, "到期清单", "来源")[0]
    type_in(book, "到期清单", row, 来源=f"{title} 第4000行")
    with pytest.raises(UsageError, match=f"来自{title}第4000行，那一行现在没有内容；请先刷新"):
        explained(book, "到期清单", row)


def test_a_source_that_belongs_to_another_customer_by_now_is_doubted(book: Path) -> None:
    row, title, source = linked(book, "到期清单", "来源")[0]
    type_in(book, "到期清单", row, 客户编号="K999")
    (remark,) = explained(book, "到期清单", row).remarks
    assert remark.startswith(f"{title}第{source}行的客户编号是 ")
    assert "清单里是 K999：行可能移动过" in remark


def test_a_table_without_rules_has_nothing_to_explain(book: Path) -> None:
    outcome = explained(book, "交易记录表", 4)
    assert (outcome.message, outcome.data) == ("交易记录表第4行：交易记录表没有启用的规则", [])


def test_a_row_under_the_list_is_refused(book: Path) -> None:
    with pytest.raises(UsageError, match="到期清单第4000行没有内容"):
        explained(book, "到期清单", 4000)


def test_a_sheet_without_deadlines_is_refused_with_those_that_have(book: Path) -> None:
    with pytest.raises(
        UsageError, match=r"没有可以解释的工作表“参数表”；请在其中一张里选一行：.*客户投诉登记表.*到期清单"
    ):
        explained(book, "参数表", 5)
