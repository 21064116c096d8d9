"""What 客户来源登记表 says: when, from where, how many customers, how many effective ones, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.analysis.channels.costs import costs
from xlcrm.analysis.lines import UNNAMED, Lines, ratio
from xlcrm.compute.facts import moments

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.analysis.lines import Floats
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Moments, Objects

SOURCES: Final = "lead_sources"


@dataclass(frozen=True)
class Leads:
    """客户来源登记表 as far as it counts; arrays are aligned with its frame.

    Attributes:
        month: (n,) datetime64[M] of 获取日期; NaT where that is blank or lies after now.
        acquired: (n,) 获取日期.
        channel: (n,) 来源渠道, `UNNAMED` where blank.
        place: (n,) 来源渠道 and 具体来源.
        leads, effective: (n,) counts, NaN where blank or negative (V06).
        cost: (n,) yuan, NaN where the note gives none.
        unread: (n,) the note speaks of a cost that could not be read.
    """

    month: Moments
    acquired: Moments
    channel: Objects
    place: Objects
    leads: Floats
    effective: Floats
    cost: Floats
    unread: Flags

    def only(self, rows: Flags) -> Leads:
        """The same with the figures of some rows alone."""
        blanked = {
            name: np.where(rows, getattr(self, name), np.nan) for name in ("leads", "effective", "cost")
        }
        return replace(self, **blanked)

    def both(self) -> Flags:
        """(n,) whether a row gives both counts, so that it says something of conversion."""
        return ~np.isnan(self.leads) & ~np.isnan(self.effective)

    def conversion(self, lines: Lines) -> Floats:
        """(lines,) effective of all customers, over the rows that give both counts."""
        both = self.both()
        known = np.where(both, self.effective, np.nan), np.where(both, self.leads, np.nan)
        return ratio(lines.total(known[0]), lines.total(known[1]))

    def cost_of_one(self, lines: Lines) -> Floats:
        """(lines,) yuan an effective customer, over the rows that give both."""
        both = ~np.isnan(self.cost) & ~np.isnan(self.effective)
        spent, won = np.where(both, self.cost, np.nan), np.where(both, self.effective, np.nan)
        return ratio(lines.total(spent), lines.total(won)).round(2)


def leads(scope: Scope) -> Leads:
    """Read the table once."""
    frame = scope.facts.frame(SOURCES)
    at = moments(frame["acquired_on"])
    past = at <= scope.facts.now_at
    channel = frame["channel"].astype(object).fillna(UNNAMED)
    source = frame["source"].astype(object).fillna(UNNAMED)
    count = _counts(frame["leads"])
    cost, unread = costs(frame["remark"], count)
    return Leads(
        np.where(past, at.astype("datetime64[M]"), np.datetime64("NaT", "M")),
        at,
        channel.to_numpy(dtype=object),
        (channel + " · " + source).to_numpy(dtype=object),
        count,
        _counts(frame["effective"]),
        cost,
        unread,
    )


def _counts(cells: pd.Series) -> Floats:
    return cells.where(cells >= 0).to_numpy(dtype=np.float64)
