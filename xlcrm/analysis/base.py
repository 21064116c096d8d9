"""What an analysis sheet is: figures on cards, and panels, each a small table of values with its chart."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from xlcrm.tables.base import FULL, Column, Kind, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlcrm.analysis.scope import Scope

DETAIL: Final = "detail"
"""Key of the column that leads from a figure to the rows behind it."""
BEHIND_COLUMNS: Final = {
    "line": "int64",
    "table": "str",
    "place": "int64",
    "at": "datetime64[s]",
    "amount": "float64",
    "text": "str",
}
"""Columns of a frame of the rows behind figures.

line: position of the figure's row in its panel; table and place: a row that it rests on, by position in the
table's frame; at: the row's moment that counts; amount: what it adds to the figure; text: what is worth
reading of it. The first rows of a line are the ones most worth a look.
"""


class ChartKind(StrEnum):
    """How a panel's rows are drawn; each row is one category."""

    BARS = "bars"
    """Lying bars, the first row at the top: for ranked rows."""
    COLUMNS = "columns"
    """Standing columns: for few rows in an order of their own."""
    STACKED = "stacked"
    """Standing columns, the series on top of each other."""
    LINES = "lines"
    """Lines with marks: for months."""
    SHARES = "shares"
    """One lying bar cut into the shares of the rows; for panels whose rows are always the same."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart beside a panel, bound to its columns.

    Attributes:
        kind: how it is drawn.
        category: key of the column that names the rows.
        series: keys of the columns that are drawn.
        target: key of a column that is drawn as a thin line over the others (a goal), or "".
    """

    kind: ChartKind
    category: str
    series: tuple[str, ...]
    target: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One block of values on an analysis sheet.

    On the sheet stand, from top to bottom: the title, the caption (what the figures say, with subject and
    period; the chart's title shows it, too), the headings, the rows.

    Attributes:
        name: key on its sheet.
        title: the block's name, by which it is found; no two of a sheet share one.
        columns: what it shows; all AUTO but those in which the user's own text is kept.
        rows: how many it may have at most; so many are left free for it.
        make: works it out.
        needs: names of the tables without which it is not shown.
        needs_one: names of tables one of which is enough, or none.
        chart: the picture beside it, or None.
        keys: keys of the columns that tell its rows apart, for a panel that keeps the user's texts.
        stays: old rows with texts of the user's stay under the new ones, as long as there is room.
        note: how it is counted, for the reader.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: int
    make: Callable[[Scope], Filled]
    needs: tuple[str, ...] = ()
    needs_one: tuple[str, ...] = ()
    chart: Chart | None = None
    keys: tuple[str, ...] = ()
    stays: bool = False
    note: str = ""

    @property
    def by_key(self) -> dict[str, Column]:
        return {item.key: item for item in self.columns}

    @property
    def typed(self) -> tuple[Column, ...]:
        """The columns that are the user's."""
        return tuple(item for item in self.columns if item.role is not Role.AUTO)

    def without_rows(self, caption: str) -> Filled:
        """The panel where there is no data; the caption says so."""
        own = [item.key for item in self.columns if item.key != DETAIL and item.role is Role.AUTO]
        return Filled(pd.DataFrame(columns=own), caption)


@dataclass(frozen=True, slots=True)
class Card:
    """One figure in large type, with what to compare it with under it.

    Attributes:
        label: what it is; no two of a sheet share one.
        kind: how it is formatted.
        make: works it out.
        needs: names of the tables without which it is not shown.
        needs_one: names of tables one of which is enough, or none.
    """

    label: str
    kind: Kind
    make: Callable[[Scope], Figure]
    needs: tuple[str, ...] = ()
    needs_one: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """What a card shows.

    Attributes:
        value: None where there is no data, never 0 then.
        text: what stands under it: the change, and what it rests on (较上月 +3; n=41).
        good: whether the change is welcome, None where it is neither.
    """

    value: float | None
    text: str = ""
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class AnalysisSheet:
    """One analysis sheet.

    Attributes:
        name: key.
        title: the sheet's name.
        hint: one line under the title.
        panels: from top to bottom.
        cards: over the panels.
    """

    name: str
    title: str
    hint: str
    panels: tuple[Panel, ...]
    cards: tuple[Card, ...] = ()

    def shown_with(self, tables: Collection[str]) -> AnalysisSheet | None:
        """The sheet with what a workbook of these tables can show; None where that is no panel."""
        panels = tuple(item for item in self.panels if is_possible(item, set(tables)))
        cards = tuple(item for item in self.cards if is_possible(item, set(tables)))
        return AnalysisSheet(self.name, self.title, self.hint, panels, cards) if panels else None


def is_possible(item: Panel | Card, tables: set[str]) -> bool:
    """Whether a workbook of these tables can show it."""
    one = not item.needs_one or not tables.isdisjoint(item.needs_one)
    return set(item.needs) <= tables and one


@cache
def _nothing() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in BEHIND_COLUMNS.items()})


