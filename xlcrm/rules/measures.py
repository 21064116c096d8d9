"""What a threshold rule may compare besides a number column: named measures of a form, a month or all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from xlcrm.rules.base import LimitUnit

if TYPE_CHECKING:
    from collections.abc import Mapping


class Span(StrEnum):
    """What one figure of a measure is of."""

    ROW = "每行"
    MONTH = "上一个整月"
    HALF_YEAR = "最近半年"
    ALL = "全部"


@dataclass(frozen=True, slots=True)
class Measure:
    """One named measure.

    Attributes:
        name: what 起点 of a threshold rule says.
        table: the rows that it is worked out from.
        unit: how its limit is given.
        span: what one figure is of.
        needs: other tables that it looks into.
        text: how it is worked out, for the reader of the rule.
    """

    name: str
    table: str
    unit: LimitUnit
    span: Span
    text: str
    needs: tuple[str, ...] = ()


OVERALL_SATISFACTION: Final = "综合满意度"
SCORE_OF_TEN: Final = "十分制满意度"
DIMENSION_MEANS: Final = "各维度平均分"
RESPONSE_RATE: Final = "响应率"
TAG_MATCH: Final = "标签匹配率"
SERVICE_SATISFACTION: Final = "服务满意度"
COMPLAINT_SATISFACTION: Final = "投诉满意率"
COMPLAINT_CALLBACKS: Final = "投诉回访率"
FIRST_RESPONSE_HOURS: Final = "首次响应用时"
REPURCHASE: Final = "3个月复购率"

MEASURES: Final[Mapping[str, Measure]] = {
    item.name: item
    for item in (
        Measure(
            OVERALL_SATISFACTION,
            "satisfaction_surveys",
            LimitUnit.PERCENT_BELOW,
            Span.ROW,
            "一份问卷各项五分制评分的平均值 ÷ 5",
        ),
        Measure(
            SCORE_OF_TEN,
            "satisfaction_surveys",
            LimitUnit.SCORE_BELOW,
            Span.ROW,
            "一份问卷各项五分制评分的平均值 × 2",
        ),
        Measure(
            DIMENSION_MEANS,
            "satisfaction_surveys",
            LimitUnit.SCORE_BELOW,
            Span.HALF_YEAR,
            "最近半年每个评分项的平均分，一项一个数",
        ),
        Measure(
            RESPONSE_RATE,
            "service_pushes",
            LimitUnit.PERCENT_BELOW,
            Span.ROW,
            "（咨询量+转化量）÷ 推送数量；两项都没有填时用点击率",
        ),
        Measure(
            TAG_MATCH,
            "service_pushes",
            LimitUnit.PERCENT_BELOW,
            Span.MONTH,
            "上月推送中，标签和服务同在客户标签体系表一行的占比",
            needs=("tag_services",),
        ),
        Measure(
            SERVICE_SATISFACTION,
            "service_issues",
            LimitUnit.SCORE_BELOW,
            Span.ROW,
            "已解决问题的客户满意度；售中订单按其满意度",
        ),
        Measure(
            COMPLAINT_SATISFACTION,
            "complaints",
            LimitUnit.PERCENT_BELOW,
            Span.MONTH,
            "上月解决的投诉中，满意和非常满意的占比（未填满意度的不计）",
        ),
        Measure(
            COMPLAINT_CALLBACKS,
            "complaints",
            LimitUnit.PERCENT_BELOW,
            Span.MONTH,
            "上月解决的投诉中，已回访的占比",
        ),
        Measure(
            FIRST_RESPONSE_HOURS,
            "recovery_cases",
            LimitUnit.HOURS_ABOVE,
            Span.ROW,
            "受理时间到首次沟通的小时数",
        ),
        Measure(
            REPURCHASE,
            "recovery_cases",
            LimitUnit.PERCENT_BELOW,
            Span.ALL,
            "执行完成满3个月的个案中，3个月内有复购日期的占比",
        ),
    )
}
"""Name -> measure, in the order of the documents."""
