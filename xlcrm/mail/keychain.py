"""Passwords in the system's keyring: Windows' credential store, the macOS keychain, the Linux secret service.

keyring is optional (extra `secure`). Reading without it finds nothing; storing says what is missing.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from xlcrm.errors import MailError

if TYPE_CHECKING:
    from collections.abc import Iterator

SMTP: Final = "xlcrm smtp"
"""Service of the mail account's password; the user is the account."""
COPY: Final = "xlcrm copy"
"""Service of the password of encrypted copies; the user is the workbook's file name."""


def kept(service: str, user: str) -> str | None:
    """The password that the keyring has; None where it has none, is locked, or there is no keyring."""
    with contextlib.suppress(MailError), _plain_errors():
        import keyring  # noqa: PLC0415 - optional

        return keyring.get_password(service, user) or None
    return None


def check(service: str) -> None:
    """Ask the keyring something, so that nobody types a password in vain.

    Raises:
        MailError: there is no keyring, or it refused.
    """
    with _plain_errors():
        import keyring  # noqa: PLC0415 - optional

        keyring.get_password(service, "xlcrm")


def store(service: str, user: str, password: str) -> None:
    """Keep a password, in place of an older one.

    Raises:
        MailError: there is no keyring, or it refused.
    """
    with _plain_errors():
        import keyring  # noqa: PLC0415 - optional

        keyring.set_password(service, user, password)


def remove(service: str, user: str) -> bool:
    """Forget a password; False where there was none.

    Raises:
        MailError: there is no keyring, or it refused.
    """
    with _plain_errors():
        import keyring  # noqa: PLC0415 - optional

        if keyring.get_password(service, user) is None:
            return False
        keyring.delete_password(service, user)
    return True


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        from keyring import errors  # noqa: PLC0415 - optional
    except ImportError:
        raise MailError(
            "没有安装 keyring，不能使用系统钥匙串；请运行 pip install xlcrm[secure]，"
            "或改用环境变量，见用户手册"
        ) from None
    try:
        yield
    except errors.NoKeyringError:
        raise MailError(
            "这台电脑没有可用的系统钥匙串（服务器和容器里常见）；请改用环境变量，见用户手册"
        ) from None
    except errors.KeyringLocked:
        raise MailError("系统钥匙串锁着，请登录桌面解锁后再试") from None
    except errors.KeyringError as error:
        raise MailError(
            f"系统钥匙串不能使用（{type(error).__name__}）；请解锁后再试，或改用环境变量，见用户手册"
        ) from None
