"""What 任务计划 tells of its jobs, and which run each of them is owed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.entrypoints.watching.due import earliest_caught_up, last_due, next_due
from xlcrm.entrypoints.watching.ledger import AHEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.entrypoints.watching.ledger import Ledger
    from xlcrm.worktime import Worktime

GRACE: Final = dt.timedelta(minutes=20)
"""A job that is new, or has a new timetable, has missed nothing but what fell due so shortly before: some
machines look every quarter of an hour only."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the sheet tells of one job, on the wall clock of 时区.

    Attributes:
        last_run: when it last ran; None leaves the cells as they are.
        last_result: one sentence.
        next_run: when it runs next.
    """

    last_run: dt.datetime | None = None
    last_result: str = ""
    next_run: dt.datetime | None = None


class Owed(NamedTuple):
    """A due time that has not been run, and whether it lies too far back to be caught up."""

    due: dt.datetime
    too_old: bool


def note_timetables(jobs: Sequence[Job], ledger: Ledger, wall: dt.datetime) -> None:
    """Let the ledger know since when each job is there with its timetable: since then it can miss one."""
    watched = ledger.watched
    for job in jobs:
        known = watched.pop(job.name, None)
        if known is None or known.timetable != job.timetable or known.since > wall + AHEAD:
            ledger.watch(job.name, job.timetable, wall)
    for name in watched:
        ledger.forget(name)


def owed(job: Job, wall: dt.datetime, worktime: Worktime, ledger: Ledger) -> Owed | None:
    """The last due time of a watched job, unless it is done or from before the job was watched.

    Of several that were missed only the last is owed.
    """
    due = last_due(job, wall, worktime)
    if due is None or due <= ledger.watched[job.name].since - GRACE:
        return None
    settled = ledger.settled(job.name, wall)
    if settled is not None and due <= settled:
        return None
    return Owed(due, due.date() < earliest_caught_up(wall, worktime))


def statuses(
    jobs: Sequence[Job], worktime: Worktime, ledger: Ledger, wall: dt.datetime, zone: dt.tzinfo
) -> dict[str, Status]:
    """Job name -> what the sheet tells of it at a moment of the wall clock."""
    found = {}
    for job in jobs:
        coming = next_due(job, wall, worktime)
        last = ledger.last(job.name)
        if last is None:
            found[job.name] = Status(next_run=coming)
        else:
            ran = last.started.astimezone(zone).replace(tzinfo=None, microsecond=0)
            found[job.name] = Status(ran, f"{last.result}：{last.detail}", coming)
    return found
