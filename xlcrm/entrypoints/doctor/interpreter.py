"""The Python that runs xlcrm, and whether a macro can start it."""

from __future__ import annotations

from typing import Final

from xlcrm.actions.macros import is_unstartable_on_macos
from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict

OLDEST: Final = (3, 11)
_STORE: Final = "\\windowsapps\\"
_BREAKING: Final = '"|%&'
_MOVE: Final = (
    "请在只含英文字母和数字的本机文件夹里（例如 C:\\xlcrm）安装 Python 或建立虚拟环境，再安装 xlcrm；"
    "已有的带按钮的工作簿请运行 xlcrm renew。"
)


def interpreter(platform: str, version: tuple[int, ...], executable: str, *, virtual: bool) -> Verdict:
    """Version and path; on Windows the path must pass through a command line that Visual Basic writes.

    Args:
        platform: as `sys.platform`.
        version: as `sys.version_info`.
        executable: as `sys.executable`.
        virtual: whether it is a virtual environment.
    """
    number = ".".join(map(str, version[:3]))
    found = f"Python {number}，{executable}{'（虚拟环境）' if virtual else ''}"
    if version[:2] < OLDEST:
        return Verdict(FAULT, found, "xlcrm 需要 Python 3.11 或更新的版本，请安装后重新安装 xlcrm。")
    if platform == "win32":
        return _on_windows(found, executable)
    if platform == "darwin" and is_unstartable_on_macos(executable):
        return Verdict(
            FAULT,
            f"{found}，路径里有空格或符号，Excel 的按钮启动不了它",
            "请在不含空格和符号的文件夹里（例如 ~/xlcrm）建立虚拟环境，再安装 xlcrm，然后运行 xlcrm renew。",
        )
    return Verdict(FINE, found)


def _on_windows(found: str, executable: str) -> Verdict:
    if _STORE in executable.lower():
        return Verdict(
            NOTICE,
            f"{found}，是微软商店版",
            "Excel 的宏常常启动不了商店版 Python，请从 python.org 安装，再安装 xlcrm；命令行不受影响。",
        )
    if set(executable) & set(_BREAKING):
        return Verdict(FAULT, f"{found}，路径里有 {_BREAKING} 之一，宏的命令行会断开", _MOVE)
    if executable.startswith("\\\\"):
        return Verdict(NOTICE, f"{found}，在网络路径上，宏可能启动不了它", _MOVE)
    if not executable.isascii():
        return Verdict(NOTICE, f"{found}，路径里有中文或其他非英文字符，个别电脑上宏启动不了它", _MOVE)
    return Verdict(FINE, found)


def packages(xlcrm: str, xlwings: str | None) -> Verdict:
    """Versions of what is installed; None where it is not."""
    if xlwings is None:
        return Verdict(
            FAULT, f"xlcrm {xlcrm}，没有安装 xlwings", "请运行 python -m pip install --upgrade xlcrm。"
        )
    return Verdict(FINE, f"xlcrm {xlcrm}，xlwings {xlwings}")
