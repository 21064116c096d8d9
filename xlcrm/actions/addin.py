"""加载项: the buttons for workbooks that have none, in Excel's ribbon or LibreOffice's menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm import __version__
from xlcrm.actions import ACTIONS
from xlcrm.actions.base import Outcome
from xlcrm.actions.macros import machine_remarks
from xlcrm.calc import PIPE
from xlcrm.errors import SaveFailed, UsageError
from xlcrm.templates import xlwings_settings
from xlcrm.templates.addin import build_addin
from xlcrm.templates.extension import Entry, build_extension
from xlcrm.templates.macro_book import MACOS
from xlcrm.templates.macro_sources import addin_modules, ribbon
from xlcrm.templates.vba import vba_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROJECT: Final = "xlcrm"
"""The add-in looks for its settings in a sheet of this name: not for those of a workbook with buttons, which
may come from another machine."""

_WINDOWS_STEPS: Final = (
    "安装：Excel 里 文件 → 选项 → 加载项 → 转到 → 浏览，选这个文件，打勾；功能区出现“客户管理”",
    r"也可以把文件放进 %APPDATA%\Microsoft\Excel\XLSTART，Excel 每次启动都加载",
    "文件如果经过邮件、网盘或下载，先右键 → 属性 → 解除锁定，否则 Excel 不加载",
)
_MACOS_STEPS: Final = ("安装：Excel 里 工具 → Excel 加载项 → 浏览，选这个文件，打勾；功能区出现“客户管理”",)
_LIBREOFFICE_STEPS: Final = (
    "安装：LibreOffice 里 工具 → 扩展管理器 → 添加，选这个文件，重新启动 LibreOffice；菜单出现“客户管理”",
)


def addin(path: Path, platform: str, interpreter: str) -> Outcome:
    """Write the add-in that the ending of the name asks for; an older one is replaced.

    Args:
        path: where to; .xlam for Excel, .oxt for LibreOffice.
        platform: `sys.platform` of the machine that will use it.
        interpreter: its Python.

    Raises:
        UsageError: another ending.
        SaveFailed: the folder cannot be written.
        IncompleteInstall: the macros' sources are missing.
    """
    kind = path.suffix.lower()
    if kind not in {".xlam", ".oxt"}:
        raise UsageError(
            f"文件名应以 .xlam（Excel 加载项）或 .oxt（LibreOffice 扩展）结尾，现为“{path.name}”"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        steps = _excel(path, platform, interpreter) if kind == ".xlam" else _libreoffice(path, interpreter)
    except OSError as error:
        raise SaveFailed(
            f"不能写入 {path}：{error.strerror or '系统拒绝'}；如果 Excel 正在使用旧的加载项，请先关闭 Excel"
        ) from error
    return Outcome(f"已生成 {path}", remarks=steps)


def _excel(path: Path, platform: str, interpreter: str) -> Sequence[str]:
    project = vba_project(addin_modules(PROJECT))
    build_addin(path, project, ribbon(), xlwings_settings(platform, interpreter), project=PROJECT)
    steps = _MACOS_STEPS if platform == MACOS else _WINDOWS_STEPS
    return (*steps, *machine_remarks(platform, interpreter))


def _libreoffice(path: Path, interpreter: str) -> Sequence[str]:
    entries = [Entry(action.name, action.label, action.macro) for action in ACTIONS.values()]
    build_extension(path, entries, interpreter=interpreter, pipe=PIPE, version=__version__)
    return _LIBREOFFICE_STEPS
