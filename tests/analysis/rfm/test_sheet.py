"""RFM分析: the classes counted, what they rest on, and who is worth acting on."""

from __future__ import annotations

import random
import sqlite3
import statistics
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.analysis.build import behind_rows, cells, figure, filled, scope
from tests.checks.build import customer
from tests.compute.build import NOW, facts
from xlcrm.analysis.rfm.sheet import SHEET, STRATEGIES
from xlcrm.compute.rfm import RFM_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.scope import Scope

Trade = tuple[str, str, float | None]

FIXED: dict[str, Any] = {"rfm_method": "固定值", "rfm_days": 30, "rfm_count": 2, "rfm_amount": 1000}
NAMES = tuple(RFM_CLASSES.values())
TODAY = NOW.date()
"""2026-11-20; the last 12 months are 2025-11-21 to that day."""


def given(trades: Sequence[Trade], *strangers: str, **parameters: Any) -> Scope:
    """Trades (customer, day, amount); a negative amount is a refund. 新客户 never bought, nor did strangers.

    A trade of 无名 is of nobody on the register, one of -1 is negative without being a refund.
    """
    ids = [*dict.fromkeys(one for one, _, _ in trades if one != "无名"), "新客户", *strangers]
    return scope(
        facts(
            {
                "customers": [
                    customer(customer_id=number, name=f"{number}公司", owner=f"{number}的负责人")
                    for number in ids
                ],
                "transactions": [
                    {
                        "customer_id": one,
                        "traded_on": day,
                        "amount": amount,
                        "product": "退款" if amount is not None and amount < -1 else "甲",
                    }
                    for one, day, amount in trades
                ],
            },
            **parameters,
        )
    )


EIGHT: list[Trade] = [
    # Near is up to 30 days: 2026-10-21 and later. Often is 2 or more, large 1000 yuan or more.
    ("近多大", "2026-10-21", 500), ("近多大", "2026-05-01", 500),
    ("近少大", "2026-11-20", 1000),
    ("远多大", "2026-10-20", 900), ("远多大", "2026-10-20", 300),
    ("远少大", "2026-01-10", 4000),
    ("近多小", "2026-11-01", 400), ("近多小", "2026-11-02", 599.99),
    ("近少小", "2026-11-01", 10),
    ("远多小", "2026-03-01", 1), ("远多小", "2026-03-02", 2), ("远多小", "2026-03-03", 3),
    ("远少小", "2026-03-01", 7),
]  # fmt: skip


def test_all_eight_classes_in_their_order_with_the_direction_of_each_letter() -> None:
    # Sales: 1000 + 1000 + 1200 + 4000 + 999.99 + 10 + 6 + 7 = 8222.99.
    sales = (1000, 1000, 1200, 4000, 999.99, 10, 6, 7)
    words = ("高高高", "高低高", "低高高", "低低高", "高高低", "高低低", "低高低", "低低低")
    assert cells(SHEET, "classes", given(EIGHT, **FIXED)) == [
        (name, *word, 1, 0.125, amount, pytest.approx(amount / 8222.99), STRATEGIES[name])
        for name, word, amount in zip(NAMES, words, sales, strict=True)
    ]


def test_the_classes_are_those_of_the_document() -> None:
    assert NAMES == (
        "重要价值客户",
        "重要发展客户",
        "重要保持客户",
        "重要挽留客户",
        "一般价值客户",
        "一般发展客户",
        "一般保持客户",
        "一般挽留客户",
    )
    assert list(STRATEGIES) == list(NAMES)
    assert len(set(STRATEGIES.values())) == 8


def test_a_class_leads_to_its_customers_the_largest_amount_first() -> None:
    trades: list[Trade] = [("小", "2026-11-01", 1000), ("大", "2026-11-02", 3000), ("中", "2026-11-03", 2000)]
    case = given([*trades, ("同", "2026-11-03", 2000)], **FIXED)
    assert behind_rows(SHEET, "classes", case) == {
        1: [("customers", 1), ("customers", 2), ("customers", 3), ("customers", 0)]
    }
    first = filled(SHEET, "classes", case).behind.iloc[0]
    assert first["at"].date() == date(2026, 11, 2)
    assert (first["amount"], first["text"]) == (3000, "最近购买18天前，近12个月购买1次")


def test_the_caption_names_the_largest_class_and_the_one_that_buys_most() -> None:
    trades: list[Trade] = [*EIGHT, ("又一", "2026-03-01", 1)]
    assert filled(SHEET, "classes", given(trades, **FIXED)).caption == (
        "截至2026-11-20 一般挽留客户占成交客户22%，重要挽留客户占销售额49%（n=9）"
    )


