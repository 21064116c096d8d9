"""Hyperlinks: LibreOffice keeps them as text fields inside a cell's text."""

from __future__ import annotations

import re
from typing import Any, Final

_EXCEL_PLACE: Final = re.compile(r"#(?P<sheet>'(?:[^']|'')+'|[^'!]+)!(?P<cell>.+)")
_CALC_PLACE: Final = re.compile(r"#\$?(?P<sheet>'(?:[^']|'')+'|[^'.]+)\.(?P<cell>.+)")


def link_of(cell: Any) -> str | None:
    """The address of the first link in a cell, `#'表'!A1` for a place in the workbook; None without one."""
    fields = cell.TextFields
    if not fields.Count:
        return None
    url = str(fields.createEnumeration().nextElement().URL)
    return _CALC_PLACE.sub(r"#\g<sheet>!\g<cell>", url)


def add_link(document: Any, cell: Any, address: str, text: str) -> None:
    """Put a link in place of a cell's contents."""
    field = document.createInstance("com.sun.star.text.TextField.URL")
    field.URL = _EXCEL_PLACE.sub(r"#\g<sheet>.\g<cell>", address)
    field.Representation = text
    cell.setString("")
    cell.insertTextContent(cell.createTextCursor(), field, False)  # noqa: FBT003  # UNO takes no names
