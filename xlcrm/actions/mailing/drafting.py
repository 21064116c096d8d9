"""Letters as drafts: in Outlook where it runs, else as files; nothing is noted as sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome
from xlcrm.actions.mailing.telling import counted, counts, data_of, nothing
from xlcrm.errors import ParameterError, UsageError
from xlcrm.mail.address import is_address
from xlcrm.mail.drafts import draft_in_outlook, find_outlook, write_eml
from xlcrm.mail.letter import Person

if TYPE_CHECKING:
    import datetime as dt

    from xlcrm.actions.mailing.desk import Desk
    from xlcrm.rules.parameters import Parameters
    from xlcrm.workbook.port import Door

FOLDER: Final = "邮件草稿"
"""Beside the workbook."""


def drafted(door: Door, desk: Desk, at: dt.datetime) -> Outcome:
    """Make drafts of the letters of a plan.

    Args:
        door: the workbook.
        desk: what was read through it.
        at: the moment of the run, with a zone.

    Raises:
        UsageError: files are to be written, and the workbook is in no folder of this machine.
        ParameterError: files are to be written, and nobody knows who writes.
        MailError: Outlook, or the system, refused.
    """
    letters = [desk.letter(wish) for wish in desk.plan.wishes]
    data = {**data_of(letters, [], sent=0), "drafts": []}
    if not letters:
        return Outcome(nothing(desk), {}, desk.plan.remarks, data=data)
    outlook = find_outlook()
    if outlook is not None:
        for letter in letters:
            draft_in_outlook(letter, outlook, show=len(letters) == 1)
        message = f"已在 Outlook 的“草稿”里建立 {counted(letters)}，没有发送；看过后在 Outlook 里发送"
        return Outcome(message, counts(letters), desk.plan.remarks, data=data)
    if door.file is None:
        raise UsageError(
            f"“{door.title}”在这台电脑上没有文件（还没有保存过，或在网盘上），草稿不知道放在哪里；"
            "请先把它保存到本机文件夹"
        )
    sender = _sender(desk.loaded.facts.parameters)
    folder = door.file.resolve().parent / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"不能建立文件夹“{folder}”，请检查权限和空间") from error
    files = [write_eml(letter, sender, at, folder) for letter in letters]
    where = f"：{files[0]}" if len(files) == 1 else f"，放在 {folder}"
    message = f"已生成 {counted(letters)}的草稿，没有发送{where}；双击打开，看过后发送"
    data["drafts"] = [str(file) for file in files]
    return Outcome(message, counts(letters), desk.plan.remarks, data=data)


def _sender(parameters: Parameters) -> Person:
    """Who writes; a draft needs no server.

    Raises:
        ParameterError: 参数表 does not say.
    """
    email = parameters.mail_sender.strip() or parameters.mail_user.strip()
    if not is_address(email):
        raise ParameterError(
            "参数表没有填写“发件人邮箱”或“邮箱账号”（像 crm@example.com），请填写后再生成草稿"
        )
    return Person(parameters.mail_sender_name.strip(), email)
