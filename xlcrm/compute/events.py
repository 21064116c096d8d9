"""What the logs of a case say: the times of its steps, and when it waited for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import NAT, Facts, Flags, Moments, looked_up, moments, nothing
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind
from xlcrm.tables.cases import STEP_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WAITING: Final = "等待客户"
REOPENED: Final = "重新打开"
SOLVED: Final = ("已解决", "已关闭")


def fill_from_steps(facts: Facts) -> dict[tuple[str, str], pd.Series]:
    """Complaint times completed from 投诉处理跟踪表 (complaint_steps); any step is a 最近反馈时间 too."""
    steps = facts.frame("complaint_steps").dropna(subset=["complaint_id", "handled_at"])
    steps = steps[steps["handled_at"] <= facts.now]
    complaints = facts.frame("complaints")
    filled: dict[tuple[str, str], pd.Series] = {}
    for key, step in STEP_TIMES.items():
        first = steps[steps["step"] == step].groupby("complaint_id")["handled_at"].min()
        filled["complaints", key] = complaints[key].fillna(looked_up(complaints["complaint_id"], first))
    newest = looked_up(complaints["complaint_id"], steps.groupby("complaint_id")["handled_at"].max())
    filled["complaints", "updated_at"] = (
        complaints["updated_at"].where(~(newest > complaints["updated_at"]), newest).fillna(newest)
    )
    return filled


Events = list[tuple[np.datetime64, str]]
Spans = list[tuple[np.datetime64, np.datetime64]]


@dataclass(frozen=True)
class History:
    """The replayed status log of one case table, aligned with its frame.

    Attributes:
        pauses: the k-th pair is every row's k-th pause, (n,) from and (n,) to; NaT is none.
        waiting: (n,) whether the case waits for the customer now.
        reopened_at: (n,) the last time it was opened again, NaT for never.
        resolved_at: (n,) when it was solved for good: the cell, or what the log says after a reopening.
    """

    pauses: tuple[tuple[Moments, Moments], ...]
    waiting: Flags
    reopened_at: Moments
    resolved_at: Moments


def replay(facts: Facts, table: str) -> History:
    """Replay 状态变更表 and 处理状态 of one case table (semantics: Pause)."""
    frame = facts.frame(table)
    resolved = moments(facts.values(table, "resolved_at"))
    resolved = np.where(resolved <= facts.now_at, resolved, NAT)
    log = _log(facts, frame[BY_NAME[table].key])
    status = frame["status"]
    row_waits = (status == WAITING).to_numpy(dtype=bool, na_value=False)
    last_waits = np.zeros(len(frame), dtype=bool)
    last_waits[[place for place, events in log.items() if events[-1][1] == WAITING]] = True
    waiting = row_waits | (status.isna().to_numpy() & last_waits)
    reopened, final = _reopenings(log, resolved, facts.parameters.reopened)
    unlogged = np.flatnonzero(row_waits & ~last_waits)
    newest_known = _newest_known(facts, table) if len(unlogged) else nothing(len(frame))
    spans: dict[int, Spans] = {}
    for place, events in log.items():
        ends = [at for at, _ in events[1:]] + [facts.now_at if waiting[place] else events[-1][0]]
        spans[place] = _paused_spans(events, ends, resolved[place], reopened[place])
    for place in unlogged.tolist():
        since = max([newest_known[place], *(at for at, _ in log.get(place, []))])
        spans.setdefault(place, []).append((since, facts.now_at))
    return History(_pack(spans, len(frame)), waiting, reopened, final)


def _log(facts: Facts, ids: pd.Series) -> dict[int, Events]:
    """Position of a case -> its changes up to now, in order of time."""
    changes = facts.frame("status_changes").dropna(subset=["case_id", "changed_at", "status"])
    changes = changes[changes["changed_at"] <= facts.now]
    if changes.empty or ids.empty:
        return {}
    unique = ids.notna() & ~ids.duplicated()
    places = np.flatnonzero(unique.to_numpy())
    found = pd.Index(ids[unique]).get_indexer(pd.Index(changes["case_id"]))
    changes = changes.assign(place=np.where(found >= 0, places[found] if len(places) else -1, -1))
    changes = changes[changes["place"] >= 0].sort_values("changed_at", kind="stable")
    log: dict[int, Events] = {}
    times = changes["changed_at"].to_numpy(dtype="datetime64[s]")
    for place, at, status in zip(changes["place"], times, changes["status"], strict=True):
        log.setdefault(int(place), []).append((at, str(status)))
    return log


def _reopenings(log: Mapping[int, Events], resolved: Moments, policy: str) -> tuple[Moments, Moments]:
    reopened = nothing(len(resolved))
    final = resolved.copy()
    if policy == "保留原判":
        return reopened, final
    for place, events in log.items():
        openings = [at for at, status in events if status == REOPENED]
        if not openings:
            continue
        reopened[place] = openings[-1]
        if not resolved[place] > openings[-1]:
            later = [at for at, status in events if status in SOLVED and at >= openings[-1]]
            final[place] = later[0] if later else NAT
    return reopened, final


def _paused_spans(
    events: Events,
    ends: Iterable[np.datetime64],
    resolved: np.datetime64,
    reopened: np.datetime64,
) -> Spans:
    """Stretches that do not count: waiting for the customer, and solved before a reopening."""
    spans = [
        (at, end)
        for (at, status), end in zip(events, ends, strict=True)
        if status == WAITING or (status in SOLVED and at < reopened)
    ]
    if resolved < reopened:
        spans.append((resolved, min(at for at, status in events if status == REOPENED and at >= resolved)))
    return _merged(spans)


def _merged(
    spans: Spans,
) -> Spans:
    merged: Spans = []
    for since, until in sorted(spans):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _newest_known(facts: Facts, table: str) -> Moments:
    """(n,) the newest time that a row holds, up to now: where a pause begins that the log does not know."""
    keys = [
        item.key for item in BY_NAME[table].columns if item.kind in (Kind.DATE, Kind.DATETIME) and item.past
    ]
    columns = [moments(facts.values(table, key)) for key in keys]
    known = [np.where(at <= facts.now_at, at, NAT) for at in columns]
    return np.fmax.reduce(known)  # type: ignore[no-any-return] # fmax of datetimes is datetimes


def _pack(spans: Mapping[int, Spans], count: int) -> tuple[tuple[Moments, Moments], ...]:
    packed = []
    for k in range(max((len(items) for items in spans.values()), default=0)):
        since, until = nothing(count), nothing(count)
        for place, items in spans.items():
            if k < len(items):
                since[place], until[place] = items[k]
        packed.append((since, until))
    return tuple(packed)
