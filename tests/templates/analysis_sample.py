"""An analysis sheet of every kind of panel, new and worked out, and ways to read a written one."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

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
from xlcrm.tables.fields import CLOCK_STATUS, GRADE
from xlcrm.templates.analysis_panel import Content
from xlcrm.templates.analysis_sheet import add_analysis_sheet
from xlcrm.templates.finishing import finish, new_book
from xlcrm.templates.styles import Styles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.analysis.scope import Scope
    from xlcrm.templates.buttons import Button

NS: Final = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "x": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
}


def no_panel(scope: Scope) -> Filled:
    raise NotImplementedError(scope)


def no_card(scope: Scope) -> Figure:
    raise NotImplementedError(scope)


def panel(
    name: str, title: str, columns: Sequence[Any], rows: int, chart: Chart | None = None, note: str = ""
) -> Panel:
    return Panel(name, title, tuple(columns), rows, no_panel, chart=chart, note=note)


INDUSTRY: Final = panel(
    "industry",
    "行业销售",
    (
        shown("name", "行业", Kind.TEXT),
        shown("sales", "销售额", Kind.MONEY),
        shown("share", "销售额占比", Kind.PERCENT),
        shown("verdict", "结论", Kind.TEXT),
        detail(),
    ),
    12,
    Chart(ChartKind.BARS, "name", ("sales",)),
    "优势行业：销售额占比最大。",
)
CLASSES: Final = panel(
    "classes",
    "客户类别",
    (shown("name", "类别", Kind.TEXT), shown("share", "占比", Kind.PERCENT)),
    3,
    Chart(ChartKind.SHARES, "name", ("share",)),
)
MONTHS: Final = panel(
    "months",
    "每月达成率",
    (
        shown("month", "月份", Kind.TEXT),
        shown("met", "达成率", Kind.PERCENT),
        shown("happy", "满意度", Kind.PERCENT),
        shown("goal", "目标", Kind.PERCENT),
    ),
    6,
    Chart(ChartKind.LINES, "month", ("met", "happy"), target="goal"),
)
LEVELS: Final = panel(
    "levels",
    "投诉等级",
    (
        shown("month", "月份", Kind.TEXT),
        shown("high", "重大"),
        shown("mid", "严重"),
        shown("low", "一般"),
    ),
    6,
    Chart(ChartKind.STACKED, "month", ("high", "mid", "low")),
)
TICKETS: Final = panel(
    "tickets",
    "客单价",
    (
        shown("grade", "客户等级", Kind.CHOICE, choice=GRADE),
        shown("ticket", "客单价", Kind.MONEY),
        shown("goal", "目标", Kind.MONEY),
    ),
    4,
    Chart(ChartKind.COLUMNS, "grade", ("ticket",), target="goal"),
)
OWNERS: Final = panel(
    "owners",
    "责任人任务",
    (
        shown("name", "责任人", Kind.PERSON),
        shown("tasks", "任务"),
        shown("goal", "目标"),
        typed("measure", "改进措施"),
    ),
    10,
    Chart(ChartKind.BARS, "name", ("tasks",), target="goal"),
)
WORST: Final = panel(
    "worst",
    "超时最久的案件",
    (
        shown("case", "单号", Kind.ID),
        shown("name", "客户名称", Kind.NAME),
        shown("state", "状态", Kind.TEXT, choice=CLOCK_STATUS),
        shown("due", "截止时间", Kind.DATETIME),
        shown("over", "超时小时", Kind.NUMBER),
        shown("text", "说明", Kind.LONG),
        detail(),
    ),
    10,
    note="只列出还没有完成的案件，超时最久的在前；全部案件见 超时预警。" * 12,
)
WIDE: Final = panel(
    "wide",
    "许多列",
    (shown("name", "项目", Kind.NAME), *(shown(f"n{place}", f"第{place}个数字") for place in range(1, 12))),
    8,
    Chart(ChartKind.BARS, "name", ("n1", "n2")),
)
CLOCKS: Final = panel(
    "clocks",
    "时钟达成情况",
    (shown("name", "时钟", Kind.TEXT), *(shown(f"n{place}", f"第{place}个数字") for place in range(1, 12))),
    40,
    Chart(ChartKind.BARS, "name", ("n1",)),
)
PANELS: Final = (INDUSTRY, CLASSES, MONTHS, LEVELS, TICKETS, OWNERS, WORST, WIDE, CLOCKS)
CARDS: Final = tuple(
    Card(label, kind, no_card)
    for label, kind in (
        ("客户总数", Kind.INT),
        ("平均客单价", Kind.MONEY),
        ("SLA达成率", Kind.PERCENT),
        ("NPS", Kind.NPS),
    )
)
SHEET: Final = AnalysisSheet("sample", "样张", "每种图一张。", PANELS, CARDS)
CAPTION: Final = "2026年10月 {}（n=41）"

_MONTHS: Final = [f"2026-{month:02d}" for month in range(5, 11)]
ROWS: Final[dict[str, dict[str, list[Any]]]] = {
    "industry": {
        "name": ["制造业", "信息技术", "医疗"],
        "sales": [1234567.5, 834000, 12],
        "share": [0.597, 0.403, None],
        "verdict": ["优势行业", None, "未达标"],
    },
    "classes": {"name": ["重要", "一般", "未成交"], "share": [0.2, 0.5, 0.3]},
    "months": {
        "month": _MONTHS,
        "met": [0.8, 0.85, 0.83, 0.9, 0.92, 0.88],
        "happy": [0.7, 0.72, None, 0.75, 0.78, 0.8],
        "goal": [0.9] * 6,
    },
    "levels": {"month": _MONTHS, "high": [1, 0, 2, 1, 0, 1], "mid": [3] * 6, "low": [6] * 6},
    "tickets": {"grade": ["A类", "B类"], "ticket": [3200.5, 2100], "goal": [2000, 2000]},
    "owners": {
        "name": ["张伟", "王芳"],
        "tasks": [12, 9],
        "goal": [10, 10],
        "measure": ["每天上午先处理到期任务，并在周会上说明逾期的原因和下一步的安排" * 3, None],
    },
    "worst": {"case": [], "name": [], "state": [], "due": [], "over": [], "text": []},
    "wide": {"name": ["甲"], **{f"n{place}": [place] for place in range(1, 12)}},
    "clocks": {
        "name": [f"时钟{place}" for place in range(30)],
        **{f"n{place}": list(range(30)) for place in range(1, 12)},
    },
}
FIGURES: Final = {
    "客户总数": Figure(1234, "较上月 +12", good=True),
    "平均客单价": Figure(12345.6, "较上月 -200；n=60", good=False),
    "SLA达成率": Figure(0.88, "n=41"),
    "NPS": Figure(None),
}


def made(*panels: Panel) -> Made:
    """The sheet worked out, or one of some of its panels."""
    chosen = panels or PANELS
    filled = {item.name: Filled(pd.DataFrame(ROWS[item.name]), CAPTION.format(item.title)) for item in chosen}
    spec = SHEET if not panels else AnalysisSheet("part", "部分", "几块。", chosen)
    return Made(spec, FIGURES if not panels else {}, filled)


def write(path: Path, spec: AnalysisSheet = SHEET, buttons: Sequence[Button] = ()) -> Path:
    """A workbook of one new analysis sheet."""
    with path.open("wb") as written, new_book(written, "册") as book:
        add_analysis_sheet(book, spec, Styles(book), footer="册", buttons=buttons, content=Content())
    with path.open("rb") as package:
        finish(path, package, book)
    return path


def charts_of(path: Path) -> dict[str, ET.Element]:
    """Name of a chart's object -> the chart, of a workbook's first sheet."""
    with zipfile.ZipFile(path) as package:
        drawing = package.read("xl/drawings/drawing1.xml").decode()
        names = re.findall(r'<xdr:cNvPr id="\d+" name="([^"]+)"', drawing)
        return {
            name: ET.fromstring(package.read(f"xl/charts/chart{number}.xml"))  # noqa: S314  # our own file
            for number, name in enumerate(names, start=1)
        }


def anchors_of(path: Path) -> dict[str, tuple[str, tuple[int, int], tuple[int, int], str]]:
    """Name of a chart's object -> kind of anchor, (row, column) from 0, (width, height), its description."""
    with zipfile.ZipFile(path) as package:
        root = ET.fromstring(package.read("xl/drawings/drawing1.xml"))  # noqa: S314  # our own file
    found = {}
    for anchor in root:
        properties = anchor.find(".//x:cNvPr", NS)
        extent = anchor.find("x:ext", NS)
        assert properties is not None
        assert extent is not None
        row, column = (int(anchor.findtext(f"x:from/x:{name}", "", NS)) for name in ("row", "col"))
        size = tuple(int(extent.get(name, "0")) // 9525 for name in ("cx", "cy"))
        found[properties.get("name", "")] = (
            anchor.tag.rpartition("}")[2],
            (row, column),
            (size[0], size[1]),
            properties.get("descr", ""),
        )
    return found


def references(chart: ET.Element, path: str) -> list[str]:
    """The formulas under a path of a chart, such as `.//c:val//c:f`."""
    return [item.text or "" for item in chart.findall(path, NS)]
