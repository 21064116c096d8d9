"""Acts of care of the service document: callbacks in a rhythm, greetings before festivals, reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.festivals import festival
from xlcrm.tables.care import CARE_RECORDS
from xlcrm.templates.demo import account_words
from xlcrm.templates.demo.customers import texts_of
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    frame_of,
    objects,
    office_time,
    pick,
    sometimes,
    weekday,
    weekday_after,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

_CALLBACK, _GREETING, _REMINDER = 0, 1, 2
_KINDS = ("回访", "关怀", "提醒")
_GREETED = ("春节", "中秋")
_DAYS_BETWEEN = {"A类": 30, "B类": 90, "C类": 90}


def draw_care(rng: Rng, customers: Customers, now: np.datetime64) -> pd.DataFrame:
    """Care records, oldest first.

    Args:
        rng: where chance comes from.
        customers: who is cared for.
        now: datetime64[m]; nothing lies after it.
    """
    parts = [
        (_CALLBACK, *_first_callbacks(rng, customers)),
        (_CALLBACK, *_rhythm(rng, customers)),
        (_GREETING, *_anniversaries(rng, customers, now)),
        *((_GREETING, *part) for part in greetings(rng, customers, now, _GREETED, 0.9)),
        (_REMINDER, *_reminders(rng, customers)),
    ]
    kind = np.repeat([number for number, _, _ in parts], [len(who) for _, who, _ in parts])
    who = np.concatenate([each for _, each, _ in parts]).astype(np.int64)
    at = office_time(rng, np.concatenate([days for _, _, days in parts]).astype("datetime64[D]"))
    kept = (at <= now) & (at >= customers.first_day[who])
    kept &= at.astype("datetime64[D]") <= customers.last_day[who]
    order = np.flatnonzero(kept)
    order = order[np.argsort(at[order], kind="stable")]
    kind, who, at = kind[order], who[order], at[order]
    size = len(who)
    talk = rng.integers(0, 4, size)
    said, action = (objects(account_words.CARE[part])[kind * 4 + talk] for part in ("said", "next"))
    acts = np.flatnonzero((kind != _GREETING) & (rng.random(size) < 0.3))
    due = weekday_after(at[acts].astype("datetime64[D]") + rng.integers(3, 12, len(acts)))
    promised = objects([None] * size)
    promised[acts] = [
        f"{person}{day}前{what}"
        for person, day, what in zip(customers.owners[who[acts]], texts_of(due), action[acts], strict=True)
    ]
    positions = customers.frame["position"].to_numpy(dtype=object)[who]
    ways = np.where(
        kind == _GREETING,
        pick(rng, ("短信", "电话", "邮件"), size, (5, 3, 1)),
        pick(rng, ("电话", "线上", "拜访", "邮件"), size, (6, 2, 1, 1)),
    )
    return frame_of(
        CARE_RECORDS,
        {
            "touched_at": at,
            "way": ways,
            "target": customers.contacts[who] + objects(["/"] * size) + positions,
            "care": objects(_KINDS)[kind],
            "feedback": sometimes(rng, said, 0.8),
            "next_action": promised,
            "owner": customers.owners[who],
            "customer_id": customers.ids[who],
            "name": customers.names[who],
        },
    )


def _first_callbacks(rng: Rng, customers: Customers) -> tuple[Array, Array]:
    """In the first week after the contract and again within the month, with few left out."""
    signed = np.flatnonzero(~np.isnat(customers.signed))
    first = signed[rng.random(len(signed)) < 0.95]
    second = signed[rng.random(len(signed)) < 0.95]
    days = (
        customers.signed[first] + rng.integers(2, 7, len(first)),
        customers.signed[second] + rng.integers(15, 28, len(second)),
    )
    return np.concatenate((first, second)), weekday(np.concatenate(days))


def _rhythm(rng: Rng, customers: Customers) -> tuple[Array, Array]:
    """Callbacks at the grade's interval, counted back from today or from the last sign of life."""
    signed = np.flatnonzero(~np.isnat(customers.signed))
    every = np.select(
        [customers.grades[signed] == grade for grade in _DAYS_BETWEEN], list(_DAYS_BETWEEN.values())
    )
    rhythm = every * rng.uniform(0.85, 1.02, len(signed))
    room = (customers.last_day[signed] - customers.signed[signed]).astype(np.int64)
    count = np.ceil(room / rhythm).astype(np.int64)
    who = np.repeat(np.arange(len(signed)), count)
    number = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    # The newest lies up to one and a bit of the rhythm ago: most are in time, some overdue.
    behind = rng.uniform(0, 1.12, len(signed))[who] + number * rng.uniform(0.95, 1.03, len(who))
    days = customers.last_day[signed[who]] - (rhythm[who] * behind).astype(np.int64)
    later = days > customers.signed[signed[who]] + 30
    return signed[who][later], weekday(days[later])


def greetings(
    rng: Rng, customers: Customers, now: np.datetime64, names: Iterable[str], share: float
) -> list[tuple[Array, Array]]:
    """Who was greeted before each festival of the last two years and the next one, and on which day."""
    today = now.astype("datetime64[D]")
    year = int(str(today)[:4])
    found = []
    for name in names:
        for each in (year - 2, year - 1, year, year + 1):
            day = np.datetime64(festival(name, each), "D")
            who = np.flatnonzero((rng.random(len(customers)) < share) & (customers.stages != "流失"))
            days = day - rng.integers(1, 6, len(who))
            if today - 730 < day < today + 7:
                found.append((who, days))
    return found


def _anniversaries(rng: Rng, customers: Customers, now: np.datetime64) -> tuple[Array, Array]:
    """Greetings in the week before the day on which a customer was founded, this year and the two before."""
    founded = customers.frame["founded_on"].to_numpy(dtype="datetime64[D]")
    month, first = founded.astype("datetime64[M]"), founded.astype("datetime64[M]").astype("datetime64[D]")
    day = np.minimum((founded - first).astype(np.int64), 27)
    parts = []
    for back in range(3):
        year = now.astype("datetime64[Y]") - back
        this = (year.astype("datetime64[M]") + month.astype(np.int64) % 12).astype("datetime64[D]") + day
        who = np.flatnonzero(rng.random(len(customers)) < 0.88)
        parts.append((who, this[who] - rng.integers(0, 6, len(who))))
    return np.concatenate([who for who, _ in parts]), np.concatenate([days for _, days in parts])


def _reminders(rng: Rng, customers: Customers) -> tuple[Array, Array]:
    """A reminder from fifteen days before a contract ends, with few forgotten."""
    ends = customers.frame["contract_ends_on"].to_numpy(dtype="datetime64[D]")
    who = np.flatnonzero(~np.isnat(ends) & (rng.random(len(customers)) < 0.94))
    return who, weekday_after(ends[who] - 15 + rng.integers(0, 9, len(who)))
