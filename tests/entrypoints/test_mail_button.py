"""The button 发送邮件: it lists who gets what, asks, and sends; the program and the post are stand-ins."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tests.actions.mailing.carriers import Carrier
from tests.e2e.reading import rows
from tests.entrypoints.test_buttons import Book, click, from_file
from tests.mail_office import NOW, office, set_parameters
from xlcrm.actions.mailing import desk, verb
from xlcrm.analysis.sheets import analyse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    made = Carrier()
    monkeypatch.setattr(verb, "Post", made)
    monkeypatch.setattr(desk, "analyse", lambda scope: analyse(scope, ["dashboard"]))
    monkeypatch.setenv("XLCRM_SMTP_PASSWORD", "secret")
    return made


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    path = office(tmp_path / "客户.xlsx", parameters={"固定时钟": f"{NOW:%Y-%m-%d %H:%M}"})
    with patch("xlcrm.workbook.live.LiveDoor", from_file):
        yield Book(path)


def test_it_lists_who_gets_what_asks_and_sends(book: Book, carrier: Carrier) -> None:
    click("mail", book)
    asked, told = book.app.boxes
    assert asked.startswith("将发送 3 封邮件（管理层邮件 1 封，个人清单 2 封），还没有发送")
    assert "张总 zhang@example.com：管理层邮件 【客户管理】2026-11-20 逾期" in asked
    assert "李明 li@example.com：个人清单 " in asked
    assert asked.endswith("按“确定”发送，按“取消”不发送。")
    assert told.startswith("已发送 3 封邮件")
    assert [to for to, _ in carrier.taken] == ["zhang@example.com", "li@example.com", "wang@example.com"]
    assert len(rows(book.path, "发送记录")) == 3
    click("mail", book)
    assert len(book.app.boxes) == 3
    assert book.app.boxes[2].startswith("该发的 3 封邮件今天已经发过")


def test_who_does_not_agree_sends_nothing(book: Book, carrier: Carrier) -> None:
    book.app.answer = "cancel"
    before = book.path.read_bytes()
    click("mail", book)
    (asked,) = book.app.boxes
    assert asked.endswith("按“取消”不发送。")
    assert (carrier.taken, book.path.read_bytes()) == ([], before)


def test_the_command_for_a_long_list_sends_nothing(book: Book, carrier: Carrier) -> None:
    """What the box recommends in order to see everything must not send."""
    people = [
        {"name": f"甲乙丙丁{at:02d}", "email": f"person{at}@example.com", "role": "管理层"}
        for at in range(30)
    ]
    book.path.unlink()
    office(book.path, recipients=people, parameters={"固定时钟": dt.datetime(2026, 11, 20, 10, 30)})
    set_parameters(book.path, {"发件人名称": "客户关系管理办公室" * 3})
    click("mail", book)
    assert "……等共 30 处" in book.app.boxes[0]
    if "没有全部显示" in book.app.boxes[0]:
        assert "xlcrm mail 客户.xlsx --live --dry-run" in book.app.boxes[0]
    assert len(carrier.taken) == 30
