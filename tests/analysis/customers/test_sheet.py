"""客户分析: customers and sales by industry, grade and source, and what customers are worth."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

import numpy as np
import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.analysis.random_office import Office, counts
from tests.checks.build import given as checked
from tests.compute.build import NOW, facts
from xlcrm.analysis.base import Figure
from xlcrm.analysis.customers.groups import sentence
from xlcrm.analysis.customers.lifetime import lifetime
from xlcrm.analysis.customers.sheet import SHEET
from xlcrm.checks import duplicates

PANELS = [panel.name for panel in SHEET.panels]


def customer(number: int, **given: Any) -> dict[str, Any]:
    return {"customer_id": str(number), "name": f"客户{number}", **given}


def trade(who: int, day: str, amount: float | None, product: str | None = None) -> dict[str, Any]:
    return {"customer_id": str(who), "traded_on": day, "amount": amount, "product": product}


@pytest.mark.parametrize("panel", PANELS)
def test_without_data_a_panel_has_no_rows(panel: str) -> None:
    found = filled(SHEET, panel, scope({"customers": []}))
    assert found.rows.empty
    words = {"customers": "没有在册客户", "sales": "没有可计入的交易", "lifetime": "没有成交客户"}
    assert found.caption.endswith(words[panel.split("_", maxsplit=1)[0]])


def test_the_cards_are_those_of_the_dashboard_and_the_mean_worth() -> None:
    assert [card.label for card in SHEET.cards] == [
        "客户总数",
        "新增客户数",
        "流失客户数",
        "平均客单价",
        "平均终身价值",
    ]


REGISTER: dict[str, Any] = {
    "customers": [
        customer(0, filed_on="2026-08-01", industry="制造业", grade="A类", channel="行业展会"),
        customer(1, filed_on="2026-11-02", industry="制造业", grade="B类", channel="搜索引擎"),
        customer(2, filed_on=None, industry="医疗", grade="B类", channel="行业展会"),
        customer(3, filed_on="2026-11-03", industry=None, grade=None, channel="朋友"),
        customer(4, filed_on="2026-12-01", industry="教育", grade="C类", channel="朋友"),
        customer(5, filed_on="2026-01-01", industry="制造业", grade="特级", channel=None),
    ],
    "followup_records": [{"customer_id": "0", "touched_at": "2026-05-06 09:00"}],
}
"""Five on file, 1 and 3 new in November, 0 lost on 6 November; 4 is filed after now."""


def test_customers_by_industry() -> None:
    given = scope(REGISTER)
    assert cells(SHEET, "customers_by_industry", given) == [
        ("制造业", 3, 0.6, 1, 1),
        ("医疗", 1, 0.2, 0, 0),
        ("未填写", 1, 0.2, 1, 0),
    ]
    found = filled(SHEET, "customers_by_industry", given)
    assert found.caption == "2026年11月（截至20日） 在册客户5位，制造业占60%"
    # New and lost ones first, each the newest on file first.
    assert behind_rows(SHEET, "customers_by_industry", given) == {
        0: [("customers", 1), ("customers", 0), ("customers", 5)],
        1: [("customers", 2)],
        2: [("customers", 3)],
    }
    words = found.behind.set_index("place")["text"].to_dict()
    assert {place: word for place, word in words.items() if isinstance(word, str)} == {
        1: "本期新增",
        0: "本期流失",
        3: "本期新增",
    }


def test_customers_by_grade_always_have_the_same_lines() -> None:
    assert cells(SHEET, "customers_by_grade", scope(REGISTER)) == [
        ("A类", 1, 0.2, 0, 1),
        ("B类", 2, 0.4, 1, 0),
        ("C类", 0, 0.0, 0, 0),
        ("其他或未填写", 2, 0.4, 1, 0),
    ]
    caption = filled(SHEET, "customers_by_grade", scope(REGISTER)).caption
    assert caption == "2026年11月（截至20日） 在册客户5位"


def test_customers_by_source() -> None:
    assert cells(SHEET, "customers_by_channel", scope(REGISTER)) == [
        ("行业展会", 2, 0.4, 0, 1),
        ("搜索引擎", 1, 0.2, 1, 0),
        ("朋友", 1, 0.2, 1, 0),
        ("未填写", 1, 0.2, 0, 0),
    ]


def test_a_past_month_counts_who_was_on_file_then() -> None:
    given = scope(REGISTER, "2026-10")
    assert cells(SHEET, "customers_by_industry", given) == [
        ("制造业", 2, 2 / 3, 0, 0),
        ("医疗", 1, 1 / 3, 0, 0),
    ]
    assert filled(SHEET, "customers_by_industry", given).caption == "2026年10月 在册客户3位，制造业占67%"


def test_a_month_that_lies_ahead_has_no_customers_yet() -> None:
    assert cells(SHEET, "customers_by_industry", scope(REGISTER, "2026-12")) == []


def test_the_grade_that_leads_is_named_in_the_words_of_the_pack() -> None:
    given = facts(
        {"customers": [customer(0, grade="A类"), customer(1, grade="A类"), customer(2, grade="B类")]}
    )
    service = scope(
        type(given)(given.data, given.rules, given.parameters, given.worktime, given.now, "service")
    )
    caption = filled(SHEET, "customers_by_grade", service).caption
    assert caption == "2026年11月（截至20日） 在册客户3位，VIP占67%"


def test_more_sources_than_fit_share_a_last_line() -> None:
    rows = [customer(number, channel=f"来源{number % 14:02d}") for number in range(20)]
    found = cells(SHEET, "customers_by_channel", scope({"customers": rows}))
    assert len(found) == 12
    # Six sources have 2 customers, eight have 1: three of these do not fit.
    assert found[5:7] == [("来源05", 2, 0.1, 0, 0), ("来源06", 1, 0.05, 0, 0)]
    assert found[-1] == ("其余3项", 3, 0.15, 0, 0)


def test_suspected_duplicates_are_reported() -> None:
    rows = {
        "customers": [
            customer(0, phone="13812345678", industry="医疗"),
            customer(1, phone="13812345678", industry="医疗"),
            customer(2, phone="13812345679", industry="医疗"),
        ]
    }
    given = facts(rows)
    found = duplicates.check(checked(*given.data.values()))
    assert found["code"].tolist() == ["V14"] * len(found)
    own = scope(given, findings=found[found["key"] == "phone"])
    assert filled(SHEET, "customers_by_industry", own).caption == (
        "2026年11月（截至20日） 在册客户3位，医疗占100%；疑似重复2行"
    )
    assert "疑似重复" not in filled(SHEET, "customers_by_grade", own).caption


def test_a_caption_holds_what_fits() -> None:
    assert sentence("甲" * 50, "乙" * 11, "丙" * 10) == "甲" * 50 + "丙" * 10


SALES: dict[str, Any] = {
    "customers": [
        customer(0, industry="制造业", grade="A类", channel="行业展会"),
        customer(1, industry="制造业", grade="B类", channel="搜索引擎"),
        customer(2, industry="医疗", grade="B类", channel="行业展会"),
        customer(3, industry="教育", grade="A类", channel="行业展会"),
        customer(4, industry="金融", grade="C类", channel="行业展会"),
        customer(5, industry=None, grade=None, channel=None),
    ],
    "transactions": [
        trade(0, "2026-10-05", 400),
        trade(1, "2026-10-06", 200),
        trade(2, "2026-10-07", 100),
        trade(3, "2026-10-08", 50),
        trade(4, "2026-10-09", 70),
        trade(0, "2026-11-05", 500),
        trade(0, "2026-11-06", 200),
        trade(0, "2026-11-07", -100, "退款"),
        trade(1, "2026-11-08", 100),
        trade(2, "2026-11-09", 120),
        trade(3, "2026-11-10", 59.5),
        trade(9, "2026-11-11", 20.5),
        trade(2, "2026-11-12", 5000, None) | {"amount": -5000},
        trade(2, "2026-11-21", 7000),
    ],
}
"""November 900: 制造业 700, 医疗 120 after 100, 教育 59.5 after 50, 金融 0 after 70, of nobody known 20.5."""


def test_sales_by_industry() -> None:
    given = scope(SALES)
    assert cells(SHEET, "sales_by_industry", given) == [
        ("制造业", 2, 700.0, 700 / 900, 600.0, pytest.approx(1 / 6), "优势行业"),
        # 13.3% of sales and a growth of 20% sharp.
        ("医疗", 1, 120.0, 120 / 900, 100.0, 0.2, "潜力行业"),
        # A growth of 19% is not enough.
        ("教育", 1, 59.5, 59.5 / 900, 50.0, pytest.approx(0.19), None),
        ("未填写", 0, 20.5, 20.5 / 900, 0.0, None, None),
        ("金融", 0, 0.0, 0.0, 70.0, -1.0, None),
    ]
    found = filled(SHEET, "sales_by_industry", given)
    assert (
        found.caption
        == "2026年11月（截至20日） 制造业占销售额78%（n=7）；1笔金额存疑未计入，医疗增长最快（+20%）"
    )
    table = "transactions"
    assert behind_rows(SHEET, "sales_by_industry", given) == {
        0: [(table, 5), (table, 6), (table, 8), (table, 7)],
        1: [(table, 9)],
        2: [(table, 10)],
        3: [(table, 11)],
    }
    assert found.behind["amount"].tolist() == [500, 200, 120, 100, 59.5, 20.5, -100]


def test_sales_by_grade_and_source() -> None:
    given = scope(SALES)
    assert cells(SHEET, "sales_by_grade", given) == [
        ("A类", 2, 659.5, 659.5 / 900, 450.0, pytest.approx(209.5 / 450)),
        ("B类", 2, 220.0, 220 / 900, 300.0, pytest.approx(-80 / 300)),
        ("C类", 0, 0.0, 0.0, 70.0, -1.0),
        ("其他或未填写", 0, 20.5, 20.5 / 900, 0.0, None),
    ]
    assert cells(SHEET, "sales_by_channel", given) == [
        ("行业展会", 3, 779.5, 779.5 / 900, 620.0, pytest.approx(159.5 / 620)),
        ("搜索引擎", 1, 100.0, 100 / 900, 200.0, -0.5),
        ("未填写", 0, 20.5, 20.5 / 900, 0.0, None),
    ]


def test_a_share_of_fifteen_percent_is_no_small_one() -> None:
    rows = {
        "customers": [customer(0, industry="制造业"), customer(1, industry="医疗")],
        "transactions": [
            trade(0, "2026-11-01", 850),
            trade(1, "2026-11-01", 150),
            trade(1, "2026-10-01", 10),
        ],
    }
    assert [row[-1] for row in cells(SHEET, "sales_by_industry", scope(rows))] == ["优势行业", None]
    higher = scope(rows, rising_share=15.1, rising_growth=1400)
    assert [row[-1] for row in cells(SHEET, "sales_by_industry", higher)] == ["优势行业", "潜力行业"]
    faster = scope(rows, rising_share=15.1, rising_growth=1400.1)
    assert [row[-1] for row in cells(SHEET, "sales_by_industry", faster)] == ["优势行业", None]


def test_equal_industries_both_lead_and_unknown_ones_never_do() -> None:
    rows = {
        "customers": [
            customer(0, industry="制造业"),
            customer(1, industry="医疗"),
            customer(2, industry="未知"),
        ],
        "transactions": [trade(who, "2026-11-01", amount) for who, amount in ((0, 50), (1, 50), (2, 90))],
    }
    assert cells(SHEET, "sales_by_industry", scope(rows)) == [
        ("未知", 1, 90.0, 90 / 190, None, None, None),
        ("制造业", 1, 50.0, 50 / 190, None, None, "优势行业"),
        ("医疗", 1, 50.0, 50 / 190, None, None, "优势行业"),
    ]


def test_a_month_without_trades_shows_none_and_the_one_before_is_blank_where_it_had_none() -> None:
    rows = {"customers": [customer(0, industry="医疗")], "transactions": [trade(0, "2026-09-01", 5)]}
    assert cells(SHEET, "sales_by_industry", scope(rows, "2026-10")) == []
    assert filled(SHEET, "sales_by_industry", scope(rows, "2026-10")).caption == "2026年10月 没有可计入的交易"
    assert cells(SHEET, "sales_by_industry", scope(rows, "2026-09")) == [
        ("医疗", 1, 5.0, 1.0, None, None, "优势行业")
    ]


def test_refunds_alone_have_no_shares_and_no_buyers() -> None:
    rows = {"customers": [customer(0, industry="医疗")], "transactions": [trade(0, "2026-11-01", -5, "退款")]}
    given = scope(rows)
    assert cells(SHEET, "sales_by_industry", given) == [("医疗", 0, -5.0, None, None, None, None)]
    assert filled(SHEET, "sales_by_industry", given).caption == "2026年11月（截至20日） 销售额-5元（n=1）"


def test_lifetime_value() -> None:
    given = scope(
        {
            "customers": [
                customer(0, grade="A类", signed_on="2025-01-20", products="服务器"),
                customer(1, signed_on="2027-01-01"),
                customer(2),
                customer(3),
            ],
            "transactions": [
                trade(0, "2024-11-20", 1000),
                trade(0, "2026-11-01", 500),
                trade(0, "2026-11-02", -300, "退款"),
                trade(1, "2026-11-19", 300),
                trade(2, "2026-01-01", -9, "退款"),
                trade(3, "2026-01-01", 20),
                trade(3, "2026-01-02", -20, "退款"),
                trade(3, "2026-01-03", -1),
                trade(9, "2026-01-01", 99),
            ],
        },
        expected_years=5,
        margin=40,
    )
    # 0: 1200 in 730 days, 2 years: 600 a purchase, 1 a year: 600 x 1 x 5 x 0.4. 1: 300 x 1 x 5 x 0.4.
    assert cells(SHEET, "lifetime", given) == [
        ("0", "客户0", "A类", "1年10个月", "服务器", dt.date(2024, 11, 20), 2, 600.0, 1.0, 1200.0),
        ("1", "客户1", None, None, None, dt.date(2026, 11, 19), 1, 300.0, 1.0, 600.0),
    ]
    found = filled(SHEET, "lifetime", given)
    assert found.caption == "截至2026-11-20 前2位终身价值合计0.2万元，占全部的100%（n=3）"
    table = "transactions"
    assert behind_rows(SHEET, "lifetime", given) == {0: [(table, 0), (table, 1), (table, 2)], 1: [(table, 3)]}
    assert figure(SHEET, "平均终身价值", given) == Figure(
        600, "截至2026-11-20；按5年、毛利率40%；n=3；1笔金额存疑未计入"
    )


def test_the_twenty_who_are_worth_most_equal_ones_in_the_order_of_the_register() -> None:
    rows = {
        "customers": [customer(number) for number in range(30)],
        "transactions": [trade(number, "2026-11-01", 10 if number % 2 else 20) for number in range(30)],
    }
    found = [row[0] for row in cells(SHEET, "lifetime", scope(rows))]
    assert found == [str(number) for number in (*range(0, 30, 2), 1, 3, 5, 7, 9)]


def test_only_refunds_make_no_buyer() -> None:
    given = scope({"customers": [customer(0)], "transactions": [trade(0, "2026-11-01", -5, "退款")]})
    assert cells(SHEET, "lifetime", given) == []
    assert figure(SHEET, "平均终身价值", given) == Figure(None)


# The same figures in SQL and plain Python.


def drawn(seed: int) -> Office:
    """An office whose customers have an industry, or none."""
    office = Office(seed)
    for row in office.customers:
        row["industry"] = office.one(["制造业", "医疗", "教育", "未知", ""]) or None
    return office


INDUSTRIES = """
WITH named AS (
    SELECT c.who, t.amount, substr(t.day, 1, 7) AS month, coalesce(c.industry, '未填写') AS industry
    FROM trades t LEFT JOIN customers c ON c.who = t.who
    WHERE t.day <= '2026-11-20' AND (t.amount >= 0 OR t.product = '退款')
)
SELECT industry,
       count(DISTINCT CASE WHEN month = :now AND amount > 0 THEN who END) AS buyers,
       sum(CASE WHEN month = :now THEN amount ELSE 0 END) AS sales,
       sum(CASE WHEN month = :before THEN amount ELSE 0 END) AS before
