"""The Python that runs xlcrm."""

from __future__ import annotations

import pytest

from xlcrm.entrypoints.doctor.interpreter import interpreter, packages


def test_linux_takes_any_path() -> None:
    verdict = interpreter("linux", (3, 11, 7), "/家/python", virtual=True)
    assert verdict == ("正常", "Python 3.11.7，/家/python（虚拟环境）", "")


def test_a_python_that_is_too_old_is_a_fault() -> None:
    verdict = interpreter("win32", (3, 10, 2), "C:\\Python310\\python.exe", virtual=False)
    assert verdict.state == "故障"
    assert "3.11" in verdict.advice


@pytest.mark.parametrize(
    ("executable", "state", "says"),
    [
        ("C:\\xlcrm\\python.exe", "正常", "python.exe"),
        ("C:\\Users\\li\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe", "注意", "微软商店版"),
        ("C:\\R&D\\python.exe", "故障", "路径里有"),
        ("C:\\100%\\python.exe", "故障", "路径里有"),
        ("\\\\server\\share\\python.exe", "注意", "网络路径"),
        ("C:\\Users\\张三\\python.exe", "注意", "路径里有中文"),
    ],
)
def test_windows_paths_that_a_macro_stumbles_over(executable: str, state: str, says: str) -> None:
    verdict = interpreter("win32", (3, 12, 0), executable, virtual=False)
    assert verdict.state == state
    assert says in verdict.found
    assert bool(verdict.advice) == (state != "正常")


@pytest.mark.parametrize("folder", ["My Project", "R&D", "李's", "a(b)"])
def test_on_macos_no_button_starts_a_path_with_blanks_or_signs(folder: str) -> None:
    verdict = interpreter("darwin", (3, 12, 0), f"/Users/li/{folder}/bin/python", virtual=True)
    assert verdict.state == "故障"
    assert "不含空格和符号" in verdict.advice


def test_on_macos_chinese_paths_are_taken() -> None:
    assert interpreter("darwin", (3, 12, 0), "/Users/李/bin/python", virtual=True).state == "正常"


def test_versions_of_packages() -> None:
    assert packages("0.1.0", "0.37.8") == ("正常", "xlcrm 0.1.0，xlwings 0.37.8", "")
    assert packages("0.1.0", None).state == "故障"
