"""A rule: what the office decided, as one frozen row."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from xlcrm.rules.conditions import When
from xlcrm.rules.sources import Sources


class RuleKind(StrEnum):
    """How a rule works; the values are what 规则表 shows."""

    CLOCK = "时钟"
    REPEAT = "循环时钟"
    CADENCE = "周期"
    MILESTONE = "节点"
    WINDOW = "窗口"
    FESTIVAL = "节日"
    ANNIVERSARY = "周年"
    CALENDAR = "日历"
    STATE = "状态"
    THRESHOLD = "阈值"


class LimitUnit(StrEnum):
    """Units of a limit, as 规则表 shows them."""

    MINUTE = "分钟"
    HOUR = "小时"
    DAY = "天"
    WEEK = "周"
    MONTH = "个月"
    YEAR = "年"
    DAYS_BEFORE = "天前"
    HOURS_BEFORE = "小时前"
    FACTOR = "倍"
    TIMES = "次"
    PERCENT_BELOW = "%以下"
    SCORE_BELOW = "分以下"
    YUAN_ABOVE = "元以上"
    HOURS_ABOVE = "小时以上"


SPAN_UNITS = {
    LimitUnit.MINUTE: "min",
    LimitUnit.HOUR: "h",
    LimitUnit.DAY: "d",
    LimitUnit.WEEK: "w",
    LimitUnit.MONTH: "mo",
    LimitUnit.YEAR: "y",
    LimitUnit.DAYS_BEFORE: "d",
    LimitUnit.HOURS_BEFORE: "h",
}
"""Units that are a span of time -> the unit key of `xlcrm.periods`."""

MINUTES = {
    LimitUnit.MINUTE: 1,
    LimitUnit.HOUR: 60,
    LimitUnit.DAY: 24 * 60,
    LimitUnit.WEEK: 7 * 24 * 60,
    LimitUnit.DAYS_BEFORE: 24 * 60,
    LimitUnit.HOURS_BEFORE: 60,
}
"""Units of fixed length -> minutes."""


class CalendarKind(StrEnum):
    """What time counts."""

    NATURAL = "自然时间"
    WORKING = "工作时间"


class Effect(StrEnum):
    """What a state or threshold rule does besides asking for its task."""

    NONE = ""
    SUGGEST_DORMANT = "建议沉睡"
    PAUSE = "暂停周期"
    SPEED_UP = "加快周期"
    RECURRING = "连续出现"
    EXPLAIN_DELAY = "超期说明"
    START_RECOVERY = "启动恢复"
    IMPROVE = "改进计划"
    ASSESS = "效果评估"
    GRADE = "关系评级"


class Warning_(BaseModel):  # noqa: N801 - Warning is Python's own
    """How long before the deadline a clock warns: a share of its limit, or minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    minutes: Annotated[int, Field(ge=0)] | None = None

    def text(self) -> str:
        if self.minutes is None:
            return f"{(self.share or 0) * 100:g}%"
        for size, name in ((24 * 60, "天"), (60, "小时")):
            if self.minutes and self.minutes % size == 0:
                return f"{self.minutes // size}{name}"
        return f"{self.minutes}分钟"


class Rule(BaseModel):
    """One rule. Texts such as 条件 are parsed already; nothing here is ever evaluated."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    rule_id: Annotated[str, Field(min_length=1)]
    enabled: bool
    task: Annotated[str, Field(min_length=1)]
    kind: RuleKind
    table: str
    when: When
    start: Sources
    stop: Sources
    occasions: tuple[str, ...] = ()
    """Festival names and date headings of a festival or anniversary rule, or the measure of a threshold."""
    limits: tuple[Annotated[float, Field(ge=0)], ...]
    unit: LimitUnit
    calendar: CalendarKind = CalendarKind.NATURAL
    warning: Warning_ = Warning_(share=0.25)
    clock: str = ""
    effect: Effect = Effect.NONE
    last_done_on: dt.date | None = None
    assumed: str = ""
    source: str = ""
    note: str = ""

    @property
    def limit(self) -> float:
        return self.limits[0]

    @property
    def limit_text(self) -> str:
        numbers = [f"{limit:g}" for limit in self.limits]
        if self.kind is RuleKind.REPEAT:
            rest = "".join(f"，共{number}{self.unit.value}" for number in numbers[1:2])
            return f"每{numbers[0]}{self.unit.value}{rest}"
        return f"{('-' if self.kind is RuleKind.WINDOW else '、').join(numbers)}{self.unit.value}"

    @property
    def label(self) -> str:
        """How lists name the rule: its id, its task and its limit."""
        return (
            f"{self.rule_id} {self.task}（{self.limit_text}）"
            if self.limit
            else f"{self.rule_id} {self.task}"
        )
