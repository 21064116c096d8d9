"""What a macro workbook carries: xlwings' module and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict
from xlcrm.templates.renewal import xlwings_version
from xlcrm.templates.vba.reading import read_project

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTING: Final[Mapping[str, str]] = {"win32": "INTERPRETER_WIN", "darwin": "INTERPRETER_MAC"}


def renewal(path: Path) -> str:
    """The command that brings a macro workbook, or an add-in, to this installation."""
    command = "addin" if path.suffix.lower() == ".xlam" else "renew"
    return f'xlcrm {command} "{path}"'


def module_version(project: bytes | None, installed: str, renew: str) -> Verdict:
    """The version of xlwings' module against the installed one; another one refuses to work.

    Args:
        project: the workbook's `vbaProject.bin`, None where it has none.
        installed: version of the installed xlwings.
        renew: see `renewal`.
    """
    if project is None:
        return Verdict(
            NOTICE, "工作簿里没有宏，按钮不起作用", "请用 xlcrm new 文件.xlsm 建立带按钮的工作簿。"
        )
    carried = xlwings_version(read_project(project).modules)
    if carried is None:
        return Verdict(
            NOTICE,
            "工作簿的宏里没有 xlwings 的模块，按钮可能不起作用",
            "请用 xlcrm new 文件.xlsm 建立带按钮的工作簿；或用 xlcrm addin 客户管理.xlam 生成加载项。",
        )
    if carried != installed:
        return Verdict(
            FAULT,
            f"工作簿里的 xlwings 模块是 {carried}，本机装的是 {installed}",
            f"请关闭它，运行 {renew}。",
        )
    return Verdict(FINE, f"xlwings 模块的版本与本机相同（{installed}）")


def settings_interpreter(
    settings: Mapping[str, str], platform: str, executable: str, renew: str
) -> Verdict | None:
    """The Python that the workbook's buttons start: it must exist, and should be this one.

    Args:
        settings: the sheet xlwings.conf, name -> value.
        platform: as `sys.platform`; Excel runs on two.
        executable: as `sys.executable`.
        renew: see `renewal`.
    """
    key = _SETTING.get(platform)
    if key is None:
        return None
    named = settings.get(key, "").strip()
    here = f"请关闭它，运行 {renew}，按钮就改用这个 Python：{executable}。"
    if not named:
        return Verdict(FAULT, f"工作簿没有写明按钮用哪个 Python（{key} 为空）", here)
    if not Path(named).is_file():
        return Verdict(FAULT, f"按钮要用的 Python 不存在：{named}", here)
    if not _same(Path(named), Path(executable)):
        return Verdict(NOTICE, f"按钮用的是另一个 Python：{named}", f"如果那里没有装 xlcrm，{here}")
    return Verdict(FINE, "按钮用的就是这个 Python")


def _same(one: Path, other: Path) -> bool:
    """Whether both start one environment; a virtual one is told by its folder, not by what it links to."""
    return one.parent.absolute() == other.parent.absolute() or one.absolute() == other.absolute()
