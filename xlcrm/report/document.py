"""What a report shows: the analysis sheets as texts, and their charts as numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import DETAIL
from xlcrm.analysis.wording import card_text, figure_text, halves_up
from xlcrm.report.looks import em
from xlcrm.tables.base import FULL, NUMBERS, Kind
from xlcrm.tables.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from xlcrm.analysis.base import Card, Chart, ChartKind, Column, Figure, Filled, Panel
    from xlcrm.analysis.sheets import Made


_SHORT_WORD: Final = 6.0
"""Letters of a cell that stays in one line."""
_LONG_ID: Final = 20
_WHOLE: Final = NUMBERS | {Kind.DATE, Kind.ID, Kind.REF, Kind.PHONE}


@dataclass(frozen=True, eq=False)
class Series:
    """What is drawn for one column: its heading, its kind and (n,) numbers, NaN for blanks."""

    name: str
    kind: Kind
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """A chart with its numbers.

    Attributes:
        kind: how it is drawn.
        categories: names of the rows.
        series: what is drawn, each as long as `categories`.
        target: a goal, drawn as a thin line over the others, or None.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    target: Series | None = None


@dataclass(frozen=True)
class CardText:
    """A card: `mood` is "good" or "bad" where a change is one or the other, else ""."""

    label: str
    value: str
    text: str
    mood: str


@dataclass(frozen=True)
class Block:
    """A panel as texts.

    Attributes:
        title: its name.
        caption: what its figures say.
        note: how they are counted.
        headings: of its columns.
        numeric: for each column whether it holds numbers.
        whole: for each column whether its cells (numbers, dates, ids, short words) are not to be broken.
        typed: for each column whether it holds the user's texts.
        rows: its cells, "" for blanks.
        drawing: the chart beside it; None where it has none, or nothing to draw.
    """

    title: str
    caption: str
    note: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    whole: tuple[bool, ...]
    typed: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    drawing: Drawing | None


@dataclass(frozen=True)
class Page:
    """An analysis sheet as texts."""

    title: str
    hint: str
    cards: tuple[CardText, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: of the report.
        period: what it covers (2026年10月), and as of when its figures were known.
        pages: one a sheet.
    """

    title: str
    period: str
    pages: tuple[Page, ...]


def document(title: str, period: str, made: Iterable[Made], pack: str = FULL) -> Document:
    """Put worked out sheets into words.

    Args:
        title: of the report.
        period: what it covers.
        made: the sheets.
        pack: whose words its values are in.
    """
    return Document(title, period, tuple(_page(item, pack) for item in made))


def _page(made: Made, pack: str) -> Page:
    cards = tuple(_card(card, made.figures[card.label]) for card in made.sheet.cards)
    blocks = tuple(_block(panel, made.panels[panel.name], pack) for panel in made.sheet.panels)
    return Page(made.sheet.title, made.sheet.hint, cards, blocks)


def _card(card: Card, figure: Figure) -> CardText:
    mood = "" if figure.good is None else "good" if figure.good else "bad"
    return CardText(card.label, figure_text(figure, card.kind), card_text(figure), mood)


def _block(panel: Panel, filled: Filled, pack: str) -> Block:
    columns = [item for item in panel.columns if item.key != DETAIL]
    texts = [_column_texts(filled.rows, item, pack) for item in columns]
    return Block(
        panel.title,
        filled.caption,
        panel.note,
        tuple(item.heading for item in columns),
        tuple(item.kind in NUMBERS for item in columns),
        tuple(item.kind in _WHOLE or _is_short(cells) for item, cells in zip(columns, texts, strict=True)),
        tuple(item in panel.typed for item in columns),
        tuple(zip(*texts, strict=True)),
        _drawing(panel, panel.chart, filled, pack) if panel.chart else None,
    )


def _is_short(cells: list[str]) -> bool:
    """Whether a column holds nothing but short words and numbers of cases."""
    return any(cells) and all(
        em(cell) <= _SHORT_WORD or (cell.isascii() and " " not in cell and len(cell) <= _LONG_ID)
        for cell in cells
    )


def _drawing(panel: Panel, chart: Chart, filled: Filled, pack: str) -> Drawing | None:
    """The chart's numbers; None where all are blank."""
    series = tuple(_series(filled.rows, panel.by_key[key]) for key in chart.series)
    if not any(np.isfinite(item.values).any() for item in series):
        return None
    target = _series(filled.rows, panel.by_key[chart.target]) if chart.target else None
    categories = tuple(_column_texts(filled.rows, panel.by_key[chart.category], pack))
    return Drawing(chart.kind, categories, series, target)


def _series(rows: pd.DataFrame, column: Column) -> Series:
    numbers = pd.to_numeric(rows[column.key], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return Series(column.heading, column.kind, numbers)


def _column_texts(rows: pd.DataFrame, column: Column, pack: str) -> list[str]:
    """The cells of a column; one that the frame lacks is blank (the user's own, where nothing is typed)."""
    if column.key not in rows.columns:
        return [""] * len(rows)
    texts = [value_text(value, column.kind) for value in rows[column.key]]
    choice = column.choice
    return texts if choice is None else [choice.word(text, pack) for text in texts]


def value_text(value: Any, kind: Kind) -> str:
    """A value as a report shows it: 1,234,567.80, 45.0%, 2026-10-31; "" for a blank."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "是" if value else "否"
    if kind in NUMBERS and isinstance(value, (int, float, np.number)):
        return number_text(float(value), kind)
    if isinstance(value, dt.date):  # a moment is one, too
        return f"{value:%Y-%m-%d %H:%M}" if kind is Kind.DATETIME else f"{value:%Y-%m-%d}"
    return cell_text(value)


def number_text(number: float, kind: Kind) -> str:
    """A number as a report shows it; one that rounds to nothing has no sign."""
    if kind is Kind.PERCENT:
        return _signed(f"{halves_up(number * 100, 1):.1f}") + "%"
    if kind is Kind.MONEY:
        return _signed(f"{halves_up(number, 2):,.2f}")
    if kind in {Kind.INT, Kind.NPS}:
        return _signed(f"{halves_up(number, 0):,.0f}")
    text = f"{halves_up(number, 2):,.2f}"
    return _signed(text.rstrip("0").rstrip("."))


def _signed(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.,") else text
