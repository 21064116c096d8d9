"""Typing one column of raw cells: what Excel and people put there becomes a Series of the column's kind.

A column whose cells are all of the expected type is converted as a whole; only other cells are looked at
one by one, each distinct value once.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import numpy as np
import pandas as pd

from xlcrm.tables.base import NUMBERS, TIMES, Kind
from xlcrm.tables.fields import YES_NO
from xlcrm.tables.frames import Remark, dtype_of
from xlcrm.tables.typed_text import (
    BLANKS,
    folded,
    moment_text,
    number_text,
    parse_amount,
    parse_moment,
    parse_money,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlcrm.tables.base import Choice, Column

Note: TypeAlias = tuple[int, Remark, str]
"""Position in the column, what reading had to say, the cell as typed."""
Parsed: TypeAlias = tuple[object, Remark | None]

EPOCH: Final = dt.datetime(1899, 12, 30)
EPOCH_1904: Final = dt.datetime(1904, 1, 1)
_SERIALS: Final = (10_000, 80_000)
"""A plain number between is a day that lost its format: 1927 to 2119 (1931 to 2123 in a 1904 workbook)."""
_FIRST, _LAST = np.datetime64("1900-01-01"), np.datetime64("2262-01-01")
_COMPACT_DAYS: Final = (19_000_101, 21_991_231)
"""20230816 typed as a number."""

_NARROW: Final = frozenset({Kind.ID, Kind.REF, Kind.PHONE, Kind.EMAIL})
"""Kinds that are compared letter by letter, so full width must not matter."""
_YES_NO_WORDS: Final = {"true": "是", "1": "是", "yes": "是", "false": "否", "0": "否", "no": "否"}
_UNSTRIPPED: Final = ("\r", *(mark for mark in BLANKS if not mark.isspace()))
"""What a plain `strip` does not see to."""
_TAG_MARKS: Final = re.compile(rf"[、，,;；/+|{BLANKS}]+")


def read_column(
    values: Sequence[object], column: Column, *, epoch1904: bool = False
) -> tuple[pd.Series, list[Note]]:
    """Type one column of raw cell values.

    Times are rounded to the second and, in a DATE column, cut to the day. A percent typed as text `35%` is
    0.35; a number is kept as it stands (35 is not taken for 35%). TAGS keep their text, see `split_tags`.
    Ids, references, phones and addresses lose full width. What cannot be read is blank, with a note.

    Args:
        values: None, str, float, int, bool, datetime, date, time or timedelta, top to bottom.
        column: what the column was declared as.
        epoch1904: the workbook counts days from 1904.

    Returns:
        The Series (positional index, dtype `dtype_of(column.kind)`) and the notes in order.
    """
    if set(map(type, values)) <= {NoneType}:
        return blank_column(len(values), column), []
    if column.kind in TIMES:
        return _read_times(values, column, epoch1904=epoch1904)
    if column.kind in NUMBERS:
        return _read_numbers(values, column, epoch1904=epoch1904)
    return _read_texts(values, column)


def blank_column(height: int, column: Column) -> pd.Series:
    """A typed column without any value."""
    return pd.Series(None, index=pd.RangeIndex(height), dtype=dtype_of(column.kind))


def split_tags(texts: pd.Series) -> pd.Series:
    """The tags of each cell as a list, empty for a blank; any of 、，,;；/+| or blanks stands between."""
    return texts.map(_tags_of).astype(object)


def has_tag(texts: pd.Series, tag: str) -> pd.Series:
    """Whether each cell carries the tag, width and case aside."""
    wanted = folded(tag)
    return texts.map(lambda cell: any(folded(each) == wanted for each in _tags_of(cell))).astype(bool)


def cell_text(value: object) -> str:
    """A cell as a person would type it; "" for a blank one."""
    if type(value) is float and value.is_integer() and abs(value) < 1e15:  # an id: by far the most frequent
        return str(int(value))
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value) if math.isfinite(value) else str(value)
    if isinstance(value, dt.datetime):
        return moment_text(value)
    return _hours_text(value) if isinstance(value, dt.time | dt.timedelta) else str(value)


def _hours_text(value: dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.time):
        value = dt.datetime.combine(dt.date.min, value) - dt.datetime.min
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _read_times(values: Sequence[object], column: Column, *, epoch1904: bool) -> tuple[pd.Series, list[Note]]:
    notes: list[Note] = []
    kinds = set(map(type, values))
    serials: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None
    if kinds & {float, int}:
        plain = [value if type(value) in {float, int} else math.nan for value in values]
        serials = np.array(plain, dtype="float64")
        serials[~((serials >= _SERIALS[0]) & (serials < _SERIALS[1]))] = np.nan
        values = [value if skip else None for value, skip in zip(values, np.isnan(serials), strict=True)]
    if not kinds <= {NoneType, dt.datetime, dt.date}:

        def parse(value: object) -> Parsed:
            return _parse_time(value, yearless=column.yearless, epoch1904=epoch1904)

        values = _each(values, (dt.datetime, dt.date), parse, notes)
    moments = _moments(values)
    if serials is not None:
        moments = np.where(np.isnan(serials), moments, _of_serials(serials, epoch1904=epoch1904))
    lost = (moments < _FIRST) | (moments >= _LAST)
    if lost.any():
        _note_lost(values, lost, notes)
        moments = np.where(lost, np.datetime64("NaT"), moments)
    # Half a second up, then cut: Excel's serials are a few microseconds off.
    seconds = (moments + np.timedelta64(500_000, "us")).astype("datetime64[s]")
    if column.kind is Kind.DATE:
        seconds = seconds.astype("datetime64[D]")
    return pd.Series(seconds.astype("datetime64[ns]")), notes


def _moments(values: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Dates, datetimes and None as datetime64[us]."""
    return pd.DatetimeIndex(list(values)).to_numpy("datetime64[us]")  # ten times faster than to_datetime


