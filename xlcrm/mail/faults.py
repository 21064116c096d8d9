"""What goes wrong between us and a mail server, as sentences that say what to do."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from typing import TYPE_CHECKING, Final

from xlcrm.mail.address import domain_of
from xlcrm.mail.delivery import Delivery, Reach, Status
from xlcrm.mail.letter import one_line

if TYPE_CHECKING:
    from xlcrm.mail.account import Account

_SAID: Final = 160  # letters of a server's own words
_TOO_LARGE: Final = frozenset({b"5.2.3", b"5.3.4"})
"""Enhanced status codes (RFC 3463) of a letter that is too large."""
_FULL: Final = b"5.2.2"
_POLICY: Final = b"5.7."
_ENHANCED: Final = re.compile(rb"5\.\d{1,3}\.\d{1,3}(?!\d)")
_EXPIRED: Final = 10  # OpenSSL's numbers of what a certificate lacks: X509_V_ERR_…
_NOT_YET: Final = 9
_OTHER_HOST: Final = frozenset({62, 64})
_CUT_OFF: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, smtplib.SMTPServerDisconnected)


class Unfit(smtplib.SMTPException):
    """The server cannot do what we insist on; `str` is the sentence."""


def said(code: int, reply: bytes) -> str:
    """A server's answer in its own words, in one line."""
    try:
        text = reply.decode("utf-8")
    except UnicodeDecodeError:
        text = reply.decode("gb18030", "replace")
    words = " ".join(one_line(text).split())
    return f"{code} {words}"[:_SAID].strip() if code > 0 else words[:_SAID]


