"""What a macro workbook has beside the plain one: its project and its settings."""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from xlcrm.templates import palette
from xlcrm.templates.macro_sources import book_modules
from xlcrm.templates.vba import vba_project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook

    from xlcrm.templates.buttons import Button
    from xlcrm.templates.styles import Styles

SETTINGS_SHEET: Final = "xlwings.conf"
"""Where xlwings' module looks for its settings; it reads the first two columns from the first row on."""
WINDOWS, MACOS = "win32", "darwin"
INTERPRETERS: Final[Mapping[str, str]] = MappingProxyType(
    {WINDOWS: "INTERPRETER_WIN", MACOS: "INTERPRETER_MAC"}
)
"""`sys.platform` -> the setting that holds the interpreter there; Excel runs nowhere else."""
_FUNCTIONS: Final = "xlcrm.entrypoints.udfs"
_MOVED: Final = "上 Python 的位置；换了电脑，关闭工作簿，在新电脑上运行 xlcrm renew 和它的文件名"
NOTES: Final[Mapping[str, str]] = {
    "INTERPRETER_WIN": f"Windows {_MOVED}",
    "INTERPRETER_MAC": f"macOS {_MOVED}",
    "ADD_WORKBOOK_TO_PYTHONPATH": "请保持 False：xlcrm 已经安装，不从工作簿所在的文件夹找",
    "UDF MODULES": "自定义函数在哪里，请不要改动",
    "USE UDF SERVER": "请保持 False：每次点按钮都用当前的 xlcrm",
    "SHOW CONSOLE": "请保持 False：不显示黑色窗口",
    "CONDA PATH": "请保持空白：不用您自己 xlwings 设置里的 Python",
    "CONDA ENV": "请保持空白，同上",
}
"""What is said of each setting, in column `NOTE_COLUMN`."""
NOTE_COLUMN: Final = 4
"""Counted from 1."""


_OTHERWISE_THE_USERS: Final[Mapping[str, str]] = MappingProxyType(
    {"USE UDF SERVER": "False", "SHOW CONSOLE": "False", "CONDA PATH": "", "CONDA ENV": ""}
)
"""What xlwings would else take from the user's own settings file, which may start another Python."""


@dataclass(frozen=True, slots=True)
class Macros:
    """What a macro workbook is told.

    Attributes:
        buttons: in the order in which they stand on 首页.
        settings: xlwings' settings, see `xlwings_settings`.
    """

    buttons: Sequence[Button]
    settings: Mapping[str, str]


def xlwings_settings(platform: str, interpreter: str) -> dict[str, str]:
    """Settings of xlwings for one machine.

    Args:
        platform: `sys.platform` of the machine; where Excel does not run, no interpreter is named.
        interpreter: path of the Python that has xlcrm.
    """
    named = {INTERPRETERS[platform]: interpreter} if platform in INTERPRETERS else {}
    return (
        named
        | {"ADD_WORKBOOK_TO_PYTHONPATH": "False", "UDF MODULES": _FUNCTIONS}
        | dict(_OTHERWISE_THE_USERS)
    )


def add_macros(book: Workbook, macros: Macros, styles: Styles) -> None:
    """Add the settings and the project to a workbook that has all its other sheets.

    Raises:
        IncompleteInstall: sources are missing.
    """
    _add_settings(book, macros.settings, styles)
    project = vba_project(book_modules(len(book.worksheets())))
    book.add_vba_project(io.BytesIO(project), is_stream=True)


def _add_settings(book: Workbook, settings: Mapping[str, str], styles: Styles) -> None:
    sheet = book.add_worksheet(SETTINGS_SHEET)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 60)
    sheet.set_column(NOTE_COLUMN - 1, NOTE_COLUMN - 1, 80)
    note = styles.get(font_color=palette.MUTED)
    for row, (key, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, key, styles.get(bold=True))
        sheet.write_string(row, 1, value, styles.get(num_format="@"))
        sheet.write_string(row, NOTE_COLUMN - 1, NOTES.get(key, ""), note)
    sheet.hide()
