"""How far cases are, and the log of those that stood still at the customer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from xlcrm.tables.cases import STATUS_CHANGES
from xlcrm.templates.demo.draw import Array, joined

if TYPE_CHECKING:
    import pandas as pd


class Course(Protocol):
    """When things happened to cases, (n,) datetime64[m] each, NaT for not yet or never."""

    @property
    def responded(self) -> Array: ...
    @property
    def waits_from(self) -> Array: ...
    @property
    def waits_to(self) -> Array: ...
    @property
    def fixed_first(self) -> Array: ...
    @property
    def reopened(self) -> Array: ...
    @property
    def resolved(self) -> Array: ...
    @property
    def called_back(self) -> Array: ...


def status_now(course: Course, now: np.datetime64) -> Array:
    """(n,) 处理状态 of each case."""
    waiting = ~np.isnat(course.waits_from) & np.isnat(course.waits_to) & (course.waits_from <= now)
    return np.select(
        [~np.isnat(course.called_back), ~np.isnat(course.resolved), waiting, ~np.isnat(course.responded)],
        ["已关闭", "已解决", "等待客户", "处理中"],
        "待处理",
    ).astype(object)


def status_log(ids: Array, owners: Array, course: Course) -> pd.DataFrame:
    """Every status change of the cases that stood still at the customer's, in order of time."""
    paused = ~np.isnat(course.waits_from)
    lines = (
        (course.responded, "处理中", "开始处理"),
        (course.waits_from, "等待客户", "等待客户提供资料"),
        (course.waits_to, "处理中", "客户已回复"),
        (course.fixed_first, "已解决", "处理完成"),
        (course.reopened, "重新打开", "客户反映问题仍在"),
        (course.resolved, "已解决", "处理完成"),
        (course.called_back, "已关闭", "回访后关闭"),
    )
    parts = [
        {
            "case_id": ids[at],
            "changed_at": moments[at],
            "status": status,
            "by": owners[at],
            "reason": reason,
        }
        for moments, status, reason in lines
        for at in [np.flatnonzero(paused & ~np.isnat(moments))]
    ]
    return joined(STATUS_CHANGES, parts, ("changed_at", "case_id"))
