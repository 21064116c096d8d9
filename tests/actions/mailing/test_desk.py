"""The letters that one reading of a workbook gives."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.mail_office import CASES, NOW, case, office, set_parameters
from xlcrm.actions.base import MailParams, silent
from xlcrm.actions.copy_secret import is_encrypted, opened
from xlcrm.actions.loading import load
from xlcrm.actions.mailing import desk as desks
from xlcrm.actions.mailing.desk import Desk
from xlcrm.actions.mailing.sent import Memory
from xlcrm.analysis.sheets import analyse
from xlcrm.errors import UsageError
from xlcrm.tables.mailing import DIGEST, MANAGEMENT_LETTER, NOTICES
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlcrm.mail.letter import Letter


@pytest.fixture(autouse=True)
def one_sheet_in_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "analyse", lambda scope: analyse(scope, ["dashboard"]))


@contextlib.contextmanager
def desk_of(path: Path, *kinds: Any, **params: Any) -> Iterator[Desk]:
    with FileDoor(path, write=False) as door:
        loaded = load(door, NOW, silent)
        yield Desk(door, loaded, MailParams(now=NOW, letters=kinds, **params), Memory(), silent)


def letters(path: Path, *kinds: Any, **params: Any) -> list[Letter]:
    with desk_of(path, *kinds, **params) as desk:
        return [desk.letter(wish) for wish in desk.plan.wishes]


def test_management_gets_the_figures_and_the_copy(workbook: Path) -> None:
    (letter,) = letters(workbook, MANAGEMENT_LETTER)
    assert (letter.key, letter.to.name) == ("management|2026-11-20|zhang@example.com", "张总")
    assert letter.details.startswith("月份=202611；逾期=")
    (copy,) = letter.attachments
    assert copy.name == "客户-管理层副本-2026-11-20.xlsx"
    assert copy.name in letter.text
    titles = openpyxl.load_workbook(io.BytesIO(copy.content)).sheetnames
    assert "到期清单" in titles
    assert "13812345678" not in letter.text + letter.html


def test_it_is_made_once_for_all_of_them(workbook: Path) -> None:
    first, second = letters(workbook, MANAGEMENT_LETTER, to=("张总", "赵敏"))
    assert [letter.to.name for letter in (first, second)] == ["张总", "赵敏"]
    assert first.key != second.key
    assert first.attachments[0].content is second.attachments[0].content


def test_what_is_prepared_needs_no_workbook_any_more(workbook: Path) -> None:
    with desk_of(workbook, MANAGEMENT_LETTER, DIGEST) as desk:
        desk.prepare()
    kinds = [desk.letter(wish).kind for wish in desk.plan.wishes]
    assert kinds == [MANAGEMENT_LETTER, DIGEST, DIGEST]


def test_the_copy_is_encrypted_where_that_is_wanted(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("msoffcrypto", reason="needs the extra secure")
    set_parameters(workbook, {"副本加密": "是"})
    monkeypatch.delenv("XLCRM_COPY_PASSWORD", raising=False)
    monkeypatch.setattr("xlcrm.mail.keychain.kept", lambda *_: None)
    with pytest.raises(UsageError):
        letters(workbook, MANAGEMENT_LETTER)
    monkeypatch.setenv("XLCRM_COPY_PASSWORD", "天书12")
    (letter,) = letters(workbook, MANAGEMENT_LETTER)
    (copy,) = letter.attachments
    assert is_encrypted(copy.content)
    assert opened(copy.content, "别的") is None
    assert opened(copy.content, "天书12")
    assert "天书12" not in letter.text + letter.html + letter.subject


def test_a_digest_has_only_what_its_person_has_to_do(workbook: Path) -> None:
    own, other = letters(workbook, DIGEST)
    assert (own.to.name, other.to.name) == ("李明", "王芳")
    assert CASES[0]["complaint_id"] in own.text
    assert CASES[1]["complaint_id"] not in own.text
    assert CASES[1]["complaint_id"] in other.text
    assert CASES[0]["complaint_id"] not in other.text


def test_a_clock_stands_once_in_a_letter_whatever_its_levels(tmp_path: Path) -> None:
    """李明 is nobody's man: his escalations go to management, and management is told by itself, too."""
    people = [
        {"name": "张总", "email": "zhang@example.com", "role": "管理层"},
        {"name": "李明", "email": "li@example.com"},
    ]
    grave = case(3, "2026-11-18 09:00", owner="张总", level="重大")
    path = office(tmp_path / "客户.xlsx", recipients=people, complaints=[CASES[0], grave])
    with desk_of(path, NOTICES) as desk:
        found = {wish.to.name: (wish, desk.letter(wish)) for wish in desk.plan.wishes}
    wish, letter = found["张总"]
    assert {notice.level for notice in wish.notices} >= {"上级 100%", "管理层 150%"}
    assert letter.text.count(CASES[0]["complaint_id"]) == 1
    assert "206%" in letter.text
    assert "已升级" in letter.text
    _, own = found["李明"]
    assert "已升级" not in own.text
    assert grave["complaint_id"] not in own.text
