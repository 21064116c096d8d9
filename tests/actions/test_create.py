"""New workbooks: what is refused, and names that are free."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from xlcrm.actions import ACTIONS
from xlcrm.actions.create import demo, new, pack_named
from xlcrm.actions.macros import machine_remarks, macros
from xlcrm.errors import SaveFailed, UsageError
from xlcrm.tables import PACKS, tables_of
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "文件"
    blocked.write_text("")
    with pytest.raises(SaveFailed, match="请换一个可以写入的文件夹"):
        new(blocked / "客户.xlsx", "crm")


@pytest.mark.parametrize("rows", [0, -1, 200_001])
def test_the_number_of_invented_customers_has_limits(tmp_path: Path, rows: int) -> None:
    with pytest.raises(UsageError, match=f"现为 {rows}"):
        demo(tmp_path, rows, None)


def test_too_many_demo_workbooks_are_refused(tmp_path: Path) -> None:
    with (
        patch("pathlib.Path.exists", return_value=True),
        pytest.raises(UsageError, match="演示文件太多"),
    ):
        demo(tmp_path, 1, dt.datetime(2026, 3, 18))


@pytest.mark.parametrize(("key", "name"), PACKS.items())
def test_a_pack_is_named_by_its_key_or_in_chinese(key: str, name: str) -> None:
    assert pack_named(key) == pack_named(key.upper()) == pack_named(f" {name} ") == key


def test_an_unknown_pack_is_refused_with_all_names() -> None:
    with pytest.raises(UsageError, match=r"没有名为“客户”的模板；可选：客户服务维护（service）、.*（full）"):
        pack_named("客户")


def test_an_empty_workbook_is_built_by_a_chinese_name(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    assert new(path, "客户支持").message == f"已建立 {path}（客户支持）"
    with FileDoor(path, write=False) as door:
        assert {table.title for table in tables_of("support")} <= set(door.sheets)


@pytest.mark.parametrize(
    ("platform", "key", "says"),
    [
        ("win32", "INTERPRETER_WIN", "启用内容"),
        ("darwin", "INTERPRETER_MAC", "xlwings runpython install"),
        ("linux", None, "没有 Excel"),
    ],
)
def test_a_workbook_with_buttons_names_the_interpreter_where_excel_runs(
    tmp_path: Path, platform: str, key: str | None, says: str
) -> None:
    path = tmp_path / "客户.XLSM"
    outcome = new(path, "crm", platform=platform, interpreter="/here/python")
    assert outcome.message == f"已建立 {path}（客户关系管理，带按钮）"
    assert any(says in remark for remark in outcome.remarks)
    with FileDoor(path, write=False) as door:
        columns = door.grid("xlwings.conf").columns
    told = dict(zip(columns[0], columns[1], strict=True))
    assert {name for name in told if "INTERPRETER" in str(name)} == ({key} if key else set())
    assert key is None or told[key] == "/here/python"


def test_the_interpreter_is_this_one_by_default(tmp_path: Path) -> None:
    assert macros(sys.platform, sys.executable).buttons
    outcome = new(tmp_path / "客户.xlsm", "crm")
    assert list(outcome.remarks) == list(machine_remarks(sys.platform, sys.executable))


def test_every_action_has_a_button() -> None:
    told = macros("win32", "python")
    assert [(button.caption, button.macro) for button in told.buttons] == [
        (action.label, action.macro) for action in ACTIONS.values()
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("pack", "grade"), [("客户服务维护", "VIP"), ("relationship", "A类")])
def test_a_demo_workbook_is_called_after_its_pack_and_speaks_its_words(
    tmp_path: Path, pack: str, grade: str
) -> None:
    path, outcome = demo(tmp_path, 60, dt.datetime(2026, 11, 20, 10, 30), pack=pack)
    key = pack_named(pack)
    assert path.name == f"{PACKS[key]}-演示.xlsx"
    assert outcome.counts["客户总数"] == 60
    with FileDoor(path, write=False) as door:
        register = next(table.title for table in tables_of(key) if table.name == "customers")
        column = next(each for each in door.grid(register).columns if "客户等级" in each)
        assert grade in column
        assert door.grid("到期清单").columns[0][3]


def test_a_path_that_no_button_on_macos_can_start_is_told() -> None:
    first, *others = machine_remarks("darwin", "/Users/li/My Project/bin/python")
    assert "/Users/li/My Project/bin/python" in first
    assert others == list(machine_remarks("darwin", "/Users/li/project/bin/python"))
