"""One promise outside of any sheet: a limit without a rule's row, its deadlines and their status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.clocks.deadlines import deadlines, warn_from
from xlcrm.compute.clocks.verdicts import STATUSES, status_of
from xlcrm.compute.facts import NAT, Flags, Integers, Moments
from xlcrm.errors import RuleError
from xlcrm.periods import end_of_day, is_date_only
from xlcrm.rules.base import CalendarKind, LimitUnit, Rule, RuleKind, Warning_
from xlcrm.rules.conditions import When
from xlcrm.rules.soundness import flaw
from xlcrm.rules.sources import parse_sources
from xlcrm.tables import BY_NAME
from xlcrm.worktime import NATURAL, Calendar

if TYPE_CHECKING:
    from xlcrm.worktime import Worktime

_HOME: Final = BY_NAME["complaints"]
"""Any table with a start and an end: a rule needs one, a promise on its own does not ask which."""
_PATTERN: Final = Rule(
    rule_id="-",
    enabled=True,
    task="-",
    kind=RuleKind.CLOCK,
    table=_HOME.name,
    when=When(_HOME.name),
    start=parse_sources("投诉日期", _HOME),
    stop=parse_sources("解决时间", _HOME),
    limits=(1.0,),
    unit=LimitUnit.HOUR,
)
_LONG_AGO: Final = np.datetime64("1000-01-01", "s")
"""Stands in for starts that nobody gave: a promise is then taken to run."""


def promise(limit: float, unit: LimitUnit, calendar: CalendarKind) -> Rule:
    """A clock rule with a limit and nothing else to it.

    Raises:
        RuleError: 规则表 would not take the limit either: negative, part of a month, over a hundred years.
    """
    if not limit >= 0:
        raise RuleError(f"时限不能小于 0，现为 {limit:g}")
    rule = _PATTERN.model_copy(update={"limits": (float(limit),), "unit": unit, "calendar": calendar})
    wrong = flaw(rule)
    if wrong is not None:
        raise RuleError(wrong.reason)
    return rule


def promised(rule: Rule, starts: Moments, worktime: Worktime) -> tuple[Moments, Flags]:
    """(n,) deadlines of a promise and whether each is the end of a day; NaT gives NaT."""
    return deadlines(rule, starts, _calendar(rule.calendar, worktime), (), worktime)


@dataclass(frozen=True)
class Course:
    """How promises went.

    Attributes:
        due: (n,) deadlines; a date is the end of its day.
        stop: (n,) when they were kept, NaT for not yet.
        start: (n,) when they began, NaT for not yet; None where nobody says.
        warning: how long before the deadline to warn; a share is one of the time from start to deadline.
        calendar: what the warning is counted in.
    """

    due: Moments
    stop: Moments
    start: Moments | None
    warning: Warning_
    calendar: CalendarKind = CalendarKind.NATURAL


def standing(course: Course, now: np.datetime64, worktime: Worktime) -> list[str]:
    """The status word of each promise as the sheets have it, "" without a deadline.

    As in a refresh, what lies after now is not there yet. Without starts none is 未开始 or 数据异常.
    """
    by_day = is_date_only(course.due)
    due = np.where(by_day, end_of_day(course.due), course.due)
    stop = np.where(course.stop <= now, course.stop, NAT)
    calendar = _calendar(course.calendar, worktime)
    if course.start is None:
        start = np.full(len(due), _LONG_AGO)
    else:
        start = np.where(course.start <= now, course.start, NAT)
    warn = _warn_from(course, due, calendar, worktime)
    waiting = np.zeros(len(due), dtype=bool)
    status = status_of(now, _PATTERN, (start, stop, due, warn), waiting, by_day)
    nothing = np.isnat(due) & ~np.isnat(start)
    return ["" if none else STATUSES[at] for at, none in zip(status.tolist(), nothing.tolist(), strict=True)]


def _warn_from(course: Course, due: Moments, calendar: Calendar, worktime: Worktime) -> Moments:
    if course.warning.minutes is not None:
        rule = _PATTERN.model_copy(update={"warning": course.warning, "calendar": course.calendar})
        return warn_from(rule, due, due, calendar, worktime)
    if course.start is None or not course.warning.share:
        return due
    begun = np.where(is_date_only(course.start), end_of_day(course.start), course.start)
    known = ~np.isnat(begun) & ~np.isnat(due)
    length: Integers = np.where(known, calendar.elapsed(begun, due), 0)
    return calendar.walk(due, -np.round(np.maximum(length, 0) * course.warning.share).astype(np.int64))


def _calendar(kind: CalendarKind, worktime: Worktime) -> Calendar:
    return worktime if kind is CalendarKind.WORKING else NATURAL
