"""Charts that show cells follow their lists, and nothing else of them changes."""

from __future__ import annotations

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

from tests.workbooks.charted import (
    CHART,
    DATA,
    HEADINGS,
    MARK,
    ROWS,
    caches,
    counts,
    edited,
    list_block,
    listed,
    many,
    references,
    series,
)
from xlcrm.workbook.patch import patch, patch_blocks
from xlcrm.workbook.patch.charts import Reference
from xlcrm.workbook.port import Block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
    charted: Path, part: Callable[..., str], raw_parts: Callable[[Path], dict[str, bytes]]
) -> None:
    before, old = part(charted, CHART), raw_parts(charted)
    patch_blocks(charted, charted, [Block(DATA, 2, 1, [["2026年10月 <医疗> & 其他"]]), list_block(many(5))])
    wanted = {
        "A": [(at, f"类{at + 1}") for at in range(5)],
        "B": [(at, str(at + 1)) for at in range(5)],
        "C": [(0, "0.25"), (1, "0.5"), (2, "0.75"), (3, "1"), (4, "1.25")],
    }
    expected = follow(before, 8, wanted)
    expected = expected.replace("2026年9月 制造占45%（n=10）", "2026年10月 &lt;医疗&gt; &amp; 其他")
    assert part(charted, CHART) == expected
    assert {name for name, raw in raw_parts(charted).items() if raw != old[name]} == {
        "xl/worksheets/sheet1.xml",
        "xl/tables/table1.xml",
        CHART,
    }


def test_list_shrinks_to_one_row_and_grows_again(charted: Path, part: Callable[..., str]) -> None:
    grown = many(3)
    patch_blocks(charted, charted, [list_block(grown)])
    before = part(charted, CHART)
    patch_blocks(charted, charted, [list_block([["只有", 1, 2]])])
    assert references(part(charted, CHART))[1:4] == ["$B$3", "$A$4:$A$4", "$B$4:$B$4"]
    assert caches(part(charted, CHART))[1:4] == [["数量"], ["只有"], ["1"]]
    patch_blocks(charted, charted, [list_block(grown)])
    assert part(charted, CHART) == before
    patch_blocks(charted, charted, [list_block([[None] * 3])])
    assert caches(part(charted, CHART))[2:4] == [[], []]
    assert counts(part(charted, CHART))[2] == "1"


def test_a_reference_to_one_cell_becomes_an_area(charted: Path, part: Callable[..., str]) -> None:
    patch_blocks(charted, charted, [list_block(many(1))])
    edited(charted, lambda text: text.replace("$A$4:$A$4", "$A$4").replace("$B$4:$B$4", "B4"))
    patch_blocks(charted, charted, [list_block(many(2))])
    assert references(part(charted, CHART))[2:4] == ["$A$4:$A$5", "B4:B5"]


def test_nothing_is_written_where_nothing_changes(charted: Path, part: Callable[..., str]) -> None:
    edited(charted, lambda text: text.replace("<c:v>制造</c:v>", "<c:v>旧的</c:v>"))
    before = charted.read_bytes()
    assert patch_blocks(charted, charted, [list_block(ROWS)]).cells == 0
    assert charted.read_bytes() == before
    patch_blocks(charted, charted, [list_block([*ROWS[:2], ["教育", 2, 9]])])
    assert "旧的" not in part(charted, CHART)  # the caches of a written sheet are put right
    patch(charted, charted, {"图表": {"A1": 1}})
    assert part(charted, CHART)


def test_the_same_refresh_twice_changes_the_chart_once(charted: Path, part: Callable[..., str]) -> None:
    patch_blocks(charted, charted, [list_block(many(4))])
    first = part(charted, CHART)
    patch_blocks(charted, charted, [list_block(many(4)), Block(DATA, 1, 5, [["别处"]])])
    assert part(charted, CHART) == first


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


def test_what_a_user_restyled_stays(charted: Path, part: Callable[..., str]) -> None:
    def restyle(text: str) -> str:
        text = text.replace("<c:trendline>", RESTYLED + "<!-- 我的 --><c:trendline>", 1)
        text = text.replace("</c:val></c:ser>", f"</c:val>{EXTENSION}</c:ser>", 1)
        return text.replace("1F4E78", "7030A0").replace("<c:legendPos", "\n\t<c:legendPos")

    edited(charted, restyle)
    before = part(charted, CHART)
    patch_blocks(charted, charted, [list_block(many(7))])
    after = part(charted, CHART)
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
def test_prefixes_of_every_kind(charted: Path, part: Callable[..., str], prefix: str) -> None:
    def renamed(text: str) -> str:
        declared = f"xmlns:{prefix[:-1]}=" if prefix else "xmlns="
        return re.sub(r"(</?)c:", rf"\1{prefix}", text).replace("xmlns:c=", declared)

    edited(charted, renamed)
    edited(charted, lambda text: re.sub(rf"<{prefix}strCache>.*?</{prefix}strCache>", "", text, count=1))
    patch_blocks(charted, charted, [list_block(many(4))])
    text = part(charted, CHART)
    assert references(text)[1:4] == ["$B$3", "$A$4:$A$7", "$B$4:$B$7"]
    assert caches(text)[0] == ["2026年9月 制造占45%（n=10）"]
    assert caches(text)[2] == ["类1", "类2", "类3", "类4"]
    assert f"<{prefix}pt " in text
    assert (f"<{prefix or 'c:'}strCache>" in text) == bool(prefix)


