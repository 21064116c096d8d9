"""Letters through a real server: whole, once, and what is said where one is not taken."""

from __future__ import annotations

import io
import ssl
import time
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.e2e.judges import office, shown_in_libreoffice
from tests.mail.letters import AT, SENDER, letter, post_to
from tests.mail_server import DROP, STALL, USER, MailServer, Stage
from xlcrm.mail.delivery import SENT, Delivery, Reach, Status
from xlcrm.mail.letter import Attachment, Letter, Person, Picture, compose, message_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlcrm.mail.post import Post

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"\r\n.\r\nnot a line end\n.\n" * 3
BEFORE_THE_DOT = (Stage.MAIL, Stage.RCPT, Stage.DATA)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
def post(server: MailServer) -> Iterator[Post]:
    with post_to(server) as made:
        yield made


def send(post: Post, one: Letter | None = None) -> Delivery:
    one = one or letter()
    return post.send(compose(one, SENDER, AT), one.to.email)


def large() -> Letter:
    """More than sockets hold: a connection that is lost within it is lost before the dot."""
    return letter(attachments=(Attachment("a.xlsx", bytes(4 << 20), XLSX),))


def note(to: str, text: str, sender: str = USER) -> EmailMessage:
    """A mail that another program might have made."""
    message = EmailMessage(SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, "客户"
    message.set_content(text)
    return message


@pytest.mark.parametrize("security", ["SSL", "STARTTLS"])
def test_a_letter_arrives_whole(security: str) -> None:
    one = letter(
        subject="客户管理日报：逾期 3 项，今日到期 5 项；本月签约额完成 87%，比上次多 2 项（需要主管关注）",
        html='<p>逾期</p><img src="cid:trend">',
        pictures=(Picture("trend", PNG, "趋势"),),
        attachments=(Attachment("客户管理 2026-11-22（脱敏副本）.xlsx", b"PK\x03\x04\r\n.\r\n" * 999, XLSX),),
    )
    with MailServer(security) as server, post_to(server) as post:
        assert send(post, one) == SENT
    (taken,) = server.taken
    assert (taken.sender, taken.to) == (USER, ("wang1@example.com",))
    message = taken.message
    assert message["Subject"] == one.subject
    assert message["From"].addresses[0].display_name == "客户管理"
    assert taken.message_id == message_id(one.key, SENDER)
    assert message["Date"].datetime == AT
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "客户管理 2026-11-22（脱敏副本）.xlsx"
    assert attached.get_content() == one.attachments[0].content
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert (picture["Content-ID"], picture.get_content()) == ("<trend>", PNG)
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines() == one.text.splitlines()
    assert 'src="cid:trend"' in page.get_content()
    assert taken.raw.isascii()
    assert max(map(len, taken.raw.split(b"\r\n"))) <= 998


@pytest.mark.slow
def test_an_attachment_opens_in_libreoffice(post: Post, server: MailServer, tmp_path: Path) -> None:
    program = office()
    made = openpyxl.Workbook()
    made.active.append(["客户", "金额"])  # type: ignore[union-attr] # a new workbook has a sheet
    made.active.append(["华东机械", 1200])  # type: ignore[union-attr] # same
    content = io.BytesIO()
    made.save(content)
    assert send(post, letter(attachments=(Attachment("客户.xlsx", content.getvalue(), XLSX),))) == SENT
    (attached,) = server.taken[0].message.iter_attachments()
    arrived = tmp_path / str(attached.get_filename())
    arrived.write_bytes(attached.get_content())
    shown = shown_in_libreoffice(program, [arrived], tmp_path)
    assert shown["客户"] == {"Sheet": [["客户", "金额"], ["华东机械", "1200"]]}


def test_lines_that_begin_with_a_dot_and_bare_text_arrive_as_they_are(post: Post, server: MailServer) -> None:
    text = ".\n..\n.hidden\nQUIT\nlast\n"
    assert post.send(note("wang@example.com", text), "wang@example.com") == SENT
    assert server.taken[0].message.get_content().splitlines() == text.splitlines()
    assert send(post) == SENT


def test_a_server_gets_ascii_even_if_a_mail_is_not(post: Post, server: MailServer) -> None:
    message = note("wang@example.com", "逾期\n")
    assert message["Content-Transfer-Encoding"] == "8bit"
    assert post.send(message, "wang@example.com") == SENT
    assert server.taken[0].raw.isascii()
    assert server.taken[0].message.get_content().strip() == "逾期"


def test_letters_go_over_one_connection(post: Post, server: MailServer) -> None:
    server.refused["wang2@example.com"] = "550 5.1.1 no such user"
    assert [send(post, letter(number)).status.name for number in (1, 2, 3)] == ["SENT", "REFUSED", "SENT"]
    assert (server.connections, len(server.logins)) == (1, 1)
    assert [taken.to for taken in server.taken] == [("wang1@example.com",), ("wang3@example.com",)]


def test_a_refused_recipient_is_told_in_the_server_s_words(post: Post, server: MailServer) -> None:
    server.refused["wang1@example.com"] = "550 5.1.1 查无此人\x07 \u202e"
    delivery = send(post)
    assert (delivery.status, delivery.reach, delivery.doubt) == (Status.REFUSED, Reach.LETTER, False)
    assert "“wang1@example.com”被拒收" in delivery.detail
    assert delivery.detail.endswith("服务器回复：550 5.1.1 查无此人")


def test_a_sender_that_may_not_write_stops_the_run(post: Post, server: MailServer) -> None:
    server.script[Stage.MAIL] = ["553 5.7.1 sender not owned by user"]
    delivery = send(post)
    assert (delivery.status, delivery.reach) == (Status.DEFERRED, Reach.RUN)
    assert "发件人邮箱" in delivery.detail
    assert send(post, letter(2)) == delivery
    assert server.reached.count(Stage.MAIL) == 1


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT])
def test_greylisting_defers_a_letter_and_the_next_time_it_goes(
    post: Post, server: MailServer, stage: Stage
) -> None:
    server.script[stage] = ["451 4.7.1 greylisted"]
    delivery = send(post)
    assert (delivery.status, delivery.reach, delivery.doubt) == (Status.DEFERRED, Reach.LETTER, False)
    assert "451 4.7.1 greylisted" in delivery.detail
    assert send(post) == SENT
    assert (len(server.taken), server.connections) == (1, 1)


