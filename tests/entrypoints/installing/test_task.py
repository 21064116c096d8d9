"""When the scheduler starts xlcrm, and under which name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.entrypoints.installing.readers import (
    Week,
    week_of_cron,
    week_of_plist,
    week_of_timer,
    week_of_xml,
)
from xlcrm.entrypoints.installing import cron, macos, systemd, windows
from xlcrm.entrypoints.installing.task import Task, Timetable, Wake, mark_of, refuse_unwritable, timetable
from xlcrm.entrypoints.watching.jobs import EVERY_DAY, Job
from xlcrm.errors import UsageError

OFFICE_DAYS: Final = frozenset(range(5))
EARLY, MORNING, NOON = dt.time(8, 20), dt.time(8, 30), dt.time(12, 5)
DAY_MINUTES: Final = 24 * 60


def job(
    *times: dt.time, weekdays: frozenset[int] = EVERY_DAY, working_days: bool = False, interval: bool = False
) -> Job:
    return Job("任务", "刷新到期清单", times, weekdays, working_days=working_days, interval=interval)


def every(minutes: int, weekdays: frozenset[int] = EVERY_DAY) -> Job:
    times = (dt.time(at // 60, at % 60) for at in range(0, DAY_MINUTES, minutes))
    return job(*times, weekdays=weekdays, interval=True)


def task(table: Timetable, workbook: str = "/数据/客户.xlsx") -> Task:
    return Task(workbook, "/usr/bin/python3", mark_of(workbook), table)


def weeks(table: Timetable) -> list[Week]:
    """The same timetable as each scheduler reads it."""
    wanted = task(table)
    return [
        week_of_xml(windows.task_xml(wanted, "", dt.date(2026, 11, 22))),
        week_of_plist(macos.agent(wanted, {}, Path("/log"))),
        week_of_timer(systemd.timer(wanted).decode()),
        week_of_cron(cron.lines(wanted, {})),
    ]


def test_jobs_at_one_time_share_a_start_on_all_their_days() -> None:
    table = timetable(
        [job(EARLY, weekdays=frozenset({0})), job(EARLY, NOON, weekdays=frozenset({2}))], same_clock=True
    )
    assert table == Timetable((Wake(EARLY, frozenset({0, 2})), Wake(NOON, frozenset({2}))), 30)


def test_it_starts_every_half_hour_though_no_job_asks_for_it() -> None:
    """What is due at 08:30 and must wait until 09:00 goes out then, not the next morning."""
    table = timetable([job(MORNING)], same_clock=True)
    assert table == Timetable((), 30)
    for week in weeks(table):
        assert {(0, 8, 30), (0, 9, 0)} <= week


def test_working_days_are_asked_about_every_day_for_weekends_are_made_up() -> None:
    table = timetable([job(EARLY, weekdays=OFFICE_DAYS, working_days=True)], same_clock=True)
    assert [wake.is_daily for wake in table.wakes] == [True]


@pytest.mark.parametrize(("minutes", "starts"), [(30, 30), (15, 15), (45, 15), (20, 20), (25, 5), (7, 5)])
def test_intervals_start_as_often_as_an_hour_divides(minutes: int, starts: int) -> None:
    assert timetable([every(minutes)], same_clock=True) == Timetable((), starts)


def test_intervals_of_hours_are_times_and_times_on_the_grid_are_not_told_twice() -> None:
    assert len(timetable([every(75)], same_clock=True).wakes) == 10
    assert timetable([every(120)], same_clock=True) == Timetable((), 30)
    assert timetable([every(24 * 60)], same_clock=True) == Timetable((), 30)
    mixed = timetable([every(30), job(MORNING, NOON)], same_clock=True)
    assert mixed == Timetable((Wake(NOON, EVERY_DAY),), 30)


def test_another_zone_or_too_many_times_start_every_quarter_of_an_hour() -> None:
    assert timetable([job(MORNING)], same_clock=False) == Timetable((), 15)
    assert timetable([job(MORNING), every(5)], same_clock=False) == Timetable((), 5)
    many = job(*(dt.time(hour, 7 * part) for hour in range(21) for part in (1, 2)))
    assert timetable([many], same_clock=True) == Timetable((), 15)


def test_nothing_switched_on_is_refused() -> None:
    with pytest.raises(UsageError, match="没有启用的任务"):
        timetable([], same_clock=True)


_TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
_DAYS = st.frozensets(st.integers(0, 6), min_size=1)
_JOBS = st.lists(
    st.one_of(
        st.builds(lambda at, days, only: job(*sorted(at), weekdays=days, working_days=only),
                  st.sets(_TIMES, min_size=1, max_size=3), _DAYS, st.booleans()),
        st.builds(every, st.sampled_from([5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 720, 1440]), _DAYS),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


@given(jobs=_JOBS)
def test_every_scheduler_starts_at_the_same_minutes_and_no_job_is_late(jobs: list[Job]) -> None:
    table = timetable(jobs, same_clock=True)
    first, *others = weeks(table)
    assert all(other == first for other in others)
    due = {(day, at.hour, at.minute) for one in jobs for day in one.weekdays for at in one.times}
    assert due <= first
    assert table.every is not None
    grid = {(day, hour, at) for day in range(7) for hour in range(24) for at in range(0, 60, table.every)}
    assert grid <= first
    asked = {  # beside the grid there is no start in vain but on weekends that may be made up for
        (day, at.hour, at.minute) for one in jobs if one.working_days for day in range(7) for at in one.times
    }
    assert first == grid | due | asked


def test_names_are_readable_and_belong_to_one_path() -> None:
    table = Timetable((Wake(MORNING, EVERY_DAY),))
    here, there = task(table, "/甲/客 户 (1).xlsx"), task(table, "/乙/客 户 (1).xlsx")
    assert here.name == f"xlcrm-客-户-1-{here.mark}"
    assert here.plain_name == f"xlcrm-1-{here.mark}"
    assert here.mark != there.mark
    assert task(table, "/甲/客户.xlsx").plain_name == f"xlcrm-{mark_of('/甲/客户.xlsx')}"
    assert task(table, "C:\\数据\\客户.xlsx").folder == "C:\\数据"
    assert task(table, "C:\\数据\\客户.xlsx").title == "客户.xlsx"


@pytest.mark.parametrize(
    "path", ["/a\nb.xlsx", "/a\x07.xlsx", "/a\udc80.xlsx", "/a\ufffe.xlsx", "/a\u2028\r.xlsx"]
)
def test_paths_that_no_file_can_hold_are_refused(path: str) -> None:
    with pytest.raises(UsageError, match="请先改名") as told:
        refuse_unwritable("/好.xlsx", path)
    assert told.value.message.isprintable()
