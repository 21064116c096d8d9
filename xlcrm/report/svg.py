"""Charts as SVG markup to be put into a page."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from xlcrm.report.charts import WIDTH, draw, drawing_style, height

if TYPE_CHECKING:
    from xlcrm.report.document import Drawing


def svg(drawing: Drawing, name: str, width: float = WIDTH) -> str:
    """One chart as SVG markup to be put into a page; the same drawing gives the same text.

    Args:
        drawing: what to draw.
        name: begins every name inside, so that two charts of a page share none.
        width: in inches; texts keep their size whatever it is.

    Returns:
        An `svg` element in the page's own font, hidden from screen readers: the table says the same.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - see drawing_style
    from matplotlib.figure import Figure  # noqa: PLC0415 - see drawing_style

    with drawing_style():
        size = (width, height(drawing, width))
        figure = Figure(figsize=size)
        figure.patch.set_alpha(0)
        draw(figure.add_axes((0, 0, 1, 1)), drawing, (0, 0, *size), size)
        written = io.StringIO()
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(written, metadata=metadata)  # type: ignore[no-untyped-call] # matplotlib has no type here
    return _inline(written.getvalue(), name)


_TAG: Final = re.compile(r"<[^<>]*>")
"""Texts and values of attributes hold neither sign: they are escaped."""
_FAMILY: Final = re.compile(r" ?font-family: [^;\"]*;?")
_GROUP: Final = re.compile(r' id="[\w.]+_\d+"')
_OTHER_ID: Final = re.compile(r'(?<= id=")|(?<=url\(#)|(?<=href="#)')
_SPACE: Final = re.compile(r"\s+")
_SHEET: Final = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_DATA: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE: Final = re.compile(r'width="[\d.]+pt" height="[\d.]+pt"')


def _inline(text: str, name: str) -> str:
    """SVG without header, style sheet, font names and size, which are the page's."""
    body = _DATA.sub("", _SHEET.sub("", text[text.index("<svg") :], count=1), count=1)
    body = _SIZE.sub('focusable="false" aria-hidden="true"', body, count=1)
    return _TAG.sub(lambda tag: _own(tag[0], name), _SPACE.sub(" ", body))


def _own(tag: str, name: str) -> str:
    return _OTHER_ID.sub(f"{name}-", _GROUP.sub("", _FAMILY.sub("", tag)))
