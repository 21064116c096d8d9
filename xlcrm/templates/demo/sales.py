"""What the customers bought, and what the office promised to improve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.tables.customers import TRANSACTIONS
from xlcrm.tables.followups import IMPROVEMENT_ACTIONS
from xlcrm.templates.demo import words
from xlcrm.templates.demo.draw import (
    Rng,
    blank_after,
    blank_unless,
    frame_of,
    objects,
    pick,
    sometimes,
    text_where,
    weekday,
)

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers


def draw_transactions(rng: Rng, customers: Customers) -> pd.DataFrame:
    """Purchases since the contract: few customers buy much, most little; now and then money goes back."""
    signed = np.flatnonzero(~np.isnat(customers.signed))
    weight = np.where(customers.grades[signed] == "A类", 3.0, 1.0)
    count = np.minimum(rng.geometric(0.28 / weight), 40)
    who = np.repeat(signed, count)
    size = len(who)
    room = np.maximum((customers.last_day[who] - customers.signed[who]).astype(np.int64), 1)
    days = weekday(customers.signed[who] + (rng.random(size) * room).astype(np.int64))
    days = np.maximum(days, customers.signed[who])
    scale = np.repeat(rng.lognormal(9.3, 0.9, len(signed)) * weight, count)
    amounts = np.round(np.clip(scale * rng.lognormal(0, 0.4, size), 200, 900_000), -1)
    refunds = rng.random(size) < 0.006
    products = pick(rng, words.PRODUCTS, size)
    frame = frame_of(
        TRANSACTIONS,
        {
            "customer_id": customers.ids[who],
            "traded_on": days,
            "product": np.where(refunds, products + objects(["（退款）"] * size), products),
            "amount": np.where(refunds, -amounts / 2, amounts),
        },
    )
    return frame.sort_values("traded_on", kind="stable", ignore_index=True)


def draw_improvements(rng: Rng, today: np.datetime64) -> pd.DataFrame:
    """One promise every six weeks or so: most kept, one or two late, the newest still open."""
    size = 2 * len(words.IMPROVEMENTS)
    chosen = np.arange(size) % len(words.IMPROVEMENTS)
    begun = np.sort(today - rng.integers(20, 700, size))
    due = weekday(begun + rng.integers(20, 60, size))
    kept = rng.random(size) < 0.85
    done = blank_unless(kept, blank_after(weekday(due - rng.integers(-6, 15, size)), today))
    origin, problem, measure, department = (
        objects([row[part] for row in words.IMPROVEMENTS])[chosen] for part in range(4)
    )
    month = objects([f" {text}" for text in np.datetime_as_string(begun, unit="M")])
    finished = ~np.isnat(done)
    return frame_of(
        IMPROVEMENT_ACTIONS,
        {
            "origin": origin + month,
            "problem": problem,
            "measure": measure,
            "department": department,
            "owner": pick(rng, words.STAFF, size),
            "due_on": due,
            "done_on": done,
            "effect": text_where(finished, sometimes(rng, objects(["措施实施后同类问题减少"] * size), 0.7)),
            "told_on": blank_unless(finished & (rng.random(size) < 0.5), done),
        },
    )
