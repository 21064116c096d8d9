"""The command that sends letters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlcrm.actions import ACTIONS, MailParams
from xlcrm.entrypoints.running import Target, run
from xlcrm.entrypoints.show import letters_table, outcome_json
from xlcrm.entrypoints.terminal import (
    CANNOT,
    AsJson,
    Live,
    MonthText,
    NowText,
    PathArgument,
    Pipe,
    guarded,
    moment,
    month_named,
    out,
    print_json,
    say,
)
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import UsageError
from xlcrm.mail.drafts import open_eml
from xlcrm.tables.mailing import LETTER_KIND

if TYPE_CHECKING:
    from collections.abc import Sequence

commands = typer.Typer()
_ALL = "全部"


@commands.command(
    cls=ChineseCommand,
    help="给管理层发数字和副本，给每位负责人发自己的清单；每封一天只发一次，发过什么记入 发送记录。",
)
def mail(
    path: PathArgument,
    *,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="只发给此人：通讯录里的姓名，或邮箱；可以写多次", metavar="姓名"),
    ] = None,
    letters: Annotated[
        list[str] | None,
        typer.Option(
            "--letters",
            help=f"发哪些：{'、'.join(LETTER_KIND.values)}，或 {_ALL}；不加则发前两种",
            metavar="邮件",
        ),
    ] = None,
    month: MonthText = "",
    draft: Annotated[
        bool, typer.Option("--draft", help="不发送，生成草稿：Outlook 草稿，或可以打开的 .eml 文件")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出谁会收到什么，不发送")] = False,
    again: Annotated[bool, typer.Option("--again", help="今天发过的也再发一次")] = False,
    now: NowText = "",
    as_json: AsJson = False,
    live: Live = False,
    pipe: Pipe = "",
) -> None:
    kinds = guarded(lambda: _kinds(letters or []))
    params = MailParams(
        now=moment(now),
        dry_run=dry_run,
        apply=not (dry_run or draft),
        to=tuple(to or ()),
        month=month_named(month),
        draft=draft,
        again=again,
        **({"letters": kinds} if kinds else {}),
    )
    target = Target(path, live, pipe)
    action = ACTIONS["mail"]
    writes = target.is_live or not action.late
    outcome = run(action.name, target, params, quiet=as_json, write=params.apply and writes)
    if as_json:
        print_json(outcome_json(outcome, path) | outcome.data)
    else:
        if outcome.data["letters"]:
            out.print(letters_table(outcome.data["letters"]))
        say(outcome, path, dry_run=dry_run, live=target.is_live)
        files = outcome.data.get("drafts", [])
        if len(files) == 1 and out.is_terminal:  # one is looked at now; of many, whoever sends picks them
            open_eml(Path(files[0]))
    if not outcome.ok:
        raise typer.Exit(CANNOT)


def _kinds(asked: Sequence[str]) -> tuple[str, ...]:
    """The kinds of letters that --letters names; none where it was not given.

    Raises:
        UsageError: a word that is none of them.
    """
    words = [
        word for text in asked for word in text.replace("，", "、").replace(",", "、").split("、") if word
    ]
    if _ALL in words:
        return LETTER_KIND.values
    for word in words:
        if word not in LETTER_KIND.values:
            raise UsageError(f"--letters 的“{word}”不认识；可写 {'、'.join(LETTER_KIND.values)}，或 {_ALL}")
    return tuple(dict.fromkeys(words))