@pytest.mark.parametrize("stage", [Stage.DATA, Stage.DOT])
def test_a_letter_that_is_taken_for_rubbish_is_refused(post: Post, server: MailServer, stage: Stage) -> None:
    server.script[stage] = ["554 5.7.1 spam"]
    delivery = send(post)
    assert delivery.status is Status.REFUSED
    assert "垃圾邮件" in delivery.detail
    assert send(post) == SENT


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.MAIL, "552 5.3.4 message size exceeds limit"),
        (Stage.DOT, "552 too much"),
        (Stage.DOT, "554 5.3.4 message too big"),
        (Stage.DOT, "552 5.2.3 message too big"),
    ],
)
def test_a_letter_that_the_server_finds_too_large_is_refused(
    post: Post, server: MailServer, stage: Stage, answer: str
) -> None:
    server.script[stage] = [answer]
    delivery = send(post)
    assert (delivery.status, delivery.reach) == (Status.REFUSED, Reach.LETTER)
    assert "邮件太大" in delivery.detail


@pytest.mark.parametrize("stage", [Stage.RCPT, Stage.DOT])
def test_a_full_mailbox_is_told_as_such(post: Post, server: MailServer, stage: Stage) -> None:
    server.script[stage] = ["552 5.2.2 quota exceeded"]
    delivery = send(post)
    assert (delivery.status, delivery.reach) == (Status.REFUSED, Reach.LETTER)
    assert delivery.detail == "收件人的邮箱已满，请对方清理后再发；服务器回复：552 5.2.2 quota exceeded"


def test_a_policy_of_the_server_is_not_told_as_a_size(post: Post, server: MailServer) -> None:
    server.script[Stage.DOT] = ["552 5.7.0 blocked for its content"]
    detail = send(post).detail
    assert "垃圾邮件" in detail
    assert "太大" not in detail


def test_our_own_limit_is_told_before_anybody_is_asked(server: MailServer) -> None:
    large = letter(attachments=(Attachment("a.xlsx", bytes(2 << 20), XLSX),))
    with post_to(server, size_limit=1 << 20) as post:
        delivery = send(post, large)
    assert delivery.status is Status.REFUSED
    assert "邮件连附件有 2.7 MB，超过参数表“邮件大小上限”的 1.0 MB" in delivery.detail
    assert server.connections == 0


def test_the_server_s_limit_is_told_before_the_letter_is_sent() -> None:
    large = letter(attachments=(Attachment("a.xlsx", bytes(1 << 20), XLSX),))
    with MailServer(size_limit=1 << 20) as server, post_to(server) as post:
        delivery = send(post, large)
        assert send(post) == SENT
    assert "邮件连附件有 1.4 MB，超过邮件服务器的 1.0 MB" in delivery.detail
    assert server.reached.count(Stage.MAIL) == 1


