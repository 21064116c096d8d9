"""What users have typed into analysis sheets, beside figures that are worked out but not written back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.actions.analysing import analysis_sheets
from xlcrm.actions.panel_rows import Site, panel_cells
from xlcrm.actions.panels import Board, find_panels
from xlcrm.analysis.base import DETAIL
from xlcrm.tables.base import Kind
from xlcrm.workbook.patch.ranges import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlcrm.actions.loading import Loaded
    from xlcrm.actions.panels import Spot
    from xlcrm.analysis.base import Column, Filled, Panel
    from xlcrm.analysis.sheets import Made
    from xlcrm.workbook.port import BlockCell, Door


def with_texts(door: Door, loaded: Loaded, made: Iterable[Made]) -> list[Made]:
    """The sheets with the user's texts beside their rows, as a refresh would write them.

    A panel that the workbook lacks, or whose rows cannot be told apart there, stays as it is.
    """
    sheets = analysis_sheets(door, loaded)
    return [
        _with_texts(door, loaded, item, sheets[item.sheet.name][1]) if item.sheet.name in sheets else item
        for item in made
    ]


def _with_texts(door: Door, loaded: Loaded, made: Made, name: str) -> Made:
    typed = [panel for panel in made.sheet.panels if panel.typed]
    if not typed:
        return made
    board = Board(door.grid(name), door.lists(name))
    spots = find_panels(board, made.sheet.panels)
    changed = {
        panel.name: _filled(loaded, Site(made.sheet.title, panel, _columns(panel, loaded), board, spot), made)
        for panel in typed
        if (spot := _whole(spots.get(panel.name))) is not None and spot.places.keys() >= set(panel.keys)
    }
    return dataclasses.replace(made, panels={**made.panels, **changed})


def _columns(panel: Panel, loaded: Loaded) -> tuple[Column, ...]:
    return tuple(item.in_pack(loaded.pack) for item in panel.columns)


def _whole(spot: Spot | None) -> Spot | None:
    """A place with room for every row: nothing is written there."""
    return spot and dataclasses.replace(spot, end=MAX_ROWS)


def _filled(loaded: Loaded, site: Site, made: Made) -> Filled:
    """A panel's rows with the texts, and under them old rows that stay for theirs."""
    filled = made.panels[site.panel.name]

    def no_links(lines: Sequence[str]) -> list[BlockCell]:
        return [None] * len(lines)

    cells, _ = panel_cells(site, filled, loaded.facts.data, no_links)
    shown = [item for item in site.columns if item.key != DETAIL and item.kind is not Kind.LINK]
    rows = pd.DataFrame({item.key: pd.Series(cells[item.key], dtype=object) for item in shown})
    if filled.rows.empty and rows[list(site.panel.keys)].isna().to_numpy().any():
        return filled  # only the sentence that there is no data
    return dataclasses.replace(filled, rows=rows)
