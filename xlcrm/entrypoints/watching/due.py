"""When a job is due: pure, on the wall clock of 时区.

A moment here is what the clock on the wall of 时区 shows, without a zone. An hour that summer time leaves out
therefore passes at its end, and an hour that comes twice counts the first time: a job runs once either way.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.worktime import Worktime

HORIZON: Final = 400
"""Days that are searched for the last and the next time; a job that is due on none of them never is."""


def runs_on(job: Job, day: dt.date, worktime: Worktime) -> bool:
    """Whether a job is due on a day.

    With 仅工作日 a day off is none, whatever 星期 says. A weekend that is made up for counts as soon as 星期
    has every usual working day of the office; a job of chosen weekdays (周一) keeps to these.
    """
    if not job.working_days:
        return day.weekday() in job.weekdays
    if not worktime.hours_of(day):
        return False
    return day.weekday() in job.weekdays or worktime.weekdays <= job.weekdays


def last_due(job: Job, now: dt.datetime, worktime: Worktime) -> dt.datetime | None:
    """The latest time at or before now at which a job is due; None if there is none within `HORIZON`."""
    for back in range(HORIZON):
        day = now.date() - dt.timedelta(days=back)
        if runs_on(job, day, worktime):
            passed = [at for at in job.times if back or at <= now.time()]
            if passed:
                return dt.datetime.combine(day, passed[-1])
    return None


def next_due(job: Job, now: dt.datetime, worktime: Worktime) -> dt.datetime | None:
    """The first time after now at which a job is due; None if there is none within `HORIZON`."""
    for ahead in range(HORIZON):
        day = now.date() + dt.timedelta(days=ahead)
        if runs_on(job, day, worktime):
            coming = [at for at in job.times if ahead or at > now.time()]
            if coming:
                return dt.datetime.combine(day, coming[0])
    return None


def earliest_caught_up(now: dt.datetime, worktime: Worktime) -> dt.date:
    """The first day whose missed times are still caught up: yesterday, or the working day before today.

    So Friday evening's report still comes on Monday, and after a festival, but no older one does.
    """
    today = np.array([now.date()], dtype="datetime64[D]")
    working: dt.date = worktime.walk_days(today, -1)[0].item()
    return min(working, now.date() - dt.timedelta(days=1))
