"""到期清单: one row a task, most urgent first, with the user's own notes kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.verdicts import BREACHED, OPEN, Clock
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, Objects, moments, nothing, objects
from xlcrm.compute.identity import (
    NEVER,
    TEAM,
    account_ids,
    column_of,
    first_known,
    never_first,
    of_register,
    once,
    row_links,
    task_ids,
)
from xlcrm.compute.tasks import first_of_customer, join, tasks, told_apart, within_horizon
from xlcrm.periods import end_of_day, human_minutes, next_slot
from xlcrm.rules.base import Effect, Rule, RuleKind
from xlcrm.tables import BY_NAME
from xlcrm.tables.frames import empty_frame
from xlcrm.tables.system import DUE_LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

OVERDUE, TODAY, UPCOMING = range(3)
STATES: Final = ("逾期", "今日到期", "即将到期")
GRAVE: Final = ("紧急", "严重", "重大")
OWNER_KEYS: Final = ("owner", "by")
LEVEL_KEYS: Final = ("level", "urgency")


@dataclass(frozen=True)
class DueList:
    """The due list as it is to be shown.

    Attributes:
        rows: a frame with the keys of `tables.system.DUE_LIST`; `source` holds "sheet!row".
        counts: state -> number of tasks, those that are not shown counted too.
        left_out: tasks beyond 到期清单最多行数.
        retired: notes of tasks that left the list, for 操作日志.
    """

    rows: pd.DataFrame
    counts: Mapping[str, int]
    left_out: int
    retired: tuple[str, ...]


def clock_tasks(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> pd.DataFrame:
    """Open clocks that are past their deadline or within the horizon; one a customer for record tables."""
    frames = []
    for (table, _), clock in clocks.items():
        open_ = np.isin(clock.status, OPEN) & within_horizon(facts, clock.due.astype("datetime64[D]"))
        for number, rule in enumerate(clock.rules):
            rows = np.flatnonzero(open_ & (clock.rule == number))
            rows = rows[first_of_customer(facts, table, rows, clock.due[rows], clock.start[rows])]
            starts = np.datetime_as_string(clock.start[rows], unit="m").tolist()
            frames.append(
                tasks(
                    facts,
                    rule,
                    rows,
                    clock.due[rows],
                    by_day=clock.by_day[rows],
                    breached=clock.status[rows] == BREACHED,
                    occasion=told_apart(facts, table, rows, starts),
                )
            )
    return join(frames)


def due_list(facts: Facts, found: pd.DataFrame) -> DueList:
    """Sort, cut and word the tasks; merge the notes and postponements of the list as it stands.

    Args:
        facts: the run.
        found: a tasks frame (see `compute.tasks`).
    """
    kept = _kept(facts)
    if found.empty and kept.empty:
        return DueList(_no_rows(), dict.fromkeys(STATES, 0), 0, ())
    dated = _dated(facts, found, kept)
    found, shown, state = dated.found, dated.shown, dated.state
    priority = _priorities(facts, found, state)
    order = np.lexsort(
        (found["place"], found["rule"], _account_ranks(facts, found), never_first(shown), priority, state)
    )
    first = order[: facts.parameters.due_rows]
    listed = found.iloc[first]
    rows = _worded(facts, listed, state[first], priority[first], shown[first], dated.by_day[first])
    ids = task_ids(facts, listed)
    rows["task_id"] = ids
    rows["note"] = kept["note"].reindex(ids).to_numpy()
    rows["postponed_to"] = kept["postponed_to"].reindex(ids).to_numpy()
    gone = kept[~kept.index.isin(dated.remembered) & kept["note"].notna()]
    retired = tuple(f"{key}：{note}" for key, note in gone["note"].items())
    return DueList(
        rows[[item.key for item in DUE_LIST.columns]], _counted(state), len(order) - len(first), retired
    )


def state_counts(facts: Facts, found: pd.DataFrame) -> Mapping[str, int]:
    """State -> how many tasks `due_list` would count, without sorting and wording them."""
    if found.empty:
        return dict.fromkeys(STATES, 0)
    return _counted(_dated(facts, found, _kept(facts)).state)


def _counted(state: Integers) -> dict[str, int]:
    numbers = np.bincount(state, minlength=len(STATES))
    return {name: int(number) for name, number in zip(STATES, numbers, strict=True)}


class _Dated(NamedTuple):
    """The tasks that are one each, when they are due with what was postponed, and what that makes them.

    Attributes:
        found: a tasks frame.
        remembered: ids of the tasks that the list may hold notes for, by position.
        shown: (n,) the deadlines.
        by_day: (n,) whether each is a date.
        state: (n,) places in `STATES`.
    """

    found: pd.DataFrame
    remembered: pd.Series
    shown: Moments
    by_day: Flags
    state: Integers


def _dated(facts: Facts, found: pd.DataFrame, kept: pd.DataFrame) -> _Dated:
    found = found[once(facts, found)].reset_index(drop=True)
    remembered = _remembered(facts, found, kept)
    postponed = nothing(len(found))
    postponed[remembered.index] = moments(kept["postponed_to"].reindex(remembered))
    postponed = postponed.astype("datetime64[D]")
    moved = postponed > facts.today
    due = found["due_at"].to_numpy(dtype="datetime64[s]")
    shown = np.where(moved, end_of_day(postponed), due)
    by_day = found["by_day"].to_numpy(dtype=bool) | moved
    day = shown.astype("datetime64[D]")
    overdue = np.isnat(shown) | (shown < facts.now_at)
    state = np.where(overdue, OVERDUE, np.where(day == facts.today, TODAY, UPCOMING))
    return _Dated(found, remembered, shown, by_day, state)


@cache
def _no_rows() -> pd.DataFrame:
    return empty_frame(DUE_LIST)


def _remembered(facts: Facts, found: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """Ids of the tasks that the list may hold notes for, by position; only rules that it names are worded."""
    if kept.empty:
        return pd.Series(dtype=object, index=found.index[:0])
    named = {str(key).split("|", 1)[0] for key in kept.index}
    numbers = [place for place, rule in enumerate(facts.rules.rules) if rule.rule_id in named]
    candidates = found[found["rule"].isin(numbers)]
    ids = pd.Series(task_ids(facts, candidates), index=candidates.index, dtype=object)
    return ids[ids.isin(kept.index)]


def _account_ranks(facts: Facts, found: pd.DataFrame) -> Integers:
    """Place of each task's customer in the order of their ids; tasks without a customer come first."""
    order = facts.account_ids.argsort()
    ranks = np.full(len(order) + 1, -1, dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[found["code"]]


def _kept(facts: Facts) -> pd.DataFrame:
    """What the user typed into the list, by task: note and postponed_to."""
    frame = facts.frame("due_list")[["task_id", "note", "postponed_to"]]
    if not frame.empty:
        frame = frame.dropna(subset="task_id").drop_duplicates("task_id")
    return frame.set_index("task_id")


def _priorities(facts: Facts, found: pd.DataFrame, state: Integers) -> Integers:
    """1 breached grave cases, 2 other breached clocks, 3 overdue A类, 4 other overdue, 5 today, 6 later."""
    breached = found["breached"].to_numpy(dtype=bool) & (state == OVERDUE)
    grave = breached.copy()
    grave[breached] = np.isin(column_of(facts, found[breached], LEVEL_KEYS), GRAVE)
    best = np.append((facts.of_accounts("grade") == "A类").to_numpy(dtype=bool, na_value=False), False)
    top = best[found["code"]]
    conditions = [grave, breached, (state == OVERDUE) & top, state == OVERDUE, state == TODAY]
    return np.select(conditions, [1, 2, 3, 4, 5], default=6).astype(np.int64)


def _worded(
    facts: Facts, found: pd.DataFrame, state: Integers, priority: Integers, due: Moments, by_day: Flags
) -> pd.DataFrame:
    numbers = found["rule"].to_numpy()
    rules, codes = [facts.rules.rules[number] for number in numbers.tolist()], found["code"].to_numpy()
    labels = np.array([*(rule.label for rule in facts.rules.rules), ""], dtype=object)
    own_name = column_of(facts, found, ("name",))
    slots = _slots(facts, due)
    return pd.DataFrame(
        {
            "priority": priority,
            "state": np.array(STATES, dtype=object)[state],
            "due_at": np.where(by_day, due.astype("datetime64[D]").astype("datetime64[s]"), due),
            "overrun": _overruns(facts, due, by_day),
            "task": [
                _task_text(rule, occasion, detail)
                for rule, occasion, detail in zip(
                    rules, found["occasion"].tolist(), found["detail"].tolist(), strict=True
                )
            ],
            "customer_id": account_ids(facts, found),
            "name": first_known(of_register(facts, codes, "name"), own_name),
            "grade": in_words(facts, "grade", of_register(facts, codes, "grade")),
            "owner": _owners(facts, found),
            "way": _ways(facts, found),
            "slot": [
                slot
                if rule.kind in _CONTACTS and rule.effect is not Effect.IMPROVE and not rule.clock
                else None
                for rule, slot in zip(rules, slots, strict=True)
            ],
            "rule": labels[numbers],
            "source": row_links(facts, found),
        }
    )


def _slots(facts: Facts, due: Moments) -> list[str]:
    """建议时段 of each task: the next good hour, for a later task the first one from its day on."""
    days = np.where(due > facts.now_at, due, facts.now_at).astype("datetime64[D]")
    texts = {
        day: next_slot(max(facts.now, dt.datetime.combine(day, dt.time())), facts.worktime).text()
        for day in set(days.tolist())
    }
    return [texts[day] for day in days.tolist()]


_CONTACTS = frozenset(
    {
        RuleKind.CADENCE,
        RuleKind.MILESTONE,
        RuleKind.WINDOW,
        RuleKind.FESTIVAL,
        RuleKind.ANNIVERSARY,
        RuleKind.STATE,
        RuleKind.THRESHOLD,
    }
)


def _task_text(rule: Rule, occasion: str, detail: str) -> str:
    if detail:
        return f"{rule.task}：{detail}"
    if rule.kind in (RuleKind.FESTIVAL, RuleKind.STATE) and occasion:
        return f"{rule.task}：{occasion}"
    if rule.kind is RuleKind.MILESTONE and len(rule.limits) > 1:
        return f"{rule.task}（满{occasion}）"
    return rule.task


def _overruns(facts: Facts, due: Moments, by_day: Flags) -> list[str]:
    """逾期3天, 剩余2小时5分: days for dates, hours and minutes for moments."""
    days = (due.astype("datetime64[D]") - facts.today).astype(np.int64).tolist()
    minutes = ((due - facts.now_at).astype(np.int64) // 60).tolist()
    missing = np.isnat(due).tolist()
    return [
        NEVER if gone else _day_text(day) if whole else _minute_text(minute)
        for gone, whole, day, minute in zip(missing, by_day.tolist(), days, minutes, strict=True)
    ]


def _day_text(days: int) -> str:
    if days == 0:
        return "今天"
    return f"逾期 {-days}天" if days < 0 else f"剩余 {days}天"


def _minute_text(minutes: int) -> str:
    return f"{'逾期' if minutes < 0 else '剩余'} {human_minutes(minutes)}"


def _owners(facts: Facts, found: pd.DataFrame) -> Objects:
    registered = of_register(facts, found["code"].to_numpy(), "owner")
    owner = first_known(column_of(facts, found, OWNER_KEYS), registered)
    return np.where(found["place"].to_numpy() >= 0, owner, TEAM)


def _ways(facts: Facts, found: pd.DataFrame) -> Objects:
    """The way of the task's own plan, else of the follow-up plan, else the customer's preferred one."""
    ways = [of_register(facts, found["code"].to_numpy(), "preferences")]
    planned = (found["table"] == "maintenance_plans").to_numpy()
    for plan in ("followup_plans", "visit_plans"):
        if facts.frame(plan).empty:
            continue
        typed = pd.Series(facts.frame(plan)["way"].to_numpy(), index=facts.codes(plan), dtype="str")
        typed = typed[(typed.index >= 0) & typed.notna()]
        own = objects(typed[~typed.index.duplicated()].reindex(found["code"]))
        of_plan = (found["table"] == plan).to_numpy() | (plan == "followup_plans")
        ways.insert(0, np.where(of_plan, own, ""))
    own_ways = np.full(len(found), None, dtype=object)
    own_ways[planned] = column_of(facts, found[planned], ("way",))
    return first_known(own_ways, *ways)


def in_words(facts: Facts, key: str, values: Objects) -> Objects:
    """(n,) values of a column of the register in the words of the workbook's pack."""
    choice = BY_NAME["customers"].by_key[key].choice
    if choice is None or facts.pack not in choice.labels:
        return values
    return np.array([choice.word(value, facts.pack) for value in values.tolist()], dtype=object)
