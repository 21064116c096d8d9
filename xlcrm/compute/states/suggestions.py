"""Rows that 登记建议 offers: improvements that figures call for, and recoveries to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.states.improvements import breaches
from xlcrm.compute.states.measures import score_keys, scores
from xlcrm.compute.states.triggers import triggers
from xlcrm.rules.base import Effect, RuleKind
from xlcrm.rules.measures import (
    COMPLAINT_CALLBACKS,
    COMPLAINT_SATISFACTION,
    DIMENSION_MEANS,
    RESPONSE_RATE,
    SERVICE_SATISFACTION,
    TAG_MATCH,
)
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Role
from xlcrm.tables.frames import dtype_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.contacts.cadences import Cadence
    from xlcrm.compute.facts import Facts
    from xlcrm.compute.states.improvements import Breach
    from xlcrm.compute.states.triggers import Trigger
    from xlcrm.compute.touches import Lookups

IMPROVEMENTS: Final = "improvement_actions"
RECOVERIES: Final = "recovery_cases"
Cells = dict[str, object]

_DRAFTS: Final[Mapping[str, str]] = {
    DIMENSION_MEANS: "查明“{name}”得分低的原因，制定改进办法，并在下次调查中验证",
    COMPLAINT_SATISFACTION: "逐件复核上月不满意的投诉，改进处理流程，并回访这些客户",
    COMPLAINT_CALLBACKS: "补做上月未做的重大投诉回访，并把回访列为结案条件",
    RESPONSE_RATE: "调整推送的对象、内容或时间，并在下次推送后比较响应率",
    TAG_MATCH: "按客户标签体系表核对标签与服务，更正不匹配的推送",
    SERVICE_SATISFACTION: "向客户了解不满的原因，改进处理流程，并再次回访",
}
"""Measure -> 改进措施 to begin with."""
_RECURRING_DRAFT: Final = "查明“{name}”反复出现的根本原因，落实改进，并跟踪是否再发生"
_ANY_DRAFT: Final = "查明原因，制定改进办法，并验证效果"

URGENCIES: Final[Mapping[str, str]] = {"A类": "紧急", "B类": "重要"}
"""客户等级 -> 紧急程度; 一般 for all others."""
SERVICE_FAULT: Final = "服务失误"
ISSUE_TYPES: Final[Mapping[str, str]] = {"quality": "产品质量", "attitude": "服务态度"}
"""Lowest score of a form -> 问题类型; 服务失误 for all others."""
LOW_FORM: Final = "满意度低于阈值"
SILENCE: Final = "连续未复购或互动"


def suggestions(
    facts: Facts,
    lookups: Lookups,
    clocks: Mapping[tuple[str, str], Clock],
    contacts: Sequence[Cadence],
) -> dict[str, pd.DataFrame]:
    """Table -> rows to add to it; nothing that its sheet deals with already.

    The frames hold the columns that people fill in, typed as `tables.frames` says; ids are left blank, for
    their form is the workbook's own.
    """
    improvements = [_improvement(facts, breach) for breach in breaches(facts)]
    recoveries = [_recovery(facts, trigger) for trigger in triggers(facts, lookups, clocks, contacts)]
    return {IMPROVEMENTS: _frame(IMPROVEMENTS, improvements), RECOVERIES: _frame(RECOVERIES, recoveries)}


def _frame(table: str, rows: Sequence[Cells]) -> pd.DataFrame:
    columns = [item for item in BY_NAME[table].columns if item.role is not Role.AUTO]
    return pd.DataFrame(
        {
            item.key: pd.Series([row.get(item.key) for row in rows], dtype=dtype_of(item.kind))
            for item in columns
        }
    )


def _improvement(facts: Facts, breach: Breach) -> Cells:
    """One row of 改进计划表; the mark in 来源 is what later deals with the task."""
    rule = breach.rule
    owner = "owner" if "owner" in BY_NAME[breach.table].by_key else ""
    named = facts.values(breach.table, owner).iloc[breach.place] if owner and breach.place >= 0 else None
    return {
        "origin": f"{breach.mark}（{rule.task}）",
        "problem": breach.problem,
        "measure": _draft(breach),
        "department": breach.department or None,
        "owner": None if pd.isna(named) else named,
        "due_on": facts.today + np.timedelta64(facts.parameters.threshold_days, "D"),
    }


def _draft(breach: Breach) -> str:
    if breach.rule.effect is Effect.RECURRING:
        return _RECURRING_DRAFT.format(name=breach.occasion)
    return _DRAFTS.get(breach.rule.occasions[0], _ANY_DRAFT).format(name=breach.occasion)


def _recovery(facts: Facts, trigger: Trigger) -> Cells:
    """One row of 售后服务问题处理与客户关系跟踪表, received now."""
    known = {key: facts.of_accounts(key).iloc[trigger.code] for key in _KNOWN}
    silent = trigger.rule.kind is RuleKind.STATE
    cells: Cells = {key: None if pd.isna(value) else value for key, value in known.items()}
    grade = str(cells.pop("grade"))
    return {
        **cells,
        "customer_id": facts.account_ids[trigger.code],
        "issue_type": SERVICE_FAULT if silent else _issue_type(facts, trigger),
        "content": f"{trigger.rule.rule_id} {trigger.detail}",
        "trigger": SILENCE if silent else LOW_FORM,
        "received_at": facts.now_at.astype("datetime64[m]"),
        "urgency": URGENCIES.get(grade, "一般"),
    }


_KNOWN: Final = ("contact", "phone", "industry", "owner", "grade")


def _issue_type(facts: Facts, trigger: Trigger) -> str:
    """By the lowest score of the form, the first of several."""
    table = trigger.rule.table
    own = {key: float(scores(facts.frame(table)[key].iloc[[trigger.place]])[0]) for key in score_keys(table)}
    given = {key: score for key, score in own.items() if not np.isnan(score)}
    return ISSUE_TYPES.get(min(given, key=given.__getitem__), SERVICE_FAULT) if given else SERVICE_FAULT
