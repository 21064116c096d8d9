"""Connections: encrypted and checked, or none; a login that asks once."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.mail.letters import AT, SENDER, account_of_server, letter, post_to
from tests.mail_server import DROP, HOST, PASSWORD, STALL, USER, MailServer, Stage
from xlcrm.mail.delivery import Delivery, Reach, Status
from xlcrm.mail.faults import unreachable
from xlcrm.mail.letter import compose
from xlcrm.mail.post import Post

if TYPE_CHECKING:
    from pathlib import Path

BOTH = pytest.mark.parametrize("security", ["SSL", "STARTTLS"])


def tried(post: Post) -> Delivery:
    """What became of one letter."""
    one = letter()
    with post:
        return post.send(compose(one, SENDER, AT), one.to.email)


def refused(server: MailServer, post: Post, *said: str) -> None:
    """Nobody logged in, no letter came, and the sentence says why; later letters ask nobody."""
    one = letter()
    with post:
        delivery = post.send(compose(one, SENDER, AT), one.to.email)
        asked = server.connections
        assert post.send(compose(one, SENDER, AT), one.to.email) == delivery
    assert (delivery.status, delivery.reach) == (Status.DEFERRED, Reach.RUN)
    for words in said:
        assert words in delivery.detail
    assert PASSWORD not in delivery.detail
    assert not server.taken
    assert server.connections == asked


@BOTH
def test_a_letter_goes_over_an_encrypted_connection(security: str) -> None:
    with MailServer(security) as server:
        assert tried(post_to(server)).status is Status.SENT
    assert server.logins == [(USER, True)]


def test_offices_may_have_an_authority_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer() as server:
        for name, value in server.environ(tmp_path).items():
            monkeypatch.setenv(name, value)
        assert tried(Post(account_of_server(server), PASSWORD)).status is Status.SENT


@BOTH
def test_a_certificate_of_nobody_known_is_refused(security: str) -> None:
    with MailServer(security) as server:
        post = Post(account_of_server(server), PASSWORD, context=ssl.create_default_context())
        refused(server, post, "不是受信任的机构签发的", "SSL_CERT_FILE")
    assert not server.logins


@BOTH
def test_a_certificate_of_another_host_is_refused(security: str) -> None:
    with MailServer(security, names=("mail.example.org",)) as server:
        refused(server, post_to(server), "属于另一台服务器")
    assert not server.logins


def test_the_name_of_a_certificate_counts_and_not_the_address() -> None:
    with MailServer(names=("mail.example.org",)) as server:
        refused(server, post_to(server, server="localhost"), "属于另一台服务器")
    assert not server.logins


@BOTH
def test_an_expired_certificate_is_refused(security: str) -> None:
    with MailServer(security, not_after=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)) as server:
        refused(server, post_to(server), "已经过期")
    assert not server.logins


def test_a_server_without_starttls_gets_no_password() -> None:
    with MailServer("STARTTLS", extensions=frozenset({"AUTH", "SIZE"})) as server:
        refused(server, post_to(server), "STARTTLS", "为安全没有发送")
    assert Stage.AUTH not in server.reached
    assert not server.logins


def test_a_server_that_puts_off_starttls_gets_no_password() -> None:
    with MailServer("STARTTLS") as server:
        server.script[Stage.STARTTLS] = ["454 4.7.0 TLS not available now"]
        delivery = tried(post_to(server))
    assert (delivery.status, delivery.reach) == (Status.DEFERRED, Reach.ROUND)
    assert Stage.AUTH not in server.reached


def test_ssl_at_a_port_for_starttls_says_which_belongs_to_which() -> None:
    with MailServer("STARTTLS") as server:
        refused(server, post_to(server, security="SSL"), "SSL 一般用 465，STARTTLS 一般用 587")


def test_starttls_at_a_port_for_ssl_ends_in_time() -> None:
    with MailServer("SSL") as server:
        delivery = tried(post_to(server, security="STARTTLS", timeout=0.3))
    assert delivery.reach is Reach.ROUND
    assert "没有回应，请检查网络、“邮件端口”和“邮件加密”是否配套" in delivery.detail


@BOTH
def test_a_wrong_password_is_asked_once(security: str) -> None:
    with MailServer(security) as server:
        post = Post(account_of_server(server), "wrong horse", context=server.context)
        refused(server, post, USER, "授权码", "535")
    assert server.logins == [(USER, False)]
    assert server.connections == 1


def test_a_way_of_login_that_the_server_only_claims_to_know_is_passed_over() -> None:
    with MailServer() as server:
        server.script[Stage.AUTH] = ["504 5.5.4 unrecognized authentication type"]
        assert tried(post_to(server)).status is Status.SENT


def test_a_server_that_knows_no_way_of_login_is_refused() -> None:
    with MailServer() as server:
        server.script[Stage.AUTH] = ["504 no", "504 no"]
        refused(server, post_to(server), "不支持用密码登录")


def test_a_server_without_login_is_refused() -> None:
    with MailServer(extensions=frozenset({"SIZE"})) as server:
        refused(server, post_to(server), "不支持用密码登录")


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.GREETING, "421 4.3.2 too many connections"),
        (Stage.AUTH, "454 4.7.0 temporary authentication failure"),
        (Stage.GREETING, DROP),
        (Stage.EHLO, DROP),
        (Stage.AUTH, DROP),
    ],
)
def test_a_server_that_is_busy_is_asked_again_later(stage: Stage, answer: str) -> None:
    with MailServer() as server, post_to(server) as post:
        server.script[stage] = [answer]
        message = compose(letter(), SENDER, AT)
        delivery = post.send(message, letter().to.email)
        assert (delivery.status, delivery.reach) == (Status.DEFERRED, Reach.ROUND)
        assert not delivery.doubt
        assert post.send(message, letter().to.email).status is Status.SENT


@pytest.mark.parametrize("stage", [Stage.GREETING, Stage.EHLO, Stage.AUTH])
def test_a_server_that_says_nothing_is_not_waited_for(stage: Stage) -> None:
    with MailServer() as server:
        server.script[stage] = [STALL]
        delivery = tried(post_to(server, timeout=0.5))
    assert (delivery.status, delivery.reach, delivery.doubt) == (Status.DEFERRED, Reach.ROUND, False)
    assert "没有回应" in delivery.detail


def test_a_server_that_turns_us_away_is_left_alone() -> None:
    with MailServer() as server:
        server.script[Stage.GREETING] = ["554 5.7.1 你的 IP 被封"]
        refused(server, post_to(server), "拒绝提供服务", "554 5.7.1 你的 IP 被封")


def test_a_certificate_of_tomorrow_tells_of_the_clock() -> None:
    error = ssl.SSLCertVerificationError("not yet valid")
    error.verify_code = 9
    with MailServer() as server:
        delivery = unreachable(error, account_of_server(server))
    assert delivery.reach is Reach.RUN
    assert "请检查这台电脑的日期" in delivery.detail


def test_nobody_at_the_port() -> None:
    with socket.create_server((HOST, 0)) as listening, MailServer() as server:
        port = listening.getsockname()[1]
        listening.close()
        delivery = tried(post_to(server, port=port))
    assert delivery.reach is Reach.ROUND
    assert f"“{HOST}:{port}”拒绝连接" in delivery.detail


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "not known"), "找不到邮件服务器“127.0.0.1”"),
        (TimeoutError("timed out"), "没有回应"),
        (OSError(101, "Network is unreachable"), "连不上邮件服务器“127.0.0.1"),
        (ConnectionResetError(104, "reset"), "中断了连接"),
    ],
)
def test_a_network_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    with MailServer() as server:
        monkeypatch.setattr(socket, "create_connection", fail)
        delivery = tried(post_to(server))
    assert (delivery.status, delivery.reach) == (Status.DEFERRED, Reach.ROUND)
    assert said in delivery.detail


def test_a_name_that_cannot_be_looked_up_is_told() -> None:
    with MailServer() as server:
        delivery = tried(post_to(server, server="smtp..example"))
    assert "找不到邮件服务器“smtp..example”" in delivery.detail
