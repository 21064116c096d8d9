"""Cell colours: (red, green, blue) for xlwings, 0xRRGGBB for LibreOffice."""

from __future__ import annotations

_NONE = -1  # LibreOffice's word for a transparent cell


def from_excel(value: tuple[int, int, int] | int | str | None) -> int:
    """A colour as xlwings takes it: a triple, "#rrggbb", Excel's 0xBBGGRR number, or None."""
    if value is None:
        return _NONE
    if isinstance(value, str):
        return int(value.removeprefix("#"), 16)
    if isinstance(value, int):
        value = value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF
    red, green, blue = value
    return red << 16 | green << 8 | blue


def to_excel_colour(value: int) -> tuple[int, int, int] | None:
    """The triple of LibreOffice's number; None for a cell without a fill."""
    return None if value == _NONE else (value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF)
