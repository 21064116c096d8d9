"""关系评估: scores, grades and what changed, and the plans that keep relations up."""

from __future__ import annotations

from typing import Final

from xlcrm.analysis.base import AnalysisSheet, Card, Chart, ChartKind, Kind, Panel, detail, shown
from xlcrm.analysis.relationship import grades, plans
from xlcrm.compute.lists.relationship import ASSESSMENTS
from xlcrm.tables.fields import GRADE
from xlcrm.tables.relationship import ADVICE

_ASSESSED: Final = (ASSESSMENTS,)
_PLANNED: Final = (plans.PLANS,)
_NEWEST: Final = "每个客户取最近一次评估（同客户分级名册），不随报表月份变。"
_SUMMED: Final = "按完成期限归月，只计已通过审核的方案（同客户维护总结表）。"

SHEET: Final = AnalysisSheet(
    name="relationship",
    title="关系评估",
    hint="客户关系的得分、等级、建议和变化，以及维护方案的完成和费用。",
    cards=(
        Card("已评估客户", Kind.INT, grades.assessed_card, _ASSESSED),
        Card("平均得分", Kind.NUMBER, grades.score_card, _ASSESSED),
        Card("A类客户占比", Kind.PERCENT, grades.best_card, _ASSESSED),
        Card("降级客户", Kind.INT, grades.fallen_card, _ASSESSED),
        Card("维护方案完成率", Kind.PERCENT, plans.completion_card, _PLANNED),
        Card("预算使用率", Kind.PERCENT, plans.budget_card, _PLANNED),
    ),
    panels=(
        Panel(
            name="grades",
            title="等级与建议",
            columns=(
                shown("grade", "客户等级", Kind.TEXT, choice=GRADE),
                shown("advice", "建议", Kind.TEXT, choice=ADVICE),
                shown("customers", "客户数"),
                shown("share", "占比", Kind.PERCENT),
                shown("score", "平均得分", Kind.NUMBER),
                detail(),
            ),
            rows=3,
            make=grades.grades,
            needs=_ASSESSED,
            chart=Chart(ChartKind.SHARES, "grade", ("customers",)),
            note=_NEWEST + "占比不含得分无效的客户。",
        ),
        Panel(
            name="changes",
            title="等级变化",
            columns=(
                shown("change", "较上次评估", Kind.TEXT),
                shown("customers", "客户数"),
                shown("share", "占比", Kind.PERCENT),
                shown("assessed_now", "其中本月评估"),
                shown("step", "平均得分变化", Kind.NUMBER),
                detail(),
            ),
            rows=4,
            make=grades.changes,
            needs=_ASSESSED,
            chart=Chart(ChartKind.SHARES, "change", ("customers",)),
            note=_NEWEST + "上次是此前最近一次有得分的评估。",
        ),
        Panel(
            name="moved",
            title="等级变化的客户",
            columns=(
                shown("customer_id", "客户编号", Kind.TEXT),
                shown("name", "客户名称", Kind.TEXT),
                shown("change", "变化", Kind.TEXT),
                shown("old_grade", "上次等级", Kind.TEXT, choice=GRADE),
                shown("grade", "客户等级", Kind.TEXT, choice=GRADE),
                shown("old_score", "上次得分", Kind.NUMBER),
                shown("score", "最终得分", Kind.NUMBER),
                shown("step", "得分变化", Kind.NUMBER),
                shown("old_at", "上次评估日期", Kind.DATE),
                shown("at", "评估日期", Kind.DATE),
                shown("advice", "建议", Kind.TEXT, choice=ADVICE),
                detail(),
            ),
            rows=grades.MOVED_SHOWN,
            make=grades.moved,
            needs=_ASSESSED,
            note="降级的在前，各按得分变化从低到高。",
        ),
        Panel(
            name="indicators",
            title="各指标平均得分",
            columns=(
                shown("indicator", "分析指标", Kind.TEXT),
                shown("customers", "评分数"),
                shown("score", "平均得分", Kind.NUMBER),
                shown("lowest", "最低得分", Kind.NUMBER),
                shown("low", "低于下限数"),
                detail(),
            ),
            rows=grades.INDICATORS_SHOWN,
            make=grades.indicators,
            needs=_ASSESSED,
            chart=Chart(ChartKind.BARS, "indicator", ("score",)),
            note=_NEWEST + "下限是关系建议规则中较低的分数；0至100以外的得分不计。",
        ),
        Panel(
            name="months",
            title="近六个月评估",
            columns=(
                shown("month", "月份", Kind.TEXT),
                shown("assessments", "评估次数"),
                shown("scored", "有得分次数"),
                shown("score", "平均得分", Kind.NUMBER),
                shown("best", "A类"),
                shown("good", "B类"),
                shown("poor", "C类"),
                detail(),
            ),
            rows=6,
            make=grades.months,
            needs=_ASSESSED,
            chart=Chart(ChartKind.LINES, "month", ("score",)),
            note="按评估日期归月。",
        ),
        Panel(
            name="profiles",
            title="各等级客户状况",
            columns=(
                shown("grade", "客户等级", Kind.TEXT, choice=GRADE),
                shown("customers", "登记客户"),
                shown("ratings", "满意度份数"),
                shown("rating", "平均满意度", Kind.NUMBER),
                shown("deposit", "日均存款合计", Kind.MONEY),
                shown("loan", "日均贷款合计", Kind.MONEY),
                detail(),
            ),
            rows=4,
            make=grades.profiles,
            needs=(grades.PROFILES, *_ASSESSED),
            chart=Chart(ChartKind.COLUMNS, "grade", ("rating",)),
            note="来自客户状况登记表，等级取最近一次评估；满意度为十分制。",
        ),
        Panel(
            name="people",
            title="维护方案执行",
            columns=(shown("owner", "维护人员", Kind.TEXT), *plans.COUNTED, detail()),
            rows=plans.PEOPLE_SHOWN,
            make=plans.people,
            needs=_PLANNED,
            chart=Chart(ChartKind.BARS, "owner", ("planned", "done_in_time")),
            note=_SUMMED + "预算使用率＝实际费用÷预算。",
        ),
        Panel(
            name="plan_months",
            title="近六个月维护方案",
            columns=(shown("month", "月份", Kind.TEXT), *plans.COUNTED, detail()),
            rows=6,
            make=plans.plan_months,
            needs=_PLANNED,
            chart=Chart(ChartKind.LINES, "month", ("completion_rate",)),
            note=_SUMMED,
        ),
        Panel(
            name="ways",
            title="维护费用",
            columns=(shown("way", "维护方式", Kind.TEXT), *plans.COUNTED, detail()),
            rows=plans.WAYS_SHOWN,
            make=plans.ways,
            needs=_PLANNED,
            chart=Chart(ChartKind.COLUMNS, "way", ("budget", "actual_cost")),
            note=_SUMMED,
        ),
        Panel(
            name="reviews",
            title="方案审核状态",
            columns=(
                shown("name", "审核状态", Kind.TEXT),
                shown("plans", "方案数"),
                shown("share", "占比", Kind.PERCENT),
                detail(),
            ),
            rows=5,
            make=plans.reviews,
            needs=_PLANNED,
            chart=Chart(ChartKind.SHARES, "name", ("plans",)),
            note="完成期限在当月的全部方案。",
        ),
    ),
)
