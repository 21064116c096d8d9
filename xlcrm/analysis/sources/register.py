"""Who is on the register, who is new there, and who went quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from xlcrm.compute.facts import moments
from xlcrm.periods import Unit, add
from xlcrm.rules.base import SPAN_UNITS, Effect

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Moments

QUIET_MONTHS: Final = 6
"""Without an interaction for so long a customer is lost, where no rule of 沉睡 says otherwise."""


class Quiet(NamedTuple):
    """Each time that a customer went 沉睡 up to now: (n,) account, (n,) the day, (n,) the last contact."""

    codes: Integers
    days: Moments
    last: Moments


def filed_on(scope: Scope) -> Moments:
    """(accounts,) 建档日期 of each customer, NaT where blank."""
    return moments(scope.facts.of_accounts("filed_on"))


def on_file(scope: Scope, month: np.datetime64) -> Flags:
    """(accounts,) who was on the register at the end of a month; a blank 建档日期 counts as on file."""
    filed = scope.once(filed_on)
    flags: Flags = np.isnat(filed) | (filed <= scope.end_of(month))
    return flags


def went_quiet(scope: Scope) -> Quiet:
    """Who went 沉睡 and when: so long after an interaction that no other one followed by that day.

    How long is what the workbook's rule for 沉睡 says, else 6 months. Who came back later went quiet all the
    same, and may do so again.
    """
    touches = scope.run.lookups.any_touches()
    last, codes = touches.at.astype("datetime64[D]"), touches.codes
    amount, unit = _patience(scope)
    gone = add(last, amount, unit).astype("datetime64[D]")
    followed = np.zeros(len(last), dtype=bool)
    followed[:-1] = (codes[1:] == codes[:-1]) & (last[1:] <= gone[:-1])
    rows = ~followed & (gone <= scope.facts.today)
    return Quiet(codes[rows], gone[rows], last[rows])


def _patience(scope: Scope) -> tuple[int, Unit]:
    for rule in scope.facts.active:
        if rule.effect is Effect.SUGGEST_DORMANT:
            return round(rule.limit), Unit(SPAN_UNITS[rule.unit])
    return QUIET_MONTHS, Unit.MO
