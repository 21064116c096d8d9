"""Complaints with realistic handling: most in time, some late, some open, some waiting for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.tables.cases import COMPLAINT_STEPS, COMPLAINTS
from xlcrm.templates.demo import words
from xlcrm.templates.demo.aftercare import Times, aftercare, contacts, hastened, prolonged
from xlcrm.templates.demo.customers import HISTORY_DAYS
from xlcrm.templates.demo.draw import (
    Array,
    Rng,
    blank_after,
    blank_unless,
    dated_ids,
    frame_of,
    objects,
    pick,
    text_where,
)
from xlcrm.templates.demo.status_log import status_log, status_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlcrm.templates.demo.customers import Customers

_LIMIT_HOURS = {"一般": 24, "严重": 48, "重大": 72}
_STEP_OF = {
    "接收安抚": "responded_at",
    "调查": "investigated_at",
    "方案制定": "proposed_at",
    "处理完成": "resolved_at",
    "回访": "called_back_at",
}
"""Step -> the complaint's cell that it supplies when that is blank."""
_STEP_TEXTS = {
    "接收安抚": "致电客户致歉并记录诉求",
    "调查": "核对现场情况和服务记录",
    "方案制定": "向客户说明处理方案并取得同意",
    "处理完成": "按方案处理完毕",
    "回访": "电话回访，确认处理结果",
}

_EXTENSION = "等待配件到货，已电话告知客户"


@dataclass(frozen=True)
class Desk:
    """How a pack's office takes complaints.

    Attributes:
        steps: it follows some step by step in a sheet of their own, which then supplies times of the row.
        quick: it answers within minutes and asks afterwards; else it answers within two hours.
        more: chance for what the crm document's office does not do: quick answers, extensions.
        ids: when complaints came -> their numbers.
    """

    steps: bool
    quick: bool = False
    more: Rng | None = None
    ids: Callable[[Array], Array] = dated_ids


