"""A report as one HTML file that needs no other: to be read in a browser, mailed, or printed on A4."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.wording import NO_DATA
from xlcrm.report import looks
from xlcrm.report.charts import NARROW, WIDTH
from xlcrm.report.looks import em
from xlcrm.report.marks import MARK
from xlcrm.report.svg import svg

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from xlcrm.report.document import Block, Document, Drawing


_PAIR: Final = "pair"
_HALF, _WHOLE, _SMALL = 29.0, 58.0, 72.0
"""How many letters fit across half a page of A4, across all of it, and across all of it in small letters."""
_SHORT: Final = 15
"""Rows of a table that is not broken between two pages."""
_CELL, _SPACE = 6.0, 1.2
"""Letters of a column that is broken into lines, at least; and of the space beside each column."""


def page(document: Document) -> str:
    """The whole file's text; every text of the workbook is escaped, no script runs, nothing is fetched.

    The same document gives the same text on every machine.
    """
    return _template().render(
        document=document,
        mark=MARK,
        no_rows=NO_DATA,
        ink=looks.INK,
        muted=looks.MUTED,
        line=looks.LINE,
        brand=looks.SERIES[0],
    )


def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - other commands start without it
    from markupsafe import Markup  # noqa: PLC0415 - comes with it

    def chart(drawing: Drawing, name: str, shape: str) -> Markup:
        width = NARROW if shape.startswith(_PAIR) else WIDTH
        return Markup(svg(drawing, name, width))  # noqa: S704 - our own markup, texts within it are escaped

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    families = ", ".join([*(f'"{name}"' for name in looks.FAMILIES), "sans-serif"])
    environment.globals |= {
        "chart": chart,
        "families": Markup(families),  # noqa: S704 - our own names
        "classes": _classes,
        "shape_of": _shape,
    }
    text = files("xlcrm.report").joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(text)


def _classes(block: Block, column: int) -> Markup:
    """The class attribute of a column's cells."""
    from markupsafe import Markup  # noqa: PLC0415 - see _template

    every = {"number": block.numeric, "whole": block.whole, "typed": block.typed}
    words = [word for word, meant in every.items() if meant[column]]
    return Markup(f' class="{" ".join(words)}"' if words else "")  # noqa: S704 - our own words


def _shape(block: Block) -> str:
    """How a block's chart and table stand, by the table's size: beside each other, or in smaller letters."""
    letters = sum(_letters(block, column) for column in range(len(block.headings)))
    short = len(block.rows) <= _SHORT
    if block.drawing is not None and short and letters <= _HALF:
        return f"{_PAIR} short"
    size = "" if letters <= _WHOLE else "wide" if letters <= _SMALL else "wide tight"
    return f"{size} short".strip() if short else size


def _letters(block: Block, column: int) -> float:
    """How wide a column must be at least."""
    longest = max((em(row[column]) for row in block.rows), default=0.0)
    if not block.whole[column]:
        longest = min(longest, _CELL)
    least = _CELL if block.typed[column] else min(em(block.headings[column]), _CELL / 2)
    return max(longest, least) + _SPACE
