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
_AFTER_PURCHASE = ((7, 10, 7), (123, 175, 183), (308, 358, 365))
"""From which to which day after the contract a callback is made, and when it is too late."""
_REMEMBERED = 0.94
"""Share of the callbacks that were made in time; what was forgotten is made up for after some weeks."""
_MADE_UP = 40 * _DAY


def draw_callbacks(
    rng: Rng, customers: Customers, complaints: pd.DataFrame, promised: pd.DataFrame, now: np.datetime64
) -> pd.DataFrame:
    """Callback records, oldest first: after a purchase, about complaints, and by the four methods.

    Args:
        rng: where chance comes from.
        customers: who is called.
        complaints: those by mail are confirmed, the solved ones called about.
        promised: cases with their deadlines (see `promises`); the late ones are explained.
        now: datetime64[m]; nothing lies after it.
    """
    place = pd.Series(np.arange(len(customers)), index=pd.Index(customers.ids))
    parts = [*_after_purchase(rng, customers, now), _by_method(rng, customers, now)]
    parts += _about_complaints(rng, place, complaints, now)
    parts.append(_explained(rng, place, promised, now))
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


def _after_purchase(rng: Rng, customers: Customers, now: np.datetime64) -> list[Part]:
    signed = np.flatnonzero(~np.isnat(customers.signed))
    parts: list[Part] = []
    for first, last, latest in _AFTER_PURCHASE:
        days = weekday_after(customers.signed[signed] + rng.integers(first, last, len(signed)))
        made = _made(rng, (customers.signed[signed] + latest).astype("datetime64[m]"), now)
        made &= (days <= customers.last_day[signed]) | (customers.stages[signed] == "沉睡")
        parts.append((signed[made], office_time(rng, days[made]), "常规"))
    return parts


def _made(rng: Rng, due: Array, now: np.datetime64) -> Array:
    """(n,) whether a call was made: all of the older ones, most of the newer ones."""
    old = (now - due).astype(np.int64) > _MADE_UP
    made: Array = (old & ~np.isnat(due)) | (rng.random(len(due)) < _REMEMBERED)
    return made


def _by_method(rng: Rng, customers: Customers, now: np.datetime64) -> Part:
    """A call to one customer in three a year, for certain one to a customer that had advice."""
    size = max(4, len(customers) * 2 // 3)
    active = np.flatnonzero((customers.stages == "合作") | (customers.stages == "潜在"))
    active = active if len(active) else np.arange(len(customers))
    who = active[rng.integers(0, len(active), size)]
    room = (now.astype("datetime64[D]") - customers.first_day[who]).astype(np.int64)
    days = customers.first_day[who] + (rng.random(size) * np.minimum(room, HISTORY_DAYS)).astype(np.int64)
    return who, office_time(rng, weekday_after(days)), "常规"


def _about_complaints(rng: Rng, place: pd.Series, complaints: pd.DataFrame, now: np.datetime64) -> list[Part]:
    who = place[complaints["customer_id"]].to_numpy(dtype=np.int64)
    size = len(who)
    received, resolved = (
        complaints[key].to_numpy(dtype="datetime64[m]") for key in ("received_at", "resolved_at")
    )
    by_mail = (complaints["channel"] == "邮件").to_numpy()
    confirmed = received + rng.integers(20, 23 * _HOUR, size)
    asked = resolved + rng.integers(4 * _HOUR, 70 * _HOUR, size)
    thanked = asked + rng.integers(2 * _DAY, 9 * _DAY, size)
    found = (
        (confirmed, by_mail & _made(rng, received, now), "投诉确认"),
        (asked, _made(rng, resolved, now), "处理后回访"),
        (thanked, rng.random(size) < 0.08, "意见致谢"),
    )
    return [(who[flags], at[flags], kind) for at, flags, kind in found]


def promises(cases: pd.DataFrame, due: pd.Series) -> pd.DataFrame:
    """Cases by their customer_id with the deadline, which an extension moves, and the solution's moment."""
    return pd.DataFrame(
        {
            "customer_id": cases["customer_id"],
            "due": cases["extended_to"].fillna(due),
            "resolved_at": cases["resolved_at"],
        }
    )


def _explained(rng: Rng, place: pd.Series, promised: pd.DataFrame, now: np.datetime64) -> Part:
    """Within a day of a missed deadline the customer was told why."""
    missed = promised[promised["due"].notna() & ~(promised["resolved_at"] <= promised["due"])]
    due = missed["due"].to_numpy(dtype="datetime64[m]")
    made = _made(rng, due, now)
    told = due + rng.integers(1 * _HOUR, 22 * _HOUR, len(due))
    return place[missed["customer_id"]].to_numpy(dtype=np.int64)[made], told[made], "超期说明"


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
