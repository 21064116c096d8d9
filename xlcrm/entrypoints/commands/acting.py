"""Commands that run an action on a workbook."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xlcrm.actions import ACTIONS, AdoptParams, AnalyseParams, NormaliseParams, RunParams, WhyParams
from xlcrm.entrypoints.running import Target, run, work
from xlcrm.entrypoints.show import (
    cards_table,
    changes_table,
    findings_table,
    outcome_json,
    reasons_tree,
    rows_table,
    summary_table,
)
from xlcrm.entrypoints.terminal import (
    AsJson,
    AsOfText,
    DryRun,
    Live,
    MonthText,
    NowText,
    PathArgument,
    Pipe,
    Strict,
    end_of,
    guarded,
    moment,
    month_named,
    out,
    print_json,
    say,
)
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import SaveFailed, SheetProtected, UnsafeToPatch, WorkbookInUse

if TYPE_CHECKING:
    import datetime as dt

    from xlcrm.actions import Outcome

FOUND_ERRORS: Final = 1
"""The exit code of --strict where a finding is an error."""

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help=ACTIONS["refresh"].help)
def refresh(
    path: PathArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    params = RunParams(now=moment(now), dry_run=dry_run)
    outcome = run("refresh", target, params, quiet=as_json, write=not dry_run)
    if as_json:
        print_json(outcome_json(outcome, path))
    else:
        out.print(summary_table(outcome.counts))
        _say(outcome, target, dry_run=dry_run)
    _leave(outcome, strict=strict)


@commands.command(cls=ChineseCommand, help=ACTIONS["analyse"].help)
def analyse(
    path: PathArgument,
    *,
    month: MonthText = "",
    as_of: AsOfText = "",
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    at = end_of(as_of, moment(now))
    params = AnalyseParams(month=month_named(month), now=at, dry_run=dry_run)
    outcome = run("analyse", target, params, quiet=as_json, write=not dry_run)
    if as_json:
        print_json(outcome_json(outcome, path) | outcome.data)
        return
    for sheet in outcome.data["sheets"]:
        if sheet["cards"]:
            out.print(cards_table(sheet["sheet"], sheet["cards"]))
    _say(outcome, target, dry_run=dry_run)


@commands.command(cls=ChineseCommand, help=ACTIONS["check"].help)
def check(
    path: PathArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    at = moment(now)
    outcome = guarded(lambda: _check(target, at, dry_run=dry_run, quiet=as_json))
    if as_json:
        print_json(outcome_json(outcome, path))
    else:
        if outcome.findings is not None and len(outcome.findings):
            out.print(findings_table(outcome.findings))
        _say(outcome, target, dry_run=dry_run)
    _leave(outcome, strict=strict)


@commands.command(cls=ChineseCommand, help=ACTIONS["normalise"].help)
def normalise(
    path: PathArgument,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不加则只列出，不改动文件")] = False,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    params = NormaliseParams(now=moment(now), dry_run=dry_run, apply=apply)
    outcome = run("normalise", target, params, quiet=as_json, write=apply and not dry_run)
    _show_changes(outcome, target, dry_run=dry_run, as_json=as_json)
    if not (apply or as_json) and outcome.data["changes"]:
        out.print("确认无误后，加上 --apply 写入")


@commands.command(cls=ChineseCommand, help=ACTIONS["undo"].help)
def undo(
    path: PathArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    params = RunParams(now=moment(now), dry_run=dry_run)
    outcome = run("undo", target, params, quiet=as_json, write=not dry_run)
    _show_changes(outcome, target, dry_run=dry_run, as_json=as_json)


@commands.command(cls=ChineseCommand, help=ACTIONS["adopt"].help)
def adopt(
    path: PathArgument,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="登记；不加则只列出，不改动文件")] = False,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    params = AdoptParams(now=moment(now), dry_run=dry_run, apply=apply)
    outcome = run("adopt", target, params, quiet=as_json, write=apply and not dry_run)
    if as_json:
        print_json(outcome_json(outcome, path) | outcome.data)
        return
    if outcome.data["rows"]:
        out.print(rows_table(outcome.data["rows"]))
    _say(outcome, target, dry_run=dry_run)
    if not apply and outcome.data["rows"]:
        out.print("确认无误后，加上 --apply 登记")


@commands.command(cls=ChineseCommand, help=ACTIONS["why"].help)
def why(
    path: PathArgument,
    sheet: Annotated[str, typer.Option("--sheet", help="工作表名称，例如 客户投诉登记表", metavar="工作表")],
    row: Annotated[int, typer.Option("--row", help="行号，与 Excel 左侧的行号一致", metavar="行号", min=1)],
    *,
    now: NowText = "",
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    target = Target(path, live, pipe)
    params = WhyParams(sheet=sheet, row=row, now=moment(now))
    outcome = run("why", target, params, quiet=as_json, write=False)
    if as_json:
        print_json(outcome.data)
    else:
        _say(outcome, target, dry_run=False)
        if outcome.data:
            out.print(reasons_tree(outcome.data))


def _check(target: Target, now: dt.datetime | None, *, dry_run: bool, quiet: bool) -> Outcome:
    """Check and write; where the workbook cannot be written just now, the findings are still shown."""
    if not dry_run:
        try:
            return work("check", target, RunParams(now=now), quiet=quiet, write=True)
        except (WorkbookInUse, SaveFailed, UnsafeToPatch, SheetProtected) as error:
            lost = f"校验结果没有写入工作簿：{error.message}"
    outcome = work("check", target, RunParams(now=now, dry_run=True), quiet=quiet, write=False)
    return outcome if dry_run else dataclasses.replace(outcome, remarks=[*outcome.remarks, lost])


def _say(outcome: Outcome, target: Target, *, dry_run: bool) -> None:
    say(outcome, target.path, dry_run=dry_run, live=target.is_live)


def _show_changes(outcome: Outcome, target: Target, *, dry_run: bool, as_json: bool) -> None:
    """What an action rewrites in the user's cells, cell by cell."""
    if as_json:
        print_json(outcome_json(outcome, target.path) | outcome.data)
        return
    if outcome.data["changes"]:
        out.print(changes_table(outcome.data["changes"]))
    _say(outcome, target, dry_run=dry_run)


def _leave(outcome: Outcome, *, strict: bool) -> None:
    if strict and outcome.errors:
        raise typer.Exit(FOUND_ERRORS)
