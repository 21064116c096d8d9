"""Texts that a spreadsheet program would take for something else, and the apostrophe that stops it."""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "'"
"""In front of what is typed: the rest is text. It is no part of the text."""

_STARTS: Final = tuple("=+-@＝＋－＠#'")
"""Formulas (Chinese Excel takes full-width signs too), errors, and the mark itself."""
_TRUTHS: Final = frozenset({"true", "false"})
# Words that occur in what programs read as a number, a date or a time of day, in English and Chinese.
_WORDS: Final = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|[ap]m|(?<=[\d\s])[ap](?![a-z])|(?<=[\d.])e(?=[-+\d])|(?<=\d)[tz](?=\d|$)"
    r"|公元|民国|年|月|日|号|時|时|分|秒|点|點|上午|下午|中午|凌晨|早上|晚上|星期|周|元|角"
    r"|cny|rmb|usd|eur|gbp|jpy|hkd",
    re.IGNORECASE,
)
_CHINESE_NUMBERS: Final = frozenset("〇零一二三四五六七八九十廿卅百千万亿两")
_DIGIT: Final = re.compile(r"\d")  # full-width and other digits too


def guarded(text: str) -> str:
    """The text as it must be typed to arrive as this text.

    The mark comes only before texts that a program may read as a formula, a number, a date, a time, a truth
    value or an error; what no program misreads (张三, K-001) goes as it is.
    """
    return MARK + text if may_be_read(text) else text


def may_be_read(text: str) -> bool:
    """Whether typing the text may give anything but this text; in doubt yes."""
    bare = text.strip()
    if text.startswith(_STARTS) or bare.startswith(_STARTS) or bare.lower() in _TRUTHS:
        return True
    if _DIGIT.search(bare):
        rest = _WORDS.sub("", bare)
        return not any(letter.isalpha() and letter not in _CHINESE_NUMBERS for letter in rest)
    # 二〇二三年五月 is a date to Chinese Excel.
    return bool(bare) and bare[0] in _CHINESE_NUMBERS and not _foreign(bare)


def _foreign(text: str) -> bool:
    """Whether letters are left when the words of dates and Chinese numbers are taken out."""
    return any(letter.isalpha() and letter not in _CHINESE_NUMBERS for letter in _WORDS.sub("", text))
