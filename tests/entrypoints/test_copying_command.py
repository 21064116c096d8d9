"""`xlcrm copy`: what is asked, what is told, and that no password is ever seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from typer.testing import CliRunner

from tests.actions.copies import workbook
from xlcrm.actions import ACTIONS, CopyParams, Outcome
from xlcrm.actions.base import Action
from xlcrm.actions.copy_secret import VARIABLE
from xlcrm.entrypoints.cli import app
from xlcrm.entrypoints.commands.copying import masked_named, typed_password
from xlcrm.errors import UsageError
from xlcrm.mail import keychain

if TYPE_CHECKING:
    from typer.testing import Result

PASSWORD = "密码 and 8 more"  # noqa: S105 - of a made-up copy


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(keychain, "kept", lambda *_: None)


def typed(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["copy", *map(str, arguments)])


def asked(*arguments: str | Path) -> Any:
    """What the action is asked by a command line."""
    seen: list[Any] = []

    def run(_: Action, __: Any, params: Any, ___: Any) -> Outcome:
        seen.append(params)
        return Outcome("好", data={})

    with mock.patch.object(Action, "run", run):
        result = typed(*arguments)
    assert result.exit_code == 0, result.output
    return seen[0]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("copy") / "客户.xlsx"
    workbook(found, "service", rows=2)
    return found


def test_nothing_said_leaves_all_to_the_parameters(path: Path) -> None:
    assert asked(path) == CopyParams()


def test_options_reach_the_action(path: Path) -> None:
    params = asked(
        *(path, "--month", "2026-10", "-o", "给王总.xlsx", "--mask", "电话、邮箱"),
        *("--force", "--dry-run", "--encrypt", "--now", "2026-11-20T10:30"),
    )
    assert str(params.month) == "2026-10-01"
    assert params.out == Path("给王总.xlsx")
    assert params.masked == {"电话", "邮箱"}
    assert params.force
    assert params.dry_run
    assert params.encrypt
    assert params.password is None  # nobody sits at a terminal


def test_a_kind_that_nobody_knows_is_refused() -> None:
    assert masked_named(" ") is None
    assert masked_named("无") == frozenset()
    with pytest.raises(UsageError, match="“姓名”不认识，可写 电话、邮箱、联系人、证件号 或 无"):
        masked_named("姓名")


def test_json_tells_where_the_copy_is(path: Path, tmp_path: Path) -> None:
    result = typed(path, "--json", "-o", tmp_path, "--now", "2026-11-20T10:30", "--mask", "电话")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["file"] == str(path)
    assert Path(told["copy"]).parent == tmp_path
    assert Path(told["copy"]).stat().st_size == told["bytes"]
    assert (told["masked"], told["encrypted"], told["written"]) == (["电话"], False, False)


def test_no_terminal_and_no_password_is_told(path: Path) -> None:
    result = typed(path, "--encrypt")
    assert result.exit_code == 2
    assert "没有密码" in result.stderr


def test_the_password_is_typed_twice_at_a_terminal() -> None:
    shown: list[str] = []

    def ask(text: str) -> str:
        shown.append(text)
        return PASSWORD

    with mock.patch("sys.stdin.isatty", return_value=True):
        secret = typed_password("客户.xlsx", ask)
    assert secret is not None
    assert secret.get_secret_value() == PASSWORD
    assert PASSWORD not in f"{secret} {secret!r}"
    assert shown == ["副本的密码（输入时不显示）", "再输入一次"]


def test_two_different_passwords_are_refused() -> None:
    answers = iter(["one", "two"])
    with (
        mock.patch("sys.stdin.isatty", return_value=True),
        pytest.raises(UsageError, match="两次输入的密码不一样"),
    ):
        typed_password("客户.xlsx", lambda _: next(answers))


def test_nobody_is_asked_for_a_password_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with mock.patch("sys.stdin.isatty", return_value=True):
        assert typed_password("客户.xlsx", pytest.fail) is None


def test_no_option_takes_a_password() -> None:
    assert "copy" in ACTIONS
    assert "password" not in CliRunner().invoke(app, ["copy", "--help"]).output.lower()
