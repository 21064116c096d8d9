"""Telephone numbers as people type them: read, told apart and written in one form."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

TIDY: Final = r"1[3-9][0-9]{9}|0(?:10|2[0-9]|[3-9][0-9]{2})-[0-9]{7,8}|400-[0-9]{3}-[0-9]{4}"
"""Numbers that are in their one form already."""


class PhoneKind(StrEnum):
    """What a typed number turned out to be."""

    MOBILE = "手机"
    LANDLINE = "固定电话"
    SERVICE = "400/800"
    FOREIGN = "国际号码"
    MASKED = "已打码"
    UNKNOWN = "无法识别"


class Phone(NamedTuple):
    """One number: what it is, and its one form ("" where it has none)."""

    kind: PhoneKind
    text: str


_SEPARATORS: Final = re.compile(r"(\s*[/、;,，；|\n]\s*)")
_EXTENSION: Final = re.compile(
    r"^(?P<rest>.*?\d.*?)\s*(?:转|分机[::]?|ext\.?|#)\s*(?P<extension>\d{1,6})$", re.IGNORECASE
)
_DASHED_EXTENSION: Final = re.compile(r"^(?P<rest>\(?0\d{2,3}\)?[- ]?\d{7,8})-(?P<extension>\d{1,6})$")
_NOISE: Final = re.compile(r"[\s\-().·‐‑‒–—−]")
_MASKED: Final = re.compile(r"^\+?[\d*]*\d[\d*]*\*[\d*]*$|^\+?\*+\d+$")
_STARS: Final = str.maketrans(dict.fromkeys("＊•●xX×", "*"))
_MOBILE: Final = re.compile(r"^1[3-9]\d{9}$", re.ASCII)
_LANDLINE: Final = re.compile(r"^(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})$", re.ASCII)
_SERVICE: Final = re.compile(r"^([48]00)(\d{3})(\d{4})$", re.ASCII)
_FOREIGN: Final = re.compile(r"^\+(?!86)[1-9]\d{6,14}$", re.ASCII)


def read_phones(text: str) -> tuple[tuple[Phone, ...], str]:
    """Read a cell that holds one number, or several separated by / 、 ; or ,.

    Returns:
        Every number, and the cell in its one form (separators as typed), "" where any number has none.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    parts = _SEPARATORS.split(folded)
    numbers = [read_phone(part) for part in parts[::2] if part.strip()]
    if len(parts) == 1 and numbers and numbers[0].kind is PhoneKind.UNKNOWN and len(folded.split()) > 1:
        # two whole numbers with only a space between them
        apart = [read_phone(part) for part in folded.split()]
        if all(phone.text for phone in apart):
            return tuple(apart), "、".join(phone.text for phone in apart)
    if not numbers or not all(phone.text for phone in numbers):
        return tuple(numbers), ""
    joints = [mark.strip() for mark in parts[1::2]][: len(numbers) - 1]
    tail = [*joints, *["、"] * (len(numbers) - 1 - len(joints)), ""]
    return tuple(numbers), "".join(phone.text + mark for phone, mark in zip(numbers, tail, strict=True))


def read_phone(text: str) -> Phone:
    """Read one number.

    Its one form is 13812345678, 0571-88888888, 0571-88888888-123, 400-123-4567 or +85291234567.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    match = _EXTENSION.match(folded) or _DASHED_EXTENSION.match(folded)
    rest, extension = (match["rest"], match["extension"]) if match else (folded, "")
    compact = _home(_NOISE.sub("", rest))
    if _MASKED.match(compact.translate(_STARS)):
        return Phone(PhoneKind.MASKED, "")
    if landline := _LANDLINE.match(compact):
        return Phone(PhoneKind.LANDLINE, "-".join(part for part in (*landline.groups(), extension) if part))
    if service := _SERVICE.match(compact):
        return Phone(PhoneKind.SERVICE, "-".join(part for part in (*service.groups(), extension) if part))
    if _MOBILE.match(compact) and not extension:
        return Phone(PhoneKind.MOBILE, compact)
    foreign = _FOREIGN.match(compact) and not extension
    return Phone(PhoneKind.FOREIGN, compact) if foreign else Phone(PhoneKind.UNKNOWN, "")


def _home(compact: str) -> str:
    """Take off +86, 0086 and 86, and read the 00 of other countries as +."""
    if compact.startswith("00"):
        compact = f"+{compact[2:]}"
    if compact.startswith("86") and _MOBILE.match(compact[2:]):
        return compact[2:]
    if not compact.startswith("+86"):
        return compact
    rest = compact[3:]
    if _LANDLINE.match(rest) or _MOBILE.match(rest) or _SERVICE.match(rest):
        return rest
    # abroad one leaves out the 0 of the area code
    return f"0{rest}" if _LANDLINE.match(f"0{rest}") else compact
