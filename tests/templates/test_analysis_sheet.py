"""A new analysis sheet: what a refresh finds there, and what the eye sees."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.e2e.judges import findings, validator
from tests.templates.analysis_sample import (
    CARDS,
    CLASSES,
    CLOCKS,
    INDUSTRY,
    LEVELS,
    MONTHS,
    OWNERS,
    PANELS,
    SHEET,
    TICKETS,
    WIDE,
    WORST,
    anchors_of,
    charts_of,
    panel,
    write,
)
from tests.templates.drawings import drawn
from xlcrm.analysis.base import AnalysisSheet, Card, Kind, shown
from xlcrm.analysis.sheets import SHEETS, sheets_of
from xlcrm.analysis.wording import NO_FIGURE, PERIOD
from xlcrm.tables import PACKS, tables_of
from xlcrm.templates import Macros, build, palette, xlwings_settings
from xlcrm.templates.analysis_grid import CARD_WIDTH, ChartPlace, grid_of, pixels
from xlcrm.templates.analysis_panel import NO_CAPTION, NOT_YET, panel_table_name
from xlcrm.templates.buttons import Button
from xlcrm.templates.measures import text_width
from xlcrm.templates.panel_measures import ROW_PIXELS, panel_width

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from xlcrm.analysis.base import Panel

every_panel = pytest.mark.parametrize("item", PANELS, ids=lambda item: item.name)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("analysis") / "new.xlsx")


@pytest.fixture(scope="module")
def sheet(path: Path) -> Worksheet:
    found = openpyxl.load_workbook(path)[SHEET.title]
    assert found is not None
    return found


def title_row(sheet: Worksheet, item: Panel) -> int:
    (row,) = [cell.row for cell in sheet["A"] if cell.value == item.title]
    return int(row)


def heading_row(sheet: Worksheet, item: Panel) -> int:
    """Within three rows below the caption, as the writer looks for it."""
    caption = title_row(sheet, item) + 1
    wanted = [column.heading for column in item.columns]
    for row in range(caption + 1, caption + 4):
        if [sheet.cell(row, place).value for place in range(1, len(wanted) + 1)] == wanted:
            return row
    raise AssertionError(item.title)


def rules_of(sheet: Worksheet, cell: str) -> list[Any]:
    return [rule for area in sheet.conditional_formatting if cell in area.cells for rule in area.rules]


def widths_of(sheet: Worksheet) -> dict[int, float]:
    """Columns of one look are stored as one range."""
    return {
        place: float(dimension.width)
        for dimension in sheet.column_dimensions.values()
        for place in range(dimension.min or 0, (dimension.max or 0) + 1)
    }


def test_title_hint_period_and_the_way_home_stand_above(sheet: Worksheet) -> None:
    assert sheet["A1"].value == SHEET.title
    assert (sheet["A2"].value, sheet["A2"].hyperlink.location) == ("返回首页", "'首页'!A1")
    assert sheet["B2"].value == SHEET.hint
    assert (sheet["A3"].value, sheet["B3"].value) == (PERIOD, NOT_YET)
    assert sheet.freeze_panes == "A4"
    assert sheet.sheet_view.showGridLines is False
    assert sheet.sheet_properties.tabColor
    assert sheet.sheet_properties.tabColor.rgb == f"FF{palette.TAB_ANALYSIS[1:]}"


def test_cards_stand_in_one_line_each_with_room_for_figure_and_comparison(sheet: Worksheet) -> None:
    assert [sheet.cell(5, place).value for place in range(1, 5)] == [card.label for card in CARDS]
    formats = ["#,##0", "#,##0", "0.0%", "0"]
    for place, number_format in enumerate(formats, start=1):
        figure = sheet.cell(6, place)
        assert (figure.value, figure.number_format, figure.font.sz) == (NO_FIGURE, number_format, 18)
        assert figure.alignment.shrinkToFit
        assert sheet.cell(7, place).value is None
        assert sheet.cell(7, place).alignment.wrapText
        assert widths_of(sheet)[place] >= CARD_WIDTH
    words = {rule.text for rule in rules_of(sheet, "C7")}
    assert words == {"好转：", "转差："}


def test_many_cards_stand_in_even_lines() -> None:
    cards = tuple(Card(f"数{number}", Kind.INT, CARDS[0].make) for number in range(12))
    grid = grid_of(AnalysisSheet("a", "表", "", (INDUSTRY,), cards))
    assert [(row, column) for _, row, column in grid.cards] == [
        (row, column) for row in (4, 8) for column in range(6)
    ]
    assert grid.bands[0].top == 12
    assert all(width >= CARD_WIDTH for width in grid.widths[:6])


def test_without_cards_the_panels_begin_at_once() -> None:
    grid = grid_of(AnalysisSheet("a", "表", "", (INDUSTRY,)))
    assert not grid.cards
    assert grid.bands[0].top == 4


@every_panel
def test_a_panel_is_found_by_its_title_with_caption_and_headings_below(sheet: Worksheet, item: Panel) -> None:
    assert sheet.cell(title_row(sheet, item) + 1, 1).value == NO_CAPTION
    assert heading_row(sheet, item)


@every_panel
def test_its_table_has_our_headings_one_blank_row_and_no_filter(sheet: Worksheet, item: Panel) -> None:
    """But all rows where each is drawn as a part of one bar: these are always the same."""
    table = sheet.tables[panel_table_name(SHEET.title, item.title)]
    row, last = heading_row(sheet, item), get_column_letter(len(item.columns))
    assert table.ref == f"A{row}:{last}{row + (item.rows if item is CLASSES else 1)}"
    assert [column.name for column in table.tableColumns] == [column.heading for column in item.columns]
    assert table.autoFilter is None
    assert table.tableStyleInfo is None or table.tableStyleInfo.name is None
    for place, column in enumerate(item.columns, start=1):
        fill = sheet.cell(row, place).fill.start_color.rgb
        assert fill == ("FF1F3A5F" if column in item.typed else "FFD3D8DF"), column.heading
        assert sheet.cell(row + 1, place).value is None


@every_panel
def test_looks_reach_down_the_whole_room(sheet: Worksheet, item: Panel) -> None:
    formats = {Kind.MONEY: "#,##0", Kind.PERCENT: "0.0%", Kind.DATETIME: "yyyy-mm-dd hh:mm", Kind.ID: "@"}
    row = heading_row(sheet, item)
    for place, column in enumerate(item.columns, start=1):
        for body in (row + 1, row + item.rows):
            cell = sheet.cell(body, place)
            assert cell.number_format == formats.get(column.kind, cell.number_format)
            assert bool(cell.alignment.wrapText) == (column.kind is Kind.LONG)
            assert bool(cell.font.u) == (column.kind is Kind.LINK)


@every_panel
def test_a_line_comes_with_each_row_that_holds_something(sheet: Worksheet, item: Panel) -> None:
    row, last = heading_row(sheet, item), get_column_letter(len(item.columns))
    for body in (row + 1, row + item.rows):
        lines = [rule for rule in rules_of(sheet, f"{last}{body}") if "COUNTA" in str(rule.formula)]
        assert [rule.formula for rule in lines] == [[f"COUNTA($A{row + 1}:${last}{row + 1})>0"]]
        assert lines[0].dxf.border.bottom.style == "thin"
    below = f"A{row + item.rows + 1}"
    assert not rules_of(sheet, below)


def test_words_that_judge_have_their_colour(sheet: Worksheet) -> None:
    row = heading_row(sheet, INDUSTRY) + 1
    looks = {
        word: rule.dxf.font.color.rgb
        for rule in rules_of(sheet, f"D{row}")
        for word in re.findall(rf'D{row}="([^"]+)"', str(rule.formula))
    }
    assert looks["未达标"] == looks["逾期"] == looks["已超时"] == f"FF{palette.RED[1:]}"
    assert looks["达标"] == looks["优势行业"] == f"FF{palette.GREEN[1:]}"
    figures = rules_of(sheet, f"B{row}")
    assert ["COUNTA" in str(rule.formula) for rule in figures] == [True]
    states = rules_of(sheet, f"C{heading_row(sheet, WORST) + 1}")
    assert any("已超时" in str(rule.formula) for rule in states)
    assert looks["超时未完成"] == looks["紧急"] == f"FF{palette.RED[1:]}"
    assert any('SEARCH("(未达标)",' in str(rule.formula) for rule in rules_of(sheet, f"D{row}"))
    # The user's own texts are nobody's to colour.
    own = rules_of(sheet, f"D{heading_row(sheet, OWNERS) + 1}")
    assert ["COUNTA" in str(rule.formula) for rule in own] == [True]
    grades = rules_of(sheet, f"A{heading_row(sheet, TICKETS) + 1}")
    assert any("A类" in str(rule.formula) for rule in grades)


def test_panels_keep_off_each_other(sheet: Worksheet, path: Path) -> None:
    """A band is as high as its room and its chart; the next title stands below both."""
    tops = [title_row(sheet, item) for item in PANELS]
    anchors = anchors_of(path)
    for item, top, below in zip(PANELS, tops, [*tops[1:], 10_000], strict=True):
        assert heading_row(sheet, item) + item.rows < below
        if item.title not in anchors:
            continue
        _, (row, _), (_, height), _ = anchors[item.title]
        assert row >= top
        reached, used = row + 1, 0.0
        while used < height:
            used += float(sheet.row_dimensions[reached].height or 12.75) / 0.75
            reached += 1
        assert reached <= below, item.title


def test_tables_stand_in_one_grid_of_columns_wide_enough_for_each(sheet: Worksheet) -> None:
    widths = widths_of(sheet)
    for item in PANELS:
        for place, column in enumerate(item.columns, start=1):
            if column.kind is not Kind.LONG:
                assert widths[place] >= panel_width(column) - 0.8, column.heading
            assert text_width(column.heading) <= 2 * widths[place]


def test_sentences_share_a_column_with_figures_or_have_it_wide() -> None:
    text, number = shown("text", "说明", Kind.LONG), shown("number", "数")
    first = shown("name", "项目", Kind.TEXT)
    one, other = panel("one", "甲", (first, text), 3), panel("two", "乙", (first, number), 3)
    assert grid_of(AnalysisSheet("a", "表", "", (one,))).widths[1] == 44
    assert grid_of(AnalysisSheet("a", "表", "", (one, other))).widths[1] == 36


def test_charts_stand_right_of_the_tables_in_one_column_or_over_a_wide_one(
    sheet: Worksheet, path: Path
) -> None:
    anchors = anchors_of(path)
    beside = (INDUSTRY, MONTHS, LEVELS, TICKETS, OWNERS)
    assert {anchors[item.title][1][1] for item in beside} == {max(len(item.columns) for item in beside)}
    for item in beside:
        assert anchors[item.title][1][0] == heading_row(sheet, item) - 1
    row, column = anchors[WIDE.title][1]
    assert (row, column) == (heading_row(sheet, WIDE) - 2, 0)
    assert float(sheet.row_dimensions[row + 1].height) * 4 / 3 >= anchors[WIDE.title][2][1]
    assert float(sheet.row_dimensions[row + 1].height) <= 409
    # Many bars need more height than one row can have.
    assert anchors[CLOCKS.title][1] == (heading_row(sheet, CLOCKS) - 1, len(CLOCKS.columns))


def test_charts_are_named_described_and_never_stretch(path: Path) -> None:
    anchors = anchors_of(path)
    assert set(anchors) == {item.title for item in PANELS if item.chart} == set(charts_of(path))
    for name, (kind, _, size, description) in anchors.items():
        assert kind == "oneCellAnchor"
        assert description == name
        assert min(size) >= 190


def test_a_long_note_stands_below_its_panel_in_lines_that_fit(sheet: Worksheet) -> None:
    assert [cell.value for cell in sheet[title_row(sheet, INDUSTRY)]].count(INDUSTRY.note) == 1
    row = heading_row(sheet, WORST) + WORST.rows + 1
    room = sum(grid_of(SHEET).widths)
    lines = []
    while sheet.cell(row, 1).value:
        lines.append(str(sheet.cell(row, 1).value))
        row += 1
    assert len(lines) > 1
    assert "".join(lines) == WORST.note
    assert all(text_width(line) * 0.9 <= room for line in lines)


def test_rows_have_room_for_our_sentences_and_grow_with_those_of_people(sheet: Worksheet) -> None:
    for item, height in ((WORST, 33.75), (OWNERS, None), (INDUSTRY, ROW_PIXELS * 0.75)):
        row = heading_row(sheet, item) + 1
        assert sheet.row_dimensions[row].height == height, item.title


def test_buttons_stand_beside_the_title(tmp_path: Path) -> None:
    button = Button("刷新分析", "XlcrmAnalyse", "重新计算分析表", ("样张",))
    path = write(tmp_path / "a.xlsx", buttons=(button,))
    with zipfile.ZipFile(path) as package:
        (found,) = drawn(package.read("xl/drawings/vmlDrawing1.vml"))
        assert "xl/drawings/drawing1.xml" in package.namelist()
    assert (found.caption, found.macro, found.rows) == ("刷新分析", "[0]!XlcrmAnalyse", (0, 0))
    title = text_width(SHEET.title) * 1.6
    assert sum(grid_of(SHEET).widths[: found.left[0]]) > title


def test_an_action_names_analysis_sheets_like_tables(tmp_path: Path) -> None:
    button = Button("刷新分析", "XlcrmAnalyse", "重新计算分析表", ("管理驾驶舱",))
    macros = Macros((button,), xlwings_settings("linux", "/python"))
    build("service", tmp_path / "a.xlsm", macros=macros)
    with zipfile.ZipFile(tmp_path / "a.xlsm") as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
        with_buttons = [
            names[int(found[1]) - 1]
            for part in package.namelist()
            if (found := re.fullmatch(r"xl/worksheets/_rels/sheet(\d+)\.xml\.rels", part))
            and b"vmlDrawing" in package.read(part)
        ]
    assert with_buttons == ["首页", "管理驾驶舱"]


def test_a_band_with_its_chart_takes_the_widest_place() -> None:
    grid = grid_of(SHEET)
    by_name = {band.panel.name: band for band in grid.bands}
    assert by_name["industry"].chart is ChartPlace.BESIDE
    assert by_name["wide"].chart is ChartPlace.ABOVE
    assert by_name["worst"].chart is ChartPlace.NOWHERE
    for band in grid.bands:
        if band.chart is ChartPlace.BESIDE:
            left = pixels(grid.widths[: band.chart_at])
            assert left + grid.chart_width(band) <= grid.pixels, band.panel.title


@pytest.mark.parametrize("pack", PACKS)
def test_names_of_table_objects_are_valid_and_come_once_in_a_workbook(pack: str) -> None:
    names = [table.title for table in tables_of(pack)]
    names += [panel_table_name(spec.title, item.title) for spec in sheets_of(pack) for item in spec.panels]
    folded = [name.casefold() for name in names]
    assert len(set(folded)) == len(folded)
    for name in names:
        assert re.fullmatch(r"[^\W\d]\w*", name), name
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*", name), name
        assert len(name) <= 255


def test_names_of_sheets_are_allowed() -> None:
    for spec in SHEETS:
        assert len(spec.title) <= 31
        assert not re.search(r"[\[\]:*?/\\]", spec.title)


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(path: Path) -> None:
    assert findings(validator(), path) == []
