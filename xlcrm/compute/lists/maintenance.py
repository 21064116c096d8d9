"""客户维护总结表: what each manager planned for a month, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.compute.lists.kept import Report, with_kept
from xlcrm.tables.relationship import MAINTENANCE_SUMMARIES

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts

APPROVED: Final = "已通过"
"""审核状态 of a plan that counts: before its approval nothing was promised."""


def maintenance_summaries(facts: Facts) -> Report:
    """One row a month and manager, the newest month first; 存在问题 and 改进措施 stay with their row."""
    rows = maintenance_sums(facts)
    table = MAINTENANCE_SUMMARIES
    old = facts.frame(table.name)
    return with_kept(table.title, table.columns, rows, _keys(rows), old, _keys(old))


def maintenance_sums(facts: Facts) -> pd.DataFrame:
    """What 客户维护总结表 shows, without the user's columns.

    A plan belongs to the month of its 完成期限, up to the current one. Only approved plans count; a manager
    all of whose plans wait for approval has a row with 0 of them, blank sums and a blank rate.
    """
    plans = facts.frame("maintenance_plans").dropna(subset=["due_on", "owner"])
    plans = plans[plans["due_on"].dt.to_period("M") <= pd.Period(facts.now, "M")]
    counted = plans["review_status"] == APPROVED
    done = plans["done_on"].where(plans["done_on"] <= facts.now)
    parts = pd.DataFrame(
        {
            "month": plans["due_on"].dt.strftime("%Y-%m").astype("str"),
            "owner": plans["owner"],
            "planned": counted.astype("float64"),
            "done_in_time": (counted & (done <= plans["due_on"])).astype("float64"),
            "budget": plans["budget"].where(counted),
            "actual_cost": plans["actual_cost"].where(counted),
        }
    )
    sums = parts.groupby(["month", "owner"], as_index=False)
    rows = sums[["planned", "done_in_time"]].sum()
    money = sums[["budget", "actual_cost"]].sum(min_count=1)
    rows = rows.assign(
        completion_rate=rows["done_in_time"] / rows["planned"].where(rows["planned"] > 0),
        budget=money["budget"].round(2),
        actual_cost=money["actual_cost"].round(2),
    )
    return rows.sort_values(["month", "owner"], ascending=[False, True], kind="stable", ignore_index=True)


def _keys(rows: pd.DataFrame) -> pd.Series:
    # A spreadsheet may have taken the month for its first day.
    keys: pd.Series = rows["month"].str[:7] + " " + rows["owner"]
    return keys
