"""The first and the last step of every workbook: what all are made with, and what XlsxWriter cannot write."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from xlcrm.templates import palette
from xlcrm.templates.buttons import restyled
from xlcrm.templates.ribbon import read_package, with_ribbon, write_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

CREATED: Final = dt.datetime(2026, 1, 1)
"""A fixed mark in the file's properties, so that building twice gives the same bytes."""
_LATIN: Final = f'<a:latin typeface="{palette.FONT}"/>'.encode()
_EAST_ASIAN: Final = f'<a:ea typeface="{palette.FONT}"/>'.encode()
_TWO_PLACES: Final = re.compile(
    rb"<xdr:twoCellAnchor[^>]*>(<xdr:from>.*?</xdr:from>)<xdr:to>.*?</xdr:to>(.*?)</xdr:twoCellAnchor>",
    re.DOTALL,
)
_PIXEL: Final = 9525
"""English metric units."""


@contextlib.contextmanager
def new_book(written: BinaryIO, title: str) -> Iterator[Workbook]:
    """An empty workbook with our default font, row height and window; written when the block is left.

    Raises:
        OSError: the folder for temporary files, which hold the sheets in the making, cannot be written.
    """
    options = {
        "default_format_properties": {"font_name": palette.FONT, "font_size": palette.SIZE},
        "default_row_height": 22,
    }
    book = Workbook(written, options)
    book.set_properties({"title": title, "created": CREATED})
    book.set_size(2400, 1400)
    try:
        with book:
            yield book
    except FileCreateError as error:
        reason = error.args[0].args
    else:
        return
    raise OSError(*reason)  # out here it holds on to nothing: XlsxWriter leaves its package open


def finish(path: Path, written: BinaryIO, book: Workbook, ribbon: bytes = b"") -> None:
    """Write the file with what XlsxWriter cannot do.

    The buttons and the Chinese text of the charts get our font, the charts keep their size when rows become
    higher, and a macro workbook gets its ribbon.

    Args:
        path: where to; an existing file is replaced.
        written: the package that XlsxWriter wrote.
        book: what it wrote it from.
        ribbon: its XML, or nothing.
    """
    parts = {name: _finished(name, content) for name, content in read_package(written).items()}
    charted = [sheet for sheet in book.worksheets() if sheet.charts]
    for number, sheet in enumerate(charted, start=1):
        name = f"xl/drawings/drawing{number}.xml"
        sizes = [(chart.width, chart.height) for _, _, chart, *_ in sheet.charts]
        parts[name] = with_own_sizes(parts[name], sizes)
    write_package(path, with_ribbon(parts, ribbon) if ribbon else parts)


def with_own_sizes(drawing: bytes, sizes: Sequence[tuple[int, int]]) -> bytes:
    """A drawing whose objects have a place and a size instead of two places.

    Rows that a program makes higher as it opens a file would stretch an object between two places.

    Args:
        drawing: XML as XlsxWriter writes it.
        sizes: pixels across and down of the objects in their order.
    """
    left = iter(sizes)

    def sized(found: re.Match[bytes]) -> bytes:
        width, height = next(left)
        extent = f'<xdr:ext cx="{width * _PIXEL}" cy="{height * _PIXEL}"/>'.encode()
        return b"<xdr:oneCellAnchor>" + found[1] + extent + found[2] + b"</xdr:oneCellAnchor>"

    return _TWO_PLACES.sub(sized, drawing)


def _finished(name: str, content: bytes) -> bytes:
    if name.endswith(".vml"):
        return restyled(content)
    if name.startswith("xl/charts/"):
        return content.replace(_LATIN, _LATIN + _EAST_ASIAN)
    return content
