"""The command that makes the management copy."""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from xlcrm.actions import ACTIONS, CopyParams
from xlcrm.entrypoints.running import Target, run
from xlcrm.entrypoints.show import outcome_json
from xlcrm.entrypoints.terminal import (
    AsJson,
    DryRun,
    Live,
    MonthText,
    NowText,
    PathArgument,
    Pipe,
    guarded,
    moment,
    month_named,
    print_json,
    say,
)
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import UsageError
from xlcrm.rules.parameters import MASKED, parse_masked

if TYPE_CHECKING:
    from collections.abc import Callable

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help=ACTIONS["copy"].help)
def copy(
    path: PathArgument,
    *,
    month: MonthText = "",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="文件名或文件夹，默认与工作簿放在一起", metavar="文件"),
    ] = None,
    mask: Annotated[
        str,
        typer.Option(
            "--mask",
            help=f"遮住哪些内容：{'、'.join(MASKED)}，或 无；不加则用参数表的脱敏内容",
            metavar="内容",
        ),
    ] = "",
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="用密码加密；密码从环境变量、系统钥匙串或提示中取得")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="覆盖不是 xlcrm 生成的同名文件，并备份它")] = False,
    now: NowText = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    params = CopyParams(
        month=month_named(month),
        now=moment(now),
        dry_run=dry_run,
        out=output,
        masked=guarded(lambda: masked_named(mask)),
        encrypt=encrypt,
        password=guarded(lambda: typed_password(path.name, _ask)) if encrypt else None,
        force=force,
    )
    outcome = run("copy", Target(path, live, pipe), params, quiet=as_json, write=False)
    if as_json:
        print_json(outcome_json(outcome, path) | outcome.data)
    else:
        say(outcome, path, dry_run=dry_run)


def masked_named(text: str) -> frozenset[str] | None:
    """What --mask names; None where it was not given.

    Raises:
        UsageError: a word that is no kind of personal data.
    """
    if not text.strip():
        return None
    try:
        return parse_masked(text)
    except ValueError as error:
        raise UsageError(f"--mask 的“{text}”不能使用：{error}") from None


def typed_password(workbook: str, ask: Callable[[str], str]) -> SecretStr | None:
    """The password of the copy, typed twice; None where one is kept, or nobody sits at a terminal.

    Args:
        workbook: its file name.
        ask: shows a text and gives back what is typed, unseen.

    Raises:
        UsageError: two different ones were typed.
        IncompleteInstall: what encrypts is not installed.
    """
    from xlcrm.actions.copy_secret import need_encryption, password_kept  # noqa: PLC0415 - heavy

    need_encryption()
    if password_kept(workbook, os.environ) or not sys.stdin.isatty():
        return None
    first = ask("副本的密码（输入时不显示）")
    if ask("再输入一次") != first:
        raise UsageError("两次输入的密码不一样，没有生成副本，请重新运行")
    return SecretStr(first)


def _ask(text: str) -> str:
    typed: str = typer.prompt(text, hide_input=True, err=True)
    return typed
