"""Windows: a task of the Task Scheduler, schema 1.2."""

from __future__ import annotations

import io
import re
import subprocess
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from xlcrm.entrypoints.installing.plan import SIGNED, Plan
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from xlcrm.entrypoints.installing.task import Task, Wake

NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SETTINGS: Final = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "AllowHardTerminate": "true",
    "StartWhenAvailable": "true",  # what a machine that was off has missed
    "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true",
    "Enabled": "true",
    "Hidden": "false",
    "RunOnlyIfIdle": "false",
    "WakeToRun": "false",
    "ExecutionTimeLimit": "PT2H",
    "Priority": "7",
}
_VARIABLE: Final = re.compile(r"%([^%]+)%")


def plan(task: Task, environ: Mapping[str, str], today: dt.date) -> Plan:
    """How the task gets into the Task Scheduler.

    Args:
        task: what and when.
        environ: the user's variables; USERDOMAIN and USERNAME say who it runs as.
        today: the first day.

    Raises:
        UsageError: the scheduler would read something into a path that is not there.
    """
    for path in (task.workbook, task.interpreter):
        _refuse_read_into(path, environ)
    user = "\\".join(filter(None, (environ.get("USERDOMAIN", ""), environ.get("USERNAME", ""))))
    name = task.name
    return Plan(
        "windows",
        {f"{name}.xml": task_xml(task, user, today)},
        None,
        install=(("schtasks", "/Create", "/XML", "{0}", "/TN", name, "/F"),),
        remove=(("schtasks", "/Delete", "/TN", name, "/F"),),
        asked=("schtasks", "/Query", "/TN", name),
        by_hand=(
            f'手工安装：在命令提示符里运行 schtasks /Create /XML "{{0}}" /TN "{name}" /F。',
            "或者打开“任务计划程序”，点“导入任务”，选这个文件，按“确定”。",
            f'手工取消：运行 schtasks /Delete /TN "{name}" /F，或在“任务计划程序”里删除它。',
        ),
        hints=("电脑开着、您已登录（锁屏也可以）时才会运行；错过的时间，下次登录后补上。",),
    )


def task_xml(task: Task, user: str, today: dt.date) -> bytes:
    r"""The task's file: UTF-16 with a byte order mark, as `schtasks /XML` reads it.

    Args:
        task: what and when.
        user: as DOMAIN\name; it runs only while this user is logged on, so no password is kept and the
            user's keyring can be read. Whoever registers it where empty.
        today: the first day.
    """
    root = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = _under(root, "RegistrationInfo")
    _text(about, "Author", SIGNED)
    _text(about, "Description", f"按“{task.title}”的任务计划运行 xlcrm")
    triggers = _under(root, "Triggers")
    for wake in task.timetable.wakes:
        _trigger(triggers, wake, today)
    if task.timetable.every is not None:
        _repeated(triggers, task.timetable.every, today)
    principal = _under(_under(root, "Principals"), "Principal", id="Author")
    if user:
        _text(principal, "UserId", user)
    _text(principal, "LogonType", "InteractiveToken")
    _text(principal, "RunLevel", "LeastPrivilege")
    settings = _under(root, "Settings")
    for name, value in _SETTINGS.items():
        _text(settings, name, value)
    program = _under(_under(root, "Actions", Context="Author"), "Exec")
    _text(program, "Command", task.command[0])
    _text(program, "Arguments", subprocess.list2cmdline(task.command[1:]))
    _text(program, "WorkingDirectory", task.folder)
    ET.indent(root)
    file = io.BytesIO()
    ET.ElementTree(root).write(file, encoding="utf-16", xml_declaration=True)
    return file.getvalue()


def _trigger(triggers: ET.Element, wake: Wake, today: dt.date) -> None:
    trigger = _under(triggers, "CalendarTrigger")
    _text(trigger, "StartBoundary", f"{today:%Y-%m-%d}T{wake.at:%H:%M}:00")  # no zone: local time
    if wake.is_daily:
        _text(_under(trigger, "ScheduleByDay"), "DaysInterval", "1")
        return
    weekly = _under(trigger, "ScheduleByWeek")
    _text(weekly, "WeeksInterval", "1")
    days = _under(weekly, "DaysOfWeek")
    for day in sorted(wake.weekdays):
        _under(days, _WEEKDAYS[day])


def _repeated(triggers: ET.Element, minutes: int, today: dt.date) -> None:
    """All day long, begun anew at midnight: so no change of the clock shifts it for good."""
    trigger = _under(triggers, "CalendarTrigger")
    _text(trigger, "StartBoundary", f"{today:%Y-%m-%d}T00:00:00")
    repetition = _under(trigger, "Repetition")
    _text(repetition, "Interval", f"PT{minutes}M")
    _text(repetition, "Duration", "P1D")
    _text(_under(trigger, "ScheduleByDay"), "DaysInterval", "1")


def _refuse_read_into(path: str, environ: Mapping[str, str]) -> None:
    """The Task Scheduler replaces %NAME% and $(Arg0), and knows no way to write them as they are."""
    known = {name.upper() for name in environ}
    if "$(" in path or any(name.upper() in known for name in _VARIABLE.findall(path)):
        raise UsageError(f"路径“{path}”里有“%变量%”或“$(”，Windows 任务计划会把它换成别的内容，请先改名")


def _under(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, name, attributes)


def _text(parent: ET.Element, name: str, text: str) -> None:
    _under(parent, name).text = text
