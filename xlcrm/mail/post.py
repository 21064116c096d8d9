"""Letters on their way: one TLS connection to the account's server, and what came of each letter.

The body of a letter and the dot that ends it are sent apart. A connection that is lost before the dot has
delivered nothing, for a server takes only whole letters (RFC 5321, 4.1.1.4); one that is lost after the dot
and before the answer leaves a doubt.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from xlcrm.mail import faults
from xlcrm.mail.address import is_address, is_allowed
from xlcrm.mail.connecting import connected
from xlcrm.mail.delivery import SENT, Delivery, Reach, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from email.policy import EmailPolicy

    from xlcrm.mail.account import Account
    from xlcrm.mail.letter import Person

__all__ = ["Delivery", "Post", "Status"]

_BROKEN_OFF: Final = 2
"""Letters in a row in which a connection breaks off before it is the server's fault and not theirs."""
_CLOSING: Final = 421
_PIECE: Final = 1 << 16
"""Bytes of a letter that are given to the server at once, each time within the usual seconds."""
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class _Gone(smtplib.SMTPException):
    """The server has left or talks nonsense; the letter is surely not taken."""


class _Doubt(smtplib.SMTPException):
    """The server had the whole letter, and no answer came."""


class _Declined(Exception):
    """The server goes on, but not with this letter."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.detail)
        self.delivery = delivery


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter as it is sent."""

    data: bytes
    to: str


