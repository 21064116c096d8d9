"""Who bought what up to now, each in one of the eight RFM classes; and the largest of a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.sources.sales import TRADES, trades
from xlcrm.compute.facts import moments
from xlcrm.compute.rfm import Thresholds, classes, in_last_year, newest, purchases, thresholds

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers

NEEDS: Final = ("customers", TRADES)
_TOP: Final = 10


@dataclass(frozen=True)
class Standing:
    """Every buyer's figures and class as of now.

    Attributes:
        buyers: index the account's code; columns days, count, amount (see `compute.rfm.purchases`) and class.
        limits: what counts as near, often and large; None without a buyer.
        never_bought: how many customers on the register did not (未成交).
        left_out: trades up to now whose amount does not count: blank or doubtful (V06).
        ahead: trades that are dated after now.
    """

    buyers: pd.DataFrame
    limits: Thresholds | None
    never_bought: int
    left_out: int
    ahead: int

    @property
    def n(self) -> int:
        return len(self.buyers)


def standing(scope: Scope) -> Standing:
    """Who bought what; every buyer is in exactly one class."""
    facts = scope.facts
    summary = purchases(facts)
    limits = thresholds(summary, facts.parameters) if len(summary) else None
    named = classes(summary, limits) if limits else pd.Series(dtype="str")
    at = moments(facts.frame(TRADES)["traded_on"])
    return Standing(
        summary.assign(rfm_class=named),
        limits,
        len(facts.account_ids) - len(summary),
        int((at <= facts.now_at).sum()) - len(scope.once(trades)),
        int((at > facts.now_at).sum()),
    )


def total_of(buyers: pd.DataFrame) -> float:
    """Yuan in the last 12 months of some of the buyers."""
    return round(float(buyers["amount"].sum()), 2)


def _top_customers(rfm_class: str) -> Callable[[Scope], Filled]:
    """The customers of one class with the largest amounts."""

    def rows(scope: Scope) -> Filled:
        facts, given = scope.facts, scope.once(standing)
        own = given.buyers[given.buyers["rfm_class"] == rfm_class]
        if own.empty:
            return WIN_BACK_PANEL.without_rows(f"{scope.as_of} 没有{rfm_class}")
        order = np.lexsort((facts.account_ids[own.index].to_numpy(), -own["amount"].to_numpy()))
        top = own.iloc[order[:_TOP]]
        codes = top.index.to_numpy()
        found = pd.DataFrame(
            {
                "customer_id": facts.account_ids[codes].to_numpy(),
                "name": facts.of_accounts("name").to_numpy()[codes],
                "owner": facts.of_accounts("owner").to_numpy()[codes],
                "last": facts.today - top["days"].to_numpy().astype("timedelta64[D]"),
                "days": top["days"].to_numpy(),
                "count": top["count"].to_numpy(),
                "amount": top["amount"].to_numpy(),
            }
        )
        caption = f"{scope.as_of} {rfm_class}{len(own)}位，近12个月共{total_of(own):,.0f}元"
        return Filled(found, caption, _trades_behind(scope, codes))

    return rows


def _trades_behind(scope: Scope, codes: Integers) -> pd.DataFrame:
    """The counted trades of the last 12 months of some customers, the newest first.

    A customer who bought nothing in them is led to by the last purchase.
    """
    counted = scope.once(trades)
    line = np.full(len(scope.facts.account_ids) + 1, -1, dtype=np.int64)
    line[codes] = np.arange(len(codes))
    own = counted[line[counted["code"].to_numpy()] >= 0]
    own = own.sort_values("traded_on", ascending=False, kind="stable")
    of, at = line[own["code"].to_numpy()], own["traded_on"].to_numpy(dtype="datetime64[s]")
    recent = in_last_year(at, scope.facts)
    bought = (own["amount"] > 0).to_numpy() & ~np.isin(of, of[recent])
    last = newest(of[bought], at[bought], len(codes))
    keep = recent | (bought & (at == last[of]))
    texts = scope.facts.frame(TRADES)["product"].iloc[own["place"][keep]]
    return behind(TRADES, of[keep], own["place"][keep], at=at[keep], amount=own["amount"][keep], text=texts)


_TOP_COLUMNS: Final = (
    shown("customer_id", "客户编号", Kind.REF, references="customers"),
    shown("name", "客户名称", Kind.NAME),
    shown("owner", "负责人", Kind.PERSON),
    shown("last", "最近购买日期", Kind.DATE),
    shown("days", "R 距今天数"),
    shown("count", "F 购买次数"),
    shown("amount", "M 购买金额", Kind.MONEY, unit="元"),
    detail(),
)
WIN_BACK_PANEL: Final = Panel(
    name="win_back",
    title="重要挽留客户前10名",
    columns=_TOP_COLUMNS,
    rows=_TOP,
    make=_top_customers("重要挽留客户"),
    needs=NEEDS,
    chart=Chart(ChartKind.BARS, "name", ("amount",)),
    note="次数和金额为近12个月",
)
KEEP_PANEL: Final = Panel(
    name="keep",
    title="重要价值客户前10名",
    columns=_TOP_COLUMNS,
    rows=_TOP,
    make=_top_customers("重要价值客户"),
    needs=NEEDS,
    chart=Chart(ChartKind.BARS, "name", ("amount",)),
    note="次数和金额为近12个月",
)
