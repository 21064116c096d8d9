"""The command line: parse, call an action, show the outcome."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xlcrm import __version__
from xlcrm.actions import ACTIONS, AdoptParams, NormaliseParams, RunParams, WhyParams
from xlcrm.actions.base import silent
from xlcrm.entrypoints import faults
from xlcrm.entrypoints.show import (
    changes_table,
    findings_table,
    outcome_json,
    reasons_tree,
    rows_table,
    rules_table,
    summary_table,
)
from xlcrm.entrypoints.wording import (
    ChineseCommand,
    ChineseGroup,
    help_text,
    is_usage_error,
    usage_sentence,
)
from xlcrm.errors import SaveFailed, UnsafeToPatch, UsageError, WorkbookInUse, XlcrmError
from xlcrm.tables import PACKS, SYSTEM_TABLES, TABLES
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.actions import Outcome, Params

T = TypeVar("T")
FOUND_ERRORS, CANNOT = 1, 2
INTERRUPTED = 130
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
out = Console()
err = Console(stderr=True)

NowText = Annotated[str, typer.Option("--now", help="以此为当前时间，例如 2026-01-31T09:00", metavar="时间")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="输出成文档页面")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只显示将要写入什么，不改动文件")]
Strict = Annotated[bool, typer.Option("--strict", help="有“错误”级别的校验结果时以 1 退出")]
PackName = Annotated[str, typer.Option("--pack", help=f"模板：{'、'.join(PACKS.values())}", metavar="模板")]
PathArgument = Annotated[Path, typer.Argument(help="工作簿文件", metavar="文件", show_default=False)]


@app.command(cls=ChineseCommand, help=ACTIONS["refresh"].help)
def refresh(
    path: PathArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    outcome = _run(
        "refresh", path, RunParams(now=_moment(now), dry_run=dry_run), quiet=as_json, write=not dry_run
    )
    if as_json:
        _print_json(outcome_json(outcome, path))
    else:
        out.print(summary_table(outcome.counts))
        _say(outcome, path, dry_run=dry_run)
    _leave(outcome, strict=strict)


@app.command(cls=ChineseCommand, help=ACTIONS["check"].help)
def check(
    path: PathArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    moment = _moment(now)
    outcome = _guarded(lambda: _check(path, moment, dry_run=dry_run, quiet=as_json))
    if as_json:
        _print_json(outcome_json(outcome, path))
    else:
        if outcome.findings is not None and len(outcome.findings):
            out.print(findings_table(outcome.findings))
        _say(outcome, path, dry_run=dry_run)
    _leave(outcome, strict=strict)


@app.command(cls=ChineseCommand, help=ACTIONS["normalise"].help)
def normalise(
    path: PathArgument,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不加则只列出，不改动文件")] = False,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    params = NormaliseParams(now=_moment(now), dry_run=dry_run, apply=apply)
    outcome = _run("normalise", path, params, quiet=as_json, write=apply and not dry_run)
    _show_changes(outcome, path, dry_run=dry_run, as_json=as_json)
    if not (apply or as_json) and outcome.data["changes"]:
        out.print("确认无误后，加上 --apply 写入")


@app.command(cls=ChineseCommand, help=ACTIONS["undo"].help)
def undo(path: PathArgument, *, now: NowText = "", dry_run: DryRun = False, as_json: AsJson = False) -> None:
    params = RunParams(now=_moment(now), dry_run=dry_run)
    outcome = _run("undo", path, params, quiet=as_json, write=not dry_run)
    _show_changes(outcome, path, dry_run=dry_run, as_json=as_json)


@app.command(cls=ChineseCommand, help=ACTIONS["adopt"].help)
def adopt(
    path: PathArgument,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="登记；不加则只列出，不改动文件")] = False,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    params = AdoptParams(now=_moment(now), dry_run=dry_run, apply=apply)
    outcome = _run("adopt", path, params, quiet=as_json, write=apply and not dry_run)
    if as_json:
        _print_json(outcome_json(outcome, path) | outcome.data)
        return
    if outcome.data["rows"]:
        out.print(rows_table(outcome.data["rows"]))
    _say(outcome, path, dry_run=dry_run)
    if not apply and outcome.data["rows"]:
        out.print("确认无误后，加上 --apply 登记")


@app.command(cls=ChineseCommand, help=ACTIONS["why"].help)
def why(
    path: PathArgument,
    sheet: Annotated[str, typer.Option("--sheet", help="工作表名称，例如 客户投诉登记表", metavar="工作表")],
    row: Annotated[int, typer.Option("--row", help="行号，与 Excel 左侧的行号一致", metavar="行号", min=1)],
    *,
    now: NowText = "",
    as_json: AsJson = False,
) -> None:
    outcome = _run("why", path, WhyParams(sheet=sheet, row=row, now=_moment(now)), quiet=as_json, write=False)
    if as_json:
        _print_json(outcome.data)
    else:
        out.print(outcome.message)
        out.print(reasons_tree(outcome.data))


@app.command(cls=ChineseCommand, help="建立一个空的工作簿。")
def new(
    path: PathArgument,
    pack: PackName = "crm",
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    _guarded(lambda: out.print(create.new(path, pack).message))


@app.command(cls=ChineseCommand, help="生成带有虚构客户的演示工作簿并刷新。")
def demo(
    folder: Annotated[Path, typer.Argument(help="放在哪个文件夹", metavar="文件夹")] = Path(),
    rows: Annotated[int, typer.Option("--rows", help="客户数", metavar="数量")] = 300,
    pack: PackName = "crm",
    now: NowText = "",
) -> None:
    from xlcrm.actions import create  # noqa: PLC0415 - builds workbooks; other commands start without it

    def work(progress: Callable[[str], None]) -> tuple[Path, Outcome]:
        return create.demo(folder, rows, _moment(now), progress, pack)

    path, outcome = _guarded(lambda: _with_progress(work, quiet=False))
    out.print(summary_table(outcome.counts))
    _say(outcome, path, dry_run=False)
    out.print(f"演示工作簿：{path.resolve()}", soft_wrap=True)


@app.command(cls=ChineseCommand, help="列出所有工作表和列。")
def schema(*, as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    from xlcrm.actions import describe, reference  # noqa: PLC0415 - other commands start without it

    if markdown:
        sys.stdout.write(reference.tables_page())
        return
    found = describe.schema()
    if as_json:
        _print_json(found)
        return
    for sheet in found["sheets"]:
        headings = "、".join(item["heading"] for item in sheet["columns"])
        out.print(f"{sheet['title']}（{sheet['key']}）：{headings}", soft_wrap=True)


@app.command(cls=ChineseCommand, help="列出默认规则。")
def rules(*, as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    from xlcrm.actions import describe, reference  # noqa: PLC0415 - other commands start without it

    if markdown:
        sys.stdout.write(reference.rules_page())
        return
    found = describe.rules()
    if as_json:
        _print_json(found)
    else:
        out.print(rules_table(found))


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
    del version


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text.strip().replace("/", "-")).replace(tzinfo=None)
    except ValueError:
        return _guarded(lambda: _refuse_moment(text))


def _refuse_moment(text: str) -> dt.datetime:
    raise UsageError(f"看不懂时间“{text}”；写法如 2026-01-31 或 2026-01-31T09:00")


def _check(path: Path, now: dt.datetime | None, *, dry_run: bool, quiet: bool) -> Outcome:
    """Check and write; where the workbook cannot be written just now, the findings are still shown."""
    if not dry_run:
        try:
            return _work("check", path, RunParams(now=now), quiet=quiet, write=True)
        except (WorkbookInUse, SaveFailed, UnsafeToPatch) as error:
            lost = f"校验结果没有写入工作簿：{error.message}"
    outcome = _work("check", path, RunParams(now=now, dry_run=True), quiet=quiet, write=False)
    return outcome if dry_run else dataclasses.replace(outcome, remarks=[*outcome.remarks, lost])


def _run(name: str, path: Path, params: Params, *, quiet: bool, write: bool) -> Outcome:
    return _guarded(lambda: _work(name, path, params, quiet=quiet, write=write))


def _work(name: str, path: Path, params: Params, *, quiet: bool, write: bool) -> Outcome:
    def work(progress: Callable[[str], None]) -> Outcome:
        with FileDoor(path, write=write) as door:
            door.prefetch([title for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles])
            return ACTIONS[name].run(door, params, progress)

    return _with_progress(work, quiet=quiet)


def _with_progress(work: Callable[[Callable[[str], None]], T], *, quiet: bool) -> T:
    if quiet or not err.is_terminal:
        return work(silent)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("")
        return work(lambda stage: shown.update(task, description=stage))


def _guarded(work: Callable[[], T]) -> T:
    """Run, and end with one sentence where something cannot go on."""
    try:
        return work()
    except XlcrmError as error:
        err.print(f"不能完成：{error.message}", soft_wrap=True, markup=False, highlight=False)
        raise typer.Exit(CANNOT) from error


def _say(outcome: Outcome, path: Path, *, dry_run: bool) -> None:
    out.print(outcome.message, soft_wrap=True, highlight=False)
    for remark in outcome.remarks:
        out.print(f"· {remark}", soft_wrap=True, highlight=False, markup=False)
    if dry_run and outcome.changes is not None:
        out.print(f"试运行：将写入 {outcome.changes.cells} 个单元格，文件没有改动")
    elif outcome.saved is not None and outcome.saved.backup is not None:
        out.print(
            f"已写入 {path.name}，备份在 {outcome.saved.backup}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )


def _show_changes(outcome: Outcome, path: Path, *, dry_run: bool, as_json: bool) -> None:
    """What an action rewrites in the user's cells, cell by cell."""
    if as_json:
        _print_json(outcome_json(outcome, path) | outcome.data)
        return
    if outcome.data["changes"]:
        out.print(changes_table(outcome.data["changes"]))
    _say(outcome, path, dry_run=dry_run)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def _leave(outcome: Outcome, *, strict: bool) -> None:
    if strict and outcome.errors:
        raise typer.Exit(FOUND_ERRORS)


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
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
