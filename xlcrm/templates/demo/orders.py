"""Orders on their way: notices in time, delays, questions, anomalies, and the call when all is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlcrm.tables.sales import ORDERS
from xlcrm.templates.demo import sale_words
from xlcrm.templates.demo.cases import arrivals
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    dated_ids,
    frame_of,
    minutes_within,
    objects,
    office_time,
    pick,
    text_where,
    weekday_after,
)

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

_HOUR, _DAY = 60, 1440
_STAGES = ("待生产", "生产中", "已发货", "待签收")
_NODES = ("生产", "生产", "发货", "签收提醒")


def draw_orders(rng: Rng, customers: Customers, now: np.datetime64) -> pd.DataFrame:
    """Orders (six for ten customers), oldest first.

    Args:
        rng: where chance comes from.
        customers: who ordered.
        now: datetime64[m]; nothing but what is expected lies after it.
    """
    size = max(8, len(customers) * 6 // 10)
    who, confirmed = arrivals(rng, customers, now, size, max(4, size // 30), ~np.isnat(customers.signed))
    expected = office_time(rng, weekday_after(confirmed.astype("datetime64[D]") + rng.integers(5, 30, size)))
    late = rng.random(size) < 0.12
    completed = np.where(
        late, expected + rng.integers(6, 120, size) * _HOUR, expected - rng.integers(1, 60, size) * _HOUR
    )
    # A few that should be through are not, so that somebody has to chase them.
    stuck = ((now - expected).astype(np.int64) < 25 * _DAY) & (rng.random(size) < 0.15)
    completed = blank_after(blank_unless(~stuck, np.maximum(completed, confirmed + _DAY)), now)
    cancelled = rng.random(size) < 0.03
    completed = blank_unless(~cancelled, completed)
    done = ~np.isnat(completed)
    way = (now - confirmed).astype(np.int64) / (expected - confirmed).astype(np.int64)
    step = np.clip((way * 4).astype(np.int64), 0, 3)
    status = np.select([cancelled, done], ["已取消", "已完成"], objects(_STAGES)[step]).astype(object)
    synced = confirmed + minutes_within(rng, 2 * _HOUR, size)
    amount = np.round(np.clip(rng.lognormal(9.6, 0.9, size), 500, 900_000), -1)
    called = completed + minutes_within(rng, 24 * _HOUR, size, 0.08)
    called = blank_after(blank_unless(rng.random(size) < 0.97, called), now)
    rated = ~np.isnat(called)
    values: dict[str, Any] = {
        "order_id": dated_ids(confirmed, "DD", "", 4),
        "name": customers.names[who],
        "amount": amount,
        "product": pick(rng, sale_words.MODELS, size),
        "payment": np.where(done, "已付清", pick(rng, ("未付款", "部分付款", "已付清"), size, (2, 5, 3))),
        "order_status": status,
        "node": np.where(done, "安装", objects(_NODES)[step]),
        "expected_at": expected,
        "completed_at": completed,
        "owner": customers.owners[who],
        "confirmed_at": confirmed,
        "synced_at": blank_after(blank_unless(~cancelled, synced), now),
        "called_back_at": called,
        "satisfaction": np.where(rated, pick(rng, (5.0, 4.0, 3.0), size, (60, 37, 3)).astype(float), np.nan),
        "customer_id": customers.ids[who],
    }
    values |= _notices(rng, expected, late | stuck, cancelled, now)
    values |= _troubles(rng, confirmed, np.where(done, completed, now), now)
    return frame_of(ORDERS, values)


def _notices(
    rng: Rng, expected: Array, delayed: Array, cancelled: Array, now: np.datetime64
) -> dict[str, Array]:
    """A day before the node, and two days before a delay that is foreseen."""
    size = len(expected)
    lead = np.where(rng.random(size) < 0.94, rng.integers(25, 44, size), rng.integers(2, 22, size))
    notified = blank_after(blank_unless(~cancelled, expected - lead * _HOUR), now)
    foreseen = delayed & (rng.random(size) < 0.8) & ~cancelled
    ahead = np.where(rng.random(size) < 0.85, rng.integers(49, 70, size), rng.integers(4, 45, size))
    soon = (expected > now) & (rng.random(size) < 0.12) & ~cancelled
    known = foreseen | soon | ((rng.random(size) < 0.3) & ~delayed)
    return {
        "node_notified_at": notified,
        "delay_warned_at": blank_after(blank_unless(foreseen, expected - ahead * _HOUR), now),
        "delay_expected": text_where(known, np.where(foreseen | soon, "是", "否").astype(object)),
    }


def _troubles(rng: Rng, confirmed: Array, end: Array, now: np.datetime64) -> dict[str, Array]:
    """Questions of the customer and anomalies of the order, each answered quickly but for a few."""
    size = len(confirmed)
    room = np.maximum((end - confirmed).astype(np.int64), 2)
    moment = confirmed + (rng.random(size) * room).astype(np.int64)
    odd, asked = rng.random(size) < 0.1, rng.random(size) < 0.15
    # The newest orders have one of each that is only minutes old.
    odd[-2:], asked[-3:-1] = True, True
    moment[-3:] = np.maximum(confirmed[-3:], now - np.array([25, 12, 40])[-min(3, size) :])
    answered = moment + minutes_within(rng, 30, size)
    responded = moment + minutes_within(rng, _HOUR, size)
    proposed = np.maximum(moment + minutes_within(rng, 4 * _HOUR, size), responded)
    kind = rng.integers(0, len(sale_words.ANOMALIES), size)
    return {
        "anomaly": text_where(odd, objects([row[1] for row in sale_words.ANOMALIES])[kind]),
        "anomaly_type": text_where(odd, objects([row[0] for row in sale_words.ANOMALIES])[kind]),
        "anomaly_found_at": blank_unless(odd, moment),
        "anomaly_responded_at": blank_after(blank_unless(odd, responded), now),
        "anomaly_proposed_at": blank_after(blank_unless(odd, proposed), now),
        "question_raised_at": blank_unless(asked, moment),
        "question_answered_at": blank_after(blank_unless(asked, answered), now),
    }
