"""投诉分析月报: what customers complained of in a month, and what is done about it."""

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
    typed,
)
from xlcrm.analysis.complaints.log import LEVELS, TABLE, complaints, received
from xlcrm.analysis.complaints.problems import (
    GRADES,
    MOST_KINDS,
    MOST_REPEATED,
    MOST_TOP,
    departments,
    grades,
    kinds,
    measures,
    repeated,
    top,
)
from xlcrm.analysis.lines import Lines, compared, half_year, share_text
from xlcrm.analysis.sources.judged import judged
from xlcrm.analysis.sources.tally import (
    COUNTED,
    MOST_LEVELS,
    Tally,
    attained_text,
    clocks_behind,
    in_month,
    levels,
    lines_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.analysis.complaints.log import Complaints
    from xlcrm.analysis.scope import Scope

_MOST_MEASURES: Final = 40
_MOST_CLOCKS: Final = 40
_MONTHS: Final = 6


def _clocks(scope: Scope) -> pd.DataFrame:
    """The clocks of complaints that started in the month."""
    clocks = in_month(scope.once(judged), scope.month)
    return clocks[(clocks["table"] == TABLE).to_numpy()].reset_index(drop=True)


def _by_level(scope: Scope) -> Filled:
    clocks = scope.once(_clocks)
    lines = levels(scope.facts, clocks, {TABLE: "level"}, named=False)
    tally = Tally.of(clocks, lines)
    rows = pd.DataFrame({"level": list(lines.names), **tally.columns()})
    return Filled(rows, f"{scope.period} {attained_text(lines, tally)}", clocks_behind(clocks, lines))


def _by_level_and_clock(scope: Scope) -> Filled:
    clocks = scope.once(_clocks)
    by_level = levels(scope.facts, clocks, {TABLE: "level"}, named=False)
    names = pd.unique(clocks["clock"]).tolist()
    pairs = [(level, clock) for level in by_level.names for clock in names]
    of_pair = by_level.of * len(names) + pd.Index(names, dtype=object).get_indexer(pd.Index(clocks["clock"]))
    every = Lines(tuple(f"{level}·{clock}" for level, clock in pairs), of_pair)
    kept = np.flatnonzero(every.count() > 0)[:_MOST_CLOCKS]
    lines = lines_of(
        [every.names[pair] for pair in kept.tolist()], np.array(every.names, dtype=object)[of_pair]
    )
    tally = Tally.of(clocks, lines)
    rows = pd.DataFrame(
        {
            "level": [pairs[pair][0] for pair in kept.tolist()],
            "clock": [pairs[pair][1] for pair in kept.tolist()],
            **tally.columns(),
        }
    )
    return Filled(rows, f"{scope.period} {attained_text(lines, tally)}", clocks_behind(clocks, lines))


def _months(scope: Scope) -> Filled:
    found = scope.once(complaints)
    lines = lines_of([str(month) for month in scope.months], found.month.astype(str))
    begun = np.array([found.has_begun(month) and month <= scope.until for month in scope.months], dtype=bool)
    counts = lines.count()
    rows = pd.DataFrame(
        {
            "month": list(lines.names),
            "count": np.where(begun, counts, np.nan),
            "grave": np.where(begun, lines.count(np.isin(found.level.astype(str), LEVELS[1:])), np.nan),
            "solved": np.where(begun, lines.count(found.solved), np.nan),
            "hours": found.mean_hours(lines),
        }
    )
    if not counts.sum():
        return Filled(rows[:0], f"{half_year(scope)} 没有投诉")
    return Filled(rows, f"{half_year(scope)} 投诉共{counts.sum()}件，本月{counts[-1]}件", found.behind(lines))


def _count_at(scope: Scope, month: np.datetime64) -> float | None:
    found = scope.once(complaints)
    ahead = month.astype("datetime64[s]") > scope.facts.now_at
    return None if ahead or not found.has_begun(month) else float(found.within(month).sum())


def _now(scope: Scope) -> Figure:
    return compared(_count_at(scope, scope.month), _count_at(scope, scope.before), more_is_good=False)


def _last(scope: Scope) -> Figure:
    return Figure(_count_at(scope, scope.before), f"{scope.before}")


def _grave(scope: Scope) -> Figure:
    found = scope.once(complaints)
    grave = np.isin(found.level.astype(str), LEVELS[1:])
    counts = [
        None if _count_at(scope, month) is None else float((grave & found.within(month)).sum())
        for month in (scope.month, scope.before)
    ]
    return compared(counts[0], counts[1], more_is_good=False)


def _solved(scope: Scope) -> Figure:
    ours, found = scope.once(received), scope.once(complaints)
    whole, solved = int(ours.sum()), int((ours & found.solved).sum())
    if not whole:
        return Figure(None)
    return Figure(float(solved), f"解决率{share_text(solved, whole)}（{solved}/{whole}），{scope.as_of}")


def _hours(scope: Scope) -> Figure:
    found = scope.once(complaints)
    now, before = (_mean_hours(found, month) for month in (scope.month, scope.before))
    known = int((found.within(scope.month) & ~np.isnan(found.hours)).sum())
    return compared(now, before, more_is_good=False, rests=f"n={known}" if known else "", digits=1)


def _mean_hours(found: Complaints, month: np.datetime64) -> float:
    own = found.hours[found.within(month) & ~np.isnan(found.hours)]
    return float(own.sum() / len(own)) if len(own) else float("nan")


def _attainment(scope: Scope) -> Figure:
    tally = [
        Tally.of(own, Lines(("",), np.zeros(len(own), dtype=np.int64)))
        for own in (scope.once(_clocks), _clocks_before(scope))
    ]
    decided = int(tally[0].decided[0])
    rests = f"按时{tally[0].met[0]}/判定{decided}" if decided else ""
    rates = [each.attainment[0] for each in tally]
    return compared(rates[0], rates[1], more_is_good=True, rests=rests, points=True)


def _clocks_before(scope: Scope) -> pd.DataFrame:
    clocks = in_month(scope.once(judged), scope.before)
    return clocks[(clocks["table"] == TABLE).to_numpy()].reset_index(drop=True)


_ISSUE: Final = shown("issue", "高频问题", Kind.TEXT)
_COUNT: Final = shown("count", "件数")
_SHARE: Final = shown("share", "占比", Kind.PERCENT)
_BEFORE: Final = shown("before", "上月件数")
_DEPARTMENT: Final = shown("department", "责任部门", Kind.TEXT)
_SOLVED: Final = shown("solved", "已解决")
_HOURS: Final = shown("hours", "平均解决时长（小时）", Kind.NUMBER)


def _distribution(name: str, title: str, key: str, heading: str, make: Callable[[Scope], Filled]) -> Panel:
    return Panel(
        name,
        title,
        (shown(key, heading, Kind.TEXT), _COUNT, _SHARE, _BEFORE, _SOLVED, _HOURS, detail()),
        MOST_KINDS,
        make,
        needs=(TABLE,),
        chart=Chart(ChartKind.BARS, key, ("count",)),
        note="占比以本月全部投诉为分母；解决时长自投诉日期至解决时间，按自然时间，含等待客户的时间。",
    )


SHEET: Final = AnalysisSheet(
    name="complaints",
    title="投诉分析月报",
    hint="统计本月收到的投诉；在 改进措施 中填写的文字按月份和问题保留。",
    cards=(
        Card("本期投诉", Kind.INT, _now, (TABLE,)),
        Card("上期投诉", Kind.INT, _last, (TABLE,)),
        Card("严重和重大投诉", Kind.INT, _grave, (TABLE,)),
        Card("已解决", Kind.INT, _solved, (TABLE,)),
        Card("平均解决时长（小时）", Kind.NUMBER, _hours, (TABLE,)),
        Card("投诉SLA达成率", Kind.PERCENT, _attainment, (TABLE,)),
    ),
    panels=(
        _distribution("kinds", "投诉类型分布", "kind", "投诉类型", kinds),
        Panel(
            "top",
            "高频问题TOP3",
            (_ISSUE, _COUNT, _SHARE, _BEFORE, _DEPARTMENT, detail()),
            MOST_TOP,
            top,
            needs=(TABLE,),
            chart=Chart(ChartKind.BARS, "issue", ("count",)),
            note="按高频问题一栏计数，与第三名并列的也列出；责任部门取其中最常见的。",
        ),
        _distribution("departments", "责任部门分布", "department", "责任部门", departments),
        Panel(
            "levels",
            "各投诉等级SLA达成率",
            (shown("level", "投诉等级", Kind.TEXT), *COUNTED, detail()),
            MOST_LEVELS,
            _by_level,
            needs=(TABLE,),
            chart=Chart(ChartKind.COLUMNS, "level", ("attainment",)),
            note="达成率 = 按时完成 ÷ 判定数；时钟归入其起点所在的月份，按现在评判。",
        ),
        Panel(
            "clocks",
            "各投诉等级和时钟",
            (
                shown("level", "投诉等级", Kind.TEXT),
                shown("clock", "时钟", Kind.TEXT),
                *COUNTED,
                detail(),
            ),
            _MOST_CLOCKS,
            _by_level_and_clock,
            needs=(TABLE,),
        ),
        Panel(
            "grades",
            "客户等级与投诉类型",
            (
                shown("kind", "投诉类型", Kind.TEXT),
                *(shown(key, grade) for key, grade in GRADES.items()),
                shown("total", "合计"),
                detail(),
            ),
            MOST_KINDS,
            grades,
            needs=(TABLE,),
            chart=Chart(ChartKind.STACKED, "kind", tuple(GRADES)),
            note="未定：客户不在客户信息总表中，或没有填写等级。",
        ),
        Panel(
            "repeated",
            "连续三个月出现的问题",
            (
                _ISSUE,
                shown("first", "前2个月"),
                shown("last", "上月"),
                shown("now", "本月"),
                shown("total", "三个月合计"),
                _DEPARTMENT,
                detail(),
            ),
            MOST_REPEATED,
            repeated,
            needs=(TABLE,),
            chart=Chart(ChartKind.COLUMNS, "issue", ("first", "last", "now")),
            note="本月和之前两个月每月都出现的高频问题，应推动产品或流程改进。",
        ),
        Panel(
            "months",
            "近6个月投诉",
            (
                shown("month", "月份", Kind.TEXT),
                _COUNT,
                shown("grave", "严重和重大"),
                _SOLVED,
                _HOURS,
                detail(),
            ),
            _MONTHS,
            _months,
            needs=(TABLE,),
            chart=Chart(ChartKind.LINES, "month", ("count",)),
        ),
        Panel(
            "measures",
            "改进措施",
            (
                shown("month", "月份", Kind.TEXT),
                _ISSUE,
                _COUNT,
                _DEPARTMENT,
                typed("measure", "改进措施"),
            ),
            _MOST_MEASURES,
            measures,
            needs=(TABLE,),
            keys=("month", "issue"),
            stays=True,
            note="本月的高频问题；填写过改进措施的行在以后的月份仍保留。",
        ),
    ),
)
