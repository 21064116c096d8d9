"""Charts: tied to the cells, told apart without colours, said in words for those who do not see them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.templates.analysis_sample import (
    CLASSES,
    INDUSTRY,
    LEVELS,
    MONTHS,
    NS,
    OWNERS,
    PANELS,
    SHEET,
    TICKETS,
    WIDE,
    charts_of,
    made,
    references,
    write,
)
from xlcrm.analysis.base import ChartKind, Kind
from xlcrm.analysis.sheets import SHEETS
from xlcrm.templates import build_report, palette
from xlcrm.templates.analysis_grid import grid_of
from xlcrm.templates.chart_looks import BAR_FILLS, INKS, SHARE_FILLS, part_format

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from xlcrm.analysis.base import Panel

Charts = dict[str, "ET.Element"]
BANDS = {band.panel.name: band for band in grid_of(SHEET).bands}


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Charts:
    return charts_of(write(tmp_path_factory.mktemp("charts") / "new.xlsx"))


def attribute(chart: ET.Element, path: str, name: str = "val") -> list[str]:
    return [item.get(name, "") for item in chart.findall(path, NS)]


def lightness(color: str) -> float:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("item", [item for item in PANELS if item.chart], ids=lambda item: item.name)
def test_title_series_and_categories_are_cells_of_the_panel(charts: Charts, item: Panel) -> None:
    chart, band = charts[item.title], BANDS[item.name]
    assert item.chart
    assert references(chart, "./c:chart/c:title//c:f") == [f"'样张'!$A${band.caption + 1}"]
    if item.chart.kind is ChartKind.SHARES:
        return
    letters = {column.key: "ABCDEFGHIJKLM"[place] for place, column in enumerate(item.columns)}
    keys = [*item.chart.series, *filter(None, [item.chart.target])]
    first = band.first + 1
    body = [f"'样张'!${letters[key]}${first}" for key in keys]
    assert references(chart, ".//c:ser/c:val//c:f") == body
    assert references(chart, ".//c:ser/c:tx//c:f") == [f"'样张'!${letters[key]}${first - 1}" for key in keys]
    name = letters[item.chart.category]
    assert set(references(chart, ".//c:ser/c:cat//c:f")) == {f"'样张'!${name}${first}"}


def test_the_first_of_ranked_bars_is_at_the_top(charts: Charts) -> None:
    chart = charts[INDUSTRY.title]
    assert attribute(chart, ".//c:barDir") == ["bar"]
    assert attribute(chart, ".//c:catAx/c:scaling/c:orientation") == ["maxMin"]
    assert attribute(chart, ".//c:valAx/c:scaling/c:min") == ["0"]


def test_bars_and_columns_carry_their_figures_instead_of_an_axis(charts: Charts) -> None:
    for item, digits in ((INDUSTRY, "#,##0"), (TICKETS, "#,##0"), (WIDE, "#,##0")):
        chart = charts[item.title]
        assert "1" in attribute(chart, ".//c:barChart/c:ser/c:dLbls/c:showVal")
        assert set(attribute(chart, ".//c:barChart/c:ser/c:dLbls/c:numFmt", "formatCode")) == {digits}
        assert attribute(chart, ".//c:valAx/c:delete") == ["1"]
        assert not chart.findall(".//c:majorGridlines", NS)


def test_few_bars_are_no_blocks(charts: Charts, tmp_path: Path) -> None:
    assert attribute(charts[INDUSTRY.title], ".//c:gapWidth") == ["50"]
    path = tmp_path / "a.xlsx"
    build_report(path, [made(INDUSTRY, LEVELS)], "月报", period="2026年10月")
    drawn = charts_of(path)
    assert attribute(drawn[INDUSTRY.title], ".//c:gapWidth") == ["160"]
    assert attribute(drawn[LEVELS.title], ".//c:gapWidth") == ["50"]


def test_stacked_columns_have_light_gridlines_and_an_axis(charts: Charts) -> None:
    chart = charts[LEVELS.title]
    assert attribute(chart, ".//c:grouping") == ["stacked"]
    assert len(chart.findall(".//c:majorGridlines", NS)) == 1
    assert attribute(chart, ".//c:valAx/c:delete") in ([], ["0"])


def test_lines_differ_in_marks_and_dashes(charts: Charts) -> None:
    chart = charts[MONTHS.title]
    symbols = attribute(chart, ".//c:ser/c:marker/c:symbol")
    dashes = [series.find(".//a:prstDash", NS) for series in chart.findall(".//c:ser", NS)]
    shapes = [
        (symbol, dash is not None and dash.get("val")) for symbol, dash in zip(symbols, dashes, strict=True)
    ]
    assert len(set(shapes)) == 3
    assert symbols == ["circle", "square", "none"]
    assert attribute(chart, ".//c:dLbls/c:dLblPos") == ["t", "b"]
    assert attribute(chart, ".//c:valAx/c:numFmt", "formatCode") == ['[>1.0001]"";0%']
    assert attribute(chart, ".//c:dispBlanksAs") in ([], ["gap"])


def test_a_goal_is_a_thin_dashed_line_over_columns_and_months(charts: Charts) -> None:
    for item in (TICKETS, MONTHS):
        line = charts[item.title].findall(".//c:lineChart/c:ser", NS)[-1]
        assert [dash.get("val") for dash in line.findall(".//a:prstDash", NS)] == ["dash"]
        assert attribute(line, "./c:marker/c:symbol") == ["none"]
        assert attribute(line, "./c:spPr/a:ln", "w") == ["15875"]


def test_a_goal_outlines_lying_bars(charts: Charts) -> None:
    goal = charts[OWNERS.title].findall(".//c:barChart/c:ser", NS)[-1]
    assert goal.find("./c:spPr/a:noFill", NS) is not None
    assert attribute(charts[OWNERS.title], ".//c:overlap") == ["100"]


def test_shares_are_one_bar_of_a_series_a_row(charts: Charts) -> None:
    chart, band = charts[CLASSES.title], BANDS["classes"]
    rows = range(band.first + 1, band.first + 1 + CLASSES.rows)
    assert attribute(chart, ".//c:grouping") == ["percentStacked"]
    assert references(chart, ".//c:ser/c:tx//c:f") == [f"'样张'!$A${row}" for row in rows]
    assert references(chart, ".//c:ser/c:val//c:f") == [f"'样张'!$B${row}" for row in rows]
    assert attribute(chart, ".//c:ser/c:dLbls/c:showVal") == ["1"] * 3
    assert attribute(chart, ".//c:legendPos") == ["b"]


def test_parts_too_small_for_a_figure_go_without() -> None:
    assert part_format(Kind.PERCENT) == '[<0.035]"";0%'
    assert part_format(Kind.INT) == "#,##0;;"


def test_a_legend_comes_with_several_series_only(charts: Charts) -> None:
    with_legend = {name for name, chart in charts.items() if chart.find(".//c:legend", NS) is not None}
    assert with_legend == {item.title for item in (CLASSES, MONTHS, LEVELS, TICKETS, OWNERS, WIDE)}


def test_texts_have_our_font_in_chinese_too(charts: Charts) -> None:
    for chart in charts.values():
        latin = attribute(chart, ".//a:latin", "typeface")
        assert latin
        assert latin == attribute(chart, ".//a:ea", "typeface") == [palette.FONT] * len(latin)


def test_nothing_is_round_or_deep(charts: Charts) -> None:
    for chart in charts.values():
        tags = {item.tag.rpartition("}")[2] for item in chart.iter()}
        assert not tags & {"pieChart", "doughnutChart", "view3D", "bar3DChart", "line3DChart"}


def test_neighbours_differ_in_black_and_white() -> None:
    for one, other in pairwise(BAR_FILLS):
        assert abs(lightness(one) - lightness(other)) > 40
    looks = [
        lightness(str(fill["fill"]["color"])) if "fill" in fill else str(fill["pattern"]["pattern"])
        for fill in SHARE_FILLS
    ]
    for left, right in pairwise(looks):
        if isinstance(left, float) and isinstance(right, float):
            assert abs(left - right) > 40
        else:
            assert left != right
    assert len(set(INKS)) == len(INKS)


def test_every_chart_of_the_workbooks_draws_figures_of_one_kind() -> None:
    """Amounts and counts of very different size never share an axis."""
    for spec in SHEETS:
        for item in spec.panels:
            if item.chart:
                keys = [*item.chart.series, *filter(None, [item.chart.target])]
                assert len({item.by_key[key].kind for key in keys}) == 1, f"{spec.title} {item.title}"
                assert item.chart.category in item.by_key
                assert len(item.chart.series) <= 4
