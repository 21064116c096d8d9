"""A file to double-click that refreshes a workbook without any macro."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.errors import SaveFailed, WorkbookMissing

if TYPE_CHECKING:
    from pathlib import Path

_STARTED: Final = "xlcrm.entrypoints.double_click"
_EXECUTABLE: Final = 0o755
_RESERVED: Final = '\\"`$'
"""Characters that a backslash must precede inside quotes in a desktop entry."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What is to be written.

    Attributes:
        name: the file's name.
        content: its bytes.
        hint: what the user must know to run it; may be empty.
    """

    name: str
    content: bytes
    hint: str = ""


def write_shortcut(
    workbook: Path, folder: Path | None, *, platform: str, interpreter: str
) -> tuple[Path, str]:
    """Write the shortcut of a workbook; an older one is replaced.

    Args:
        workbook: it must exist.
        folder: where to put it; beside the workbook by default.
        platform: as `sys.platform`.
        interpreter: the Python that has xlcrm.

    Returns:
        The file, and a hint for the user.

    Raises:
        WorkbookMissing: no such workbook.
        SaveFailed: the file cannot be written there.
    """
    if not workbook.is_file():
        raise WorkbookMissing(f"找不到工作簿“{workbook}”，请检查路径和文件名")
    shortcut = shortcut_for(str(workbook.absolute()), workbook.stem, platform, interpreter)
    path = (folder or workbook.absolute().parent) / shortcut.name
    try:
        path.write_bytes(shortcut.content)
        path.chmod(_EXECUTABLE)
    except OSError as error:
        raise SaveFailed(
            f"不能在“{path.parent}”里建立快捷方式，请检查文件夹是否存在、能否写入，或用 --folder 换一个文件夹"
        ) from error
    return path, shortcut.hint


def shortcut_for(workbook: str, stem: str, platform: str, interpreter: str) -> Shortcut:
    """The shortcut of a workbook for one kind of system.

    Args:
        workbook: its absolute path.
        stem: its name without suffix.
        platform: as `sys.platform`.
        interpreter: the Python that has xlcrm.
    """
    name = f"刷新-{stem}"
    if platform == "win32":
        return Shortcut(f"{name}.bat", _batch(workbook, interpreter))
    if platform == "darwin":
        return Shortcut(
            f"{name}.command",
            _shell(workbook, interpreter),
            "第一次打开如果被系统拦下，请按住 Control 点它，选“打开”。",
        )
    return Shortcut(
        f"{name}.desktop",
        _desktop_entry(name, workbook, interpreter),
        "放在桌面上时，请右键它，选“允许启动”。",
    )


def _batch(workbook: str, interpreter: str) -> bytes:
    """For Windows: UTF-8 behind a switch to that code page, as Python's own activate.bat has it.

    cmd.exe reads a batch file line by line in the code page of the moment. So all before the switch is
    ASCII, and GBK, which could not hold every path, is not needed. No byte order mark: cmd would run it.
    """
    lines = (
        "@echo off",
        '"%SystemRoot%\\System32\\chcp.com" 65001 >nul',
        f'set "XLCRM_PYTHON={_for_batch(interpreter)}"',
        f'set "XLCRM_BOOK={_for_batch(workbook)}"',
        'if exist "%XLCRM_PYTHON%" goto run',
        'echo 找不到 Python："%XLCRM_PYTHON%"',
        "echo 请在这台电脑上重新运行 xlcrm shortcut。",
        "pause",
        "exit /b 2",
        ":run",
        f'"%XLCRM_PYTHON%" -m {_STARTED} --wait "%XLCRM_BOOK%"',
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _for_batch(text: str) -> str:
    return text.replace("%", "%%")


def _shell(workbook: str, interpreter: str) -> bytes:
    """For macOS, whose Finder opens a .command in Terminal."""
    python = shlex.quote(interpreter)
    missing = shlex.quote(f"找不到 Python：{interpreter}；请在这台电脑上重新运行 xlcrm shortcut。")
    lines = (
        "#!/bin/sh",
        f"if [ ! -x {python} ]; then echo {missing}; exit 2; fi",
        f"exec {python} -m {_STARTED} --wait {shlex.quote(workbook)}",
    )
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _desktop_entry(name: str, workbook: str, interpreter: str) -> bytes:
    command = f"{_for_entry(interpreter)} -m {_STARTED} --wait {_for_entry(workbook)}"
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={name}",
        f"Exec={command}",
        "Icon=x-office-spreadsheet",
        "Terminal=true",
    )
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _for_entry(text: str) -> str:
    """An argument of Exec: quoted for the command, then escaped again as every value of the file is."""
    quoted = "".join(f"\\{letter}" if letter in _RESERVED else letter for letter in text)
    return f'"{quoted}"'.replace("\\", "\\\\").replace("%", "%%")
