"""The password of a management copy: where it comes from, and the file that needs it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from xlcrm.errors import IncompleteInstall, UsageError
from xlcrm.mail import keychain

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "XLCRM_COPY_PASSWORD"
LONGEST: Final = 255
"""Characters that Excel takes."""
_CONTAINER: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an encrypted file begins, and no other of ours."""


def password_kept(workbook: str, environ: Mapping[str, str]) -> str:
    """The password of a workbook's copies: of the environment, else of the system's keyring; "" for none.

    Args:
        workbook: its file name, which is the user of `xlcrm.mail.keychain.COPY`.
        environ: of the process.
    """
    return environ.get(VARIABLE, "").strip("\r\n") or keychain.kept(keychain.COPY, workbook) or ""


def check_password(password: str, workbook: str) -> None:
    """Refuse what cannot be a password, without repeating it.

    Raises:
        UsageError: there is none, or Excel has no room for it.
    """
    if not password:
        raise UsageError(
            f"副本要加密，但没有密码：请在终端里运行 xlcrm copy {workbook} --encrypt 并输入密码，"
            f"或先用 xlcrm password {workbook} --copy 存入系统钥匙串，或设置环境变量 {VARIABLE}；"
            "密码不能写在命令里或工作簿里"
        )
    if len(password) > LONGEST:
        raise UsageError(
            f"副本的密码有 {len(password)} 个字符，Excel 最多接受 {LONGEST} 个，请换短一些的密码"
        )


def encrypted(content: bytes, password: str) -> bytes:
    """The workbook encrypted as Excel does it (ECMA-376 agile encryption, AES-256).

    Raises:
        IncompleteInstall: msoffcrypto-tool is not installed.
    """
    need_encryption()
    from msoffcrypto.format.ooxml import OOXMLFile  # noqa: PLC0415 - optional

    written = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, written)
    return written.getvalue()


def need_encryption() -> None:
    """Raises `IncompleteInstall` where msoffcrypto-tool is not installed."""
    try:
        import msoffcrypto  # noqa: F401, PLC0415 - optional
    except ImportError:
        raise IncompleteInstall(
            '没有安装加密需要的组件 msoffcrypto-tool；请运行 pip install "xlcrm[secure]" 后重试，'
            "或把参数表的“副本加密”改为 否"
        ) from None


def is_encrypted(content: bytes) -> bool:
    """Whether a file needs a password, as far as its begin tells."""
    return content.startswith(_CONTAINER)


def opened(content: bytes, password: str) -> bytes | None:
    """What an encrypted file holds; None where the password is another one, or it is no such file."""
    need_encryption()
    import msoffcrypto  # noqa: PLC0415 - optional

    written = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        file.load_key(password=password, verify_password=True)
        file.decrypt(written, verify_integrity=True)
    except Exception:  # noqa: BLE001 - another password, or a damaged file, which raises whatever is met first
        return None
    return written.getvalue()
