"""订单履约: on time, late, abnormal, how long delivery takes, and how content customers are (P12 to P15)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Filled,
    Kind,
    Panel,
    detail,
    shown,
)
from xlcrm.analysis.lines import Lines, by_month, fixed, half_year, leader, ranked, rate_text, ratio
from xlcrm.analysis.orders.figures import (
    COUNTED,
    IN_TIME,
    OFF,
    ORDERS,
    OUTCOMES,
    Inside,
    anomaly_card,
    attained,
    behind_orders,
    counted,
    days_card,
    due_card,
    in_month,
    orders,
    outcomes,
    overdue_card,
    rate_card,
    rating_card,
)
from xlcrm.analysis.orders.lists import ABNORMAL, LATE_ORDERS

if TYPE_CHECKING:
    from xlcrm.analysis.base import Column
    from xlcrm.analysis.orders.figures import Orders
    from xlcrm.analysis.scope import Scope

_GROUPS_SHOWN: Final = 15
_TYPES_SHOWN: Final = 8
_SPANS: Final = {"3天内": 3.0, "4至7天": 7.0, "8至14天": 14.0, "15至30天": 30.0, "超过30天": np.inf}
"""Name -> up to how many days from confirmation to delivery."""


def _nothing(scope: Scope) -> str:
    return f"{scope.period} 没有应完成的订单"


def outcome(scope: Scope) -> Filled:
    """What became of the orders that were to be completed in the month."""
    every = scope.once(orders)
    due = every.due(scope)
    lines = Lines(OUTCOMES, np.where(due, every.outcome, -1))
    count = lines.count()
    total = int(count.sum())
    rows = pd.DataFrame({"name": OUTCOMES, "orders": count, "share": ratio(count, total)})
    if not every.timed:
        return Filled(rows.iloc[:0], f"按期完成{OFF}")
    if not total:
        return Filled(rows.iloc[:0], _nothing(scope))
    decided = total - int(count[-1])
    caption = f"{scope.period} 应完成{total}单"
    if decided:
        caption += f"，按期完成率{rate_text(count[IN_TIME] / decided)}（n={decided}）"
    return Filled(rows, caption, behind_orders(every, lines))


def months(scope: Scope) -> Filled:
    """The last six months; 应完成, 异常, 交付 and 满意度 each in their own month."""
    every = scope.once(orders)
    place = (every.expected.astype("datetime64[M]") - scope.months[0]).astype(np.int64)
    known = ~np.isnat(every.expected) & (place >= 0) & (place < len(scope.months))
    names = tuple(str(month) for month in scope.months)
    inside = Inside(
        Lines(names, np.where(known, place, -1)),
        by_month(scope, every.anomaly_at),
        by_month(scope, every.completed),
        by_month(scope, every.rated_at, ~np.isnan(every.rating)),
    )
    rows = pd.DataFrame({"month": names, **counted(every, inside)})
    if not rows[["due", "anomalies", "delivered", "ratings"]].to_numpy().any():
        return Filled(rows.iloc[:0], f"{half_year(scope)} 没有订单")
    caption = f"{half_year(scope)} 应完成{inside.due.count().sum()}单"
    decided, met = attained(every.outcome)
    judged = int(inside.due.count(decided).sum())
    if judged:
        share = rate_text(int(inside.due.count(met).sum()) / judged)
        caption += f"，按期完成率{share}（n={judged}）"
    return Filled(rows, caption, behind_orders(every, inside.due))


def by(scope: Scope, key: str) -> Filled:
    """The month's orders by person or product, those with the most orders due first."""
    every = scope.once(orders)
    flags = in_month(scope)
    any_ = np.logical_or.reduce(list(flags.values()))
    lines = ranked(every.frame[key], _GROUPS_SHOWN, lambda made: made.count(flags["due"]), counted=any_)
    inside = Inside(**{name: Lines(lines.names, np.where(own, lines.of, -1)) for name, own in flags.items()})
    rows = pd.DataFrame({"name": lines.names, **counted(every, inside)})
    if not any_.any():
        return Filled(rows, _nothing(scope))
    return Filled(rows, f"{scope.period} {_late_text(every, lines, rows)}", behind_orders(every, lines))


