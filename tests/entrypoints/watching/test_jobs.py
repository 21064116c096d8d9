"""Rows of 任务计划 as jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from xlcrm.entrypoints.watching.doing import DOINGS
from xlcrm.entrypoints.watching.jobs import EVERY_DAY, Job, RowFault, read_jobs
from xlcrm.tables.frames import SheetData
from xlcrm.tables.mailing import JOB_ACTION, JOBS

RIGHT = {"name": "每日刷新", "enabled": "是", "action": "刷新到期清单", "at": "08:30"}


def sheet(*rows: dict[str, Any]) -> SheetData:
    """任务计划 with some rows, the first of them row 3."""
    frame = pd.DataFrame(
        {
            column.key: pd.Series([row.get(column.key) for row in rows], dtype="str")
            for column in JOBS.columns
            if column.key not in {"last_run", "next_run"}
        }
    )
    frame.index = pd.RangeIndex(3, 3 + len(rows))
    keys = [str(key) for key in frame]
    places = {key: at for at, key in enumerate(keys, start=1)}
    headings = {key: JOBS.by_key[key].heading for key in keys}
    return SheetData(JOBS, JOBS.title, 2, places, headings, frame)


def read(**cells: Any) -> tuple[list[Job], list[RowFault]]:
    return read_jobs(sheet(RIGHT | cells))


def one(**cells: Any) -> Job:
    jobs, faults = read(**cells)
    assert not faults
    return jobs[0]


def fault(**cells: Any) -> str:
    jobs, faults = read(**cells)
    assert not jobs
    return faults[0].message


def test_a_row_is_a_job() -> None:
    whole = one(days="周一至周五", working_days="是", recipients="张三、li@example.com；王 五")
    assert whole == Job(
        "每日刷新",
        "刷新到期清单",
        (dt.time(8, 30),),
        frozenset(range(5)),
        working_days=True,
        recipients=("张三", "li@example.com", "王 五"),
        row=3,
    )
    assert one().weekdays == EVERY_DAY


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("8:30", ["08:30"]),
        ("08:30:00", ["08:30"]),
        ("０８：３０", ["08:30"]),
        ("14：00、 9:00", ["09:00", "14:00"]),
        ("09:00，14:00", ["09:00", "14:00"]),
        ("09:00和14:00", ["09:00", "14:00"]),
        ("09:00、09:00", ["09:00"]),
        ("09:00；", ["09:00"]),
        ("0.354166666666667", ["08:30"]),
        (".5", ["12:00"]),
    ],
)
def test_times(typed: str, times: list[str]) -> None:
    job = one(at=typed)
    assert [f"{at:%H:%M}" for at in job.times] == times
    assert not job.interval


@pytest.mark.parametrize(
    ("typed", "count", "second"),
    [
        ("每30分钟", 48, "00:30"),
        ("每 ３０ 分钟", 48, "00:30"),
        ("每隔5分", 288, "00:05"),
        ("每2小时", 12, "02:00"),
        ("每2个小时", 12, "02:00"),
        ("每小时", 24, "01:00"),
        ("每50分钟", 29, "00:50"),
    ],
)
def test_intervals_count_from_midnight(typed: str, count: int, second: str) -> None:
    job = one(at=typed)
    assert job.interval
    assert job.times[0] == dt.time(0)
    assert f"{job.times[1]:%H:%M}" == second
    assert len(job.times) == count


@pytest.mark.parametrize("typed", ["", "早上", "25:00", "08:60", "8点", "、", "8:3", "08:30:15", "1.5"])
def test_what_is_no_time_is_told_with_its_cell(typed: str) -> None:
    message = fault(at=typed)
    assert message.startswith("任务计划第3行的“时间”")
    assert "08:30" in message
    assert message.endswith("其他任务照常。")


@pytest.mark.parametrize("typed", ["每1分钟", "每0小时", "每25小时", "每9999分钟"])
def test_intervals_have_bounds(typed: str) -> None:
    assert "间隔最短 5 分钟，最长 24 小时" in fault(at=typed)


@pytest.mark.parametrize(
    ("cells", "heading", "found"),
    [
        ({"name": None}, "任务", "没有填写"),
        ({"enabled": "也许"}, "启用", "“也许”不能使用"),
        ({"action": "备份"}, "操作", "“备份”不能使用，应为 刷新到期清单、"),
        ({"action": None}, "操作", "没有填写"),
        ({"days": "星期八"}, "星期", "应写成 周一至周五"),
        ({"days": "周日至周二"}, "星期", "从后往前"),
        ({"working_days": "偶尔"}, "仅工作日", "请填 是 或 否"),
    ],
)
def test_a_wrong_cell_is_told(cells: dict[str, Any], heading: str, found: str) -> None:
    message = fault(**cells)
    assert f"第3行的“{heading}”" in message
    assert found in message


def test_wrong_rows_leave_the_others_alone() -> None:
    jobs, faults = read_jobs(sheet(RIGHT | {"at": "？"}, RIGHT | {"name": "检查"}, RIGHT | {"name": "刷新"}))
    assert [job.name for job in jobs] == ["检查", "刷新"]
    assert [fault.row for fault in faults] == [3]


def test_of_two_of_one_name_the_second_is_wrong() -> None:
    jobs, faults = read_jobs(sheet(RIGHT, RIGHT | {"at": "09:00"}))
    assert [job.row for job in jobs] == [3]
    assert "第4行的“任务”“每日刷新”不能使用，与第 3 行同名" in faults[0].message


@pytest.mark.parametrize("enabled", ["否", None])
def test_a_job_that_is_switched_off_may_be_half_filled_in(enabled: str | None) -> None:
    assert read(enabled=enabled, at="以后再说") == ([], [])


def test_the_timetable_changes_with_what_makes_a_job_due() -> None:
    same = one(recipients="张三", note="给老板")
    assert same.timetable == one().timetable
    others = [one(at="08:31"), one(days="周一"), one(working_days="是"), one(action="检查录入")]
    others += [one(at=at) for at in ("每50分钟", "每51分钟", "00:00、00:50", "每24小时", "00:00")]
    assert len({each.timetable for each in others} | {same.timetable}) == 10


def test_every_action_of_the_sheet_does_something() -> None:
    assert set(DOINGS) == set(JOB_ACTION.values)