def _of_serials(
    serials: np.ndarray[tuple[int], np.dtype[np.float64]], *, epoch1904: bool
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    microseconds = (np.nan_to_num(serials) * 86_400_000_000).astype("timedelta64[us]")
    return np.datetime64(EPOCH_1904 if epoch1904 else EPOCH, "us") + microseconds


def _parse_time(value: object, *, yearless: bool, epoch1904: bool) -> Parsed:
    if isinstance(value, str):
        moment = parse_moment(value, yearless=yearless)
        return (None, Remark.UNREADABLE) if moment is None else (moment, Remark.TEXT_DATE)
    if isinstance(value, dt.timedelta):  # a moment in a cell that shows hours
        value = value.total_seconds() / 86_400
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None, Remark.UNREADABLE
    if _SERIALS[0] <= value < _SERIALS[1]:
        return (EPOCH_1904 if epoch1904 else EPOCH) + dt.timedelta(days=value), None
    if value == int(value) and _COMPACT_DAYS[0] <= value <= _COMPACT_DAYS[1]:
        return _parse_time(str(int(value)), yearless=False, epoch1904=epoch1904)
    return None, Remark.UNREADABLE


def _read_numbers(
    values: Sequence[object], column: Column, *, epoch1904: bool
) -> tuple[pd.Series, list[Note]]:
    notes: list[Note] = []
    if not set(map(type, values)) <= {NoneType, float, int}:

        def parse(value: object) -> Parsed:
            return _parse_number(value, column.kind, epoch1904=epoch1904)

        values = _each(values, (float, int), parse, notes)
    numbers = np.array(values, dtype="float64")
    endless = np.isinf(numbers)
    if endless.any():
        _note_lost(values, endless, notes)
        numbers[endless] = np.nan
    return pd.Series(numbers), notes


def _parse_number(value: object, kind: Kind, *, epoch1904: bool) -> Parsed:
    if isinstance(value, str):
        amount = parse_money(value) if kind is Kind.MONEY else parse_amount(value)
        if (
            amount is None
            or not math.isfinite(amount.value)
            or (amount.scale == "%" and kind is not Kind.PERCENT)
        ):
            return None, Remark.UNREADABLE
        return amount.value, Remark.TEN_THOUSANDS if amount.scale in {"万", "亿"} else Remark.TEXT_NUMBER
    if isinstance(value, dt.datetime | dt.date):  # a number in a cell that was formatted as a date
        return _serial(value, epoch1904=epoch1904), None
    if isinstance(value, dt.timedelta):
        return value.total_seconds() / 86_400, None
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400, None
    return None, Remark.UNREADABLE


def _serial(day: dt.date, *, epoch1904: bool) -> float:
    moment = day if isinstance(day, dt.datetime) else dt.datetime(day.year, day.month, day.day)
    days = (moment - (EPOCH_1904 if epoch1904 else EPOCH)) / dt.timedelta(days=1)
    # Excel believes in 29 February 1900: the two months before it count one day less.
    return days if epoch1904 or days >= 61 else days - 1


def _read_texts(values: Sequence[object], column: Column) -> tuple[pd.Series, list[Note]]:
    texts = _tidy(_as_texts(values), narrow=column.kind in _NARROW)
    notes: list[Note] = []
    choice = column.choice or (YES_NO if column.kind is Kind.YESNO else None)
    if choice is not None and column.kind in {Kind.CHOICE, Kind.YESNO}:
        texts = _chosen(texts, _Words(choice, yes_no=column.kind is Kind.YESNO), notes)
    elif choice is not None and column.kind is Kind.TAGS and not choice.open:
        known = {folded(word) for word in (*_listed(choice), *choice.aliases)}
        odd = {text for text in set(texts) if text and not {folded(t) for t in _tags_of(text)} <= known}
        notes = [(at, Remark.UNKNOWN_CHOICE, text) for at, text in enumerate(texts) if text in odd and text]
    return pd.Series(np.array(texts, dtype=object), dtype="str"), notes


def _as_texts(values: Sequence[object]) -> Sequence[str | None]:
    kinds = set(map(type, values))
    if kinds <= {NoneType, str}:
        return cast("Sequence[str | None]", values)
    if bool in kinds:  # True equals 1.0, so distinct values are not distinct enough
        return [None if value is None else cell_text(value) for value in values]
    known: dict[object, str | None] = {value: cell_text(value) for value in set(values)}
    known[None] = None
    return [known[value] for value in values]


def _tidy(texts: Sequence[str | None], *, narrow: bool) -> Sequence[str | None]:
    """Without blanks around, None for nothing, one kind of line end; half-width if wanted."""
    distinct = cast("set[str]", set(texts) - {None})
    whole = "".join(distinct)
    if any(mark in whole for mark in _UNSTRIPPED) or (narrow and not whole.isascii()):
        odd = {text: tidy for text in distinct if (tidy := _tidied(text, narrow=narrow)) != text}
    else:
        odd = {text: text.strip() or None for text in distinct if not text or text != text.strip()}
    return [odd.get(text, text) if text else None for text in texts] if odd else texts


def _tidied(text: str, *, narrow: bool) -> str | None:
    if narrow:
        text = unicodedata.normalize("NFKC", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS) or None


class _Words:
    """Looks words up in a list: as typed, by a pack's word, by another name, with width and blanks aside."""

    def __init__(self, choice: Choice, *, yes_no: bool) -> None:
        self._fine = {word: word for word in _listed(choice)} | dict(choice.own)
        self._aliases: Mapping[str, str] = choice.aliases
        self._alike = {_squeezed(name): word for name, word in choice.aliases.items()}
        if yes_no:
            self._alike = _YES_NO_WORDS | self._alike
        self._alike |= {_squeezed(word): word for word in _listed(choice)}

    def __call__(self, text: str) -> tuple[str, Remark | None]:
        if text in self._fine:
            return self._fine[text], None
        known = self._aliases.get(text) or self._alike.get(_squeezed(text))
        if known is not None:
            return known, Remark.ALIAS
        return text, Remark.UNKNOWN_CHOICE


def _listed(choice: Choice) -> tuple[str, ...]:
    return choice.values  # noqa: PD011 - a list of words, no frame


def _chosen(texts: Sequence[str | None], words: _Words, notes: list[Note]) -> Sequence[str | None]:
    found = {text: words(text) for text in set(texts) if text is not None}
    if all(word == text and remark is None for text, (word, remark) in found.items()):
        return texts
    odd = {text: remark for text, (_, remark) in found.items() if remark is not None}
    notes += [(at, odd[text], text) for at, text in enumerate(texts) if text in odd and text is not None]
    return [None if text is None else found[text][0] for text in texts]


def _each(
    values: Sequence[object],
    expected: tuple[type, ...],
    parse: Callable[[object], Parsed],
    notes: list[Note],
) -> list[object]:
    """Replace what is not of the expected types, parsing each distinct value once; blanks become None."""
    fine = frozenset(expected)
    known: dict[tuple[type, object], Parsed] = {}
    result = list(values)
    for at, value in enumerate(values):
        kind = type(value)
        if value is None or kind in fine:
            continue
        if isinstance(value, str) and not value.strip(BLANKS):
            result[at] = None
            continue
        key = (kind, value)
        if key not in known:
            known[key] = parse(value)
        result[at], remark = known[key]
        if remark is not None:
            notes.append((at, remark, cell_text(value)))
    return result


def _note_lost(
    values: Sequence[object], lost: np.ndarray[tuple[int], np.dtype[np.bool_]], notes: list[Note]
) -> None:
    notes += [(at, Remark.UNREADABLE, cell_text(values[at])) for at in np.flatnonzero(lost).tolist()]
    notes.sort()


def _tags_of(cell: object) -> list[str]:
    return [tag for tag in _TAG_MARKS.split(cell) if tag] if isinstance(cell, str) else []


@lru_cache(maxsize=4096)
def _squeezed(text: str) -> str:
    return folded(text).replace(" ", "")