def unreachable(error: Exception, account: Account) -> Delivery:  # noqa: PLR0911 - a line for each fault
    """Why there is no connection on which letters could be sent."""
    place = f"邮件服务器“{account.server}:{account.port}”"
    if isinstance(error, Unfit):
        return _hopeless(f"{place}{error}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _turned_away(error, place, account.user)
    if isinstance(error, ssl.SSLError) and not isinstance(error, _CUT_OFF):
        return _hopeless(f"{place}{_insecure(error)}")
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return _away(f"找不到邮件服务器“{account.server}”，请检查网络和参数表的“邮件服务器”")
    if isinstance(error, (*_CUT_OFF, ConnectionResetError, TimeoutError)):
        return _away(f"{place}{lost(error)}")
    if isinstance(error, ConnectionRefusedError):
        return _away(f"{place}拒绝连接，请检查“邮件端口”，或服务器是否在运行")
    return _away(f"连不上{place}，请检查网络（{type(error).__name__}）")


def lost(error: BaseException) -> str:
    """How a connection ended."""
    cause: BaseException | None = error
    while cause is not None:  # smtplib makes one error of all
        if isinstance(cause, TimeoutError):
            return "没有回应，请检查网络、“邮件端口”和“邮件加密”是否配套"
        cause = cause.__context__
    return "中断了连接"


def _turned_away(error: smtplib.SMTPResponseException, place: str, user: str) -> Delivery:
    reply = error.smtp_error
    words = said(error.smtp_code, reply if isinstance(reply, bytes) else str(reply).encode())
    if error.smtp_code < 500:
        return _away(f"{place}暂时不提供服务；服务器回复：{words}")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _hopeless(
            f"{place}不接受账号“{user}”的密码，请检查“邮箱账号”并重新存入密码"
            f"（多数邮箱要用授权码，并先在网页上开通 SMTP）；服务器回复：{words}"
        )
    return _hopeless(f"{place}拒绝提供服务，请联系邮箱管理员；服务器回复：{words}")


def _insecure(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"的证书{_certificate(error.verify_code)}；为安全没有发送"
    return "不能加密通信，请检查“邮件端口”和“邮件加密”是否配套：SSL 一般用 465，STARTTLS 一般用 587"


def _certificate(code: int) -> str:
    if code == _EXPIRED:
        return "已经过期，请联系邮箱管理员"
    if code == _NOT_YET:
        return "还没有生效，请检查这台电脑的日期"
    if code in _OTHER_HOST:
        return "属于另一台服务器，请核对参数表的“邮件服务器”，或换一个网络再试"
    return (
        "不是受信任的机构签发的，请换一个网络再试，"
        "如果是单位自己的证书，请用环境变量 SSL_CERT_FILE 指出单位的 CA 文件"
    )


def sender_declined(code: int, reply: bytes, account: Account) -> Delivery:
    """The answer to MAIL, which tells the sender and the size."""
    if code < 500:
        return _later(code, reply)
    if _is_too_large(code, reply):
        return _refused(f"邮件太大，服务器不收，请减少附件；服务器回复：{said(code, reply)}")
    return _hopeless(
        f"邮件服务器不允许用“{account.sender.email}”发信，请检查参数表的“发件人邮箱”和“邮箱账号”；"
        f"服务器回复：{said(code, reply)}"
    )


def recipient_declined(code: int, reply: bytes, to: str) -> Delivery:
    """The answer to RCPT, which tells who gets it."""
    if code < 500:
        return _later(code, reply)
    if _enhanced(reply) == _FULL:
        return _full(code, reply)
    return _refused(f"收件邮箱“{to}”被拒收，请核对通讯录里的邮箱；服务器回复：{said(code, reply)}")


def letter_declined(code: int, reply: bytes) -> Delivery:
    """The answer to the letter itself."""
    if code < 500:
        return _later(code, reply)
    if _enhanced(reply) == _FULL:
        return _full(code, reply)
    if _is_too_large(code, reply):
        return _refused(f"邮件太大，服务器不收，请减少附件；服务器回复：{said(code, reply)}")
    return _refused(f"服务器不收这封邮件，可能被当作垃圾邮件；服务器回复：{said(code, reply)}")


def wrong_address(to: str) -> Delivery:
    """An address that is none."""
    return _refused(f"收件邮箱“{one_line(to)}”不是一个完整的邮箱，请核对通讯录")


def not_allowed(to: str) -> Delivery:
    """An address of a domain that nothing is sent to."""
    return _refused(f"收件邮箱“{to}”的域名 {domain_of(to)} 不在参数表的“允许的收件域名”里，没有发送")


def too_large(size: int, limit: int, whose: str) -> Delivery:
    """A letter above a limit in bytes, `whose` says whose."""
    return _refused(
        f"邮件连附件有 {_megabytes(size)}，超过{whose}的 {_megabytes(limit)}，没有发送；请减少附件或图片"
    )


def broken_off(error: BaseException, account: Account, *, doubt: bool, reach: Reach) -> Delivery:
    """The connection was lost within a letter."""
    what = "可能已经送达，也可能没有" if doubt else "这封邮件没有送出"
    return Delivery(
        Status.DEFERRED,
        f"邮件服务器“{account.server}:{account.port}”{lost(error)}，{what}，下次会再发",
        doubt=doubt,
        reach=reach,
    )


def _later(code: int, reply: bytes) -> Delivery:
    return Delivery(Status.DEFERRED, f"服务器要求稍后再发，下次会再发；服务器回复：{said(code, reply)}")


def _full(code: int, reply: bytes) -> Delivery:
    return _refused(f"收件人的邮箱已满，请对方清理后再发；服务器回复：{said(code, reply)}")


def _refused(detail: str) -> Delivery:
    return Delivery(Status.REFUSED, detail)


def _away(detail: str) -> Delivery:
    return Delivery(Status.DEFERRED, detail, reach=Reach.ROUND)


def _hopeless(detail: str) -> Delivery:
    return Delivery(Status.DEFERRED, detail, reach=Reach.RUN)


def _is_too_large(code: int, reply: bytes) -> bool:
    """552 alone is "exceeded storage allocation"; an enhanced code may say that it is something else."""
    enhanced = _enhanced(reply)
    return enhanced in _TOO_LARGE or (code == 552 and enhanced != _FULL and not enhanced.startswith(_POLICY))


def _enhanced(reply: bytes) -> bytes:
    """The enhanced status code that an answer begins with; empty for none."""
    found = _ENHANCED.match(reply)
    return found.group() if found else b""


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"
