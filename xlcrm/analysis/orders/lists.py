"""The orders that are late, and those that went wrong, one by one (订单履约)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Filled, Kind, Panel, detail, shown
from xlcrm.analysis.lines import Lines
from xlcrm.analysis.orders.figures import (
    LATE,
    OFF,
    ORDERS,
    OUTCOMES,
    behind_orders,
    orders,
    outcomes,
    overdue_at,
)
from xlcrm.compute.facts import moments, objects

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers, Objects

_SHOWN: Final = 30
_WORDS: Final = np.array([*OUTCOMES, None], dtype=object)
_ANSWERS: Final = np.array(["按时", "超时", "超时未处理", "处理中", None], dtype=object)
"""What a clock of an anomaly says, by `figures.IN_TIME` and so on."""


def late_orders(scope: Scope) -> Filled:
    """What stood open past its day at the month's end, then what was completed late of the month's."""
    every = scope.once(orders)
    open_ = overdue_at(scope, scope.month)
    late = every.due(scope) & (every.outcome == LATE) & ~open_
    chosen = np.flatnonzero(open_ | late)
    chosen = chosen[np.lexsort((-every.overdue_days[chosen], ~open_[chosen]))]
    places = chosen[:_SHOWN]
    frame = every.frame.iloc[places]
    rows = pd.DataFrame(
        {
            **_who(scope, places),
            "product": objects(frame["product"]),
            "expected_at": moments(frame["expected_at"]),
            "completed_at": every.completed[places],
            "outcome": _WORDS[every.outcome[places]],
            "overdue_days": every.overdue_days[places],
            "amount": frame["amount"].to_numpy(),
            "anomaly_type": objects(frame["anomaly_type"]),
        }
    )
    if not every.timed:
        return Filled(rows, f"按期完成{OFF}")
    if not len(chosen):
        return Filled(rows, f"{scope.period} 没有超期的订单")
    caption = f"{scope.period} 期末超期未完成{open_.sum()}单，当月超时完成{late.sum()}单{_more(len(chosen))}"
    return Filled(rows, caption, behind_orders(every, _one_each(places, len(every.frame))))


def abnormal_orders(scope: Scope) -> Filled:
    """The orders that went wrong in the month: those still open first, then the newest."""
    every = scope.once(orders)
    chosen = np.flatnonzero(scope.within(every.anomaly_at))
    done = ~np.isnat(every.completed[chosen])
    chosen = chosen[np.lexsort((-every.anomaly_at[chosen].astype(np.int64), done))]
    places = chosen[:_SHOWN]
    frame = every.frame.iloc[places]
    rows = pd.DataFrame(
        {
            **_who(scope, places),
            "anomaly_type": objects(frame["anomaly_type"]),
            "anomaly": objects(frame["anomaly"]),
            "found_at": every.anomaly_at[places],
            "response": _answers(scope, "异常响应", places),
            "proposal": _answers(scope, "异常方案", places),
            "order_status": objects(frame["order_status"]),
            "outcome": _WORDS[every.outcome[places]],
        }
    )
    if not len(chosen):
        return Filled(rows, f"{scope.period} 没有异常订单")
    caption = f"{scope.period} 异常{len(chosen)}单，其中{int((~done).sum())}单还没有完成{_more(len(chosen))}"
    return Filled(rows, caption, behind_orders(every, _one_each(places, len(every.frame))))


def _who(scope: Scope, places: Integers) -> dict[str, Objects]:
    frame = scope.facts.frame(ORDERS).iloc[places]
    names = scope.facts.of_rows(ORDERS, "name").iloc[places].fillna(frame["name"])
    return {
        "order": objects(frame["order_id"]),
        "customer": objects(names),
        "owner": objects(frame["owner"]),
    }


def _answers(scope: Scope, clock: str, places: Integers) -> Objects:
    """How an anomaly was answered in time, by the clock's name; 规则已停用 where there is none."""
    found = scope.run.clocks.get((ORDERS, clock))
    if found is None:
        return np.full(len(places), OFF, dtype=object)
    words: Objects = _ANSWERS[outcomes(found, len(found.rule))[places]]
    return words


def _one_each(places: Integers, count: int) -> Lines:
    of = np.full(count, -1, dtype=np.int64)
    of[places] = np.arange(len(places))
    return Lines(tuple(map(str, places.tolist())), of)


def _more(count: int) -> str:
    return f"，列出前{_SHOWN}单" if count > _SHOWN else ""


_WHO: Final = (
    shown("order", "订单编号", Kind.TEXT),
    shown("customer", "客户名称", Kind.TEXT),
    shown("owner", "责任人", Kind.TEXT),
)
LATE_ORDERS: Final = Panel(
    name="late",
    title="超期订单",
    columns=(
        *_WHO,
        shown("product", "产品型号", Kind.TEXT),
        shown("expected_at", "预计完成时间", Kind.DATETIME),
        shown("completed_at", "实际完成时间", Kind.DATETIME),
        shown("outcome", "结果", Kind.TEXT),
        shown("overdue_days", "超期天数", Kind.NUMBER),
        shown("amount", "订单金额", Kind.MONEY),
        shown("anomaly_type", "异常类型", Kind.TEXT),
        detail(),
    ),
    rows=_SHOWN,
    make=late_orders,
    needs=(ORDERS,),
    note="期末仍未完成的在前，其次当月应完成而超时完成的；各按超期天数从多到少。",
)
ABNORMAL: Final = Panel(
    name="abnormal",
    title="异常订单明细",
    columns=(
        *_WHO,
        shown("anomaly_type", "异常类型", Kind.TEXT),
        shown("anomaly", "异常记录", Kind.TEXT),
        shown("found_at", "发现时间", Kind.DATETIME),
        shown("response", "异常响应", Kind.TEXT),
        shown("proposal", "异常方案", Kind.TEXT),
        shown("order_status", "订单状态", Kind.TEXT),
        shown("outcome", "按期情况", Kind.TEXT),
        detail(),
    ),
    rows=_SHOWN,
    make=abnormal_orders,
    needs=(ORDERS,),
    note="当月发现的异常，未完成的订单在前，其次发现时间新的在前。",
)
