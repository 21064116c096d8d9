"""The command that hands the jobs of a workbook to the machine's own scheduler."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from xlcrm.entrypoints.terminal import PathArgument, guarded, out
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import UsageError

commands = typer.Typer()


@commands.command(
    cls=ChineseCommand,
    help="让电脑按工作簿的 任务计划 自己定时运行 xlcrm；不加选项只生成文件并说明怎样安装。",
)
def schedule(
    path: PathArgument,
    *,
    install: Annotated[bool, typer.Option("--install", help="交给系统的定时程序，以后自动运行")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="取消 --install 做的一切")] = False,
    show: Annotated[bool, typer.Option("--show", help="只显示内容和是否已安装，不写任何文件")] = False,
    system: Annotated[
        str,
        typer.Option(
            "--system", help="windows、macos、systemd 或 cron；不加则看这台电脑有什么", metavar="系统"
        ),
    ] = "",
) -> None:
    from xlcrm.entrypoints.installing import telling  # noqa: PLC0415 - other commands start without it

    if install + remove + show > 1:
        guarded(_refuse_both)
    work = (
        telling.remove if remove else telling.install if install else telling.show if show else telling.write
    )
    for line in guarded(lambda: work(path, system.strip().lower(), sys.executable, dt.datetime.now())):
        out.print(line, soft_wrap=True, highlight=False, markup=False)


def _refuse_both() -> None:
    raise UsageError("--install、--remove 和 --show 只能用一个")
