"""The cells of one panel of an analysis sheet, with the user's texts beside their rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.blocks import cells, links, plain, worded
from xlcrm.analysis.base import DETAIL, ChartKind
from xlcrm.analysis.wording import NO_DATA
from xlcrm.compute.lists.kept import with_kept
from xlcrm.tables.base import NUMBERS, TIMES, Kind, Role
from xlcrm.tables.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from xlcrm.actions.panels import Board, Spot
    from xlcrm.analysis.base import Column, Filled, Panel
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import BlockCell

_TEXTLESS: Final = NUMBERS | TIMES | {Kind.LINK}

Cells = dict[str, list[Any]]
"""Key of a column -> its cells, top to bottom, all of one length."""


@dataclass(frozen=True)
class Site:
    """A panel and the place that it gets.

    Attributes:
        sheet: title of its analysis sheet.
        panel: what is to be shown.
        columns: its columns in the words of the workbook's pack.
        board: the sheet as it stands.
        spot: the panel's place there.
    """

    sheet: str
    panel: Panel
    columns: tuple[Column, ...]
    board: Board
    spot: Spot

    @property
    def first(self) -> str:
        """Key of the first column that holds text, else of the first one."""
        own = (item.key for item in self.columns if item.kind not in _TEXTLESS)
        return next(own, self.columns[0].key)


def panel_cells(
    site: Site,
    filled: Filled,
    sheets: Mapping[str, SheetData],
    detail: Callable[[Sequence[str]], list[BlockCell]],
) -> tuple[Cells, tuple[str, ...]]:
    """All cells of a panel, and the user's texts whose rows have gone; a row says so where there is no data.

    Args:
        site: the panel and its place; what goes beyond its room is left out.
        filled: the panel worked out.
        sheets: the workbook's tables, for links to their rows.
        detail: gives the cells of the column DETAIL for what the shown lines are called.
    """
    rows = filled.rows.head(site.spot.room)
    body = {item.key: _column(item, rows, sheets) for item in site.columns}
    retired: tuple[str, ...] = ()
    if DETAIL in body:
        body[DETAIL] = detail(_figures(site, body))
    if site.panel.typed:
        retired = _put_texts(site, body)
    if not body[site.first]:
        body = {key: [NO_DATA if key == site.first else None] for key in body}
    chart = site.panel.chart
    if chart is not None and chart.kind is ChartKind.SHARES:
        # Each row is a series of its own; of a table with one row Excel takes it for the whole column.
        short = min(site.panel.rows, site.spot.room) - len(body[site.first])
        body = {key: [*values, *[None] * short] for key, values in body.items()}
    return body, retired


def _column(column: Column, rows: pd.DataFrame, sheets: Mapping[str, SheetData]) -> list[BlockCell]:
    """The cells of one column; blanks for one that the figures do not fill."""
    if column.key not in rows:
        return [None] * len(rows)
    if column.kind is Kind.LINK:
        return links(rows[column.key], sheets)
    return worded(column, cells(plain(rows[column.key])))


def _figures(site: Site, body: Cells) -> list[str]:
    """What each line of a panel is called in 分析明细: the panel, and what tells its rows apart."""
    names = _joined(body[key] for key in site.panel.keys or (site.first,))
    return [f"{site.panel.title}：{name or f'第{at}行'}" for at, name in enumerate(names, start=1)]


def _put_texts(site: Site, body: Cells) -> tuple[str, ...]:
    """Put the user's texts beside their rows, under them old rows that stay for theirs; what has gone."""
    panel, spot = site.panel, site.spot
    count = len(body[site.first])
    old, held = _old_texts(site)
    report = with_kept(
        f"{site.sheet} {panel.title}",
        site.columns,
        pd.DataFrame(
            {item.key: body[item.key] for item in site.columns if item.role is Role.AUTO}, dtype=object
        ),
        pd.Series(_joined(body[key] for key in panel.keys), dtype="str"),
        old,
        held,
        room=max(min(spot.room, panel.rows) - count, 0) if panel.stays else 0,
    )
    for item in site.columns:
        if item.role is not Role.AUTO:
            body[item.key] = cells(plain(report.rows[item.key]))
        place = 0 if item.kind is Kind.LINK else spot.places.get(item.key, 0)
        body[item.key] += [_again(site.board.cell(row, place)) if place else None for row in report.staying]
    return report.retired


def _old_texts(site: Site) -> tuple[pd.DataFrame, pd.Series]:
    """What the user typed into a panel and what told its rows apart, by row of the sheet.

    A panel whose old rows may stay has the newest first: those with the greatest keys.
    """
    panel, spot = site.panel, site.spot
    numbers = [*range(spot.heading + 1, spot.last + 1)]

    def column(key: str) -> list[object]:
        place = spot.places.get(key)
        return [None if place is None else site.board.cell(row, place) for row in numbers]

    def texts(values: Sequence[str | None]) -> pd.Series:
        return pd.Series(values, numbers, dtype="str")

    old = pd.DataFrame({item.key: texts(_joined([column(item.key)])) for item in panel.typed})
    held = texts(_joined(column(key) for key in panel.keys))
    if panel.stays:
        held = held.sort_values(ascending=False, kind="stable")
        old = old.loc[held.index]
    return old, held


def _joined(columns: Iterable[Sequence[object]]) -> list[str | None]:
    """(n,) the cells of several columns as one text, None where all are blank."""
    parts = [[cell_text(value).strip() for value in values] for values in columns]
    return [" ".join(filter(None, row)) or None for row in zip(*parts, strict=True)]


def _again(value: Any) -> BlockCell:
    """What a cell holds, to be written into another one."""
    if isinstance(value, dt.datetime):
        return value if value.time() != dt.time.min else value.date()
    return cell_text(value) if isinstance(value, dt.time | dt.timedelta) else value
