"""Commands that make workbooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlcrm.entrypoints.show import summary_table
from xlcrm.entrypoints.terminal import (
    NowText,
    PackName,
    PathArgument,
    guarded,
    moment,
    out,
    say,
    with_progress,
)
from xlcrm.entrypoints.wording import ChineseCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Outcome

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help="建立一个空的工作簿；文件名以 .xlsm 结尾的带按钮。")
def new(
    path: PathArgument,
    pack: PackName = "crm",
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    say(guarded(lambda: create.new(path, pack)), path, dry_run=False)


@commands.command(cls=ChineseCommand, help="生成带有虚构客户的演示工作簿并刷新。")
def demo(
    folder: Annotated[Path, typer.Argument(help="放在哪个文件夹", metavar="文件夹")] = Path(),
    rows: Annotated[int, typer.Option("--rows", help="客户数", metavar="数量")] = 300,
    pack: PackName = "crm",
    now: NowText = "",
    *,
    macros: Annotated[bool, typer.Option("--macros", help="带按钮的工作簿（.xlsm）")] = False,
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    def work(progress: Callable[[str], None]) -> tuple[Path, Outcome]:
        return create.demo(folder, rows, moment(now), progress, pack, with_macros=macros)

    path, outcome = guarded(lambda: with_progress(work, quiet=False))
    out.print(summary_table(outcome.counts))
    say(outcome, path, dry_run=False)
    out.print(f"演示工作簿：{path.resolve()}", soft_wrap=True, highlight=False, markup=False)


@commands.command(
    cls=ChineseCommand, help="生成加载项：.xlam 给 Excel，.oxt 给 LibreOffice，没有按钮的工作簿也能用。"
)
def addin(
    path: Annotated[
        Path, typer.Argument(help="加载项文件，例如 xlcrm.xlam", metavar="文件", show_default=False)
    ],
) -> None:
    from xlcrm.actions import addin as making  # noqa: PLC0415 - other commands start without it

    outcome = guarded(lambda: making.addin(path, sys.platform, sys.executable))
    say(outcome, path, dry_run=False)
