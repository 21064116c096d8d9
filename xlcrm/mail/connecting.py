"""A connection to the account's mail server that is encrypted, checked and logged in."""

from __future__ import annotations

import smtplib
import socket
from typing import TYPE_CHECKING, Final

from xlcrm.mail.faults import Unfit

if TYPE_CHECKING:
    import ssl

    from xlcrm.mail.account import Account

_WHO_WE_ARE: Final = "[127.0.0.1]"
"""For EHLO. A machine's own name may be Chinese, which stops smtplib, and is nobody's business."""
_UNKNOWN_WAY: Final = frozenset({500, 501, 502, 503, 504})
"""Answers to AUTH that are not about the password."""


def connected(account: Account, password: str, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    """A connection on which letters can be sent.

    Args:
        account: where and as whom.
        password: of the account, ASCII.
        context: checks the certificate.
        timeout: seconds that the server may take to say something.

    Raises:
        OSError: there is none to be had; smtplib's errors and those of TLS are such too.
        UnicodeError: the server's name cannot be looked up.
    """
    smtp = _opened(account, context, timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if account.security == "STARTTLS":
            _encrypt(smtp, context)
        _log_in(smtp, account.user, password)
        if smtp.sock is not None:  # a letter and its dot are two writes: the second must not wait for an ACK
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _opened(account: Account, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    if account.security == "SSL":
        return smtplib.SMTP_SSL(
            account.server, account.port, local_hostname=_WHO_WE_ARE, timeout=timeout, context=context
        )
    return smtplib.SMTP(account.server, account.port, local_hostname=_WHO_WE_ARE, timeout=timeout)


def _encrypt(smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
    if not smtp.has_extn("starttls"):
        raise Unfit(
            "没有提供 STARTTLS 加密（也可能是中途被人改动），为安全没有发送；"
            "请检查“邮件端口”和“邮件加密”，或改用 SSL"
        )
    smtp.starttls(context=context)
    smtp.ehlo_or_helo_if_needed()


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in, asking about the password once: servers lock accounts that are tried again and again.

    Raises:
        SMTPException: not let in.
    """
    smtp.user, smtp.password = user, password
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    for way in ("PLAIN", "LOGIN", "CRAM-MD5"):  # the best known first; all are safe within TLS
        if way not in offered:
            continue
        verifier = getattr(smtp, f"auth_{way.lower().replace('-', '_')}")
        try:
            smtp.auth(way, verifier)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code not in _UNKNOWN_WAY:
                raise
        else:
            return
    raise Unfit("不支持用密码登录，请在邮箱网页上开通 SMTP 服务，或联系邮箱管理员")
