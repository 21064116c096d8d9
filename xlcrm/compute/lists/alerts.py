"""超时预警: open clocks that are breached or in their warning span, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.verdicts import AT_RISK, BREACHED, STATUSES
from xlcrm.compute.identity import links_to
from xlcrm.compute.lists.due_list import LEVEL_KEYS, OWNER_KEYS
from xlcrm.compute.tasks import first_of_customer
from xlcrm.periods import overrun_text
from xlcrm.rules.base import CalendarKind
from xlcrm.tables import BY_NAME
from xlcrm.tables.system import ALERTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Facts, Integers


@dataclass(frozen=True)
class Alerts:
    """超时预警 as it is to be shown; `rows` has the keys of `tables.system.ALERTS`, `source` "sheet!row"."""

    rows: pd.DataFrame
    breached: int
    at_risk: int
    left_out: int


def alerts(facts: Facts, clocks: Mapping[tuple[str, str], Clock]) -> Alerts:
    """Breached clocks first, the longest overrun at the top; then those at risk, the nearest first."""
    picked = []
    for number, clock in enumerate(clocks.values()):
        rows = _shown(facts, clock)
        if len(rows):
            picked.append(
                pd.DataFrame(
                    {
                        "clock": number,
                        "row": rows,
                        "status": clock.status[rows],
                        "due_at": clock.due[rows],
                        "left": clock.left[rows],
                    }
                )
            )
    if not picked:
        return Alerts(pd.DataFrame(columns=[item.key for item in ALERTS.columns]), 0, 0, 0)
    joined = pd.concat(picked, ignore_index=True)
    late = joined["status"] == BREACHED
    order = np.lexsort((joined["row"], joined["clock"], joined["due_at"], ~late))
    first = joined.iloc[order[: facts.parameters.due_rows]]
    worded = [
        _worded(facts, clock, own)
        for number, clock in enumerate(clocks.values())
        if len(own := first[first["clock"] == number])
    ]
    shown = pd.concat(worded).reindex(first.index)[[item.key for item in ALERTS.columns]]
    breached = int(late.sum())
    return Alerts(shown.reset_index(drop=True), breached, len(joined) - breached, len(joined) - len(first))


def _shown(facts: Facts, clock: Clock) -> Integers:
    """Rows of a clock that are late or nearly so; of a record table, one a rule and customer."""
    open_ = (clock.status == BREACHED) | (clock.status == AT_RISK)
    picked = []
    for number in range(len(clock.rules)):
        rows = np.flatnonzero(open_ & (clock.rule == number))
        picked.append(rows[first_of_customer(facts, clock.table, rows, clock.due[rows], clock.start[rows])])
    return np.sort(np.concatenate(picked))


def _worded(facts: Facts, clock: Clock, picked: pd.DataFrame) -> pd.DataFrame:
    rows = picked["row"].to_numpy()
    table = BY_NAME[clock.table]
    customer = pd.Series(facts.of_rows(clock.table, "customer_id").to_numpy()[rows], dtype="str")
    name = pd.Series(facts.of_rows(clock.table, "name").to_numpy()[rows], dtype="str")
    owner = pd.Series(facts.of_rows(clock.table, "owner").to_numpy()[rows], dtype="str")
    own_name = _own(facts, clock.table, rows, ("name",))
    own_owner = _own(facts, clock.table, rows, OWNER_KEYS)
    natural = np.array([rule.calendar is CalendarKind.NATURAL for rule in clock.rules], dtype=bool)
    return pd.DataFrame(
        {
            "status": np.array(STATUSES, dtype=object)[picked["status"].to_numpy()],
            "overrun": overrun_text(
                -picked["left"].to_numpy(),
                (picked["status"] == BREACHED).to_numpy(),
                in_days=natural[clock.rule[rows]],
            ),
            "due_at": np.where(
                clock.by_day[rows],
                clock.due[rows].astype("datetime64[D]").astype("datetime64[s]"),
                clock.due[rows],
            ),
            "clock": clock.name,
            "level": _own(facts, clock.table, rows, LEVEL_KEYS).to_numpy(),
            "case_id": _own(facts, clock.table, rows, (table.key,)).to_numpy(),
            "customer_id": customer.fillna(_own(facts, clock.table, rows, ("customer_id",))).to_numpy(),
            "name": name.fillna(own_name).to_numpy(),
            "owner": own_owner.fillna(owner).to_numpy(),
            "rule": np.array([rule.label for rule in clock.rules], dtype=object)[clock.rule[rows]],
            "source": links_to(facts, clock.table, rows),
        },
        index=picked.index,
    )


def _own(facts: Facts, table: str, rows: Integers, keys: Sequence[str]) -> pd.Series:
    key = next((key for key in keys if key in BY_NAME[table].by_key), None)
    if key is None:
        return pd.Series([None] * len(rows), dtype="str")
    return pd.Series(facts.values(table, key).to_numpy()[rows], dtype="str")
