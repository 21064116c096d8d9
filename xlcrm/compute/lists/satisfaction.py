"""How satisfied each customer was when asked last, by whatever form: in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import Facts, Moments, moments, nothing
from xlcrm.compute.states.measures import form_means
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from xlcrm.compute.states.measures import Floats

WORDS: Final = {"非常满意": 100.0, "满意": 80.0, "一般": 60.0, "不满意": 40.0, "非常不满意": 20.0}
"""客户满意度 of a complaint in percent: five words are five points, as 1 to 5 of 5."""

_ASKED: Final = {
    "satisfaction_surveys": ("surveyed_on",),
    "service_issues": ("called_back_at", "resolved_at", "received_at"),
    "orders": ("called_back_at", "completed_at"),
    "complaints": ("called_back_at", "resolved_at", "received_at"),
    "recovery_cases": ("reassessed_at", "completed_at", "received_at"),
    "account_profiles": (),
}
"""Table with a satisfaction -> when the customer was asked: the first of these times that is known."""


def newest_satisfaction(facts: Facts) -> pd.Series:
    """Newest satisfaction of each customer in percent of the scale, by account code; only who was asked.

    Every survey, issue, order, complaint, recovery case and profile counts. A profile has no day: it counts
    where nothing else is known. What is outside its scale (V19), and what lies after now, does not count.
    """
    parts = [
        pd.DataFrame(
            {"code": facts.codes(table), "at": asked_at(facts, table), "percent": percents(facts, table)}
        )
        for table in _ASKED
    ]
    joined = pd.concat(parts, ignore_index=True)
    known = (joined["code"] >= 0) & joined["percent"].notna() & ~(joined["at"] > facts.now)
    newest = joined[known].sort_values("at", na_position="first", kind="stable")
    found: pd.Series = newest.drop_duplicates("code", keep="last").set_index("code")["percent"].sort_index()
    return found


def asked_at(facts: Facts, table: str) -> Moments:
    """(n,) when each row's customer was asked, NaT where no cell tells."""
    at = nothing(len(facts.frame(table)))
    for key in _ASKED[table]:
        at = np.where(np.isnat(at), moments(facts.values(table, key)), at)
    return at


def percents(facts: Facts, table: str) -> Floats:
    """(n,) what each row's customer said in percent of the scale, NaN where nothing was said."""
    percent: Floats
    cells = facts.frame(table).get("satisfaction", pd.Series(dtype="float64"))
    if table == "satisfaction_surveys":
        percent = form_means(facts) / 5 * 100
    elif table == "complaints":
        percent = np.asarray(cells.map(WORDS), dtype=np.float64)
    else:
        five = BY_NAME[table].by_key["satisfaction"].kind is Kind.SCORE5
        lowest, highest = (1, 5) if five else (0, 10)
        values = cells.to_numpy(dtype="float64", na_value=np.nan)
        percent = np.where((values >= lowest) & (values <= highest), values / highest * 100, np.nan)
    return percent
