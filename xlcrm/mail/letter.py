"""A letter as a value, and as a mail that every reader shows right.

Every text that reaches a header is written here, encoded, so that no text of a workbook can become an
address or a header of its own. What a mail looks like is `body.py`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from xlcrm.errors import UsageError
from xlcrm.mail.address import is_address

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from email.message import MIMEPart

_POLICY: Final = SMTP.clone(refold_source="none")
"""Lines are folded here; folding again what is encoded would take it apart."""
_LINE: Final = 76
_TOKEN: Final = re.compile(r"[A-Za-z0-9._-]+(?:@[A-Za-z0-9.-]+)?")
_MIME: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_NAMELESS: Final = "附件"
_FOLDED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing: with one, a file's name shows another ending than it has."""


@dataclass(frozen=True)
class Person:
    """Somebody who writes or is written to."""

    name: str
    email: str


@dataclass(frozen=True)
class Picture:
    """A picture that stands in the text: `<img src="cid:{cid_name}">`.

    Attributes:
        cid_name: ASCII letters, digits, `.`, `_`, `-`, and perhaps a domain after an `@`.
        png: the file.
        alt: what readers show who do not show pictures.
    """

    cid_name: str
    png: bytes
    alt: str


@dataclass(frozen=True)
class Attachment:
    """A file that comes with a letter; `mime` is like `text/csv`."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Notice:
    """That a clock has used up a share of its limit: told once for each case, clock and level.

    Attributes:
        key: `{table}|{id of the case, or key of its row}|{clock}|{start:%Y-%m-%dT%H:%M}|{level}`.
        case_id: 单号 as shown.
        clock: its name.
        level: 提醒级别 as shown.
        text: a line on it.
    """

    key: str
    case_id: str
    clock: str
    level: str
    text: str


@dataclass(frozen=True)
class Letter:
    """A letter to one person, before it is a mail.

    Attributes:
        key: the same letter always has the same one; a letter of a key is sent once.
        kind: 管理层邮件, 个人清单 or 超时提醒.
        to: who gets it.
        subject: one line.
        text: the letter as plain text.
        html: the same as a page.
        pictures: those that `html` shows.
        attachments: in the order in which they are listed.
        notices: what it tells; noted in 发送记录 once it is sent.
        details: 说明 of 发送记录, such as `逾期=3；今日到期=5`.
    """

    key: str
    kind: str
    to: Person
    subject: str
    text: str
    html: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()
    details: str = ""


def compose(letter: Letter, sender: Person, at: dt.datetime) -> EmailMessage:
    """The letter as a mail. The same letter, sender and moment give the same bytes.

    Args:
        letter: what to say, to whom.
        sender: whose name and address stand in From.
        at: when it is sent, with a zone.

    Raises:
        UsageError: an address is not one plain address.
    """
    message = EmailMessage(_POLICY)
    message.set_raw("From", _address(sender))
    message.set_raw("To", _address(letter.to))
    message.set_raw("Subject", _encoded(letter.subject, "Subject"))
    message["Date"] = at
    message["Message-ID"] = message_id(letter.key, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply answers it
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message.set_content(_encodable(letter.text), cte="base64")
    message.add_alternative(_encodable(letter.html), subtype="html", cte="base64")
    *_, page = message.iter_parts()
    for picture in letter.pictures:
        _related(page, picture)
    for attachment in letter.attachments:
        _attached(message, attachment)
    _set_boundaries(message, letter.key)
    return message


def message_id(key: str, sender: Person) -> str:
    """Message-ID of the letter of a key: the same at every attempt, so that it can be told apart."""
    domain = _plain(sender).rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>"


def one_line(text: str) -> str:
    """A text as a header may hold it: control characters, line ends and lone surrogates are spaces."""
    return "".join(" " if unicodedata.category(c) in _FOLDED or c in _TURNING else c for c in text)


def name_line(text: str) -> str:
    """A name as mail programs show it: in one line, blanks in a row are one, none at its ends."""
    return re.sub(" +", " ", one_line(text)).strip()


def file_name(text: str) -> str:
    """A text as the name of a file on every system: `_` for what Windows refuses or takes for a folder."""
    return re.sub(r'[<>:"/\\|?*]', "_", name_line(text)) or _NAMELESS


def _plain(person: Person) -> str:
    """The address of a person.

    Raises:
        UsageError: it is not one plain address.
    """
    if not is_address(person.email):
        raise UsageError(
            f"“{one_line(person.name)}”的邮箱“{one_line(person.email)}”不能使用，"
            "应为一个像 wang@example.com 这样的邮箱；请在通讯录或参数表改正"
        )
    return person.email


def _address(person: Person) -> str:
    address = _plain(person)
    name = _encoded(name_line(person.name), "From")
    if not name:
        return address
    return f"{name}\r\n <{address}>"


def _encoded(text: str, heading: str) -> str:
    """A text as encoded words (RFC 2047), folded; plain ones too, lest they look like encoded ones."""
    return Header(one_line(text), "utf-8", _LINE, heading).encode(linesep="\r\n")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _related(page: MIMEPart, picture: Picture) -> None:
    if not _TOKEN.fullmatch(picture.cid_name):
        raise UsageError(f"邮件里的图片不能叫“{one_line(picture.cid_name)}”，只能用字母、数字和 . _ -")
    page.add_related(picture.png, "image", "png", cid=f"<{picture.cid_name}>")
    *_, part = page.iter_parts()
    _name(part, "image/png", "inline", f"{picture.cid_name.partition('@')[0]}.png")


def _attached(message: EmailMessage, attachment: Attachment) -> None:
    if not _MIME.fullmatch(attachment.mime):
        raise UsageError(f"附件“{one_line(attachment.name)}”的类型“{one_line(attachment.mime)}”不能使用")
    maintype, _, subtype = attachment.mime.partition("/")
    message.add_attachment(attachment.content, maintype, subtype)
    *_, part = message.iter_attachments()
    _name(part, attachment.mime, "attachment", attachment.name)


def _name(part: MIMEPart, mime: str, disposition: str, name: str) -> None:
    """A part's file name in both ways that readers look for.

    RFC 2231 in Content-Disposition is the standard; older Outlook and web mail read encoded words in
    Content-Type.
    """
    name = file_name(name)
    names = _parameters("filename", name)
    del part["Content-Type"], part["Content-Disposition"]
    part.set_raw("Content-Type", f'{mime};\r\n name="{_encoded(name, "name")}"')
    part.set_raw("Content-Disposition", ";\r\n ".join([disposition, *names]))


def _parameters(key: str, text: str) -> list[str]:
    """A parameter as RFC 2231 writes it, in pieces that fit a line; no piece ends within a letter."""
    pieces = list(_pieces(text))
    if len(pieces) == 1:
        return [f"{key}*=utf-8''{pieces[0]}"]
    first, *more = pieces
    return [f"{key}*0*=utf-8''{first}", *(f"{key}*{order}*={piece}" for order, piece in enumerate(more, 1))]


def _pieces(text: str, room: int = 54) -> Iterator[str]:
    piece = ""
    for letter in text:
        quoted = quote(letter, safe="")
        if len(piece) + len(quoted) > room:
            yield piece
            piece = ""
        piece += quoted
    yield piece


def _set_boundaries(message: EmailMessage, key: str) -> None:
    """What stands between the parts; `=_` is never within a part, for all parts are base64."""
    seed = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:24]
    several = [part for part in message.walk() if part.is_multipart()]
    for order, part in enumerate(several):
        part.set_boundary(f"=_{seed}_{order}")
