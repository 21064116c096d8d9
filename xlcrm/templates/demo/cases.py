"""When cases come in and at whose door: what issues, recoveries, enquiries and orders have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlcrm.templates.demo.customers import HISTORY_DAYS
from xlcrm.templates.demo.draw import Array, Rng, blank_after, blank_unless

if TYPE_CHECKING:
    from xlcrm.templates.demo.customers import Customers

_DAY = 1440
_FRESH_MINUTES = (3, 2600)
"""Between these the newest cases came in, most of them lately."""


@dataclass(frozen=True)
class Case:
    """Cases and how they went on, (n,) each; times are datetime64[m], NaT for not yet or never.

    `span` is the minutes of work from the receipt to the solution, without the wait for the customer.
    """

    received: Array
    span: Array
    responded: Array
    waits_from: Array
    waits_to: Array
    fixed_first: Array
    reopened: Array
    resolved: Array
    called_back: Array

    @property
    def open(self) -> Array:
        """(n,) whether there is no solution yet."""
        return np.isnat(self.resolved)


def arrivals(
    rng: Rng, customers: Customers, now: np.datetime64, size: int, fresh: int, among: Array
) -> tuple[Array, Array]:
    """Whose case and when it came, oldest first; only while the customer was active.

    Args:
        rng: where chance comes from.
        customers: the register.
        now: datetime64[m]; the newest cases came minutes before it.
        size: how many in all.
        fresh: how many of them came in the last two days.
        among: (customers,) who may have one; everybody where nobody may.
    """
    today = now.astype("datetime64[D]")
    start = np.maximum(
        np.where(np.isnat(customers.signed), customers.first_day, customers.signed), today - HISTORY_DAYS
    )
    span = (np.minimum(customers.last_day, today - 2) - start).astype(np.int64)
    chosen = _places(among & (span > 0))
    who = chosen[rng.integers(0, len(chosen), size - fresh)]
    days = start[who] + (rng.random(size - fresh) * np.maximum(span[who], 1)).astype(np.int64)
    earlier = days.astype("datetime64[m]") + rng.integers(8 * 60, 19 * 60, size - fresh)
    active = _places(among & (customers.last_day >= today) & (start <= today - 2))
    who = np.concatenate((who, active[rng.integers(0, len(active), fresh)]))
    lowest, highest = np.log(_FRESH_MINUTES)
    # Evenly over the scale of minutes, hours and days, so that short clocks are caught running, too.
    ago = np.exp(lowest + (np.arange(fresh) + rng.random(fresh)) / max(fresh, 1) * (highest - lowest))
    received = np.concatenate((np.minimum(earlier, now - 2 * _DAY), now - ago.astype(np.int64)))
    order = np.argsort(received, kind="stable")
    return who[order], received[order]


def _places(flags: Array) -> Array:
    return np.flatnonzero(flags) if flags.any() else np.arange(len(flags))


def course_of(
    rng: Rng, received: Array, span: Array, answer: Array, callback: Array, now: np.datetime64
) -> Case:
    """How cases go on: most are solved and called back, a few newer ones stay open or wait.

    Args:
        rng: where chance comes from.
        received: (n,) datetime64[m].
        span: (n,) minutes of work up to the solution.
        answer: (n,) minutes up to the first response.
        callback: (n,) minutes from the solution to the callback.
        now: datetime64[m]; nothing lies after it.
    """
    size = len(received)
    waits = rng.random(size) < 0.08
    pause = np.where(waits, rng.integers(4 * 60, 60 * 60, size), 0)
    recent = (now - received).astype(np.int64) < 40 * _DAY
    turn = np.cumsum(recent) % 9
    open_still, stuck = recent & (turn == 1), recent & (turn == 5)
    waits_from = received + span // 2
    waiting = (waits | stuck) & (waits_from <= now)
    resolved = blank_after(blank_unless(~(open_still | stuck), received + span + pause), now)
    returned = blank_after(blank_unless(waiting & ~stuck, waits_from + np.maximum(pause, 1)), now)
    third = (resolved - returned) // 3
    again = (np.cumsum(waits) % 5 == 1) & waits & ~np.isnat(third)
    called = blank_unless(rng.random(size) < 0.985, resolved + callback)
    return Case(
        received=received,
        span=span,
        responded=blank_after(received + np.minimum(answer, np.maximum(span // 3, 1)), now),
        waits_from=blank_unless(waiting, waits_from),
        waits_to=returned,
        fixed_first=blank_unless(again, returned + third),
        reopened=blank_unless(again, returned + 2 * third),
        resolved=resolved,
        called_back=blank_after(called, now),
    )
