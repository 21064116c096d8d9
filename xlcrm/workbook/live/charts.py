"""Titles of charts in programs that tie no title to a cell: they are set to what the cell says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.workbook.live.access import quietly
from xlcrm.workbook.live.patience import ask, patiently
from xlcrm.workbook.live.program import keeps_no_tie

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xlwings as xw

    from xlcrm.workbook.port import ChartTitle


@dataclass(frozen=True, slots=True)
class Retitled:
    """A chart that gets another title."""

    chart: xw.Chart
    sheet: str
    before: str
    after: str


def retitled(sheets: Mapping[str, xw.Sheet], titles: Sequence[ChartTitle]) -> list[Retitled]:
    """The charts whose titles must change; none in a program that ties titles to cells.

    Charts that are gone or have another name by now are left out, and so are those without a title: the user
    took it away.
    """
    found: list[Retitled] = []
    for sheet in dict.fromkeys(title.sheet for title in titles):
        charts = _charts(sheets.get(sheet))
        for title in titles:
            chart = charts.get(title.chart.casefold()) if title.sheet == sheet else None
            if chart is None:
                continue
            if not keeps_no_tie(chart):
                return []
            before = ask(chart, "title")
            if before is not None and before != title.text:
                found.append(Retitled(chart, sheet, before, title.text))
    return found


def _charts(sheet: xw.Sheet | None) -> dict[str, xw.Chart]:
    """The charts of a sheet by their names; none where a program does not tell."""
    if sheet is None:
        return {}

    def named() -> dict[str, xw.Chart]:
        return {chart.name.casefold(): chart for chart in sheet.charts}

    found: dict[str, xw.Chart] = quietly(lambda: patiently(named), default={})
    return found
