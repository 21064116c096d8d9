"""What macro workbooks and the add-in are told: the buttons of `ACTIONS` and this machine's interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.actions import ACTIONS
from xlcrm.templates import Button, Macros, xlwings_settings
from xlcrm.templates.macro_book import INTERPRETERS, MACOS

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_EXCEL: Final = (
    "这台电脑的系统没有 Excel，文件里没有写 Python 的位置：要用 Excel，请在装有 Excel 的电脑上运行同样的命令",
    "LibreOffice 里用扩展的按钮：运行 xlcrm addin 客户管理.oxt 并安装；工作簿里的按钮只在 Excel 里起作用",
)
_ALLOW: Final = "打开时如果 Excel 提示宏已被禁用，点“启用内容”，按钮才起作用"
_MACOS: Final = "在终端里运行一次 xlwings runpython install，按钮才能启动 Python（只需一次）"
_UNSTARTABLE: Final = (
    "Python 的位置 {} 里有空格或符号，按钮启动不了它："
    "请在不含空格和符号的文件夹里建立虚拟环境，安装 xlcrm 后再做一次"
)
_MOVED: Final = "文件里写着这台电脑上 Python 的位置；拿到别的电脑上用，见用户指南“带按钮的工作簿”"


def macros(platform: str, interpreter: str) -> Macros:
    """Every action's button, and xlwings' settings for a machine.

    Args:
        platform: `sys.platform` of the machine.
        interpreter: its Python.
    """
    buttons = tuple(
        Button(action.label, action.macro, action.help, action.sheets, at_home=not action.about_a_row)
        for action in ACTIONS.values()
    )
    return Macros(buttons, xlwings_settings(platform, interpreter))


def machine_remarks(platform: str, interpreter: str) -> Sequence[str]:
    """What to know before macros can start Python on a machine, one sentence each.

    Args:
        platform: `sys.platform` of the machine.
        interpreter: its Python.
    """
    if platform not in INTERPRETERS:
        return _NO_EXCEL
    if platform != MACOS:
        return (_ALLOW, _MOVED)
    blocked = (_UNSTARTABLE.format(interpreter),) if is_unstartable_on_macos(interpreter) else ()
    return (*blocked, _ALLOW, _MACOS, _MOVED)


def is_unstartable_on_macos(interpreter: str) -> bool:
    """Whether no button can start it: xlwings' script writes the path into a line of the shell as it is."""
    return bool(set(interpreter) & set(" ()&;'\"$`|"))
