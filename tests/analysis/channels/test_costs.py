"""What notes say of costs: read where it is plain, never guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xlcrm.analysis.channels.costs import Cost, costs, parse_cost


@pytest.mark.parametrize(
    ("note", "yuan"),
    [
        ("成本:15元/次", 15),
        ("成本：１５元／次", 15),
        ("展位A12；成本: 15 元 / 次", 15),
        ("成本 15/次", 15),
        ("成本15元每次", 15),
        ("成本15元一次", 15),
        ("成本：15元左右/次", 15),
        ("单次成本 3.5 元", 3.5),
        ("每次点击成本15元", 15),
        ("每个线索成本12元", 12),
        ("点击成本:3.5元", 3.5),
        ("人均成本80元", 80),
        ("平均获客成本1,500元", 1500),
        ("成本:20元/客户", 20),
        ("费用：500元/人", 500),
    ],
)
def test_a_cost_for_each_customer(note: str, yuan: float) -> None:
    assert parse_cost(note) == Cost(yuan, each=True)


@pytest.mark.parametrize(
    ("note", "yuan"),
    [
        ("成本：2万元", 20_000),
        ("成本2万", 20_000),
        ("总成本 ¥3,000", 3000),
        ("展会总费用：1.5万", 15_000),
        ("费用合计8000元", 8000),
        ("费用总额3万元", 30_000),
        ("成本约1.2万元", 12_000),
        ("成本=１５元", 15),
        ("推广费用200元", 200),
        ("成本50块钱", 50),
        ("成本为人民币3000元整", 3000),
        ("投入1亿元", 100_000_000),
        ("11月成本5000元", 5000),
        ("总获客成本2万元", 20_000),
        ("成本:0", 0),
        ("总成本3000元，单次成本15元", 3000),
        ("单次成本15元，总成本3000元", 3000),
    ],
)
def test_a_cost_for_all(note: str, yuan: float) -> None:
    assert parse_cost(note) == Cost(yuan, each=False)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "展位A12",
        "由张总介绍",
        "15元/次",
        "成本待定",
        "成本：500元/天",
        "成本：2万元/月",
        "每月成本2万元",
        "成本：15-20元/次",
        "成本：15元～20元/次",
        "成本：3千元",
        "成本1万5",
        "成本 100%",
        "成本:-5元",
        "成本：2万元；物料成本3000元",
        "总成本:15元/次",
        "总成本3000元，成本20元/天",
    ],
)
def test_what_is_no_one_cost_is_not_guessed(note: str) -> None:
    assert parse_cost(note) is None


def test_costs_of_entries_and_what_could_not_be_read() -> None:
    notes = pd.Series(
        [
            "成本:15元/次",
            "成本:15元/次",
            "总成本2万元",
            "成本待定",
            "展位A12",
            None,
            "无成本",
            "零费用",
            "成本：免",
        ],
        dtype="str",
    )
    yuan, unread = costs(notes, np.array([10, np.nan, np.nan, 5, 5, 5, 5, 5, 5]))
    np.testing.assert_array_equal(yuan, [150, np.nan, 20_000] + [np.nan] * 6)
    # A price without a number of customers gives no cost either.
    assert unread.tolist() == [False, True, False, True] + [False] * 5