def test_every_method_prints_its_thresholds() -> None:
    # Days 0, 10, 20, 40, 80; counts 1, 1, 1, 1, 2; amounts 100, 200, 300, 400, 1000.
    trades: list[Trade] = [
        ("甲", "2026-11-20", 100),
        ("乙", "2026-11-10", 200),
        ("丙", "2026-10-31", 300),
        ("丁", "2026-10-11", 400),
        ("戊", "2026-09-01", 500),
        ("戊", "2026-08-31", 500),
    ]
    found = {}
    for method in ("平均值", "中位数", "百分位", "固定值"):
        rows = cells(SHEET, "thresholds", given(trades, **{**FIXED, "rfm_method": method}))
        assert [row[:2] for row in rows] == [
            ("R 最近购买", method),
            ("F 购买次数", method),
            ("M 购买金额", method),
        ]
        assert [row[3:5] for row in rows] == [
            ("天前", "等于或少于阈值为高"),
            ("次", "等于或多于阈值为高"),
            ("元", "等于或多于阈值为高"),
        ]
        assert [row[6] for row in rows] == [5, 5, 5]
        found[method] = [(row[2], row[5]) for row in rows]
    assert found == {
        # Mean days 150 / 5, count 6 / 5, amount 2000 / 5.
        "平均值": [(30, 3), (1.2, 1), (400, 2)],
        "中位数": [(20, 3), (1, 5), (300, 3)],
        # 40th of days lies at place 1.6 of 0..4: 10 + 0.6 x 10; 60th of amounts at 2.4: 300 + 0.4 x 100.
        "百分位": [(16, 2), (1, 5), (340, 2)],
        "固定值": [(30, 3), (2, 1), (1000, 1)],
    }


def test_equal_customers_are_one_class_and_equal_to_every_threshold() -> None:
    trades: list[Trade] = [(name, "2026-06-01", 50) for name in "甲乙丙丁"]
    for method in ("平均值", "中位数", "百分位"):
        rows = cells(SHEET, "classes", given(trades, rfm_method=method))
        assert [row[4] for row in rows] == [4, 0, 0, 0, 0, 0, 0, 0]


def test_one_customer_is_of_the_best_class() -> None:
    case = given([("甲", "2025-12-01", 5)])
    assert [row[4:8] for row in cells(SHEET, "classes", case)] == [(1, 1, 5, 1)] + [(0, 0, 0, 0)] * 7
    assert cells(SHEET, "keep", case) == [("甲", "甲公司", "甲的负责人", date(2025, 12, 1), 354, 1, 5)]
    assert figure(SHEET, "重要客户销售额占比", case).value == 1


def test_refunds_are_netted_and_what_v06_flags_is_left_out_and_counted() -> None:
    trades: list[Trade] = [
        ("退", "2026-11-01", 1500),
        ("退", "2026-11-02", -900),
        ("疑", "2026-11-01", 70),
        ("疑", "2026-11-03", -1),
        ("疑", "2026-11-03", 100_000_001),
        ("疑", "2026-11-03", None),
        ("远", "2026-11-21", 9999),
        ("无名", "2026-11-01", 9999),
    ]
    case = given(trades, **FIXED)
    rows = cells(SHEET, "classes", case)
    assert [(row[4], row[6]) for row in rows] == [(0, 0)] * 5 + [(2, 670)] + [(0, 0)] * 2
    assert filled(SHEET, "thresholds", case).caption == (
        "截至2026-11-20 成交客户2位，未成交2位不分级，未计可疑或空白金额3笔，未来日期1笔"
    )


def test_a_purchase_a_year_ago_tells_only_how_far_it_is() -> None:
    case = given([("旧", "2025-11-20", 5000), ("新", "2025-11-21", 5000)], **FIXED)
    rows = cells(SHEET, "classes", case)
    assert [(row[4], row[6]) for row in rows] == [(0, 0)] * 3 + [(1, 5000)] + [(0, 0)] * 3 + [(1, 0)]


def test_shares_of_sales_are_blank_where_refunds_eat_them_up() -> None:
    case = given([("甲", "2025-01-01", 100), ("甲", "2026-11-01", -200)])
    rows = cells(SHEET, "classes", case)
    assert [row[6] for row in rows] == [-200] + [0] * 7
    assert [row[7] for row in rows] == [None] * 8
    assert figure(SHEET, "重要客户销售额占比", case).value is None
    assert filled(SHEET, "classes", case).caption == "截至2026-11-20 重要价值客户占成交客户100%（n=1）"


