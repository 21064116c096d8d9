"""What the logs of a case say: the times of its steps, and when it waited for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, looked_up, moments, nothing
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import TIMES
from xlcrm.tables.cases import STEP_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENDS: Final[Mapping[str, str]] = {
    "complaints": "resolved_at",
    "service_issues": "resolved_at",
    "recovery_cases": "completed_at",
    "orders": "completed_at",
}
"""Table of cases, whose changes 状态变更表 may log -> the column that ends a case."""

WAITING: Final = "等待客户"
REOPENED: Final = "重新打开"
SOLVED: Final = ("已解决", "已关闭")


def fill_from_steps(facts: Facts) -> dict[tuple[str, str], pd.Series]:
    """Complaint times completed from 投诉处理跟踪表 (complaint_steps); any step is a 最近反馈时间 too.

    What lies after now is not there yet: neither a step nor a time in the complaint's own cell.
    """
    if "complaints" not in facts.data:
        return {}
    complaints = facts.frame("complaints")
    known = {key: complaints[key].where(complaints[key] <= facts.now) for key in (*STEP_TIMES, "updated_at")}
    steps = _steps(facts)
    if not steps.empty:
        for key, step in STEP_TIMES.items():
            first = steps[steps["step"] == step].groupby("complaint_id")["handled_at"].min()
            known[key] = known[key].fillna(looked_up(complaints["complaint_id"], first))
        own = known["updated_at"]
        newest = looked_up(complaints["complaint_id"], steps.groupby("complaint_id")["handled_at"].max())
        known["updated_at"] = own.where(~(newest > own), newest).fillna(newest)
    return {("complaints", key): times for key, times in known.items()}


def _steps(facts: Facts) -> pd.DataFrame:
    """Steps of complaints up to now."""
    steps = facts.frame("complaint_steps")
    if steps.empty:
        return steps
    steps = steps.dropna(subset=["complaint_id", "handled_at"])
    return steps[steps["handled_at"] <= facts.now]


Events = list[tuple[np.datetime64, str]]
Spans = list[tuple[np.datetime64, np.datetime64]]
Times = list[np.datetime64]


@dataclass(frozen=True)
class History:
    """The replayed status log of one case table, aligned with its frame.

    Attributes:
        pauses: the k-th pair is every row's k-th pause, (n,) from and (n,) to; NaT is none.
        waiting: (n,) whether the case waits for the customer now.
        reopened_at: (n,) the last time it was opened again, NaT for never.
        typed_end: (n,) when it ended the last time by the row's own cell (or its steps), up to now.
        resolved_at: (n,) when it ended for good: the cell, or what the logs say after a reopening.
    """

    pauses: tuple[tuple[Moments, Moments], ...]
    waiting: Flags
    reopened_at: Moments
    typed_end: Moments
    resolved_at: Moments


def history(facts: Facts, table: str) -> History | None:
    """The replayed log of a case table; None for a table without cases."""
    if table not in ENDS:
        return None
    if table not in facts.histories:
        facts.histories[table] = replay(facts, table)
    return facts.histories[table]


def settle_solutions(facts: Facts) -> dict[tuple[str, str], pd.Series]:
    """When the cases of each table ended for good: a reopened one is open for every rule."""
    found = {}
    for table in facts.data:
        past = history(facts, table)
        if past is not None:
            index = facts.frame(table).index
            found[table, ENDS[table]] = pd.Series(past.resolved_at.astype("datetime64[ns]"), index=index)
    return found


def replay(facts: Facts, table: str) -> History:
    """Replay 状态变更表 and, where a table has it, 处理状态 of one case table (semantics: Pause).

    A status cell that was typed after now, as the log or the row's own times tell, says nothing of now.
    """
    frame = facts.frame(table)
    resolved = moments(facts.values(table, ENDS[table]))
    resolved = np.where(resolved <= facts.now_at, resolved, NAT)
    log, later = _log(facts, frame[BY_NAME[table].key])
    known, ahead = known_times(facts, table)
    ahead[list(later)] = True
    status = frame["status"] if "status" in frame else pd.Series(index=frame.index, dtype="str")
    row_waits = (status == WAITING).to_numpy(dtype=bool, na_value=False) & ~ahead
    last_waits = np.zeros(len(frame), dtype=bool)
    last_waits[[place for place, events in log.items() if events[-1][1] == WAITING]] = True
    waiting = row_waits | ((status.isna().to_numpy() | ahead) & last_waits)
    solved = _solved_steps(facts, table, frame[BY_NAME[table].key], log)
    reopened, final = _reopenings(log, resolved, solved, facts.parameters.reopened)
    unlogged = np.flatnonzero(row_waits & ~last_waits)
    spans: dict[int, Spans] = {}
    for place, events in log.items():
        ends = [at for at, _ in events[1:]] + [facts.now_at if waiting[place] else events[-1][0]]
        spans[place] = _paused_spans(events, ends, resolved[place], reopened[place])
    for place in unlogged.tolist():
        since = np.fmax.reduce([known[place], *(at for at, _ in log.get(place, []))])
        spans.setdefault(place, []).append((since, facts.now_at))
    return History(_pack(spans, len(frame)), waiting, reopened, resolved, final)


def _log(facts: Facts, ids: pd.Series) -> tuple[dict[int, Events], set[int]]:
    """Position of a case -> its changes up to now, in order of time; and the cases that change after now."""
    changes = facts.frame("status_changes")
    if changes.empty:
        return {}, set()
    changes = changes.dropna(subset=["case_id", "changed_at", "status"])
    places = _places(ids, changes["case_id"])
    ahead = (changes["changed_at"] > facts.now).to_numpy()
    changes = changes.assign(place=places)[(places >= 0) & ~ahead].sort_values("changed_at", kind="stable")
    log: dict[int, Events] = {}
    times = changes["changed_at"].to_numpy(dtype="datetime64[s]")
    statuses = changes["status"].to_numpy(dtype=object)
    for place, at, status in zip(changes["place"].tolist(), times, statuses, strict=True):
        log.setdefault(place, []).append((at, status))
    return log, set(places[(places >= 0) & ahead].tolist())


def _places(ids: pd.Series, wanted: pd.Series) -> Integers:
    """(n,) position of each wanted case, -1 for unknown ones; of a repeated id the first row."""
    unique = ids.notna() & ~ids.duplicated()
    positions = np.flatnonzero(unique.to_numpy())
    found = pd.Index(ids[unique]).get_indexer(pd.Index(wanted))
    if not len(positions):
        return np.full(len(wanted), -1, dtype=np.int64)
    return np.where(found >= 0, positions[found], -1)


def _solved_steps(facts: Facts, table: str, ids: pd.Series, log: Mapping[int, Events]) -> dict[int, Times]:
    """Position of a reopened complaint -> the times at which its steps say that it was solved."""
    if table != "complaints" or not any(_openings(events) for events in log.values()):
        return {}
    steps = _steps(facts)
    steps = steps[steps["step"] == STEP_TIMES["resolved_at"]]
    solved: dict[int, Times] = {}
    for place, at in zip(
        _places(ids, steps["complaint_id"]).tolist(), moments(steps["handled_at"]), strict=True
    ):
        solved.setdefault(place, []).append(at)
    return solved


def _openings(events: Events) -> Times:
    return [at for at, status in events if status == REOPENED]


def _reopenings(
    log: Mapping[int, Events], resolved: Moments, solved: Mapping[int, Times], policy: str
) -> tuple[Moments, Moments]:
    """(n,) the last reopening and (n,) the solution that counts; by 保留原判 that is the first one."""
    reopened = nothing(len(resolved))
    final = resolved.copy()
    for place, events in log.items():
        openings = _openings(events)
        if not openings:
            continue
        logged = [at for at, status in events if status in SOLVED]
        typed = [] if np.isnat(resolved[place]) else [resolved[place]]
        solutions = sorted([*logged, *solved.get(place, []), *typed])
        if policy == "保留原判":
            final[place] = solutions[0] if solutions else NAT
            continue
        reopened[place] = openings[-1]
        if not resolved[place] > openings[-1]:
            final[place] = next((at for at in solutions if at > openings[-1]), NAT)
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


def known_times(facts: Facts, table: str) -> tuple[Moments, Flags]:
    """(n,) the newest time that a row holds up to now, and whether it holds one after now.

    The newest is where a pause begins that the log does not know.
    """
    keys = [item.key for item in BY_NAME[table].columns if item.kind in TIMES and item.past]
    newest, ahead = nothing(len(facts.frame(table))), np.zeros(len(facts.frame(table)), dtype=bool)
    for key in keys:
        at = moments(facts.values(table, key))
        newest = np.fmax(newest, np.where(at <= facts.now_at, at, NAT))
        ahead |= moments(facts.frame(table)[key]) > facts.now_at
    return newest, ahead


def _pack(spans: Mapping[int, Spans], count: int) -> tuple[tuple[Moments, Moments], ...]:
    packed = []
    for k in range(max((len(items) for items in spans.values()), default=0)):
        since, until = nothing(count), nothing(count)
        for place, items in spans.items():
            if k < len(items):
                since[place], until[place] = items[k]
        packed.append((since, until))
    return tuple(packed)
