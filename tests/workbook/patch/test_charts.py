"""Charts that show cells follow their lists, and nothing else of them changes."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import openpyxl.chart
import pytest
import xlsxwriter
from openpyxl.worksheet.table import Table

from xlcrm.errors import SaveFailed
from xlcrm.workbook.patch import patch, patch_blocks, writing
from xlcrm.workbook.patch.charts import Reference, charts
from xlcrm.workbook.patch.package import rewrite
from xlcrm.workbook.port import KEEP, Block, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade

DATA: Final = "客户's 分析"
"""A sheet's name that must be quoted, with an apostrophe that must be doubled."""
MARK: Final = "'客户''s 分析'!"
CHART: Final = "xl/charts/chart1.xml"
HEADINGS: Final[list[Any]] = ["行业", "数量", "金额"]
ROWS: Final[list[list[Any]]] = [["制造", 5, 1.5], ["医疗", 3, 2.5], ["教育", 2, 3.5]]


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A list, and a chart of it on another sheet, its title bound to A2."""
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    listed(book)
    chart = series(book, {"type": "column"}, fill={"color": "#1F4E78"}, trendline={"type": "linear"})
    chart.set_title({"name": f"={MARK}$A$2", "name_font": {"size": 11, "color": "#C00000"}})
    book.add_worksheet("图表").insert_chart("B2", chart)
    book.close()
    return path


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


def follow(text: str, last: int, points: dict[str, list[tuple[int, str]]]) -> str:
    """What a chart's part of `path` must be: by column, the points of the new body that ends in `last`."""

    def renewed(match: re.Match[str]) -> str:
        head, column, code, kind = match[1], match[2], match[5] or "", match[4]
        made = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in points[column])
        count = f'<c:ptCount val="{last - 3}"/>'
        return f"{head}${column}${last}</c:f><c:{kind}Cache>{code}{count}{made}</c:{kind}Cache>"

    return re.sub(
        r"(<c:f>'客户''s 分析'!\$[A-C]\$4:)\$([A-C])\$(\d+)</c:f><c:(str|num)Cache>"
        r"(<c:formatCode>.*?</c:formatCode>)?.*?</c:\4Cache>",
        renewed,
        text,
    )


def test_chart_grows_with_its_list_and_nothing_else_of_it_changes(
    path: Path, part: Callable[..., str], raw_parts: Callable[[Path], dict[str, bytes]]
) -> None:
    before, old = part(path, CHART), raw_parts(path)
    patch_blocks(path, path, [Block(DATA, 2, 1, [["2026年10月 <医疗> & 其他"]]), list_block(many(5))])
    wanted = {
        "A": [(at, f"类{at + 1}") for at in range(5)],
        "B": [(at, str(at + 1)) for at in range(5)],
        "C": [(0, "0.25"), (1, "0.5"), (2, "0.75"), (3, "1"), (4, "1.25")],
    }
    expected = follow(before, 8, wanted)
    expected = expected.replace("2026年9月 制造占45%（n=10）", "2026年10月 &lt;医疗&gt; &amp; 其他")
    assert part(path, CHART) == expected
    assert {name for name, raw in raw_parts(path).items() if raw != old[name]} == {
        "xl/worksheets/sheet1.xml",
        "xl/tables/table1.xml",
        CHART,
    }


def test_list_shrinks_to_one_row_and_grows_again(path: Path, part: Callable[..., str]) -> None:
    grown = many(3)
    patch_blocks(path, path, [list_block(grown)])
    before = part(path, CHART)
    patch_blocks(path, path, [list_block([["只有", 1, 2]])])
    assert references(part(path, CHART))[1:4] == ["$B$3", "$A$4:$A$4", "$B$4:$B$4"]
    assert caches(part(path, CHART))[1:4] == [["数量"], ["只有"], ["1"]]
    patch_blocks(path, path, [list_block(grown)])
    assert part(path, CHART) == before
    patch_blocks(path, path, [list_block([[None] * 3])])
    assert caches(part(path, CHART))[2:4] == [[], []]
    assert counts(part(path, CHART))[2] == "1"


def test_a_reference_to_one_cell_becomes_an_area(path: Path, part: Callable[..., str]) -> None:
    patch_blocks(path, path, [list_block(many(1))])
    edited(path, lambda text: text.replace("$A$4:$A$4", "$A$4").replace("$B$4:$B$4", "B4"))
    patch_blocks(path, path, [list_block(many(2))])
    assert references(part(path, CHART))[2:4] == ["$A$4:$A$5", "B4:B5"]


