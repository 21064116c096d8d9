"""趋势分析: the last six months in figures, each kind of figure with a picture of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis.base import (
    AnalysisSheet,
    Chart,
    ChartKind,
    Column,
    Filled,
    Kind,
    Panel,
    behind,
    detail,
    joined,
    shown,
)
from xlcrm.analysis.lines import Lines, by_month, half_year, newest
from xlcrm.analysis.scope import TREND_MONTHS
from xlcrm.analysis.sources.judged import LATE, LATE_OPEN, judged
from xlcrm.analysis.sources.monthly import monthly
from xlcrm.analysis.sources.register import filed_on, went_quiet
from xlcrm.analysis.sources.sales import TRADES, left_out_text, trades
from xlcrm.analysis.sources.surveys import SURVEYS, surveys
from xlcrm.analysis.sources.tally import clocks_behind
from xlcrm.analysis.wording import halves_up
from xlcrm.compute.facts import moments

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from xlcrm.analysis.scope import Scope

MONTH: Final = shown("month", "月份", Kind.TEXT)


def _months(scope: Scope, *keys: str) -> pd.DataFrame:
    """The rows of a panel: month, then columns of `monthly`; none where the first of them is all blank."""
    frame = scope.once(monthly).iloc[-TREND_MONTHS:][list(keys)]
    rows = frame.rename_axis("month").reset_index()
    rows["month"] = rows["month"].astype("str")
    return rows if rows[keys[0]].notna().any() else rows.iloc[:0]


def _course(scope: Scope, name: str, values: pd.Series, text: Callable[[float], str]) -> str:
    """2026年6月至2026年11月 客户总数由120升至150: from the first known month to the last one."""
    known = values.dropna().tolist()
    if not known:
        return f"{half_year(scope)} 没有数据"
    first, last = known[0], known[-1]
    if len(known) == 1:
        return f"{half_year(scope)} {name}{text(last)}"
    if text(first) == text(last):
        return f"{half_year(scope)} {name}首尾持平，为{text(last)}"
    return f"{half_year(scope)} {name}由{text(first)}{'升' if last > first else '降'}至{text(last)}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _money(value: float) -> str:
    return f"{value:,.0f}元"


def _tenths(value: float) -> str:
    return f"{halves_up(value, 1):,.1f}"


def _percent(value: float) -> str:
    return f"{halves_up(value * 100, 1):.1f}%"


def _customers(scope: Scope) -> Filled:
    rows = _months(scope, "customers")
    return Filled(rows, _course(scope, "客户总数", rows["customers"], _whole))


def _flows(scope: Scope) -> Filled:
    """Who came and who went quiet; 净增 is known where one of the two is."""
    known = _months(scope, "new", "lost")
    rows = _months(scope, "lost", "new") if known.empty else known
    rows = rows[["month", "new", "lost"]].assign(net=rows["new"].fillna(0) - rows["lost"].fillna(0))
    rows["net"] = rows["net"].where(rows["new"].notna() | rows["lost"].notna())
    if rows.empty:
        return Filled(rows, f"{half_year(scope)} 没有数据")
    caption = f"{half_year(scope)} 新增{rows['new'].sum():,.0f}位，流失{rows['lost'].sum():,.0f}位"
    filed, quiet = scope.once(filed_on), scope.once(went_quiet)
    new, gone = by_month(scope, filed), by_month(scope, quiet.days)
    own = scope.facts.account_rows
    came = behind("customers", new.of, own, at=filed, text=["新增"] * len(own))
    left = behind("customers", gone.of, own[quiet.codes], at=quiet.days, text=["流失"] * len(quiet.codes))
    return Filled(rows, caption, _newest(joined(came, left)))


def _sales(scope: Scope) -> Filled:
    rows = _months(scope, "sales", "trades", "ticket")
    caption = _course(scope, "月销售额", rows["sales"], _money)
    if rows.empty:
        return Filled(rows, caption)
    caption += left_out_text(scope, *scope.months)
    found = scope.once(trades)
    lines = by_month(scope, moments(found["traded_on"]))
    amount = found["amount"].to_numpy()
    order = np.argsort(-amount, kind="stable")
    own = behind(
        TRADES,
        lines.of[order],
        found["place"].to_numpy()[order],
        at=found["traded_on"].to_numpy()[order],
        amount=amount[order],
    )
    return Filled(rows, caption, own)


def _complaints(scope: Scope) -> Filled:
    rows = _months(scope, "complaints", "customers", "complaint_rate")
    caption = _course(scope, "每百客户投诉", rows["complaint_rate"], _tenths)
    if rows.empty:
        return Filled(rows, caption)
    frame = scope.facts.frame("complaints")
    received = moments(frame["received_at"])
    lines = by_month(scope, received)
    own = behind("complaints", lines.of, np.arange(len(frame)), at=received, text=frame["content"])
    return Filled(rows, caption, _newest(own))


def _satisfaction(scope: Scope) -> Filled:
    """The least satisfied first among the forms behind a month."""
    rows = _months(scope, "satisfaction", "satisfaction_n")
    caption = _course(scope, "平均满意度", rows["satisfaction"], _percent)
    if rows.empty:
        return Filled(rows, caption)
    found = scope.once(surveys)
    at, percent = moments(found["surveyed_on"]), found["percent"].to_numpy()
    lines = by_month(scope, at, ~np.isnan(percent))
    order = np.argsort(percent, kind="stable")
    own = behind(
        SURVEYS, lines.of[order], found["place"].to_numpy()[order], at=at[order], amount=percent[order] * 100
    )
    return Filled(rows, f"{caption}（n={rows['satisfaction_n'].sum():.0f}）", own)


def _attainment(scope: Scope) -> Filled:
    """What was late stands behind a month."""
    rows = _months(scope, "attainment", "judged")
    caption = _course(scope, "SLA达成率", rows["attainment"], _percent)
    if rows.empty:
        return Filled(rows, caption)
    clocks = scope.once(judged)
    late = clocks["outcome"].isin([LATE, LATE_OPEN]).to_numpy()
    lines: Lines = by_month(scope, moments(clocks["start"]), late)
    return Filled(rows, f"{caption}（n={rows['judged'].sum():.0f}）", clocks_behind(clocks, lines))


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows behind figures, the newest first."""
    return rows.iloc[newest(moments(rows["at"]))].reset_index(drop=True)


