"""What people type where Excel would keep a date or a number: 2023年8月16日, １２：３０, 1.2万元, 35%."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Final, NamedTuple

BLANKS: Final = "".join(
    (
        " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff",
        *map(chr, range(0x2000, 0x200E)),
    )
)
"""Everything that looks like nothing: spaces of all widths, line ends, zero-width marks."""
_RUN: Final = re.compile(f"[{BLANKS}]+")

_DATE = r"(?P<year>\d{4})\s*(?P<mark>[-/.])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})"
_HAN_DATE = r"(?:(?P<year>\d{4}|\d{2})\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?"
_SHORT_DATE = r"(?P<month>\d{1,2})\s*[-/.]\s*(?P<day>\d{1,2})"
_COMPACT_DATE = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_WEEKDAY = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_TIME = (
    r"(?P<half>上午|下午|早上|早晨|凌晨|清晨|中午|晚上|傍晚|am|pm)?\s*(?P<hour>\d{1,2})\s*"
    r"(?::\s*(?P<minute>\d{1,2})(?:\s*:\s*(?P<second>\d{1,2})(?:\.\d{1,9})?)?"
    r"|[时点](?:\s*(?:(?P<han_minute>\d{1,2})\s*分?(?:\s*(?P<han_second>\d{1,2})\s*秒)?|(?P<thirty>半)))?)"
    r"\s*(?P<after>am|pm)?"
)
_BETWEEN = r"(?:\s*[t,]\s*|\s+|(?<=[日号一二三四五六天)])|(?=[上下早晚凌清中傍ap]))"
_WITH_TIME = rf"{_WEEKDAY}(?:{_BETWEEN}{_TIME})?"
_PATTERNS: Final = tuple(
    re.compile(text)
    for text in (
        _DATE + _WITH_TIME,
        _HAN_DATE + _WITH_TIME,
        _COMPACT_DATE + _WITH_TIME,
        _COMPACT_DATE + r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?",
    )
)
_YEARLESS: Final = re.compile(_SHORT_DATE)
_LEAP_YEAR: Final = 2000
"""The year of a birthday typed without one; it has a 29 February."""
_YEARS: Final = range(1900, 2200)
_AFTERNOON: Final = frozenset({"下午", "晚上", "傍晚", "pm"})
_MORNING: Final = frozenset({"上午", "早上", "早晨", "凌晨", "清晨", "am"})

_SCALES: Final = {"": 1, "万": 10_000, "w": 10_000, "亿": 100_000_000, "%": 0.01}
_AMOUNT: Final = re.compile(
    r"(?:rmb|cny|人民币|¥)?\s*(?P<sign>[-+])?\s*(?:¥\s*)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d*)?\s*(?P<scale>万|亿|w|%)?\s*(?P<unit>\D*)"
)
_MONEY_UNITS: Final = frozenset({"", "元", "圆", "块", "元整", "圆整", "整", "rmb", "人民币"})
_COUNT_UNITS: Final = frozenset(
    {"", "个", "人", "名", "位", "次", "家", "户", "条", "项", "件", "份", "台", "天", "分"}
)


class Amount(NamedTuple):
    """A number read from text; `scale` is what stood behind it: 万, 亿, % or nothing."""

    value: float
    scale: str


def folded(text: str) -> str:
    """Half-width, lower case, one space where any kind of blanks stood."""
    return _RUN.sub(" ", unicodedata.normalize("NFKC", text)).strip().lower()


def parse_moment(text: str, *, yearless: bool = False) -> dt.datetime | None:
    """The moment that a text names, or None.

    Reads 2023-8-16, 2023/8/16 9:30, 2023.8.16, 2023年8月16日 下午3点半, 23年8月16日, 20230816 and
    202308160930, in any width. A date alone is its midnight; 24:00 is the next one. Nothing is guessed: a
    text that names a zone, two dates or only a month is none.

    Args:
        text: as typed.
        yearless: month and day alone are enough (birthdays); the year is then 2000, which has a 29 February.
    """
    plain = folded(text).replace("－", "-").replace("—", "-").replace("–", "-").replace("。", ".")
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return _moment(found, yearless=yearless)
    if yearless and (found := _YEARLESS.fullmatch(plain)):
        return _moment(found, yearless=True)
    return None


def parse_amount(text: str, *, units: frozenset[str] = _COUNT_UNITS) -> Amount | None:
    """The number that a text names, or None: 1,200.50, ￥1200元, 50万, 35%, 4分."""
    found = _AMOUNT.fullmatch(folded(text))
    if found is None or found["unit"].strip() not in units:
        return None
    scale = (found["scale"] or "").replace("w", "万")
    number = Decimal(f"{found['sign'] or ''}{found['digits'].replace(',', '')}{found['fraction'] or ''}")
    return Amount(float(number * Decimal(str(_SCALES[scale]))), scale)


def parse_money(text: str) -> Amount | None:
    """Like `parse_amount`, with the units of money."""
    return parse_amount(text, units=_MONEY_UNITS)


def number_text(value: float) -> str:
    """A number as a person types it: no trailing .0, no exponent; 2023001.0 is 2023001."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(Decimal(repr(float(value))).normalize(), "f")


def moment_text(value: dt.datetime) -> str:
    """A moment as text: the date alone at midnight, seconds only where there are some."""
    value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    if value.time() == dt.time():
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m-%d %H:%M:%S}" if value.second else f"{value:%Y-%m-%d %H:%M}"


def _moment(found: re.Match[str], *, yearless: bool) -> dt.datetime | None:
    parts = found.groupdict()
    year = parts.get("year")
    if year is None and not yearless:
        return None
    number = int(year) if year else _LEAP_YEAR
    if year and len(year) == 2:
        number += 2000
    if number not in _YEARS:
        return None
    clock = _clock(parts)
    if clock is None:
        return None
    try:
        return dt.datetime(number, int(parts["month"]), int(parts["day"])) + clock
    except ValueError:
        return None


def _clock(parts: dict[str, str | None]) -> dt.timedelta | None:
    """Time since midnight; None where the clock has no such time."""
    hour, half = int(parts.get("hour") or 0), parts.get("half") or parts.get("after") or ""
    minute = 30 if parts.get("thirty") else int(parts.get("minute") or parts.get("han_minute") or 0)
    second = int(parts.get("second") or parts.get("han_second") or 0)
    # 中午1点 is 13:00; 中午12点 and 中午11点半 stand as they are.
    if hour < (12 if half in _AFTERNOON else 3 if half == "中午" else 0):
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    if hour == 24 and not (minute or second):
        return dt.timedelta(days=1)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return dt.timedelta(hours=hour, minutes=minute, seconds=second)
