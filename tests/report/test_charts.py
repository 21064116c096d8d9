"""Charts as SVG."""

from __future__ import annotations

import locale
import re
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager

from tests.report.build import HOSTILE, every_chart, made
from xlcrm.analysis.base import ChartKind
from xlcrm.report.charts import chinese_fonts, height, short
from xlcrm.report.document import Drawing, Series, document
from xlcrm.report.svg import svg
from xlcrm.tables.base import Kind


def drawings() -> dict[ChartKind, Drawing]:
    blocks = document("", "", [made(*every_chart())]).pages[0].blocks
    return {block.drawing.kind: block.drawing for block in blocks if block.drawing}


def drawing(
    kind: ChartKind,
    *values: list[float],
    names: tuple[str, ...] = (),
    of: Kind = Kind.INT,
    goal: object = None,
) -> Drawing:
    target = None if goal is None else Series("目标", of, np.array(goal, dtype=np.float64))
    series = tuple(Series(f"列{n}", of, np.array(each, dtype=np.float64)) for n, each in enumerate(values))
    return Drawing(kind, names or tuple(f"甲{n}" for n in range(len(values[0]))), series, target)


def texts(markup: str) -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", markup)]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_every_kind_is_drawn_the_same_each_time(kind: ChartKind) -> None:
    item = drawings()[kind]
    found = svg(item, "a")
    assert found == svg(item, "a")
    assert found.startswith("<svg ")
    assert found.rstrip().endswith("</svg>")
    assert height(item) > 0.4
    assert "制造业" in texts(found)


@pytest.mark.parametrize("kind", list(ChartKind))
def test_texts_stay_texts_and_are_escaped(kind: ChartKind) -> None:
    found = svg(replace(drawings()[kind], categories=("制造业", "$x^2$", "<b>&'\"")), "a")
    assert "$x^2$" in texts(found) or kind is not ChartKind.BARS
    assert "<b>" not in found
    assert "<script" not in svg(drawings()[kind], "a")


@pytest.mark.parametrize("kind", list(ChartKind))
def test_two_charts_of_a_page_share_no_name(kind: ChartKind) -> None:
    item = drawings()[kind]
    names = [set(re.findall(r'(?<= )id="([^"]+)"', svg(item, name))) for name in ("one", "two")]
    assert not names[0] & names[1]
    used = re.findall(r"(?:url\(|href=\")#([^)\"]+)", svg(item, "one"))
    assert set(used) <= names[0]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_the_page_owns_font_size_and_style(kind: ChartKind) -> None:
    found = svg(drawings()[kind], "a")
    for word in ("font-family", "<style", "<metadata", "<?xml", "http-equiv"):
        assert word not in found
    assert "width" not in found[: found.index(">")]
    assert re.findall(r"https?://[^\"]*", found) == [
        "http://www.w3.org/1999/xlink",
        "http://www.w3.org/2000/svg",
    ]


def test_a_long_name_is_cut() -> None:
    found = texts(svg(drawing(ChartKind.BARS, [1], names=("教育培训与职业发展咨询服务行业协会",)), "a"))
    assert "教育培训与职业发展咨询…" in found


def test_bars_carry_their_numbers_and_blanks_none() -> None:
    item = drawing(ChartKind.BARS, [123_456, np.nan, 0], of=Kind.MONEY)
    assert texts(svg(item, "a")) == ["甲0", "甲1", "甲2", "12.35万", "0"]


