"""恢复效果评估: how well damaged relations are repaired, in the document's three dimensions (R10 to R12)."""

from __future__ import annotations

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
    typed,
)
from xlcrm.analysis.lines import Lines, by_month, half_year, rate_text, ratio
from xlcrm.analysis.recovery.cases import (
    MET,
    OWN_MONTH,
    UNMET,
    behind_cases,
    behind_lines,
    cases,
    rate,
    rating_card,
    received_card,
    repurchase_card,
    response_card,
    result,
    unmet_card,
)
from xlcrm.analysis.recovery.groups import group_panel, nothing, relations
from xlcrm.compute.facts import objects
from xlcrm.compute.lists.recovery import (
    CASES,
    EFFICIENCY,
    SATISFACTION,
    STABILITY,
    SWITCHED_OFF,
    case_names,
)

if TYPE_CHECKING:
    from xlcrm.analysis.recovery.cases import Dimension
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Objects

_CASES_SHOWN: Final = 40


def totals(scope: Scope) -> Filled:
    """The three dimensions in the month, and over all up to its end."""
    every = scope.once(cases)
    rows, behinds = [], []
    for line, (dimension, item) in enumerate(every.dimensions.items()):
        now = item.within(scope)
        ever = item.judged & (item.at <= scope.until)
        figure, verdict = result(item, now)
        figure_ever, verdict_ever = result(item, ever)
        rows.append(
            {
                "dimension": dimension,
                "indicator": item.name,
                "standard": item.assessment.standard if item.assessment else SWITCHED_OFF,
                "result": figure,
                "verdict": verdict,
                "judged": now.sum(),
                "rate": rate(item, now),
                "result_ever": figure_ever,
                "verdict_ever": verdict_ever,
                "judged_ever": ever.sum(),
                "rate_ever": rate(item, ever),
            }
        )
        behinds.append((line, now, item))
    verdicts = {row["indicator"]: row["verdict"] for row in rows}
    parts = [
        f"{'、'.join(name for name, found in verdicts.items() if found == word)}{word}"
        for word in (MET, UNMET)
        if word in verdicts.values()
    ]
    caption = f"{scope.period} {'，'.join(parts) or '没有可评估的案例'}"
    order = [np.flatnonzero(now)[np.argsort(item.met[now], kind="stable")] for _, now, item in behinds]
    places = np.concatenate(order)
    lines = np.repeat([line for line, _, _ in behinds], [len(each) for each in order])
    return Filled(pd.DataFrame(rows), caption, behind_cases(every, lines, places))


def months(scope: Scope) -> Filled:
    """The same over the last six months; each result in its own month."""
    every = scope.once(cases)
    response, rating, again = every.dimensions.values()
    own = [by_month(scope, item.at, item.judged) for item in (response, rating, again)]
    came = by_month(scope, every.received)
    rows = pd.DataFrame(
        {
            "month": came.names,
            "cases": came.count(),
            "responses": own[0].count(),
            "response_rate": ratio(own[0].count(response.met), own[0].count()),
            "ratings": own[1].count(),
            "rating": own[1].mean(rating.figures),
            "rating_rate": ratio(own[1].count(rating.met), own[1].count()),
            "followed": own[2].count(),
            "repurchase_rate": ratio(own[2].count(again.met), own[2].count()),
        }
    )
    any_ = rows[["cases", "responses", "ratings", "followed"]].to_numpy().sum()
    if not any_:
        return Filled(rows.iloc[:0], f"{half_year(scope)} 没有恢复案例")
    caption = f"{half_year(scope)} 受理{came.count().sum()}件，响应达标{_of(own[0], response)}"
    return Filled(rows, caption, behind_lines(every, came))


def _of(lines: Lines, item: Dimension) -> str:
    judged = int(lines.count().sum())
    return f"{rate_text(int(lines.count(item.met).sum()) / judged)}（n={judged}）" if judged else "无数据"


def listed(scope: Scope) -> Filled:
    """The cases that came in in the month with their three results, those that miss most first."""
    every = scope.once(cases)
    came = np.flatnonzero(scope.within(every.received))
    misses = np.zeros(len(every.frame), dtype=np.int64)
    for item in every.dimensions.values():
        misses += item.judged & ~item.met
    order = came[np.lexsort((-every.received[came].astype(np.int64), -misses[came]))]
    places = order[:_CASES_SHOWN]
    names = case_names(scope.facts) if len(places) else []
    results = {name: _results(item)[places] for name, item in every.dimensions.items()}
    frame = every.frame.iloc[places]
    rows = pd.DataFrame(
        {
            "case": [names[place][0] for place in places.tolist()],
            "customer": [names[place][1] or None for place in places.tolist()],
            **{key: objects(frame[key]) for key in ("owner", "urgency", "issue_type")},
            "received_at": every.received[places],
            "response": results[EFFICIENCY],
            "rating": results[SATISFACTION],
            "repurchase": results[STABILITY],
            "unmet": misses[places],
            "relation": objects(frame["relation"]),
        }
    )
    if not len(came):
        return Filled(rows, nothing(scope))
    short = int((misses[came] > 0).sum())
    more = f"，列出前{_CASES_SHOWN}件" if len(came) > _CASES_SHOWN else ""
    caption = f"{scope.period} 受理{len(came)}件，{short}件有未达标项{more}"
    return Filled(rows, caption, behind_cases(every, np.arange(len(places)), places))


