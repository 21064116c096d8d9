"""Enquiries before a sale: answered in minutes, drafted in a day, followed up, won or put in the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlcrm.tables.sales import PRESALES
from xlcrm.templates.demo import sale_words
from xlcrm.templates.demo.cases import arrivals
from xlcrm.templates.demo.draw import (
    Rng,
    blank_after,
    blank_unless,
    frame_of,
    minutes_within,
    objects,
    pick,
    sometimes,
    text_where,
)

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

_HOUR, _DAY = 60, 1440


def draw_presales(rng: Rng, customers: Customers, now: np.datetime64) -> pd.DataFrame:
    """Enquiries (half as many as customers), oldest first.

    Args:
        rng: where chance comes from.
        customers: who asks; a name that stands on file once leads back to its row.
        now: datetime64[m]; nothing lies after it.
    """
    size = max(8, len(customers) // 2)
    everybody = np.isin(customers.stages, ("潜在", "合作"))
    who, received = arrivals(rng, customers, now, size, max(5, size // 12), everybody)
    channel = pick(rng, ("在线客服", "电话", "邮件"), size, (4, 4, 2))
    limit = np.where(channel == "邮件", 2 * _HOUR, 5)
    complicated = rng.random(size) < 0.15
    responded = received + minutes_within(rng, limit, size, 0.07)
    offered = received + minutes_within(rng, np.where(complicated, 72, 48) * _HOUR, size, 0.07)
    drafted = received + minutes_within(rng, 24 * _HOUR, size)
    responded, drafted = np.minimum(responded, offered), np.minimum(drafted, offered)
    forgotten = (rng.random(size) < 0.06) & ((now - received).astype(np.int64) < 20 * _DAY)
    offered = blank_after(blank_unless(~forgotten, offered), now)
    intent = pick(rng, ("高意向", "有意向", "暂无意向"), size, (4, 5, 1.2))
    pool = intent == "暂无意向"
    followed = offered + minutes_within(rng, 72 * _HOUR, size, 0.05)
    # Who wants nothing now hears of us once a month; the newest word is what the sheet keeps.
    monthly = np.maximum(now - rng.integers(1 * _DAY, 33 * _DAY, size), followed)
    followed = np.where(pool & (offered < now - 30 * _DAY), monthly, followed)
    recent = (now - received).astype(np.int64) < 25 * _DAY
    followed = blank_unless(~recent | (rng.random(size) < 0.85), followed)
    need = rng.integers(0, len(sale_words.NEEDS), size)
    urgent, valued = rng.random(size) < 0.3, rng.random(size) < 0.3
    classes = objects(["非紧急普通", "非紧急高价值", "紧急普通", "紧急高价值"])[urgent * 2 + valued]
    budget = np.where(valued, rng.integers(10, 80, size) * 10_000.0, rng.integers(2, 20, size) * 5_000.0)
    talked = blank_after(responded, now)
    return frame_of(
        PRESALES,
        {
            "name": customers.names[who],
            "phone": customers.phones[who],
            "channel": channel,
            "product": objects([row[0] for row in sale_words.NEEDS])[need],
            "content": objects([row[1] for row in sale_words.NEEDS])[need],
            "priority": np.select([urgent & valued, urgent | valued], ["高", "中"], "低").astype(object),
            "owner": customers.owners[who],
            "proposed_at": offered,
            "intent": text_where(~np.isnat(offered), intent),
            "followup_plan": sometimes(rng, pick(rng, sale_words.PLANS, size), 0.6),
            "received_at": received,
            "responded_at": talked,
            "drafted_at": blank_after(drafted, now),
            "need_class": text_where(~np.isnat(talked), classes),
            "is_complex": text_where(complicated | (rng.random(size) < 0.7), _yes_no(complicated)),
            "followed_up_at": blank_after(followed, now),
            "budget": np.where(rng.random(size) < 0.8, budget, np.nan),
        },
    )


def _yes_no(
    flags: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.where(flags, "是", "否").astype(object)
