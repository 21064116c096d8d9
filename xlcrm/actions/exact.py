"""Cells as texts that keep their exact value and type, so that 操作日志 can give them back."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xlcrm.workbook.port import Cell

BLANK: Final = "空"
_TEXT: Final = "文本"
_NUMBER: Final = "数字 "
_TRUTH: Final = "逻辑 "
_DAY: Final = "日期 "
_MOMENT: Final = "时间 "
_LONGEST: Final = 16_000
"""A cell holds 32,767 UTF-16 units; a text that could need more with its quotes is not kept."""


def exact_text(value: object) -> str | None:
    """A cell's value as a text that `value_of` turns back into it: 文本"VIP", 数字 500000, 空.

    Texts stand in quotes with JSON's escapes, so that blanks at their ends and leading zeros survive. None
    where no text keeps the value: a time of day, a link, a text of a cell's full length.
    """
    if value is None:
        return BLANK
    if isinstance(value, str):
        text = _TEXT + json.dumps(value, ensure_ascii=False)
        return text if len(text) <= _LONGEST else None
    if isinstance(value, dt.date):
        return f"{_MOMENT if isinstance(value, dt.datetime) else _DAY}{value}"
    if isinstance(value, bool):
        return f"{_TRUTH}{'TRUE' if value else 'FALSE'}"
    if isinstance(value, int | float) and math.isfinite(value):
        return _NUMBER + repr(float(value)).removesuffix(".0")
    return None


def value_of(text: str) -> Cell:
    """The value that `exact_text` kept.

    Raises:
        ValueError: no text of `exact_text`; somebody has typed over it.
    """
    if text == BLANK:
        return None
    if text.startswith(f'{_TEXT}"'):
        return str(json.loads(text.removeprefix(_TEXT)))
    if text.startswith(_NUMBER):
        return float(text.removeprefix(_NUMBER))
    if text.startswith(_TRUTH):
        return text == f"{_TRUTH}TRUE"
    if text.startswith(_MOMENT):
        return dt.datetime.fromisoformat(text.removeprefix(_MOMENT))
    if text.startswith(_DAY):
        return dt.date.fromisoformat(text.removeprefix(_DAY))
    raise ValueError(f"not an exact text: {text}")


def same_value(one: object, other: object) -> bool:
    """Whether two cells hold the same value of the same type; a day is its midnight, a moment its second."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    if isinstance(one, dt.date) and isinstance(other, dt.date):
        return abs(_midnight(one) - _midnight(other)) < dt.timedelta(seconds=1)
    return type(one) is type(other) and one == other


def _midnight(day: dt.date) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())
