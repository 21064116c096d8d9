"""Commands that make workbooks."""

from __future__ import annotations

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


@commands.command(cls=ChineseCommand, help="建立一个空的工作簿。")
def new(
    path: PathArgument,
    pack: PackName = "crm",
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    guarded(lambda: out.print(create.new(path, pack).message))


@commands.command(cls=ChineseCommand, help="生成带有虚构客户的演示工作簿并刷新。")
def demo(
    folder: Annotated[Path, typer.Argument(help="放在哪个文件夹", metavar="文件夹")] = Path(),
    rows: Annotated[int, typer.Option("--rows", help="客户数", metavar="数量")] = 300,
    pack: PackName = "crm",
    now: NowText = "",
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    def work(progress: Callable[[str], None]) -> tuple[Path, Outcome]:
        return create.demo(folder, rows, moment(now), progress, pack)

    path, outcome = guarded(lambda: with_progress(work, quiet=False))
    out.print(summary_table(outcome.counts))
    say(outcome, path, dry_run=False)
    out.print(f"演示工作簿：{path.resolve()}", soft_wrap=True)
