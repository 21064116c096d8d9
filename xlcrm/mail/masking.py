"""Hiding personal data: what leaves the office by copy or mail goes through here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from xlcrm.checks.phones import read_phone
from xlcrm.mail.people import contact_names, key_of, split_names, staff_names
from xlcrm.mail.personal import (
    CONTACT,
    EMAIL,
    HIDDEN,
    IDENTITY,
    PHONE,
    Folded,
    Span,
    digits_of,
    find_emails,
    find_identities,
    find_known,
    find_phones,
    fold,
    shown_email,
    shown_phone,
)
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlcrm.tables.frames import SheetData

_ADDRESS: Final = 5
"""Letters of the shortest thing in a column of addresses that is looked for elsewhere."""
_LONG_ID: Final = re.compile(r"(?<![0-9])(?:[0-9]{15,19}[Xx]?|00[0-9]{8,13})(?![0-9])")
_NOBODY: frozenset[str] = frozenset()
_PASSES: Final = 8
"""How often a text is gone through at most: what is hidden may part what hid something else."""


@dataclass(frozen=True)
class Masker:
    """Hides personal data in texts: what it has learned from a workbook, and what looks like it.

    Attributes:
        kinds: of `xlcrm.rules.parameters.MASKED`, which are hidden.
        names: of the customers' people, folded, without blanks.
        staff: names of the office's own people, in the same form; a text of nothing but these stays.
        phones: digits of numbers that were entered as telephone numbers.
        emails: addresses that were entered, in small letters.
        ids: digits of long numbers that the workbook itself gives to customers, orders and cases.
    """

    kinds: frozenset[str]
    names: frozenset[str] = _NOBODY
    staff: frozenset[str] = _NOBODY
    phones: frozenset[str] = _NOBODY
    emails: frozenset[str] = _NOBODY
    ids: frozenset[str] = _NOBODY
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, tables: Mapping[str, SheetData], masked: frozenset[str]) -> Self:
        """A masker for what a workbook holds.

        Args:
            tables: name -> the sheet; values are learned by what columns are declared to hold.
            masked: which kinds are hidden, see 脱敏内容 of 参数表.
        """
        return cls(
            masked,
            contact_names(tables) if CONTACT in masked else _NOBODY,
            staff_names(tables),
            _phones(tables) if PHONE in masked else _NOBODY,
            _emails(tables) if EMAIL in masked else _NOBODY,
            _own_numbers(tables),
        )

    def text(self, value: str) -> str:
        """The text with everything hidden that is to be; the same text where there is nothing."""
        if value not in self._known:
            self._known[value] = self._hidden(value)
        return self._known[value]

    def cells(self, values: Sequence[Any]) -> list[Any]:
        """The values of one column; texts are masked, and numbers that were entered as a telephone number."""
        return [self._cell(value) for value in values]

    def hides(self, value: str) -> bool:
        """Whether anything in the text is to be hidden."""
        return self.text(value) != value

    def _cell(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float) and value == value // 1 and str(int(value)) in self.phones:
            return self.text(str(int(value)))
        return value

    def _hidden(self, value: str) -> str:
        for _ in range(_PASSES):
            before, value = value, self._masked(value)
            if value == before:
                break
        return value

    def _masked(self, value: str) -> str:
        folded = fold(value)
        spans = _apart(self._spans(folded), folded.text)
        shown, end = [], 0
        for span in spans:
            shown += [value[end : folded.places[span.start]], span.shown]
            end = folded.places[span.end - 1] + 1
        return "".join([*shown, value[end:]])

    def _spans(self, folded: Folded) -> Iterator[Span]:
        """What is to be hidden; what comes first wins over what overlaps it."""
        text = folded.text
        if IDENTITY in self.kinds:
            yield from find_identities(text, self.ids)
        if EMAIL in self.kinds:
            yield from find_emails(text)
            yield from self._other_emails(text)
        if PHONE in self.kinds:
            # 00852… may be an order's number
            yield from (span for span in find_phones(text) if text[span.start : span.end] not in self.ids)
            yield from find_known(text, self.phones)
        if self.names and not self._is_staff(text):
            yield from self._people(text)

    def _is_staff(self, text: str) -> bool:
        parts = split_names(text)
        return bool(parts) and all(key_of(part) in self.staff for part in parts)

    def _other_emails(self, text: str) -> Iterator[Span]:
        """Entered addresses that do not look like one, such as wang@office or wang#example.com."""
        lowered = _lowered(text) if self.emails else ""
        for address in self.emails:
            start = lowered.find(address)
            while start >= 0:
                end = start + len(address)
                yield Span(start, end, shown_email(text[start:end]) if "@" in address else HIDDEN)
                start = lowered.find(address, end)

    def _people(self, text: str) -> Iterator[Span]:
        """Names wherever they stand, blanks between their letters or not; the longest one wins."""
        lowered = _lowered(text)
        places = [place for place, letter in enumerate(lowered) if not letter.isspace()]
        dense = "".join(lowered[place] for place in places)
        at = 0
        while at < len(dense):
            name = next(
                (name for name in self._by_letter.get(dense[at], ()) if dense.startswith(name, at)), ""
            )
            start = places[at]
            end = places[at + len(name) - 1] + 1 if name else start
            if name and _stands_alone(lowered, start, end):
                yield Span(start, end, f"{text[start]}*")
                at += len(name)
            else:
                at += 1

    @cached_property
    def _by_letter(self) -> Mapping[str, tuple[str, ...]]:
        """First letter -> the names that begin with it, the longest first."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.names, key=lambda name: (-len(name), name)):
            found.setdefault(name[0], []).append(name)
        return {letter: tuple(names) for letter, names in found.items()}


def _lowered(text: str) -> str:
    """Small letters, each in its place: some letters become two when they are folded."""
    return "".join(low if len(low := letter.casefold()) == 1 else letter for letter in text)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A name in Latin letters is no part of a longer word."""
    return not any(
        inner.isascii() and inner.isalpha() and outer.isascii() and outer.isalpha()
        for inner, outer in ((text[start], text[start - 1 : start]), (text[end - 1], text[end : end + 1]))
    )