def test_a_server_that_tells_no_limit_is_sent_to() -> None:
    with MailServer(extensions=frozenset({"AUTH"})) as server, post_to(server) as post:
        assert send(post) == SENT
    assert len(server.taken) == 1


@pytest.mark.parametrize("stage", BEFORE_THE_DOT)
def test_a_connection_that_is_lost_in_the_middle_is_made_again(
    post: Post, server: MailServer, stage: Stage
) -> None:
    server.script[stage] = [DROP]
    assert send(post, large() if stage is Stage.DATA else None) == SENT
    assert server.connections == 2
    assert len(server.taken) == 1


@pytest.mark.parametrize("stage", BEFORE_THE_DOT)
def test_what_is_lost_twice_before_the_dot_is_surely_not_sent(
    post: Post, server: MailServer, stage: Stage
) -> None:
    server.script[stage] = [DROP, DROP]
    delivery = send(post, large() if stage is Stage.DATA else None)
    assert (delivery.status, delivery.reach, delivery.doubt) == (Status.DEFERRED, Reach.LETTER, False)
    assert "这封邮件没有送出" in delivery.detail
    assert send(post) == SENT


@pytest.mark.parametrize("stage", [Stage.DOT, Stage.TAKEN])
def test_what_is_lost_after_the_dot_is_in_doubt_and_not_sent_again(
    post: Post, server: MailServer, stage: Stage
) -> None:
    server.script[stage] = [DROP]
    delivery = send(post)
    assert (delivery.status, delivery.reach, delivery.doubt) == (Status.DEFERRED, Reach.LETTER, True)
    assert "可能已经送达" in delivery.detail
    assert (server.connections, server.reached.count(Stage.DOT)) == (1, 1)
    assert send(post, letter(2)) == SENT


def test_a_doubt_of_the_second_attempt_is_one(post: Post, server: MailServer) -> None:
    server.script[Stage.MAIL] = [DROP]
    server.script[Stage.TAKEN] = [DROP]
    assert send(post).doubt
    assert (server.connections, len(server.taken)) == (2, 1)


