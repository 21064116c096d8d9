"""Colours, fonts and sizes of reports; all that a colour says is also said by a shape, a word or a number."""

from __future__ import annotations

import unicodedata
from typing import Final

FAMILIES: Final = (
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Heiti SC",
    "STHeiti",
    "SimHei",
    "SimSun",
)
"""Fonts with Chinese letters, the first that a machine has is taken."""

INK: Final = "#1F2933"
MUTED: Final = "#5B6775"
LINE: Final = "#D5DAE1"
TARGET: Final = "#B3261E"
SERIES: Final = ("#1F3A5F", "#C58B1B", "#CBD6E2", "#1F7A7A", "#7FA6C9", "#44546A", "#E3C58E", "#9AA5B1")
"""Fills, neighbours far apart in lightness, so that they differ on a black and white print."""
HATCHES: Final = ("", "//", "", "\\\\", "", "xx", "", "--")
"""Patterns of the fills that lie on or beside each other; of straight lines, which take little room."""
MARKS: Final = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES: Final = ("-", "--", "-.", ":", "-", "--", "-.", ":")


def em(text: str) -> float:
    """Roughly how wide a text is in heights of its letters: 1 for a Chinese letter, 0.56 for others."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.56 for letter in text)


def cut(text: str, width: float) -> str:
    """A text in one line of at most `width` (see `em`); one that is longer ends in …."""
    text = " ".join(text.split())
    if em(text) <= width:
        return text
    kept = ""
    for letter in text:
        if em(kept + letter) > width - 1:
            break
        kept += letter
    return kept + "…"


def is_dark(colour: str) -> bool:
    """Whether white letters are read better on a fill (#RRGGBB) than black ones."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a text, none wider than `width` (see `em`); a blank text is one empty line."""
    lines: list[str] = []
    for part in text.splitlines() or [""]:
        line, used = "", 0.0
        for letter in part:
            wide = em(letter)
            if line and used + wide > width:
                lines.append(line)
                line, used = "", 0.0
            line, used = line + letter, used + wide
        lines.append(line)
    return lines
