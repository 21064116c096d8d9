"""RFM分析: the customers of each class, what they bought, and the thresholds that made the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.compute.rfm import RFM_CLASSES, Thresholds, classes, purchases, thresholds

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from xlcrm.compute.facts import Facts


@dataclass(frozen=True)
class RfmReport:
    """What RFM分析 rests on.

    Attributes:
        as_of: the day that R counts back from.
        method: 平均值, 中位数, 百分位 or 固定值.
        thresholds: what counts as near, often and large; None without a buyer.
        buyers: how many customers ever bought, the n of every figure.
        never_bought: how many customers on the register did not (未成交).
        classes: one row for each of the eight classes in their order; index the class, columns customers,
            share (of buyers, NaN without any) and sales (M of the class).
    """

    as_of: dt.date
    method: str
    thresholds: Thresholds | None
    buyers: int
    never_bought: int
    classes: pd.DataFrame


def rfm_report(facts: Facts) -> RfmReport:
    """Count the classes; every buyer is in exactly one (analysis: RFM分析)."""
    summary = purchases(facts)
    limits = thresholds(summary, facts.parameters) if len(summary) else None
    named = classes(summary, limits) if limits else summary["days"].astype("str")
    sales = summary["amount"].groupby(named).agg(["size", "sum"])
    found = sales.reindex(list(RFM_CLASSES.values()))
    found.columns = found.columns.map({"size": "customers", "sum": "sales"})
    customers = found["customers"].fillna(0).astype("int64")
    share = customers / len(summary) if len(summary) else customers.astype("float64") * float("nan")
    table = found.assign(customers=customers, share=share, sales=found["sales"].fillna(0.0))
    return RfmReport(
        facts.now.date(),
        facts.parameters.rfm_method,
        limits,
        len(summary),
        len(facts.account_ids) - len(summary),
        table[["customers", "share", "sales"]],
    )
