"""Which task is which: the row and customer that each one is about, and the id that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import objects
from xlcrm.compute.tasks import named_by, who
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlcrm.compute.facts import Facts, Flags, Integers, Moments, Objects

TEAM: Final = "团队"
NEVER: Final = "从未联系"


def own_rows(found: pd.DataFrame) -> Iterator[tuple[str, Integers, Integers]]:
    """By table: (n,) places in `found` of its tasks that come from a row, and (n,) that row's position."""
    places = found["place"].to_numpy()
    of_task, tables = pd.factorize(found["table"])
    for code, table in enumerate(tables):
        positions = np.flatnonzero((of_task == code) & (places >= 0))
        if len(positions):
            yield table, positions, places[positions]


def column_of(facts: Facts, found: pd.DataFrame, keys: Sequence[str]) -> Objects:
    """(n,) the first of several columns that each task's own row has, None where it has none."""
    result = np.full(len(found), None, dtype=object)
    for table, positions, places in own_rows(found):
        result[positions] = own_cells(facts, table, places, keys)
    return result


def own_cells(facts: Facts, table: str, places: Integers, keys: Sequence[str]) -> Objects:
    """(n,) the first of several columns that a table has, of some of its rows; None where blank."""
    key = next((key for key in keys if key in BY_NAME[table].by_key), None)
    if key is None:
        return np.full(len(places), None, dtype=object)
    return objects(facts.values(table, key).iloc[places])


def of_register(facts: Facts, codes: Integers, key: str) -> Objects:
    """(n,) a column of the register for each account code, None where there is none."""
    known: Objects = np.array([*objects(facts.of_accounts(key)), None], dtype=object)
    return known[codes]


def row_links(facts: Facts, found: pd.DataFrame) -> Objects:
    """(n,) "sheet!row" of the row that each task comes from, None for the team's."""
    result = np.full(len(found), None, dtype=object)
    for table, positions, places in own_rows(found):
        result[positions] = links_to(facts, table, places)
    return result


def links_to(facts: Facts, table: str, places: Integers) -> list[str]:
    """(n,) "sheet!row" of rows of a table, under the name that its sheet has in this workbook."""
    numbers = facts.frame(table).index.to_numpy()[places]
    return [f"{facts.data[table].sheet}!{number}" for number in numbers.tolist()]


def account_ids(facts: Facts, found: pd.DataFrame) -> Objects:
    """(n,) the customer's id: of the register, else as the row has it typed, else ""."""
    known = np.append(facts.account_ids.to_numpy(dtype=object), "")[found["code"]]
    return first_known(known, column_of(facts, found, ("customer_id",)), fallback="")


def first_known(*columns: Objects, fallback: object = None) -> Objects:
    """(n,) the first of the columns that has a value in each place; None and "" are none."""
    result = columns[0].astype(object, copy=True)
    for column in (*columns[1:], np.full(len(result), fallback, dtype=object)):
        missing = ~result.astype(bool)
        result[missing] = column[missing]
    return result


def task_ids(facts: Facts, found: pd.DataFrame) -> Objects:
    """(n,) stable ids: rule, case, customer or name, and the occasion or due day; a task keeps its id."""
    cases = np.full(len(found), None, dtype=object)
    for table, positions, places in own_rows(found):
        key = named_by(table)
        if key:
            cases[positions] = own_cells(facts, table, places, (key,))
    about = first_known(cases, account_ids(facts, found), row_links(facts, found), fallback=TEAM)
    rules = [rule.rule_id for rule in facts.rules.rules]
    days = found["due_at"].to_numpy(dtype="datetime64[D]").tolist()
    return np.array(
        [
            f"{rules[rule]}|{name}|{_when(occasion, day, of_team=place < 0)}"
            for rule, name, occasion, day, place in zip(
                found["rule"].tolist(),
                about.tolist(),
                found["occasion"].tolist(),
                days,
                found["place"].tolist(),
                strict=True,
            )
        ],
        dtype=object,
    )


def _when(occasion: str, day: object, *, of_team: bool) -> str:
    if occasion and not of_team:
        return occasion
    due = NEVER if day is None else f"{day:%Y%m%d}"
    return f"{occasion} {due}" if occasion else due


def once(facts: Facts, found: pd.DataFrame) -> Flags:
    """(n,) the first due of all tasks that are one: what `task_ids` tells apart, in numbers."""
    own = np.full(len(found), -1, dtype=np.int64)
    for number, (table, positions, places) in enumerate(own_rows(found)):
        own[positions] = who(facts, table, places) * len(BY_NAME) + number
    due = found["due_at"].to_numpy(dtype="datetime64[s]")
    told = (found["occasion"] != "").to_numpy() & (found["place"].to_numpy() >= 0)
    same = pd.DataFrame(
        {
            "rule": found["rule"].to_numpy(),
            "who": own,
            "occasion": pd.factorize(found["occasion"])[0],
            "day": np.where(told, 0, due.astype("datetime64[D]").astype(np.int64)),
        }
    )
    order = np.argsort(never_first(due), kind="stable")
    keep: Flags = np.zeros(len(found), dtype=bool)
    keep[order] = ~same.iloc[order].duplicated().to_numpy()
    return keep


def never_first(at: Moments) -> Integers:
    """(n,) numbers in the order of time; what was never touched (NaT) sorts first."""
    return np.where(np.isnat(at), np.iinfo(np.int64).min, at.astype("datetime64[s]").astype(np.int64))
