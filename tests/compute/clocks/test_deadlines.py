"""Deadlines: what a limit of each unit gives, and the laws that pauses and days given beforehand keep."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compute.build import CALENDAR, book
from xlcrm.compute.clocks.deadlines import deadlines, is_fixed, may_lie_ahead, opening_days, warn_from
from xlcrm.worktime import NATURAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.rules.base import Rule
    from xlcrm.worktime import Calendar

STARTS = st.datetimes(dt.datetime(2026, 1, 1, 0, 1), dt.datetime(2026, 12, 1)).map(
    lambda at: at.replace(second=1, microsecond=0)
)
"""Moments with seconds, so that none of them is a date."""
MINUTES = st.integers(1, 60 * 24 * 20)


@cache
def rule(rule_id: str, **cells: str) -> Rule:
    changed: Mapping[str, Mapping[str, str]] = {rule_id: cells}
    return book(rule_id, **changed).rules[0]


def moments(*values: dt.datetime | None) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array(values, dtype="datetime64[s]")


def due_of(
    one: Rule,
    start: dt.datetime,
    pauses: Sequence[tuple[dt.datetime, dt.datetime]] = (),
    calendar: Calendar = NATURAL,
) -> dt.datetime:
    spans = [(moments(since), moments(until)) for since, until in pauses]
    found: dt.datetime = deadlines(one, moments(start), calendar, spans, CALENDAR)[0][0].item()
    return found


@given(start=STARTS, limit=st.integers(1, 500), into=st.floats(0, 0.99), lasted=MINUTES)
def test_a_pause_inside_moves_the_deadline_by_what_it_lasts(
    start: dt.datetime, limit: int, into: float, lasted: int
) -> None:
    one = rule("P21", 时限=str(limit))
    due = due_of(one, start)
    since = start + dt.timedelta(minutes=int((due - start) / dt.timedelta(minutes=1) * into))
    pause = (since, since + dt.timedelta(minutes=lasted))
    assert due_of(one, start, [pause]) == due + dt.timedelta(minutes=lasted)


@given(start=STARTS, after=MINUTES, lasted=MINUTES)
def test_a_pause_after_the_deadline_or_before_the_start_moves_nothing(
    start: dt.datetime, after: int, lasted: int
) -> None:
    one = rule("P21")
    due = due_of(one, start)
    late = due + dt.timedelta(minutes=after)
    early = start - dt.timedelta(minutes=after)
    outside = [(early - dt.timedelta(minutes=lasted), early), (late, late + dt.timedelta(minutes=lasted))]
    assert due_of(one, start, outside) == due


@given(start=STARTS, limit=st.integers(1, 60), lasted=MINUTES)
def test_working_time_walks_the_limit_and_the_pause(start: dt.datetime, limit: int, lasted: int) -> None:
    one = rule("P21", 时限=str(limit), 时间口径="工作时间")
    pause = (start, start + dt.timedelta(minutes=lasted))
    due = due_of(one, start, [pause], CALENDAR)
    paused = CALENDAR.elapsed(moments(pause[0]), moments(pause[1]))
    assert CALENDAR.elapsed(moments(start), moments(due)) - paused == limit * 60


@given(start=STARTS, limit=st.integers(1, 500))
def test_hours_before_are_the_mirror_of_hours_after(start: dt.datetime, limit: int) -> None:
    due = due_of(rule("P09", 时限=str(limit)), start)
    assert due_of(rule("P21", 时限=str(limit)), due) == start


@given(start=STARTS, lasted=MINUTES)
def test_a_day_given_beforehand_is_not_paused(start: dt.datetime, lasted: int) -> None:
    pause = (start - dt.timedelta(hours=10), start + dt.timedelta(minutes=lasted))
    for one in (rule("P09"), rule("P15")):
        assert due_of(one, start, [pause]) == due_of(one, start)


@pytest.mark.parametrize(
    ("rule_id", "cells", "start", "due"),
    [
        ("P15", {}, dt.datetime(2026, 12, 1, 15), dt.datetime(2026, 12, 1, 15)),
        ("P15", {}, dt.datetime(2026, 12, 1), dt.datetime(2026, 12, 1, 23, 59, 59)),
        ("P09", {}, dt.datetime(2026, 12, 1), dt.datetime(2026, 11, 30, 23, 59, 59)),
        ("P09", {"时限": "2"}, dt.datetime(2026, 12, 1), dt.datetime(2026, 12, 1, 23, 59, 59)),
        (
            "P09",
            {"时限": "3", "单位": "天前"},
            dt.datetime(2026, 12, 1),
            dt.datetime(2026, 11, 28, 23, 59, 59),
        ),
        ("P16", {"单位": "周"}, dt.datetime(2026, 11, 2, 9), dt.datetime(2026, 11, 16, 9)),
        ("P16", {"单位": "年"}, dt.datetime(2024, 2, 29, 9), dt.datetime(2026, 2, 28, 9)),
        ("P16", {"单位": "个月"}, dt.datetime(2026, 12, 31), dt.datetime(2027, 2, 28, 23, 59, 59)),
        ("M02", {}, dt.datetime(2026, 8, 31, 9), dt.datetime(2027, 2, 28, 9)),
    ],
)
def test_deadlines(rule_id: str, cells: dict[str, str], start: dt.datetime, due: dt.datetime) -> None:
    assert due_of(rule(rule_id, **cells), start) == due


def test_working_days_before_a_date_are_whole_days() -> None:
    one = rule("P09", 时限="2", 单位="天前", 时间口径="工作时间")
    assert due_of(one, dt.datetime(2026, 11, 24), calendar=CALENDAR) == dt.datetime(2026, 11, 20, 23, 59, 59)
    # From a moment they are working hours: 1.5 h of Tuesday, Monday's 7.5 and 6 of Friday's.
    assert due_of(one, dt.datetime(2026, 11, 24, 10, 30), calendar=CALENDAR) == dt.datetime(
        2026, 11, 20, 10, 30
    )


def test_an_unknown_start_has_no_deadline() -> None:
    due, by_day = deadlines(rule("P09"), moments(None), NATURAL, (), CALENDAR)
    assert (np.isnat(due).tolist(), by_day.tolist()) == ([True], [False])


def test_a_window_warns_from_the_day_it_opens() -> None:
    start = moments(dt.datetime(2026, 8, 31, 9))
    opens = opening_days(rule("M02"), start)
    assert opens.tolist() == [dt.datetime(2026, 12, 31)]
    due, _ = deadlines(rule("M02"), start, NATURAL, (), CALENDAR)
    assert warn_from(rule("M02"), start, due, NATURAL, CALENDAR).tolist() == opens.tolist()


def test_only_planned_days_may_lie_ahead() -> None:
    kinds = {name: (is_fixed(rule(name)), may_lie_ahead(rule(name))) for name in ("P21", "P09", "P15", "M02")}
    assert kinds == {
        "P21": (False, False),
        "P09": (True, True),
        "P15": (True, True),
        "M02": (False, True),
    }
