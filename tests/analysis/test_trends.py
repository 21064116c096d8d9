"""趋势分析: six months, each panel by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.analysis.build import behind_rows, cells, filled, scope
from tests.analysis.random_office import Office
from tests.compute.build import book
from xlcrm.analysis.sources.monthly import figures
from xlcrm.analysis.trends import SHEET

MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
PANELS = [panel.name for panel in SHEET.panels]


def rows_of(*columns: list[Any]) -> list[tuple[Any, ...]]:
    return list(zip(MONTHS, *columns, strict=True))


@pytest.mark.parametrize("panel", PANELS)
def test_without_data_a_panel_has_no_rows(panel: str) -> None:
    found = filled(SHEET, panel, scope({"customers": []}))
    assert found.rows.empty
    assert found.caption == "2026年6月至2026年11月 没有数据"


def test_customers_at_the_months_ends() -> None:
    days = ["2026-05-01", "2026-08-31", "2026-11-20", None, "2026-11-21"]
    given = scope({"customers": [{"customer_id": str(n), "filed_on": day} for n, day in enumerate(days)]})
    assert cells(SHEET, "customers", given) == rows_of([2, 2, 3, 3, 3, 4])
    assert filled(SHEET, "customers", given).caption == "2026年6月至2026年11月 客户总数由2升至4"


def test_who_came_and_who_went() -> None:
    # 甲: 3 February and 6 months is 3 August; 乙 talked on 2 June and stays until 2 December.
    given = scope(
        {
            "customers": [
                {"customer_id": "甲", "filed_on": "2026-06-30"},
                {"customer_id": "乙", "filed_on": "2026-08-01"},
                {"customer_id": "丙", "filed_on": "2026-08-05"},
            ],
            "followup_records": [
                {"customer_id": "甲", "touched_at": "2026-02-03"},
                {"customer_id": "乙", "touched_at": "2026-06-02"},
            ],
        }
    )
    assert cells(SHEET, "flows", given) == rows_of([1, 0, 2, 0, 0, 0], [0, 0, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0])
    found = filled(SHEET, "flows", given)
    assert found.caption == "2026年6月至2026年11月 新增3位，流失1位"
    assert behind_rows(SHEET, "flows", given) == {
        2: [("customers", 2), ("customers", 0), ("customers", 1)],
        0: [("customers", 0)],
    }
    assert found.behind["text"].tolist() == ["新增", "流失", "新增", "新增"]


def test_lost_ones_are_shown_where_nobody_has_a_day_of_filing() -> None:
    given = scope(
        {
            "customers": [{"customer_id": "甲"}],
            "followup_records": [{"customer_id": "甲", "touched_at": "2026-04-03"}],
        }
    )
    assert cells(SHEET, "flows", given) == rows_of([None] * 6, [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, -1, 0])


def test_sales_are_net_and_doubtful_amounts_are_told() -> None:
    trades = [
        ("2026-09-01", 100, None),
        ("2026-10-01", 1500, None),
        ("2026-10-02", 2500, None),
        ("2026-10-03", -1000, "退款"),
        ("2026-11-03", -5, "设备"),
        ("2026-11-04", 40, None),
        ("2026-11-21", 9999, None),
        ("2026-05-31", 7, None),
    ]
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "transactions": [
                {"customer_id": "1", "traded_on": day, "amount": amount, "product": product}
                for day, amount, product in trades
            ],
        }
    )
    assert cells(SHEET, "sales", given) == rows_of(
        [0, 0, 0, 100, 3000, 40], [0, 0, 0, 1, 2, 1], [None, None, None, 100, 1500, 40]
    )
    assert (
        filled(SHEET, "sales", given).caption
        == "2026年6月至2026年11月 月销售额由0元升至40元；1笔金额存疑未计入"
    )
    table = "transactions"
    assert behind_rows(SHEET, "sales", given) == {
        4: [(table, 2), (table, 1), (table, 3)],
        3: [(table, 0)],
        5: [(table, 5)],
    }
    assert filled(SHEET, "sales", given).behind["amount"].tolist() == [2500, 1500, 100, 40, -1000]


def test_complaints_a_hundred_customers() -> None:
    days = ["2026-09-10 09:00", "2026-09-11 09:00", "2026-11-01 09:00", "2026-11-25 09:00"]
    given = scope(
        {
            "customers": [{"customer_id": str(number)} for number in range(8)],
            "complaints": [{"complaint_id": day, "received_at": day, "content": "噪音"} for day in days],
        }
    )
    assert cells(SHEET, "complaints", given) == rows_of(
        [None, None, None, 2, 0, 1], [8] * 6, [None, None, None, 25, 0, 12.5]
    )
    assert filled(SHEET, "complaints", given).caption == "2026年6月至2026年11月 每百客户投诉由25.0降至12.5"
    assert behind_rows(SHEET, "complaints", given) == {
        3: [("complaints", 1), ("complaints", 0)],
        5: [("complaints", 2)],
    }
    assert filled(SHEET, "complaints", given).behind["at"].dt.to_pydatetime().tolist()[0] == dt.datetime(
        2026, 11, 1, 9
    )


def test_satisfaction_with_the_worst_form_first() -> None:
    forms = [("2026-10-01", 5), ("2026-10-02", 3), ("2026-10-03", None), ("2026-11-01", 4)]
    given = scope(
        {
            "customers": [{"customer_id": "1"}],
            "satisfaction_surveys": [
                {"customer_id": "1", "surveyed_on": day, "quality": score} for day, score in forms
            ],
        }
    )
    assert cells(SHEET, "satisfaction", given) == rows_of(
        [None, None, None, None, 0.8, 0.8], [None, None, None, None, 2, 1]
    )
    found = filled(SHEET, "satisfaction", given)
    assert found.caption == "2026年6月至2026年11月 平均满意度首尾持平，为80.0%（n=3）"
    table = "satisfaction_surveys"
    assert behind_rows(SHEET, "satisfaction", given) == {4: [(table, 1), (table, 0)], 5: [(table, 3)]}
    assert found.behind["amount"].tolist() == [60, 80, 100]


def test_attainment_with_what_was_late() -> None:
    # 24 hours: 甲 in time, 乙 an hour late, 丙 a day late and open; 丁 has time left.
    rows = [
        ("2026-10-01 09:00", "2026-10-02 09:00"),
        ("2026-10-05 09:00", "2026-10-06 10:00"),
        ("2026-11-18 10:30", None),
        ("2026-11-20 09:00", None),
    ]
    given = scope(
        {
            "complaints": [
                {"complaint_id": came, "received_at": came, "resolved_at": ended, "level": "一般"}
                for came, ended in rows
            ]
        },
        rules=book("C28"),
    )
    assert cells(SHEET, "attainment", given) == rows_of(
        [None, None, None, None, 0.5, 0], [None, None, None, None, 2, 1]
    )
    found = filled(SHEET, "attainment", given)
    assert found.caption == "2026年6月至2026年11月 SLA达成率由50.0%降至0.0%（n=3）"
    assert behind_rows(SHEET, "attainment", given) == {4: [("complaints", 1)], 5: [("complaints", 2)]}
    assert found.behind["amount"].tolist() == [24, 1]


def test_one_known_month_has_no_course() -> None:
    given = scope({"customers": [{"customer_id": "1", "filed_on": "2026-11-01"}]})
    assert filled(SHEET, "customers", given).caption == "2026年6月至2026年11月 客户总数1"


def test_a_sheet_without_the_day_of_filing_still_counts_customers() -> None:
    given = scope({"customers": [{"customer_id": "1"}, {"customer_id": "2"}]})
    assert cells(SHEET, "customers", given) == rows_of([2] * 6)
    assert filled(SHEET, "flows", given).rows.empty


@pytest.mark.parametrize("seed", [11, 12])
def test_panels_show_the_monthly_figures_and_their_rows(seed: int) -> None:
    office = Office(seed)
    given = scope(office.tables, rules=book("C28", "C29"))
    for name in PANELS:
        panel = next(panel for panel in SHEET.panels if panel.name == name)
        for row in filled(SHEET, name, given).rows.to_dict("records"):
            for key in panel.by_key.keys() & row.keys() - {"month", "net"}:
                own, wanted = float(row[key]), figures(given)[row["month"]][str(key)]
                assert own == pytest.approx(wanted, nan_ok=True)
    for name, key in (("complaints", "complaints"), ("satisfaction", "satisfaction_n")):
        counts = [value or 0 for value in filled(SHEET, name, given).rows[key].fillna(0).tolist()]
        behind = behind_rows(SHEET, name, given)
        assert [len(behind.get(line, [])) for line in range(6)] == counts
