"""The command that makes a file for the meeting."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from xlcrm.entrypoints.terminal import (
    AsJson,
    AsOfText,
    MonthText,
    NowText,
    PathArgument,
    end_of,
    guarded,
    moment,
    month_named,
    print_json,
    say,
    with_progress,
)
from xlcrm.entrypoints.wording import ChineseCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Outcome

commands = typer.Typer()


@commands.command(
    cls=ChineseCommand, help="把一个月的分析做成一份可以打印、发送的报告（PDF、网页或图片）；工作簿不改动。"
)
def report(
    path: PathArgument,
    *,
    month: MonthText = "",
    as_of: AsOfText = "",
    now: NowText = "",
    form: Annotated[
        str,
        typer.Option(
            "--format", help="pdf、html 或 png；不加则看 -o 的文件名，都没有就是 pdf", metavar="格式"
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="文件名或文件夹，默认与工作簿放在一起", metavar="文件"),
    ] = None,
    sheets: Annotated[
        str, typer.Option("--sheets", help="只要这几张分析表，例如 管理驾驶舱,SLA分析", metavar="工作表")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="覆盖不是 xlcrm 生成的同名文件，并备份它")] = False,
    as_json: AsJson = False,
) -> None:
    from xlcrm.actions import report as making  # noqa: PLC0415 - heavy; other commands start without it
    from xlcrm.actions.report_files import form_of  # noqa: PLC0415 - see above

    asked = making.Asked(
        month=month_named(month),
        now=end_of(as_of, moment(now)),
        form=form.strip().lower() or form_of(output),
        out=output,
        sheets=tuple(filter(None, re.split(r"[,，、;；\s]+", sheets))),
        force=force,
    )

    def work(progress: Callable[[str], None]) -> Outcome:
        return making.report(path, asked, progress)

    outcome = guarded(lambda: with_progress(work, quiet=as_json))
    if as_json:
        print_json(outcome.data | {"message": outcome.message, "remarks": list(outcome.remarks)})
    else:
        say(outcome, path, dry_run=False)
