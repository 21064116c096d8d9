"""任务计划 of a real workbook: read, and told what ran."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zoneinfo
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.entrypoints.watching.workbooks import jobs_sheet, put_jobs, put_parameter, row_of
from xlcrm.entrypoints.watching.due import runs_on
from xlcrm.entrypoints.watching.plan import read_plan, write_status
from xlcrm.entrypoints.watching.status import Status
from xlcrm.errors import ParameterError, SheetMissing, WorkbookOpen
from xlcrm.tables import BY_NAME
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Block, Changes
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)


def test_the_shipped_plan(demo: Path) -> None:
    plan = read_plan(demo, NOW)
    assert [(job.name, job.action, job.working_days) for job in plan.jobs] == [
        ("每日刷新", "刷新到期清单", True)
    ]
    assert plan.zone == zoneinfo.ZoneInfo("Asia/Shanghai")
    assert plan.wall(NOW) == dt.datetime(2026, 3, 2, 8, 0)
    assert not plan.faults
    assert not plan.remarks
    assert not plan.fixed_clock


def test_zone_clock_and_holidays_of_the_workbook_count(demo: Path) -> None:
    put_parameter(demo, "时区", "Europe/Berlin")
    put_parameter(demo, "固定时钟", "2026-03-18")
    with FileDoor(demo, write=True) as door:
        title = BY_NAME["holidays"].title
        columns = door.grid(title).columns
        heading = next(row for row, cell in enumerate(columns[0], start=1) if cell == "日期")
        end = next(
            (row for row, cell in enumerate(columns[0], start=1) if row > heading and cell is None), None
        )
        row = end or len(columns[0]) + 1
        door.apply(Changes([Block(title, row, 1, [[dt.date(2026, 3, 3)], ["休息"], ["公司日"]])]))
    plan = read_plan(demo, NOW)
    assert plan.wall(NOW) == dt.datetime(2026, 3, 2, 1, 0)
    assert plan.fixed_clock
    assert not runs_on(plan.jobs[0], dt.date(2026, 3, 3), plan.worktime)
    assert runs_on(plan.jobs[0], dt.date(2026, 3, 4), plan.worktime)


def test_a_year_without_a_published_arrangement_is_told(demo: Path) -> None:
    plan = read_plan(demo, dt.datetime(2031, 3, 2, tzinfo=dt.UTC))
    assert "还不知道 2031 年的放假安排" in plan.remarks[0]
    put_jobs(demo, row_of("每天"))
    assert not read_plan(demo, dt.datetime(2031, 3, 2, tzinfo=dt.UTC)).remarks


def test_wrong_rows_and_a_time_as_excel_keeps_it(demo: Path) -> None:
    put_jobs(demo, row_of("坏的", at="早上"), row_of("好的", at="09：00、14:00"))
    plan = read_plan(demo, NOW)
    assert [job.name for job in plan.jobs] == ["好的"]
    assert "任务计划第" in plan.faults[0].message
    assert "“早上”不能使用" in plan.faults[0].message


def test_a_workbook_without_the_sheet_is_refused(demo: Path) -> None:
    plain = demo.with_name("旧的.xlsx")
    plain.write_bytes(_renamed(demo.read_bytes()))
    with pytest.raises(SheetMissing, match=r"“旧的\.xlsx”里没有工作表“任务计划”"):
        read_plan(plain, NOW)
    with pytest.raises(SheetMissing):
        write_status(plain, {})


def _renamed(content: bytes) -> bytes:
    """The workbook with another name for its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "xl/workbook.xml":
                data = data.replace("任务计划".encode(), "计划任务".encode())
            new.writestr(item, data)
    return out.getvalue()


def test_a_parameter_that_cannot_be_used_is_refused(demo: Path) -> None:
    put_parameter(demo, "时区", "火星")
    with pytest.raises(ParameterError, match="时区"):
        read_plan(demo, NOW)


def test_the_sheet_is_told_without_a_backup_and_nothing_else_changes(demo: Path) -> None:
    put_jobs(
        demo,
        row_of("a", last_run=dt.datetime(2026, 1, 1), last_result="旧的", next_run=dt.datetime(2026, 1, 2)),
        row_of("b", last_run=dt.datetime(2026, 1, 1), last_result="旧的", next_run=dt.datetime(2026, 1, 2)),
        row_of("c", enabled="否", last_run=dt.datetime(2026, 1, 1), next_run=dt.datetime(2026, 1, 2)),
        row_of("d", at="？", next_run=dt.datetime(2026, 1, 2)),
    )
    before, kept = jobs_sheet(demo), backups(demo)
    ran, coming = dt.datetime(2026, 3, 2, 8, 30, 5), dt.datetime(2026, 3, 3, 8, 30)
    write_status(demo, {"a": Status(ran, "成功：" + "长" * 300, coming), "b": Status(next_run=coming)})
    after = jobs_sheet(demo)
    assert backups(demo) == kept
    told = after.frame.set_index("name")
    assert told.loc["a", "last_run"] == pd.Timestamp(ran)
    assert str(told.loc["a", "last_result"]).startswith("成功：长长")
    assert len(str(told.loc["a", "last_result"])) == 200
    assert told.loc["b", "last_run"] == pd.Timestamp(2026, 1, 1)
    assert told.loc["b", "last_result"] == "旧的"
    assert list(told["next_run"].notna()) == [True, True, False, False]
    assert "“？”不能使用" in str(told.loc["d", "last_result"])
    entered = [column for column in before.frame if column not in {"last_run", "last_result", "next_run"}]
    pd.testing.assert_frame_equal(before.frame[entered], after.frame[entered])


def test_what_was_wrong_is_told_no_longer_than_it_is(demo: Path) -> None:
    put_jobs(demo, row_of("甲", at="？"), row_of("乙", at="？"), row_of("丙", last_result="成功：好。"))
    write_status(demo, {})
    wrong = [str(cell) for cell in jobs_sheet(demo).frame["last_result"]]
    assert ["“？”不能使用" in cell for cell in wrong] == [True, True, False]
    put_jobs(
        demo,
        row_of("甲", last_result=wrong[0]),
        row_of("乙", at="？", enabled="否", last_result=wrong[1]),
        row_of("丙", last_result=wrong[2]),
    )
    write_status(demo, {"甲": Status(next_run=dt.datetime(2026, 3, 3, 8, 30))})
    after = jobs_sheet(demo).frame["last_result"]
    assert list(after.isna()) == [True, True, False]


def test_an_open_workbook_is_read_and_not_told(demo: Path) -> None:
    demo.with_name(f"~${demo.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
    assert read_plan(demo, NOW).jobs
    with pytest.raises(WorkbookOpen):
        write_status(demo, {})
