"""What calls for an improvement: figures below a limit and problems that return, until a mark names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import Facts, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.states.marks import Plan, row_names
from xlcrm.compute.states.measures import (
    NO_ROWS,
    Figure,
    dimension_means,
    is_of_rows,
    last_month,
    month_share,
    of_rows,
    percent_text,
    repurchases,
    response_text,
    score_keys,
    score_text,
    scores,
)
from xlcrm.compute.tasks import join, judged_from, tasks
from xlcrm.rules.base import Effect, LimitUnit, Rule, RuleKind
from xlcrm.rules.conditions import find_place
from xlcrm.rules.measures import DIMENSION_MEANS, REPURCHASE, RESPONSE_RATE, SERVICE_SATISFACTION
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DAY: Final = np.timedelta64(1, "D")
ORDERS: Final = "orders"
_DATED: Final[Mapping[str, tuple[str, ...]]] = {
    "service_issues": ("called_back_at", "resolved_at", "received_at"),
    ORDERS: ("called_back_at", "completed_at", "confirmed_at", "expected_at"),
}
"""Table -> the columns, the first known of which says when a row's figure came to be known."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One figure below its limit, or one problem that returns, that no improvement names yet.

    Attributes:
        rule: the rule.
        mark: what names it in 改进计划表.
        occasion: what tells it from the rule's other ones.
        detail: the figure and what it rests on; "" where the occasion says it all.
        problem: for 问题 of 改进计划表.
        due: datetime64[D], by when something is to be done.
        table: the table that it is about.
        place: the row that it is about, -1 for a period.
        department: 责任部门 that most of the rows behind it name, "" where none does.
    """

    rule: Rule
    mark: str
    occasion: str
    detail: str
    problem: str
    due: np.datetime64
    table: str
    place: int = -1
    department: str = ""


def breaches(facts: Facts) -> list[Breach]:
    """All that calls for an improvement, in the order of the rules."""
    plan = Plan.of(facts)
    found: list[Breach] = []
    for rule in facts.active:
        if rule.effect is Effect.RECURRING:
            found += _recurring(facts, rule, plan)
        elif rule.kind is RuleKind.THRESHOLD and rule.effect is Effect.IMPROVE:
            found += _of_each_row(facts, rule, plan) if is_of_rows(rule) else _of_periods(facts, rule, plan)
    return found


def improvement_tasks(facts: Facts, found: list[Breach]) -> pd.DataFrame:
    """A task each: about the row that it comes from, or the team's."""
    grouped: dict[tuple[str, str], list[Breach]] = {}
    for breach in found:
        grouped.setdefault((breach.rule.rule_id, breach.table), []).append(breach)
    frames = []
    for (_, table), group in grouped.items():
        places = np.array([breach.place for breach in group], dtype=np.int64)
        codes = np.full(len(places), -1, dtype=np.int64)
        codes[places >= 0] = facts.codes(table)[places[places >= 0]]
        frames.append(
            tasks(
                facts,
                group[0].rule,
                places,
                np.array([breach.due for breach in group], dtype="datetime64[D]"),
                codes=codes,
                occasion=[breach.occasion for breach in group],
                detail=[breach.detail for breach in group],
                table=table,
            )
        )
    return join(frames)


def limit_text(rule: Rule) -> str:
    """低于 90%, 低于 3 分."""
    return f"低于 {rule.limit:g}{'%' if rule.unit is LimitUnit.PERCENT_BELOW else ' 分'}"


def _due(facts: Facts, day: np.datetime64) -> np.datetime64:
    due: np.datetime64 = day + np.timedelta64(facts.parameters.threshold_days, "D")
    return due


def _of_periods(facts: Facts, rule: Rule, plan: Plan) -> Iterator[Breach]:
    """Breaches of a measure that has one figure a score, or one a month."""
    name = rule.occasions[0]
    figures = _dimensions(facts, rule, plan) if name == DIMENSION_MEANS else [_figure(facts, rule)]
    for figure in figures:
        mark = f"{rule.rule_id} {figure.name}"
        # A share of nobody is NaN and below nothing.
        low = round(figure.value, 9) < rule.limit and bool(judged_from(facts, np.array([figure.at]))[0])
        if low and (name == DIMENSION_MEANS or not plan.has(mark)):
            detail = f"{figure.name} {figure.text}"
            yield Breach(
                rule,
                mark,
                figure.name,
                detail,
                f"{name}：{detail}，{limit_text(rule)}",
                _due(facts, figure.at),
                rule.table,
                department=_department(facts, rule.table, figure.short),
            )


def _figure(facts: Facts, rule: Rule) -> Figure:
    if rule.occasions[0] != REPURCHASE:
        return month_share(facts, rule)
    share = repurchases(facts, rule).share
    # Of all cases so far: looked at once a month.
    month = last_month(facts)
    return Figure(str(month), share.percent, share.text, (month + 1).astype("datetime64[D]") - DAY, NO_ROWS)


