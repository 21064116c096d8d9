"""Letters as mails: what was said comes out at the other end, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
import unicodedata
from email.header import decode_header, make_header
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlcrm.errors import UsageError
from xlcrm.mail.letter import (
    Attachment,
    Letter,
    Person,
    Picture,
    compose,
    file_name,
    message_id,
    name_line,
    one_line,
)

if TYPE_CHECKING:
    from email.message import EmailMessage

AT = dt.datetime(2026, 11, 22, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SENDER = Person("客户管理", "crm@example.com")
TO = Person("王芳", "wang@example.com")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER = Letter(
    "management|2026-11-22|wang@example.com",
    "管理层邮件",
    TO,
    "【客户管理】2026-11-22 逾期12项、今日到期5项、已超时3个",
    "逾期12项\n",
    '<p>逾期12项<img src="cid:overview" alt="图"></p>\n',
    (Picture("overview", b"\x89PNG\r\n\x1a\n", "图"),),
    (Attachment("客户关系管理 2026-11-22.xlsx", b"PK\x03\x04\r\n.\r\n", XLSX),),
)
LONG = "客户关系管理（华东大区第三分公司）管理层副本 2026年11月22日，已遮住电话邮箱联系人证件号.xlsx"
TEXTS = st.text(min_size=1, max_size=120) | st.text(
    st.sampled_from('\r\n\0\t\v\x85\u2028\u202e =?<>@,;:"()[]\\王a'), min_size=1, max_size=60
)


def read(message: EmailMessage) -> EmailMessage:
    """What a mail program sees."""
    found = email.message_from_bytes(bytes(message), policy=email.policy.default)
    assert not any(part.defects for part in found.walk())
    return found


def parts(message: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in message.walk()}


def said(part: EmailMessage) -> str:
    """A text with line ends as they are here; in a mail they are CRLF."""
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def name_in(raw: str) -> str:
    """The name of an address by RFC 2047: blanks between encoded words are none.

    The newer parser of Python 3.11 keeps them where a long name needs several.
    """
    return str(make_header(decode_header(raw.rpartition("<")[0].strip())))


def test_a_letter_is_read_as_it_was_written() -> None:
    found = read(compose(LETTER, SENDER, AT))
    assert found["Subject"] == LETTER.subject
    assert [(one.display_name, one.addr_spec) for one in found["To"].addresses] == [(TO.name, TO.email)]
    assert [(one.display_name, one.addr_spec) for one in found["From"].addresses] == [
        (SENDER.name, SENDER.email)
    ]
    own = parts(found)
    assert said(own["text/plain"]) == LETTER.text
    assert said(own["text/html"]) == LETTER.html
    assert own["image/png"].get_content() == LETTER.pictures[0].png
    assert own[XLSX].get_content() == LETTER.attachments[0].content


def test_the_parts_stand_where_mail_programs_look_for_them() -> None:
    found = read(compose(LETTER, SENDER, AT))
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        XLSX,
    ]
    own = parts(found)
    assert own["image/png"]["Content-ID"] == "<overview>"
    assert own["image/png"].get_content_disposition() == "inline"
    assert own[XLSX].get_content_disposition() == "attachment"


def test_a_plain_letter_has_no_more_than_its_two_texts() -> None:
    bare = dataclasses.replace(LETTER, pictures=(), attachments=())
    found = read(compose(bare, SENDER, AT))
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_a_file_name_is_given_in_both_ways() -> None:
    letter = dataclasses.replace(LETTER, attachments=(Attachment(LONG, b"PK", XLSX),))
    part = parts(read(compose(letter, SENDER, AT)))[XLSX]
    assert part.get_filename() == LONG
    assert part.get_param("name") is not None
    old = email.message_from_bytes(bytes(compose(letter, SENDER, AT)))  # the reader of before RFC 2231
    raw = next(each for each in old.walk() if each.get_content_type() == XLSX)["Content-Type"]
    words = re.search(r'name="(.*)"', raw, re.DOTALL)
    assert words is not None
    assert str(make_header(decode_header(words[1]))) == LONG


def test_nothing_answers_by_itself_and_the_zone_is_told() -> None:
    found = read(compose(LETTER, SENDER, AT))
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert found["Date"] == "Sun, 22 Nov 2026 08:30:00 +0800"


def test_the_same_letter_is_the_same_bytes() -> None:
    assert bytes(compose(LETTER, SENDER, AT)) == bytes(compose(LETTER, SENDER, AT))


def test_a_message_id_is_of_the_key_alone() -> None:
    again = dataclasses.replace(LETTER, subject="别的", text="别的")
    first, second = compose(LETTER, SENDER, AT), compose(again, SENDER, AT + dt.timedelta(hours=1))
    assert first["Message-ID"] == second["Message-ID"] == message_id(LETTER.key, SENDER)
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", message_id(LETTER.key, SENDER))
    assert message_id("another", SENDER) != message_id(LETTER.key, SENDER)


def test_lines_are_short_and_in_ascii() -> None:
    letter = dataclasses.replace(
        LETTER, subject=LONG * 3, to=Person(LONG, TO.email), attachments=(Attachment(LONG * 3, b"PK", XLSX),)
    )
    lines = bytes(compose(letter, SENDER, AT)).split(b"\r\n")
    assert all(line.isascii() for line in lines)
    assert max(map(len, lines)) <= 80  # the media type of .xlsx in its line
    assert b"\n" not in b"".join(lines)


@settings(max_examples=60, deadline=None)
@given(name=TEXTS, subject=TEXTS, file=TEXTS)
@example(name="=?utf-8?q?x?=", subject="=?utf-8?b?5a6i?= =?utf-8?b?5a6i?=", file="=?utf-8?q?x?=")
@example(name="王\r\nBcc: x@example.com", subject="a\r\n\r\nbody", file='a";\r\nX-Y: 1')
@example(name=' "王" <a@example.com>,', subject="  a  b  ", file="../../etc/passwd")
@example(name="a" * 200, subject="a" * 1000, file="b" * 300)
def test_any_text_comes_out_as_it_went_in(name: str, subject: str, file: str) -> None:
    letter = dataclasses.replace(
        LETTER,
        to=Person(name, TO.email),
        subject=subject,
        attachments=(Attachment(file, b"PK", XLSX),),
    )
    written = email.message_from_bytes(bytes(compose(letter, Person(subject, SENDER.email), AT)))
    found = email.message_from_bytes(bytes(written), policy=email.policy.default)
    assert found.keys() == read(compose(LETTER, SENDER, AT)).keys()
    assert found["Subject"] == one_line(subject)
    assert [one.addr_spec for one in found["To"].addresses] == [TO.email]
    assert name_in(written["To"]) == name_line(name)
    assert "".join(name_line(name).split()) == "".join(one_line(name).split())
    assert [one.addr_spec for one in found["From"].addresses] == [SENDER.email]
    assert parts(found)[XLSX].get_filename() == file_name(file)
    assert len(list(found.walk())) == 7


@given(st.text(max_size=50) | st.text(st.characters(categories=("Cc", "Cs", "Zl", "Zp")), max_size=9))
def test_a_line_has_no_control_characters_and_keeps_the_rest(text: str) -> None:
    found = one_line(text)
    assert len(found) == len(text)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in found)
    assert all(new in (old, " ") for old, new in zip(text, found, strict=True))


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("客户 2026-11-22.xlsx", "客户 2026-11-22.xlsx"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\a?.xlsx", "C__a_.xlsx"),
        ("报表\u202excod.exe", "报表 xcod.exe"),
        (" \r\n", "附件"),
    ],
)
def test_a_file_name_is_one_on_every_system(given_name: str, expected: str) -> None:
    assert file_name(given_name) == expected


def test_a_lone_surrogate_does_not_stop_a_letter() -> None:
    letter = dataclasses.replace(LETTER, subject="a\ud800b", text="a\ud800b\n", html="<p>\udfff</p>\n")
    found = read(compose(letter, SENDER, AT))
    assert found["Subject"] == "a b"
    assert said(parts(found)["text/plain"]) == "a?b\n"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "wang",
        "wang@",
        "@example.com",
        "wang@@example.com",
        "wang@example.com,li@example.com",
        "wang@example.com;li@example.com",
        "王芳 <wang@example.com>",
        "<wang@example.com>",
        "wang@example.com\r\nBcc: li@example.com",
        "wang@example.com\n",
        "wang\0@example.com",
        "wa ng@example.com",
        '"wang"@example.com',
        "wang@[127.0.0.1]",
        "wang@-example.com",
        "wang@例子.com",
        "王@example.com",
        ".wang@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b." * 130 + "com",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"“王芳”的邮箱.*不能使用.*通讯录") as raised:
        compose(dataclasses.replace(LETTER, to=Person("王芳", address)), SENDER, AT)
    assert "\n" not in raised.value.message
    with pytest.raises(UsageError, match="不能使用"):
        compose(LETTER, Person("王芳", address), AT)


@pytest.mark.parametrize("address", ["a@example.com", "a.b+c_d-e@mail.example.com.cn", "1@163.com"])
def test_plain_addresses_are_taken(address: str) -> None:
    letter = dataclasses.replace(LETTER, to=Person("", address))
    assert [one.addr_spec for one in read(compose(letter, SENDER, AT))["To"].addresses] == [address]


@pytest.mark.parametrize("name", ["a>\r\nX: 1", "", "图", "a b"])
def test_a_picture_has_a_plain_name(name: str) -> None:
    letter = dataclasses.replace(LETTER, pictures=(Picture(name, b"", ""),))
    with pytest.raises(UsageError, match="图片"):
        compose(letter, SENDER, AT)


@pytest.mark.parametrize("mime", ["text", "text/csv\r\nX: 1", "text/csv; charset=x", ""])
def test_an_attachment_has_a_plain_type(mime: str) -> None:
    letter = dataclasses.replace(LETTER, attachments=(Attachment("a", b"", mime),))
    with pytest.raises(UsageError, match="类型"):
        compose(letter, SENDER, AT)
