"""What is to be started, and when: the same for every kind of scheduler."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final, NamedTuple

from xlcrm.entrypoints.watching.jobs import EVERY_DAY
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from xlcrm.entrypoints.watching.jobs import Job

_HOUR: Final = 60
_QUARTER: Final = 15
_SHORTEST: Final = 5
_FALLBACK: Final = 30
"""Minutes between two starts at most: what one start left undone, or could not do, the next one does."""
_MOST_TIMES: Final = 40
"""A task of Windows has 48 triggers at most."""
_MARK_LETTERS: Final = 8
_NAME_LETTERS: Final = 60
_IN_NAMES: Final = re.compile(r"[^\w-]+")
_ON_WINDOWS: Final = re.compile(r"[A-Za-z]:|\\\\")
"""How an absolute path begins there: a drive or a server."""
_IN_ASCII: Final = re.compile(r"[^A-Za-z0-9]+")


class Wake(NamedTuple):
    """A time of the day, and the weekdays (Monday 0) on which it counts."""

    at: dt.time
    weekdays: frozenset[int]

    @property
    def is_daily(self) -> bool:
        return self.weekdays == EVERY_DAY


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the scheduler starts xlcrm.

    Attributes:
        wakes: in the order of the day.
        every: minutes, a divisor of 60, counted from midnight; None where nothing is started.
    """

    wakes: tuple[Wake, ...]
    every: int | None = None


def timetable(jobs: Iterable[Job], *, same_clock: bool) -> Timetable:
    """When to start so that every job is on time; what is due then is for `watch --once` to say.

    It starts every half hour in any case: letters wait for working hours, a workbook was in use too long.

    A job that keeps to working days may be due on a weekend that is made up for, which the scheduler does
    not know; so it asks every day.

    Args:
        jobs: those that are switched on.
        same_clock: whether the machine shows the time of 时区; where not, and where there are more times than
            schedulers take, it starts every quarter of an hour instead.

    Raises:
        UsageError: no job runs at any time.
    """
    days: dict[dt.time, frozenset[int]] = {}
    often: list[int] = []
    for job in jobs:
        step = _minutes(job)
        if step and step < _HOUR:
            often.append(step)
        else:
            for at in job.times:
                weekdays = EVERY_DAY if job.working_days else job.weekdays
                days[at] = days.get(at, frozenset()) | weekdays
    if not days and not often:
        raise UsageError("任务计划里没有启用的任务，不需要定时运行；请在“启用”一列填“是”后再试")
    every = max(_SHORTEST, math.gcd(_HOUR, *often)) if often else _FALLBACK
    if not same_clock or len(days) > _MOST_TIMES:
        return Timetable((), min(_QUARTER, every))
    return Timetable(tuple(Wake(at, days[at]) for at in sorted(days) if at.minute % every), every)


def _minutes(job: Job) -> int:
    """The interval of a job that has one and is due more than once a day, else 0."""
    if not job.interval or len(job.times) == 1:
        return 0
    first, second = job.times[:2]
    return (second.hour - first.hour) * _HOUR + second.minute - first.minute


@dataclass(frozen=True, slots=True)
class Task:
    """What is started.

    Attributes:
        workbook: its absolute path, as the system writes it.
        interpreter: absolute path of the Python that has xlcrm.
        mark: eight letters that belong to this path alone.
        timetable: when.
    """

    workbook: str
    interpreter: str
    mark: str
    timetable: Timetable

    @property
    def command(self) -> tuple[str, ...]:
        """Program and arguments. -P: no module beside the workbook may pass for one of Python's own."""
        return (self.interpreter, "-P", "-m", "xlcrm", "watch", self.workbook, "--once")

    @property
    def title(self) -> str:
        """The workbook's file name."""
        return self._path.name

    @property
    def folder(self) -> str:
        """Where the workbook lies."""
        return str(self._path.parent)

    @property
    def name(self) -> str:
        """A name that people read: of letters in any script, digits, underscores and hyphens."""
        return f"xlcrm-{_IN_NAMES.sub('-', self._path.stem).strip('-')[:_NAME_LETTERS]}-{self.mark}"

    @property
    def plain_name(self) -> str:
        """The same in ASCII alone, for systems that take no more."""
        words = _IN_ASCII.sub("-", self._path.stem).strip("-")[:_NAME_LETTERS]
        return "-".join(filter(None, ("xlcrm", words, self.mark)))

    @property
    def _path(self) -> PurePosixPath | PureWindowsPath:
        windows = _ON_WINDOWS.match(self.workbook)
        return PureWindowsPath(self.workbook) if windows else PurePosixPath(self.workbook)


def mark_of(real: str) -> str:
    """Eight letters for a path; the same path has the same ones."""
    return hashlib.sha256(real.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LETTERS]


def refuse_unwritable(*paths: str) -> None:
    """Refuse paths that a scheduler's file cannot hold: line breaks, other control signs, broken letters.

    Raises:
        UsageError: one has such a sign.
    """
    for path in paths:
        if any(unicodedata.category(sign) in {"Cc", "Cs"} or sign in "\ufffe\uffff" for sign in path):
            shown = path.encode("unicode_escape").decode("ascii")
            raise UsageError(f"路径“{shown}”里有换行或其他不能显示的字符，不能定时运行，请先改名")
