"""The command that keeps passwords where they belong: in the system's keyring."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from xlcrm.entrypoints.terminal import PathArgument, guarded, out
from xlcrm.entrypoints.wording import ChineseCommand
from xlcrm.errors import UsageError, WorkbookMissing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

commands = typer.Typer()


@commands.command(cls=ChineseCommand, help="把邮箱密码（或副本的密码）存入系统钥匙串；密码从不写进工作簿。")
def password(
    path: PathArgument,
    *,
    copy: Annotated[bool, typer.Option("--copy", help="存管理层副本的密码，不是邮箱密码")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="从系统钥匙串删除密码")] = False,
) -> None:
    told = guarded(lambda: keep(path, _ask, copy=copy, remove=remove))
    out.print(told, soft_wrap=True, highlight=False, markup=False)


def keep(path: Path, ask: Callable[[str], str], *, copy: bool, remove: bool) -> str:
    """Store or remove a password; what was done, as a sentence.

    Args:
        path: the workbook.
        ask: shows a text and gives back what is typed, unseen.
        copy: the password of encrypted copies, else of the mail account.
        remove: forget it.

    Raises:
        WorkbookError: the workbook cannot be read.
        ParameterError: 参数表 does not describe the mail account; to forget a password its name is enough.
        UsageError: two different ones were typed, or nobody can type.
        MailError: there is no keyring, or it refused.
    """
    from xlcrm.mail import keychain  # noqa: PLC0415 - other commands start without it

    if not path.is_file():
        raise WorkbookMissing(f"找不到工作簿“{path}”，请检查路径")
    service, user, whose, variable = _copy(path) if copy else _mail(path, remove=remove)
    if remove:
        removed = keychain.remove(service, user)
        return (
            f"已从系统钥匙串删除{whose}的密码。" if removed else f"系统钥匙串里没有{whose}的密码，没有改动。"
        )
    keychain.check(service)
    keychain.store(service, user, _typed(path, ask, whose, copy=copy))
    told = f"已把{whose}的密码存入系统钥匙串，以后会自动取用。"
    if os.environ.get(variable):
        told += f"注意：环境变量 {variable} 也有密码，以它为准。"
    return told


def _copy(path: Path) -> tuple[str, str, str, str]:
    """Service, user, whose password it is in words, and the variable that goes before it."""
    from xlcrm.actions.copy_secret import VARIABLE  # noqa: PLC0415 - heavy
    from xlcrm.mail import keychain  # noqa: PLC0415 - other commands start without it

    return keychain.COPY, path.name, f"“{path.name}”的管理层副本", VARIABLE


def _mail(path: Path, *, remove: bool) -> tuple[str, str, str, str]:
    from xlcrm.mail import keychain  # noqa: PLC0415 - other commands start without it
    from xlcrm.mail.account import PASSWORD_VARIABLE, account_of, user_of  # noqa: PLC0415 - same
    from xlcrm.rules.parameters import read_parameters  # noqa: PLC0415 - same
    from xlcrm.tables.system import PARAMETERS  # noqa: PLC0415 - same
    from xlcrm.workbook.file import FileDoor  # noqa: PLC0415 - same
    from xlcrm.workbook.reading import read_tables  # noqa: PLC0415 - same

    with FileDoor(path, write=False) as door:
        reading = read_tables(door, (PARAMETERS,))
    parameters = read_parameters(reading.tables.get(PARAMETERS.name))
    user = user_of(parameters) if remove else account_of(parameters).user  # one that fails later is no use
    return keychain.SMTP, user, f"邮箱账号“{user}”", PASSWORD_VARIABLE


def _typed(path: Path, ask: Callable[[str], str], whose: str, *, copy: bool) -> str:
    from xlcrm.actions import copy_secret  # noqa: PLC0415 - heavy
    from xlcrm.mail import account  # noqa: PLC0415 - other commands start without it

    if not sys.stdin.isatty():
        raise UsageError("密码只能在终端里输入，请打开终端运行这条命令；自动运行时请用环境变量，见用户手册")
    first = ask(f"{whose}的密码（输入时不显示）")
    if copy:
        copy_secret.check_password(first, path.name)
    else:
        account.check_password(first)
    if ask("再输入一次") != first:
        raise UsageError("两次输入的密码不一样，没有存入，请重新运行")
    return first


def _ask(text: str) -> str:
    typed: str = typer.prompt(text, hide_input=True, err=True)
    return typed
