"""满意度分析: what customers said in surveys and of their cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis.base import (
    AnalysisSheet,
    Card,
    Chart,
    ChartKind,
    Figure,
    Kind,
    Panel,
    detail,
    shown,
    typed,
)
from xlcrm.analysis.lines import compared
from xlcrm.analysis.satisfaction.month import cells, of_month, of_month_before
from xlcrm.analysis.satisfaction.panels import (
    MOST_SUGGESTIONS,
    MOST_UNHAPPY,
    by_answer,
    by_dimension,
    by_score,
    low_dimensions,
    nps_by_month,
    percent_by_month,
    suggestions,
    unhappy,
    willingness,
)
from xlcrm.analysis.satisfaction.ratings import MOST_LOW, RATED, by_kind, by_month, low_cases, mean_card
from xlcrm.analysis.sources.surveys import CASES, DIMENSIONS, SURVEYS
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope

_MONTHS: Final = 6
_MOST_LOW_DIMENSIONS: Final = 30


def _mean(scope: Scope) -> Figure:
    now, before = scope.once(of_month), scope.once(of_month_before)
    rests = f"n={now.rated}" if now.rated else ""
    return compared(now.mean, before.mean, more_is_good=True, rests=rests, points=True)


def _content(scope: Scope) -> Figure:
    now, before = scope.once(of_month), scope.once(of_month_before)
    n = int((~np.isnan(now.scores)).sum())
    return compared(
        now.content, before.content, more_is_good=True, rests=f"n={n}个评分" if n else "", points=True
    )


def _nps(scope: Scope) -> Figure:
    now, before = scope.once(of_month).recommends, scope.once(of_month_before).recommends
    rests = f"n={now.n}" if now.n else ""
    return compared(now.points, before.points, more_is_good=True, rests=rests, digits=1)


def _count(scope: Scope) -> Figure:
    now, before = len(scope.once(of_month)), len(scope.once(of_month_before))
    return compared(now or None, before or None, more_is_good=None)


def _willing(scope: Scope) -> Figure:
    shares, asked = [], []
    for own in (scope.once(of_month), scope.once(of_month_before)):
        said = cells(scope.facts, "will_continue", own.place)
        yes, answered = int((said == "是").sum()), int(np.isin(said.astype(str), ("是", "否")).sum())
        shares.append(yes / answered if answered else None)
        asked.append(answered)
    rests = f"n={asked[0]}" if asked[0] else ""
    return compared(shares[0], shares[1], more_is_good=True, rests=rests, points=True)


_MONTH: Final = shown("month", "月份", Kind.TEXT)
_PERCENT: Final = shown("percent", "满意度", Kind.PERCENT)
_CONTENT: Final = shown("content", "满意率", Kind.PERCENT)
_N: Final = shown("n", "样本数")
_SHARES: Final = (shown("count", "数量"), shown("share", "占比", Kind.PERCENT), detail())
_NAME: Final = shown("name", "客户名称", Kind.NAME)
_ON: Final = shown("surveyed_on", "调查日期", Kind.DATE)

SHEET: Final = AnalysisSheet(
    name="satisfaction",
    title="满意度分析",
    hint="统计本月的满意度调查和案件评分；在 存在问题 和 改进方向 中填写的文字按月份和维度保留。",
    cards=(
        Card("平均满意度", Kind.PERCENT, _mean, (SURVEYS,)),
        Card("满意率（4-5分）", Kind.PERCENT, _content, (SURVEYS,)),
        Card("NPS", Kind.NUMBER, _nps, (SURVEYS,)),
        Card("愿意继续合作", Kind.PERCENT, _willing, (SURVEYS,)),
        Card("调查份数", Kind.INT, _count, (SURVEYS,)),
        Card("案件满意度", Kind.PERCENT, mean_card, needs_one=RATED),
    ),
    panels=(
        Panel(
            "dimensions",
            "各维度平均分",
            (
                shown("dimension", "维度", Kind.TEXT),
                shown("mean", "平均分", Kind.NUMBER),
                _PERCENT,
                _CONTENT,
                _N,
                shown("before", "上月平均分", Kind.NUMBER),
                detail(),
            ),
            len(DIMENSIONS),
            by_dimension,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.BARS, "dimension", ("mean",)),
            note="满意度 = 平均分 ÷ 5；满意率 = 4分和5分的占比；超出1至5分的评分不计。",
        ),
        Panel(
            "low",
            "低分项改进",
            (
                _MONTH,
                shown("dimension", "维度", Kind.TEXT),
                shown("mean", "平均分", Kind.NUMBER),
                shown("low", "低分份数"),
                _N,
                detail(),
                typed("problem", "存在问题"),
                typed("direction", "改进方向"),
            ),
            _MOST_LOW_DIMENSIONS,
            low_dimensions,
            needs=(SURVEYS,),
            keys=("month", "dimension"),
            stays=True,
            note="列出本月平均分低于界限（默认3分）的维度；填写过文字的行在以后的月份仍保留。",
        ),
        Panel(
            "scores",
            "评分分布",
            (shown("score", "评分", Kind.TEXT), *_SHARES),
            5,
            by_score,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.SHARES, "score", ("share",)),
            note="所有维度的评分合在一起。",
        ),
        Panel(
            "nps",
            "推荐值构成",
            (shown("answer", "推荐意愿", Kind.TEXT), *_SHARES),
            3,
            by_answer,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.SHARES, "answer", ("share",)),
            note="NPS = 推荐者占比 - 贬损者占比，从-100到100；超出0至10分的不计。",
        ),
        Panel(
            "willing",
            "继续合作意愿",
            (shown("answer", "意愿", Kind.TEXT), *_SHARES),
            2,
            willingness,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.SHARES, "answer", ("share",)),
            note="占比以回答了的调查为分母。",
        ),
        Panel(
            "unhappy",
            "需要跟进的客户",
            (
                _NAME,
                shown("grade", "客户等级", Kind.CHOICE, choice=GRADE),
                shown("owner", "负责人", Kind.PERSON),
                _ON,
                _PERCENT,
                shown("ten", "十分制得分", Kind.NUMBER),
                shown("nps", "推荐值", Kind.NUMBER),
                shown("below", "未达标", Kind.TEXT),
                detail(),
            ),
            MOST_UNHAPPY,
            unhappy,
            needs=(SURVEYS,),
            note="满意度低于80%、十分制低于7分或推荐值低于7分的调查，以规则表的界限为准。",
        ),
        Panel(
            "suggestions",
            "改进建议",
            (_ON, _NAME, _PERCENT, shown("suggestion", "改进建议", Kind.LONG), detail()),
            MOST_SUGGESTIONS,
            suggestions,
            needs=(SURVEYS,),
        ),
        Panel(
            "months",
            "近6个月满意度",
            (_MONTH, _PERCENT, _CONTENT, _N, detail()),
            _MONTHS,
            percent_by_month,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.LINES, "month", ("percent", "content")),
        ),
        Panel(
            "nps_months",
            "近6个月NPS",
            (
                _MONTH,
                shown("nps", "NPS", Kind.NUMBER),
                shown("promoters", "推荐者"),
                shown("passives", "中立者"),
                shown("detractors", "贬损者"),
                _N,
                detail(),
            ),
            _MONTHS,
            nps_by_month,
            needs=(SURVEYS,),
            chart=Chart(ChartKind.LINES, "month", ("nps",)),
        ),
        Panel(
            "cases",
            "案件满意度",
            (shown("kind", "案件", Kind.TEXT), _PERCENT, _CONTENT, _N, detail()),
            len(CASES),
            by_kind,
            needs_one=RATED,
            chart=Chart(ChartKind.BARS, "kind", ("percent",)),
            note="按回访或解决的月份；满意度折算成满分的百分比，满意率为4分、8分或 满意 及以上的占比。",
        ),
        Panel(
            "low_cases",
            "不满意的案件",
            (
                shown("kind", "案件", Kind.TEXT),
                shown("case_id", "单号", Kind.TEXT),
                _NAME,
                shown("owner", "责任人", Kind.PERSON),
                shown("at", "评价时间", Kind.DATETIME),
                _PERCENT,
                detail(),
            ),
            MOST_LOW,
            low_cases,
            needs_one=RATED,
            note="满意度低于80%（5分制低于4分，10分制低于8分，或 一般 及以下）。",
        ),
        Panel(
            "case_months",
            "近6个月案件满意度",
            (_MONTH, _PERCENT, _CONTENT, _N, detail()),
            _MONTHS,
            by_month,
            needs_one=RATED,
            chart=Chart(ChartKind.LINES, "month", ("percent", "content")),
        ),
    ),
)
