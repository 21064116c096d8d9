"""What the workbook and the machine say: when, what, and which scheduler there is."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.installing import cron, macos, systemd, windows
from xlcrm.entrypoints.installing.task import Task, mark_of, refuse_unwritable, timetable
from xlcrm.entrypoints.watching.plan import read_plan
from xlcrm.errors import ProgramMissing

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Mapping

    from xlcrm.entrypoints.installing.plan import Plan, System
    from xlcrm.entrypoints.installing.task import Timetable
    from xlcrm.entrypoints.watching.plan import Plan as JobPlan

_RUNS_SYSTEMD: Final = Path("/run/systemd/system")
_MONTHS: Final = 12
_MONTH: Final = dt.timedelta(days=30)


def task_of(workbook: Path, interpreter: str, now: dt.datetime) -> tuple[Task, JobPlan]:
    """What is to be started for a workbook, and what its 任务计划 says.

    Args:
        workbook: its file.
        interpreter: the Python that has xlcrm.
        now: local time.

    Raises:
        WorkbookError: it cannot be read, or has no 任务计划.
        ParameterError, CalendarError: 参数表 or 节假日 cannot be used.
        UsageError: no job is switched on, or a path cannot be written down.
    """
    plan = read_plan(workbook, now.astimezone())
    table = timetable(plan.jobs, same_clock=_same_clock(plan.zone, now))
    return named(workbook, interpreter, table), plan


def named(workbook: Path, interpreter: str, table: Timetable) -> Task:
    """The task of a workbook; it has the same name however the path is written.

    Raises:
        UsageError: a path cannot be written down.
    """
    path = str(workbook.absolute())
    refuse_unwritable(path, interpreter)
    return Task(path, interpreter, mark_of(os.path.normcase(workbook.resolve())), table)


def _same_clock(zone: zoneinfo.ZoneInfo, now: dt.datetime) -> bool:
    """Whether the machine shows the time of a zone, all year."""
    moments = [now.astimezone(dt.UTC) + month * _MONTH for month in range(_MONTHS)]
    return all(moment.astimezone().utcoffset() == moment.astimezone(zone).utcoffset() for moment in moments)


def this_system() -> System:
    """The scheduler of this machine.

    Raises:
        ProgramMissing: it has none that we know.
    """
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    if _RUNS_SYSTEMD.is_dir() and shutil.which("systemctl"):
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise ProgramMissing(
        "这台电脑上没有可用的定时程序（systemd 或 cron）；"
        "可以让 xlcrm watch 一直运行，或用 --system 只生成文件"
    )


def windowless(interpreter: str) -> str:
    """The Python beside an interpreter that opens no window, where there is one (Windows)."""
    beside = Path(interpreter).with_name("pythonw.exe")
    return str(beside) if sys.platform == "win32" and beside.is_file() else interpreter


def plan_for(system: System, task: Task, environ: Mapping[str, str], today: dt.date) -> Plan:
    """How a task gets into a scheduler.

    Args:
        system: which.
        task: what and when.
        environ: the user's variables.
        today: the first day.

    Raises:
        UsageError: a path cannot be written so that the scheduler reads it right.
    """
    if system == "windows":
        return windows.plan(task, environ, today)
    if system == "macos":
        return macos.plan(task, environ, Path.home(), _user())
    if system == "systemd":
        return systemd.plan(task, environ, Path.home())
    return cron.plan(task, environ)


def _user() -> int:
    """The user's number; 501 is the first one of macOS, for a file that is only written elsewhere."""
    return 501 if sys.platform == "win32" else os.getuid()
