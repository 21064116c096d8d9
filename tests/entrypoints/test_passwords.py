"""xlcrm password: into the system's keyring, typed twice, shown nowhere."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import keyring
import openpyxl
import pytest
import typer
from keyring.backends.fail import Keyring as NoKeyring

from tests.keyrings import drawer
from xlcrm.entrypoints import cli
from xlcrm.entrypoints.commands.passwords import keep
from xlcrm.errors import MailError, ParameterError, UsageError, WorkbookMissing
from xlcrm.mail import keychain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.keyrings import Drawer

__all__ = ["drawer"]

USER = "crm@example.com"


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    for name in ("XLCRM_SMTP_PASSWORD", "XLCRM_COPY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return written(tmp_path / "客户.xlsx", 邮件服务器="smtp.example.com", 邮箱账号=USER)


def written(path: Path, **values: str) -> Path:
    """A workbook with 参数表 only."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "参数表"
    sheet.append(["参数", "值", "单位", "说明"])
    for name, value in ({"允许的收件域名": "example.com"} | values).items():
        sheet.append([name, value])
    book.save(path)
    return path


def typing(*texts: str) -> Callable[[str], str]:
    typed: Iterator[str] = iter(texts)
    return lambda _: next(typed)


def nobody(_: str) -> str:
    raise AssertionError("asked in vain")


def test_the_password_of_the_account_is_stored(workbook: Path, drawer: Drawer) -> None:
    told = keep(workbook, typing("secret", "secret"), copy=False, remove=False)
    assert drawer.kept == {(keychain.SMTP, USER): "secret"}
    assert told == f"已把邮箱账号“{USER}”的密码存入系统钥匙串，以后会自动取用。"


def test_the_password_of_the_copy_is_another(tmp_path: Path, drawer: Drawer) -> None:
    path = tmp_path / "客户.xlsx"
    path.touch()
    keep(path, typing("副本密码", "副本密码"), copy=True, remove=False)
    assert drawer.kept == {(keychain.COPY, "客户.xlsx"): "副本密码"}


def test_a_password_is_removed_once(workbook: Path, drawer: Drawer) -> None:
    drawer.kept[keychain.SMTP, USER] = "secret"
    assert keep(workbook, nobody, copy=False, remove=True).startswith("已从系统钥匙串删除")
    assert keep(workbook, nobody, copy=False, remove=True).endswith("没有改动。")
    assert drawer.kept == {}


@pytest.mark.parametrize("name", ["邮箱账号", "发件人邮箱"])
def test_to_remove_a_password_its_account_is_enough(tmp_path: Path, drawer: Drawer, name: str) -> None:
    drawer.kept[keychain.SMTP, USER] = "secret"
    path = written(tmp_path / "客户.xlsx", **{name: USER, "允许的收件域名": ""})
    assert keep(path, nobody, copy=False, remove=True) == f"已从系统钥匙串删除邮箱账号“{USER}”的密码。"
    assert drawer.kept == {}


def test_whose_password_to_remove_must_be_known(tmp_path: Path, drawer: Drawer) -> None:
    drawer.kept[keychain.SMTP, USER] = "secret"
    path = written(tmp_path / "客户.xlsx", 邮件服务器="smtp.example.com")
    with pytest.raises(ParameterError, match="没有填写“邮箱账号”，不知道要删除哪个账号的密码"):
        keep(path, nobody, copy=False, remove=True)
    assert drawer.kept


def test_an_environment_that_goes_before_is_mentioned(
    workbook: Path, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLCRM_SMTP_PASSWORD", "other")
    told = keep(workbook, typing("secret", "secret"), copy=False, remove=False)
    assert "XLCRM_SMTP_PASSWORD 也有密码，以它为准" in told
    assert "other" not in told
    assert drawer.kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("one", "two"), "不一样"), (("密码",), "全角字符"), (("one\u3000",), "全角字符")],
)
def test_what_is_mistyped_is_not_stored(
    workbook: Path, drawer: Drawer, typed: tuple[str, ...], said: str
) -> None:
    with pytest.raises((UsageError, MailError), match=said):
        keep(workbook, typing(*typed), copy=False, remove=False)
    assert drawer.kept == {}


def test_a_password_that_excel_has_no_room_for_is_not_stored(workbook: Path, drawer: Drawer) -> None:
    with pytest.raises(UsageError, match="256 个字符"):
        keep(workbook, typing("x" * 256), copy=True, remove=False)
    assert drawer.kept == {}


@pytest.mark.usefixtures("drawer")
def test_without_a_terminal_nothing_is_asked(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\nsecret\n"))
    with pytest.raises(UsageError, match="只能在终端里输入"):
        keep(workbook, nobody, copy=False, remove=False)


@pytest.mark.usefixtures("drawer")
def test_without_a_keyring_nothing_is_asked(workbook: Path) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # keyring's
    with pytest.raises(MailError, match="没有可用的系统钥匙串"):
        keep(workbook, nobody, copy=False, remove=False)


@pytest.mark.usefixtures("drawer")
def test_an_account_that_is_not_described_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "客户.xlsx", 邮件服务器="smtp.example.com")
    with pytest.raises(ParameterError, match="邮箱账号"):
        keep(path, nobody, copy=False, remove=False)


@pytest.mark.parametrize("copy", [True, False])
def test_a_workbook_that_is_not_there_is_told(tmp_path: Path, copy: object) -> None:
    with pytest.raises(WorkbookMissing):
        keep(tmp_path / "nowhere.xlsx", nobody, copy=bool(copy), remove=False)


def test_the_command_shows_no_password(
    workbook: Path, drawer: Drawer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(typer, "prompt", lambda _text, **how: "secret" * how["hide_input"])
    monkeypatch.setattr(sys, "argv", ["xlcrm", "password", str(workbook)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    shown = capsys.readouterr()
    assert left.value.code == 0
    assert "存入系统钥匙串" in shown.out
    assert "secret" not in shown.out + shown.err
    assert drawer.kept == {(keychain.SMTP, USER): "secret"}
