"""What in a text looks like a telephone number, an e-mail address or a number that proves who somebody is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.checks.phones import PhoneKind, read_phone
from xlcrm.checks.secrets import find_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

PHONE: Final = "电话"
EMAIL: Final = "邮箱"
CONTACT: Final = "联系人"
IDENTITY: Final = "证件号"
HIDDEN: Final = "***"


class Span(NamedTuple):
    """A place in a folded text, and what is shown instead."""

    start: int
    end: int
    shown: str


class Folded(NamedTuple):
    """A text as it is searched, and where each of its characters came from.

    Attributes:
        text: full-width forms and dashes folded, characters that nobody sees taken out.
        places: index of each folded character in the text as typed; one more for its end.
    """

    text: str
    places: list[int]


_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_GAP: Final = r"[ \t.·()\-]"
"""What people put between digits."""
_DAY: Final = (
    r"(?:19|20)[0-9]{2}(?:-(?:0?[1-9]|1[0-2])-|/(?:0?[1-9]|1[0-2])/|\.(?:0?[1-9]|1[0-2])\.)"
    r"(?:0[1-9]|[12][0-9]|3[01]|[1-9])(?![0-9])"
)
_NO_DAY: Final = rf"(?!(?<=[ \t]){_DAY}(?![\-.·()/][0-9]|[ ]{{1,3}}[0-9]{{1,2}}(?![0-9:点时])))"
"""The number does not go on with a day, whatever time follows it: 138 2026-11-22, T+3 2026-11-22 08:30."""
_DIGIT_DAY: Final = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_BARE_DAY: Final = re.compile(rf"0[0-9]{{2,3}}-{_DIGIT_DAY.pattern}")
_CALLED: Final = re.compile(r"(?:[话机打电线真]|[Tt][Ee][Ll]\.?)[号码]{0,2}[ ::]{0,3}$")
"""What says that a telephone number follows."""
_SIZES: Final = re.compile(r"(?:[0-9]{1,2}\.[0-9] +){2,}[0-9]{1,2}(?:\.[0-9])?")
"""16.5 17.5 18.5 19: a row of measures."""
_AMOUNT: Final = r"(?:\.[0-9]{1,2})?[ ]*(?:元|万|亿|块|人民币|%)"
_FREE: Final = r"(?<![0-9])(?!(?<=\*{4})[0-9]{1,4}(?![0-9]))"
"""Where a number may begin: not with the last digits of one that is hidden; a star alone is a mark."""
_HOME: Final = rf"(?:\+?(?:00)?86{_GAP}{{0,3}})"
_LONG: Final = re.compile(
    rf"{_FREE}(?<![0-9]\.)"
    r"(?:[0-9]{17}[Xx]|[0-9]{15,19}|[0-9]{4}(?:[ \-][0-9]{4}){3}(?:[ \-][0-9]{1,4})?"
    r"|[0-9]{6}[ \-][0-9]{8}[ \-][0-9]{3}[0-9Xx]|[0-9]{6}(?:[ \-][0-9]{4}){2}[ \-][0-9]{3}[0-9Xx])(?![0-9])"
)
"""In one, in the groups of a card, or in those of an identity number."""
_BORN: Final = re.compile(r"[1-9][0-9]{5}(?:19[0-9]{2}|20[01][0-9])(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]")
"""In the form of an identity number, somebody's birthday in it."""
_NAMED_ON: Final = rf"(?!(?<![0-9]){_DAY}(?:(?![ \-]*[0-9])|[ ]+[0-9]{{1,2}}[:点时]))"
_NAMED: Final = re.compile(
    r"(?:身份证|护照|通行证|回乡证|军官证|驾驶证|社保卡|银行卡|证件|卡号|账号"
    r"|(?:银行|对公|对私|收款|付款|个人)账户)(?:号码|号)?[ ::为是(\[【\-]{0,3}(?:[Nn][Oo]\.?:?[ ]?)?"
    rf"(?P<number>(?>[A-Za-z]{{0,3}}{_NAMED_ON}[0-9](?:[\- ]{{0,2}}{_NAMED_ON}[0-9A-Za-z]){{5,22}}))"
    rf"(?!{_AMOUNT})"
)
_MOBILE: Final = re.compile(
    rf"{_FREE}{_HOME}?(?:1{_GAP}{{0,2}}[3-9](?:{_GAP}{{0,3}}{_NO_DAY}[0-9]){{9}}"
    r"|1[3-9][0-9]/[0-9]{4}/[0-9]{4})(?![0-9])",
)
_LANDLINE: Final = re.compile(
    rf"{_FREE}(?:{_HOME}\(?0?|\(?0)(?:10|2[0-9]|[3-9][0-9]{{2}}){_GAP}{{0,3}}"
    rf"{_NO_DAY}[2-8](?:{_GAP}?{_NO_DAY}[0-9]){{6,7}}"
    rf"(?:[ ]*(?:转|分机:?|[Ee]xt\.?|#|-)[ ]*[0-9]{{1,6}})?(?![0-9])",
)
_SERVICE: Final = re.compile(rf"{_FREE}[48]00[ \-][0-9]{{3}}[ \-]?[0-9]{{4}}(?![0-9])")
_ABROAD: Final = (
    r"(?:1(?=[) \-.]{0,2}[2-9](?:[ \-.]?[0-9]){9}(?![0-9]))"
    r"|7|44|49|33|39|34|6[0-6]|8[124]|9[15]|55|85[235]|886|97[0-9])"
)
"""Country codes that people write after 00 or in brackets."""
_FOREIGN: Final = re.compile(
    rf"{_FREE}(?:(?<!\+)\+(?![0-9]+\.[0-9]{{1,2}}(?![0-9.]))\(?[1-9]|00\(?(?=[1-9])(?={_ABROAD})[1-9])"
    rf"(?:{_GAP}{{0,2}}{_NO_DAY}[0-9]){{7,14}}(?![0-9])(?!{_AMOUNT})"
    rf"|{_FREE}\({_ABROAD}\)[ ]?[0-9](?:[ \-]?{_NO_DAY}[0-9]){{7,9}}(?![0-9])(?!{_AMOUNT})"
)
_ANOTHER: Final = re.compile(r"[ ]*[/、,;][ ]*(?P<number>[2-8][0-9]{6,7})(?![0-9]|[ \-][0-9])")
"""A second number behind one with its area: 021-61234567/61234568."""
_DOT: Final = r"(?:\.|(?<=[A-Za-z])。(?=[A-Za-z]))"
"""A full stop is typed for a dot by mistake; after an address it ends a sentence."""
_EMAIL: Final = re.compile(
    r"(?:[A-Za-z0-9._%+'\-]+|[\u4e00-\u9fff]{1,8})[ ]{0,2}@[ ]{0,2}"
    rf"(?:[A-Za-z0-9\u4e00-\u9fff](?:[A-Za-z0-9\u4e00-\u9fff\-]*[A-Za-z0-9\u4e00-\u9fff])?{_DOT})+"
    r"(?:[A-Za-z]{2,24}|中国|公司|网络)"
)
_RUN: Final = re.compile(r"[0-9](?:[ \t.·()\-,、/_~]{0,3}[0-9]){6,}")
"""Digits that may be a known number in whatever form."""
_DIGITS: Final = re.compile(r"[0-9]{3}|[0-9].*[0-9].*[0-9].*[0-9].*[0-9].*[0-9]", re.DOTALL)
_FOREIGN_LETTERS: Final = re.compile(r"[^\x00-\x7f]")
_KEPT: Final = 4
"""Last digits of a number that stay."""
_SHORTEST: Final = 7
"""Digits of a telephone number without its area."""


