"""How many cases were open at a moment, as far as the rows and 状态变更表 tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.clocks.events import ENDS, SOLVED, history, known_times
from xlcrm.compute.facts import NAT, moments
from xlcrm.compute.lists.open_cases import SETTLED

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts, Flags, Moments


def open_at(facts: Facts, table: str, at: np.datetime64) -> Flags:
    """(n,) whether each case had come in by a moment up to now and was neither solved nor closed then.

    A case that was closed without saying when (a recovery case never says) ended at the newest time that its
    row holds. One that was opened again was not open in between. At now it is what `open_cases` finds.
    """
    received = moments(facts.frame(table)["received_at"])
    ended = _ended_at(facts, table)
    flags: Flags = ~(received > at) & ~(ended <= at)
    past = history(facts, table)
    if past is not None and table != "recovery_cases":
        flags &= ~((past.typed_end <= at) & (at < past.reopened_at))
    return flags


def _ended_at(facts: Facts, table: str) -> Moments:
    """(n,) when each case ended, NaT for one that is open; of one that tells no time at all, long ago."""
    frame = facts.frame(table)
    if table == "recovery_cases":
        resolved, closed = np.full(len(frame), NAT), frame["relation"].isin(SETTLED)
    else:
        resolved, closed = moments(facts.values(table, ENDS[table])), frame["status"].isin(SOLVED)
    untold = closed.to_numpy(dtype=bool) & ~(resolved <= facts.now_at)
    if not untold.any():
        return resolved
    newest, _ = known_times(facts, table)
    long_ago = np.datetime64(0, "s")
    return np.where(untold, np.where(np.isnat(newest), long_ago, newest), resolved)
