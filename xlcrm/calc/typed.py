"""What Excel makes of a string that is assigned to a cell: it reads it as if it had been typed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from xlcrm.calc.errors_in_cells import TEXTS

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<money>[¥￥$€]?)\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?P<power>[eE][+-]?\d+)?\s*(?P<percent>%?)"
)
_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:[-/年])(?P<month>\d{1,2})(?:[-/月](?P<day>\d{1,2})日?|月?)"
    r"(?:[ T]+(?P<time>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?))?"
)
_SHORT_DATE: Final = re.compile(r"(?P<month>\d{1,2})[-/月](?P<day>\d{1,2})日?")
_TIME: Final = re.compile(r"(?P<hour>\d{1,4}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}(?:\.\d+)?))?")
TEXT_LIMIT: Final = 32_767  # characters that one Excel cell holds


@dataclass(frozen=True, slots=True)
class Formula:
    """The text of a formula, as Excel writes it."""

    text: str


Typed = str | float | bool | dt.datetime | dt.time | Formula


def typed(text: str, *, as_text: bool, year: int) -> Typed:
    """The value that a cell takes from an assigned string.

    Args:
        text: what is assigned.
        as_text: the cell is formatted as text (@), where only the apostrophe is special.
        year: the year of a date typed without one.

    Raises:
        ValueError: longer than a cell can hold.
    """
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"单元格最多放 {TEXT_LIMIT} 个字，这里有 {len(text)} 个")
    if text.startswith("'"):
        return text[1:]
    if as_text:
        return text
    if len(text) > 1 and text.startswith("="):
        return Formula(text)
    found = _word(text.strip().upper(), year)
    return text if found is None else found


def _word(word: str, year: int) -> Typed | None:
    """What a word in capitals stands for; None when it is just text."""
    if word in {"TRUE", "FALSE"}:
        return word == "TRUE"
    if word in TEXTS.values():
        return Formula(f"={word}")
    if not any(letter.isdecimal() for letter in word):
        return None
    found = _number(word)
    return _moment(word, year) if found is None else found


def _number(word: str) -> float | None:
    found = _NUMBER.fullmatch(word)
    if found is None:
        return None
    value = float(found["digits"].replace(",", "") + (found["power"] or ""))
    if found["percent"]:
        value /= 100
    return -value if found["sign"] == "-" else value


def _moment(word: str, year: int) -> dt.datetime | dt.time | float | None:
    try:
        if found := _DATE.fullmatch(word):
            day = dt.datetime(int(found["year"]), int(found["month"]), int(found["day"] or 1))
            clock = _clock(found["time"]) if found["time"] else dt.timedelta()
            return None if clock is None or day.year < 1900 else day + clock
        if found := _SHORT_DATE.fullmatch(word):
            return dt.datetime(year, int(found["month"]), int(found["day"]))
    except ValueError:  # no such day: it stays text, as in Excel
        return None
    clock = _clock(word)
    if clock is None:
        return None
    if clock < dt.timedelta(days=1):
        return (dt.datetime.min + clock).time()
    return clock / dt.timedelta(days=1)


def _clock(word: str) -> dt.timedelta | None:
    found = _TIME.fullmatch(word)
    if found is None or int(found["minute"]) > 59 or float(found["second"] or 0) >= 60:
        return None
    return dt.timedelta(
        hours=int(found["hour"]), minutes=int(found["minute"]), seconds=float(found["second"] or 0)
    )
