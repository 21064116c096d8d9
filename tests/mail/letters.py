"""Letters and accounts as the tests of delivery need them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from tests.mail_server import HOST, PASSWORD, USER
from xlcrm.mail.account import Account
from xlcrm.mail.letter import Letter, Person
from xlcrm.mail.post import Post

if TYPE_CHECKING:
    from tests.mail_server import MailServer

AT: Final = dt.datetime(2026, 11, 22, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SENDER: Final = Person("客户管理", USER)


def account_of_server(server: MailServer, /, **changes: Any) -> Account:
    """The account of somebody who may send through the server."""
    fields: dict[str, Any] = {
        "server": HOST,
        "port": server.port,
        "security": server.security,
        "user": USER,
        "sender": SENDER,
        "domains": frozenset({"example.com"}),
        "size_limit": 20 << 20,
    }
    return Account(**(fields | changes))


def post_to(server: MailServer, /, *, timeout: float = 30.0, patience: float = 30.0, **changes: Any) -> Post:
    """A post that trusts the server and never waits."""
    return Post(
        account_of_server(server, **changes),
        PASSWORD,
        context=server.context,
        sleep=lambda _: None,
        timeout=timeout,
        patience=patience,
    )


def letter(number: int = 1, **changes: Any) -> Letter:
    """个人清单 of a person of many."""
    email = f"wang{number}@example.com"
    fields: dict[str, Any] = {
        "key": f"digest|2026-11-22|{email}",
        "kind": "个人清单",
        "to": Person(f"王{number}", email),
        "subject": f"今天的客户待办 {number} 项",
        "text": "逾期 1 项\n.今日到期 2 项\n",
        "html": "<p>逾期 1 项</p>",
    }
    return Letter(**(fields | changes))