def fold(text: str) -> Folded:
    """A text as it is searched; a character that folds to several stands for all of them."""
    if text.isascii():
        return Folded(text, list(range(len(text) + 1)))
    shown: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) == "Cf":
            continue
        for part in unicodedata.normalize("NFKC", letter).translate(_DASHES):
            shown.append(part)
            places.append(place)
    return Folded("".join(shown), [*places, len(text)])


def find_identities(text: str, ids: frozenset[str] = frozenset()) -> Iterator[Span]:
    """Identity and card numbers, right or mistyped, and what a word before it calls a document's number.

    Args:
        text: folded.
        ids: digits of the workbook's own numbers, which stay where nothing proves that they are a person's.
    """
    if not _DIGITS.search(text):
        return
    # nothing but digits and letters counts there, and nothing else may move them by folding once more
    for secret in find_secrets(_FOREIGN_LETTERS.sub("一", text)):
        yield Span(secret.start, secret.end, HIDDEN)
    for found in _NAMED.finditer(text):
        yield Span(*found.span("number"), HIDDEN)
    for found in _LONG.finditer(text):
        number = re.sub(r"[ \-]", "", found[0])
        ours = number in ids and not _BORN.fullmatch(number)
        if not ours and not read_phone(found[0]).text:  # 0571-88888888-123
            yield Span(*found.span(), HIDDEN)


