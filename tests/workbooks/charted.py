"""Workbooks with a list and charts of it, and what a chart's part says."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.port import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

DATA: Final = "客户's 分析"
"""A sheet's name that must be quoted, with an apostrophe that must be doubled."""
MARK: Final = "'客户''s 分析'!"
CHART: Final = "xl/charts/chart1.xml"
HEADINGS: Final[list[Any]] = ["行业", "数量", "金额"]
ROWS: Final[list[list[Any]]] = [["制造", 5, 1.5], ["医疗", 3, 2.5], ["教育", 2, 3.5]]
SPACE: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
TYPES: Final = (
    '<Override PartName="/xl/charts/chart1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/></Types>'
)


def list_block(rows: Sequence[Sequence[Any]], *, sheet: str = DATA, row: int = 4, column: int = 1) -> Block:
    """The body of a list, whole."""
    return Block(sheet, row, column, [list(values) for values in zip(*rows, strict=True)], resize=True)


def many(count: int) -> list[list[Any]]:
    return [[f"类{row}", row, row / 4] for row in range(1, count + 1)]


def series(book: Any, kind: dict[str, str], *, first: int = 4, last: int = 6, **more: Any) -> Any:
    """A chart with the two number columns of the list in A4:C6."""
    chart = book.add_chart(kind)
    for column in "BC":
        chart.add_series(
            {
                "name": f"={MARK}${column}$3",
                "categories": f"={MARK}$A${first}:$A${last}",
                "values": f"={MARK}${column}${first}:${column}${last}",
                **more,
            }
        )
    return chart


def listed(book: Any) -> Any:
    """The sheet of the list: caption in A2, headings in row 3, a table body in A4:C6."""
    sheet = book.add_worksheet(DATA)
    sheet.write("A1", "按行业")
    sheet.write("A2", "2026年9月 制造占45%（n=10）")
    columns = [{"header": heading} for heading in HEADINGS]
    sheet.add_table("A3:C6", {"name": "tbl_trade", "columns": columns, "data": ROWS})
    return sheet


def edited(path: Path, change: Callable[[str], str], part: str = CHART) -> Path:
    """The package with one part's text changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part] != before.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def references(text: str) -> list[str]:
    """Without the sheet."""
    return [found.rpartition("!")[2] for found in re.findall(r"<(?:\w+:)?f>([^<]*)</", text)]


def caches(text: str) -> list[list[str]]:
    """The values of every cache, in their order."""
    found = re.findall(r"<(?:\w+:)?(?:str|num)Cache>(.*?)</(?:\w+:)?(?:str|num)Cache>", text, re.DOTALL)
    return [re.findall(r"<(?:\w+:)?v>([^<]*)</", cache) for cache in found]


def counts(text: str) -> list[str]:
    return re.findall(r'ptCount val="(\d+)"', text)


def cache_of(path: Path, part: Callable[..., str], *, column: str = "B") -> list[tuple[str, str]]:
    """Places and texts of the first cache over a column."""
    found = re.search(rf"\${column}\$4:.*?</c:(?:str|num)Cache>", part(path, CHART))
    assert found is not None
    return re.findall(r'idx="(\d+)"[^>]*><c:v>([^<]*)<', found[0])


def chart_of(first: str, second: str, *, more: str = "") -> str:
    """A chart over the columns A and B of sheet 表, with caches that are still empty."""
    return (
        f'<c:chartSpace xmlns:c="{SPACE}"><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef>'
        f"<c:f>{first}</c:f><c:strCache>{more}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{second}</c:f>"
        "<c:numCache/></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )


def with_chart(path: Path, chart: str) -> Path:
    """A package by hand with a chart's part."""
    edited(path, lambda text: text.replace("</Types>", TYPES), "[Content_Types].xml")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CHART, chart)
    return path
