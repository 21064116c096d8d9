"""Pictures of a report: the pages of its PDF, or each sheet drawn where there is no program to make one."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xlcrm.analysis.wording import NO_DATA
from xlcrm.report.charts import chinese_fonts, draw, drawing_style, height
from xlcrm.report.looks import INK, LINE, MUTED, SERIES, em, wrapped
from xlcrm.report.marks import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from xlcrm.report.document import Block, CardText, Document, Drawing, Page

DOTS: Final = 150
"""Dots an inch of a PDF's pages."""
_DRAWN_DOTS: Final = 120
_WIDTH: Final = 8.27
_MARGIN: Final = 0.5
_ROOM: Final = _WIDTH - 2 * _MARGIN
_POINTS: Final = 72.0
_CARDS_A_LINE: Final = 5
_CARD: Final = 0.98
"""Height of a card in inches; three lines of 7 points stand under its figure."""
_LARGE, _SMALL = 8.0, 7.0
"""Points of the letters of tables."""
_LEAST: Final = 0.3
"""Of the width that a column asks for: what it gets at least beside columns that are not to be broken."""
_MOODS: Final = {"good": "#1E6B3C", "bad": "#B3261E", "": MUTED}


def pages_of(pdf: bytes, dots: int = DOTS) -> list[bytes]:
    """The pages of a PDF as PNG files, the first one first."""
    import pypdfium2  # noqa: PLC0415 - other commands start without it
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - comes with matplotlib

    info = PngInfo()
    info.add_text("Software", MARK)
    found = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            written = io.BytesIO()
            page.render(scale=dots / _POINTS).to_pil().save(written, "PNG", pnginfo=info, dpi=(dots, dots))
            found.append(written.getvalue())
    finally:
        document.close()
    return found


def drawn(document: Document) -> list[bytes]:
    """One PNG file a sheet, drawn without any other program; as long as the sheet needs."""
    with drawing_style(chinese_fonts()):
        return [_drawn(page, f"{document.title}  {document.period}") for page in document.pages]