def test_the_first_bar_is_the_top_one() -> None:
    found = svg(drawing(ChartKind.BARS, [3, 2, 1]), "a")
    heights = [float(y) for y in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*> ?甲', found)]
    assert heights == sorted(heights)


def test_negative_growth_is_drawn() -> None:
    assert "-20%" in texts(svg(drawing(ChartKind.BARS, [0.5, -0.2], of=Kind.PERCENT), "a"))


def test_several_columns_have_names_in_a_legend_the_goal_last() -> None:
    for kind in (ChartKind.BARS, ChartKind.COLUMNS, ChartKind.STACKED, ChartKind.LINES):
        found = texts(svg(drawing(kind, [1, 2], [3, 4], goal=[2, 2]), "a"))
        assert found[-3:] == ["列0", "列1", "目标"], kind


def test_one_column_needs_no_legend() -> None:
    assert "列0" not in texts(svg(drawing(ChartKind.COLUMNS, [1, 2]), "a"))


def test_a_goal_that_changes_and_one_that_is_blank() -> None:
    for kind in (ChartKind.BARS, ChartKind.LINES):
        assert "目标" in texts(svg(drawing(kind, [1, 2], goal=[2, 3]), "a"))
        assert "目标" not in texts(svg(drawing(kind, [1, 2], goal=[np.nan, np.nan]), "a"))


def test_lines_differ_by_mark_and_dash() -> None:
    found = svg(drawing(ChartKind.LINES, [1, 2], [3, 4]), "a")
    assert len(set(re.findall(r'stroke-dasharray: ?[^;"]+', found))) >= 1
    assert len(set(re.findall(r'<use xlink:href="#(a-m\w+)"', found))) >= 2


def test_a_line_below_zero_keeps_its_foot() -> None:
    assert any(
        text.startswith("-") for text in texts(svg(drawing(ChartKind.LINES, [-30, 20], of=Kind.NPS), "a"))
    )


def test_many_columns_leave_the_numbers_to_the_axis() -> None:
    few = texts(svg(drawing(ChartKind.COLUMNS, [7.0] * 3), "a"))
    many = texts(svg(drawing(ChartKind.COLUMNS, [7.0] * 20), "a"))
    assert few.count("7") == 3
    assert many.count("7") == 0


def test_a_share_too_thin_for_its_number_has_only_its_name() -> None:
    found = texts(svg(drawing(ChartKind.SHARES, [99.5, 0.5, 0], names=("重要", "一般", "没有")), "a"))
    assert "99.5%" in found
    assert "0.5%" not in found
    assert {"重要", "一般", "没有"} <= set(found)


def test_shares_of_nothing_are_no_fault() -> None:
    assert "甲0" in texts(svg(drawing(ChartKind.SHARES, [0, 0]), "a"))


def test_the_machine_s_locale_and_settings_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    item = drawings()[ChartKind.COLUMNS]
    expected = svg(item, "a")
    with mpl.rc_context({"axes.formatter.use_locale": True, "font.size": 30, "lines.linewidth": 9}):
        monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ",", "thousands_sep": "."})
        assert svg(item, "a") == expected
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize(
    ("names", "found"),
    [(["DejaVu Sans"], []), (["SimHei", "DejaVu Sans", "PingFang SC"], ["PingFang SC", "SimHei"])],
)
def test_chinese_fonts_are_looked_for_in_their_order(
    monkeypatch: pytest.MonkeyPatch, names: list[str], found: list[str]
) -> None:
    fonts = [
        replace(font, name=name) for font, name in zip(font_manager.fontManager.ttflist, names, strict=False)
    ]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    assert chinese_fonts() == found


def test_the_fonts_of_the_machine_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = [svg(item, "a") for item in drawings().values()]
    own = [font for font in font_manager.fontManager.ttflist if font.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    font_manager.fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined] # a cached method
    assert [svg(item, "a") for item in drawings().values()] == expected
    assert not caplog.records


def test_amounts_in_charts_are_short() -> None:
    assert short(12_345, Kind.MONEY) == "1.23万"
    assert short(9_999.5, Kind.MONEY) == "9,999.5"
    assert short(-20_000, Kind.MONEY) == "-2万"
    assert short(0.5, Kind.PERCENT) == "50%"
    assert short(0.123, Kind.PERCENT) == "12.3%"


def test_hostile_names_are_hostile() -> None:
    assert any(HOSTILE in item.categories for item in drawings().values())
