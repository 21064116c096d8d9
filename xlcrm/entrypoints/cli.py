"""The command line: what was typed is run, and it ends with the right code."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import Annotated, Final

import typer

from xlcrm import __version__
from xlcrm.entrypoints import faults
from xlcrm.entrypoints.commands import (
    acting,
    consolidating,
    copying,
    describing,
    installing,
    mailing,
    making,
    passwords,
    reporting,
    scheduling,
    tending,
)
from xlcrm.entrypoints.terminal import CANNOT, err, in_utf8, out
from xlcrm.entrypoints.wording import ChineseGroup, help_text, is_usage_error, usage_sentence

INTERRUPTED: Final = 130
"""What typer leaves with after Ctrl-C."""

app = typer.Typer(
    name="xlcrm",
    cls=ChineseGroup,
    help="在 Excel 工作簿里管理客户：检查录入、计算截止、列出到期、预警超时。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _family in (
    acting,
    reporting,
    copying,
    mailing,
    passwords,
    making,
    consolidating,
    describing,
    scheduling,
    installing,
    tending,
):  # the order of the help
    app.add_typer(_family.commands)


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it with the flag
    if value:
        out.print(f"xlcrm {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The program itself; its help is the app's."""
    del version


def console() -> None:
    """The `xlcrm` command: `main`, and out without taking a million cells apart one by one."""
    try:
        main()
    except SystemExit as end:
        with contextlib.suppress(OSError):  # the reader of a pipe may have left
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)


def main() -> None:
    """Run what was typed and leave with its code; a fault of ours is a sentence and a log, no traceback."""
    in_utf8()
    gc.disable()  # one command and out: looking for cycles among millions of cells costs a twentieth of it
    try:
        sys.exit(_serve())
    finally:
        gc.enable()


def _serve() -> int:
    """Run the command that was typed; its exit code."""
    try:
        left = app(prog_name="xlcrm", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        left = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line before the user
        if is_usage_error(error):
            _refuse_usage(error)
        else:
            err.print(faults.sentence(error), soft_wrap=True, markup=False, highlight=False)
        return CANNOT
    if left == INTERRUPTED:
        err.print("已中断；工作簿没有损坏，操作日志里没有这一次就是没有写入。", soft_wrap=True)
        return CANNOT
    return left if isinstance(left, int) else 0


def _refuse_usage(error: Exception) -> None:
    shown = help_text(error) or f"不能完成：{usage_sentence(error)}"
    err.print(shown, soft_wrap=True, markup=False, highlight=False)
