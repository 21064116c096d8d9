"""Sales by industry, grade and source of the customers, beside the month before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.customers.groups import GROUPS, INDUSTRY, lines_by, sentence
from xlcrm.analysis.lines import UNNAMED, leader, ratio, share_text
from xlcrm.analysis.sources.sales import TRADES, left_out_text, trades
from xlcrm.compute.facts import moments

if TYPE_CHECKING:
    from xlcrm.analysis.base import Column
    from xlcrm.analysis.customers.groups import Group
    from xlcrm.analysis.lines import Lines
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers
    from xlcrm.compute.states.measures import Floats
    from xlcrm.rules.parameters import Parameters

LEADING: Final = "优势行业"
RISING: Final = "潜力行业"
_NO_INDUSTRY: Final = (UNNAMED, "未知")
_EXACT: Final = 9
"""Decimals to which a share is compared with a limit of 参数表, so that 0.2 is 20%."""


class MonthSales(NamedTuple):
    """The trades of the month and the one before; arrays of accounts have those not on file as the last.

    Attributes:
        now: (accounts + 1,) sales of the month, net of refunds.
        before: (accounts + 1,) of the month before.
        traded: (accounts + 1,) whether there was any trade in one of the two.
        bought: (accounts + 1,) who bought in the month; of those not on file nobody knows how many they are.
        rows: (n,) the trades of the month by position in `trades`, the largest first.
        codes: (n,) the account of each.
        compared: whether there was any trade in the month before.
    """

    now: Floats
    before: Floats
    traded: Flags
    bought: Flags
    rows: Integers
    codes: Integers
    compared: bool


def month_sales(scope: Scope) -> MonthSales:
    """Who bought in the reported month and the one before."""
    found, accounts = scope.once(trades), len(scope.facts.account_ids)
    at, amount = moments(found["traded_on"]), found["amount"].to_numpy()
    code = found["code"].to_numpy()

    def of_month(month: np.datetime64) -> tuple[Integers, Integers, Floats]:
        rows = np.flatnonzero(scope.within(at, month))
        codes = np.where(code[rows] < 0, accounts, code[rows])
        sums = np.asarray(np.bincount(codes, amount[rows], minlength=accounts + 1), dtype=np.float64)
        return rows, codes, sums

    rows, codes, now = of_month(scope.month)
    _, codes_before, before = of_month(scope.before)
    traded, bought = np.zeros(accounts + 1, dtype=bool), np.zeros(accounts + 1, dtype=bool)
    traded[codes] = traded[codes_before] = True
    bought[codes[amount[rows] > 0]] = True
    bought[accounts] = False
    order = np.argsort(-amount[rows], kind="stable")
    return MonthSales(now, before, traded, bought, rows[order], codes[order], len(codes_before) > 0)


def sales_by(scope: Scope, *, group: Group) -> Filled:
    """Sales of the month of the customers of each line; of those who are not on file in the blank one."""
    own = scope.once(month_sales)

    def summed(lines: Lines) -> Floats:
        return np.nan_to_num(lines.total(own.now)).round(2)

    lines = lines_by(scope, group, own.traded, summed)
    now, before = summed(lines), np.nan_to_num(lines.total(own.before)).round(2)
    if not own.compared:
        before[:] = np.nan
    total, growth = float(now.sum().round(2)), ratio(now - before, before)
    rows = pd.DataFrame(
        {
            group.key: list(lines.names),
            "buyers": lines.count(own.bought),
            "sales": now,
            "share": ratio(now, total),
            "before": before,
            "growth": growth,
        }
    )
    if group is INDUSTRY:
        rows["mark"] = pd.array(_marks(lines, rows, scope.facts.parameters), dtype="str")
    doubt = left_out_text(scope, scope.month)
    if not len(own.rows):
        return Filled(rows.iloc[:0], f"{scope.period} 没有可计入的交易{doubt}")
    pack = scope.facts.pack
    top, fastest = leader(lines, now), leader(lines, growth)
    caption = sentence(
        f"{scope.period} ",
        f"销售额{total:,.0f}元"
        if top is None
        else f"{group.word(lines.names[top], pack)}占销售额{share_text(now[top], total)}",
        f"（n={len(own.rows)}）",
        doubt,
        ""
        if fastest is None
        else f"，{group.word(lines.names[fastest], pack)}增长最快（+{share_text(growth[fastest], 1)}）",
    )
    return Filled(rows, caption, _trades_behind(scope, lines))


def _trades_behind(scope: Scope, lines: Lines) -> pd.DataFrame:
    own = scope.once(month_sales)
    found = scope.once(trades).iloc[own.rows]
    return behind(
        TRADES,
        lines.of[own.codes],
        found["place"],
        at=moments(found["traded_on"]),
        amount=found["amount"],
    )


def _marks(lines: Lines, rows: pd.DataFrame, parameters: Parameters) -> list[str | None]:
    """优势行业 has the largest sales; 潜力行业 a small share that grows fast, both by 参数表."""
    named = [name not in _NO_INDUSTRY and line != lines.rest for line, name in enumerate(lines.names)]
    real = np.array(named, dtype=bool)
    sales, share = rows["sales"].to_numpy(), rows["share"].to_numpy().round(_EXACT)
    growth = rows["growth"].to_numpy().round(_EXACT)
    best = max(sales[real], default=0.0)
    leading = real & (sales == best) & (sales > 0)
    rising = real & (share < parameters.rising_share / 100) & (growth >= parameters.rising_growth / 100)
    return [
        LEADING if top else RISING if growing else None
        for top, growing in zip(leading.tolist(), rising.tolist(), strict=True)
    ]


def _panel(group: Group) -> Panel:
    columns: list[Column] = [
        group.column,
        shown("buyers", "成交客户数"),
        shown("sales", "销售额", Kind.MONEY),
        shown("share", "销售额占比", Kind.PERCENT),
        shown("before", "上期销售额", Kind.MONEY),
        shown("growth", "增长率", Kind.PERCENT),
    ]
    note = "销售额已扣除退款，与上个自然月整月比较；查不到客户的交易归入未填写，不计成交客户。"
    if group is INDUSTRY:
        columns.append(shown("mark", "标记", Kind.TEXT))
        note += "优势行业 = 销售额最高；潜力行业 = 占比低而增长快，两个界限在参数表修改。"
    return Panel(
        name=f"sales_by_{group.key}",
        title=f"{group.name}销售",
        columns=(*columns, detail()),
        rows=group.lines,
        make=partial(sales_by, group=group),
        needs=("customers", TRADES),
        chart=Chart(ChartKind.COLUMNS if group.choice else ChartKind.BARS, group.key, ("sales",)),
        note=note,
    )


SALES_PANELS: Final = tuple(_panel(group) for group in GROUPS)
