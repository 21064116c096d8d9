"""Passwords in the system's keyring, and machines that have none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import keyring
import keyring.errors
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from xlcrm.errors import MailError
from xlcrm.mail import keychain

if TYPE_CHECKING:
    from tests.keyrings import Drawer

WHO = (keychain.SMTP, "crm@example.com")


@pytest.fixture
def nowhere(drawer: Drawer) -> None:
    """A machine without a keyring; the fixture `drawer` puts the system's back."""
    assert keyring.get_keyring() is drawer
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # keyring's


@pytest.mark.usefixtures("drawer")
def test_what_is_stored_is_found_and_removed_once() -> None:
    keychain.check(keychain.SMTP)
    assert keychain.kept(*WHO) is None
    keychain.store(*WHO, "one")
    keychain.store(*WHO, "two")
    assert keychain.kept(*WHO) == "two"
    assert keychain.remove(*WHO)
    assert not keychain.remove(*WHO)
    assert keychain.kept(*WHO) is None


@pytest.mark.usefixtures("drawer")
def test_the_passwords_of_mail_and_copy_are_two() -> None:
    keychain.store(keychain.COPY, "a", "copy")
    assert keychain.kept(keychain.SMTP, "a") is None


@pytest.mark.usefixtures("nowhere")
def test_a_machine_without_a_keyring_keeps_nothing_and_says_so() -> None:
    assert keychain.kept(*WHO) is None
    for attempt in (
        lambda: keychain.check(keychain.SMTP),
        lambda: keychain.store(*WHO, "x"),
        lambda: keychain.remove(*WHO),
    ):
        with pytest.raises(MailError, match=r"没有可用的系统钥匙串.*环境变量"):
            attempt()


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert keychain.kept(*WHO) is None
    with pytest.raises(MailError, match=r"xlcrm\[secure\]"):
        keychain.check(keychain.SMTP)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (keyring.errors.KeyringLocked("pass word"), "锁着"),
        (keyring.errors.PasswordSetError("pass word"), "PasswordSetError"),
    ],
)
def test_a_keyring_that_refuses_says_nothing_of_the_password(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise fault

    monkeypatch.setattr(drawer, "set_password", refuse)
    with pytest.raises(MailError, match=said) as refused:
        keychain.store(*WHO, "pass word")
    assert "pass word" not in str(refused.value)
    assert refused.value.__cause__ is None
