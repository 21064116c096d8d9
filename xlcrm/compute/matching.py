"""Which rows a rule's condition selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.rules.conditions import Op
from xlcrm.rules.matching import holds
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts, Flags
    from xlcrm.rules.conditions import Term, When


def match(when: When, facts: Facts) -> Flags:
    """(n,) whether each row of the condition's table matches; all of them for 全部."""
    selected: Flags = np.zeros(len(facts.frame(when.home)), dtype=np.bool_)
    for terms in when.alternatives:
        every: Flags = np.ones(len(selected), dtype=np.bool_)
        for term in terms:
            every &= _holds(term, when.home, facts)
        selected |= every
    return selected


def _holds(term: Term, home: str, facts: Facts) -> Flags:
    if term.op is Op.NEWEST:
        if home not in facts.newest:
            facts.newest[home] = newest(home, facts)
        return facts.newest[home]
    place = term.place
    same = place.table == home
    cells = facts.values(home, place.key) if same else facts.of_rows(home, place.key)
    return holds(term, cells, facts.now)


def newest(table: str, facts: Facts) -> Flags:
    """(n,) whether a row is its customer's newest one up to now; of two at one moment the lower row."""
    frame = facts.frame(table)
    at = frame[BY_NAME[table].touched]
    codes = facts.codes(table)
    counted = (codes >= 0) & (at.notna() & (at <= facts.now)).to_numpy()
    order = pd.DataFrame({"code": codes, "at": at.to_numpy(), "place": np.arange(len(frame))})[counted]
    last = order.sort_values(["at", "place"]).drop_duplicates("code", keep="last")["place"]
    flags: Flags = np.zeros(len(frame), dtype=np.bool_)
    flags[last.to_numpy()] = True
    return flags
