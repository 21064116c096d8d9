"""Workbooks full of personal data, and every text of a finished copy."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.mail.people import CONTACTS
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind
from xlcrm.templates import build, parameters_frame
from xlcrm.templates.demo import demo_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from xlcrm.templates import Macros

NOW: Final = dt.datetime(2026, 11, 20, 10, 30)
IDENTITY: Final = "110101199003078889"
CARD: Final = "6222021001122334455"
_POLLUTED: Final = (Kind.TEXT, Kind.LONG, Kind.TAGS)


@dataclass(frozen=True)
class Secrets:
    """What must not be found: as it stands in the source, by kind."""

    phones: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str] = frozenset({IDENTITY, CARD})

    @property
    def all(self) -> dict[str, frozenset[str]]:
        return {"电话": self.phones, "邮箱": self.emails, "联系人": self.names, "证件号": self.numbers}


def workbook(
    path: Path,
    pack: str,
    rows: int = 12,
    parameters: Mapping[str, str] | None = None,
    macros: Macros | None = None,
) -> Secrets:
    """Build a demo workbook that has a person, a number and an address in every free text."""
    data = demo_data(rows, NOW, pack=pack)
    people = _people(data)
    data = {name: _polluted(name, frame, people) for name, frame in data.items()}
    data["parameters"] = parameters_frame(parameters or {})
    build(pack, path, data, macros=macros)
    return _secrets(data)


def texts(content: bytes) -> dict[str, str]:
    """Every part of a copy as text, with the characters that XML writes otherwise."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name: f"{name}\n{html.unescape(package.read(name).decode('utf-8'))}"
            for name in package.namelist()
        }


def leaks(content: bytes, secrets: frozenset[str]) -> list[str]:
    """Which secrets a copy holds, whatever stands between their characters."""
    whole = "\n".join(texts(content).values())
    dense = re.sub(r"[\s\-().·]", "", whole).casefold()
    lowered = whole.casefold()
    return sorted(secret for secret in secrets if secret in lowered or _dense(secret) in dense)


def _dense(secret: str) -> str:
    return secret if "@" in secret else re.sub(r"[\s\-().·]", "", secret)


def _people(data: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Name, phone and address of customers."""
    frame = next(
        frame for name, frame in data.items() if {"contact", "phone"} <= set(frame) and name != "call_list"
    )
    emails = frame["email"] if "email" in frame else [None] * len(frame)
    return [
        (str(name), str(phone), str(email))
        for name, phone, email in zip(frame["contact"], frame["phone"], emails, strict=True)
    ]


def _polluted(name: str, frame: pd.DataFrame, people: list[tuple[str, str, str]]) -> pd.DataFrame:
    if name not in BY_NAME or not BY_NAME[name].packs:
        return frame
    changed = frame.copy()
    for key in map(str, changed):
        if (name, key) not in CONTACTS and _takes_anything(name, key):
            typed = changed[key].astype(object).where(changed[key].notna(), "").tolist()
            changed[key] = [
                f"{text} {_secret(row, *people[row % len(people)])}" for row, text in enumerate(typed)
            ]
    return changed


def _takes_anything(name: str, key: str) -> bool:
    column = BY_NAME[name].by_key[key]
    if column.choice:
        return column.choice.open
    return column.kind in _POLLUTED or (name, key) == ("customers", "name")


def _secret(row: int, who: str, phone: str, email: str) -> str:
    wide = "".join(chr(ord(digit) + 0xFEE0) if digit.isdecimal() else digit for digit in phone)
    typed = (phone, wide, f"{phone[:3]} {phone[3:7]}-{phone[7:]}")[row % 3]
    return f"{who}（{typed}，{email}）证件{IDENTITY} 卡{CARD}"


def _secrets(data: Mapping[str, pd.DataFrame]) -> Secrets:
    phones, emails, names, staff = set(), set(), set(), set()
    for name, frame in data.items():
        if name not in BY_NAME:
            continue
        for key in frame:
            column = BY_NAME[name].by_key[str(key)]
            values = {str(value) for value in frame[key].dropna()}
            if column.kind is Kind.PHONE:
                phones |= values
            elif column.kind is Kind.EMAIL:
                emails |= {value.casefold() for value in values}
            elif (name, key) in CONTACTS:
                names |= {part for value in values for part in (value, value.split("/")[0])}
            elif column.kind is Kind.PERSON:
                staff |= values
    whole = {phone for phone in phones if "*" not in phone}  # some demo customers gave a masked one
    return Secrets(frozenset(whole), frozenset(emails), frozenset(names - staff))