def draw_complaints(
    rng: Rng, customers: Customers, now: np.datetime64, desk: Desk
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Complaints (a third as many as customers), their steps and their status changes.

    Args:
        rng: where chance comes from.
        customers: who complains.
        now: datetime64[m]; nothing lies after it.
        desk: how the office handles and writes them down.
    """
    who, received = _who_and_when(rng, customers, now)
    size = len(who)
    levels = pick(rng, ("一般", "严重", "重大"), size, (70, 24, 6))
    times = _handling(rng, received, levels, now)
    if desk.quick and desk.more is not None:
        times = hastened(desk.more, times, levels, now)
    issue = _issues(rng, received, now)
    parts = [objects([row[part] for row in words.COMPLAINTS])[issue] for part in range(5)]
    compensation = np.where(rng.random(size) < 0.08, rng.integers(2, 24, size) * 50.0, np.nan)
    owners = np.where(levels == "一般", customers.owners[who], pick(rng, words.SUPERVISORS, size))
    ids = desk.ids(received)
    updated = np.fmax(np.fmax(times.responded, times.investigated), np.fmax(times.proposed, times.resolved))
    extended = blank_unless((rng.random(size) < 0.02) & ~np.isnat(times.proposed), received + 5 * 1440)
    stepped = rng.random(size) < 0.35
    hidden = stepped & (rng.random(size) < 0.5) & desk.steps
    values: dict[str, Any] = {
        "complaint_id": ids,
        "received_at": received,
        "customer_id": customers.ids[who],
        "name": customers.names[who],
        "contact": customers.contacts[who],
        "phone": customers.phones[who],
        "channel": pick(rng, ("电话", "邮件", "在线平台", "工单", "上级转交"), size, (5, 2, 2, 1, 0.3)),
        "content": parts[3],
        "demand": parts[4],
        "level": levels,
        "owner": owners,
        "complaint_type": parts[1],
        "issue": text_where((issue == words.RECURRING) | (rng.random(size) < 0.6), parts[0]),
        "department": parts[2],
        "compensation": compensation,
        "approver": text_where(compensation > 500, pick(rng, words.SUPERVISORS, size)),
        "contacted_at": times.responded - np.minimum(5, (times.responded - received).astype(np.int64)),
        "emergency_at": times.emergency,
        "updated_at": updated,
        "notified_at": blank_after(times.resolved + rng.integers(10, 120, size), now),
        "status": status_now(times, now),
        "extended_to": extended,
        "extension_reason": text_where(~np.isnat(extended), _EXTENSION),
        "wished_by": blank_unless(rng.random(size) < 0.06, received + rng.integers(8, 40, size) * 60),
    }
    cells = {
        "responded_at": times.responded,
        "investigated_at": times.investigated,
        "proposed_at": times.proposed,
        "resolved_at": times.resolved,
        "called_back_at": times.called_back,
    }
    values |= {key: blank_unless(~hidden, moments) for key, moments in cells.items()}
    if desk.more is not None:
        values["extended_to"] = prolonged(desk.more, times, extended, now)
        values["extension_reason"] = text_where(~np.isnat(values["extended_to"]), _EXTENSION)
    if desk.quick and desk.more is not None:
        values["contacted_at"] = contacts(desk.more, times)
        values |= aftercare(desk.more, times, parts[0], issue)
    complaints = frame_of(COMPLAINTS, values)
    return complaints, _steps(ids, owners, cells, stepped), status_log(ids, owners, times)


def _who_and_when(rng: Rng, customers: Customers, now: np.datetime64) -> tuple[Array, Array]:
    """Whose complaint and when it came, oldest first; the last day is busy."""
    size = max(4, len(customers) // 3)
    today = now.astype("datetime64[D]")
    fresh = max(2, size // 25)
    days = today - rng.integers(2, HISTORY_DAYS, size - fresh)
    earlier = days.astype("datetime64[m]") + rng.integers(8 * 60, 19 * 60, size - fresh)
    lately = now - np.concatenate(([10], rng.integers(20, 1800, fresh - 1)))
    # One complaint for certain in each of the last two months, for the issue that keeps coming back.
    for back in (1, 2):
        month = now.astype("datetime64[M]") - back
        earlier[back - 1] = month.astype("datetime64[m]") + rng.integers(3 * 1440, 25 * 1440)
    received = np.sort(np.concatenate((earlier, lately)))
    buyers = np.flatnonzero(customers.stages != "潜在")
    who = rng.choice(buyers if len(buyers) else np.arange(len(customers)), size)
    # A quiet customer has not complained lately, and nobody complains before being on file.
    late = received.astype("datetime64[D]") > customers.last_day[who]
    early = received.astype("datetime64[D]") < customers.first_day[who]
    steady = np.flatnonzero(np.isin(customers.stages, ("合作", "潜在")))
    oldest = steady[: max(1, len(steady) // 5)]
    if len(oldest):
        who = np.where(late | early, oldest[rng.integers(0, len(oldest), size)], who)
    return who, received


def _handling(rng: Rng, received: Array, levels: Array, now: np.datetime64) -> Times:
    size = len(received)
    limit = objects(list(_LIMIT_HOURS.values()))[_level_places(levels)].astype(np.int64) * 60
    late = rng.random(size) < 0.11
    share = np.where(late, rng.uniform(1.05, 2.4, size), rng.uniform(0.12, 0.92, size))
    span = (limit * share).astype(np.int64)
    waits = rng.random(size) < 0.08
    pause = np.where(waits, rng.integers(4 * 60, 60 * 60, size), 0)
    answer = np.where(rng.random(size) < 0.93, rng.integers(4, 110, size), rng.integers(121, 500, size))
    responded = received + np.minimum(answer, np.maximum(span // 4, 4))
    resolved = received + span + pause
    waits_from = received + span // 2
    # A few old ones were forgotten, and a few stand still at the customer's.
    recent = (now - received).astype(np.int64) < 45 * 1440
    turn = np.cumsum(recent) % 8
    open_still, stuck = recent & (turn == 1), recent & (turn == 4)
    resolved = blank_unless(~(open_still | stuck), resolved)
    resolved = blank_after(resolved, now)
    back = np.where(rng.random(size) < 0.9, rng.integers(300, 4200, size), rng.integers(4400, 9000, size))
    called = blank_unless(rng.random(size) < 0.985, resolved + back)
    waiting = (waits | stuck) & (waits_from <= now)
    over = waits_from + np.maximum(pause, 1)
    returned = blank_after(blank_unless(waiting & ~stuck, over), now)
    third = (resolved - returned) // 3
    again = (np.cumsum(waits) % 6 == 1) & waits & ~np.isnat(third)
    emergency = received + np.where(rng.random(size) < 0.85, rng.integers(30, 1300, size), 1700)
    return Times(
        received=received,
        responded=blank_after(responded, now),
        investigated=blank_after(received + span // 4, now),
        proposed=blank_after(received + span // 2, now),
        resolved=resolved,
        called_back=blank_after(called, now),
        emergency=blank_after(blank_unless(levels == "重大", emergency), now),
        waits_from=blank_unless(waiting, waits_from),
        waits_to=returned,
        fixed_first=blank_unless(again, returned + third),
        reopened=blank_unless(again, returned + 2 * third),
    )


def _level_places(levels: Array) -> Array:
    return np.select([levels == "一般", levels == "严重"], [0, 1], 2)


def _issues(rng: Rng, received: Array, now: np.datetime64) -> Array:
    """Places in COMPLAINTS; the recurring one is sure to come up in each of the last three months."""
    issue = rng.choice(len(words.COMPLAINTS), len(received), p=_issue_chances())
    months = received.astype("datetime64[M]")
    for back in range(3):
        inside = np.flatnonzero(months == now.astype("datetime64[M]") - back)
        issue[inside[:2]] = words.RECURRING
    return issue


def _issue_chances() -> Array:
    weights = np.array([4, 2, 3, 2, 2, 1, 1, 1], dtype=float)
    chances: Array = weights / weights.sum()
    return chances


def _steps(ids: Array, owners: Array, cells: Mapping[str, Array], stepped: Array) -> pd.DataFrame:
    """The steps of the complaints that are followed step by step, in order of time."""
    parts = []
    for step, key in _STEP_OF.items():
        at = np.flatnonzero(stepped & ~np.isnat(cells[key]))
        parts.append(
            pd.DataFrame(
                {
                    "complaint_id": ids[at],
                    "step": step,
                    "handled_at": cells[key][at],
                    "by": owners[at],
                    "description": _STEP_TEXTS[step],
                    "feedback": "认可处理结果" if step == "回访" else None,
                    "next_action": [f"{owner}提交处理方案" for owner in owners[at]]
                    if step == "调查"
                    else None,
                    "next_action_by": cells[key][at].astype("datetime64[D]") + 1 if step == "调查" else None,
                }
            )
        )
    whole = pd.concat(parts, ignore_index=True).sort_values(["handled_at", "complaint_id"], kind="stable")
    return frame_of(COMPLAINT_STEPS, {str(key): whole[key].to_numpy() for key in whole})