class Post:
    """Sends letters, over one connection that is opened for the first and again when it is lost.

    A fault that every letter would meet, such as a wrong password, is met once: later letters are deferred
    with the same sentence and the server is left alone.

    Attributes:
        sender: who writes.
    """

    def __init__(
        self,
        account: Account,
        password: str,
        *,
        context: ssl.SSLContext | None = None,
        sleep: Callable[[float], object] = time.sleep,
        timeout: float = 30.0,
        patience: float = 600.0,
    ) -> None:
        """Nothing is opened yet.

        Args:
            account: where and as whom.
            password: of the account, ASCII.
            context: checks certificates; None for what the system, or SSL_CERT_FILE, trusts.
            sleep: waits some seconds.
            timeout: seconds that the server may take to say something, or to take a piece of a letter.
            patience: seconds that it may take to say that it has a letter, while it looks for viruses;
                whoever gives up too early sends it twice (RFC 5321, 4.5.3.2.6).
        """
        self._account = account
        self._password = password
        self._context = context
        self._sleep = sleep
        self._timeout = timeout
        self._patience = patience
        self._smtp: smtplib.SMTP | None = None
        self._hopeless: Delivery | None = None
        self._broken_off = 0

    @property
    def sender(self) -> Person:
        return self._account.sender

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._hang_up()
        else:
            self._drop()  # perhaps in the middle of a letter, where no farewell would be heard

    def pause(self, seconds: float) -> None:
        """Wait before the next round, without keeping the server busy."""
        self._hang_up()
        self._broken_off = 0
        self._sleep(seconds)

    def send(self, message: EmailMessage, to: str) -> Delivery:
        """Send a letter to one address, and at once again where the connection is lost before it is taken.

        What may be taken is in doubt and not sent again.

        Waits for nothing: who has more letters tries those first (see `outbox.deliver`).
        """
        if self._hopeless is not None:
            return self._hopeless
        if not is_address(to):
            return faults.wrong_address(to)
        if not is_allowed(to, self._account.domains):
            return faults.not_allowed(to)
        ready = _ready(message, to)
        if len(ready.data) > self._account.size_limit:
            return faults.too_large(len(ready.data), self._account.size_limit, "参数表“邮件大小上限”")
        outcome = self._attempt(ready)
        if isinstance(outcome, smtplib.SMTPException) and not isinstance(outcome, _Doubt):
            outcome = self._attempt(ready)
        if isinstance(outcome, Delivery):
            return outcome
        self._broken_off += 1
        reach = Reach.ROUND if self._broken_off >= _BROKEN_OFF else Reach.LETTER
        return faults.broken_off(outcome, self._account, doubt=isinstance(outcome, _Doubt), reach=reach)

    def _attempt(self, ready: _Ready) -> Delivery | smtplib.SMTPException:
        """What became of the letter, or how the connection ended."""
        try:
            if self._smtp is None:
                self._context = self._context or ssl.create_default_context()
                self._smtp = connected(self._account, self._password, self._context, self._timeout)
        except (OSError, UnicodeError) as error:  # smtplib's own and those of TLS are OSErrors too
            return self._kept(faults.unreachable(error, self._account))
        try:
            _transact(self._smtp, ready, self._account, self._patience)
        except _Declined as answer:
            self._begin_again(self._smtp)
            delivery = answer.delivery
        except smtplib.SMTPException as error:
            self._drop()
            return error
        else:
            delivery = SENT
        self._broken_off = 0
        return self._kept(delivery)

    def _kept(self, delivery: Delivery) -> Delivery:
        if delivery.reach is Reach.RUN:
            self._hopeless = delivery
        return delivery

    def _begin_again(self, smtp: smtplib.SMTP) -> None:
        """Make the connection ready for another letter."""
        try:
            code, _ = smtp.rset()
        except smtplib.SMTPException:
            code = -1
        if code != 250:
            self._drop()

    def _hang_up(self) -> None:
        """Take leave as is proper, if anybody listens."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _transact(smtp: smtplib.SMTP, ready: _Ready, account: Account, patience: float) -> None:
    """One letter over a connection that stands; it is sent where nothing is raised.

    Raises:
        _Declined: the server does not take it.
        SMTPException: the connection is of no more use; `_Doubt` where the letter may be taken.
    """
    limit = _size_limit(smtp)
    if limit and len(ready.data) > limit:
        raise _Declined(faults.too_large(len(ready.data), limit, "邮件服务器"))
    options = [f"size={len(ready.data)}"] if smtp.has_extn("size") else []
    _expect(smtp.mail(account.sender.email, options), {250}, partial(faults.sender_declined, account=account))
    _expect(smtp.rcpt(ready.to), {250, 251}, partial(faults.recipient_declined, to=ready.to))
    _expect(smtp.docmd("DATA"), {354}, faults.letter_declined)
    data = memoryview(_stuffed(ready.data))
    for begin in range(0, len(data), _PIECE):
        smtp.send(data[begin : begin + _PIECE])
    try:
        smtp.send(b".\r\n")
        with _waiting(smtp, patience):
            answer = smtp.getreply()
    except smtplib.SMTPException as error:
        raise _Doubt from error
    if answer[0] < 0:
        raise _Doubt
    _expect(answer, {250}, faults.letter_declined)


@contextlib.contextmanager
def _waiting(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Let the server take so long for its next answer."""
    sock = smtp.sock
    if sock is None:  # `send` has found it closed
        raise smtplib.SMTPServerDisconnected
    usual = sock.gettimeout()
    sock.settimeout(seconds)
    yield
    sock.settimeout(usual)


def _expect(answer: tuple[int, bytes], codes: set[int], explain: Callable[[int, bytes], Delivery]) -> None:
    """Go on where the answer is one of `codes`."""
    code, reply = answer
    if code == _CLOSING or code < 0:
        raise _Gone
    if code not in codes:
        raise _Declined(explain(code, reply))


def _size_limit(smtp: smtplib.SMTP) -> int:
    """Bytes that the server takes (RFC 1870); 0 where it does not say."""
    limit = smtp.esmtp_features.get("size", "").strip()
    return int(limit) if limit.isdecimal() else 0


def _ready(message: EmailMessage, to: str) -> _Ready:
    """The letter in bytes: lines end in CRLF, and all is ASCII."""
    policy: EmailPolicy = message.policy  # type: ignore[assignment] # an EmailMessage has no other
    return _Ready(message.as_bytes(policy=policy.clone(linesep="\r\n", cte_type="7bit", utf8=False)), to)


def _stuffed(data: bytes) -> bytes:
    """A letter as DATA takes it: a dot before each line that begins with one, and a line end last."""
    stuffed = _DOT.sub(b"..", data)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
