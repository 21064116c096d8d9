"""Excel's macro settings and what lets it start Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlcrm.entrypoints.doctor import excel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLICY = r"Software\Policies\Microsoft\Office\16.0"
OWN = r"Software\Microsoft\Office\16.0"
SECURITY = r"Excel\Security"


def registry(*values: tuple[str, str, str, object]) -> Callable[[str, str, str], object]:
    held = {(hive, key, name): value for hive, key, name, value in values}
    return lambda *place: held.get(place)


@pytest.mark.parametrize(
    ("values", "state", "says"),
    [
        ([], "正常", "打开时询问"),
        ([("HKCU", rf"{OWN}\{SECURITY}", "VBAWarnings", 1)], "正常", "不提示就运行"),
        ([("HKCU", rf"{OWN}\{SECURITY}", "VBAWarnings", 4)], "故障", "Excel 的设置禁用所有宏"),
        ([("HKCU", rf"{OWN}\{SECURITY}", "VBAWarnings", 3)], "故障", "只允许有数字签名的宏"),
        ([("HKLM", rf"{POLICY}\{SECURITY}", "VBAWarnings", 4)], "故障", "单位的策略禁用所有宏"),
        ([("HKLM", rf"{POLICY}\Common", "VBAOff", 1)], "故障", "单位的策略关闭了 Office 的全部宏"),
        (
            [("HKCU", rf"{POLICY}\{SECURITY}", "blockcontentexecutionfrominternet", 1)],
            "注意",
            "来自网络的文件",
        ),
    ],
)
def test_macro_settings(values: list[tuple[str, str, str, object]], state: str, says: str) -> None:
    verdict = excel.macro_policy("win32", registry(*values))
    assert verdict is not None
    assert verdict.state == state
    assert says in verdict.found


def test_a_policy_goes_before_the_users_setting() -> None:
    both = registry(
        ("HKCU", rf"{OWN}\{SECURITY}", "VBAWarnings", 1), ("HKCU", rf"{POLICY}\{SECURITY}", "VBAWarnings", 4)
    )
    verdict = excel.macro_policy("win32", both)
    assert verdict is not None
    assert verdict.state == "故障"
    assert "管理员" in verdict.advice
    assert "xlcrm shortcut" in verdict.advice


def test_settings_and_rules_of_windows_are_not_asked_elsewhere(tmp_path: Path) -> None:
    assert excel.macro_policy("darwin", registry()) is None
    assert excel.defender("linux") is None
    assert excel.library("darwin", tmp_path, "0.37.8", wide=True) is None
    assert excel.run_python("win32", tmp_path, "0.37.8") is None


def test_what_only_an_administrator_can_read_is_said_by_its_symptom() -> None:
    verdict = excel.defender("win32")
    assert verdict is not None
    assert "操作被阻止" in verdict.advice


@pytest.mark.parametrize("folder", ["", "Scripts"])
def test_library_beside_the_interpreter_or_above_it(tmp_path: Path, folder: str) -> None:
    (tmp_path / "Scripts").mkdir()
    (tmp_path / "xlwings64-0.37.8.dll").touch()
    verdict = excel.library("win32", tmp_path / folder, "0.37.8", wide=True)
    assert verdict is not None
    assert verdict.state == "正常"
    missing = excel.library("win32", tmp_path / folder, "0.37.8", wide=False)
    assert missing is not None
    assert missing.state == "注意"
    assert "xlwings32-0.37.8.dll" in missing.found


def test_script_of_macos(tmp_path: Path) -> None:
    folder = tmp_path / "Library" / "Application Scripts" / "com.microsoft.Excel"
    folder.mkdir(parents=True)

    def state() -> tuple[str, str]:
        verdict = excel.run_python("darwin", tmp_path, "0.37.8")
        assert verdict is not None
        return verdict.state, verdict.found

    assert state() == ("故障", "还没有允许 Excel 的按钮启动 Python")
    (folder / "xlwings-0.30.1.applescript").touch()
    assert state() == ("故障", "装的是别的版本（xlwings-0.30.1.applescript），xlwings 现为 0.37.8")
    (folder / "xlwings-0.37.8.applescript").touch()
    assert state() == ("正常", "按钮可以启动 Python")