def _late_text(every: Orders, lines: Lines, rows: pd.DataFrame) -> str:
    if not every.timed:
        return f"按期完成{OFF}"
    late = (rows["late"] + rows["overdue"]).to_numpy()
    top = leader(lines, late)
    if top is None:
        return f"超时{late.sum()}单（应完成{rows['due'].sum()}单）"
    return f"超时{late.sum()}单，{lines.names[top]}最多（{late[top]}单）"


def anomalies(scope: Scope) -> Filled:
    """What went wrong in the month by type, how fast it was answered, and what became of the orders."""
    every = scope.once(orders)
    inside = scope.within(every.anomaly_at)
    lines = ranked(every.frame["anomaly_type"], _TYPES_SHOWN, counted=inside)
    count = lines.count()
    total = int(count.sum())
    rates: dict[str, object] = {}
    for key, name in (("response", "异常响应"), ("proposal", "异常方案")):
        found = outcomes(scope.run.clocks.get((ORDERS, name)), len(every.frame))
        decided, met = attained(found)
        rates |= {
            f"{key}s": lines.count(decided),
            f"{key}_rate": ratio(lines.count(met), lines.count(decided)),
        }
    decided, met = attained(every.outcome)
    rows = pd.DataFrame(
        {
            "name": lines.names,
            "orders": count,
            "share": ratio(count, total),
            **rates,
            "judged": lines.count(decided),
            "rate": ratio(lines.count(met), lines.count(decided)),
        }
    )
    if not total:
        return Filled(rows, f"{scope.period} 没有异常订单")
    top = leader(lines, count)
    most = "" if top is None else f"，{lines.names[top]}最多（{rate_text(count[top] / total)}）"
    return Filled(rows, f"{scope.period} 异常订单{total}单{most}", behind_orders(every, lines))


def spans(scope: Scope) -> Filled:
    """How long delivery took of what was completed in the month."""
    every = scope.once(orders)
    known = scope.within(every.completed) & ~np.isnan(every.days)
    days = every.days[known]
    lines = Lines(tuple(_SPANS), np.full(len(every.days), -1))
    lines.of[known] = np.searchsorted(list(_SPANS.values()), days, side="left")
    count = lines.count()
    total = int(count.sum())
    rows = pd.DataFrame({"name": lines.names, "orders": count, "share": ratio(count, total)})
    if not total:
        return Filled(rows.iloc[:0], f"{scope.period} 没有可计算用时的交付")
    middle, slow = np.quantile(days, [0.5, 0.9])
    caption = f"{scope.period} 交付用时中位数{middle:.1f}天，90分位{slow:.1f}天（n={total}）"
    return Filled(rows, caption, behind_orders(every, lines))


def ratings(scope: Scope) -> Filled:
    """满意度 of the month, from one to five points."""
    every = scope.once(orders)
    inside = in_month(scope)["rated"]
    names = ("5分", "4分", "3分", "2分", "1分")
    # Half points count with the whole point below them.
    points = np.array([f"{value:.0f}分" for value in np.floor(every.rating)], dtype=object)
    lines = fixed(names, points, inside)
    count = lines.count()
    total = int(count.sum())
    rows = pd.DataFrame({"name": names, "orders": count, "share": ratio(count, total)})
    if not total:
        return Filled(rows.iloc[:0], f"{scope.period} 没有订单评分")
    mean = float(every.rating[inside].mean())
    good = rate_text(count[:2].sum() / total)
    caption = f"{scope.period} 平均{mean:.2f}分，4分及以上占{good}（n={total}）"
    return Filled(rows, caption, behind_orders(every, lines))


