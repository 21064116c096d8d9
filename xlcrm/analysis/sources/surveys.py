"""What customers said of us: one row a survey, and one row a case that was rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.nps import HIGHEST
from xlcrm.analysis.sources.judged import month_texts
from xlcrm.compute.facts import moments
from xlcrm.compute.lists.satisfaction import asked_at, percents
from xlcrm.compute.states.measures import form_means, score_keys, scores

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope

SURVEYS: Final = "satisfaction_surveys"
CASES: Final = {
    "service_issues": "服务问题",
    "orders": "订单",
    "complaints": "投诉",
    "recovery_cases": "关系恢复",
}
"""Table of cases that a customer may rate -> what such a case is called."""
_FIVE: Final = 5
DIMENSIONS: Final = tuple(score_keys(SURVEYS))
"""Keys of the five-point scores of a survey, in the sheet's order."""


def surveys(scope: Scope) -> pd.DataFrame:
    """One row a survey up to now, in the order of the sheet.

    Columns: place (position in the table's frame), code (account, -1 for none), surveyed_on (datetime64[s]),
    month (2026-10), percent (the mean of the form's valid scores as a fraction of 5, NaN without any), nps
    (推荐值 of 0 to 10, else NaN), and by key each of `DIMENSIONS` (1 to 5, else NaN).
    """
    frame = scope.facts.frame(SURVEYS)
    at = moments(frame["surveyed_on"])
    places = np.flatnonzero(at <= scope.facts.now_at)
    nps = frame["nps"].to_numpy(dtype="float64", na_value=np.nan)[places]
    return pd.DataFrame(
        {
            "place": places,
            "code": scope.facts.codes(SURVEYS)[places],
            "surveyed_on": at[places],
            "month": pd.array(month_texts(at[places]), dtype="str"),
            "percent": form_means(scope.facts)[places] / _FIVE,
            "nps": np.where((nps >= 0) & (nps <= HIGHEST), nps, np.nan),
            **{key: scores(frame[key])[places] for key in DIMENSIONS},
        }
    )


def ratings(scope: Scope) -> pd.DataFrame:
    """One row a case that its customer rated up to now, by table.

    Columns: table, place, code, at (datetime64[s]: when the customer was asked, as far as the row tells),
    month (2026-10), percent (a fraction of the best answer; the words of a complaint are 1 to 5 of 5).
    """
    facts = scope.facts
    parts = []
    for table in CASES:
        if len(facts.frame(table)):
            at, percent = asked_at(facts, table), percents(facts, table) / 100
            places = np.flatnonzero((at <= facts.now_at) & ~np.isnan(percent))
            parts.append((table, places, facts.codes(table)[places], at[places], percent[places]))
    at = np.concatenate([np.empty(0, dtype="datetime64[s]"), *(part[3] for part in parts)])
    tables = np.concatenate(
        [np.empty(0, dtype=object), *(np.full(len(part[1]), part[0], dtype=object) for part in parts)]
    )
    none = np.empty(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "table": pd.array(tables, dtype="str"),
            "place": np.concatenate([none, *(part[1] for part in parts)]),
            "code": np.concatenate([none, *(part[2] for part in parts)]),
            "at": at,
            "month": pd.array(month_texts(at), dtype="str"),
            "percent": np.concatenate([np.empty(0), *(part[4] for part in parts)]),
        }
    )