def _panel(  # noqa: PLR0913 - a panel has this many parts
    name: str,
    title: str,
    columns: tuple[Column, ...],
    make: Callable[[Scope], Filled],
    needs: tuple[str, ...],
    note: str,
    *,
    kind: ChartKind = ChartKind.LINES,
    series: tuple[str, ...],
) -> Panel:
    return Panel(
        name=name,
        title=title,
        columns=(MONTH, *columns),
        rows=TREND_MONTHS,
        make=make,
        needs=needs,
        chart=Chart(kind, "month", series),
        note=note,
    )


SHEET: Final = AnalysisSheet(
    name="trends",
    title="趋势分析",
    hint="截至报表月份的最近6个月；当前月份统计到刷新时为止。没有登记的月份留空。",
    panels=(
        _panel(
            "customers",
            "客户总数走势",
            (shown("customers", "客户总数"),),
            _customers,
            ("customers",),
            "月末在册客户；没有建档日期的客户视为一直在册。",
            series=("customers",),
        ),
        _panel(
            "flows",
            "新增与流失",
            (shown("new", "新增客户"), shown("lost", "流失客户"), shown("net", "净增"), detail()),
            _flows,
            ("customers",),
            "新增按建档日期；流失 = 最后一次互动满沉睡期限（默认6个月）仍无新互动，记在期满的月份。",
            kind=ChartKind.COLUMNS,
            series=("new", "lost"),
        ),
        _panel(
            "sales",
            "销售额走势",
            (
                shown("sales", "销售额", Kind.MONEY),
                shown("trades", "交易数"),
                shown("ticket", "平均客单价", Kind.MONEY),
                detail(),
            ),
            _sales,
            (TRADES,),
            "销售额已扣除退款；交易数不含退款；平均客单价 = 销售额 ÷ 交易数。",
            series=("sales",),
        ),
        _panel(
            "complaints",
            "每百客户投诉",
            (
                shown("complaints", "投诉数"),
                shown("customers", "客户总数"),
                shown("complaint_rate", "每百客户投诉", Kind.NUMBER),
                detail(),
            ),
            _complaints,
            ("customers", "complaints"),
            "当月收到的投诉 ÷ 月末客户总数 × 100。",
            series=("complaint_rate",),
        ),
        _panel(
            "satisfaction",
            "平均满意度走势",
            (
                shown("satisfaction", "平均满意度", Kind.PERCENT),
                shown("satisfaction_n", "问卷数"),
                detail(),
            ),
            _satisfaction,
            (SURVEYS,),
            "每份问卷各项评分的平均 ÷ 5，再按月平均。",
            series=("satisfaction",),
        ),
        _panel(
            "attainment",
            "SLA达成率走势",
            (shown("attainment", "SLA达成率", Kind.PERCENT), shown("judged", "判定数"), detail()),
            _attainment,
            (),
            "按时完成 ÷（按时完成 + 超时完成 + 已超时），时钟记在开始的月份；明细列出超时的。",
            series=("attainment",),
        ),
    ),
)