FROM named
WHERE month IN (:now, :before) AND EXISTS (SELECT 1 FROM named WHERE month = :now)
GROUP BY industry ORDER BY sales DESC, industry
"""


def by_industry(office: Office, now: str, before: str) -> list[tuple[str, int, float, float]]:
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE customers (who, industry)")
        base.execute("CREATE TABLE trades (who, day, amount, product)")
        base.executemany("INSERT INTO customers VALUES (:customer_id, :industry)", office.customers)
        base.executemany(
            "INSERT INTO trades VALUES (:customer_id, :traded_on, :amount, :product)", office.trades
        )
        rows = base.execute(INDUSTRIES, {"now": now, "before": before}).fetchall()
    base.close()
    return [(str(row[0]), int(row[1]), float(row[2]), float(row[3])) for row in rows]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("now", "before"), [("2026-11", "2026-10"), ("2026-08", "2026-07")])
def test_sales_by_industry_agree_with_sql(seed: int, now: str, before: str) -> None:
    office = drawn(seed)
    wanted = by_industry(office, now, before)
    total = sum(row[2] for row in wanted)
    best = max((row[2] for row in wanted if row[0] not in ("未填写", "未知")), default=0)
    expected = []
    for industry, buyers, sales, earlier in wanted:
        share = sales / total if total > 0 else None
        growth = (sales - earlier) / earlier if earlier > 0 else None
        mark = None
        if industry not in ("未填写", "未知"):
            if sales == best > 0:
                mark = "优势行业"
            elif share is not None and share < 0.15 and growth is not None and growth >= 0.2:
                mark = "潜力行业"
        expected.append((industry, buyers, sales, share, earlier, growth, mark))
    found = cells(SHEET, "sales_by_industry", scope(office.tables, now))
    assert found == [
        tuple(pytest.approx(cell) if isinstance(cell, float) else cell for cell in row) for row in expected
    ]


@pytest.mark.parametrize("seed", range(6))
def test_customers_by_industry_agree_with_plain_python(seed: int) -> None:
    office = drawn(seed)
    known: dict[str, list[int]] = {}
    for row in office.customers:
        filed = row["filed_on"]
        if filed is None or filed <= str(NOW.date()):
            own = known.setdefault(row["industry"] or "未填写", [0, 0])
            own[0] += 1
            own[1] += bool(filed and filed.startswith("2026-11"))
    found = cells(SHEET, "customers_by_industry", scope(office.tables))
    total = sum(count for count, _ in known.values())
    plain = sorted(
        ((name, count, count / total, new) for name, (count, new) in known.items()),
        key=lambda row: (-row[1], row[0]),
    )
    assert [row[:4] for row in found] == plain
    assert sum(row[4] for row in found) <= office.lost("2026-11")


@pytest.mark.parametrize("seed", range(6))
def test_lifetime_agrees_with_plain_python(seed: int) -> None:
    office = Office(seed)
    given = scope(office.tables)
    expected = {}
    for place, row in enumerate(office.customers):
        own = [
            one
            for one in office.trades
            if one["customer_id"] == row["customer_id"]
            and one["traded_on"] <= str(NOW.date())
            and counts(one)
        ]
        bought = [one for one in own if one["amount"] > 0]
        if bought:
            first = dt.date.fromisoformat(min(one["traded_on"] for one in bought))
            years = max((NOW.date() - first).days / 365, 1)
            mean = sum(one["amount"] for one in own) / len(bought)
            expected[place] = mean * (len(bought) / years) * 3
    found = lifetime(given)["value"]
    assert found.index.tolist() == list(expected)
    assert np.allclose(found, list(expected.values()), atol=0.006)
