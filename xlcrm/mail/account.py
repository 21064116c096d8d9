"""The account that letters are sent from: server and sender out of 参数表, the password from elsewhere.

There is no way to send without TLS: `security` is SSL or STARTTLS, and `post.py` checks certificates.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from xlcrm.errors import MailError, ParameterError
from xlcrm.mail import keychain
from xlcrm.mail.address import is_address
from xlcrm.mail.letter import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.rules.parameters import Parameters

PASSWORD_VARIABLE: Final = "XLCRM_SMTP_PASSWORD"  # noqa: S105 - the variable's name
_MEGABYTE: Final = 1 << 20
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


class Account(BaseModel):
    """Where and as whom to send.

    Attributes:
        server: name or IPv4 address of the mail server.
        port: its port.
        security: TLS from the start, or after STARTTLS.
        user: who logs in.
        sender: who writes.
        domains: letters go to addresses of these only, lower case.
        size_limit: bytes of one letter as it is sent.
    """

    model_config = ConfigDict(frozen=True)

    server: str
    port: int
    security: Literal["SSL", "STARTTLS"]
    user: str
    sender: Person
    domains: frozenset[str]
    size_limit: int


def account_of(parameters: Parameters) -> Account:
    """The account that 参数表 describes.

    Raises:
        ParameterError: says which parameter is missing or wrong.
    """
    server = parameters.mail_server.strip()
    user = parameters.mail_user.strip()
    email = parameters.mail_sender.strip() or user
    if not server:
        raise _missing("邮件服务器", "例如 smtp.example.com")
    if not _HOST.fullmatch(server):
        raise ParameterError(
            f"参数表的“邮件服务器”写的是“{server}”，应只写服务器名称，"
            "例如 smtp.example.com；端口写在“邮件端口”"
        )
    if not user:
        raise _missing("邮箱账号", "例如 crm@example.com")
    if not user.isascii() or not user.isprintable():
        raise ParameterError(f"参数表的“邮箱账号”“{user}”里有全角字符或汉字，请改成英文半角字符")
    if not is_address(email):
        field = "发件人邮箱" if parameters.mail_sender.strip() else "邮箱账号"
        raise ParameterError(
            f"参数表的“{field}”写的是“{email}”，不是邮箱，应像 crm@example.com，只用英文半角字符；"
            "账号不是邮箱时请填写“发件人邮箱”"
        )
    if not parameters.mail_domains:
        raise _missing("允许的收件域名", "例如 example.com；只有这些域名的邮箱会收到邮件")
    return Account(
        server=server,
        port=parameters.mail_port,
        security=parameters.mail_security,
        user=user,
        sender=Person(parameters.mail_sender_name.strip(), email),
        domains=parameters.mail_domains,
        size_limit=int(parameters.mail_size * _MEGABYTE),
    )


def user_of(parameters: Parameters) -> str:
    """Whose password the keyring has, however little else 参数表 says of the account.

    Raises:
        ParameterError: nobody is named.
    """
    user = parameters.mail_user.strip() or parameters.mail_sender.strip()
    if not user:
        raise ParameterError(
            "参数表没有填写“邮箱账号”，不知道要删除哪个账号的密码，请填写存密码时用的账号，再运行一次"
        )
    return user


def _missing(name: str, hint: str) -> ParameterError:
    return ParameterError(f"参数表没有填写“{name}”，不能发邮件，请填写，{hint}")


def password_of(account: Account, environ: Mapping[str, str]) -> str:
    """The account's password: environment first, then the system's keyring.

    Raises:
        MailError: there is none, or it cannot be typed in a mail server's alphabet.
    """
    password = environ.get(PASSWORD_VARIABLE, "").strip("\r\n") or keychain.kept(keychain.SMTP, account.user)
    if not password:
        raise MailError(
            f"没有找到“{account.user}”的邮箱密码；请运行 xlcrm password 工作簿 存入系统钥匙串，"
            f"或设置环境变量 {PASSWORD_VARIABLE}（多数邮箱要用授权码，不是登录密码）"
        )
    check_password(password)
    return password


def check_password(password: str) -> None:
    """Refuse what no mail server takes, without repeating it.

    Raises:
        MailError: it is not plain ASCII.
    """
    if not password.isascii() or not password.isprintable():
        raise MailError(
            "邮箱密码里有全角字符、汉字或换行，邮件服务器不接受，请检查是否复制错了，或换成授权码"
        )