def _results(item: Dimension) -> Objects:
    if item.assessment is not None:
        return item.assessment.results
    return np.full(len(item.judged), SWITCHED_OFF, dtype=object)


_NEEDS: Final = (CASES,)

SHEET: Final = AnalysisSheet(
    name="recovery",
    title="恢复效果评估",
    hint="受损客户关系的恢复情况：首次响应、处理后满意度和3个月复购，按规则表的标准评估。逐件结果见客户关系恢复效果评估表。",
    cards=(
        Card("受理案例", Kind.INT, received_card, _NEEDS),
        Card("首次响应达标率", Kind.PERCENT, response_card, _NEEDS),
        Card("处理后平均满意度", Kind.NUMBER, rating_card, _NEEDS),
        Card("3个月复购率", Kind.PERCENT, repurchase_card, _NEEDS),
        Card("未达标项", Kind.INT, unmet_card, _NEEDS),
    ),
    panels=(
        Panel(
            name="totals",
            title="三项评估",
            columns=(
                shown("dimension", "评估维度", Kind.TEXT),
                shown("indicator", "评估指标", Kind.TEXT),
                shown("standard", "达标标准", Kind.TEXT),
                shown("result", "本月结果", Kind.TEXT),
                shown("verdict", "本月结论", Kind.TEXT),
                shown("judged", "本月评估数"),
                shown("rate", "本月达标率", Kind.PERCENT),
                shown("result_ever", "累计结果", Kind.TEXT),
                shown("verdict_ever", "累计结论", Kind.TEXT),
                shown("judged_ever", "累计评估数"),
                shown("rate_ever", "累计达标率", Kind.PERCENT),
                typed("improvement", "改进方向", note="刷新后仍保留在这一行"),
                detail(),
            ),
            rows=3,
            make=totals,
            needs=_NEEDS,
            chart=Chart(ChartKind.COLUMNS, "indicator", ("rate", "rate_ever")),
            keys=("dimension",),
            note="结论看平均响应小时、平均满意度和复购率；超过时限仍未沟通的按已等待的小时计。" + OWN_MONTH,
        ),
        Panel(
            name="months",
            title="近六个月恢复效果",
            columns=(
                shown("month", "月份", Kind.TEXT),
                shown("cases", "受理件数"),
                shown("responses", "响应评估数"),
                shown("response_rate", "响应达标率", Kind.PERCENT),
                shown("ratings", "评分数"),
                shown("rating", "平均满意度", Kind.NUMBER),
                shown("rating_rate", "满意度达标率", Kind.PERCENT),
                shown("followed", "复购评估数"),
                shown("repurchase_rate", "3个月复购率", Kind.PERCENT),
                detail(),
            ),
            rows=6,
            make=months,
            needs=_NEEDS,
            chart=Chart(ChartKind.LINES, "month", ("response_rate", "rating_rate", "repurchase_rate")),
            note=OWN_MONTH + "明细为当月受理的案例。",
        ),
        group_panel("urgency", "按紧急程度", "紧急程度", ("紧急", "重要", "一般")),
        group_panel("issue_type", "按问题类型", "问题类型"),
        group_panel("trigger", "按触发条件", "触发条件"),
        group_panel("owner", "按责任人", "责任人"),
        Panel(
            name="relations",
            title="关系状态",
            columns=(
                shown("name", "关系状态", Kind.TEXT),
                shown("cases", "案例数"),
                shown("share", "占比", Kind.PERCENT),
                detail(),
            ),
            rows=5,
            make=relations,
            needs=_NEEDS,
            chart=Chart(ChartKind.SHARES, "name", ("cases",)),
            note="期末前受理的全部案例，按现在的关系状态。",
        ),
        Panel(
            name="cases",
            title="本月受理的案例",
            columns=(
                shown("case", "问题编号", Kind.TEXT),
                shown("customer", "客户名称", Kind.TEXT),
                shown("owner", "责任人", Kind.TEXT),
                shown("urgency", "紧急程度", Kind.TEXT),
                shown("issue_type", "问题类型", Kind.TEXT),
                shown("received_at", "受理时间", Kind.DATETIME),
                shown("response", "首次响应", Kind.TEXT),
                shown("rating", "处理后满意度", Kind.TEXT),
                shown("repurchase", "3个月复购", Kind.TEXT),
                shown("unmet", "未达标项数"),
                shown("relation", "关系状态", Kind.TEXT),
                detail(),
            ),
            rows=_CASES_SHOWN,
            make=listed,
            needs=_NEEDS,
            note="未达标项多的在前，其次受理时间新的在前。",
        ),
    ),
)
