"""macOS: an agent of launchd."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any

from xlcrm.entrypoints.installing.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlcrm.entrypoints.installing.task import Task, Wake


def plan(task: Task, environ: Mapping[str, str], home: Path, uid: int) -> Plan:
    """How the task becomes an agent of the user.

    Args:
        task: what and when.
        environ: the user's variables.
        home: the user's folder.
        uid: the user's number.
    """
    label = label_of(task)
    folder = home / "Library" / "LaunchAgents"
    log = home / "Library" / "Logs" / f"{label}.log"
    out = ("launchctl", "bootout", f"gui/{uid}/{label}")
    return Plan(
        "macos",
        {f"{label}.plist": agent(task, environ, log)},
        folder,
        install=(("launchctl", "bootstrap", f"gui/{uid}", "{0}"),),
        again=(out,),
        remove=(out,),
        by_hand=(
            f"手工安装：把这个文件复制到 {folder}，再在终端运行 launchctl bootstrap gui/{uid} 加上它的路径。",
            f"手工取消：运行 launchctl bootout gui/{uid}/{label}，然后删除那个文件。",
        ),
        hints=(
            "电脑开着、您已登录时才会运行；睡眠时错过的时间，唤醒后补上。",
            (
                "工作簿在“桌面”“文稿”或“下载”里时，macOS 可能不让它读取；请把工作簿移到别的文件夹，"
                f"或在“系统设置 > 隐私与安全性 > 完全磁盘访问权限”里加上 {task.interpreter}。"
            ),
        ),
    )


def label_of(task: Task) -> str:
    """The name that launchd knows it by."""
    return task.plain_name.replace("-", ".", 1)


def agent(task: Task, environ: Mapping[str, str], log: Path) -> bytes:
    """The agent's property list.

    Args:
        task: what and when.
        environ: the user's variables; launchd gives an agent hardly any.
        log: what it prints goes here.
    """
    known: dict[str, Any] = {
        "Label": label_of(task),
        "ProgramArguments": list(task.command),
        "WorkingDirectory": task.folder,
        "EnvironmentVariables": {
            "PATH": environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
            "LANG": environ.get("LANG") or "zh_CN.UTF-8",
        },
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
        "RunAtLoad": True,  # launchd makes good what it slept through, not what it was off for
    }
    table = task.timetable
    times = [_moment(wake, day) for wake in table.wakes for day in _days(wake)]
    if table.every is not None:
        times += [{"Minute": minute} for minute in range(0, 60, table.every)]
    return plistlib.dumps({**known, "StartCalendarInterval": times}, sort_keys=False)


def _days(wake: Wake) -> list[int | None]:
    """Sunday 0; None for every day."""
    if wake.is_daily:
        return [None]
    return [*sorted((day + 1) % 7 for day in wake.weekdays)]


def _moment(wake: Wake, day: int | None) -> dict[str, int]:
    moment = {"Hour": wake.at.hour, "Minute": wake.at.minute}
    return moment if day is None else {**moment, "Weekday": day}
