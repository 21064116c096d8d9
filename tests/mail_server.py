"""A real mail server on this machine, with TLS and login, that does as a test tells it.

    with MailServer() as server:
        server.refused["li@example.com"] = "550 5.1.1 no such user"
        server.script[Stage.MAIL] += ["451 4.3.0 later", DROP]
        ...
        assert [letter.to for letter in server.taken] == [("wang@example.com",)]

A client in this process trusts it through `server.context`; one in a process of its own through the
environment of `server.environ(folder)`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import functools
import socket
import ssl
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from email.message import EmailMessage
    from pathlib import Path

T = TypeVar("T")

HOST: Final = "127.0.0.1"
USER: Final = "crm@example.com"
PASSWORD: Final = "correct horse"  # noqa: S105 - of a server that lives for a test
_PATIENCE: Final = 30.0  # seconds that a busy machine may take to start or stop a server


class Stage(enum.Enum):
    """Where in its talk with a client the server is."""

    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    """Told that the letter comes; DROP leaves in the middle of it."""
    DOT = "dot"
    """The whole letter is here and is not taken yet."""
    TAKEN = "taken"
    """The letter is taken and the client does not know yet."""
    RSET = "RSET"
    QUIT = "QUIT"


class Fault(enum.Enum):
    """What a server may do instead of an answer."""

    DROP = "the connection is gone"
    STALL = "nothing more is said"


DROP: Final = Fault.DROP
STALL: Final = Fault.STALL


@dataclass(frozen=True)
class Taken:
    """A letter that the server has taken."""

    sender: str
    to: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@functools.cache
def authority() -> trustme.CA:
    """Who signs the certificates of this test run."""
    return trustme.CA()


@functools.cache
def certificate(names: tuple[str, ...], not_after: dt.datetime | None) -> trustme.LeafCert:
    """A certificate for names and addresses; with an end it began in 2020."""
    since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) if not_after else None
    return authority().issue_cert(*names, not_before=since, not_after=not_after)


class MailServer:
    """The server; `with` starts it on a free port of 127.0.0.1 and leaves no thread behind.

    It speaks TLS from the start ("SSL") or after STARTTLS ("STARTTLS").

    Attributes:
        script: for each stage what happens the next times instead of the usual: an answer, DROP or STALL.
        refused: recipients that are not taken, with the answer.
        greylisted: how many times each recipient is put off before it is taken.
        reached: every stage that was reached, in order.
        watch: called in the server's thread at each stage, before anything is answered.
        taken: the letters.
        connections: how many clients have come.
        logins: the users and whether they were let in.
    """

    def __init__(
        self,
        security: str = "SSL",
        *,
        names: tuple[str, ...] = (HOST, "localhost"),
        size_limit: int = 32 << 20,
        extensions: frozenset[str] = frozenset({"SMTPUTF8", "STARTTLS", "AUTH", "SIZE"}),
        not_after: dt.datetime | None = None,
    ) -> None:
        self.security = security
        self.size_limit = size_limit
        self.extensions = extensions
        self.port = 0
        self.script: defaultdict[Stage, list[str | Fault]] = defaultdict(list)
        self.refused: dict[str, str] = {}
        self.greylisted = 0
        self.reached: list[Stage] = []
        self.watch: Callable[[Stage], object] = bool
        self.taken: list[Taken] = []
        self.connections = 0
        self.logins: list[tuple[str, bool]] = []
        self.put_off: Counter[str] = Counter()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate(names, not_after).configure_cert(self.tls)
        self._talks: list[_Talk] = []

    @property
    def context(self) -> ssl.SSLContext:
        """What a client checks certificates and names with; it trusts nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority().configure_trust(context)
        return context

    def environ(self, folder: Path) -> dict[str, str]:
        """Variables with which a process of its own trusts the server and knows the password."""
        file = folder / "authority.pem"
        authority().cert_pem.write_to_path(file)
        return {"SSL_CERT_FILE": str(file), "XLCRM_SMTP_PASSWORD": PASSWORD}

    def __enter__(self) -> Self:
        listening = socket.create_server((HOST, 0))
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)  # broken handshakes are what some tests want
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail server")
        self._thread.start()
        self._server = self._do(
            self._loop.create_server(
                lambda: _Talk(self), sock=listening, ssl=self.tls if self.security == "SSL" else None
            )
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang_up(self) -> None:
        """Leave every client now, as a server that is restarted does."""
        self._do(self._leave_all())

    def next_action(self, stage: Stage) -> str | Fault | None:
        self.reached.append(stage)
        self.watch(stage)
        return self.script[stage].pop(0) if self.script[stage] else None

    def began(self, talk: _Talk) -> None:
        self.connections += 1
        self._talks.append(talk)

    def lets_in(
        self, _server: object, _session: object, _envelope: object, _way: str, who: Any
    ) -> AuthResult:
        right = (who.login, who.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append((who.login.decode(), right))
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for this name
        self, _server: object, _session: object, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        if self.put_off[address] < self.greylisted:
            self.put_off[address] += 1
            return "450 4.2.0 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def take(self, envelope: Any) -> None:
        self.taken.append(Taken(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _leave_all(self) -> None:
        for talk in self._talks:
            talk.leave()
        self._talks.clear()
        await asyncio.sleep(0)

    async def _hang_up(self) -> None:
        self._server.close()
        await self._leave_all()
        here = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not here]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()


class _Talk(SMTP):
    """One client's connection."""

    def __init__(self, house: MailServer) -> None:
        starttls = house.security == "STARTTLS" and "STARTTLS" in house.extensions
        super().__init__(
            house,
            loop=house._loop,
            hostname="mail.example.com",
            data_size_limit=house.size_limit if "SIZE" in house.extensions else None,
            enable_SMTPUTF8="SMTPUTF8" in house.extensions,
            tls_context=house.tls if starttls else None,
            require_starttls=starttls,
            auth_required="AUTH" in house.extensions,
            authenticator=house.lets_in,
        )
        self._house = house
        self._handle_hooks["DATA"] = self._letter
        # It knows TLS only where it has begun it itself, so to it a TLS socket is a plain one.
        self._auth_require_tls = house.security == "STARTTLS"
        self._auth_methods = {} if "AUTH" not in house.extensions else self._auth_methods

    def leave(self) -> None:
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    async def _handle_client(self) -> None:
        self._house.began(self)
        reply = await self._scripted(Stage.GREETING)
        if reply is None:
            await super()._handle_client()
        else:
            await self.push(reply)
            self.leave()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds commands by such names
        await self._unless_scripted(Stage.EHLO, super().smtp_EHLO, hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.STARTTLS, super().smtp_STARTTLS, arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.AUTH, super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.MAIL, super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.RCPT, super().smtp_RCPT, arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.RSET, super().smtp_RSET, arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - same
        await self._unless_scripted(Stage.QUIT, super().smtp_QUIT, arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - same
        if self._house.script[Stage.DATA][:1] == [DROP]:
            await self.push("354 go on")
            await self._reader.read(64)
        await self._unless_scripted(Stage.DATA, super().smtp_DATA, arg)

    async def _letter(self, *_: object) -> str:
        """The answer to a whole letter."""
        reply = await self._scripted(Stage.DOT)
        if reply is None:
            self._house.take(self.envelope)
            reply = await self._scripted(Stage.TAKEN)
        return reply or "250 2.0.0 taken"

    async def _unless_scripted(
        self, stage: Stage, usual: Callable[[Any], Coroutine[Any, Any, None]], arg: object
    ) -> None:
        reply = await self._scripted(stage)
        if reply is None:
            await usual(arg)
        else:
            await self.push(reply)

    async def _scripted(self, stage: Stage) -> str | None:
        """The answer that the script has for this stage; with a fault there is none any more."""
        action = self._house.next_action(stage)
        if not isinstance(action, Fault):
            return action
        if action is DROP:
            self.leave()
        await asyncio.sleep(_PATIENCE)  # it ends with the connection
        raise ConnectionResetError
