"""Tasks: what every kind of rule asks somebody to do, as one frame."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.periods import end_of_day
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas.api.extensions import ExtensionArray

    from xlcrm.compute.facts import Facts, Flags, Integers, Moments
    from xlcrm.rules.base import Rule

TASK_COLUMNS: Final = {
    "rule": "int64",
    "table": "str",
    "place": "int64",
    "code": "int64",
    "due_at": "datetime64[s]",
    "by_day": "bool",
    "breached": "bool",
    "occasion": "str",
    "detail": "str",
}
"""Columns of a tasks frame.

rule: position in `facts.rules.rules`; table and place: the row that the task comes from (-1: the whole
team), mostly of the rule's own table; code: account, -1 for none or unknown; due_at: NaT for a contact that
never took place; by_day: the deadline is a date; breached: an open clock past its deadline; occasion: what
tells two tasks of one rule apart (a clock's start, a festival's name); detail: what the task's text says
besides, figures that may change while the task stays the same.
"""


def tasks(  # noqa: PLR0913 - one argument a column of the frame
    facts: Facts,
    rule: Rule,
    places: Integers,
    due: Moments,
    *,
    codes: Integers | None = None,
    by_day: Flags | bool = True,
    breached: Flags | bool = False,
    occasion: Sequence[str] | str = "",
    detail: Sequence[str] | str = "",
    table: str = "",
) -> pd.DataFrame:
    """Tasks of one rule on rows of its table, or of another one."""
    table, count = table or rule.table, len(places)
    if not count:
        return no_tasks()
    if codes is None:
        codes = facts.codes(table)[places]
    return pd.DataFrame(
        {
            "rule": np.full(count, facts.position(rule), dtype=np.int64),
            "table": _texts(table, count),
            "place": np.asarray(places, dtype=np.int64),
            "code": np.asarray(codes, dtype=np.int64),
            "due_at": np.where(by_day, end_of_day(due), due.astype("datetime64[s]")),
            "by_day": np.full(count, by_day, dtype=bool),
            "breached": np.full(count, breached, dtype=bool),
            "occasion": _texts(occasion, count),
            "detail": _texts(detail, count),
        }
    )


def _texts(given: Sequence[str] | str, count: int) -> ExtensionArray:
    """(count,) texts, or one text so often; arrays of their own dtype make a frame ten times as quickly."""
    if isinstance(given, str):
        return pd.array([given], dtype="str").repeat(count)
    return pd.array(given, dtype="str")


@cache
def _no_tasks() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in TASK_COLUMNS.items()})


def no_tasks() -> pd.DataFrame:
    """An empty tasks frame, the caller's own."""
    return _no_tasks().copy()


def join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One tasks frame of many."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else no_tasks()


def first_of_customer(facts: Facts, table: str, rows: Integers, due: Moments, start: Moments) -> Flags:
    """(n,) which open rows stand for their customer: records have no number of their own, one stands for all.

    That is the one with the earliest deadline, of two the one that began first. Every row stands for itself
    in tables of cases, of plans or without customers, and where it names no customer.
    """
    keep: Flags = np.ones(len(rows), dtype=bool)
    spec = BY_NAME[table]
    if spec.key or not (spec.account and spec.touched):
        return keep
    order = np.lexsort((start, due))
    repeated = pd.Series(who(facts, table, rows[order])).duplicated().to_numpy()
    keep[order] = ~repeated
    return keep


def who(facts: Facts, table: str, rows: Integers) -> Integers:
    """(n,) numbers that are equal where two rows of a table are about the same case or customer.

    A case goes by its own id, else a row by its account, else by the customer's id as typed, else alone; a
    row of a table without customers by its name or subject.
    """
    account = BY_NAME[table].account
    result = np.full(len(rows), -1, dtype=np.int64)
    for level, key in enumerate((named_by(table), "account" if account else "", account, "row")):
        left = np.flatnonzero(result < 0)
        if not len(left) or not key:
            continue
        own = rows[left]
        if key == "account":
            numbers = facts.codes(table)[own]
        elif key == "row":
            numbers = own
        else:
            numbers = pd.factorize(facts.values(table, key).iloc[own])[0]
        result[left] = np.where(numbers >= 0, numbers * 4 + level, -1)
    return result


def named_by(table: str) -> str:
    """Key of the column that names a row: its id, or without customers its name or subject; else ""."""
    spec = BY_NAME[table]
    if table == "customers" or (spec.account and not spec.key):
        return ""
    return spec.key or ("name" if "name" in spec.by_key else spec.subject)


def told_apart(facts: Facts, table: str, rows: Integers, occasions: Sequence[str]) -> list[str]:
    """(n,) occasions with a number added where an earlier row without an id has the same one."""
    if BY_NAME[table].key or len(set(occasions)) == len(occasions):
        return list(occasions)
    same = pd.DataFrame({"who": who(facts, table, rows), "occasion": list(occasions)})
    counts = same.groupby(["who", "occasion"]).cumcount().tolist()
    return [f"{text} {count + 1}" if count else text for text, count in zip(occasions, counts, strict=True)]


def within_horizon(facts: Facts, due: Moments) -> Flags:
    """(n,) whether a due day lies in the past or within 提前展示天数; an unknown one (never touched) does."""
    last = facts.today + np.timedelta64(facts.parameters.horizon_days, "D")
    flags: Flags = np.isnat(due) | (due.astype("datetime64[D]") <= last)
    return flags


def judged_from(facts: Facts, due: Moments) -> Flags:
    """(n,) whether a due day is not from before 启用日期."""
    started_on = facts.parameters.started_on
    if started_on is None:
        return np.ones(len(due), dtype=bool)
    flags: Flags = ~(due < np.datetime64(started_on, "D"))
    return flags
