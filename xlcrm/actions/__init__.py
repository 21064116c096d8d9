"""The verbs; ACTIONS is the one registry that every door uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Action, Outcome, Params, RunParams, WhyParams

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        Action(
            "refresh",
            "刷新到期清单",
            "检查录入，计算截止和到期，重建到期清单、超时预警和校验结果",
            "xlcrm.actions.refresh:refresh",
        ),
        Action(
            "check",
            "检查录入",
            "检查所有录入，写入校验结果；不改动任何录入的单元格",
            "xlcrm.actions.check:check",
        ),
        Action("why", "为什么", "说明某一行的每个截止是怎样算出来的", "xlcrm.actions.why:why", WhyParams),
    )
}

__all__ = ["ACTIONS", "Action", "Outcome", "Params", "RunParams", "WhyParams"]
