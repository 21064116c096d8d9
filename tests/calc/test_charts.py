"""Charts of a workbook that is open in LibreOffice: their names, titles, and the rows that they show."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest
import xlsxwriter

from xlcrm.calc.charts import Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET: Final = "客户's 分析"
MARK: Final = "'客户''s 分析'!"
BODY: Final = "$A$4:$A$6"


def build(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    """A workbook with a list of three rows in A3:C6, and what `fill` adds to it and its sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write("A2", "2026年9月 制造最多")
        columns = [{"header": heading} for heading in ("行业", "数量", "金额")]
        data = [["制造", 5, 1.5], ["医疗", 3, 2.5], ["教育", 2, 3.5]]
        sheet.add_table("A3:C6", {"name": "tbl_trade", "columns": columns, "data": data})
        fill(book, sheet)
    return path


def chart_of(book: Any, kind: str = "column", *, first: int = 4, last: int = 6, **series: Any) -> Any:
    chart = book.add_chart({"type": kind})
    for column in "BC":
        chart.add_series(
            {
                "name": f"={MARK}${column}$3",
                "categories": f"={MARK}$A${first}:$A${last}",
                "values": f"={MARK}${column}${first}:${column}${last}",
                **series,
            }
        )
    return chart


def shown(sheet: Any, name: str) -> list[str]:
    """Every area that a chart shows, without its sheet."""
    return [area.rpartition(".")[2] for area in sheet.charts[name].api.getUsedRangeRepresentations()]


def colours(sheet: Any, name: str) -> list[tuple[int, list[int]]]:
    """The colour of each series, and those of its points."""
    found = []
    for system in sheet.charts[name].api.getFirstDiagram().getCoordinateSystems():
        for kind in system.getChartTypes():
            for series in kind.getDataSeries():
                points = [series.getDataPointByIndex(at).Color for at in series.AttributedDataPoints]
                found.append((series.Color, points))
    return found


@pytest.fixture
def fill() -> Callable[[Any, Any], None]:
    """Two charts beside the list, the first with a title of its cell; one more on another sheet."""

    def add(book: Any, sheet: Any) -> None:
        points = [None, {"fill": {"color": "#FFC000"}}]
        first = chart_of(book, fill={"color": "#1F4E78"}, points=points)
        first.set_title({"name": f"={MARK}$A$2", "name_font": {"size": 11, "color": "#C00000"}})
        sheet.insert_chart("F2", first, {"object_position": 2})
        part = chart_of(book, "line", last=5)
        part.set_title({"none": True})
        sheet.insert_chart("F22", part)
        sheet.insert_textbox("A20", "说明")
        book.add_worksheet("图").insert_chart("A1", chart_of(book, "scatter"))

    return add


@pytest.fixture
def sheet(app: Any, tmp_path: Path, fill: Callable[[Any, Any], None]) -> Any:
    path = build(tmp_path / "图.xlsx", fill)
    sheet = app.books.open(path).sheets[SHEET]
    for chart, name in zip(sheet.charts, ("按行业", "前两行"), strict=True):
        chart.name = name
    return sheet


def test_charts_of_a_sheet(sheet: Any) -> None:
    assert [chart.name for chart in sheet.charts] == ["按行业", "前两行"]
    assert len(sheet.charts) == 2
    assert sheet.charts[1].name == "前两行"
    assert "按行业" in sheet.charts
    assert "没有" not in sheet.charts
    assert sheet.charts["按行业"].parent.name == SHEET
    assert sheet.charts.parent.name == SHEET
    assert sheet.charts.api.Count == 2
    with pytest.raises(KeyError):
        sheet.charts["没有"]


def test_a_chart_without_a_name_has_the_program_s(app: Any, tmp_path: Path) -> None:
    path = build(tmp_path / "图.xlsx", lambda book, sheet: sheet.insert_chart("F2", chart_of(book)))
    (chart,) = app.books.open(path).sheets[SHEET].charts
    chart.name = ""
    assert chart.name == chart.impl._shape.PersistName


def test_title_is_read_and_written_with_its_looks(sheet: Any) -> None:
    chart = sheet.charts["按行业"]
    assert chart.title == "2026年9月 制造最多"
    chart.title = "2026年10月 医疗最多"
    assert chart.title == "2026年10月 医疗最多"
    (text,) = chart.api.getTitleObject().getText()
    assert (text.String, text.CharHeight, text.CharColor) == ("2026年10月 医疗最多", 11.0, 0xC00000)
    assert sheet.charts["前两行"].title is None
    chart.title = None
    assert chart.title is None


