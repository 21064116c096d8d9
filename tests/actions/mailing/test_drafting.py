"""Letters as drafts: files beside the workbook, or in Outlook; nothing counts as sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.reading import rows
from tests.mail_office import NOW, set_parameters
from xlcrm.actions.base import MailParams, Outcome, silent
from xlcrm.actions.mailing import drafting
from xlcrm.actions.mailing.verb import mail, outbox_file
from xlcrm.errors import ParameterError, UsageError
from xlcrm.tables.mailing import DIGEST
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.mail.letter import Letter


def drafts(path: Path, **params: Any) -> Outcome:
    with FileDoor(path, write=False) as door:
        return mail(door, MailParams(now=NOW, letters=(DIGEST,), draft=True, **params), silent)


@pytest.fixture(autouse=True)
def no_outlook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "find_outlook", lambda: None)


def test_drafts_are_files_beside_the_workbook(workbook: Path) -> None:
    before = workbook.read_bytes()
    outcome = drafts(workbook)
    files = sorted((workbook.parent / "邮件草稿").iterdir())
    assert sorted(outcome.data["drafts"]) == [str(file) for file in files]
    assert outcome.message.startswith("已生成 2 封邮件（个人清单 2 封）的草稿，没有发送，放在 ")
    assert [file.name.rsplit("-", 1)[0] for file in files] == [
        "邮件草稿-2026-11-20-个人清单-李明",
        "邮件草稿-2026-11-20-个人清单-王芳",
    ]
    assert b"X-Unsent: 1" in files[0].read_bytes()
    assert workbook.read_bytes() == before
    assert not outbox_file(workbook).exists()
    assert rows(workbook, "发送记录") == {}
    assert len(drafts(workbook).data["drafts"]) == 2


def test_one_draft_is_named(workbook: Path) -> None:
    outcome = drafts(workbook, to=("王芳",))
    assert "草稿，没有发送：" in outcome.message
    assert outcome.message.split("：")[1].split("；")[0] == outcome.data["drafts"][0]


def test_a_dry_run_makes_no_drafts(workbook: Path) -> None:
    assert drafts(workbook, dry_run=True).message.startswith("将发送 2 封")
    assert not (workbook.parent / "邮件草稿").exists()


def test_where_outlook_runs_they_are_its_drafts(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, bool]] = []

    def draft(letter: Letter, outlook: object, *, show: bool) -> None:
        assert outlook == "Outlook"
        made.append((letter.to.name, show))

    monkeypatch.setattr(drafting, "find_outlook", lambda: "Outlook")
    monkeypatch.setattr(drafting, "draft_in_outlook", draft)
    outcome = drafts(workbook)
    assert made == [("李明", False), ("王芳", False)]
    assert outcome.message.startswith("已在 Outlook 的“草稿”里建立 2 封邮件")
    drafts(workbook, to=("王芳",))
    assert made[2:] == [("王芳", True)]
    assert not (workbook.parent / "邮件草稿").exists()


def test_nothing_to_write_about(workbook: Path) -> None:
    set_parameters(workbook, {"允许的收件域名": "example.org"})
    outcome = drafts(workbook)
    assert outcome.message == "没有需要发送的邮件"
    assert outcome.remarks == ("没有给 李明、王芳 发送：域名 example.com 不在参数表的“允许的收件域名”里",)


def test_a_draft_needs_a_sender_and_a_folder_but_no_server(workbook: Path) -> None:
    set_parameters(workbook, {"邮件服务器": None})
    assert len(drafts(workbook).data["drafts"]) == 2
    set_parameters(workbook, {"邮箱账号": None})
    with pytest.raises(ParameterError):
        drafts(workbook)
    set_parameters(workbook, {"发件人邮箱": "crm@example.com"})
    for file in (workbook.parent / "邮件草稿").iterdir():
        file.unlink()
    (workbook.parent / "邮件草稿").rmdir()
    (workbook.parent / "邮件草稿").write_text("")
    with pytest.raises(UsageError) as caught:
        drafts(workbook)
    assert "不能建立文件夹" in caught.value.message
