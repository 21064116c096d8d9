"""The relationship document's telephone callbacks and the day book of the customer service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.festivals import STATUTORY_FESTIVALS
from xlcrm.tables.care import CALLBACK_METHOD, CALLBACK_RECORDS, SERVICE_LOG
from xlcrm.templates.demo import account_words
from xlcrm.templates.demo.care import greetings
from xlcrm.templates.demo.customers import HISTORY_DAYS
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    frame_of,
    objects,
    office_time,
    pick,
    weekday_after,
)

if TYPE_CHECKING:
    from xlcrm.templates.demo.customers import Customers

_HOUR, _DAY = 60, 1440
_AFTER_PURCHASE = ((7, 10, 0.97), (123, 175, 0.96), (308, 358, 0.95))
"""From which to which day after the contract a callback is made, and by what share of the customers."""


def draw_callbacks(
    rng: Rng, customers: Customers, complaints: pd.DataFrame, now: np.datetime64
) -> pd.DataFrame:
    """Callback records, oldest first: after a purchase, about complaints, and by the four methods.

    Args:
        rng: where chance comes from.
        customers: who is called.
        complaints: those by mail are confirmed, the solved ones called about, the late ones explained.
        now: datetime64[m]; nothing lies after it.
    """
    parts = [*_after_purchase(rng, customers), _by_method(rng, customers, now)]
    parts += _about_complaints(rng, customers, complaints)
    who = np.concatenate([part[0] for part in parts]).astype(np.int64)
    at = np.concatenate([part[1].astype("datetime64[m]") for part in parts])
    kind = np.repeat(objects([part[2] for part in parts]), [len(part[0]) for part in parts])
    order = np.flatnonzero((at <= now) & ~np.isnat(at))
    order = order[np.argsort(at[order], kind="stable")]
    who, at, kind = who[order], at[order], kind[order]
    size = len(who)
    return frame_of(
        CALLBACK_RECORDS,
        {
            "touched_at": at,
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "method": np.where(
                kind == "常规", pick(rng, CALLBACK_METHOD.values, size, (4, 3, 2, 2)), "服务选择法"
            ),
            "callback_type": kind,
            "topic": _said(rng, kind, account_words.TOPICS),
            "callback_note": _said(rng, kind, account_words.NOTES),
            "needs_service": pick(rng, ("否", "是"), size, (9, 1)),
            "by": customers.owners[who],
        },
    )


def _said(rng: Rng, kind: Array, texts: dict[str, tuple[str, ...]]) -> Array:
    said = np.empty(len(kind), dtype=object)
    for name, choice in texts.items():
        own = np.flatnonzero(kind == name)
        said[own] = pick(rng, choice, len(own))
    return said


Part = tuple[Array, Array, str]
"""Who, when, and the kind of callback."""


def _after_purchase(rng: Rng, customers: Customers) -> list[Part]:
    signed = np.flatnonzero(~np.isnat(customers.signed))
    parts: list[Part] = []
    for first, last, share in _AFTER_PURCHASE:
        who = signed[rng.random(len(signed)) < share]
        days = weekday_after(customers.signed[who] + rng.integers(first, last, len(who)))
        still = days <= customers.last_day[who]
        parts.append((who[still], office_time(rng, days[still]), "常规"))
    return parts


def _by_method(rng: Rng, customers: Customers, now: np.datetime64) -> Part:
    """A call to one customer in three a year, for certain one to a customer that had advice."""
    size = max(4, len(customers) * 2 // 3)
    active = np.flatnonzero((customers.stages == "合作") | (customers.stages == "潜在"))
    active = active if len(active) else np.arange(len(customers))
    who = active[rng.integers(0, len(active), size)]
    room = (now.astype("datetime64[D]") - customers.first_day[who]).astype(np.int64)
    days = customers.first_day[who] + (rng.random(size) * np.minimum(room, HISTORY_DAYS)).astype(np.int64)
    return who, office_time(rng, weekday_after(days)), "常规"


def _about_complaints(rng: Rng, customers: Customers, complaints: pd.DataFrame) -> list[Part]:
    place = pd.Series(np.arange(len(customers)), index=pd.Index(customers.ids))
    who = place[complaints["customer_id"]].to_numpy(dtype=np.int64)
    size = len(who)
    times = {
        key: complaints[key].to_numpy(dtype="datetime64[m]")
        for key in ("received_at", "resolved_at", "extended_to", "wished_by")
    }
    by_mail = (complaints["channel"] == "邮件").to_numpy()
    confirmed = times["received_at"] + rng.integers(20, 23 * _HOUR, size)
    asked = times["resolved_at"] + rng.integers(4 * _HOUR, 70 * _HOUR, size)
    due = np.where(np.isnat(times["extended_to"]), times["wished_by"], times["extended_to"])
    missed = ~np.isnat(due) & ~(times["resolved_at"] <= due)
    told = due + rng.integers(1 * _HOUR, 22 * _HOUR, size)
    thanked = asked + rng.integers(2 * _DAY, 9 * _DAY, size)
    found = (
        (confirmed, by_mail & (rng.random(size) < 0.9), "投诉确认"),
        (asked, rng.random(size) < 0.93, "处理后回访"),
        (told, missed & (rng.random(size) < 0.8), "超期说明"),
        (thanked, rng.random(size) < 0.08, "意见致谢"),
    )
    return [(who[flags], at[flags], kind) for at, flags, kind in found]


def draw_service_log(
    rng: Rng, customers: Customers, complaints: pd.DataFrame, now: np.datetime64
) -> pd.DataFrame:
    """The day book, oldest first: visits, advice, complaints taken in, and wishes before public holidays."""
    size = max(6, len(customers) * 2)
    signed = np.flatnonzero(~np.isnat(customers.signed))
    signed = signed if len(signed) else np.arange(len(customers))
    who = signed[rng.integers(0, len(signed), size)]
    room = np.maximum((customers.last_day[who] - customers.first_day[who]).astype(np.int64), 1)
    days = customers.last_day[who] - (rng.random(size) * room).astype(np.int64)
    parts = [(who, office_time(rng, weekday_after(days)), *_work(rng, size))]
    parts.append(_taken_in(rng, customers, complaints))
    greeted = greetings(rng, customers, now, STATUTORY_FESTIVALS, 0.85)
    parts += [_wishes(rng, customers, part, now) for part in greeted]
    who, at, work, content, outcome = (
        np.concatenate([np.asarray(part[place]) for part in parts]) for place in range(5)
    )
    inside = (at <= now) & (at.astype("datetime64[D]") <= customers.last_day[who])
    inside &= at >= customers.first_day[who]
    order = np.flatnonzero(inside)
    order = order[np.argsort(at[order], kind="stable")]
    who = who[order]
    return frame_of(
        SERVICE_LOG,
        {
            "touched_at": at[order],
            "customer_id": customers.ids[who],
            "name": customers.names[who],
            "work": work[order],
            "content": content[order],
            "outcome": outcome[order],
            "by": customers.owners[who],
        },
    )


def _work(rng: Rng, size: int) -> tuple[Array, Array, Array]:
    chosen = rng.integers(0, len(account_words.LOG), size)
    work, content, outcome = (objects([row[part] for row in account_words.LOG])[chosen] for part in range(3))
    return work, content, outcome


def _taken_in(rng: Rng, customers: Customers, complaints: pd.DataFrame) -> tuple[Any, ...]:
    """Most complaints stand in the day book, too."""
    taken = complaints[rng.random(len(complaints)) < 0.7]
    place = pd.Series(np.arange(len(customers)), index=pd.Index(customers.ids))
    size = len(taken)
    return (
        place[taken["customer_id"]].to_numpy(dtype=np.int64),
        taken["received_at"].to_numpy(dtype="datetime64[m]"),
        objects(["客户投诉"] * size),
        taken["content"].to_numpy(dtype=object),
        objects(["已登记并转责任人"] * size),
    )


def _wishes(rng: Rng, customers: Customers, part: tuple[Array, Array], now: np.datetime64) -> tuple[Any, ...]:
    """Wishes before a public holiday; of older ones only those to the best customers are on file."""
    who, days = part
    old = len(days) and days.max() < now.astype("datetime64[D]") - 200
    kept = (customers.grades[who] == "A类") if old else np.ones(len(who), dtype=bool)
    who, days = who[kept], days[kept]
    size = len(who)
    return (
        who,
        office_time(rng, days),
        objects(["其他"] * size),
        objects(["发送节日祝福"] * size),
        pick(rng, ("已送达", "客户回复感谢"), size, (3, 1)),
    )