def test_charts_of_all_rows_grow_and_shrink_with_the_table(sheet: Any) -> None:
    other = sheet.book.sheets["图"]
    before = colours(sheet, "按行业")
    table = sheet.tables["tbl_trade"]
    for last in (9, 4, 7):
        table.resize(sheet.range((3, 1), (last, 3)))
        expected = [f"${column}$4:${column}${last}" for column in "ABC"]
        assert [area for area in shown(sheet, "按行业") if area[-2:] != "$3"] == expected
        assert shown(sheet, "前两行") == ["$A$4:$A$5", "$B$3", "$B$4:$B$5", "$C$3", "$C$4:$C$5"]
        assert {area for area in shown(other, other.charts[0].name) if area[-2:] != "$3"} == set(expected)
        table = sheet.tables["tbl_trade"]
    assert colours(sheet, "按行业") == before
    assert before[0] == (0x1F4E78, [0xFFC000])


def test_going_back_at_once_moves_no_other_chart(sheet: Any) -> None:
    """The chart of the first two rows is not taken for one of all rows when the table gets longer again."""
    before = shown(sheet, "按行业"), shown(sheet, "前两行")
    table = sheet.tables["tbl_trade"]
    old = table.range
    table.resize(sheet["A3:C5"])
    assert shown(sheet, "按行业")[0] == "$A$4:$A$5"
    table.resize(old)
    assert (shown(sheet, "按行业"), shown(sheet, "前两行")) == before


def test_table_that_moves_or_gets_wider_takes_no_chart_along(sheet: Any) -> None:
    before = shown(sheet, "按行业")
    table = sheet.tables["tbl_trade"]
    table.resize(sheet["A3:D6"])
    assert shown(sheet, "按行业") == before
    table.resize(sheet["A2:D9"])
    assert shown(sheet, "按行业") == before


def test_totals_are_no_rows_of_a_chart(sheet: Any) -> None:
    table = sheet.tables["tbl_trade"]
    table.resize(sheet["A3:C7"])
    table.impl.show_totals = True
    again = sheet.tables["tbl_trade"]
    again.resize(sheet["A3:C9"])  # the body is A4:C6, and A4:C8 from now on
    assert shown(sheet, "按行业")[0] == "$A$4:$A$7"
    sheet.tables["tbl_trade"].resize(sheet["A3:C8"])  # A4:C7
    sheet.tables["tbl_trade"].resize(sheet["A3:C6"])  # A4:C5
    assert shown(sheet, "按行业")[0] == "$A$4:$A$5"


def test_a_table_without_rows_counts_as_one_of_one_row(sheet: Any) -> None:
    sheet.tables["tbl_trade"].resize(sheet["A3:C3"])
    assert shown(sheet, "按行业")[0] == "$A$4:$A$4"
    sheet.tables["tbl_trade"].resize(sheet["A3:C4"])
    assert shown(sheet, "按行业")[0] == "$A$4:$A$4"
    sheet.tables["tbl_trade"].resize(sheet["A3:C5"])
    assert shown(sheet, "按行业")[0] == "$A$4:$A$5"


def test_series_of_single_rows_stay_single(app: Any, tmp_path: Path) -> None:
    """A bar of shares: one series a row, also while the table has but one."""

    def shares(book: Any, sheet: Any) -> None:
        chart = book.add_chart({"type": "bar", "subtype": "percent_stacked", "name": "份额"})
        for row in (4, 5, 6):
            chart.add_series({"name": f"={MARK}$A${row}", "values": f"={MARK}$B${row}"})
        sheet.insert_chart("F2", chart)

    sheet = app.books.open(build(tmp_path / "图.xlsx", shares)).sheets[SHEET]
    before = shown(sheet, "份额")
    for last in (4, 6):
        sheet.tables["tbl_trade"].resize(sheet.range((3, 1), (last, 3)))
        assert shown(sheet, "份额") == before
    assert "$B$4:$B$4" in before or "$B$4" in before


def test_charts_are_looked_for_once_while_nothing_is_repainted(sheet: Any) -> None:
    app, document = sheet.book.app, sheet.book.api
    app.screen_updating = False
    first = app.impl.charts_of(document)
    assert len(first) == 3
    assert app.impl.charts_of(document) is first
    app.screen_updating = True
    assert app.impl.charts_of(document) is not first


def test_what_moved_is_saved(sheet: Any, tmp_path: Path) -> None:
    sheet.tables["tbl_trade"].resize(sheet["A3:C8"])
    sheet.charts["按行业"].title = "新"
    path = tmp_path / "后.xlsx"
    sheet.book.save(path)
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "/charts/chart" in name]
    (text,) = [text for text in texts if "新</a:t>" in text]
    assert re.findall(r"!(\$[A-C]\$4:[^<]*)<", text) == ["$A$4:$A$8", "$B$4:$B$8", "$A$4:$A$8", "$C$4:$C$8"]


def test_places_are_read_as_libreoffice_spells_them() -> None:
    assert Place.read("$'客户''s 分析'.$A$4:$AB$6") == Place("客户's 分析", 1, 4, 28, 6)
    assert Place.read("$表.$B$3") == Place("表", 2, 3, 2, 3)
    for other in ("0", "categories", "$表.$A$1:$A$2 $表.$B$1:$B$2", "$表.$A$1:$他.$A$2", ""):
        assert Place.read(other) is None
