"""The shortcut file of each system."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.running import PATIENCE, call
from xlcrm.entrypoints.shortcut import shortcut_for, write_shortcut
from xlcrm.errors import SaveFailed, WorkbookMissing

if TYPE_CHECKING:
    from pathlib import Path

BOOK = "C:\\客户 50%\\张三 & 李四.xlsx"
PYTHON = "C:\\程序 100%\\python.exe"


def test_batch_file_switches_to_utf8_before_anything_that_is_not_ascii() -> None:
    made = shortcut_for(BOOK, "张三 & 李四", "win32", PYTHON)
    assert made.name == "刷新-张三 & 李四.bat"
    before, switch, after = made.content.partition(b"chcp.com")
    assert switch
    assert before.isascii()
    assert not after.isascii()
    assert not made.content.startswith(b"\xef\xbb\xbf")
    lines = made.content.decode("utf-8").split("\r\n")
    assert "\n" not in "".join(lines)
    assert 'set "XLCRM_PYTHON=C:\\程序 100%%\\python.exe"' in lines
    assert 'set "XLCRM_BOOK=C:\\客户 50%%\\张三 & 李四.xlsx"' in lines
    assert lines[-2] == '"%XLCRM_PYTHON%" -m xlcrm.entrypoints.double_click --wait "%XLCRM_BOOK%"'


def test_batch_file_names_a_python_that_is_gone_and_keeps_its_window() -> None:
    lines = shortcut_for(BOOK, "x", "win32", PYTHON).content.decode("utf-8").split("\r\n")
    jump = lines.index('if exist "%XLCRM_PYTHON%" goto run')
    end = lines.index(":run")
    assert any("找不到 Python" in line for line in lines[jump:end])
    assert lines[end - 2 : end] == ["pause", "exit /b 2"]


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """An interpreter that writes down its arguments, in a folder that is hard to name."""
    folder = tmp_path / "解释器 'x' $y `z` 50% \\\"q\""
    folder.mkdir()
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {shlex.quote(str(tmp_path / "ran"))}\n', "utf-8")
    program.chmod(0o755)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="runs a Unix shell")
def test_script_of_macos_hands_over_any_path(recorder: Path, tmp_path: Path) -> None:
    book = '/客户/李\'s $HOME `x` "y".xlsx'
    made = shortcut_for(book, "李", "darwin", str(recorder))
    assert made.name == "刷新-李.command"
    assert "Control" in made.hint
    subprocess.run(["/bin/sh", "-c", made.content.decode("utf-8")], check=True, timeout=PATIENCE)
    ran = (tmp_path / "ran").read_text("utf-8").splitlines()
    assert ran == ["-m", "xlcrm.entrypoints.double_click", "--wait", book]


@pytest.mark.skipif(sys.platform == "win32", reason="runs a Unix shell")
def test_script_of_macos_says_that_its_python_is_gone(tmp_path: Path) -> None:
    made = shortcut_for("/a.xlsx", "a", "darwin", str(tmp_path / "没有" / "python"))
    done = subprocess.run(
        ["/bin/sh", "-c", made.content.decode("utf-8")], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 2
    assert "找不到 Python" in done.stdout


def test_desktop_entry_is_quoted_as_its_standard_says(recorder: Path) -> None:
    made = shortcut_for('/客户/50% "a".xlsx', "a", "linux", str(recorder))
    assert made.name == "刷新-a.desktop"
    lines = dict(line.split("=", 1) for line in made.content.decode("utf-8").splitlines()[1:])
    assert lines["Terminal"] == "true"
    assert arguments(lines["Exec"]) == [
        str(recorder),
        "-m",
        "xlcrm.entrypoints.double_click",
        "--wait",
        '/客户/50% "a".xlsx',
    ]


def arguments(value: str) -> list[str]:
    """Exec read as the Desktop Entry Specification says: as a value, then by its quotes, field codes last."""
    text = value.replace("\\\\", "\\")
    parts = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', text)
    return [re.sub(r"\\(.)", r"\1", quoted or plain).replace("%%", "%") for quoted, plain in parts]


def test_written_beside_the_workbook_and_executable(demo: Path) -> None:
    path, hint = write_shortcut(demo, None, platform="darwin", interpreter="/opt/python")
    assert path == demo.with_name("刷新-客户.command")
    assert str(demo) in path.read_text("utf-8")
    assert hint
    if os.name == "posix":
        assert os.access(path, os.X_OK)


def test_written_elsewhere_and_over_an_older_one(demo: Path, tmp_path: Path) -> None:
    desktop = tmp_path / "桌面"
    desktop.mkdir()
    (desktop / "刷新-客户.bat").write_bytes(b"old")
    path, hint = write_shortcut(demo, desktop, platform="win32", interpreter="C:\\python.exe")
    assert (path.parent, hint) == (desktop, "")
    assert path.read_bytes().startswith(b"@echo off\r\n")


def test_refusals(demo: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbookMissing, match="找不到工作簿"):
        write_shortcut(tmp_path / "没有.xlsx", None, platform="linux", interpreter="/opt/python")
    with pytest.raises(SaveFailed, match="--folder"):
        write_shortcut(demo, tmp_path / "没有", platform="linux", interpreter="/opt/python")


def test_command_says_where_it_is_and_what_it_does(demo: Path) -> None:
    ran = call("shortcut", demo)
    (made,) = demo.parent.glob("刷新-*")
    assert (ran.code, ran.err) == (0, "")
    assert str(made) in ran.out
    assert "双击它就会刷新" in ran.out
    assert call("shortcut", demo.with_name("没有.xlsx")).code == 2
