"""Plans of maintenance: how many, on time, and what they cost against the budget (客户关系维护方案)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Column, Figure, Filled, Kind, behind, shown
from xlcrm.analysis.lines import Lines, compared, fixed, half_year, ranked, rate_text, ratio
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.lists.maintenance import APPROVED, maintenance_sums
from xlcrm.tables.relationship import MAINTENANCE_PLANS, MAINTENANCE_SUMMARIES

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Moments

PLANS: Final = MAINTENANCE_PLANS.name
PEOPLE_SHOWN: Final = 15
WAYS_SHOWN: Final = 10
_CENTS: Final = 2


@dataclass(frozen=True)
class Plans:
    """Every plan, (n,) each.

    Attributes:
        frame: the table.
        due: 完成期限, NaT where it or 维护人员 is blank (客户维护总结表 leaves those out, too).
        approved: whether the plan counts.
        in_time: done up to 完成期限.
        overdue: not done, and past its day.
    """

    frame: pd.DataFrame
    due: Moments
    approved: Flags
    in_time: Flags
    overdue: Flags

    def within(self, month: np.datetime64) -> Flags:
        """Those due in a month, whether the day has come or not."""
        flags: Flags = self.due.astype("datetime64[M]") == month
        return flags


def plans(scope: Scope) -> Plans:
    """The plans, judged at now."""
    frame = scope.facts.frame(PLANS)
    due = moments(frame["due_on"].where(frame["owner"].notna()))
    done = moments(frame["done_on"])
    done = np.where(done <= scope.facts.now_at, done, np.datetime64("NaT"))
    approved = (frame["review_status"] == APPROVED).to_numpy()
    past = due.astype("datetime64[D]") < scope.facts.today
    return Plans(frame, due, approved, approved & (done <= due), approved & past & np.isnat(done))


def sums(scope: Scope) -> pd.DataFrame:
    """客户维护总结表: one row a month and manager, also where the workbook lacks that sheet."""
    shown_ = scope.run.sheets.get(MAINTENANCE_SUMMARIES.name)
    return maintenance_sums(scope.facts) if shown_ is None else shown_


def sums_of(scope: Scope, month: np.datetime64) -> pd.DataFrame:
    """The rows of one month."""
    every = scope.once(sums)
    return every[(every["month"] == str(month)).to_numpy()].reset_index(drop=True)


COUNTED: Final[tuple[Column, ...]] = (
    shown("planned", "计划项数"),
    shown("done_in_time", "按期完成数"),
    shown("completion_rate", "完成率", Kind.PERCENT),
    shown("overdue", "逾期未完成"),
    shown("budget", "预算合计", Kind.MONEY),
    shown("actual_cost", "实际费用合计", Kind.MONEY),
    shown("used", "预算使用率", Kind.PERCENT),
)


def _counted(found: dict[str, np.ndarray]) -> dict[str, object]:
    return {
        "planned": found["planned"],
        "done_in_time": found["done_in_time"],
        "completion_rate": ratio(found["done_in_time"], found["planned"]),
        "overdue": found["overdue"],
        "budget": np.round(found["budget"], _CENTS),
        "actual_cost": np.round(found["actual_cost"], _CENTS),
        "used": ratio(found["actual_cost"], found["budget"]),
    }


def _of_summaries(rows: pd.DataFrame, lines: Lines) -> dict[str, np.ndarray]:
    """The sums of 客户维护总结表 by lines over its rows; without what is overdue, which it does not say."""
    found = {
        key: lines.total(rows[key].to_numpy(dtype=np.float64))
        for key in ("planned", "done_in_time", "budget", "actual_cost")
    }
    for key in ("planned", "done_in_time"):
        found[key] = np.nan_to_num(found[key]).astype(np.int64)
    return found


def _of_plans(every: Plans, lines: Lines) -> dict[str, np.ndarray]:
    """The same by lines over the plans."""
    money = {
        key: np.where(every.approved, every.frame[key].to_numpy(dtype=np.float64), np.nan)
        for key in ("budget", "actual_cost")
    }
    return {
        "planned": lines.count(every.approved),
        "done_in_time": lines.count(every.in_time),
        "overdue": lines.count(every.overdue),
        **{key: lines.total(cells) for key, cells in money.items()},
    }


def _behind(every: Plans, lines: Lines) -> pd.DataFrame:
    """The plans of each line: overdue ones first, then open ones, then done ones, the earliest first."""
    places = np.flatnonzero(lines.of >= 0)
    rank = np.select([every.overdue[places], ~every.in_time[places]], [0, 1], default=2)
    order = places[np.lexsort((every.due[places].astype(np.int64), rank))]
    frame = every.frame.iloc[order]
    return behind(
        PLANS,
        lines.of[order],
        order,
        at=every.due[order],
        amount=frame["actual_cost"].fillna(frame["budget"]),
        text=objects(frame["measure"]),
    )


def people(scope: Scope) -> Filled:
    """The month's plans by person, as 客户维护总结表 counts them."""
    every = scope.once(plans)
    rows = sums_of(scope, scope.month)
    planned = rows["planned"].to_numpy(dtype=np.float64)
    lines = ranked(rows["owner"], PEOPLE_SHOWN, lambda found: found.total(planned))
    inside = every.within(scope.month)
    place = pd.Index(rows["owner"]).get_indexer(pd.Index(every.frame["owner"]))
    own = np.where(place >= 0, lines.of[place] if len(lines.of) else -1, -1)
    of_plans = Lines(lines.names, np.where(inside, own, -1), lines.rest)
    found = _of_summaries(rows, lines)
    found["overdue"] = of_plans.count(every.overdue)
    table = pd.DataFrame({"owner": lines.names, **_counted(found)})
    if not len(rows):
        return Filled(table, f"{scope.period} 没有到期的维护方案")
    return Filled(table, _caption(scope, table), _behind(every, of_plans))


