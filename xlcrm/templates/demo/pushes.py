"""Offers by tag: which service fits which tag, who carries the tags, and what was pushed month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.tables.sales import SERVICE_PUSHES, TAG_SERVICES
from xlcrm.templates.demo import sale_words, words
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    frame_of,
    objects,
    office_time,
    pick,
    sometimes,
    text_where,
    weekday,
)

_MONTHS = 24
_LOW_RATE = 0.30
"""Share of answers below which a push is to be improved (P38)."""


def tag_services() -> pd.DataFrame:
    """The shipped rows, with why a customer gets the tag, and those that the office added."""
    shipped = [(*row, basis) for row, basis in zip(TAG_SERVICES.default_rows, sale_words.BASES, strict=True)]
    rows = [*shipped, *sale_words.TAG_SERVICES]
    tag, service, basis = (objects([row[part] for row in rows]) for part in range(3))
    return frame_of(TAG_SERVICES, {"tag": tag, "service": service, "basis": basis})


def tagged(rng: Rng, customers: pd.DataFrame) -> pd.DataFrame:
    """The register with one of the shipped tags added to a third of the customers' 需求标签."""
    tags = pick(rng, [row[0] for row in TAG_SERVICES.default_rows], len(customers))
    gets = rng.random(len(customers)) < 0.35
    old = customers["need_tags"]
    more = old.str.cat(pd.Series(tags, index=old.index, dtype="str"), sep="、").fillna(
        pd.Series(tags, index=old.index, dtype="str")
    )
    return customers.assign(need_tags=old.where(~gets, more.astype(old.dtype)))


def draw_pushes(
    rng: Rng, customers: pd.DataFrame, services: pd.DataFrame, now: np.datetime64
) -> pd.DataFrame:
    """One push a tag and month, oldest first; few brought little, and few did not fit their tag.

    Args:
        rng: where chance comes from.
        customers: the register, whose tags say how many receive a push.
        services: 客户标签体系表.
        now: datetime64[m]; nothing lies after it.
    """
    tags, fitting = (services[key].to_numpy(dtype=object) for key in ("tag", "service"))
    count = len(tags)
    carried = np.array([customers["need_tags"].str.contains(tag, regex=False).sum() for tag in tags])
    month = now.astype("datetime64[M]") - np.repeat(np.arange(_MONTHS - 1, -1, -1), count)
    tag = np.tile(np.arange(count), _MONTHS)
    days = weekday(month.astype("datetime64[D]") + 3 + tag * 3 + rng.integers(0, 3, len(tag)))
    days = np.maximum(days, month.astype("datetime64[D]"))
    at = office_time(rng, days)
    order = np.flatnonzero(at <= now)
    order = order[np.argsort(at[order], kind="stable")]
    at, tag, month = at[order], tag[order], month[order]
    size = len(at)
    pushed = np.maximum(carried[tag] * rng.uniform(0.85, 1.0, size), 5).astype(np.int64)
    rate = np.where(rng.random(size) < 0.12, rng.uniform(0.08, 0.27, size), rng.uniform(0.33, 0.55, size))
    answers = np.ceil(pushed * rate).astype(np.int64)
    sold = (answers * rng.uniform(0.1, 0.35, size)).astype(np.int64)
    fresh = (now - at).astype(np.int64) < 6 * 1440
    low = answers / pushed < _LOW_RATE
    # Two of last month's did not fit, which is what the rate of matches (P39) is there to show.
    unfit = (rng.random(size) < 0.03) | ((month == now.astype("datetime64[M]") - 1) & (tag < 2))
    return frame_of(
        SERVICE_PUSHES,
        {
            "tags": tags[tag],
            "service": np.where(unfit, sale_words.UNFIT, fitting[tag]),
            "channel": pick(rng, ("短信", "邮件", "APP推送", "公众号消息"), size, (3, 2, 2, 4)),
            "pushed_at": at,
            "pushed": pushed,
            "open_rate": _rate(np.minimum(rate + rng.uniform(0.1, 0.4, size), 0.95)),
            "click_rate": _rate(rate * rng.uniform(0.8, 1.1, size)),
            "inquiries": np.where(fresh, np.nan, answers - sold),
            "conversions": np.where(fresh, np.nan, sold),
            "owner": pick(rng, words.STAFF, size),
            "suggestion": text_where(low & ~fresh, sometimes(rng, pick(rng, sale_words.IDEAS, size), 0.85)),
        },
    )


def _rate(shares: Array) -> Array:
    """Whole percents."""
    rounded: Array = np.round(shares, 2)
    return rounded
