"""A whole year of watching, and the nights in which clocks are put on or back."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from typing import TYPE_CHECKING
from unittest import mock

import chinese_calendar
import pytest

from tests.entrypoints.watching.stand_ins import Clock, Office, chinese_worktime, job
from xlcrm.worktime import Worktime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_disk() -> Iterator[None]:
    """A year has thousands of lines; that each reaches the disk is looked at elsewhere."""
    with mock.patch.object(os, "fsync"):
        yield


def days_of(year: int) -> list[dt.date]:
    first = dt.date(year, 1, 1)
    return [day for at in range(366) if (day := first + dt.timedelta(days=at)).year == year]


@pytest.mark.parametrize("system", ["UTC", "America/New_York"])
@pytest.mark.parametrize("year", [2024, 2026])
def test_every_working_day_once_and_no_day_off(tmp_path: Path, year: int, system: str) -> None:
    clock = Clock(f"{year}-01-01T00:30:00")
    office = Office(
        clock,
        tmp_path / "w.jsonl",
        chinese_worktime(year),
        job("刷新", "08:30", working_days=True),
        job("邮件", "08:30", action="管理层邮件", working_days=True, weekdays=frozenset(range(5))),
        job("每天", "23:59", action="检查录入"),
    )
    with clock.ruling(system):
        office.watch_until(f"{year + 1}-01-01T00:00:00")
    working = [day for day in days_of(year) if chinese_calendar.is_workday(day)]
    weekends = [day for day in working if day.weekday() >= 5]
    assert weekends, "the year has weekends that are made up for"
    mornings = [dt.datetime.combine(day, dt.time(8, 30)) for day in working]
    for name in ("刷新", "邮件"):
        assert [to_minute(at) for ran, at in office.ran if ran == name] == mornings
    nights = [dt.datetime.combine(day, dt.time(23, 59)) for day in days_of(year)]
    assert [to_minute(at) for ran, at in office.ran if ran == "每天"] == nights
    assert min(clock.naps[:-1]) >= 1
    mails = [at for at, (name, _) in enumerate(office.ran) if name == "邮件"]
    assert all(office.ran[at - 1][0] == "刷新" for at in mails)


def to_minute(moment: dt.datetime) -> dt.datetime:
    """The minute of a run; a job begins within two seconds."""
    assert moment.second <= 2
    return moment.replace(second=0, microsecond=0)


CHANGES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
}


@pytest.mark.parametrize("poll", [30.0, 21_600.0])
@pytest.mark.parametrize(
    ("zone", "system"),
    [*itertools.product(CHANGES, ["UTC"]), *((zone, zone) for zone in CHANGES)],
)
def test_a_time_in_the_hour_that_changes_runs_once(
    tmp_path: Path, zone: str, system: str, poll: float
) -> None:
    for change in CHANGES[zone]:
        day = dt.date.fromisoformat(change)
        clock = Clock(f"{day - dt.timedelta(days=1)}T12:00:00", zone)
        office = Office(clock, tmp_path / f"{change}.jsonl", Worktime.build(), job("夜里", "02:30"))
        with clock.ruling(system):
            office.watch_until(f"{day + dt.timedelta(days=1)}T12:00:00", poll=poll)
        assert [at.date() for _, at in office.ran] == [day, day + dt.timedelta(days=1)]
        assert clock.naps.count(1.0) < 4_000
