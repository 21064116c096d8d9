"""`xlcrm mail`: what it asks of the action, what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.running import call
from xlcrm.actions import MailParams, Outcome
from xlcrm.entrypoints.commands import mailing
from xlcrm.entrypoints.terminal import out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.entrypoints.running import Target

LETTER: dict[str, Any] = {
    "kind": "管理层邮件",
    "name": "张总",
    "email": "zhang@example.com",
    "subject": "【客户管理】[bold]逾期3项",
    "attachments": ["副本.xlsx"],
    "bytes": 1_572_864,
    "notices": [],
    "key": "management|2026-11-20|zhang@example.com",
    "result": "已发送",
    "detail": "",
}


class Asked:
    """Stands for the runner of actions, and remembers what was asked."""

    def __init__(self, **outcome: Any) -> None:
        data: Mapping[str, Any] = {"sent": 1, "letters": [LETTER]}
        self.outcome = Outcome(**{"message": "已发送 1 封邮件", "data": data, **outcome})

    def __call__(self, name: str, target: Target, params: MailParams, *, quiet: bool, write: bool) -> Outcome:
        self.name, self.target, self.params, self.quiet, self.write = name, target, params, quiet, write
        return self.outcome


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    monkeypatch.setattr(mailing, "run", made)
    monkeypatch.setattr(out, "width", 200)
    return made


def test_by_default_the_letters_of_the_day_are_sent(asked: Asked) -> None:
    ran = call("mail", "客户.xlsx")
    assert ran.code == 0
    assert asked.params == MailParams(apply=True)
    assert asked.params.letters == ("管理层邮件", "个人清单")
    assert (asked.name, asked.write) == ("mail", False), "the action opens the file for writing itself"
    assert "已发送 1 封邮件" in ran.out
    assert "【客户管理】[bold]逾期3项" in ran.out
    assert "1.5 MB" in ran.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--letters", "超时提醒"), ("超时提醒",)),
        (("--letters", "个人清单、超时提醒,个人清单"), ("个人清单", "超时提醒")),
        (("--letters", "个人清单", "--letters", "超时提醒"), ("个人清单", "超时提醒")),
        (("--letters", "全部"), ("管理层邮件", "个人清单", "超时提醒")),
    ],
)
def test_kinds_of_letters_are_named(asked: Asked, words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert call("mail", "客户.xlsx", *words).code == 0
    assert asked.params.letters == expected


def test_an_unknown_kind_is_refused(asked: Asked) -> None:
    ran = call("mail", "客户.xlsx", "--letters", "日报")
    assert ran.code == 2
    assert "“日报”不认识" in ran.err
    assert not hasattr(asked, "params")


def test_everything_that_is_asked_reaches_the_action(asked: Asked) -> None:
    call(
        "mail",
        "客户.xlsx",
        "--to",
        "张总",
        "--to",
        "a@example.com",
        "--month",
        "2026-10",
        "--again",
        "--live",
    )
    assert (asked.params.to, str(asked.params.month), asked.params.again) == (
        ("张总", "a@example.com"),
        "2026-10-01",
        True,
    )
    assert asked.target.live
    assert asked.write, "an open workbook is written through the same door"


@pytest.mark.parametrize("word", ["--dry-run", "--draft"])
def test_what_sends_nothing_writes_nothing(asked: Asked, word: str) -> None:
    assert call("mail", "客户.xlsx", word, "--live").code == 0
    assert (asked.params.apply, asked.write) == (False, False)


@pytest.mark.parametrize(
    ("drafts", "terminal", "opened"),
    [(["一.eml"], True, [Path("一.eml")]), (["一.eml"], False, []), (["一.eml", "二.eml"], True, [])],
)
def test_a_single_draft_is_opened_for_whoever_sits_there(
    monkeypatch: pytest.MonkeyPatch, *, drafts: list[str], terminal: bool, opened: list[Path]
) -> None:
    monkeypatch.setattr(mailing, "run", Asked(data={"sent": 0, "letters": [], "drafts": drafts}))
    monkeypatch.setattr(type(out), "is_terminal", terminal)
    found: list[Path] = []
    monkeypatch.setattr(mailing, "open_eml", found.append)
    assert call("mail", "客户.xlsx", "--draft").code == 0
    assert found == opened


def test_as_json(asked: Asked) -> None:
    ran = call("mail", "客户.xlsx", "--json")
    assert asked.quiet
    found = json.loads(ran.out)
    assert found["letters"] == [LETTER]
    assert found["sent"] == 1


def test_where_nothing_could_be_sent_it_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Asked(message="1 封邮件都没有发出", ok=False, data={"sent": 0, "letters": []})
    monkeypatch.setattr(mailing, "run", failed)
    ran = call("mail", "客户.xlsx")
    assert (ran.code, ran.out.strip()) == (2, "1 封邮件都没有发出")
    assert call("mail", "客户.xlsx", "--json").code == 2
