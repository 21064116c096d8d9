"""The headline figures that several sheets show as cards, each with the month before it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from xlcrm.analysis.base import Card, Kind
from xlcrm.analysis.lines import compared
from xlcrm.analysis.sources.monthly import figures
from xlcrm.analysis.sources.sales import TRADES, left_out_text
from xlcrm.analysis.sources.surveys import SURVEYS

if TYPE_CHECKING:
    from xlcrm.analysis.base import Figure
    from xlcrm.analysis.scope import Scope


UNFINISHED: Final = "本月未结束"


def headline(
    scope: Scope, *, key: str, more_is_good: bool, n: str = "", points: bool = False, digits: int = 0
) -> Figure:
    """A figure of the reported month beside that of the month before.

    Args:
        scope: the run and its month.
        key: column of `monthly.monthly`.
        more_is_good: whether a rise is welcome.
        n: column of `monthly.monthly` that says how many the figure rests on; none if not said.
        points: the figure is a fraction; its change is shown in percentage points.
        digits: decimals of the change where it is no fraction.
    """
    now, before = (scope.once(figures)[str(month)] for month in (scope.month, scope.before))
    rests = f"n={now[n]:.0f}" if n and now[n] > 0 else ""
    return compared(
        now[key], before[key], more_is_good=more_is_good, rests=rests, points=points, digits=digits
    )


def flow(scope: Scope, *, key: str, more_is_good: bool) -> Figure:
    """As `headline`, of what adds up over a month: while it lasts, less of it is neither good nor bad."""
    found = headline(scope, key=key, more_is_good=more_is_good)
    whole = scope.end_of(scope.month) < scope.facts.now_at
    return found if whole or not found.text else replace(found, text=f"{found.text}；{UNFINISHED}", good=None)


def _ticket(scope: Scope) -> Figure:
    found = headline(scope, key="ticket", more_is_good=True, n="trades", digits=2)
    return replace(found, text=(found.text + left_out_text(scope, scope.month)).removeprefix("；"))


CUSTOMERS: Final = Card(
    "客户总数", Kind.INT, partial(headline, key="customers", more_is_good=True), needs=("customers",)
)
NEW: Final = Card("新增客户数", Kind.INT, partial(flow, key="new", more_is_good=True), needs=("customers",))
LOST: Final = Card(
    "流失客户数", Kind.INT, partial(flow, key="lost", more_is_good=False), needs=("customers",)
)
TICKET: Final = Card("平均客单价", Kind.MONEY, _ticket, needs=("customers", TRADES))
SATISFACTION: Final = Card(
    "平均满意度",
    Kind.PERCENT,
    partial(headline, key="satisfaction", more_is_good=True, n="satisfaction_n", points=True),
    needs=(SURVEYS,),
)
NPS: Final = Card(
    "NPS", Kind.NUMBER, partial(headline, key="nps", more_is_good=True, n="nps_n", digits=1), needs=(SURVEYS,)
)
OPEN_COMPLAINTS: Final = Card(
    "开放投诉",
    Kind.INT,
    partial(headline, key="open_complaints", more_is_good=False),
    needs=("complaints",),
)
ATTAINMENT: Final = Card(
    "SLA达成率",
    Kind.PERCENT,
    partial(headline, key="attainment", more_is_good=True, n="judged", points=True),
)
