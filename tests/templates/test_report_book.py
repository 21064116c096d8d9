"""The workbook of a report: only analysis sheets, filled, with nothing that leads elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from tests.e2e.judges import findings, validator
from tests.templates.analysis_sample import (
    CAPTION,
    CLOCKS,
    INDUSTRY,
    MONTHS,
    OWNERS,
    PANELS,
    SHEET,
    TICKETS,
    WORST,
    anchors_of,
    charts_of,
    made,
    panel,
    references,
)
from xlcrm.analysis.base import AnalysisSheet, Filled, Kind, shown
from xlcrm.analysis.sheets import Made
from xlcrm.analysis.wording import NO_DATA, NO_FIGURE
from xlcrm.templates import build_report
from xlcrm.templates.analysis_panel import panel_table_name
from xlcrm.templates.analysis_print import page_breaks

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from xlcrm.analysis.base import Panel


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("report") / "report.xlsx"
    build_report(found, [made(), made(INDUSTRY, TICKETS)], "客户月报", period="2026年10月", pack="service")
    return found


@pytest.fixture(scope="module")
def sheet(path: Path) -> Worksheet:
    found = openpyxl.load_workbook(path)[SHEET.title]
    assert found is not None
    return found


def body(sheet: Worksheet, item: Panel) -> list[list[object]]:
    table = sheet.tables[panel_table_name(SHEET.title, item.title)]
    return [[cell.value for cell in row] for row in sheet[table.ref]]


def test_it_holds_the_analysis_sheets_alone(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [SHEET.title, "部分"]
    assert not [cell for found in book for row in found.iter_rows() for cell in row if cell.hyperlink]
    assert (book[SHEET.title]["A3"].value, book[SHEET.title]["B3"].value) == ("统计期间", "2026年10月")
    assert book.properties.title == "客户月报"


def test_cards_say_figure_and_comparison(sheet: Worksheet) -> None:
    assert [sheet.cell(6, place).value for place in range(1, 5)] == [1234, 12345.6, 0.88, NO_FIGURE]
    texts = [sheet.cell(7, place).value for place in range(1, 5)]
    assert texts == ["好转：较上月 +12", "转差：较上月 -200；n=60", "n=41", None]


def test_tables_end_with_their_rows_and_leave_the_way_to_the_details_out(sheet: Worksheet) -> None:
    assert body(sheet, INDUSTRY) == [
        ["行业", "销售额", "销售额占比", "结论"],
        ["制造业", 1234567.5, 0.597, "优势行业"],
        ["信息技术", 834000, 0.403, None],
        ["医疗", 12, None, "未达标"],
    ]
    assert len(body(sheet, CLOCKS)) == 31


def test_values_of_lists_stand_in_the_packs_words(sheet: Worksheet) -> None:
    assert [row[0] for row in body(sheet, TICKETS)] == ["客户等级", "VIP", "潜力"]


def test_the_users_texts_are_shown_and_their_rows_high_enough(sheet: Worksheet) -> None:
    heading, first, second = body(sheet, OWNERS)
    assert heading[3] == "改进措施"
    assert str(first[3]).startswith("每天上午先处理到期任务")
    assert second[3] is None
    row = sheet[sheet.tables[panel_table_name(SHEET.title, OWNERS.title)].ref][1][0].row
    heights = [float(sheet.row_dimensions[line].height) for line in (row, row + 1)]
    assert heights[0] > 5 * 15.5
    assert heights[1] == 18


def test_captions_stand_over_the_tables(sheet: Worksheet) -> None:
    captions = {cell.value for cell in sheet["A"]}
    assert {CAPTION.format(item.title) for item in PANELS} <= captions


def test_a_panel_without_rows_says_so_and_has_no_chart(sheet: Worksheet, tmp_path: Path) -> None:
    assert body(sheet, WORST)[1][0] == NO_DATA
    part = made(INDUSTRY, MONTHS)
    none = replace(part.panels["industry"], rows=part.panels["industry"].rows.iloc[:0])
    empty = replace(part, panels={**part.panels, "industry": none})
    build_report(tmp_path / "a.xlsx", [empty], "月报", period="2026年10月")
    assert set(anchors_of(tmp_path / "a.xlsx")) == {MONTHS.title}


def test_moments_stand_as_such(tmp_path: Path) -> None:
    columns = (shown("due", "截止时间", Kind.DATETIME), shown("on", "日期", Kind.DATE))
    spec = AnalysisSheet("a", "表", "", (panel("dates", "日期", columns, 3),))
    rows = pd.DataFrame(
        {"due": [pd.Timestamp(2026, 10, 3, 9, 30), pd.NaT], "on": [pd.Timestamp(2026, 10, 4)] * 2}
    )
    build_report(
        tmp_path / "a.xlsx", [Made(spec, {}, {"dates": Filled(rows, "两件")})], "月报", period="2026年10月"
    )
    found = openpyxl.load_workbook(tmp_path / "a.xlsx")["表"]
    assert [[cell.value for cell in row] for row in found["A8:B9"]] == [
        [dt.datetime(2026, 10, 3, 9, 30), dt.datetime(2026, 10, 4)],
        [None, dt.datetime(2026, 10, 4)],
    ]
    assert (found["A8"].number_format, found["B8"].number_format) == ("yyyy-mm-dd hh:mm", "yyyy-mm-dd")


def test_charts_end_with_the_rows_and_hold_their_values(path: Path) -> None:
    chart = charts_of(path)[INDUSTRY.title]
    (values,) = references(chart, ".//c:ser/c:val//c:f")
    first, last = (int(part.rpartition("$")[2]) for part in values.split(":"))
    assert last - first == 2
    cached = [item.text for item in chart.findall(".//{*}val//{*}v")]
    assert cached == ["1234567.5", "834000", "12"]
    title = [item.text for item in chart.findall("./{*}chart/{*}title//{*}v")]
    assert title == [CAPTION.format(INDUSTRY.title)]


def test_it_prints_on_landscape_a4_one_page_wide_with_the_title_on_every_page(sheet: Worksheet) -> None:
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.sheet_properties.pageSetUpPr
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.print_area.startswith("'样张'!$A$1:")


def test_pages_begin_with_panels(sheet: Worksheet) -> None:
    titles = {item.title for item in PANELS}
    breaks = [item.id for item in sheet.row_breaks.brk]
    assert breaks
    assert {sheet.cell(row + 1, 1).value for row in breaks} <= titles


@pytest.mark.parametrize(
    ("heights", "tops", "breaks"),
    [
        ([10.0] * 9, [3, 6], []),  # 90 points on a page of 100
        ([10.0] * 12, [3, 6, 9], [9]),  # the last three rows are one too many
        ([10.0] * 3 + [40.0] * 3, [3, 4, 5], [4, 5]),  # 30 repeated and 40 leave room for one a page
        ([10.0] * 3 + [200.0], [3], []),  # what no page holds begins below the heads
        (
            [10.0] * 3 + [30.0, 200.0, 40.0],
            [3, 4, 5],
            [4, 5],
        ),  # or on a page of its own if half of one is used
    ],
)
def test_a_page_holds_whole_panels(heights: list[float], tops: list[int], breaks: list[int]) -> None:
    assert page_breaks(tops, heights, 100.0, 3) == breaks


def test_the_same_figures_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    build_report(again, [made(), made(INDUSTRY, TICKETS)], "客户月报", period="2026年10月", pack="service")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(path: Path) -> None:
    assert findings(validator(), path) == []