def _dimensions(facts: Facts, rule: Rule, plan: Plan) -> list[Figure]:
    """The means of the scores that no open improvement names, of the forms since the last one done."""
    table = BY_NAME["satisfaction_surveys"]
    started_on = facts.parameters.started_on
    since: dict[str, np.datetime64] = {}
    in_hand = set()
    for key in score_keys(table.name):
        heading = table.by_key[key].heading
        until = plan.settled_until(f"{rule.rule_id} {heading}")
        if until is None:
            in_hand.add(heading)
            continue
        if started_on is not None:
            until = np.fmax(until, np.datetime64(started_on, "D") - DAY)
        if not np.isnat(until):
            since[heading] = until
    return [figure for figure in dimension_means(facts, rule, since) if figure.name not in in_hand]


def _department(facts: Facts, table: str, rows: Integers) -> str:
    if "department" not in BY_NAME[table].by_key:
        return ""
    named = facts.values(table, "department").iloc[rows].dropna()
    return str(named.mode().iloc[0]) if len(named) else ""


def _of_each_row(facts: Facts, rule: Rule, plan: Plan) -> Iterator[Breach]:
    """Breaches of a measure that every row has for itself."""
    values = of_rows(facts, rule)
    yield from _low_rows(facts, rule, plan, rule.table, np.where(match(rule.when, facts), values, np.nan))
    if rule.occasions[0] == SERVICE_SATISFACTION:
        orders = facts.frame(ORDERS)
        closed = (orders["order_status"] == "已完成").to_numpy(dtype=bool, na_value=False)
        finished = closed | (orders["completed_at"] <= facts.now).to_numpy(dtype=bool)
        yield from _low_rows(
            facts, rule, plan, ORDERS, np.where(finished, scores(orders["satisfaction"]), np.nan)
        )


def _low_rows(
    facts: Facts, rule: Rule, plan: Plan, table: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Iterator[Breach]:
    at = _days(facts, table)
    low = (np.round(values, 9) < rule.limit) & ~np.isnat(at) & judged_from(facts, at)
    if rule.occasions[0] == RESPONSE_RATE:
        low &= facts.frame(table)["suggestion"].isna().to_numpy()
    rows = np.flatnonzero(low)
    names = row_names(facts, table, rows, at[rows])
    for place, name in zip(rows.tolist(), names, strict=True):
        mark = f"{rule.rule_id} {name}"
        if plan.has(mark):
            continue
        detail = f"{name} {_value_text(facts, rule, place, float(values[place]))}"
        yield Breach(
            rule,
            mark,
            f"{at[place]}",
            detail,
            f"{rule.occasions[0]}：{detail}，{limit_text(rule)}",
            _due(facts, at[place]),
            table,
            place,
            _department(facts, table, np.array([place])),
        )


def _value_text(facts: Facts, rule: Rule, place: int, value: float) -> str:
    if rule.occasions[0] == RESPONSE_RATE:
        return response_text(facts, place)
    return percent_text(value) if rule.unit is LimitUnit.PERCENT_BELOW else f"{score_text(value)} 分"


def _days(facts: Facts, table: str) -> Moments:
    """(n,) datetime64[D], the day up to now from which a row's figure is known; NaT where no cell tells."""
    spec = BY_NAME[table]
    past = tuple(item.key for item in spec.columns if item.kind in TIMES and item.past)
    result = nothing(len(facts.frame(table)))
    for key in _DATED.get(table, (spec.touched,) if spec.touched else past):
        at = moments(facts.values(table, key))
        result = np.where(np.isnat(result) & (at <= facts.now_at), at, result)
    return result.astype("datetime64[D]")


def _recurring(facts: Facts, rule: Rule, plan: Plan) -> Iterator[Breach]:
    """A problem seen so many months in a row, up to this month or the one before."""
    table = BY_NAME[rule.table]
    issue = facts.values(rule.table, find_place(rule.occasions[0], table).key)
    at = moments(facts.frame(rule.table)[table.touched])
    counted = match(rule.when, facts) & (at <= facts.now_at) & issue.notna().to_numpy()
    rows = pd.DataFrame({"issue": issue.to_numpy(), "at": at, "place": np.arange(len(at))})[counted]
    this_month = int(facts.today.astype("datetime64[M]").astype(np.int64))
    length = round(rule.limit)
    for name, group in rows.groupby("issue"):
        last = _run_end(_months(moments(group["at"])), this_month, length)
        if last is None:
            continue
        mark = f"{rule.rule_id} {name}"
        until = plan.settled_until(mark, str(name))
        if until is None:
            continue
        if not np.isnat(until):
            group = group[moments(group["at"]).astype("datetime64[D]") > until]  # noqa: PLW2901 - the later ones
            last = _run_end(_months(moments(group["at"])), this_month, length)
            if last is None:
                continue
        run = np.array([last - length + 1, last]).astype("datetime64[M]")
        month = moments(group["at"]).astype("datetime64[M]")
        inside = group["place"].to_numpy()[(month >= run[0]) & (month <= run[1])]
        yield Breach(
            rule,
            mark,
            str(name),
            "",
            f"{name}：{run[0]} 至 {run[1]} 连续{length}个月出现，共 {len(inside)} 件",
            (run[1] + 1).astype("datetime64[D]") - DAY,
            rule.table,
            department=_department(facts, rule.table, inside),
        )


def _months(at: Moments) -> set[int]:
    return set(at.astype("datetime64[M]").astype(np.int64).tolist())


def _run_end(months: set[int], this_month: int, length: int) -> int | None:
    for last in (this_month, this_month - 1):
        if all(last - back in months for back in range(length)):
            return last
    return None
