"""SLA分析: what became of the clocks that started in a month, by clock, person, level and month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Figure,
    Filled,
    Kind,
    Panel,
    detail,
    shown,
)
from xlcrm.analysis.lines import Lines, compared, half_year, ranked
from xlcrm.analysis.sources.judged import FAULTY, UNJUDGED, every_clock, judged
from xlcrm.analysis.sources.tally import (
    COUNTED,
    HOUR,
    MOST_LEVELS,
    Tally,
    attained_text,
    attainment_by,
    clock_names,
    clocks_behind,
    in_month,
    levels,
    lines_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags

LEVELS: Final = {"complaints": "level", "service_issues": "urgency"}
"""Table of cases -> the column that says how grave one is."""
RECOVERY_LEVELS: Final = {"recovery_cases": "urgency"}
_MOST_CLOCKS: Final = 60
_MOST_PEOPLE: Final = 20
_MONTHS: Final = 6


def _of_month(scope: Scope) -> pd.DataFrame:
    return in_month(scope.once(judged), scope.month)


def _of_month_before(scope: Scope) -> pd.DataFrame:
    return in_month(scope.once(judged), scope.before)


def _left_out(scope: Scope) -> pd.DataFrame:
    """Clocks of the month that are not judged; one whose start is not known shows until it is mended."""
    every = scope.once(every_clock)
    ours = (every["month"] == str(scope.month)) | every["month"].isna()
    return every[(ours & every["outcome"].isin([FAULTY, UNJUDGED])).to_numpy()].reset_index(drop=True)


def _clocks(scope: Scope) -> Filled:
    clocks = scope.once(_of_month)
    lines, tally = attainment_by(clocks, clock_names(clocks), _MOST_CLOCKS)
    hours = clocks["minutes"].to_numpy() / HOUR
    rows = pd.DataFrame(
        {
            "clock": list(lines.names),
            **tally.columns(),
            "median": lines.quantile(hours, 0.5),
            "ninth": lines.quantile(hours, 0.9),
            "timed": lines.count(~np.isnan(hours)),
            "breaches": np.nan_to_num(lines.total(clocks["breaches"].to_numpy(dtype=np.float64))).astype(
                np.int64
            ),
        }
    )
    return Filled(rows, _caption(scope, lines, tally), clocks_behind(clocks, lines))


def _caption(scope: Scope, lines: Lines, tally: Tally) -> str:
    return f"{scope.period} {attained_text(lines, tally)}"


def _people(scope: Scope) -> Filled:
    clocks = scope.once(_of_month)
    lines, tally = attainment_by(clocks, clocks["owner"], _MOST_PEOPLE)
    rows = pd.DataFrame({"owner": list(lines.names), **tally.columns()})
    return Filled(rows, _caption(scope, lines, tally), clocks_behind(clocks, lines))


def _levels(scope: Scope) -> Filled:
    return _by_level(scope, LEVELS)


def _recovery_levels(scope: Scope) -> Filled:
    return _by_level(scope, RECOVERY_LEVELS)


def _by_level(scope: Scope, of_tables: Mapping[str, str]) -> Filled:
    clocks = scope.once(_of_month)
    clocks = clocks[clocks["table"].isin(list(of_tables)).to_numpy()].reset_index(drop=True)
    lines = levels(scope.facts, clocks, of_tables)
    tally = Tally.of(clocks, lines)
    rows = pd.DataFrame({"level": list(lines.names), **tally.columns()})
    return Filled(rows, _caption(scope, lines, tally), clocks_behind(clocks, lines))


def _months(scope: Scope) -> Filled:
    clocks = scope.once(judged)
    names = [str(month) for month in scope.months]
    ours = clocks["month"].isin(names).to_numpy()
    clocks = clocks[ours].reset_index(drop=True)
    lines = lines_of(names if len(clocks) else (), clocks["month"])
    tally = Tally.of(clocks, lines)
    rows = pd.DataFrame({"month": list(lines.names), **tally.columns()})
    return Filled(rows, f"{half_year(scope)} {attained_text(lines, tally)}", clocks_behind(clocks, lines))


def _unjudged(scope: Scope) -> Filled:
    clocks = scope.once(_left_out)
    lines = ranked(clock_names(clocks), _MOST_CLOCKS)
    faulty = (clocks["outcome"] == FAULTY).to_numpy(dtype=bool)
    rows = pd.DataFrame(
        {"clock": list(lines.names), "faulty": lines.count(faulty), "before": lines.count(~faulty)}
    )
    caption = (
        f"{scope.period} 数据异常{int(faulty.sum())}个，启用日期前{int((~faulty).sum())}个，均不计入达成率"
    )
    return Filled(rows, caption, clocks_behind(clocks, lines))


def _total(clocks: pd.DataFrame) -> Tally:
    return Tally.of(clocks, Lines(("",), np.zeros(len(clocks), dtype=np.int64)))


def _attainment(scope: Scope) -> Figure:
    now, before = _total(scope.once(_of_month)), _total(scope.once(_of_month_before))
    rests = f"按时{now.met[0]}/判定{now.decided[0]}" if now.decided[0] else ""
    return compared(now.attainment[0], before.attainment[0], more_is_good=True, rests=rests, points=True)


def _count_of(key: str, *, more_is_good: bool | None) -> Card:
    def make(scope: Scope) -> Figure:
        now, before = scope.once(_of_month), scope.once(_of_month_before)
        counts = [float(getattr(_total(each), key)[0]) if len(each) else None for each in (now, before)]
        return compared(counts[0], counts[1], more_is_good=more_is_good)

    heading = next(item.heading for item in COUNTED if item.key == key)
    return Card(heading, Kind.INT, make)


def _faults(scope: Scope) -> Figure:
    found: Flags = (scope.once(_left_out)["outcome"] == FAULTY).to_numpy(dtype=bool)
    if not found.any() and not len(scope.once(_of_month)):
        return Figure(None)
    return Figure(float(found.sum()), "不计入达成率", good=None if not found.any() else False)


_RATE: Final = ("attainment",)
_HOW: Final = "达成率 = 按时完成 ÷ 判定数（已完成的和已超时的）；时钟归入其起点所在的月份，按现在评判。"

SHEET: Final = AnalysisSheet(
    name="sla",
    title="SLA分析",
    hint="本月开始的每个时钟是否按时。每一行右边的 明细 列出背后的记录，超时未完成的在前。",
    cards=(
        Card("SLA达成率", Kind.PERCENT, _attainment),
        _count_of("cases", more_is_good=None),
        _count_of("met", more_is_good=None),
        _count_of("late", more_is_good=False),
        _count_of("breached", more_is_good=False),
        Card("数据异常", Kind.INT, _faults),
    ),
    panels=(
        Panel(
            "clocks",
            "时钟达成情况",
            (
                shown("clock", "时钟", Kind.TEXT),
                *COUNTED,
                shown("median", "用时中位数（小时）", Kind.NUMBER),
                shown("ninth", "用时90分位（小时）", Kind.NUMBER),
                shown("timed", "用时样本数"),
                shown("breaches", "超时次数"),
                detail(),
            ),
            _MOST_CLOCKS,
            _clocks,
            chart=Chart(ChartKind.BARS, "clock", _RATE),
            note=f"{_HOW}用时扣除等待客户的时间，分位数按线性插值；循环时钟和以期限日评判的时钟不计用时。",
        ),
        Panel(
            "people",
            "责任人达成情况",
            (shown("owner", "责任人", Kind.TEXT), *COUNTED, detail()),
            _MOST_PEOPLE,
            _people,
            chart=Chart(ChartKind.BARS, "owner", _RATE),
            note="责任人取案件自己的责任人，没有的取客户的负责人。",
        ),
        Panel(
            "levels",
            "投诉与问题等级达成情况",
            (shown("level", "等级", Kind.TEXT), *COUNTED, detail()),
            MOST_LEVELS,
            _levels,
            needs=("complaints",),
            chart=Chart(ChartKind.COLUMNS, "level", _RATE),
            note="投诉按投诉等级，服务问题按紧急度。",
        ),
        Panel(
            "recovery_levels",
            "恢复紧急程度达成情况",
            (shown("level", "紧急程度", Kind.TEXT), *COUNTED, detail()),
            MOST_LEVELS,
            _recovery_levels,
            needs=("recovery_cases",),
            chart=Chart(ChartKind.COLUMNS, "level", _RATE),
        ),
        Panel(
            "months",
            "近6个月达成率",
            (shown("month", "月份", Kind.TEXT), *COUNTED, detail()),
            _MONTHS,
            _months,
            chart=Chart(ChartKind.LINES, "month", _RATE),
            note=_HOW,
        ),
        Panel(
            "unjudged",
            "未评判的时钟",
            (
                shown("clock", "时钟", Kind.TEXT),
                shown("faulty", "数据异常"),
                shown("before", "启用日期前"),
                detail(),
            ),
            _MOST_CLOCKS,
            _unjudged,
            note="数据异常：终点早于起点，或单元格不是时间；起点不明的每月都列出，直到改正。",
        ),
    ),
)
