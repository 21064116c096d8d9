"""Commands that look after the installation."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from xlcrm.entrypoints.terminal import CANNOT, AsJson, PathArgument, guarded, out, print_json, say
from xlcrm.entrypoints.wording import ChineseCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.entrypoints.doctor import Check

commands = typer.Typer()

_STYLES = {"正常": "green", "注意": "yellow", "故障": "bold red"}


@commands.command(cls=ChineseCommand, help="检查这台电脑和工作簿能不能用 xlcrm，哪里不行，怎么办。")
def doctor(
    path: Annotated[Path | None, typer.Argument(help="工作簿文件，可以不写", metavar="文件")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    from xlcrm.entrypoints import doctor as looking  # noqa: PLC0415 - other commands start without it

    checks = looking.examine(looking.this_machine(), path, dt.datetime.now())
    first = looking.first_step(checks)
    state = looking.worst_state(checks)
    if as_json:
        print_json(
            {"state": state, "first": first, "checks": [dataclasses.asdict(check) for check in checks]}
        )
    else:
        out.print(_table(checks))
        out.print(first, soft_wrap=True, highlight=False, markup=False)
    if state == "故障":
        raise typer.Exit(CANNOT)


def _table(checks: Sequence[Check]) -> Table:
    table = Table(header_style="bold", show_lines=True)
    for heading in ("状态", "检查", "结果", "怎么办"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "状态")
    for check in checks:
        cells = map(escape, (check.name, check.found, check.advice))
        table.add_row(f"[{_STYLES[check.state]}]{check.state}[/]", *cells)
    return table


@commands.command(cls=ChineseCommand, help="更新工作簿里的宏和这台电脑的 Python 位置。")
def renew(path: PathArgument) -> None:
    from xlcrm.actions import renew as renewing  # noqa: PLC0415 - other commands start without it

    outcome = guarded(lambda: renewing.renew(path, sys.platform, sys.executable))
    say(outcome, path, dry_run=False)


@commands.command(cls=ChineseCommand, help="为工作簿做一个双击即可刷新的快捷方式，不需要宏。")
def shortcut(
    path: PathArgument,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="放在哪个文件夹，默认与工作簿放在一起", metavar="文件夹")
    ] = None,
) -> None:
    from xlcrm.entrypoints.shortcut import write_shortcut  # noqa: PLC0415 - other commands start without it

    made, hint = guarded(
        lambda: write_shortcut(path, folder, platform=sys.platform, interpreter=sys.executable)
    )
    out.print(f"已建立快捷方式：{made.resolve()}", soft_wrap=True, highlight=False, markup=False)
    out.print("双击它就会刷新这个工作簿；工作簿关闭或用 Excel、LibreOffice 打开着都可以。", soft_wrap=True)
    if hint:
        out.print(hint, soft_wrap=True)