def test_alternate_content_is_looked_into(charted: Path, part: Callable[..., str]) -> None:
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

    edited(charted, wrapped)
    edited(charted, lambda text: re.sub("<c:strCache>.*?</c:strCache>", "", text, count=1))
    patch_blocks(charted, charted, [list_block(many(4))])
    text = part(charted, CHART)
    assert references(text).count("$A$4:$A$7") == 4
    assert caches(text)[0] == ["2026年9月 制造占45%（n=10）"]


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
    charted: Path, part: Callable[..., str], reference: str
) -> None:
    own = f"<c:f>{MARK}$A$4:$A$6</c:f>"
    edited(charted, lambda text: text.replace(own, f"<c:f>{reference}</c:f>", 1))
    before = part(charted, CHART)
    patch_blocks(charted, charted, [list_block(many(4))])
    text = part(charted, CHART)
    kept = before[: before.index("<c:val>")]
    assert text.startswith(kept)
    assert "$B$4:$B$7" in text


def test_filtered_charts_keep_what_they_show(charted: Path, part: Callable[..., str]) -> None:
    full = (
        '<c:extLst><c:ext uri="{02D57815-91ED-43cb-92C2-25804820EDAC}" '
        'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:fullRef>'
        f"<c15:sqref>{MARK}$A$4:$A$9</c15:sqref></c15:fullRef></c:ext></c:extLst>"
    )
    edited(charted, lambda text: text.replace("</c:f>", f"</c:f>{full}").replace("制造", "旧"))
    before = part(charted, CHART)
    patch_blocks(charted, charted, [list_block(many(4)), Block(DATA, 2, 1, [["新"]])])
    assert part(charted, CHART) == before


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace("</c:chart>", ""),
        lambda text: "<!DOCTYPE c:chartSpace [<!ENTITY a 'b'>]>" + text.partition("?>")[2],
        lambda text: text.replace('encoding="UTF-8"', 'encoding="GB2312"'),
    ],
)
def test_charts_that_cannot_be_read_stay_and_do_not_stop_the_write(
    charted: Path, part: Callable[..., str], broken: Callable[[str], str]
) -> None:
    edited(charted, broken)
    before = part(charted, CHART)
    patch_blocks(charted, charted, [list_block(many(4))])
    assert part(charted, CHART) == before
    assert 'ref="A3:C7"' in part(charted, "xl/tables/table1.xml")


def test_chart_in_utf_16(charted: Path) -> None:
    with zipfile.ZipFile(charted) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[CHART] = parts[CHART].decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16")
    with zipfile.ZipFile(charted, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    patch_blocks(charted, charted, [list_block(many(4))])
    with zipfile.ZipFile(charted) as archive:
        assert "$B$4:$B$7" in archive.read(CHART).decode()


def test_chart_that_is_listed_and_not_there(charted: Path, part: Callable[..., str]) -> None:
    more = (
        '<Override PartName="/xl/charts/gone.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/></Types>'
    )
    edited(charted, lambda text: text.replace("</Types>", more), "[Content_Types].xml")
    patch_blocks(charted, charted, [list_block(many(4))])
    assert "$B$4:$B$7" in part(charted, CHART)


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


def test_reference_is_read() -> None:
    found = Reference.read(" 'O''Neil''s 表'!$A$4:B12\n")
    assert found is not None
    assert (found.sheet, found.ending(7)) == ("O'Neil's 表", "$A$4:B7")
    assert Reference.read("表!C3") is not None
    assert Reference.read("'a]b'!C3") is None
    assert Reference.read("表!$A$0:$A$3") is None


def test_workbooks_without_charts_are_not_asked_for_any(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlcrm.workbook.patch.charts.Markup", None)
    assert patch(ordinary, ordinary, {"客户": {"A2": "新"}}).cells == 1


@pytest.mark.slow
def test_validator_finds_nothing_new(charted: Path, tmp_path: Path) -> None:
    program = os.environ.get("XLCRM_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not program:
        pytest.skip("the Open XML SDK validator is not installed (XLCRM_OOXML_VALIDATOR)")
    edited(charted, lambda text: re.sub("<c:strCache>.*?</c:strCache>", "", text, count=1))
    target = tmp_path / "新.xlsx"
    patch_blocks(charted, target, [list_block([*many(5), [None, "文", None]])])
    found = [
        subprocess.run([program, str(file)], capture_output=True, text=True, check=False).stdout
        for file in (charted, target)
    ]
    assert found[1].replace(target.name, charted.name) == found[0]
