"""A small report with every kind of chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Figure,
    Filled,
    Kind,
    Panel,
    detail,
    shown,
    typed,
)
from xlcrm.analysis.sheets import Made
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.base import Column

HOSTILE = "<script>alert('甲')</script>"
COLUMNS = (
    shown("name", "行业", Kind.TEXT),
    shown("n", "客户数"),
    shown("sales", "销售额", Kind.MONEY),
    shown("share", "占比", Kind.PERCENT),
    shown("goal", "目标", Kind.PERCENT),
    shown("grade", "等级", Kind.CHOICE, choice=GRADE),
    detail(),
    typed("measure", "改进措施"),
)


def rows(**changed: list[Any]) -> pd.DataFrame:
    """Three lines, with whatever is given instead."""
    own = {
        "name": ["制造业", "零售业", HOSTILE],
        "n": [30, 8, 2],
        "sales": [1_234_567.8, 9_800.0, None],
        "share": [0.75, 0.2, 0.05],
        "goal": [0.5, 0.5, 0.5],
        "grade": ["A类", "B类", None],
    }
    return pd.DataFrame(own | changed)


def panel(chart: Chart | None, name: str = "industry", columns: tuple[Column, ...] = COLUMNS) -> Panel:
    """A panel that nothing works out."""
    return Panel(
        name, f"按行业：{name}", columns, 20, lambda _: Filled(rows(), ""), chart=chart, note="净额。"
    )


def made(
    *panels: tuple[Panel, Filled], title: str = "客户分析", figures: Mapping[str, Figure] | None = None
) -> Made:
    """A sheet worked out, with a card for each figure."""
    given = figures or {}
    cards = tuple(Card(label, Kind.INT, lambda _: Figure(None)) for label in given)
    sheet = AnalysisSheet(title, title, "看哪些行业", tuple(item for item, _ in panels), cards)
    return Made(sheet, dict(given), {item.name: filled for item, filled in panels})


def every_chart() -> list[tuple[Panel, Filled]]:
    """One panel for each kind of chart."""
    series = {
        ChartKind.BARS: Chart(ChartKind.BARS, "name", ("sales",)),
        ChartKind.COLUMNS: Chart(ChartKind.COLUMNS, "name", ("n",)),
        ChartKind.STACKED: Chart(ChartKind.STACKED, "name", ("n", "sales")),
        ChartKind.LINES: Chart(ChartKind.LINES, "name", ("share",), target="goal"),
        ChartKind.SHARES: Chart(ChartKind.SHARES, "name", ("n",)),
    }
    return [
        (panel(series[kind], kind.value), Filled(rows(), f"2026年10月 制造业占75%（{kind.value}）"))
        for kind in ChartKind
    ]
