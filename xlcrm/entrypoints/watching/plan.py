"""The plan of a workbook: its jobs, its calendar and its time zone, and the columns that tell what ran."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.actions.blocks import auto_blocks
from xlcrm.actions.loading import calendar
from xlcrm.compute.facts import objects
from xlcrm.entrypoints.watching.jobs import NOT_RUN, read_jobs
from xlcrm.entrypoints.watching.status import Status
from xlcrm.errors import SheetMissing
from xlcrm.rules.parameters import read_parameters
from xlcrm.tables.mailing import JOBS
from xlcrm.tables.system import HOLIDAYS, PARAMETERS
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Changes
from xlcrm.workbook.reading import read_tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from xlcrm.compute.columns import Columns
    from xlcrm.entrypoints.watching.jobs import Job, RowFault
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Door
    from xlcrm.worktime import Worktime

_STATUS: Final = ("last_run", "last_result", "next_run")
_LONGEST: Final = 200
"""Letters of a result in the sheet; the ledger has all of it."""


@dataclass(frozen=True)
class Plan:
    """What 任务计划, 参数表 and 节假日 say.

    Attributes:
        jobs: those that are switched on and right, in the order of the sheet.
        faults: rows that cannot run.
        worktime: the office's calendar.
        zone: 时区, whose wall clock the jobs follow.
        fixed_clock: 固定时钟 is set, which actions take for now.
        remarks: sentences about the plan as a whole.
    """

    jobs: tuple[Job, ...]
    worktime: Worktime
    zone: zoneinfo.ZoneInfo
    faults: tuple[RowFault, ...] = ()
    fixed_clock: bool = False
    remarks: tuple[str, ...] = ()

    def wall(self, moment: dt.datetime) -> dt.datetime:
        """What the clock of 时区 shows at a moment that knows its zone."""
        return moment.astimezone(self.zone).replace(tzinfo=None)


def read_plan(path: Path, now: dt.datetime) -> Plan:
    """Read the plan of a closed or open workbook, as it was saved last.

    Args:
        path: the workbook.
        now: a moment with its zone; the calendar covers the years around it.

    Raises:
        WorkbookError: the workbook cannot be read.
        SheetMissing: it has no 任务计划.
        ParameterError, CalendarError: 参数表 or 节假日 cannot be used.
    """
    with FileDoor(path, write=False) as door:
        sheets = read_tables(door, (JOBS, PARAMETERS, HOLIDAYS)).tables
        sheet = _jobs_sheet(door, sheets)
    parameters = read_parameters(sheets.get(PARAMETERS.name))
    zone = zoneinfo.ZoneInfo(parameters.time_zone)
    today = now.astimezone(zone).replace(tzinfo=None)
    worktime, _ = calendar(parameters, sheets.get(HOLIDAYS.name), today)
    jobs, faults = read_jobs(sheet)
    remarks = []
    if today.year not in worktime.known_years and any(job.working_days for job in jobs):
        remarks.append(
            f"还不知道 {today.year} 年的放假安排，仅工作日 的任务按周末和法定节日判断，不含调休；"
            "公布后请填入节假日表，或升级 xlcrm"
        )
    return Plan(tuple(jobs), worktime, zone, tuple(faults), parameters.clock_now is not None, tuple(remarks))


def write_status(path: Path, status: Mapping[str, Status]) -> None:
    """Fill the columns that tell what ran, in a closed workbook; the file is not backed up for that.

    Rows that cannot run get the sentence that says why.

    Args:
        path: the workbook.
        status: job name -> what to tell.

    Raises:
        XlcrmError: it cannot be written now.
    """
    with FileDoor(path, write=True) as door:
        sheet = _jobs_sheet(door, read_tables(door, (JOBS,)).tables)
        blocks, _ = auto_blocks(sheet, _columns(sheet, status))
        if blocks:
            door.apply(Changes(blocks), backup=False)


def _jobs_sheet(door: Door, sheets: Mapping[str, SheetData]) -> SheetData:
    if JOBS.name not in sheets:
        raise SheetMissing(
            f"“{door.title}”里没有工作表“{JOBS.title}”，不知道何时运行什么；"
            "请用 xlcrm new 建立的新工作簿，或把其中的这张工作表复制过来"
        )
    return sheets[JOBS.name]


def _columns(sheet: SheetData, status: Mapping[str, Status]) -> Columns:
    """The three columns, aligned with the sheet's rows."""
    jobs, faults = read_jobs(sheet)
    told = {job.row: status.get(job.name, Status()) for job in jobs}
    wrong = {fault.row: fault.message for fault in faults}
    values = {key: objects(sheet.frame[key]) for key in _STATUS}
    for at, row in enumerate(sheet.frame.index):
        one = told.get(row, Status())
        values["next_run"][at] = one.next_run
        if row in wrong:
            values["last_result"][at] = wrong[row]
        elif one.last_run is not None:
            values["last_run"][at] = one.last_run
            values["last_result"][at] = one.last_result[:_LONGEST]
        elif str(values["last_result"][at]).endswith(NOT_RUN):  # it is right again, or switched off
            values["last_result"][at] = None
    return values
