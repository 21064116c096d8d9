"""Sheets as texts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.report.build import COLUMNS, HOSTILE, made, panel, rows
from xlcrm.analysis.base import Chart, ChartKind, Figure, Filled
from xlcrm.report.document import document, value_text
from xlcrm.tables.base import Kind

BARS = Chart(ChartKind.BARS, "name", ("sales",), target="share")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1_234_567.805, Kind.MONEY, "1,234,567.81"),
        (1 / 16, Kind.PERCENT, "6.3%"),
        (0.4567, Kind.PERCENT, "45.7%"),
        (-0.0001, Kind.PERCENT, "0.0%"),
        (-0.012, Kind.PERCENT, "-1.2%"),
        (np.int64(1200), Kind.INT, "1,200"),
        (-0.4, Kind.NPS, "0"),
        (4.5, Kind.SCORE5, "4.5"),
        (100.0, Kind.NUMBER, "100"),
        (12.346, Kind.NUMBER, "12.35"),
        (-0.001, Kind.NUMBER, "0"),
        (None, Kind.INT, ""),
        (np.nan, Kind.MONEY, ""),
        (pd.NaT, Kind.DATE, ""),
        (pd.NA, Kind.TEXT, ""),
        (pd.Timestamp("2026-10-31"), Kind.DATE, "2026-10-31"),
        (pd.Timestamp("2026-10-31 09:05"), Kind.DATETIME, "2026-10-31 09:05"),
        (dt.date(2026, 10, 31), Kind.DATE, "2026-10-31"),
        (True, Kind.YESNO, "是"),
        (np.False_, Kind.YESNO, "否"),
        ("K0001", Kind.ID, "K0001"),
        (12345.0, Kind.ID, "12345"),
    ],
)
def test_values_as_a_reader_expects_them(value: object, kind: Kind, text: str) -> None:
    assert value_text(value, kind) == text


def block(filled: Filled, pack: str = "full", chart: Chart | None = BARS) -> Any:
    return document("报告", "2026年10月", [made((panel(chart), filled))], pack).pages[0].blocks[0]


def test_a_panel_becomes_headings_and_texts_without_links() -> None:
    found = block(Filled(rows(), "说明"))
    assert found.headings == ("行业", "客户数", "销售额", "占比", "目标", "等级", "改进措施")
    assert found.numeric == (False, True, True, True, True, False, False)
    assert found.whole == (False, True, True, True, True, True, False)
    assert found.typed == (False, False, False, False, False, False, True)
    assert found.rows == (
        ("制造业", "30", "1,234,567.80", "75.0%", "50.0%", "A类", ""),
        ("零售业", "8", "9,800.00", "20.0%", "50.0%", "B类", ""),
        (HOSTILE, "2", "", "5.0%", "50.0%", "", ""),
    )
    assert (found.title, found.caption, found.note) == ("按行业：industry", "说明", "净额。")


def test_choices_are_in_the_words_of_the_pack() -> None:
    assert [row[5] for row in block(Filled(rows(), ""), "service").rows] == ["VIP", "潜力", ""]


def test_what_the_user_typed_is_shown() -> None:
    filled = Filled(rows().assign(measure=pd.array(["加强培训", None, ""], dtype="str")), "")
    assert [row[-1] for row in block(filled).rows] == ["加强培训", "", ""]


def test_a_chart_takes_the_numbers_and_the_goal() -> None:
    drawing = block(Filled(rows(), "")).drawing
    assert drawing.kind is ChartKind.BARS
    assert drawing.categories == ("制造业", "零售业", HOSTILE)
    [series] = drawing.series
    assert (series.name, series.kind) == ("销售额", Kind.MONEY)
    np.testing.assert_array_equal(series.values, [1_234_567.8, 9_800.0, np.nan])
    np.testing.assert_array_equal(drawing.target.values, [0.75, 0.2, 0.05])


@pytest.mark.parametrize(
    "frame",
    [
        rows().head(0),
        rows(sales=[None, None, None]),
        rows().assign(sales=pd.array([pd.NA] * 3, dtype="Int64")),
    ],
)
def test_nothing_is_drawn_where_there_is_no_number(frame: pd.DataFrame) -> None:
    assert block(Filled(frame, "")).drawing is None


def test_a_panel_without_a_chart_has_no_drawing() -> None:
    assert block(Filled(rows(), ""), chart=None).drawing is None


def test_no_rows_leave_no_rows() -> None:
    empty = pd.DataFrame({item.key: [] for item in COLUMNS})
    assert block(Filled(empty, "没有数据")).rows == ()


def test_cards_say_whether_a_change_is_welcome() -> None:
    figures = {
        "客户总数": Figure(1200.0, "较上月 +3", good=True),
        "逾期任务": Figure(4, "较上月 +1", good=False),
        "NPS": Figure(None, "n=0"),
    }
    item = made((panel(None), Filled(rows(), "")), figures=figures)
    page = document("报告", "", [item]).pages[0]
    assert [(card.label, card.value, card.text, card.mood) for card in page.cards] == [
        ("客户总数", "1,200", "好转：较上月 +3", "good"),
        ("逾期任务", "4", "转差：较上月 +1", "bad"),
        ("NPS", "—", "n=0", ""),
    ]
    assert (page.title, page.hint) == ("客户分析", "看哪些行业")