def _caption(scope: Scope, table: pd.DataFrame) -> str:
    planned = int(table["planned"].sum())
    caption = f"{scope.period} 计划{planned}项"
    if planned:
        caption += f"，按期完成{rate_text(int(table['done_in_time'].sum()) / planned)}"
    overdue = int(table["overdue"].sum())
    return f"{caption}，逾期{overdue}项" if overdue else caption


def ways(scope: Scope) -> Filled:
    """The month's approved plans by 维护方式: what they were to cost, and what they did."""
    every = scope.once(plans)
    inside = every.within(scope.month) & every.approved
    lines = ranked(every.frame["way"], WAYS_SHOWN, counted=inside)
    table = pd.DataFrame({"way": lines.names, **_counted(_of_plans(every, lines))})
    if not len(table):
        return Filled(table, f"{scope.period} 没有已通过的维护方案")
    budget, spent = table["budget"].sum(), table["actual_cost"].sum()
    caption = f"{scope.period} 预算{budget:,.0f}元，实际{spent:,.0f}元"
    if budget > 0:
        caption += f"，使用率{rate_text(spent / budget)}"
    return Filled(table, caption, _behind(every, lines))


def plan_months(scope: Scope) -> Filled:
    """The last six months, as 客户维护总结表 counts them."""
    every, rows = scope.once(plans), scope.once(sums)
    names = tuple(str(month) for month in scope.months)
    own = fixed(names, rows["month"])
    place = (every.due.astype("datetime64[M]") - scope.months[0]).astype(np.int64)
    known = ~np.isnat(every.due) & (place >= 0) & (place < len(names))
    of_plans = Lines(names, np.where(known, place, -1))
    found = _of_summaries(rows, own)
    found["overdue"] = of_plans.count(every.overdue)
    table = pd.DataFrame({"month": names, **_counted(found)})
    if not (of_plans.of >= 0).any():
        return Filled(table.iloc[:0], f"{half_year(scope)} 没有维护方案")
    planned, done = int(table["planned"].sum()), int(table["done_in_time"].sum())
    rate = f"，按期完成{rate_text(done / planned)}" if planned else ""
    return Filled(table, f"{half_year(scope)} 计划{planned}项{rate}", _behind(every, of_plans))


def reviews(scope: Scope) -> Filled:
    """How far the review of the plans that are due in the month has come."""
    every = scope.once(plans)
    words = MAINTENANCE_PLANS.by_key["review_status"].choice.values  # type: ignore[union-attr] # noqa: PD011 - declared with a choice, no frame
    lines = fixed(words, every.frame["review_status"], every.within(scope.month), others=True)
    count = lines.count()
    total = int(count.sum())
    table = pd.DataFrame({"name": lines.names, "plans": count, "share": ratio(count, total)})
    if not total:
        return Filled(table.iloc[:0], f"{scope.period} 没有到期的维护方案")
    waiting = total - int(count[words.index(APPROVED)])
    return Filled(table, f"{scope.period} 到期{total}项，{waiting}项未通过审核", _behind(every, lines))


def completion_card(scope: Scope) -> Figure:
    """完成率 of the month."""
    rates, planned = [], []
    for month in (scope.month, scope.before):
        rows = sums_of(scope, month)
        planned.append(rows["planned"].sum())
        rates.append(float(ratio(rows["done_in_time"].sum(), planned[-1])))
    return compared(rates[0], rates[1], more_is_good=True, rests=f"n={planned[0]:.0f}", points=True)


def budget_card(scope: Scope) -> Figure:
    """What was spent of the month's budget."""
    found = []
    for month in (scope.month, scope.before):
        rows = sums_of(scope, month)
        found.append(float(ratio(rows["actual_cost"].sum(min_count=1), rows["budget"].sum())))
    rows = sums_of(scope, scope.month)
    rests = f"实际{rows['actual_cost'].sum():,.0f}元，预算{rows['budget'].sum():,.0f}元" if len(rows) else ""
    return compared(found[0], found[1], more_is_good=None, rests=rests, points=True)
