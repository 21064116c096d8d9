"""The words of the command line itself, which typer knows in English only."""

from __future__ import annotations

import re
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

_HELP_WORDS: Final = (
    ("Usage: ", "用法："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Commands:", "命令："),
    ("[OPTIONS]", "[选项]"),
    ("COMMAND [ARGS]...", "命令 …"),
    ("Show this message and exit.", "显示这份说明"),
    ("<path>", ""),
    ("<list[Path]>", ""),
    ("[required]", "（必填）"),
    ("; required]", "；必填]"),
    ("[default: ", "[默认："),
)


def in_chinese(text: str) -> str:
    """A help text with typer's own words translated."""
    for english, chinese in _HELP_WORDS:
        text = text.replace(english, chinese)
    return text


class ChineseCommand(TyperCommand):
    """A command whose help is all Chinese."""

    def get_help(self, ctx: Any) -> str:
        return in_chinese(super().get_help(ctx))


class ChineseGroup(TyperGroup):
    """The commands together; likewise."""

    def get_help(self, ctx: Any) -> str:
        return in_chinese(super().get_help(ctx))


def is_usage_error(error: Exception) -> bool:
    """Whether the command was typed wrongly; typer brings the classes of its parser along unnamed."""
    return hasattr(error, "format_message") and hasattr(error, "ctx")


def usage_sentence(error: Any) -> str:
    """What was wrong with the command as it was typed, and where its form is told."""
    command = error.ctx.command_path if error.ctx is not None else "xlcrm"
    return f"{_fault(error)}；用 {command} --help 查看写法。"


def help_text(error: Any) -> str:
    """The help to show where nothing was asked for, else an empty text."""
    nothing_asked = type(error).__name__ == "NoArgsIsHelpError"
    return str(error.ctx.get_help()) if nothing_asked else ""


def _fault(error: Any) -> str:
    name = _parameter(error)
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有选项“{error.option_name}”"
        case "MissingParameter":
            return f"缺少“{name}”"
        case "BadOptionUsage":
            return f"选项“{error.option_name}”后面缺少内容"
        case "BadParameter":
            return f"“{name}”的值不能使用"
        case _:
            command = re.search(r"No such command '(.*?)'", error.format_message())
            return f"没有命令“{command[1]}”" if command else "命令写法不对"


def _parameter(error: Any) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    is_option = getattr(parameter, "param_type_name", "") == "option"
    return str(parameter.opts[0] if is_option else parameter.metavar or parameter.name)