def test_top_customers_by_amount_with_their_trades_the_newest_first() -> None:
    trades: list[Trade] = [(f"客{number:02}", "2026-01-10", 1000 + number // 2) for number in range(12)]
    trades += [("旧", "2025-06-01", 40), ("旧", "2025-06-02", 50), ("旧", "2025-06-02", 60)]
    case = given(trades, **{**FIXED, "rfm_amount": 0})
    rows = cells(SHEET, "win_back", case)
    # Of equal amounts the smaller number first; 客00 and 客01 do not fit, neither does 旧 with nothing.
    names = ["客10", "客11", "客08", "客09", "客06", "客07", "客04", "客05", "客02", "客03"]
    assert [row[0] for row in rows] == names
    assert rows[0] == ("客10", "客10公司", "客10的负责人", date(2026, 1, 10), 314, 1, 1005)
    assert behind_rows(SHEET, "win_back", case)[1] == [("transactions", 11)]
    # 1000 + 1000 + 1001 + 1001 + ... + 1005 + 1005 + 0 = 12030
    assert filled(SHEET, "win_back", case).caption == ("截至2026-11-20 重要挽留客户13位，近12个月共12,030元")


def test_counted_trades_stand_behind_a_customer_or_else_the_last_purchase() -> None:
    trades: list[Trade] = [
        ("甲", "2026-11-01", 5000),
        ("甲", "2026-11-05", -100),
        ("甲", "2026-11-03", -1),
        ("甲", "2025-01-01", 800),
        ("甲", "2026-11-25", 800),
        ("甲", "2026-11-02", 5000),
    ]
    assert behind_rows(SHEET, "keep", given(trades, **FIXED)) == {
        0: [("transactions", 1), ("transactions", 5), ("transactions", 0)]
    }
    old: list[Trade] = [("旧", "2025-06-01", 40), ("旧", "2025-06-02", 50), ("旧", "2025-06-03", -2.5)]
    case = given([*old, ("旧", "2025-06-02", 60)], **{**FIXED, "rfm_amount": 0})
    assert cells(SHEET, "win_back", case) == [("旧", "旧公司", "旧的负责人", date(2025, 6, 2), 536, 0, 0)]
    assert behind_rows(SHEET, "win_back", case) == {0: [("transactions", 1), ("transactions", 3)]}


def test_cards_tell_who_bought_who_never_did_and_whom_to_win_back() -> None:
    case = given(EIGHT, **FIXED)
    found = [(card.label, card.make(case)) for card in SHEET.cards]
    assert [(label, one.value, one.text, one.good) for label, one in found] == [
        ("成交客户", 8, "截至2026-11-20；登记客户9位", None),
        ("未成交客户", 1, "占登记客户11%", None),
        # 1000 + 1000 + 1200 + 4000 of 8222.99
        ("重要客户销售额占比", pytest.approx(7200 / 8222.99), "四类重要客户共4位", None),
        ("重要挽留客户", 1, "n=8", None),
    ]


@pytest.mark.parametrize("trades", [[], [("甲", "2026-11-10", -100.0)]])
def test_without_a_buyer_nothing_is_shown(trades: list[Trade]) -> None:
    case = given(trades)
    never = 2 if trades else 1
    for panel in SHEET.panels:
        assert cells(SHEET, panel.name, case) == []
        assert filled(SHEET, panel.name, case).behind.empty
    assert filled(SHEET, "classes", case).caption == "截至2026-11-20 没有成交客户"
    assert filled(SHEET, "thresholds", case).caption == f"截至2026-11-20 成交客户0位，未成交{never}位不分级"
    assert filled(SHEET, "keep", case).caption == "截至2026-11-20 没有重要价值客户"
    assert [card.make(case).value for card in SHEET.cards] == [0, never, None, None]


def test_without_a_customer_the_cards_are_blank() -> None:
    case = scope({"customers": [], "transactions": []})
    assert [card.make(case).value for card in SHEET.cards] == [None] * 4


def test_the_sheet_stands_with_purchases_only() -> None:
    assert SHEET.shown_with(["customers"]) is None
    assert SHEET.shown_with(["customers", "transactions"]) == SHEET


@pytest.mark.parametrize("month", ["2026-11", "2026-03"])
def test_the_reported_month_does_not_matter(month: str) -> None:
    case = given(EIGHT, **FIXED)
    assert cells(SHEET, "classes", scope(case.facts, month)) == cells(SHEET, "classes", case)


def drawn(seed: int) -> list[Trade]:
    """Trades of up to 12 customers over two years, refunds, odd amounts and future days among them."""
    draw = random.Random(seed)  # noqa: S311 - any numbers will do
    people = [f"客{number}" for number in range(draw.randint(1, 12))]
    amounts = [10, 20, 20, 500, 1000, 99.9, -30, -1, 200_000_000]
    return [
        (
            draw.choice(people),
            str(TODAY - timedelta(days=draw.randint(-20, 700))),
            float(draw.choice(amounts)),
        )
        for _ in range(draw.randint(1, 60))
    ]


def recounted(trades: list[Trade]) -> dict[str, tuple[int, int, float]]:
    """Customer -> days, times and amount by SQL, as the document of the analysis sheets defines them."""
    base = sqlite3.connect(":memory:")
    base.execute("create table trades (who, day, amount)")
    base.executemany("insert into trades values (?, ?, ?)", trades)
    rows = base.execute(
        """
        select who,
            julianday('2026-11-20') - julianday(max(case when amount > 0 then day end)),
            sum(amount > 0 and day > '2025-11-20'),
            sum(case when day > '2025-11-20' then amount else 0 end)
        from trades
        where day <= '2026-11-20' and amount <= 100000000 and amount <> -1
        group by who having max(amount) > 0
        """
    ).fetchall()
    base.close()
    return {who: (round(days), times, round(amount, 2)) for who, days, times, amount in rows}


def between(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


@pytest.mark.parametrize("method", ["平均值", "中位数", "百分位", "固定值"])
@pytest.mark.parametrize("seed", range(6))
def test_another_way_of_counting_agrees(seed: int, method: str) -> None:
    trades = drawn(seed)
    parameters = {**FIXED, "rfm_method": method}
    case = given(trades, **parameters)
    people = recounted(trades)
    columns = [[float(one[place]) for one in people.values()] for place in range(3)]
    limits = {
        "平均值": [statistics.mean(column) for column in columns],
        "中位数": [statistics.median(column) for column in columns],
        "百分位": [between(columns[0], 0.4), between(columns[1], 0.6), between(columns[2], 0.6)],
        "固定值": [30.0, 2.0, 1000.0],
    }[method]
    limits = [round(limit, 6) for limit in limits]
    members: dict[str, list[str]] = {name: [] for name in NAMES}
    for who, (days, times, amount) in people.items():
        near, often, large = days <= limits[0], times >= limits[1], amount >= limits[2]
        order = (near, often, large)
        index = 4 * (not large) + 2 * (not near) + (not often)
        assert RFM_CLASSES[order] == NAMES[index]
        members[NAMES[index]].append(who)
    total = sum(amount for _, _, amount in people.values())
    rows = cells(SHEET, "classes", case)
    assert {row[0]: row[4] for row in rows} == {name: len(own) for name, own in members.items()}
    for row in rows:
        own = members[row[0]]
        assert row[5] == pytest.approx(len(own) / len(people))
        assert row[6] == pytest.approx(sum(people[who][2] for who in own))
        assert row[7] == (pytest.approx(row[6] / total) if total > 0 else None)
    shown = cells(SHEET, "thresholds", case)
    assert [row[2] for row in shown] == pytest.approx([round(limit, 2) for limit in limits])
    registered = case.facts.of_accounts("rfm_class").tolist()
    ids = case.facts.account_ids.tolist()
    by_class = {
        name: {who for who, own in zip(ids, registered, strict=True) if own == name} for name in NAMES
    }
    assert by_class == {name: set(own) for name, own in members.items()}
    assert registered.count("未成交") == len(ids) - len(people)
    # The classes' rows lead to the customers whose own rows tell the class.
    behind = behind_rows(SHEET, "classes", case)
    for line, name in enumerate(NAMES):
        assert {ids[place] for _, place in behind.get(line, [])} == by_class[name]


@pytest.mark.parametrize("seed", range(3))
def test_the_top_customers_are_the_largest_of_their_class(seed: int) -> None:
    trades = drawn(seed)
    case = given(trades)
    people = recounted(trades)
    registered = dict(zip(case.facts.account_ids, case.facts.of_accounts("rfm_class"), strict=True))
    for panel, name in (("win_back", "重要挽留客户"), ("keep", "重要价值客户")):
        own = sorted(
            (who for who in people if registered[who] == name), key=lambda who: (-people[who][2], who)
        )
        assert cells(SHEET, panel, case) == [
            (who, f"{who}公司", f"{who}的负责人", TODAY - timedelta(days=people[who][0]), *people[who])
            for who in own[:10]
        ]