def _apart(spans: Iterator[Span], text: str) -> list[Span]:
    """Spans that do not overlap, in the order of the text; of one that does, what the earlier ones leave."""
    kept: list[Span] = []
    for span in spans:
        rest = [span]
        for other in kept:
            rest = [part for one in rest for part in _free_of(one, other, text)]
        kept += rest
    return sorted(kept)


def _free_of(span: Span, taken: Span, text: str) -> Iterator[Span]:
    """What is left of a span beside another one, without blanks and marks at its ends."""
    if span.end <= taken.start or span.start >= taken.end:
        yield span
        return
    for start, end in ((span.start, taken.start), (taken.end, span.end)):
        letters = [place for place in range(start, end) if text[place].isalnum()]
        if letters:
            first = letters[0] - (text[letters[0] - 1 : letters[0]] == "+" and letters[0] > start)
            left = text[first : letters[-1] + 1]
            yield Span(first, letters[-1] + 1, shown_phone(left) if read_phone(left).text else HIDDEN)


def _values(tables: Mapping[str, SheetData], kinds: frozenset[Kind]) -> set[str]:
    return {
        str(value)
        for sheet in tables.values()
        for column in sheet.table.columns
        if column.kind in kinds
        for value in sheet.frame[column.key].dropna().unique()
    }


def _phones(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Digits of every entered number, but for those that are somebody's id or a day."""
    ids = _values(tables, frozenset({Kind.ID, Kind.REF}))
    typed = _values(tables, frozenset({Kind.PHONE}))
    found = {digits for cell in typed for digits in digits_of(cell)}
    return frozenset(digits for digits in found - ids if not _is_day(digits))


def _own_numbers(tables: Mapping[str, SheetData]) -> frozenset[str]:
    """Long runs of digits in ids: 2026112200000001, or what follows the letters of DD2026112200000001."""
    ids = _values(tables, frozenset({Kind.ID, Kind.REF}))
    return frozenset(digits for text in ids for digits in _LONG_ID.findall(fold(text).text))


def _is_day(digits: str) -> bool:
    return len(digits) == len("20261122") and digits[:2] in ("19", "20") and digits[4:6] <= "12"


def _emails(tables: Mapping[str, SheetData]) -> frozenset[str]:
    cells = _values(tables, frozenset({Kind.EMAIL}))
    parts = {part for cell in cells for part in _lowered(fold(cell).text).replace(";", " ").split()}
    return frozenset(part for part in parts if len(part) >= _ADDRESS and not list(find_emails(part)))