def test_a_large_letter_goes_over_a_slow_line(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of 4 KiB a second, without waiting for it: a socket's seconds are for all that it is given."""
    real = ssl.SSLSocket.sendall

    def slow(sock: ssl.SSLSocket, data: memoryview, *flags: int) -> None:
        usual = sock.gettimeout()
        assert usual is not None
        if len(data) > usual * 4096:
            raise TimeoutError
        real(sock, data, *flags)

    monkeypatch.setattr(ssl.SSLSocket, "sendall", slow)
    one = letter(attachments=(Attachment("a.xlsx", b"\r\n.\r\n" * 100_000, XLSX),))
    with post_to(server, timeout=30.0) as post:
        assert send(post, one) == SENT
    (attached,) = server.taken[0].message.iter_attachments()
    assert attached.get_content() == one.attachments[0].content


def test_an_answer_that_never_comes_is_a_doubt(server: MailServer) -> None:
    server.script[Stage.DOT] = [STALL]
    with post_to(server, patience=0.3) as post:
        delivery = send(post)
    assert delivery.doubt
    assert "没有回应" in delivery.detail


def test_a_server_may_look_at_a_letter_for_longer_than_it_may_be_silent(server: MailServer) -> None:
    allowed: list[float | None] = []
    with post_to(server, timeout=30.0, patience=600.0) as post:

        def look(stage: Stage) -> None:
            if stage is Stage.DOT:
                until = time.monotonic() + 20  # the client is in a thread of its own
                while limit() == 30.0 and time.monotonic() < until:
                    time.sleep(0.001)
                allowed.append(limit())

        def limit() -> float | None:
            assert post._smtp is not None
            assert post._smtp.sock is not None
            return post._smtp.sock.gettimeout()

        server.watch = look
        assert send(post) == SENT
        assert (allowed, limit()) == ([600.0], 30.0)


def test_an_answer_that_is_none_is_a_doubt(post: Post, server: MailServer) -> None:
    server.script[Stage.DOT] = ["hello"]
    assert send(post).doubt


def test_a_server_that_says_goodbye_after_the_dot_has_not_taken_it(post: Post, server: MailServer) -> None:
    server.script[Stage.DOT] = ["421 4.3.0 shutting down", "421 4.3.0 shutting down"]
    delivery = send(post)
    assert (delivery.status, delivery.doubt) == (Status.DEFERRED, False)


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
def test_a_server_that_closes_is_connected_again(post: Post, server: MailServer, stage: Stage) -> None:
    server.script[stage] = ["421 4.7.0 too many messages in this session"]
    assert send(post) == SENT
    assert (server.connections, len(server.taken)) == (2, 1)


def test_a_server_that_was_restarted_meanwhile_is_connected_again(post: Post, server: MailServer) -> None:
    assert send(post) == SENT
    server.hang_up()
    assert send(post, letter(2)) == SENT
    assert (server.connections, len(server.taken)) == (2, 2)


@pytest.mark.parametrize("answer", [DROP, "500 what"])
def test_a_connection_that_cannot_begin_again_is_given_up(
    post: Post, server: MailServer, answer: str
) -> None:
    server.refused["wang1@example.com"] = "550 no"
    server.script[Stage.RSET] = [answer]
    assert send(post).status is Status.REFUSED
    assert send(post, letter(2)) == SENT
    assert server.connections == 2


def test_a_server_that_breaks_off_in_every_letter_is_given_up_for_a_while(
    post: Post, server: MailServer
) -> None:
    server.script[Stage.DATA] = [DROP] * 6
    assert [send(post, letter(number)).reach for number in (1, 2)] == [Reach.LETTER, Reach.ROUND]
    post.pause(2.0)
    assert send(post, letter(3)).reach is Reach.LETTER


def test_a_pause_leaves_the_server_alone(server: MailServer) -> None:
    waits: list[float] = []
    with post_to(server) as post:
        post._sleep = waits.append
        send(post)
        post.pause(10.0)
        send(post, letter(2))
    assert (waits, server.connections) == ([10.0], 2)


@pytest.mark.parametrize(
    "to",
    [
        "wang@example.com>\r\nRCPT TO:<evil@example.org",
        "wang@example.com\nDATA",
        "wang@example.com, evil@example.org",
        "<wang@example.com>",
        "wang@example.com SIZE=1",
        "王芳@example.com",
        "wang.@example.com",
        "",
    ],
)
def test_what_is_not_one_address_never_reaches_the_server(post: Post, server: MailServer, to: str) -> None:
    delivery = post.send(compose(letter(), SENDER, AT), to)
    assert (delivery.status, delivery.reach) == (Status.REFUSED, Reach.LETTER)
    assert "不是一个完整的邮箱" in delivery.detail
    assert delivery.detail.isprintable()
    assert server.connections == 0


def test_nothing_in_a_letter_becomes_a_header_or_a_recipient(post: Post, server: MailServer) -> None:
    evil = "x\r\nBcc: evil@example.org\r\n\r\nTo: evil@example.org\n.\nMAIL FROM:<evil@example.org>"
    one = letter(
        subject=evil,
        to=Person(evil, "wang1@example.com"),
        text=evil,
        html=evil,
        attachments=(Attachment(evil, b"x", XLSX),),
    )
    assert send(post, one) == SENT
    (taken,) = server.taken
    assert taken.to == ("wang1@example.com",)
    message = taken.message
    assert [address.addr_spec for address in message["To"].addresses] == ["wang1@example.com"]
    assert message["Bcc"] is None
    head = taken.raw.partition(b"\r\n\r\n")[0].lower()
    assert b"evil@example.org" not in head


@pytest.mark.parametrize("to", ["li@evil.org", "li@sub.example.com", "li@example.com.evil.org"])
def test_nothing_leaves_for_a_domain_that_is_not_allowed(post: Post, server: MailServer, to: str) -> None:
    delivery = send(post, letter(to=Person("李", to)))
    assert (delivery.status, delivery.reach) == (Status.REFUSED, Reach.LETTER)
    assert f"“{to}”的域名 {to.partition('@')[2]} 不在参数表的“允许的收件域名”里" in delivery.detail
    assert server.connections == 0


def test_whoever_is_interrupted_leaves_without_a_word(server: MailServer) -> None:
    post = post_to(server)
    post.__enter__()
    assert send(post) == SENT
    post.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert Stage.QUIT not in server.reached
    assert send(post, letter(2)) == SENT
    post.__exit__(None, None, None)
    assert server.reached.count(Stage.QUIT) == 1


def test_a_server_may_answer_in_the_letters_of_another_age(post: Post, server: MailServer) -> None:
    server.refused["wang1@example.com"] = "550 查无此人".encode("gb18030")  # type: ignore[assignment] # as bytes
    assert send(post).detail.endswith("服务器回复：550 查无此人")
