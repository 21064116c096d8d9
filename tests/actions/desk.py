"""A workbook in memory with one analysis sheet, and the analysis of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.analysis.build import scope
from tests.compute.build import facts as facts_of
from xlcrm.actions.analysing import analysed
from xlcrm.actions.loading import Loaded
from xlcrm.analysis import sheets
from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Column,
    Figure,
    Filled,
    Kind,
    Panel,
    shown,
)
from xlcrm.tables.fields import GRADE
from xlcrm.workbook.port import KEEP, Changes, Grid, ListPlace, Saved
from xlcrm.workbook.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

    from xlcrm.actions.analysing import Analysed
    from xlcrm.workbook.port import Block

NOW = dt.datetime(2026, 11, 20, 10, 30)
TITLE = "样表"
CUSTOMERS = [
    {"customer_id": "2023001", "name": "杭州云帆科技有限公司", "owner": "李明"},
    {"customer_id": "2023002", "name": "宁波海天贸易有限公司", "owner": "王芳"},
]
COMPLAINTS = [
    {"complaint_id": "T1", "customer_id": "2023001", "name": "杭州云帆", "owner": "赵敏"},
    {"complaint_id": "T2", "customer_id": "2023009", "name": "未登记的客户"},
    {"complaint_id": "T3", "customer_id": "2023002"},
]


def filled(rows: Mapping[str, Any], caption: str = "句", **given: Any) -> Filled:
    return Filled(pd.DataFrame(dict(rows)), caption, **given)


def panel(*columns: Column, made: Filled, **spec: Any) -> Panel:
    """The panel 按等级 of the columns, always worked out so."""
    return Panel("grades", "按等级", columns, spec.pop("rows", 20), lambda _: made, **spec)


def grades(made: Filled, **spec: Any) -> Panel:
    chart = Chart(ChartKind.BARS, "grade", ("count",))
    return panel(
        shown("grade", "等级", Kind.CHOICE, choice=GRADE),
        shown("count", "客户数"),
        made=made,
        chart=chart,
        **spec,
    )


@dataclass
class Desk:
    """A workbook in memory: sheet -> rows from A1 on; what is applied is there when it is read again."""

    rows: dict[str, list[list[object]]]
    tables: dict[str, list[ListPlace]] = field(default_factory=dict)
    title: str = "样册.xlsx"
    file: Path | None = None

    @property
    def sheets(self) -> Sequence[str]:
        return list(self.rows)

    def grid(self, sheet: str) -> Grid:
        width = max(map(len, self.rows[sheet]), default=0)
        whole = [[*row, *[None] * (width - len(row))] for row in self.rows[sheet]]
        return Grid([list(values) for values in zip(*whole, strict=True)])

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        return self.tables.get(sheet, [])

    def apply(self, changes: Changes) -> Saved:
        for block in changes.blocks:
            self._put(block)
        return Saved(changes.cells)

    def _put(self, block: Block) -> None:
        rows = self.rows[block.sheet]
        if block.resize:
            for at, table in enumerate(self.tables.get(block.sheet, [])):
                if table.heading == block.row - 1:
                    for row in range(block.row + block.height, table.last + 1):
                        for place in range(block.column, block.column + len(block.columns)):
                            rows[row - 1][place - 1] = None
                    end = block.row + block.height - 1
                    self.tables[block.sheet][at] = dataclasses.replace(table, last=end)
        for place, values in enumerate(block.columns, start=block.column):
            for row, value in enumerate(values, start=block.row):
                while len(rows) < row:
                    rows.append([])
                own = rows[row - 1]
                own += [None] * (place - len(own))
                if value is not KEEP:
                    own[place - 1] = value


BLANK: list[list[object]] = [[TITLE], [], ["统计期间", "尚未刷新"], [], ["总数"], ["—"], [], []]


def desk(*headings: str, below: Sequence[list[object]] = (), room: int = 8) -> Desk:
    """The sheet as a new workbook has it: title in row 9, headings in row 11, one blank row, more room."""
    rows: list[list[object]] = [*BLANK, ["按等级"], ["刷新后显示"], [*headings], *([[]] * room), *below]
    table = ListPlace(11, 12, 1, len(headings))
    return Desk({TITLE: [list(row) for row in rows]}, {TITLE: [table]})


CARD = Card("总数", Kind.INT, lambda _: Figure(2, "较上月 +1", good=True))


def run(
    door: Desk,
    monkeypatch: pytest.MonkeyPatch,
    *panels: Panel,
    cards: tuple[Card, ...] = (CARD,),
    rows: Mapping[str, Any] | None = None,
    pack: str = "full",
    **parameters: Any,
) -> Analysed:
    """Analyse and apply."""
    monkeypatch.setattr(sheets, "SHEETS", (AnalysisSheet("one", TITLE, "", panels, cards),))
    given = {"customers": CUSTOMERS, "complaints": COMPLAINTS} if rows is None else rows
    facts = dataclasses.replace(facts_of(given, now=NOW, **parameters), pack=pack)
    loaded = Loaded(facts, Reading(facts.data), pack, pd.DataFrame())
    result = analysed(door, loaded, scope(facts, "2026-10"))
    door.apply(Changes(result.blocks, result.titles))
    return result


def body(door: Desk, first: int = 12) -> list[list[object]]:
    """The rows of the sheet from a row on, without blank ones at the end."""
    found = [list(row) for row in door.rows[TITLE][first - 1 :]]
    while found and not any(value is not None for value in found[-1]):
        found.pop()
    return found
