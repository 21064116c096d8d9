"""What every command shares: its options, its two streams, and how it ends where it cannot go on."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xlcrm.actions.base import silent
from xlcrm.entrypoints.boxes import saving
from xlcrm.errors import UsageError, XlcrmError
from xlcrm.rules.parameters import parse_month
from xlcrm.tables import PACKS
from xlcrm.tables.typed_text import parse_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Outcome

T = TypeVar("T")
CANNOT: Final = 2
"""The exit code of a command that could not do what was asked."""
FOUND_ERRORS: Final = 1
"""The exit code of --strict where a finding is an error."""

out = Console()
err = Console(stderr=True)

NowText = Annotated[str, typer.Option("--now", help="以此为当前时间，例如 2026-01-31T09:00", metavar="时间")]
MonthText = Annotated[
    str, typer.Option("--month", help="统计哪个月，例如 2026-10；不加则用参数表的报表月份", metavar="年月")
]
AsOfText = Annotated[
    str, typer.Option("--as-of", help="按某天结束时的情况统计，例如 2026-10-31", metavar="日期")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="输出成文档页面")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只显示将要写入什么，不改动文件")]
Strict = Annotated[bool, typer.Option("--strict", help="有“错误”级别的校验结果时以 1 退出")]
Live = Annotated[bool, typer.Option("--live", help="在 Excel 或 LibreOffice 已打开的这个工作簿里运行")]
Pipe = Annotated[
    str, typer.Option("--pipe", help="与 --live 同用：LibreOffice 的管道名称，一般不用填", metavar="名称")
]
PackName = Annotated[str, typer.Option("--pack", help=f"模板：{'、'.join(PACKS.values())}", metavar="模板")]
PathArgument = Annotated[Path, typer.Argument(help="工作簿文件", metavar="文件", show_default=False)]

PathsArgument = Annotated[
    list[Path],
    typer.Argument(help="工作簿文件；可以写多个，也可以写文件夹或通配符", metavar="文件", show_default=False),
]
AtOnce = Annotated[
    int, typer.Option("--jobs", help="多个工作簿时同时处理几个，不加则看处理器", metavar="个数", min=0)
]


def in_utf8() -> None:
    """Let both streams take any text, whatever the system's own encoding is."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def moment(text: str) -> dt.datetime | None:
    """The time that --now names; None where it was not given."""
    if not text:
        return None
    return parse_moment(text) or guarded(lambda: _refuse_moment(text))


def _refuse_moment(text: str) -> dt.datetime:
    raise UsageError(f"看不懂时间“{text}”；写法如 2026-01-31 或 2026-01-31T09:00")


def month_named(text: str) -> dt.date | None:
    """The first day of the month that --month names; None where it was not given."""
    if not text.strip():
        return None
    return parse_month(text) or guarded(lambda: _refuse_month(text))


def _refuse_month(text: str) -> dt.date:
    raise UsageError(f"看不懂月份“{text}”；写法如 2026-10")


def end_of(day: str, now: dt.datetime | None) -> dt.datetime | None:
    """The end of the day that --as-of names, today the moment that it is; `now` where it was not given."""
    if not day.strip():
        return now
    return guarded(lambda: _end_of(day, now))


def _end_of(day: str, now: dt.datetime | None) -> dt.datetime:
    if now is not None:
        raise UsageError("--as-of 和 --now 只能用一个")
    wanted, current = parse_moment(day), dt.datetime.now()
    if wanted is None:
        raise UsageError(f"看不懂日期“{day}”；写法如 2026-10-31")
    if wanted.date() > current.date():
        raise UsageError(f"{wanted:%Y-%m-%d} 还没有到，不能按这一天统计；请用今天或更早的日期")
    return min(dt.datetime.combine(wanted, dt.time(23, 59, 59)), current)


def with_progress(work: Callable[[Callable[[str], None]], T], *, quiet: bool) -> T:
    """Run, with the name of the stage on a terminal unless `quiet`."""
    if quiet or not err.is_terminal:
        return work(silent)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("")
        return work(lambda stage: shown.update(task, description=stage))


def guarded(work: Callable[[], T]) -> T:
    """Run, and end with one sentence where something cannot go on."""
    try:
        return work()
    except XlcrmError as error:
        err.print(f"不能完成：{error.message}", soft_wrap=True, markup=False, highlight=False)
        raise typer.Exit(CANNOT) from error


def say(outcome: Outcome, path: Path, *, dry_run: bool, live: bool = False) -> None:
    """An outcome's sentences, and where what was written went: into the file, or the open workbook."""
    out.print(outcome.message, soft_wrap=True, highlight=False, markup=False)
    for remark in outcome.remarks:
        out.print(f"· {remark}", soft_wrap=True, highlight=False, markup=False)
    if dry_run and outcome.changes is not None:
        out.print(f"试运行：将写入 {outcome.changes.cells} 个单元格，文件没有改动")
        return
    if outcome.saved is None or not outcome.saved.cells:
        return
    backup = f"备份在 {outcome.saved.backup}" if outcome.saved.backup is not None else ""
    if live:
        told = saving(outcome.saved) + (f"写入前的文件{backup}" if backup else "")
    else:
        told = "，".join(filter(None, [f"已写入 {path.name}", backup]))
    out.print(told, soft_wrap=True, highlight=False, markup=False)


def print_json(value: Any) -> None:
    """A value as JSON, dates as texts."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
