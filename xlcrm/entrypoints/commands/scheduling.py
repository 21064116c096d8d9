"""Commands that run jobs by themselves."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from xlcrm.entrypoints.terminal import NowText, PathArgument, err, guarded, moment, out
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import UsageError, WorkbookInUse

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from xlcrm.entrypoints.watching.ledger import Ledger
    from xlcrm.entrypoints.watching.plan import Plan
    from xlcrm.entrypoints.watching.world import Watch

FAILED = 1
"""The exit code of --once where a job failed, or the workbook was in use all the time."""

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help="按任务计划表定时刷新、检查、分析、发邮件，一直运行到停止它。")
def watch(
    path: PathArgument,
    *,
    once: Annotated[bool, typer.Option("--once", help="只运行到时间而没有运行的任务，然后退出")] = False,
    listed: Annotated[bool, typer.Option("--list", help="只列出任务、上次和下次运行时间")] = False,
    now: NowText = "",
) -> None:
    from xlcrm.entrypoints.watching.world import Watch  # noqa: PLC0415 - other commands start without it

    at = moment(now)
    guarded(lambda: _consistent(at, once=once, listed=listed))
    gc.enable()  # `main` has it off for commands that are soon over
    watched = Watch(path)
    if listed:
        guarded(lambda: _list(path, at))
    elif once:
        if not guarded(lambda: _once(watched)):
            raise typer.Exit(FAILED)
    else:
        guarded(lambda: _go_on(watched))


def _consistent(now: dt.datetime | None, *, once: bool, listed: bool) -> None:
    if once and listed:
        raise UsageError("--once 和 --list 只能用一个")
    if now is not None and not listed:
        raise UsageError("--now 只能和 --list 一起用；定时运行总是按现在的时间")


def _go_on(watched: Watch) -> None:
    with watched.alone():
        watched.go_on()


def _once(watched: Watch) -> bool:
    """Run what is owed; where another watch runs, that one does it."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(watched.alone())
        except WorkbookInUse as error:
            err.print(error.message, soft_wrap=True, markup=False, highlight=False)
            return True
        return watched.once()


def _list(path: Path, at: dt.datetime | None) -> None:
    from xlcrm.entrypoints.watching import world  # noqa: PLC0415 - other commands start without it
    from xlcrm.entrypoints.watching.ledger import Ledger, ledger_file  # noqa: PLC0415
    from xlcrm.entrypoints.watching.plan import read_plan  # noqa: PLC0415

    plan = read_plan(path, world.now())
    wall = at or plan.wall(world.now())
    out.print(_table(plan, Ledger(ledger_file(path)), wall))
    for sentence in (*(fault.message for fault in plan.faults), *plan.remarks):
        out.print(f"· {sentence}", soft_wrap=True, markup=False, highlight=False)


def _table(plan: Plan, ledger: Ledger, wall: dt.datetime) -> Table:
    from xlcrm.entrypoints.watching.status import statuses  # noqa: PLC0415

    told = statuses(plan.jobs, plan.worktime, ledger, wall, plan.zone)
    table = Table(header_style="bold", show_lines=True)
    for heading in ("任务", "操作", "上次运行", "上次结果", "下次运行"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "上次结果")
    for job, status in zip(plan.jobs, told.values(), strict=True):
        cells = (job.name, job.action, _shown(status.last_run), status.last_result, _shown(status.next_run))
        table.add_row(*map(escape, cells))
    return table


def _shown(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
