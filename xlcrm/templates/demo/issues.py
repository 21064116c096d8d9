"""Service and after-sales issues: most settled in time, some late, some open, waiting or handled twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlcrm.tables.issues import SERVICE_ISSUES
from xlcrm.templates.demo import case_words
from xlcrm.templates.demo.cases import Case, arrivals, course_of
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    dated_ids,
    frame_of,
    minutes_within,
    objects,
    pick,
    sometimes,
    text_where,
)
from xlcrm.templates.demo.status_log import status_log, status_now

if TYPE_CHECKING:
    import pandas as pd

    from xlcrm.templates.demo.customers import Customers

_HOUR, _DAY = 60, 1440
_URGENT, _COMPLEX = 0.2, 0.18
_UNCONTENT_DAYS = 4
"""So far back a customer may still be unhappy with a solved issue; older ones were handled again."""


def draw_issues(
    rng: Rng, customers: Customers, now: np.datetime64, kinds: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Issues (half as many as customers) and the status changes of those that stood still.

    Args:
        rng: where chance comes from.
        customers: whose issues.
        now: datetime64[m]; nothing lies after it.
        kinds: the types of issue that the office's list offers.
    """
    size = max(8, len(customers) // 2)
    who, received = arrivals(rng, customers, now, size, max(4, size // 12), ~np.isnat(customers.signed))
    told = [row for row in case_words.ISSUES if row[0] in kinds]
    subject = rng.integers(0, len(told), size)
    kind, content, solution, outcome = (objects([row[part] for row in told])[subject] for part in range(4))
    urgent, complicated = rng.random(size) < _URGENT, rng.random(size) < _COMPLEX
    # Two newer ones that are open for certain: what the weekly meeting and the engineers look at.
    complicated[-2:], urgent[-1:] = True, True
    case = _handling(rng, received, kind, urgent, complicated, now)
    times = _times(rng, case, urgent, complicated, now)
    ids, owners = dated_ids(received, "SH", "", 4), customers.owners[who]
    solved = ~case.open
    resolved, rating = _satisfaction(rng, case, now)
    extended = blank_unless((rng.random(size) < 0.03) & (case.span > 20 * _HOUR), received + 4 * _DAY)
    values: dict[str, Any] = {
        "issue_id": ids,
        "name": customers.names[who],
        "received_at": received,
        "content": content,
        "issue_type": kind,
        "owner": owners,
        "steps": _steps(case, solution),
        "outcome": text_where(solved, outcome),
        "satisfaction": rating,
        "phone": customers.phones[who],
        "urgency": np.where(urgent, "紧急", "普通"),
        "solution": text_where(~np.isnat(case.responded), solution),
        "resolved_at": resolved,
        "signature": text_where(solved, sometimes(rng, customers.contacts[who], 0.8)),
        "complexity": text_where(complicated | (rng.random(size) < 0.8), _word(complicated, "复杂", "普通")),
        "called_back_at": case.called_back,
        "responded_at": case.responded,
        "cause": text_where(solved, pick(rng, case_words.CAUSES, size, (4, 4, 2))),
        "channel": pick(rng, ("客服", "在线客服", "邮件", "客户经理", "工单系统"), size, (4, 3, 1, 1, 2)),
        "customer_id": customers.ids[who],
        "status": status_now(case, now),
        "extended_to": extended,
        "extension_reason": text_where(~np.isnat(extended), "备件在途，已电话告知客户"),
        "wished_by": blank_unless(rng.random(size) < 0.05, received + rng.integers(8, 40, size) * _HOUR),
    } | times
    return frame_of(SERVICE_ISSUES, values), status_log(ids, owners, case)


def _word(flags: Array, yes: str, no: str) -> Array:
    return np.where(flags, yes, no).astype(object)


def _handling(
    rng: Rng, received: Array, kind: Array, urgent: Array, complicated: Array, now: np.datetime64
) -> Case:
    size = len(received)
    limit = np.where(complicated, 96 * _HOUR, 24 * _HOUR)
    promised = np.where(urgent, 30, np.where(kind == "投诉", _HOUR, 2 * _HOUR))
    return course_of(
        rng,
        received,
        minutes_within(rng, limit, size, 0.08),
        minutes_within(rng, promised, size),
        minutes_within(rng, 48 * _HOUR, size),
        now,
    )


def _times(rng: Rng, case: Case, urgent: Array, complicated: Array, now: np.datetime64) -> dict[str, Array]:
    """Who went where: dispatch, engineer, visit, proposal and the newest word to the customer."""
    size = len(case.received)
    end = np.where(case.open, now, case.resolved)
    visits = (rng.random(size) < 0.15) | (complicated & (rng.random(size) < 0.3))
    visits[-1:] = True
    sent = np.minimum(case.received + minutes_within(rng, 10, size), end)
    called = np.minimum(sent + minutes_within(rng, np.where(urgent, 30, 2 * _HOUR), size), end)
    came = np.minimum(case.received + minutes_within(rng, 24 * _HOUR, size), end)
    offer = np.minimum(case.received + minutes_within(rng, 72 * _HOUR, size), end)
    offer = np.where(complicated, offer, case.received + case.span // 2)
    offer = blank_unless(complicated | (rng.random(size) < 0.3), offer)
    told = np.where(
        case.open, now - rng.integers(1 * _HOUR, 27 * _HOUR, size), end - rng.integers(5, 900, size)
    )
    told = np.maximum(told, case.responded)
    dispatched = urgent | complicated
    waits = case.open & np.isnat(case.responded)
    return {
        "on_site": text_where(visits | (rng.random(size) < 0.6), _word(visits, "是", "否")),
        "dispatched_at": blank_unless(dispatched & ~waits, blank_after(sent, now)),
        "engineer_contacted_at": blank_unless(dispatched & ~waits, _happened(called, end, case, now)),
        "proposed_at": blank_unless(~waits, _happened(offer, end, case, now)),
        "visited_at": blank_unless(visits & ~waits, _happened(came, end, case, now)),
        "updated_at": blank_after(told, now),
    }


def _happened(times: Array, end: Array, case: Case, now: np.datetime64) -> Array:
    """What was cut off at the end has not happened while a case is open."""
    return blank_after(np.where(case.open & (times >= end), np.datetime64("NaT"), times), now)


def _satisfaction(rng: Rng, case: Case, now: np.datetime64) -> tuple[Array, Array]:
    """When it was settled for good, and what the customer thought of it then.

    An unhappy customer's issue is settled again after the callback: until then the low score stands.
    """
    size = len(case.received)
    rating = pick(rng, (5.0, 4.0), size, (6, 4)).astype(float)
    lately = (now - case.called_back).astype(np.int64) < _UNCONTENT_DAYS * _DAY
    lately &= ~np.isnat(case.called_back)
    unhappy = lately & (np.cumsum(lately) % 3 == 1)
    settled = unhappy & (np.cumsum(unhappy) % 3 == 2)
    again = blank_after(case.called_back + rng.integers(2 * _HOUR, 20 * _HOUR, size), now)
    never = ~lately & ~np.isnat(case.called_back) & (rng.random(size) < 0.015)
    rating = np.where(unhappy | never, pick(rng, (3.0, 2.0), size).astype(float), rating)
    resolved = np.where(settled & ~np.isnat(again), again, case.resolved)
    return resolved, np.where(case.open, np.nan, rating)


def _steps(case: Case, solution: Array) -> Array:
    """处理步骤 with its moments: 03-16 09:12 受理；03-16 09:40 响应."""
    parts = [
        [f"{text[5:10]} {text[11:16]} {word}" for text in np.datetime_as_string(times, unit="m").tolist()]
        for times, word in ((case.received, "受理"), (case.responded, "响应"), (case.resolved, "处理完毕"))
    ]
    come, answered, done = (objects(texts) for texts in parts)
    steps = np.where(np.isnat(case.responded), come, come + objects(["；"] * len(come)) + answered)
    finished = steps + objects(["；"] * len(come)) + solution + objects(["；"] * len(come)) + done
    return np.where(case.open, steps, finished)