def test_nothing_is_written_where_nothing_changes(path: Path, part: Callable[..., str]) -> None:
    edited(path, lambda text: text.replace("<c:v>制造</c:v>", "<c:v>旧的</c:v>"))
    before = path.read_bytes()
    assert patch_blocks(path, path, [list_block(ROWS)]).cells == 0
    assert path.read_bytes() == before
    patch_blocks(path, path, [list_block([*ROWS[:2], ["教育", 2, 9]])])
    assert "旧的" not in part(path, CHART)  # the caches of a written sheet are put right
    patch(path, path, {"图表": {"A1": 1}})
    assert part(path, CHART)


def test_the_same_refresh_twice_changes_the_chart_once(path: Path, part: Callable[..., str]) -> None:
    patch_blocks(path, path, [list_block(many(4))])
    first = part(path, CHART)
    patch_blocks(path, path, [list_block(many(4)), Block(DATA, 1, 5, [["别处"]])])
    assert part(path, CHART) == first


KINDS: Final = [
    {"type": "bar"},
    {"type": "column", "subtype": "stacked"},
    {"type": "bar", "subtype": "percent_stacked"},
    {"type": "line"},
    {"type": "area"},
    {"type": "pie"},
    {"type": "doughnut"},
    {"type": "radar"},
    {"type": "scatter"},
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))
def test_all_kinds_of_charts_follow(tmp_path: Path, part: Callable[..., str], kind: dict[str, str]) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    listed(book).insert_chart("F2", series(book, kind))
    book.close()
    patch_blocks(path, path, [list_block(many(9))])
    found = references(part(path, CHART))
    assert found == ["$B$3", "$A$4:$A$12", "$B$4:$B$12", "$C$3", "$A$4:$A$12", "$C$4:$C$12"]
    assert caches(part(path, CHART))[2] == [str(row) for row in range(1, 10)]


