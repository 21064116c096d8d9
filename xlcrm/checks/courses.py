"""How cases run: when one of each table begins, is solved, is closed and is asked about afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.checks.base import CheckInput
    from xlcrm.tables.frames import SheetData


class Course(NamedTuple):
    """How the cases of one table run.

    Attributes:
        begun_at: column of the moment at which a case came in.
        solved_at: column of the moment of the solution.
        called_back_at: column of the moment at which the customer was asked about it.
        status: column that says how far a case is.
        open: its values while a case is not solved.
        solved: its values from the solution on.
        closed: its values when nothing is left to do; none where the solution alone closes a case.
        word: what a solved case is called.
    """

    begun_at: str
    solved_at: str
    called_back_at: str
    status: str
    open: tuple[str, ...]
    solved: tuple[str, ...]
    closed: tuple[str, ...]
    word: str


_CASE: Final = Course(
    begun_at="received_at",
    solved_at="resolved_at",
    called_back_at="called_back_at",
    status="status",
    open=("待处理", "处理中", "等待客户"),
    solved=("已解决", "已关闭"),
    closed=("已关闭",),
    word="已解决",
)
COURSES: Final[Mapping[str, Course]] = {
    "complaints": _CASE,
    "service_issues": _CASE,
    "recovery_cases": Course(
        begun_at="received_at",
        solved_at="completed_at",
        called_back_at="reassessed_at",
        status="relation",
        open=(),  # 恢复中 and 重点维护 go on after the plan was carried out
        solved=("已恢复",),
        closed=(),
        word="方案已执行完成",
    ),
    "orders": Course(
        begun_at="confirmed_at",
        solved_at="completed_at",
        called_back_at="called_back_at",
        status="order_status",
        open=("待生产", "生产中", "已发货", "待签收"),
        solved=("已完成",),
        closed=("已完成",),
        word="订单已完成",
    ),
}
"""Table -> how its cases run; 状态变更表 may name any of these cases."""
REOPENED: Final = "重新打开"


def reopened(given: CheckInput, sheet: SheetData, course: Course) -> pd.Series:
    """Which cases 状态变更表 opens again at or after their solution."""
    changes = given.data.get("status_changes")
    if changes is None or changes.frame.empty:
        return pd.Series(data=False, index=sheet.frame.index)
    again = changes.frame[changes.frame["status"] == REOPENED]
    newest = again.groupby("case_id")["changed_at"].max()
    at: pd.Series = newest.reindex(pd.Index(sheet.frame[sheet.table.key])).set_axis(sheet.frame.index)
    later: pd.Series = at >= sheet.frame[course.solved_at]
    return later
