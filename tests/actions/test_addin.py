"""Add-ins: what is in them, what is said about them, what is refused."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from tests.templates.vba.judges import complaints_of_pyopenvba, sources_by_olevba
from xlcrm.actions import ACTIONS
from xlcrm.actions.addin import PROJECT, addin
from xlcrm.errors import SaveFailed, UsageError
from xlcrm.templates.macro_sources import own_modules, ribbon

if TYPE_CHECKING:
    from pathlib import Path

WINDOWS_PYTHON = r"C:\Program Files\xlcrm\python.exe"


@pytest.fixture
def excel(tmp_path: Path) -> Path:
    addin(tmp_path / "xlcrm.xlam", "win32", WINDOWS_PYTHON)
    return tmp_path / "xlcrm.xlam"


def test_the_excel_addin_holds_every_module_of_ours(excel: Path) -> None:
    sources = sources_by_olevba(excel)
    assert {f"{module.name}.bas" for module in own_modules()} <= set(sources)
    subs = set(re.findall(r"Sub (\w+)\(\)", "\n".join(sources.values())))
    assert {action.macro for action in ACTIONS.values()} <= subs
    assert complaints_of_pyopenvba(excel) == []


def test_its_settings_are_called_as_its_xlwings_module_expects(excel: Path) -> None:
    assert f'PROJECT_NAME As String = "{PROJECT}"' in sources_by_olevba(excel)["xlwings.bas"]
    book = CalamineWorkbook.from_path(excel)
    assert book.sheet_names == [f"{PROJECT}.conf"]
    rows = book.get_sheet_by_index(0).to_python()
    assert ["INTERPRETER_WIN", WINDOWS_PYTHON] in rows
    assert ["ADD_WORKBOOK_TO_PYTHONPATH", "False"] in rows


def test_its_ribbon_is_that_of_the_workbooks(excel: Path) -> None:
    with zipfile.ZipFile(excel) as package:
        assert package.read("customUI/customUI.xml") == ribbon()


def test_an_older_addin_is_replaced(excel: Path) -> None:
    before = excel.read_bytes()
    excel.write_bytes(b"older")
    addin(excel, "win32", WINDOWS_PYTHON)
    assert excel.read_bytes() == before


def test_the_libreoffice_extension_has_every_action(tmp_path: Path) -> None:
    path = tmp_path / "新" / "客户管理.oxt"
    outcome = addin(path, "linux", "/opt/xlcrm/bin/python")
    assert any("扩展管理器" in remark for remark in outcome.remarks)
    with zipfile.ZipFile(path) as package:
        menu = package.read("Addons.xcu").decode()
        macros = package.read("Xlcrm/Buttons.xba").decode()
    for action in ACTIONS.values():
        assert action.label in menu
        assert f"Sub {action.macro}" in macros
    assert "/opt/xlcrm/bin/python" in macros


@pytest.mark.parametrize(
    ("platform", "says", "not_said"),
    [
        ("win32", ("加载项 → 转到 → 浏览", "XLSTART", "解除锁定"), "没有 Excel"),
        ("darwin", ("Excel 加载项 → 浏览", "xlwings runpython install"), "没有 Excel"),
        ("linux", ("没有 Excel", "xlcrm addin"), "启用内容"),
    ],
)
def test_each_system_is_told_how_to_install_it(
    tmp_path: Path, platform: str, says: tuple[str, ...], not_said: str
) -> None:
    outcome = addin(tmp_path / "xlcrm.xlam", platform, "python")
    assert outcome.message == f"已生成 {tmp_path / 'xlcrm.xlam'}"
    told = "\n".join(outcome.remarks)
    assert all(text in told for text in says)
    assert not_said not in told


@pytest.mark.parametrize("name", ["xlcrm", "xlcrm.xlsm", "xlcrm.xla"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.xlam（Excel 加载项）或 \.oxt"):
        addin(tmp_path / name, "win32", "python")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "文件").write_text("")
    with pytest.raises(SaveFailed, match="请先关闭 Excel"):
        addin(tmp_path / "文件" / "xlcrm.xlam", "win32", "python")
