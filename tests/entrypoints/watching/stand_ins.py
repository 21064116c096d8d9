"""A clock that runs when it is told to, and a workbook that exists in memory only."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
import zoneinfo
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import schedule

from xlcrm.actions.loading import calendar
from xlcrm.entrypoints.watching.doing import Done
from xlcrm.entrypoints.watching.edges import Edges
from xlcrm.entrypoints.watching.jobs import EVERY_DAY, Job
from xlcrm.entrypoints.watching.ledger import Ledger
from xlcrm.entrypoints.watching.loop import Watcher
from xlcrm.entrypoints.watching.plan import Plan
from xlcrm.rules.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from xlcrm.entrypoints.watching.status import Status
    from xlcrm.worktime import Worktime

SHANGHAI = "Asia/Shanghai"
HOUR = 3600.0


def chinese_worktime(year: int) -> Worktime:
    """The office's calendar as a workbook without rows of its own has it."""
    return calendar(Parameters(), None, dt.datetime(year, 6, 1))[0]


def job(name: str = "每日刷新", *times: str, action: str = "刷新到期清单", **other: Any) -> Job:
    """A job at some times of the day."""
    moments = tuple(dt.time.fromisoformat(at) for at in times or ("08:30",))
    return Job(name, action, moments, **{"weekdays": EVERY_DAY, **other})


def raising(error: BaseException) -> Callable[[Job], str]:
    """A job that comes to nothing."""

    def fail(one: Job) -> str:
        del one
        raise error

    return fail


class Clock:
    """The time of the whole machine, `schedule` included; it goes on only when somebody sleeps."""

    def __init__(self, wall: str, zone: str = SHANGHAI) -> None:
        self.zone = zoneinfo.ZoneInfo(zone)
        self.seconds = self.at(wall).timestamp()
        self.naps: list[float] = []

    def at(self, wall: str) -> dt.datetime:
        return dt.datetime.fromisoformat(wall).replace(tzinfo=self.zone)

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    @property
    def wall(self) -> dt.datetime:
        return self.now().astimezone(self.zone).replace(tzinfo=None)

    def go_to(self, wall: str) -> None:
        """As a machine that was asleep, or whose clock was set."""
        self.seconds = self.at(wall).timestamp()

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    @contextlib.contextmanager
    def ruling(self, system: str = "UTC") -> Iterator[None]:
        """Let `schedule` see this clock, on a machine that is set to some zone."""
        clock = self

        class Moment(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                return dt.datetime.fromtimestamp(clock.seconds, tz)

        seen = SimpleNamespace(datetime=Moment, timedelta=dt.timedelta, time=dt.time)
        with mock.patch.object(schedule, "datetime", seen), mock.patch.dict(os.environ, {"TZ": system}):
            set_zone()
            try:
                yield
            finally:
                del os.environ["TZ"]
                set_zone()


def set_zone() -> None:
    """Let the C library see TZ; Windows has no such thing."""
    if hasattr(time, "tzset"):
        time.tzset()


class Office:
    """A workbook's plan, and what was done to it."""

    def __init__(self, clock: Clock, file: Path, worktime: Worktime, *jobs: Job) -> None:
        self.clock = clock
        self.file = file
        self.worktime = worktime
        self.jobs = jobs
        self.fixed_clock = False
        self.mark: object = 0
        self.broken: Exception | None = None
        self.untellable: Exception | None = None
        self.doing: Callable[[Job], str | Done] = lambda job: f"{job.name}完成。"
        self.ran: list[tuple[str, dt.datetime]] = []
        self.asked: list[dt.datetime | None] = []
        self.days: list[dt.date] = []
        self.lines: list[str] = []
        self.told: list[Mapping[str, Status]] = []
        self.end = float("inf")

    def watcher(self, poll: float = 6 * HOUR) -> Watcher:
        """A watch that begins now, with what the ledger on the disk knows."""
        watcher = Watcher(
            Edges(self._read, lambda: self.mark, self._do, self._tell, self.clock.now, self._sleep, self.say),
            Ledger(self.file),
            poll=poll,
        )
        self._watcher = watcher
        return watcher

    def watch_until(self, wall: str, *, poll: float = 6 * HOUR) -> Watcher:
        """Watch until the clock shows so much."""
        self.end = self.clock.at(wall).timestamp()
        watcher = self.watcher(poll)
        watcher.run()
        return watcher

    def say(self, line: str) -> None:
        self.lines.append(line)

    def _read(self, now: dt.datetime) -> Plan:
        assert now == self.clock.now()
        if self.broken is not None:
            raise self.broken
        return Plan(self.jobs, self.worktime, self.clock.zone, fixed_clock=self.fixed_clock)

    def _do(self, job: Job, now: dt.datetime | None, day: dt.date) -> Done:
        self.days.append(day)
        self.asked.append(now)
        done = self.doing(job)
        self.ran.append((job.name, self.clock.wall))
        return done if isinstance(done, Done) else Done("成功", done)

    def _tell(self, status: Mapping[str, Status]) -> None:
        if self.untellable is not None:
            raise self.untellable
        self.told.append(status)

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(min(seconds, max(self.end - self.clock.seconds, 0)))
        if self.clock.seconds >= self.end:
            self._watcher.stopping = True
