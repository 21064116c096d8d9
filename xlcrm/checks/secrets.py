"""V13: resident identity numbers and bank card numbers, which must not be kept in the workbook."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from xlcrm.checks.base import ERROR, FREE_TEXTS, CheckInput, Code, findings, gather, heading
from xlcrm.tables.base import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V13": Code(
        (ERROR,),
        "身份证号或银行卡号",
        "录入列里出现居民身份证号（18 位且校验位正确）或银行卡号（13-19 位且通过 Luhn 校验），"
        "这些号码不得保存在这里",
    )
}

SHORTEST: Final = 13
"""Digits of the shortest card number; a shorter cell holds none."""
_LONGEST: Final = 19
"""Digits of the longest card number, and so the most groups that one is made of."""
_EXACT: Final = 2**53
"""Numbers above have lost their last digits."""
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_RUN: Final = re.compile(r"(?<![0-9])[0-9][0-9 \-]{11,}[0-9Xx](?![0-9])")
_LOOSE: Final = re.compile(r"[0-9０-９][0-9０-９ \-‐‑‒–—−\u00a0\u3000]{11,}[0-9０-９XxＸｘ]")
"""A run as typed: quick to look for in the texts of a whole column."""
_GROUP: Final = re.compile(r"[0-9]+[Xx]?")
_PROVINCE: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
_IDENTITY: Final = re.compile(
    rf"(?:{_PROVINCE.pattern})[0-9]{{4}}"
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
"""GB 11643: province, birthday, serial, check character."""
_BIRTH_YEARS: Final = range(1900, 2100)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_CARD: Final = re.compile(r"(?:[3-6]|955|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)[0-9]+")
"""How payment cards begin (ISO/IEC 7812); 955 is an old series of a Chinese bank. No date begins so."""


class Secret(NamedTuple):
    """One number that was found: what it is, where it stands in the folded text, and how it may be shown."""

    name: str
    start: int
    end: int
    masked: str


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V13; their value is the masked number, never the number itself."""
    return gather(
        [
            *(_typed(given, sheet, column) for sheet, column in given.columns(FREE_TEXTS)),
            *(_counted(sheet, column) for sheet, column in given.columns(NUMBERS)),
            *(_unreadable(sheet) for sheet in given.sheets if len(sheet.notes)),
        ]
    )


