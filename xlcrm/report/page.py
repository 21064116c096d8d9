"""A report as one HTML file that needs no other: to be read in a browser, mailed, or printed on A4."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from xlcrm.analysis.wording import NO_DATA
from xlcrm.report import looks
from xlcrm.report.charts import svg
from xlcrm.report.marks import MARK

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from xlcrm.report.document import Block, Document, Drawing


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

    def chart(drawing: Drawing, name: str) -> Markup:
        return Markup(svg(drawing, name))  # noqa: S704 - our own markup, texts within it are escaped

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
    }
    text = files("xlcrm.report").joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(text)


def _classes(block: Block, column: int) -> Markup:
    """The class attribute of a column's cells."""
    from markupsafe import Markup  # noqa: PLC0415 - see _template

    words = [word for word, meant in (("number", block.numeric), ("whole", block.whole)) if meant[column]]
    return Markup(f' class="{" ".join(words)}"' if words else "")  # noqa: S704 - our own words
