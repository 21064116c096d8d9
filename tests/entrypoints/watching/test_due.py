"""When jobs are due, against a walk from minute to minute."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.entrypoints.watching.stand_ins import chinese_worktime, job
from xlcrm.entrypoints.watching.due import earliest_caught_up, last_due, next_due, runs_on
from xlcrm.entrypoints.watching.jobs import EVERY_DAY, Job
from xlcrm.worktime import Worktime

WORKTIME = chinese_worktime(2026)
MINUTE = dt.timedelta(minutes=1)
OFFICE_WEEK = frozenset(range(5))


def on(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_festival_is_left_out_and_its_make_up_saturday_comes_in() -> None:
    daily = job(working_days=True, weekdays=OFFICE_WEEK)
    assert not runs_on(daily, dt.date(2026, 10, 1), WORKTIME)  # 国庆节, a Thursday
    assert runs_on(daily, dt.date(2026, 10, 10), WORKTIME)  # the Saturday that makes up for it
    assert not runs_on(daily, dt.date(2026, 10, 17), WORKTIME)  # any other Saturday


def test_a_weekly_job_keeps_to_its_weekday() -> None:
    weekly = job(working_days=True, weekdays=frozenset({3}))
    assert runs_on(weekly, dt.date(2026, 10, 8), WORKTIME)
    assert not runs_on(weekly, dt.date(2026, 10, 1), WORKTIME)
    assert not runs_on(weekly, dt.date(2026, 10, 10), WORKTIME)


def test_without_working_days_a_festival_is_a_day_like_others() -> None:
    assert runs_on(job(), dt.date(2026, 10, 1), WORKTIME)
    assert not runs_on(job(weekdays=frozenset({0})), dt.date(2026, 10, 1), WORKTIME)


def test_a_due_moment_is_the_last_and_no_longer_the_next() -> None:
    daily = job("a", "08:30", "14:00")
    assert last_due(daily, on("2026-03-02T08:30"), WORKTIME) == on("2026-03-02T08:30")
    assert next_due(daily, on("2026-03-02T08:30"), WORKTIME) == on("2026-03-02T14:00")
    assert last_due(daily, on("2026-03-02T08:29"), WORKTIME) == on("2026-03-01T14:00")
    assert next_due(daily, on("2026-03-02T14:00"), WORKTIME) == on("2026-03-03T08:30")


def test_a_job_that_no_day_suits_is_never_due() -> None:
    never = job(weekdays=frozenset({6}), working_days=True)
    calendar = Worktime.build()
    assert last_due(never, on("2026-03-02T08:30"), calendar) is None
    assert next_due(never, on("2026-03-02T08:30"), calendar) is None


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-03-04T07:00", "2026-03-03"),  # Wednesday: since Tuesday
        ("2026-03-09T07:00", "2026-03-06"),  # Monday: since Friday
        ("2026-03-08T07:00", "2026-03-06"),  # Sunday: since Friday
        ("2026-10-08T07:00", "2026-09-30"),  # after 国庆节: since the day before it
    ],
)
def test_what_is_caught_up_goes_back_to_the_working_day_before(now: str, first: str) -> None:
    assert earliest_caught_up(on(now), WORKTIME) == dt.date.fromisoformat(first)


def walked(one: Job, now: dt.datetime, step: dt.timedelta, until: dt.datetime) -> dt.datetime | None:
    """The first due minute on the way, looked for one by one."""
    while min(now, until) == (now if step > dt.timedelta(0) else until):
        if now.time() in one.times and runs_on(one, now.date(), WORKTIME):
            return now
        now += step
    return None


@settings(max_examples=60)
@given(
    now=st.datetimes(on("2026-01-05T00:00"), on("2026-12-20T00:00")),
    times=st.sets(st.times(), min_size=1, max_size=5),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(frozenset)
    | st.just(EVERY_DAY)
    | st.just(OFFICE_WEEK),
    only=st.sampled_from(["工作日", ""]),
)
def test_agrees_with_a_walk_minute_by_minute(
    now: dt.datetime, times: set[dt.time], weekdays: frozenset[int], only: str
) -> None:
    minutes = tuple(sorted({at.replace(second=0, microsecond=0) for at in times}))
    one = Job("a", "检查录入", minutes, weekdays, bool(only))
    floor = now.replace(second=0, microsecond=0)
    reach = dt.timedelta(days=4)
    before, after = (
        walked(one, floor, -MINUTE, floor - reach),
        walked(one, floor + MINUTE, MINUTE, floor + reach),
    )
    last, coming = last_due(one, now, WORKTIME), next_due(one, now, WORKTIME)
    assert last == before if before else last is None or last < floor - reach
    assert coming == after if after else coming is None or coming > floor + reach
