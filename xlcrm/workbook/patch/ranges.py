"""A1 arithmetic: cells, areas, and the ranges that grow with a list."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple, Self

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


@lru_cache(maxsize=MAX_COLUMNS)
def letters(column: int) -> str:
    """Column letters, 1 -> A."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=MAX_COLUMNS)
def column_number(text: str) -> int:
    """Column counted from 1, A -> 1."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """A1 name of a cell."""
    return f"{letters(column)}{row}"


class Area(NamedTuple):
    """A rectangle of cells, all four sides included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read A1 or A1:B2, with or without dollars; None for anything else or beyond the sheet."""
        match = _REF.fullmatch(text.strip())
        if match is None:
            return None
        first, top, last, bottom = match.groups()
        rows = sorted((int(top), int(bottom or top)))
        columns = sorted((column_number(first), column_number(last or first)))
        if rows[0] < 1 or rows[1] > MAX_ROWS or columns[1] > MAX_COLUMNS:
            return None
        return cls(rows[0], columns[0], rows[1], columns[1])

    @property
    def cells(self) -> int:
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def meets(self, other: Area) -> bool:
        """Whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def common(self, other: Area) -> Area | None:
        """The shared rectangle."""
        if not self.meets(other):
            return None
        return Area(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def union(self, other: Area) -> Area:
        """The smallest rectangle around both."""
        return Area(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def to_row(self, bottom: int) -> Area:
        """The same rectangle, ending at another row."""
        return self._replace(bottom=bottom)

    def __str__(self) -> str:
        first = address(self.top, self.left)
        return first if self.cells == 1 else f"{first}:{address(self.bottom, self.right)}"


class Growth(NamedTuple):
    """How the body of one list changes, for everything that is bound to its rows.

    Attributes:
        body: its columns, from the first body row to the old end (one row at least).
        last: the last body row from now on.
    """

    body: Area
    last: int

    def follows(self, area: Area) -> bool:
        """Whether a range covers the old body in the block's columns and ends too early for the new one."""
        return (
            area.top <= self.body.top
            and self.body.bottom <= area.bottom < self.last
            and area.left <= self.body.right
            and self.body.left <= area.right
        )

    def spans(self, area: Area) -> bool:
        """Whether a range covers just the old body's rows, in some of its columns."""
        return (
            (area.top, area.bottom) == (self.body.top, self.body.bottom)
            and self.body.left <= area.left
            and area.right <= self.body.right
        )


def grown(sqref: str, growths: tuple[Growth, ...]) -> str | None:
    """A space-separated list of ranges after the lists grew; None when nothing changes."""
    changed = False
    parts: list[str] = []
    for part in sqref.split():
        area = Area.parse(part)
        last = max((g.last for g in growths if area is not None and g.follows(area)), default=0)
        if area is None or not last:
            parts.append(part)
            continue
        changed = True
        parts.append(str(area.to_row(last)))
    return " ".join(parts) if changed else None


_NAMED = re.compile(r"(.*!)?(\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?)", re.DOTALL)


def named_area(text: str) -> tuple[str, Area] | None:
    """Split 'Sheet'!$A$1:$B$2 into its sheet part (with the mark) and its area."""
    match = _NAMED.fullmatch(text.strip())
    area = Area.parse(match.group(2)) if match else None
    return (match.group(1) or "", area) if match and area else None


def absolute(area: Area) -> str:
    """$A$1:$B$2."""
    first, last = letters(area.left), letters(area.right)
    return f"${first}${area.top}:${last}${area.bottom}"
