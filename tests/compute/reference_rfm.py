"""The eight classes of customers, worked out one customer at a time (analysis: RFM classes)."""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING

from tests.reference_time import add_months

if TYPE_CHECKING:
    from tests.compute.reference_book import Book, Row

CLASSES = {
    ("near", "often", "large"): "重要价值客户",
    ("near", "seldom", "large"): "重要发展客户",
    ("far", "often", "large"): "重要保持客户",
    ("far", "seldom", "large"): "重要挽留客户",
    ("near", "often", "small"): "一般价值客户",
    ("near", "seldom", "small"): "一般发展客户",
    ("far", "often", "small"): "一般保持客户",
    ("far", "seldom", "small"): "一般挽留客户",
}


def counted(book: Book, account: str) -> list[Row]:
    """A customer's purchases and refunds that no check flags."""
    return [
        trade
        for trade in book.of_account("transactions", account)
        if trade["traded_on"] is not None
        and trade["traded_on"] <= book.now
        and trade["amount"] is not None
        and trade["amount"] <= book.parameters.money_max
        and (trade["amount"] >= 0 or "退款" in (trade["product"] or ""))
    ]


def classes(book: Book) -> dict[str, str]:
    """Account -> class, by the mean of all customers who ever bought."""
    figures: dict[str, tuple[int, int, float]] = {}
    year_ago = add_months(book.now.date(), -12)
    for account in book.register:
        trades = counted(book, account)
        bought = [trade for trade in trades if trade["amount"] > 0]
        if bought:
            days = (book.now.date() - max(trade["traded_on"] for trade in bought).date()).days
            times = sum(trade["traded_on"].date() > year_ago for trade in bought)
            total = sum(trade["amount"] for trade in trades if trade["traded_on"].date() > year_ago)
            figures[account] = days, times, total
    if not figures:
        return {}
    near, often, large = (mean(one[place] for one in figures.values()) for place in range(3))
    return {
        account: CLASSES[
            "near" if days <= near else "far",
            "often" if times >= often else "seldom",
            "large" if total >= large else "small",
        ]
        for account, (days, times, total) in figures.items()
    }