def nothing_behind() -> pd.DataFrame:
    """An empty frame of rows behind figures, the caller's own."""
    return _nothing().copy()


@dataclass(frozen=True)
class Filled:
    """A panel worked out.

    Attributes:
        rows: one row a line, with the keys of the panel's columns but DETAIL and the user's; shares are
            fractions, blanks are NA; no rows where there is no data.
        caption: one sentence: subject, period, what stands out, n. At most 60 characters.
        behind: a frame with `BEHIND_COLUMNS`.
    """

    rows: pd.DataFrame
    caption: str
    behind: pd.DataFrame = field(default_factory=nothing_behind)


def shown(key: str, heading: str, kind: Kind = Kind.INT, **spec: Any) -> Column:
    """A column that xlcrm writes."""
    return Column(key=key, heading=heading, kind=kind, role=Role.AUTO, **spec)


def typed(key: str, heading: str, **spec: Any) -> Column:
    """A column in which the user writes; its text stays with its row."""
    return Column(key=key, heading=heading, kind=Kind.LONG, role=Role.ENTRY, **spec)


def detail() -> Column:
    """The column that leads to the rows behind a figure."""
    return shown(DETAIL, "明细", Kind.LINK)


def behind(
    table: str,
    lines: Any,
    places: Any,
    *,
    at: Any = None,
    amount: Any = None,
    text: Any = None,
) -> pd.DataFrame:
    """Rows of one table behind the lines of a panel.

    Args:
        table: their table.
        lines: (n,) position of the figure's row in its panel; rows with a negative one are left out.
        places: (n,) positions in the table's frame.
        at: (n,) moments, or None.
        amount: (n,) numbers, or None.
        text: (n,) texts, or None.
    """
    every = np.asarray(lines, dtype=np.int64)
    keep = slice(None) if (every >= 0).all() else every >= 0
    own = every[keep]
    count = len(own)
    never = np.full(count, np.datetime64("NaT", "s"))
    return pd.DataFrame(
        {
            "line": own,
            "table": _repeated(table, count),
            "place": np.asarray(places, dtype=np.int64)[keep],
            "at": never if at is None else np.asarray(at, dtype="datetime64[s]")[keep],
            "amount": np.full(count, np.nan)
            if amount is None
            else np.asarray(amount, dtype=np.float64)[keep],
            "text": _repeated(None, count)
            if text is None
            else pd.array(np.asarray(text, dtype=object)[keep], dtype="str"),
        }
    )


def _repeated(text: str | None, count: int) -> Any:
    """(count,) the same text or blank; an array of its own dtype makes a frame many times as quickly."""
    return pd.array([text], dtype="str").repeat(count)


def joined(*frames: pd.DataFrame) -> pd.DataFrame:
    """Several frames of rows behind figures as one."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else nothing_behind()


__all__ = [
    "BEHIND_COLUMNS",
    "DETAIL",
    "FULL",
    "AnalysisSheet",
    "Card",
    "Chart",
    "ChartKind",
    "Column",
    "Figure",
    "Filled",
    "Kind",
    "Panel",
    "behind",
    "detail",
    "joined",
    "nothing_behind",
    "shown",
    "typed",
]
