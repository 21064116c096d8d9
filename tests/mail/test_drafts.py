"""Drafts: a file that mail programs open, and Outlook's own, which is never told to send."""

from __future__ import annotations

import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.mail.letters import AT, SENDER, letter
from xlcrm.errors import MailError
from xlcrm.mail.drafts import draft_in_outlook, eml_name, find_outlook, open_eml, write_eml
from xlcrm.mail.letter import Attachment, Letter, Person, Picture

if TYPE_CHECKING:
    from types import ModuleType

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rich() -> Letter:
    return letter(
        kind="管理层邮件",
        to=Person("王芳", "wang@example.com"),
        html='<p>逾期</p><img src="cid:trend">',
        pictures=(Picture("trend", b"\x89PNG one", "趋势"),),
        attachments=(
            Attachment("客户管理 2026-11-22：脱敏副本.xlsx", b"PK one", XLSX),
            Attachment("客户管理 2026-11-22：脱敏副本.xlsx", b"PK two", XLSX),
        ),
    )


def test_a_draft_is_a_whole_mail_that_is_not_sent_yet(tmp_path: Path) -> None:
    path = write_eml(rich(), SENDER, AT, tmp_path)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == rich().subject
    assert message["To"].addresses[0].addr_spec == "wang@example.com"
    contents = [part.get_content() for part in message.iter_attachments()]
    assert contents == [b"PK one", b"PK two"]
    for name in ("Message-ID", "Date", "Auto-Submitted", "X-Auto-Response-Suppress"):
        assert message[name] is None
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_draft_of_the_same_letter_replaces_the_older(tmp_path: Path) -> None:
    first = write_eml(letter(text="旧"), SENDER, AT, tmp_path)
    second = write_eml(letter(text="新"), SENDER, AT, tmp_path)
    other = write_eml(letter(key="digest|other"), SENDER, AT, tmp_path)
    assert first == second
    assert sorted(tmp_path.iterdir()) == sorted([first, other])


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("王芳", "-王芳-"),
        ('..\\..\\con<>:"/|?*', "-_.._con_-"),
        ("a\r\nb\x00", "-a__b-"),
        ("", "-wang1@example.com-"),
        (" . ", None),
        ("名" * 300, f"-{'名' * 40}-"),
    ],
)
def test_a_draft_s_name_is_one_that_windows_takes(name: str, part: str | None) -> None:
    made = eml_name(letter(to=Person(name, "wang1@example.com")), AT)
    assert made.startswith("邮件草稿-2026-11-22-个人清单-")
    assert made.endswith(".eml")
    assert not set(made) & set('<>:"/\\|?*\r\n\x00')
    assert len(made.encode("utf-16-le")) < 2 * 120
    if part:
        assert part in made.replace("  ", "__")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MailError, match=r"不能在.*里写邮件草稿"):
        write_eml(letter(), SENDER, AT, tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows opens files itself")
def test_a_draft_is_opened_by_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
    path = tmp_path / "x.eml"
    assert open_eml(path)
    assert started == [["open" if sys.platform == "darwin" else "xdg-open", str(path)]]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows opens files itself")
def test_a_system_that_opens_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "Popen", missing)
    assert not open_eml(tmp_path / "x.eml")


class Outlook:
    """Outlook as far as a draft needs it; anything else, above all Send, is not there."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.files: list[tuple[str, bytes, dict[str, object]]] = []
        self.item = _Item(self)

    def CreateItem(self, kind: int) -> _Item:  # noqa: N802 - Outlook's name
        assert kind == 0
        return self.item


class _Item:
    def __init__(self, outlook: Outlook) -> None:
        object.__setattr__(self, "outlook", outlook)
        object.__setattr__(self, "Attachments", _Attachments(outlook))

    def __setattr__(self, name: str, value: object) -> None:
        assert name in {"To", "Subject", "HTMLBody"}
        object.__setattr__(self, name, value)
        self.outlook.done.append((name, value))

    if TYPE_CHECKING:
        outlook: Outlook

    def Save(self) -> None:  # noqa: N802 - Outlook's name
        self.outlook.done.append(("Save",))

    def Display(self, modal: object) -> None:  # noqa: N802 - same
        self.outlook.done.append(("Display", modal))


class _Attachments:
    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook

    def Add(self, source: str, kind: int, position: int = 1) -> _Attachment:  # noqa: N802 - same
        assert kind == 1
        path = Path(source)
        properties: dict[str, object] = {"position": position}
        self.outlook.files.append((path.name, path.read_bytes(), properties))
        return _Attachment(properties)


class _Attachment:
    def __init__(self, properties: dict[str, object]) -> None:
        self.PropertyAccessor = self
        self.properties = properties

    def SetProperty(self, name: str, value: object) -> None:  # noqa: N802 - same
        self.properties[name.rpartition("/")[2]] = value


def test_outlook_gets_the_whole_letter_as_a_draft() -> None:
    outlook = Outlook()
    draft_in_outlook(rich(), outlook)
    assert outlook.done == [
        ("To", "wang@example.com"),
        ("Subject", rich().subject),
        ("HTMLBody", rich().html),
        ("Save",),
        ("Display", False),
    ]
    assert outlook.files == [
        ("0.png", b"\x89PNG one", {"position": 0, "0x3712001F": "trend", "0x7FFE000B": True}),
        ("客户管理 2026-11-22：脱敏副本.xlsx", b"PK one", {"position": 1}),
        ("客户管理 2026-11-22：脱敏副本.xlsx", b"PK two", {"position": 1}),
    ]


def test_many_drafts_open_no_windows() -> None:
    outlook = Outlook()
    draft_in_outlook(letter(subject="a\r\nBcc: x@example.org"), outlook, show=False)
    assert [step[0] for step in outlook.done] == ["To", "Subject", "HTMLBody", "Save"]
    assert outlook.done[1] == ("Subject", "a  Bcc: x@example.org")


def test_an_attachment_without_a_usable_name_gets_one() -> None:
    outlook = Outlook()
    names = ("..", "", "a" * 300 + ".xlsx", "../../x.xlsx", "none")
    draft_in_outlook(letter(attachments=tuple(Attachment(name, b"x", XLSX) for name in names)), outlook)
    found = [name for name, _, _ in outlook.files]
    assert found == ["附件", "附件", "a" * 100 + ".xlsx", "_.._x.xlsx", "none"]


@pytest.mark.parametrize("email", ["wang@example.com; evil@example.org", "王芳@example.com"])
def test_outlook_gets_one_recipient_or_none(email: str) -> None:
    outlook = Outlook()
    with pytest.raises(MailError, match="不是一个完整的邮箱"):
        draft_in_outlook(letter(to=Person("王", email)), outlook)
    assert outlook.done == []


def test_an_outlook_that_refuses_is_told() -> None:
    with pytest.raises(MailError, match="不能在 Outlook 里建立草稿"):
        draft_in_outlook(letter(), object())


def test_outlook_is_looked_for_on_windows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_outlook("linux") is None

    def module(dispatch: Any) -> ModuleType:
        made = type(sys)("win32com.client")
        made.Dispatch = dispatch  # type: ignore[attr-defined] # a module of our own
        return made

    monkeypatch.setitem(sys.modules, "win32com", type(sys)("win32com"))
    monkeypatch.setitem(sys.modules, "win32com.client", module(lambda name: name))
    assert find_outlook("win32") == "Outlook.Application"

    def nobody(_: str) -> None:
        raise RuntimeError("class not registered")

    monkeypatch.setitem(sys.modules, "win32com.client", module(nobody))
    assert find_outlook("win32") is None