def _typed(given: CheckInput, sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = given.long_cells(sheet, column.key, SHORTEST)
    values = cells.tolist()
    if not _LOOSE.search("\n".join(values)):
        return gather([])
    held = {
        int(row): secrets
        for row, text in zip(cells.index, values, strict=True)
        if (secrets := find_secrets(text))
    }
    return _findings(sheet, column.key, list(held), list(held.values()))


def _counted(sheet: SheetData, column: Column) -> pd.DataFrame:
    """A card number typed into a column of numbers."""
    cells = sheet.frame[column.key]
    cells = cells[(cells >= 10 ** (SHORTEST - 1)) & (cells < _EXACT) & (cells % 1 == 0)]
    held = {
        int(str(row)): secrets for row, value in cells.items() if (secrets := find_secrets(f"{value:.0f}"))
    }
    return _findings(sheet, column.key, list(held), list(held.values()))


def _unreadable(sheet: SheetData) -> pd.DataFrame:
    """What was typed into a column of dates, numbers or choices and is none stands in the notes."""
    notes = sheet.notes[sheet.notes["row"].isin(sheet.frame.index)]
    parts = []
    for key, own in notes.groupby("key"):
        column = sheet.table.by_key[str(key)]
        held = {row: find_secrets(str(raw)) for row, raw in zip(own["row"], own["raw"], strict=True)}
        rows = [row for row, secrets in held.items() if secrets and column.kind not in FREE_TEXTS]
        parts.append(_findings(sheet, column.key, rows, [held[row] for row in rows]))
    return gather(parts)


def _findings(
    sheet: SheetData, key: str, rows: Sequence[int], held: Sequence[Sequence[Secret]]
) -> pd.DataFrame:
    names = ["和".join(dict.fromkeys(secret.name for secret in secrets)) for secrets in held]
    return findings(
        sheet,
        "V13",
        ERROR,
        list(rows),
        key,
        message=[f"“{heading(sheet, key)}”里有{name}，不得保存在工作簿里" for name in names],
        fix="请从单元格中删除该号码，也不要写到别的列",
        value=["、".join(secret.masked for secret in secrets) for secrets in held],
    )


def find_secrets(text: str) -> list[Secret]:
    """Identity and card numbers in a text, spaces and dashes between their digits or not."""
    return _in_folded(fold(text))


def fold(text: str) -> str:
    """Full-width forms and dashes folded; positions of `Secret` count in this."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES)


def mask_text(text: str) -> str:
    """The text with every identity and card number masked; unchanged where there is none."""
    folded = fold(text)
    # folding seldom moves anything, and then the rest of the text can stay as typed
    shown = text if len(text) == len(folded) else folded
    for secret in reversed(secrets := _in_folded(folded)):
        shown = shown[: secret.start] + secret.masked + shown[secret.end :]
    return shown if secrets else text


def identity_fault(text: str) -> str:
    """What is wrong with a resident identity number, "" where nothing is; never shows more than its province.

    A number that is right in form may still belong to nobody.
    """
    number = re.sub(r"[\s\-]", "", fold(text)).upper()
    if re.fullmatch(r"[0-9]{15}", number):
        return "是15位旧号码，现行号码为18位"
    if len(number) != 18:
        return f"身份证号应为18位，现为{len(number)}位"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "前17位应为数字，末位应为数字或X"
    if not _PROVINCE.match(number):
        return f"开头的{number[:2]}不是省级行政区代码"
    if not _is_birthday(number[6:14]):
        return "第7至14位不是有效的出生日期"
    return "" if _check_character(number) == number[17] else "末位校验码不对，请核对各位数字"


def _is_birthday(digits: str) -> bool:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year in _BIRTH_YEARS
    except ValueError:
        return False


def _in_folded(text: str) -> list[Secret]:
    return [secret for run in _RUN.finditer(text) for secret in _in_run(text, run)]


def _in_run(text: str, run: re.Match[str]) -> Iterator[Secret]:
    """Numbers made of whole groups of digits of one run; groups are not used twice."""
    groups = list(_GROUP.finditer(text, run.start(), run.end()))
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    worded = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + _LONGEST), first, -1):
            parts = [group[0] for group in groups[first:last]]
            name = _name("".join(parts), parts, worded=worded)
            if name:
                number = "".join(parts)
                yield Secret(name, groups[first].start(), groups[last - 1].end(), mask(number))
                first = last - 1
                break
        first += 1


def _name(number: str, parts: Sequence[str], *, worded: bool) -> str:
    if len(number) == 18 and _IDENTITY.fullmatch(number) and _check_character(number) == number[17].upper():
        return "身份证号"
    grouped = len(parts) == 1 or (all(len(part) == 4 for part in parts[:-1]) and len(parts[-1]) <= 4)
    if worded or not grouped or not SHORTEST <= len(number) <= 19 or not number.isdecimal():
        return ""
    return "银行卡号" if _CARD.fullmatch(number) and passes_luhn(number) else ""


def _check_character(number: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11]


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum of digits a multiple of ten."""
    doubled = [int(digit) * 2 for digit in reversed(number[:-1])]
    odd = sum(value - 9 if value > 9 else value for value in doubled[::2])
    return (odd + sum(value // 2 for value in doubled[1::2]) + int(number[-1])) % 10 == 0


def mask(number: str) -> str:
    """110101********8888: the first six and the last four stay."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def hide(found: pd.DataFrame) -> pd.DataFrame:
    """Mask what other findings show of rows that hold such a number."""
    secret = found[found["code"] == "V13"]
    if secret.empty:
        return found
    rows = pd.MultiIndex.from_frame(secret[["table", "row"]])
    touched = pd.MultiIndex.from_frame(found[["table", "row"]]).isin(rows)
    hidden = found.copy()
    for name in ("value", "message", "corrected"):
        hidden.loc[touched, name] = [mask_text(text) for text in found.loc[touched, name]]
    return hidden
