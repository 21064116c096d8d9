"""超时预警: open clocks that are breached or in their warning span, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.verdicts import AT_RISK, BREACHED, STATUSES
from xlcrm.compute.facts import nothing
from xlcrm.compute.identity import first_known, links_to, of_register, own_cells
from xlcrm.compute.lists.due_list import LEVEL_KEYS, OWNER_KEYS
from xlcrm.compute.tasks import first_of_customer
from xlcrm.periods import overrun_text
from xlcrm.rules.base import CalendarKind
from xlcrm.tables import BY_NAME
from xlcrm.tables.system import ALERTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Facts, Integers, Objects


@dataclass(frozen=True)
class Alerts:
    """超时预警 as it is to be shown; `rows` has the keys of `tables.system.ALERTS`, `source` "sheet!row"."""

    rows: pd.DataFrame
    breached: int
    at_risk: int
    left_out: int


def alerts(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> Alerts:
    """Breached clocks first, the longest overrun at the top; then those at risk, the nearest first."""
    every = list(clocks.values())
    picked = [_shown(facts, clock) for clock in every]
    if not any(len(rows) for rows in picked):
        return Alerts(pd.DataFrame(columns=[item.key for item in ALERTS.columns]), 0, 0, 0)
    number = np.repeat(np.arange(len(every)), [len(rows) for rows in picked])
    row = np.concatenate(picked)
    late = np.concatenate([clock.status[rows] for clock, rows in zip(every, picked, strict=True)]) == BREACHED
    due = np.concatenate([clock.due[rows] for clock, rows in zip(every, picked, strict=True)])
    order = np.lexsort((row, number, due, ~late))
    first = order[: facts.parameters.due_rows]
    cells: dict[str, Objects] = {item.key: np.full(len(first), None, dtype=object) for item in ALERTS.columns}
    cells["due_at"] = nothing(len(first))
    for place, clock in enumerate(every):
        own = np.flatnonzero(number[first] == place)
        if len(own):
            for key, words in worded(facts, clock, row[first[own]]).items():
                cells[key][own] = words
    breached = int(late.sum())
    return Alerts(pd.DataFrame(cells), breached, len(order) - breached, len(order) - len(first))


def _shown(facts: Facts, clock: Clock) -> Integers:
    """Rows of a clock that are late or nearly so; of a record table, one a rule and customer."""
    open_ = (clock.status == BREACHED) | (clock.status == AT_RISK)
    picked = []
    for number in range(len(clock.rules)):
        rows = np.flatnonzero(open_ & (clock.rule == number))
        picked.append(rows[first_of_customer(facts, clock.table, rows, clock.due[rows], clock.start[rows])])
    return np.sort(np.concatenate(picked))


def worded(facts: Facts, clock: Clock, rows: Integers) -> dict[str, Objects | list[str] | str]:
    """Key of `tables.system.ALERTS` -> (n,) the cells of a clock's rows, or the one that all share."""
    table, codes = BY_NAME[clock.table], facts.codes(clock.table)[rows]
    natural = np.array([rule.calendar is CalendarKind.NATURAL for rule in clock.rules], dtype=bool)
    labels = np.array([rule.label for rule in clock.rules], dtype=object)
    due = clock.due[rows]

    def own(*keys: str) -> Objects:
        return own_cells(facts, clock.table, rows, keys)

    return {
        "status": np.array(STATUSES, dtype=object)[clock.status[rows]],
        "overrun": overrun_text(
            -clock.left[rows], clock.status[rows] == BREACHED, in_days=natural[clock.rule[rows]]
        ),
        "due_at": np.where(clock.by_day[rows], due.astype("datetime64[D]").astype("datetime64[s]"), due),
        "clock": clock.name,
        "level": own(*LEVEL_KEYS),
        "case_id": own(table.key),
        "customer_id": first_known(of_register(facts, codes, "customer_id"), own("customer_id")),
        "name": first_known(of_register(facts, codes, "name"), own("name")),
        "owner": first_known(own(*OWNER_KEYS), of_register(facts, codes, "owner")),
        "rule": labels[clock.rule[rows]],
        "source": links_to(facts, clock.table, rows),
    }
