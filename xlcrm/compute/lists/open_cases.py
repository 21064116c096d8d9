"""Which cases are still open, in every table of cases: one meaning for counts, lists and selections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.events import SOLVED
from xlcrm.compute.facts import Facts, Flags, moments
from xlcrm.periods import human_minutes
from xlcrm.tables import BY_NAME
from xlcrm.tables.lists import MEETING_LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.compute.facts import Objects

CASE_TABLES: Final = ("complaints", "service_issues", "recovery_cases")
SETTLED: Final = ("已恢复", "已流失")
"""关系状态 that ends a recovery case."""
COMPLEX: Final = "复杂"


def open_cases(facts: Facts, table: str) -> Flags:
    """(n,) whether each row of a case table has come in and is neither solved nor closed.

    A recovery case has no 处理状态: it is open until its relation is 已恢复 or 已流失.
    """
    frame = facts.frame(table)
    ahead = (frame["received_at"] > facts.now).to_numpy()
    if table == "recovery_cases":
        ended = frame["relation"].isin(SETTLED).to_numpy()
    else:
        resolved = moments(facts.values(table, "resolved_at"))
        ended = (resolved <= facts.now_at) | frame["status"].isin(SOLVED).to_numpy()
    flags: Flags = ~ahead & ~ended
    return flags


def open_count(facts: Facts) -> int:
    """未结案件: open complaints, service issues and recovery cases."""
    return sum(int(open_cases(facts, table).sum()) for table in CASE_TABLES)


def meeting_list(facts: Facts, worst_status: Objects) -> pd.DataFrame:
    """联席会议清单: every open complex issue, the one that has waited longest first (P44).

    Args:
        facts: the run.
        worst_status: (n,) 最紧急状态 of the rows of service_issues.
    """
    issues = facts.frame("service_issues")
    since = moments(issues["received_at"])
    rows = np.flatnonzero(open_cases(facts, "service_issues") & (issues["complexity"] == COMPLEX).to_numpy())
    rows = rows[np.argsort(since[rows], kind="stable")]  # NaT sorts last
    own = issues.iloc[rows]
    minutes = (facts.now_at - since[rows]).astype("timedelta64[m]").astype(np.int64)
    title = BY_NAME["service_issues"].title
    shown: Mapping[str, object] = {
        "case_id": own["issue_id"].to_numpy(),
        "name": own["name"].fillna(facts.of_rows("service_issues", "name").iloc[rows]).to_numpy(),
        "issue_type": own["issue_type"].to_numpy(),
        "content": own["content"].to_numpy(),
        "complexity": own["complexity"].to_numpy(),
        "received_at": own["received_at"].to_numpy(),
        "elapsed": [human_minutes(minute) for minute in minutes.tolist()],
        "owner": own["owner"].to_numpy(),
        "status": own["status"].to_numpy(),
        "worst_status": worst_status[rows],
        "source": [f"{title}!{row}" for row in own.index.tolist()],
    }
    return pd.DataFrame(shown, columns=[item.key for item in MEETING_LIST.columns])