_NEEDS: Final = (ORDERS,)
_OWN_MONTH: Final = (
    "应完成按预计完成时间归月（已取消的不计），异常按发现时间，交付用时按实际完成时间，满意度按回访时间。"
)


def _group_panel(key: str, title: str, heading: str) -> Panel:
    return Panel(
        name=f"by_{key}",
        title=title,
        columns=(shown("name", heading, Kind.TEXT), *COUNTED, detail()),
        rows=_GROUPS_SHOWN,
        make=partial(by, key=key),
        needs=_NEEDS,
        chart=Chart(ChartKind.STACKED, "name", ("in_time", "late", "overdue")),
        note=_OWN_MONTH,
    )


def _shares(heading: str) -> tuple[Column, ...]:
    return (
        shown("name", heading, Kind.TEXT),
        shown("orders", "订单数"),
        shown("share", "占比", Kind.PERCENT),
        detail(),
    )


SHEET: Final = AnalysisSheet(
    name="orders",
    title="订单履约",
    hint="订单是否按期完成、异常处理、交付用时和满意度。",
    cards=(
        Card("应完成订单", Kind.INT, due_card, _NEEDS),
        Card("按期完成率", Kind.PERCENT, rate_card, _NEEDS),
        Card("超期未完成", Kind.INT, overdue_card, _NEEDS),
        Card("异常订单", Kind.INT, anomaly_card, _NEEDS),
        Card("交付用时中位（天）", Kind.NUMBER, days_card, _NEEDS),
        Card("订单满意度", Kind.NUMBER, rating_card, _NEEDS),
    ),
    panels=(
        Panel(
            name="outcome",
            title="按期情况",
            columns=_shares("结果"),
            rows=len(OUTCOMES),
            make=outcome,
            needs=_NEEDS,
            chart=Chart(ChartKind.SHARES, "name", ("orders",)),
            note=_OWN_MONTH,
        ),
        Panel(
            name="months",
            title="近六个月履约",
            columns=(shown("month", "月份", Kind.TEXT), *COUNTED, detail()),
            rows=6,
            make=months,
            needs=_NEEDS,
            chart=Chart(ChartKind.LINES, "month", ("rate",)),
            note=_OWN_MONTH + "明细为当月应完成的订单。",
        ),
        Panel(
            name="anomalies",
            title="异常类型",
            columns=(
                shown("name", "异常类型", Kind.TEXT),
                shown("orders", "订单数"),
                shown("share", "占比", Kind.PERCENT),
                shown("responses", "响应判定数"),
                shown("response_rate", "响应达标率", Kind.PERCENT),
                shown("proposals", "方案判定数"),
                shown("proposal_rate", "方案达标率", Kind.PERCENT),
                shown("judged", "按期判定数"),
                shown("rate", "按期完成率", Kind.PERCENT),
                detail(),
            ),
            rows=_TYPES_SHOWN,
            make=anomalies,
            needs=_NEEDS,
            chart=Chart(ChartKind.BARS, "name", ("orders",)),
            note="按异常发现时间归月，未填的用确认时间，再无则用预计完成时间。",
        ),
        _group_panel("owner", "按责任人", "责任人"),
        _group_panel("product", "按产品型号", "产品型号"),
        Panel(
            name="spans",
            title="交付用时",
            columns=_shares("从确认到交付"),
            rows=len(_SPANS),
            make=spans,
            needs=_NEEDS,
            chart=Chart(ChartKind.COLUMNS, "name", ("orders",)),
            note="当月实际完成的订单，从确认时间到实际完成时间；没有写时分的按整天计。",
        ),
        Panel(
            name="ratings",
            title="订单满意度评分",
            columns=_shares("评分"),
            rows=5,
            make=ratings,
            needs=_NEEDS,
            chart=Chart(ChartKind.SHARES, "name", ("orders",)),
            note="按满意度回访时间归月，未填的用实际完成时间；1至5分以外的不计。",
        ),
        LATE_ORDERS,
        ABNORMAL,
    ),
)
