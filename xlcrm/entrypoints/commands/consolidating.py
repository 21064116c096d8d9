"""The command that joins branch workbooks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from xlcrm.entrypoints.named import workbooks
from xlcrm.entrypoints.show import outcome_json
from xlcrm.entrypoints.terminal import (
    CANNOT,
    AsJson,
    MonthText,
    NowText,
    guarded,
    moment,
    month_named,
    out,
    print_json,
    say,
    with_progress,
)
from xlcrm.entrypoints.wording import ChineseCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlcrm.actions import Outcome

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help="把多个分部的工作簿合并成一个集团工作簿，并做同样的分析。")
def consolidate(
    files: Annotated[
        list[Path],
        typer.Argument(help="分部的工作簿；可以写文件夹或通配符", metavar="文件…", show_default=False),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="集团工作簿，例如 集团.xlsx", metavar="文件", show_default=False),
    ],
    settings_from: Annotated[
        Path | None,
        typer.Option("--settings-from", help="采用哪个工作簿的规则和参数，默认第一个分部", metavar="文件"),
    ] = None,
    month: MonthText = "",
    now: NowText = "",
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="用几个进程读取，默认按处理器数", metavar="数量", min=1)
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", help="在 Dask 集群上运行，写调度器的地址", metavar="地址"),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="替换已有的文件（先备份）")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="有文件没有读入时以 2 退出")] = False,
    as_json: AsJson = False,
) -> None:
    # pandas and the templates: other commands start without them
    from xlcrm.actions.consolidating import verb  # noqa: PLC0415

    params = guarded(
        lambda: verb.ConsolidateParams(
            now=moment(now),
            month=month_named(month),
            settings_from=settings_from,
            force=force,
            jobs=jobs,
            scheduler=scheduler,
        )
    )

    def work(progress: Callable[[str], None]) -> Outcome:
        return verb.consolidate(workbooks(files), output, params, progress, at=dt.datetime.now())

    outcome = guarded(lambda: with_progress(work, quiet=as_json))
    if as_json:
        print_json(outcome_json(outcome, output) | outcome.data)
    else:
        out.print(_table(outcome.data["branches"]))
        say(outcome, output, dry_run=False)
    if strict and outcome.data["refused"]:
        raise typer.Exit(CANNOT)


def _table(branches: Sequence[Mapping[str, Any]]) -> Table:
    """One workbook a row; those that were not read stand out."""
    table = Table(header_style="bold")
    for heading in ("分部", "文件", "结果", "行数", "说明"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "行数" else "left")
    for row in branches:
        texts = (row["branch"], row["file"], row["outcome"], f"{row['rows']:,}", row["remark"])
        table.add_row(*map(escape, texts), style="red" if row["outcome"] != "已合并" else None)
    return table
