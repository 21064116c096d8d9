"""The analysis sheets in their order, and one run of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.analysis import dashboard, sla, trends
from xlcrm.analysis.channels import sheet as channels
from xlcrm.analysis.complaints import sheet as complaints
from xlcrm.analysis.customers import sheet as customers
from xlcrm.analysis.followups import sheet as followups
from xlcrm.analysis.orders import sheet as orders
from xlcrm.analysis.pushes import sheet as pushes
from xlcrm.analysis.recovery import sheet as recovery
from xlcrm.analysis.relationship import sheet as relationship
from xlcrm.analysis.rfm import sheet as rfm
from xlcrm.analysis.satisfaction import sheet as satisfaction
from xlcrm.analysis.strategies import sheet as strategies
from xlcrm.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlcrm.analysis.base import AnalysisSheet, Figure, Filled
    from xlcrm.analysis.scope import Scope

SHEETS: Final[tuple[AnalysisSheet, ...]] = (
    dashboard.SHEET,
    customers.SHEET,
    rfm.SHEET,
    channels.SHEET,
    complaints.SHEET,
    satisfaction.SHEET,
    sla.SHEET,
    followups.SHEET,
    trends.SHEET,
    recovery.SHEET,
    pushes.SHEET,
    orders.SHEET,
    relationship.SHEET,
    strategies.SHEET,
)
"""Every analysis sheet, in the order of the workbook's tabs."""


@dataclass(frozen=True)
class Made:
    """One analysis sheet worked out.

    Attributes:
        sheet: with the panels and cards that the workbook's tables allow.
        figures: label of a card -> what it shows.
        panels: name of a panel -> its rows.
    """

    sheet: AnalysisSheet
    figures: Mapping[str, Figure]
    panels: Mapping[str, Filled]


def sheets_with(tables: Collection[str]) -> list[AnalysisSheet]:
    """The sheets that a workbook of these tables has, by name of table."""
    found = (sheet.shown_with(tables) for sheet in SHEETS)
    return [sheet for sheet in found if sheet]


def sheets_of(pack: str) -> list[AnalysisSheet]:
    """The sheets of a pack's workbook."""
    return sheets_with([table.name for table in tables_of(pack)])


def analyse(scope: Scope, names: Collection[str] | None = None) -> list[Made]:
    """Work out every sheet that the workbook's tables allow, or those of these names."""
    return [
        Made(
            sheet,
            {card.label: scope.once(card.make) for card in sheet.cards},
            {panel.name: scope.once(panel.make) for panel in sheet.panels},
        )
        for sheet in sheets_with(scope.facts.data)
        if names is None or sheet.name in names
    ]