def find_emails(text: str) -> Iterator[Span]:
    """E-mail addresses; the first letter and the domain stay."""
    if "@" not in text:
        return
    for found in _EMAIL.finditer(text):
        yield Span(*found.span(), shown_email(found[0]))


def shown_email(address: str) -> str:
    """w***@example.com, ***@example.com where the part before the sign has one letter."""
    local, _, domain = address.partition("@")
    local, domain = local.strip(), domain.strip()
    return f"{local[0] if len(local) > 1 else ''}{HIDDEN}@{domain}"


def find_phones(text: str) -> Iterator[Span]:
    """Telephone numbers by their form: mobile, with area code, 400/800 in groups, international."""
    if not _DIGITS.search(text):
        return
    for pattern in (_MOBILE, _LANDLINE, _SERVICE, _FOREIGN):
        at = 0
        while found := pattern.search(text, at):
            at = found.start() + 1
            if not _is_else(found):
                at = found.end()
                yield Span(*found.span(), shown_phone(found[0]))
                if pattern is _LANDLINE:
                    yield from _others(text, at)


def _others(text: str, at: int) -> Iterator[Span]:
    """Numbers of the same area, which is not typed again."""
    while (found := _ANOTHER.match(text, at)) and not _DIGIT_DAY.fullmatch(found["number"]):
        at = found.end()
        yield Span(*found.span("number"), shown_phone(found["number"]))


def _is_else(found: re.Match[str]) -> bool:
    """A row of measures, or an order 021-20261122 that nothing calls a telephone number."""
    called = _CALLED.search(found.string[: found.start()])
    return bool(_SIZES.fullmatch(found[0]) or (_BARE_DAY.fullmatch(found[0]) and not called))


def find_known(text: str, known: frozenset[str]) -> Iterator[Span]:
    """Numbers whose digits somebody has entered as a telephone number, in whatever form they are typed."""
    if not known or not _DIGITS.search(text):
        return
    for run in _RUN.finditer(text):
        yield from _known_in(text, run.start(), run.end(), known)


def _known_in(text: str, start: int, end: int, known: frozenset[str]) -> Iterator[Span]:
    """Whole groups of one run that are a known number; groups are not used twice."""
    groups = [found.span() for found in re.finditer(r"[0-9]+", text[start:end])]
    first, most = 0, max(map(len, known))  # a group has a digit at least
    while first < len(groups):
        for last in range(min(len(groups), first + most), first, -1):
            digits = "".join(text[start + one : start + other] for one, other in groups[first:last])
            if digits in known:
                found = (start + groups[first][0], start + groups[last - 1][1])
                yield Span(*found, shown_phone(text[slice(*found)]))
                first = last - 1
                break
        first += 1


@lru_cache(maxsize=4096)
def shown_phone(typed: str) -> str:
    """138****5678, 0571-****8888, 400-****567, +65****5678; of other numbers the last digits."""
    phone = read_phone(typed)
    digits = "".join(letter for letter in phone.text or typed if letter.isdecimal())
    if phone.kind is PhoneKind.MOBILE:
        return f"{digits[:3]}****{digits[-_KEPT:]}"
    if phone.kind in (PhoneKind.LANDLINE, PhoneKind.SERVICE):
        area, number = phone.text.split("-")[:2]
        kept = number[-_KEPT:] if phone.kind is PhoneKind.LANDLINE else phone.text.split("-")[2][-3:]
        return f"{area}-****{kept}"
    if phone.kind is PhoneKind.FOREIGN:
        return f"{phone.text[:3]}****{digits[-min(_KEPT, len(digits) // 3) :]}"
    return f"****{digits[-min(_KEPT, len(digits) // 3) :]}"


def digits_of(typed: str) -> Iterator[str]:
    """The numbers of one cell, digits only: as typed, in their one form, and without an extension."""
    for part in re.split(r"[/、;,;，|\n]", fold(typed).text):
        phone = read_phone(part)
        for form in (part, phone.text, *_without_extension(phone.text)):
            digits = "".join(letter for letter in form if letter in "0123456789")
            if len(digits) >= _SHORTEST:
                yield digits


def _without_extension(text: str) -> list[str]:
    parts = text.split("-")
    if text.startswith("0") and len(parts) > 1:
        # people leave out the area where they are at home, and the extension
        return ["".join(parts[:2]), parts[1]]
    return []
