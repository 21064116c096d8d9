"""Sales: the trades that count, and how many were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.sources.judged import month_texts
from xlcrm.compute.facts import moments
from xlcrm.compute.rfm import plausible

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Moments

TRADES: Final = "transactions"


def trades(scope: Scope) -> pd.DataFrame:
    """The trades up to now whose amount counts (not those that V06 flags), in the order of the sheet.

    Columns: place (position in the table's frame), code (account, -1 for a customer who is not on the
    register), traded_on (datetime64[s]), month (2026-10), amount (a refund's is negative, so that sums are
    net), refund (bool). A purchase is a trade above 0: that many are 交易数, by which a ticket is divided.
    """
    frame, counted = scope.facts.frame(TRADES), scope.once(_counted)
    places = np.flatnonzero(counted)
    at = moments(frame["traded_on"])[places]
    amount = frame["amount"].to_numpy(dtype="float64")[places]
    return pd.DataFrame(
        {
            "place": places,
            "code": scope.facts.codes(TRADES)[places],
            "traded_on": at,
            "month": pd.array(month_texts(at), dtype="str"),
            "amount": amount,
            "refund": amount < 0,
        }
    )


def left_out(scope: Scope, *months: np.datetime64) -> int:
    """How many trades no sum holds: their amount is blank, no number, or doubtful (V06).

    Args:
        scope: the run.
        months: in which they took place; any time up to now if not said.
    """
    days = scope.once(_doubtful)
    if not months:
        return int((days <= scope.facts.now_at).sum())
    return sum(int(scope.within(days, month).sum()) for month in months)


def left_out_text(scope: Scope, *months: np.datetime64) -> str:
    """；2笔金额存疑未计入, to stand behind a figure; blank where none was left out."""
    count = left_out(scope, *months)
    return f"；{count}笔金额存疑未计入" if count else ""


def _doubtful(scope: Scope) -> Moments:
    """(n,) the days of the trades whose amount does not count."""
    at = moments(scope.facts.frame(TRADES)["traded_on"])
    return at[~scope.once(_counted)]


def _counted(scope: Scope) -> Flags:
    """(n,) whether a trade has taken place and its amount counts."""
    at = moments(scope.facts.frame(TRADES)["traded_on"])
    flags: Flags = (at <= scope.facts.now_at) & np.asarray(plausible(scope.facts), dtype=bool)
    return flags
