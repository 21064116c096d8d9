"""The office month by month: one row a month, from which cards, comparisons and trends are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.nps import nps
from xlcrm.analysis.sources.backlog import open_at
from xlcrm.analysis.sources.judged import DECIDED, MET_IN_TIME, judged
from xlcrm.analysis.sources.register import filed_on, on_file, went_quiet
from xlcrm.analysis.sources.sales import trades
from xlcrm.analysis.sources.surveys import surveys
from xlcrm.compute.facts import moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers, Moments
    from xlcrm.compute.states.measures import Floats

MONTHLY_COLUMNS: Final = (
    "customers",
    "new",
    "lost",
    "sales",
    "trades",
    "ticket",
    "satisfaction",
    "satisfaction_n",
    "nps",
    "nps_n",
    "complaints",
    "complaint_rate",
    "open_complaints",
    "attainment",
    "judged",
)


def monthly(scope: Scope) -> pd.DataFrame:
    """The seven months up to the reported one, as 2026-10, the oldest first; floats, NaN without data.

    Flows belong to the month of their own date, stocks to the month's end, or to now where that is earlier:

    customers: on file (a blank 建档日期 counts); new: filed; lost: went 沉睡; sales: net of refunds; trades:
    purchases; ticket: sales by purchases; satisfaction: mean of the surveys as a fraction, satisfaction_n
    of them; nps: -100 to 100 from nps_n answers; complaints: received; complaint_rate: of these a 100
    customers; open_complaints: neither solved nor closed at the end; attainment: in time as a fraction of the
    judged clocks that began in the month, which are counted by `judged`.

    Counts, sums and stocks are 0 in a month without a row of their own and blank before the first row that
    their table has; means and rates are blank where they rest on nothing. A month that lies ahead is blank.
    """
    months = np.array([scope.months[0] - np.timedelta64(1, "M"), *scope.months])
    found: dict[str, Floats] = {}
    found.update(_register(scope, months))
    found.update(_sales(scope, months))
    found.update(_surveys(scope, months))
    found.update(_complaints(scope, months, found["customers"]))
    found.update(_clocks(scope, months))
    frame = pd.DataFrame(found, index=pd.Index([str(month) for month in months]))[list(MONTHLY_COLUMNS)]
    begun = months <= scope.facts.today.astype("datetime64[M]")
    return frame if begun.all() else frame[begun].reindex(frame.index)


def figures(scope: Scope) -> Mapping[str, Mapping[str, float]]:
    """`monthly` by month, as 2026-10, and column."""
    frame = scope.once(monthly)
    rows = frame.to_numpy(dtype=np.float64).tolist()
    return {
        str(month): dict(zip(MONTHLY_COLUMNS, row, strict=True))
        for month, row in zip(frame.index, rows, strict=True)
    }


def _places(at: Moments, months: Moments) -> Integers:
    """(n,) place of each moment among the months, -1 where it lies in none of them."""
    since = (at.astype("datetime64[M]") - months[0]).astype(np.int64)
    return np.where((since >= 0) & (since < len(months)), since, -1)


def _count(places: Integers, months: Moments, weights: Floats | None = None) -> Floats:
    """(months,) how many of the places each month has, or the sum of their weights."""
    own = places >= 0
    each = None if weights is None else weights[own]
    found: Floats = np.bincount(places[own], each, minlength=len(months)).astype(np.float64)
    return found


def _since_first(values: Floats, at: Moments, months: Moments) -> Floats:
    """(months,) values from the month of the first moment on, NaN before it."""
    known = at[~np.isnat(at)]
    if not len(known):
        return np.full(len(months), np.nan)
    return np.where(months >= known.min().astype("datetime64[M]"), values, np.nan)


def _of(values: Floats, n: Floats) -> Floats:
    """(months,) each value by its n, NaN where that is 0."""
    found: Floats = np.divide(values, n, out=np.full(len(values), np.nan), where=n > 0)
    return found


def _register(scope: Scope, months: Moments) -> Mapping[str, Floats]:
    filed = scope.once(filed_on)
    filed = filed[filed <= scope.facts.now_at]
    customers = np.array([on_file(scope, month).sum() for month in months], dtype=np.float64)
    quiet = scope.once(went_quiet)
    return {
        "customers": np.where(customers > 0, customers, np.nan),
        "new": _since_first(_count(_places(filed, months), months), filed, months),
        "lost": _since_first(
            _count(_places(quiet.days, months), months), scope.run.lookups.any_touches().at, months
        ),
    }


def _sales(scope: Scope, months: Moments) -> Mapping[str, Floats]:
    counted = scope.once(trades)
    at, amount = moments(counted["traded_on"]), counted["amount"].to_numpy()
    places = _places(at, months)
    # Cents, so that a sum does not depend on the order of the rows.
    sales = _count(places, months, amount).round(2)
    number = _count(np.where(amount > 0, places, -1), months)
    return {
        "sales": _since_first(sales, at, months),
        "trades": _since_first(number, at, months),
        "ticket": _of(sales, number),
    }


def _surveys(scope: Scope, months: Moments) -> Mapping[str, Floats]:
    asked = scope.once(surveys)
    places = _places(moments(asked["surveyed_on"]), months)
    percent, recommends = asked["percent"].to_numpy(), asked["nps"].to_numpy()
    rated = np.where(np.isnan(percent), -1, places)
    n = _count(rated, months)
    answers = [nps(recommends[places == place]) for place in range(len(months))]
    points = [answer.points for answer in answers]
    first = moments(asked["surveyed_on"])
    return {
        "satisfaction": _of(_count(rated, months, np.nan_to_num(percent)), n),
        "satisfaction_n": _since_first(n, first, months),
        "nps": np.array([np.nan if point is None else point for point in points]),
        "nps_n": _since_first(np.array([answer.n for answer in answers], dtype=np.float64), first, months),
    }


def _complaints(scope: Scope, months: Moments, customers: Floats) -> Mapping[str, Floats]:
    facts = scope.facts
    received = moments(facts.frame("complaints")["received_at"])
    received = received[received <= facts.now_at]
    number = _since_first(_count(_places(received, months), months), received, months)
    if not len(facts.frame("complaints")):
        return dict.fromkeys(("complaints", "complaint_rate", "open_complaints"), number)
    open_ = [open_at(facts, "complaints", scope.end_of(month)).sum() for month in months]
    return {
        "complaints": number,
        "complaint_rate": _of(number * 100, np.nan_to_num(customers)),
        "open_complaints": _since_first(np.array(open_, dtype=np.float64), received, months),
    }


def _clocks(scope: Scope, months: Moments) -> Mapping[str, Floats]:
    clocks = scope.once(judged)
    start = moments(clocks["start"])
    places = _places(start, months)
    decided = clocks["outcome"].isin(DECIDED).to_numpy()
    met = (clocks["outcome"] == MET_IN_TIME).to_numpy(dtype=bool)
    n = _count(np.where(decided, places, -1), months)
    return {
        "attainment": _of(_count(np.where(met, places, -1), months), n),
        "judged": _since_first(n, start, months),
    }
