"""Cell formats: each look once a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.tables.base import NUMBERS, TIMES, Kind, Role
from xlcrm.templates import palette

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from xlcrm.tables.base import Column

_HEADINGS = {
    Role.ENTRY: (palette.ENTRY, palette.WHITE),
    Role.EXTRA: (palette.EXTRA, palette.WHITE),
    Role.AUTO: (palette.AUTO, palette.AUTO_INK),
}
_CENTRED = (*TIMES, Kind.INT, Kind.YESNO, Kind.CHOICE, Kind.SCORE5, Kind.SCORE10, Kind.NPS)
WRAPPED = frozenset({Kind.LONG, Kind.TEXT, Kind.TAGS, Kind.NAME})
"""Kinds whose texts may take several lines."""


class Styles:
    """The formats of one workbook; asking twice for one look gives the same format."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **look: Any) -> Format:
        """A format by XlsxWriter's property names."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_color": palette.INK, "valign": "vcenter"} | look)
        return self._made[key]

    def state(self, **look: Any) -> Format:
        """A conditional look: only what it changes."""
        key = (("conditional", True), *sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(look)
        return self._made[key]

    def heading(self, role: Role) -> Format:
        fill, ink = _HEADINGS[role]
        return self.get(
            bold=True,
            font_color=ink,
            bg_color=fill,
            align="center",
            text_wrap=True,
            border=1,
            border_color=palette.WHITE if role is not Role.AUTO else "#B9C0CA",
        )

    def body(self, column: Column, *, beside_entries: bool = True, wraps: bool = False) -> Format:
        """The look of a column's cells, down to the sheet's last row.

        Args:
            column: the column.
            beside_entries: auto values stand back beside the user's own; in a list of ours they are the text.
            wraps: rows are high enough for auto values of several lines; else the second line would be cut,
                because a refresh writes into rows whose height is settled.
        """
        look: dict[str, Any] = {"bottom": 1, "bottom_color": palette.LINE}
        if column.kind in palette.NUMBER_FORMATS:
            look["num_format"] = palette.NUMBER_FORMATS[column.kind]
        if column.kind in _CENTRED or (
            column.kind is Kind.TEXT and column.role is Role.AUTO and column.choice
        ):
            look["align"] = "center"
        elif column.kind is Kind.TEXT:
            look["align"] = "left"
        elif column.kind in NUMBERS:
            look |= {"align": "right", "indent": 1}
        if column.kind in WRAPPED and (wraps or column.role is not Role.AUTO):
            look["text_wrap"] = True
        if column.kind is Kind.LINK:
            look |= {"font_color": palette.LINK, "underline": 1}
        elif column.role is Role.AUTO and beside_entries:
            look |= {"font_color": palette.AUTO_TEXT, "italic": True}
        return self.get(**look)
