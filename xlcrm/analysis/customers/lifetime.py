"""Lifetime value: what each customer is worth over the years that the office expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Card, Chart, ChartKind, Figure, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.lines import share_text
from xlcrm.analysis.sources.sales import TRADES, left_out_text, trades
from xlcrm.compute.facts import moments, objects
from xlcrm.periods import months_between, months_text
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers, Objects

TOP: Final = 20
_YEAR: Final = 365
_TEN_THOUSAND: Final = 10_000


def lifetime(scope: Scope) -> pd.DataFrame:
    """One row a customer of the register who ever bought, by code, as of now.

    Columns: first (datetime64[D], the first purchase), count (of purchases), sales (net of refunds), ticket
    (sales by purchases), per_year (purchases by the years since the first one, one at least), value (ticket x
    per_year x 预期合作年数 x 毛利率).
    """
    found, parameters = scope.once(trades), scope.facts.parameters
    code, amount = found["code"].to_numpy(), found["amount"].to_numpy()
    known = code >= 0
    bought = known & (amount > 0)
    accounts = len(scope.facts.account_ids)
    count = np.bincount(code[bought], minlength=accounts)
    sales = np.bincount(code[known], amount[known], minlength=accounts).round(2)
    # As integers: of times this is a hundred times slower.
    days = moments(found["traded_on"])[bought].astype("datetime64[D]").astype(np.int64)
    earliest = np.full(accounts, scope.facts.today.astype(np.int64))
    np.minimum.at(earliest, code[bought], days)
    first = earliest.astype("datetime64[D]")
    codes = np.flatnonzero(count)
    frame = pd.DataFrame(
        {"first": first[codes].astype("datetime64[s]"), "count": count[codes], "sales": sales[codes]},
        index=pd.Index(codes, name="code"),
    )
    years = np.maximum((scope.facts.today - first[codes]).astype(np.int64) / _YEAR, 1.0)
    frame["ticket"] = frame["sales"] / frame["count"]
    frame["per_year"] = frame["count"] / years
    worth = frame["ticket"] * frame["per_year"] * parameters.expected_years * parameters.margin / 100
    return frame.assign(value=worth.round(2))


def _top(scope: Scope) -> Filled:
    """The customers who are worth most, of equals by their place on the register."""
    every = scope.once(lifetime)
    worthy = every[every["value"] > 0].sort_values("value", ascending=False, kind="stable")
    best = worthy.head(TOP)
    codes = best.index.to_numpy(dtype=np.int64)
    rows = pd.DataFrame(
        {
            "customer_id": scope.facts.account_ids.to_numpy(dtype=object)[codes],
            **{key: _of(scope, key, codes) for key in ("name", "grade")},
            "age": _ages(scope, codes),
            "products": _of(scope, "products", codes),
            **{key: best[key].to_numpy() for key in ("first", "count", "ticket", "per_year", "value")},
        }
    )
    if best.empty:
        return Filled(rows, f"{scope.as_of} 没有成交客户")
    total, top = float(every["value"].sum()), float(best["value"].sum())
    caption = (
        f"{scope.as_of} 前{len(best)}位终身价值合计{top / _TEN_THOUSAND:,.1f}万元，"
        f"占全部的{share_text(top, total)}（n={len(every)}）"
    )
    return Filled(rows, caption, _purchases(scope, codes))


def _of(scope: Scope, key: str, codes: Integers) -> Objects:
    """(n,) a column of the register of some customers."""
    return objects(scope.facts.of_accounts(key).iloc[codes])


def _ages(scope: Scope, codes: Integers) -> list[str | None]:
    """(n,) how long customers have been ours, from 签约日期; None where that is blank or lies ahead."""
    signed = moments(scope.facts.of_accounts("signed_on"))[codes]
    months = months_between(signed, np.full(len(codes), scope.facts.today))
    return [months_text(month) or None for month in months.tolist()]


def _purchases(scope: Scope, codes: Integers) -> pd.DataFrame:
    """The trades of some customers, one line each, the largest first."""
    found = scope.once(trades)
    line = np.full(len(scope.facts.account_ids) + 1, -1, dtype=np.int64)
    line[codes] = np.arange(len(codes))
    own = found[line[found["code"]] >= 0].sort_values("amount", ascending=False, kind="stable")
    return behind(TRADES, line[own["code"]], own["place"], at=moments(own["traded_on"]), amount=own["amount"])


def _mean(scope: Scope) -> Figure:
    every, parameters = scope.once(lifetime), scope.facts.parameters
    if every.empty:
        return Figure(None)
    basis = f"按{parameters.expected_years:g}年、毛利率{parameters.margin:g}%"
    return Figure(
        float(every["value"].mean()), f"{scope.as_of}；{basis}；n={len(every)}{left_out_text(scope)}"
    )


MEAN_LIFETIME: Final = Card("平均终身价值", Kind.MONEY, _mean, needs=("customers", TRADES))
TOP_CUSTOMERS: Final = Panel(
    name="lifetime",
    title=f"终身价值最高的{TOP}位客户",
    columns=(
        shown("customer_id", "客户编号", Kind.TEXT),
        shown("name", "客户名称", Kind.NAME),
        shown("grade", "客户等级", Kind.CHOICE, choice=GRADE),
        shown("age", "合作时长", Kind.TEXT),
        shown("products", "合作产品/服务", Kind.TEXT),
        shown("first", "首次购买", Kind.DATE),
        shown("count", "购买次数"),
        shown("ticket", "平均客单价", Kind.MONEY),
        shown("per_year", "年均购买次数", Kind.NUMBER),
        shown("value", "终身价值", Kind.MONEY),
        detail(),
    ),
    rows=TOP,
    make=_top,
    needs=("customers", TRADES),
    chart=Chart(ChartKind.BARS, "name", ("value",)),
    note="终身价值 = 平均客单价 × 年均购买次数 × 预期合作年数 × 毛利率（年数和毛利率在参数表修改）；"
    "年均购买次数 = 购买次数 ÷ 首次购买至今的年数，不足1年按1年。",
)