def _drawn(page: Page, over: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - see drawing_style
    from matplotlib.figure import Figure  # noqa: PLC0415 - see drawing_style

    canvas = _Canvas()
    canvas.text(over, 8, MUTED)
    canvas.text(page.title, 16, SERIES[0], bold=True)
    canvas.text(page.hint, 8, MUTED)
    for start in range(0, len(page.cards), _CARDS_A_LINE):
        canvas.cards(page.cards[start : start + _CARDS_A_LINE])
    for block in page.blocks:
        _add(canvas, block)
    figure = Figure(figsize=(_WIDTH, canvas.top + _MARGIN), facecolor="white")
    canvas.paint(figure)
    written = io.BytesIO()
    more: dict[str, Any] = {"metadata": {"Software": MARK}, "pil_kwargs": {"dpi": (_DRAWN_DOTS, _DRAWN_DOTS)}}
    FigureCanvasAgg(figure).print_png(written, **more)  # type: ignore[no-untyped-call] # matplotlib has no type here
    return written.getvalue()


def _add(canvas: _Canvas, block: Block) -> None:
    canvas.top += 0.18
    canvas.text(block.title, 12, INK, bold=True)
    canvas.text(block.caption, 9, INK)
    if block.drawing is not None:
        canvas.chart(block.drawing)
    if block.rows:
        canvas.table(block)
    else:
        canvas.text(NO_DATA, 9, MUTED)
    canvas.text(block.note, 8, MUTED)


@dataclass(frozen=True)
class _Words:
    """A line of text: left (or right, or middle) end and top, in inches from the picture's upper left."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    side: str = "left"


@dataclass
class _Canvas:
    """A picture that grows downwards; painted once its length is known."""

    top: float = _MARGIN
    words: list[_Words] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, str, str]] = field(default_factory=list)
    """Left, top, width, height, fill and edge."""
    charts: list[tuple[Drawing, float]] = field(default_factory=list)

    def text(self, text: str, size: float, colour: str, *, bold: bool = False) -> None:
        """A paragraph; "" adds nothing."""
        for line in wrapped(text, _ROOM / size * _POINTS) if text else ():
            self.words.append(_Words(_MARGIN, self.top, line, size, colour, bold))
            self.top += size / _POINTS * 1.5

    def cards(self, cards: Sequence[CardText]) -> None:
        """A row of cards."""
        width = _ROOM / _CARDS_A_LINE
        for order, card in enumerate(cards):
            left = _MARGIN + order * width
            self.boxes.append((left, self.top, width - 0.1, _CARD, "white", LINE))
            self.boxes.append((left, self.top, 0.05, _CARD, SERIES[0], SERIES[0]))
            room = (width - 0.24) * _POINTS
            size = min(15.0, room / max(em(card.value), 1))
            self.words += [
                _Words(left + 0.12, self.top + 0.07, card.label, 8, INK),
                _Words(left + 0.12, self.top + 0.25, card.value, size, INK, bold=True),
            ]
            lines = wrapped(card.text, room / _SMALL)[:3]
            self.words += [
                _Words(left + 0.12, self.top + 0.54 + number * 0.14, line, _SMALL, _MOODS[card.mood])
                for number, line in enumerate(lines)
            ]
        self.top += _CARD + 0.1

    def chart(self, drawing: Drawing) -> None:
        """A chart."""
        self.charts.append((drawing, self.top))
        self.top += height(drawing) + 0.1

    def table(self, block: Block) -> None:
        """Headings and rows; long cells take several lines."""
        size, widths = _widths(block)
        for order, row in enumerate((block.headings, *block.rows)):
            cells = [
                wrapped(cell, (width - 0.1) * _POINTS / size) for cell, width in zip(row, widths, strict=True)
            ]
            high = max(map(len, cells)) * size / _POINTS * 1.4 + 0.07
            left = _MARGIN
            for lines, width, numeric in zip(cells, widths, block.numeric, strict=True):
                fill = SERIES[0] if order == 0 else "white" if order % 2 else "#F3F5F8"
                self.boxes.append((left, self.top, width, high, fill, LINE))
                for at, line in enumerate(lines):
                    y = self.top + 0.04 + at * size / _POINTS * 1.4
                    x, side = (left + width - 0.05, "right") if numeric else (left + 0.05, "left")
                    self.words.append(_Words(x, y, line, size, "white" if order == 0 else INK, side=side))
                left += width
            self.top += high
        self.top += 0.08

    def paint(self, figure: Figure) -> None:
        """Put everything onto a figure of `_WIDTH` and this canvas's length."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - see drawing_style

        figure.set_dpi(_DRAWN_DOTS)
        size = (_WIDTH, self.top + _MARGIN)
        ground: Axes = figure.add_axes((0, 0, 1, 1))
        ground.set_xlim(0, size[0])
        ground.set_ylim(size[1], 0)
        ground.axis("off")
        for left, top, width, high, fill, edge in self.boxes:
            ground.add_patch(
                Rectangle((left, top), width, high, facecolor=fill, edgecolor=edge, linewidth=0.5)
            )
        for item in self.words:
            weight = "bold" if item.bold else "normal"
            ground.text(
                item.x,
                item.y,
                item.text,
                fontsize=item.size,
                color=item.colour,
                weight=weight,
                ha=item.side,
                va="top",
            )
        for drawing, top in self.charts:
            box = (_MARGIN, size[1] - top - height(drawing), _ROOM, height(drawing))
            draw(figure.add_axes((0, 0, 1, 1)), drawing, box, size)


def _widths(block: Block) -> tuple[float, list[float]]:
    """Points of a table's letters, and the widths of its columns in inches, which fill the page together.

    Columns whose cells are not to be broken get what these need, as far as the others keep some room.
    """
    columns = list(zip(block.headings, *block.rows, strict=True))
    wanted = [
        max(min(max(map(em, column)), 22.0), 8.0 if typed else 2.0) + 1.2
        for column, typed in zip(columns, block.typed, strict=True)
    ]
    size = _LARGE if sum(wanted) <= _ROOM * _POINTS / _LARGE else _SMALL
    room = _ROOM * _POINTS / size
    kept = [
        max(map(em, column[1:])) + 1.2 if whole else 0.0
        for column, whole in zip(columns, block.whole, strict=True)
    ]
    others = [0.0 if fixed else each for each, fixed in zip(wanted, kept, strict=True)]
    if sum(wanted) <= room or sum(others) * _LEAST > room - sum(kept):
        return size, [each / sum(wanted) * _ROOM for each in wanted]
    rest = (room - sum(kept)) / sum(others)
    return size, [(fixed or each * rest) * size / _POINTS for each, fixed in zip(others, kept, strict=True)]
