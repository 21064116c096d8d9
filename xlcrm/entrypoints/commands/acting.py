"""Commands that run an action on a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xlcrm.actions import ACTIONS, AdoptParams, AnalyseParams, NormaliseParams, RunParams, WhyParams
from xlcrm.entrypoints import running
from xlcrm.entrypoints.named import names_one
from xlcrm.entrypoints.running import Target, run
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
    FOUND_ERRORS,
    AsJson,
    AsOfText,
    AtOnce,
    DryRun,
    Live,
    MonthText,
    NowText,
    PathArgument,
    PathsArgument,
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

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.actions import Outcome

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help=ACTIONS["refresh"].help)
def refresh(
    paths: PathsArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
    live: Live = False,
    pipe: Pipe = "",
    jobs: AtOnce = 0,
) -> None:
    params = RunParams(now=moment(now), dry_run=dry_run)
    if not names_one(paths):
        _many("refresh", paths, params, jobs, as_json=as_json, strict=strict, live=live or bool(pipe))
        return
    path = paths[0]
    target = Target(path, live, pipe)
    outcome = run("refresh", target, params, quiet=as_json, write=not dry_run)
    if as_json:
        print_json(outcome_json(outcome, path))
    else:
        out.print(summary_table(outcome.counts))
        _say(outcome, target, dry_run=dry_run)
    _leave(outcome, strict=strict)


@commands.command(cls=ChineseCommand, help=ACTIONS["analyse"].help)
def analyse(
    paths: PathsArgument,
    *,
    month: MonthText = "",
    as_of: AsOfText = "",
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
    jobs: AtOnce = 0,
) -> None:
    at = end_of(as_of, moment(now))
    params = AnalyseParams(month=month_named(month), now=at, dry_run=dry_run)
    if not names_one(paths):
        _many("analyse", paths, params, jobs, as_json=as_json, live=live or bool(pipe))
        return
    path = paths[0]
    target = Target(path, live, pipe)
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
    paths: PathsArgument,
    *,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    strict: Strict = False,
    live: Live = False,
    pipe: Pipe = "",
    jobs: AtOnce = 0,
) -> None:
    params = RunParams(now=moment(now), dry_run=dry_run)
    if not names_one(paths):
        _many("check", paths, params, jobs, as_json=as_json, strict=strict, live=live or bool(pipe))
        return
    path = paths[0]
    target = Target(path, live, pipe)
    outcome = guarded(lambda: running.check(target, params, quiet=as_json))
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


def _many(action: str, words: Sequence[Path], params: RunParams, jobs: int, **wanted: bool) -> None:
    from xlcrm.entrypoints.many_shown import Manner, leave_many  # noqa: PLC0415 - one workbook does without

    leave_many(action, words, params, Manner(jobs, **wanted))


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