def test_columns_with_a_line_over_them_follow(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    chart = series(book, {"type": "column"})
    chart.combine(series(book, {"type": "line"}, y2_axis=True))
    listed(book).insert_chart("F2", chart)
    book.close()
    patch_blocks(path, path, [list_block(many(2))])
    found = references(part(path, CHART))
    assert len(found) == 12
    assert set(found) == {"$B$3", "$C$3", "$A$4:$A$5", "$B$4:$B$5", "$C$4:$C$5"}


def test_bubbles_follow(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "图.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "表"
    for row in (["x", "y", "大小"], [1, 2, 3], [4, 5, 6]):
        sheet.append(row)
    sheet.add_table(Table(displayName="t", ref="A1:C3"))
    chart = openpyxl.chart.BubbleChart()
    areas = [openpyxl.chart.Reference(sheet, min_col=c, min_row=2, max_row=3) for c in (1, 2, 3)]
    chart.series.append(openpyxl.chart.Series(values=areas[1], xvalues=areas[0], zvalues=areas[2]))
    sheet.add_chart(chart, "F2")
    book.save(path)
    patch_blocks(path, path, [list_block([[1, 2, 3]] * 5, sheet="表", row=2)])
    assert references(part(path, CHART)) == ["$A$2:$A$6", "$B$2:$B$6", "$C$2:$C$6"]


def test_chart_sheet_follows(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    chart = series(book, {"type": "line"})
    book.add_chartsheet("图页").set_chart(chart)
    listed(book)
    book.close()
    patch_blocks(path, path, [list_block(many(5))])
    assert references(part(path, CHART))[1:3] == ["$A$4:$A$8", "$B$4:$B$8"]


def test_chart_over_two_lists_follows_each(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = listed(book)
    sheet.add_table("E3:F6", {"columns": [{"header": "月"}, {"header": "数"}], "data": [["1月", 1]] * 3})
    chart = series(book, {"type": "line"})
    chart.add_series({"categories": f"={MARK}$E$4:$E$6", "values": f"={MARK}$F$4:$F$6"})
    sheet.insert_chart("H2", chart)
    book.close()
    months = list_block([[f"{month}月", month] for month in range(1, 6)], column=5)
    patch_blocks(path, path, [months])
    assert references(part(path, CHART))[5:] == ["$C$4:$C$6", "$E$4:$E$8", "$F$4:$F$8"]
    patch_blocks(path, path, [list_block(many(2)), list_block([["1月", 1]], column=5)])
    assert references(part(path, CHART))[4:] == ["$A$4:$A$5", "$C$4:$C$5", "$E$4:$E$4", "$F$4:$F$4"]


def test_chart_over_a_part_of_the_list_keeps_its_range_and_shows_what_is_there(
    tmp_path: Path, part: Callable[..., str]
) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = listed(book)
    sheet.insert_chart("F2", series(book, {"type": "bar"}, last=5))
    sheet.insert_chart("F22", series(book, {"type": "bar"}, first=5))
    sheet.insert_chart("F42", series(book, {"type": "bar"}, first=3))
    sheet.insert_chart("F62", series(book, {"type": "bar"}, last=9))
    book.close()
    patch_blocks(path, path, [list_block(many(5))])
    texts = [part(path, f"xl/charts/chart{number}.xml") for number in (1, 2, 3, 4)]
    assert [references(text)[2] for text in texts] == ["$B$4:$B$5", "$B$5:$B$6", "$B$3:$B$6", "$B$4:$B$9"]
    assert [caches(text)[2] for text in texts] == [
        ["1", "2"],
        ["2", "3"],
        ["1", "2", "3"],
        ["1", "2", "3", "4", "5"],
    ]
    assert counts(texts[3])[2] == "6"


def test_series_of_single_rows_stay_single(tmp_path: Path, part: Callable[..., str]) -> None:
    """A bar of shares: one series a row, also while the list has but one."""
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    chart = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for row in (4, 5, 6):
        chart.add_series({"name": f"={MARK}$A${row}", "values": f"={MARK}$B${row}"})
    listed(book).insert_chart("F2", chart)
    book.close()
    before = references(part(path, CHART))
    for rows in ([["无", None, None]], many(3), many(1), many(5)):
        patch_blocks(path, path, [list_block(rows)])
        assert references(part(path, CHART)) == before
    assert caches(part(path, CHART)) == [["类1"], ["1"], ["类2"], ["2"], ["类3"], ["3"]]


def test_plain_list_without_a_table_takes_its_chart_along(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "图.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(DATA)
    for row, values in enumerate([HEADINGS, *ROWS], start=2):
        sheet.write_row(row, 0, values)
    sheet.insert_chart("F2", series(book, {"type": "bar"}))
    book.close()
    body = list_block(many(5))
    patch_blocks(
        path,
        path,
        [
            Block(DATA, 4, 1, body.columns[:1], resize=True),
            list_block([row[1:] for row in many(5)], column=2),
        ],
    )
    assert references(part(path, CHART))[1:3] == ["$A$4:$A$8", "$B$4:$B$8"]
    patch_blocks(path, path, [list_block(many(1))])
    assert references(part(path, CHART))[1:3] == ["$A$4:$A$4", "$B$4:$B$4"]


RED: Final = '<a:solidFill><a:srgbClr val="C00000"/></a:solidFill>'
RESTYLED: Final = (
    '<c:dPt><c:idx val="1"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/><c:spPr><a:solidFill>'
    '<a:srgbClr val="FFC000"/></a:solidFill></c:spPr></c:dPt>'
)
EXTENSION: Final = (
    '<c:extLst><c:ext uri="{02D57815-91ED-43cb-92C2-25804820EDAC}" '
    'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:datalabelsRange>'
    f'<c15:f>{MARK}$A$4:$A$6</c15:f><c15:dlblRangeCache><c:ptCount val="1"/><c:pt idx="0"><c:v>制造</c:v>'
    "</c:pt></c15:dlblRangeCache></c15:datalabelsRange><c15:filteredBarSeries><c15:ser><c:val><c:numRef><c:f>"
    f'{MARK}$C$4:$C$6</c:f><c:numCache><c:ptCount val="3"/></c:numCache></c:numRef></c:val></c15:ser>'
    "</c15:filteredBarSeries></c:ext></c:extLst>"
)


def without_followers(text: str) -> str:
    """A chart's part without its caches and the ends of its ranges."""
    text = re.sub(r"<((?:\w+:)?(?:str|num)Cache)>.*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"(:\$[A-C]\$)\d+</", r"\1</", text)


def test_what_a_user_restyled_stays(path: Path, part: Callable[..., str]) -> None:
    def restyle(text: str) -> str:
        text = text.replace("<c:trendline>", RESTYLED + "<!-- 我的 --><c:trendline>", 1)
        text = text.replace("</c:val></c:ser>", f"</c:val>{EXTENSION}</c:ser>", 1)
        return text.replace("1F4E78", "7030A0").replace("<c:legendPos", "\n\t<c:legendPos")

    edited(path, restyle)
    before = part(path, CHART)
    patch_blocks(path, path, [list_block(many(7))])
    after = part(path, CHART)
    assert without_followers(after) == without_followers(before)
    assert EXTENSION in after
    assert references(after).count("$A$4:$A$10") == 2


def test_what_a_user_restyled_in_a_chart_of_another_library_stays(
    tmp_path: Path, part: Callable[..., str]
) -> None:
    """The one of openpyxl: it writes no caches, and the chart's namespace without a prefix."""
    path = tmp_path / "图.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "O'分析"
    for row in (HEADINGS, *ROWS):
        sheet.append(row)
    sheet.add_table(Table(displayName="t", ref="A1:C4"))
    chart = openpyxl.chart.BarChart()
    chart.add_data(
        openpyxl.chart.Reference(sheet, min_col=2, max_col=3, min_row=1, max_row=4), titles_from_data=True
    )
    chart.set_categories(openpyxl.chart.Reference(sheet, min_col=1, min_row=2, max_row=4))
    book.create_sheet("图").add_chart(chart, "B2")
    book.save(path)
    edited(path, lambda text: text.replace("<a:ln>", f"{RED}<a:ln>", 1))
    before = part(path, CHART)
    patch_blocks(path, path, [list_block(many(6), sheet="O'分析", row=2)])
    after = part(path, CHART)
    assert after == before.replace("$A$4", "$A$7").replace("$B$4", "$B$7").replace("$C$4", "$C$7")
    assert "$B$2:$B$7" in after
    assert "Cache" not in after


@pytest.mark.parametrize("prefix", ["", "x:", "图:"])
def test_prefixes_of_every_kind(path: Path, part: Callable[..., str], prefix: str) -> None:
    def renamed(text: str) -> str:
        declared = f"xmlns:{prefix[:-1]}=" if prefix else "xmlns="
        return re.sub(r"(</?)c:", rf"\1{prefix}", text).replace("xmlns:c=", declared)

    edited(path, renamed)
    edited(path, lambda text: re.sub(rf"<{prefix}strCache>.*?</{prefix}strCache>", "", text, count=1))
    patch_blocks(path, path, [list_block(many(4))])
    text = part(path, CHART)
    assert references(text)[1:4] == ["$B$3", "$A$4:$A$7", "$B$4:$B$7"]
    assert caches(text)[0] == ["2026年9月 制造占45%（n=10）"]
    assert caches(text)[2] == ["类1", "类2", "类3", "类4"]
    assert f"<{prefix}pt " in text
    assert (f"<{prefix or 'c:'}strCache>" in text) == bool(prefix)


def test_alternate_content_is_looked_into(path: Path, part: Callable[..., str]) -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

    def wrapped(text: str) -> str:
        text = text.replace(
            "<c:plotArea>", f"<mc:AlternateContent {space}><mc:Choice Requires='c14'><c:plotArea>"
        )
        again = text[text.index("<c:barChart>") : text.index("</c:barChart>") + len("</c:barChart>")]
        fallback = f"</mc:Choice><mc:Fallback>{again}</mc:Fallback></mc:AlternateContent>"
        title = text[text.index("<c:strRef>") : text.index("</c:strRef>") + len("</c:strRef>")]
        either = f"<mc:AlternateContent {space}><mc:Fallback>{title}</mc:Fallback></mc:AlternateContent>"
        return text.replace(title, either, 1).replace("</c:plotArea>", f"</c:plotArea>{fallback}")

    edited(path, wrapped)
    edited(path, lambda text: re.sub("<c:strCache>.*?</c:strCache>", "", text, count=1))
    patch_blocks(path, path, [list_block(many(4))])
    text = part(path, CHART)
    assert references(text).count("$A$4:$A$7") == 4
    assert caches(text)[0] == ["2026年9月 制造占45%（n=10）"]


def test_without_caches_only_a_bound_title_gets_one(path: Path, part: Callable[..., str]) -> None:
    edited(path, lambda text: re.sub(r"<c:(str|num)Cache>.*?</c:\1Cache>", "", text))
    patch_blocks(path, path, [list_block(many(4)), Block(DATA, 2, 1, [[Link("看 明细", "图表", "A1")]])])
    text = part(path, CHART)
    assert caches(text) == [["看 明细"]]
    assert references(text)[2] == "$A$4:$A$7"
    edited(path, lambda text: re.sub(r"<c:(str|num)Cache>.*?</c:\1Cache>", "", text))
    patch(path, path, {DATA: {"A2": None}})
    assert '<c:strCache><c:ptCount val="1"/></c:strCache>' in part(path, CHART)


@pytest.mark.parametrize(
    "reference",
    [
        f"({MARK}$A$4:$A$6,{MARK}$A$8:$A$9)",
        f"{MARK}$A$4:$A$6,{MARK}$A$8:$A$9",
        "'[1]客户''s 分析'!$A$4:$A$6",
        "[1]!行业",
        f"{MARK}行业",
        f"{MARK}$A:$A",
        "'客户''s 分析:图表'!$A$4:$A$6",
        "图表!$A$4:$A$6",
        "$A$4:$A$6",
        "没有!$A$4:$A$6",
        f"{MARK}$A$&#52;:$A$&#54;",
        f"<![CDATA[{MARK}$A$4:$A$6]]>",
        f"<!-- -->{MARK}$A$4:$A$6",
        "",
    ],
)
def test_references_of_other_kinds_stay_as_they_are(
    path: Path, part: Callable[..., str], reference: str
) -> None:
    own = f"<c:f>{MARK}$A$4:$A$6</c:f>"
    edited(path, lambda text: text.replace(own, f"<c:f>{reference}</c:f>", 1))
    before = part(path, CHART)
    patch_blocks(path, path, [list_block(many(4))])
    text = part(path, CHART)
    kept = before[: before.index("<c:val>")]
    assert text.startswith(kept)
    assert "$B$4:$B$7" in text


def test_filtered_charts_keep_what_they_show(path: Path, part: Callable[..., str]) -> None:
    full = (
        '<c:extLst><c:ext uri="{02D57815-91ED-43cb-92C2-25804820EDAC}" '
        'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:fullRef>'
        f"<c15:sqref>{MARK}$A$4:$A$9</c15:sqref></c15:fullRef></c:ext></c:extLst>"
    )
    edited(path, lambda text: text.replace("</c:f>", f"</c:f>{full}").replace("制造", "旧"))
    before = part(path, CHART)
    patch_blocks(path, path, [list_block(many(4)), Block(DATA, 2, 1, [["新"]])])
    assert part(path, CHART) == before


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace("</c:chart>", ""),
        lambda text: "<!DOCTYPE c:chartSpace [<!ENTITY a 'b'>]>" + text.partition("?>")[2],
        lambda text: text.replace('encoding="UTF-8"', 'encoding="GB2312"'),
    ],
)
def test_charts_that_cannot_be_read_stay_and_do_not_stop_the_write(
    path: Path, part: Callable[..., str], broken: Callable[[str], str]
) -> None:
    edited(path, broken)
    before = part(path, CHART)
    patch_blocks(path, path, [list_block(many(4))])
    assert part(path, CHART) == before
    assert 'ref="A3:C7"' in part(path, "xl/tables/table1.xml")


def test_chart_in_utf_16(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[CHART] = parts[CHART].decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    patch_blocks(path, path, [list_block(many(4))])
    with zipfile.ZipFile(path) as archive:
        assert "$B$4:$B$7" in archive.read(CHART).decode()


def test_chart_that_is_listed_and_not_there(path: Path, part: Callable[..., str]) -> None:
    more = (
        '<Override PartName="/xl/charts/gone.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/></Types>'
    )
    edited(path, lambda text: text.replace("</Types>", more), "[Content_Types].xml")
    patch_blocks(path, path, [list_block(many(4))])
    assert "$B$4:$B$7" in part(path, CHART)


def test_drawing_shared_with_a_picture(
    tmp_path: Path, part: Callable[..., str], raw_parts: Callable[[Path], dict[str, bytes]]
) -> None:
    path, picture = tmp_path / "图.xlsx", tmp_path / "标.png"

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0)
    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixel + chunk(b"IEND", b""))
    book = xlsxwriter.Workbook(str(path))
    sheet = listed(book)
    sheet.insert_image("J1", str(picture))
    sheet.insert_chart("F2", series(book, {"type": "bar"}))
    sheet.insert_textbox("J20", "说明")
    book.close()
    old = raw_parts(path)
    patch_blocks(path, path, [list_block(many(4))])
    changed = {name for name, raw in raw_parts(path).items() if raw != old[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml", CHART}
    assert "$B$4:$B$7" in part(path, CHART)


# What the caches say


def cache_of(path: Path, part: Callable[..., str], *, column: str = "B") -> list[tuple[str, str]]:
    """Places and texts of the first cache over a column."""
    found = re.search(rf"\${column}\$4:.*?</c:(?:str|num)Cache>", part(path, CHART))
    assert found is not None
    return re.findall(r'idx="(\d+)"[^>]*><c:v>([^<]*)<', found[0])


def test_numbers_dates_and_blanks_in_a_cache_of_numbers(path: Path, part: Callable[..., str]) -> None:
    values = [
        dt.date(2026, 10, 1),
        dt.datetime(2026, 10, 1, 12),
        None,
        "文",
        True,
        0.1 + 0.2,
        Link("a", "图表", "A1"),
    ]
    patch_blocks(path, path, [list_block([["类", value, 1] for value in values])])
    assert cache_of(path, part) == [
        ("0", "46296"),
        ("1", "46296.5"),
        ("4", "1"),
        ("5", "0.30000000000000004"),
    ]
    assert counts(part(path, CHART))[3] == "7"


def test_what_is_no_text_in_a_cache_of_texts(path: Path, part: Callable[..., str]) -> None:
    values = [
        dt.date(2026, 10, 1),
        None,
        12.5,
        True,
        False,
        Link("去 <看>", "图表", "A1"),
        "_x0041_",
        0.1 + 0.2,
    ]
    patch_blocks(path, path, [list_block([[value, 1, 1] for value in values])])
    assert cache_of(path, part, column="A") == [
        ("0", "46296"),
        ("2", "12.5"),
        ("3", "TRUE"),
        ("4", "FALSE"),
        ("5", "去 &lt;看&gt;"),
        ("6", "_x005F_x0041_"),
        ("7", "0.3"),
    ]


def test_days_of_a_workbook_that_counts_from_1904(path: Path, part: Callable[..., str]) -> None:
    edited(path, lambda text: text.replace("<workbookPr ", '<workbookPr date1904="1" '), "xl/workbook.xml")
    patch_blocks(path, path, [list_block([["类", dt.date(2026, 10, 1), 1]])])
    assert cache_of(path, part) == [("0", "44834")]


def test_format_of_the_cache_and_of_single_points_is_kept(path: Path, part: Callable[..., str]) -> None:
    def formatted(text: str) -> str:
        text = text.replace("General", "0.0&quot;万&quot;")
        return text.replace('<c:pt idx="1"><c:v>3<', '<c:pt idx="1" formatCode="0&quot;个&quot;"><c:v>3.0<')

    edited(path, formatted)
    patch_blocks(path, path, [list_block([["制造", 9, 1], ["医疗", 3, 2], ["教育", 7, 3]])])
    text = part(path, CHART)
    assert "<c:formatCode>0.0&quot;万&quot;</c:formatCode>" in text
    assert '<c:pt idx="1" formatCode="0&quot;个&quot;"><c:v>3.0</c:v></c:pt>' in text
    assert cache_of(path, part) == [("0", "9"), ("1", "3.0"), ("2", "7")]


CELLS: Final = (
    '<row r="3"><c r="B3" t="inlineStr"><is><t>数</t></is></c></row>'
    '<row r="4"><c r="A4" t="s"><v>0</v></c><c r="B4"><v>1.50</v></c></row>'
    '<row r="5"><c r="A5" t="inlineStr"><is><r><t>富</t></r><r><t>文</t></r></is></c>'
    '<c r="B5" t="b"><v>1</v></c></row>'
    '<row r="6"><c r="A6" t="str"><f>"公"</f><v>公_x0041_</v></c><c r="B6" s="1"><f>1+1</f><v>2</v></c></row>'
    '<row r="7"><c r="A7" t="e"><v>#N/A</v></c><c r="B7" t="e"><v>#N/A</v></c></row>'
    '<row r="8"><c r="A8" s="1"><v>46296</v></c><c r="B8" t="d"><v>2026-10-01T12:00:00</v></c></row>'
    '<row r="9"><c r="A9" t="s"><v>99</v></c><c r="B9"><v>abc</v></c></row>'
    '<row r="10"><c r="A10" s="1"/><c r="B10"><v>INF</v></c></row>'
    '<row r="11"><c r="A11" t="s"><v>1</v></c><c r="B11" t="d"><v>昨天</v></c></row>'
    '<row r="13"><c r="B13" t="str"><f>""</f><v></v></c></row>'
)
SPACE: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def chart_of(first: str, second: str, *, more: str = "") -> str:
    """A chart over the columns A and B of sheet 表, with caches that are still empty."""
    return (
        f'<c:chartSpace xmlns:c="{SPACE}"><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef>'
        f"<c:f>{first}</c:f><c:strCache>{more}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{second}</c:f>"
        "<c:numCache/></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )


TYPES: Final = (
    '<Override PartName="/xl/charts/chart1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/></Types>'
)


def with_chart(path: Path, chart: str) -> Path:
    """A package by hand with a chart's part."""
    edited(path, lambda text: text.replace("</Types>", TYPES), "[Content_Types].xml")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(CHART, chart)
    return path


def nameless(rows: str) -> str:
    """Cells and rows without their names, where that is the same."""
    rows = rows.replace('<row r="12"/>', "")
    rows = rows.replace('<row r="13"><c r="B13"', '<row r="13"><c r="A13"/><c r="B13"')
    return re.sub(r'(<c) r="[A-Z]+\d+"', r"\1", rows.replace('<row r="3"><c', '<row r="3"><c/><c'))


@pytest.mark.parametrize(
    "dialect",
    [
        lambda rows: rows,
        nameless,
        lambda rows: rows.replace('r="5"', "r='5'"),
        lambda rows: "<!-- 注 -->" + rows,
        lambda rows: (
            '<row r="1"><c r="A1"><v>1</v></c></row>' + rows.replace('<row r="3">', '<row spans="1:2" r="3">')
        ),
    ],
    ids=["usual", "nameless", "single-quotes", "comment", "other-rows"],
)
def test_cells_that_are_not_written_are_read_as_they_stand(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str], dialect: Callable[[str], str]
) -> None:
    path = by_hand(sheet_of(dialect(CELLS)), strings=("<t>共</t>", "<t/>"))
    with_chart(path, chart_of("表!$A$4:$A$13", "表!$B$4:$B$13"))
    patch_blocks(path, path, [Block("表", 12, 1, [["新", KEEP], [7, KEEP]])])
    assert cache_of(path, part, column="A") == [
        ("0", "共"),
        ("1", "富文"),
        ("2", "公A"),
        ("3", "#N/A"),
        ("4", "46296"),
        ("8", "新"),
    ]
    assert cache_of(path, part) == [("0", "1.5"), ("1", "1"), ("2", "2"), ("4", "46296.5"), ("8", "7")]


def test_a_number_that_stays_is_shown_as_its_program_showed_it(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    point = '<c:ptCount val="2"/><c:pt idx="0"><c:v>2026年10月</c:v></c:pt><c:pt idx="1"><c:v>旧</c:v></c:pt>'
    rows = '<row r="4"><c r="A4" s="1"><v>46296</v></c></row><row r="5"><c r="A5"><v>1</v></c></row>'
    path = with_chart(by_hand(sheet_of(rows)), chart_of("表!$A$4:$A$5", "表!$B$4", more=point))
    patch(path, path, {"表": {"A5": 3}})
    assert cache_of(path, part, column="A") == [("0", "2026年10月"), ("1", "3")]


def test_rows_of_areas_that_end_with_the_sheet(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    path = with_chart(by_hand(sheet_of(CELLS)), chart_of("表!$A$5:$A$1048576", "表!$B$4:$B$1048576"))
    patch(path, path, {"表": {"B20": 5}})
    assert cache_of(path, part)[-1] == ("16", "5")
    assert counts(part(path, CHART)) == []  # there was none


def test_points_that_are_strangely_ordered_are_left(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    point = '<c:pt idx="0"><c:v>旧</c:v></c:pt>'
    odd = f'{point}<c:ptCount val="1"/>{point.replace("0", "1")}'
    path = with_chart(by_hand(sheet_of(CELLS)), chart_of("表!$A$4:$A$5", "表!$B$4", more=odd))
    patch(path, path, {"表": {"A4": "新"}})
    assert "<c:v>旧</c:v>" in part(path, CHART)
    assert '<c:ptCount val="2"/>' in part(path, CHART)


def levels(count: int, *columns: list[str]) -> str:
    made = "".join(
        "<c:lvl>"
        + "".join(f'<c:pt idx="{at}"><c:v>{text}</c:v></c:pt>' for at, text in enumerate(column) if text)
        + "</c:lvl>"
        for column in columns
    )
    return f'<c:multiLvlStrCache><c:ptCount val="{count}"/>{made}</c:multiLvlStrCache>'


def test_categories_of_two_columns(path: Path, part: Callable[..., str]) -> None:
    """The level next to the axis comes first; Excel leaves out what repeats."""

    def doubled(text: str) -> str:
        whole = re.compile(r"<c:cat>.*?</c:cat>")
        cache = levels(3, ["5", "3", "2"], ["制造", "医疗", "教育"])
        new = f"<c:cat><c:multiLvlStrRef><c:f>{MARK}$A$4:$B$6</c:f>{cache}</c:multiLvlStrRef></c:cat>"
        return whole.sub(new, text)

    edited(path, doubled)
    patch_blocks(
        path, path, [list_block([["东", "甲", 1], [None, "乙", 2], ["西", "丙", 3], [None, "丁", 4]])]
    )
    text = part(path, CHART)
    assert levels(4, ["甲", "乙", "丙", "丁"], ["东", "", "西", ""]) in text
    assert references(text)[2] == "$A$4:$B$7"
    other = levels(2, ["甲", "乙"], ["丙", "丁"])
    edited(path, lambda text: re.sub("<c:multiLvlStrCache>.*?</c:multiLvlStrCache>", other, text))
    patch_blocks(path, path, [list_block([["东", "甲", 1]])])
    assert other in part(path, CHART)


# Around them


def test_reference_is_read() -> None:
    found = Reference.read(" 'O''Neil''s 表'!$A$4:B12\n")
    assert found is not None
    assert (found.sheet, found.ending(7)) == ("O'Neil's 表", "$A$4:B7")
    assert Reference.read("表!C3") is not None
    assert Reference.read("'a]b'!C3") is None
    assert Reference.read("表!$A$0:$A$3") is None


def test_a_chart_that_changed_elsewhere_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any) -> dict[str, bytes]:
        return {name: text.replace(b"1F4E78", b"000000") for name, text in charts(*arguments).items()}

    before = path.read_bytes()
    monkeypatch.setattr(writing, "charts", careless)
    with pytest.raises(SaveFailed, match=r"图表“xl/charts/chart1\.xml”里不该变的内容变了"):
        patch_blocks(path, path, [list_block(many(4))])
    assert path.read_bytes() == before


def test_a_chart_that_moved_to_another_column_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any) -> dict[str, bytes]:
        return {name: text.replace(b":$B$", b":$C$") for name, text in charts(*arguments).items()}

    monkeypatch.setattr(writing, "charts", careless)
    with pytest.raises(SaveFailed, match="不该变的内容变了"):
        patch_blocks(path, path, [list_block(many(4))])


def test_a_chart_that_is_not_what_was_meant_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(package: Any, target: Any, replaced: Any, removed: Any = ()) -> None:
        rewrite(package, target, {**replaced, CHART: replaced[CHART] + b"\n"}, removed)

    monkeypatch.setattr(writing, "rewrite", spoilt)
    with pytest.raises(SaveFailed, match=r"chart1\.xml”内容不符"):
        patch_blocks(path, path, [list_block(many(4))])


def test_workbooks_without_charts_are_not_asked_for_any(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlcrm.workbook.patch.charts.Markup", None)
    assert patch(ordinary, ordinary, {"客户": {"A2": "新"}}).cells == 1


@pytest.mark.slow
def test_validator_finds_nothing_new(path: Path, tmp_path: Path) -> None:
    program = os.environ.get("XLCRM_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not program:
        pytest.skip("the Open XML SDK validator is not installed (XLCRM_OOXML_VALIDATOR)")
    edited(path, lambda text: re.sub("<c:strCache>.*?</c:strCache>", "", text, count=1))
    target = tmp_path / "新.xlsx"
    patch_blocks(path, target, [list_block([*many(5), [None, "文", None]])])
    found = [
        subprocess.run([program, str(file)], capture_output=True, text=True, check=False).stdout
        for file in (path, target)
    ]
    assert found[1].replace(target.name, path.name) == found[0]
