"""Trades that count, and those that do not."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np
import pytest

from tests.analysis.build import scope
from xlcrm.analysis.sources.sales import left_out, trades

CUSTOMERS = [{"customer_id": "2023001", "name": "甲"}, {"customer_id": "2023002", "name": "乙"}]


def trade(day: str | None, amount: float | None, product: str | None = None, who: str = "2023001") -> Any:
    return {"customer_id": who, "traded_on": day, "amount": amount, "product": product}


def test_a_refund_is_netted_and_marked() -> None:
    found = trades(
        scope(
            {
                "customers": CUSTOMERS,
                "transactions": [
                    trade("2026-10-03", 1000, who="2023002"),
                    trade("2026-11-04", -200, "设备退款"),
                ],
            }
        )
    )
    assert found["place"].tolist() == [0, 1]
    assert found["code"].tolist() == [1, 0]
    assert found["month"].tolist() == ["2026-10", "2026-11"]
    assert found["traded_on"].dt.day.tolist() == [3, 4]
    assert found["amount"].tolist() == [1000, -200]
    assert found["refund"].tolist() == [False, True]


def test_doubtful_amounts_are_left_out_and_counted_in_their_month() -> None:
    given = scope(
        {
            "customers": CUSTOMERS,
            "transactions": [
                trade("2026-11-01", -200, "设备"),
                trade("2026-11-02", 100_000_001),
                trade("2026-11-03", None),
                trade("2026-11-04", 100_000_000),
                trade("2026-10-04", -1),
            ],
        }
    )
    assert trades(given)["place"].tolist() == [3]
    assert left_out(given, np.datetime64("2026-11", "M")) == 3
    assert left_out(given, np.datetime64("2026-10", "M")) == 1
    assert left_out(given, np.datetime64("2026-09", "M")) == 0


def test_trades_after_now_or_without_a_day_are_none() -> None:
    given = scope(
        {
            "customers": CUSTOMERS,
            "transactions": [
                trade("2026-11-20", 1),
                trade("2026-11-21", 2),
                trade(None, 3),
                trade("2026-11-30", -4),
            ],
        }
    )
    assert trades(given)["amount"].tolist() == [1]
    assert left_out(given, given.month) == 0


def test_trades_of_unknown_customers_count_without_an_account() -> None:
    found = trades(scope({"customers": CUSTOMERS, "transactions": [trade("2026-11-01", 5, who="2099999")]}))
    assert found["code"].tolist() == [-1]


def test_without_the_sheet_there_are_no_trades() -> None:
    given = scope({"customers": CUSTOMERS})
    assert trades(given).empty
    assert left_out(given, given.month) == 0


@pytest.mark.parametrize("seed", range(5))
def test_sums_agree_with_sql(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = [
        (
            str(random.choice(["2023001", "2023002", "2023009"])),
            str(np.datetime64("2026-08-01") + int(random.integers(0, 130))),
            None if random.random() < 0.1 else float(random.integers(-300, 900)),
            str(random.choice(["设备", "退款", ""])) or None,
        )
        for _ in range(60)
    ]
    given = scope(
        {
            "customers": CUSTOMERS,
            "transactions": [trade(day, amount, product, who) for who, day, amount, product in rows],
        },
        money_max=800,
    )
    with sqlite3.connect(":memory:") as book:
        book.execute("CREATE TABLE t (who, day, amount, product)")
        book.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        counts = "amount <= 800 AND (amount >= 0 OR ifnull(product, '') LIKE '%退款%')"
        sums = book.execute(
            f"SELECT substr(day, 1, 7), sum(amount), sum(amount < 0) FROM t WHERE {counts}"  # noqa: S608 - no input
            " AND day <= '2026-11-20' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        doubtful = book.execute(
            f"SELECT count(*) FROM t WHERE NOT ifnull({counts}, 0) AND day LIKE '2026-11%'"  # noqa: S608 - no input
            " AND day <= '2026-11-20'"
        ).fetchone()[0]
    book.close()
    own = trades(given).groupby("month").agg({"amount": "sum", "refund": "sum"})
    assert [(str(month), amount, refunds) for month, amount, refunds in own.itertuples()] == sums
    assert left_out(given, given.month) == doubtful
