"""The first and the last step of every workbook: what all are made with, and what XlsxWriter cannot write."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from xlsxwriter import Workbook

from xlcrm.templates import palette
from xlcrm.templates.buttons import restyled
from xlcrm.templates.ribbon import read_package, with_ribbon, write_package

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

CREATED: Final = dt.datetime(2026, 1, 1)
"""A fixed mark in the file's properties, so that building twice gives the same bytes."""
_LATIN: Final = f'<a:latin typeface="{palette.FONT}"/>'.encode()
_EAST_ASIAN: Final = f'<a:ea typeface="{palette.FONT}"/>'.encode()


def new_book(written: BinaryIO, title: str) -> Workbook:
    """An empty workbook with our default font, row height and window."""
    options = {
        "default_format_properties": {"font_name": palette.FONT, "font_size": palette.SIZE},
        "default_row_height": 22,
    }
    book = Workbook(written, options)
    book.set_properties({"title": title, "created": CREATED})
    book.set_size(2400, 1400)
    return book


def finish(path: Path, written: BinaryIO, ribbon: bytes = b"") -> None:
    """Write the file: the buttons and the Chinese text of the charts in our font, and a ribbon.

    Args:
        path: where to; an existing file is replaced.
        written: the package that XlsxWriter wrote.
        ribbon: its XML, for a macro workbook.
    """
    parts = {name: _finished(name, content) for name, content in read_package(written).items()}
    write_package(path, with_ribbon(parts, ribbon) if ribbon else parts)


def _finished(name: str, content: bytes) -> bytes:
    if name.endswith(".vml"):
        return restyled(content)
    if name.startswith("xl/charts/"):
        return content.replace(_LATIN, _LATIN + _EAST_ASIAN)
    return content
