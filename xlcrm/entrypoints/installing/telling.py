"""What `xlcrm schedule` does, and what the user is told of it: each function gives back sentences."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.installing import doing
from xlcrm.entrypoints.installing.looking import named, plan_for, task_of, this_system, windowless
from xlcrm.entrypoints.installing.plan import SYSTEMS, filled
from xlcrm.entrypoints.installing.task import Timetable
from xlcrm.entrypoints.watching.world import Watch
from xlcrm.errors import ProgramError, ProgramMissing, SheetMissing, UsageError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from xlcrm.entrypoints.installing.plan import Plan, System
    from xlcrm.entrypoints.installing.task import Task
    from xlcrm.entrypoints.watching.plan import Plan as JobPlan

_SYSTEM_NAMES: Final = {
    "windows": "Windows 任务计划程序",
    "macos": "macOS 的 launchd",
    "systemd": "systemd",
    "cron": "cron",
}
NOT_INSTALLED: Final = "定时运行没有安装。"
INSTALLED: Final = "定时运行已安装。"
OUTDATED: Final = "定时运行已安装，但之后改过 任务计划 或换过 Python，请再运行一次 --install。"
_DAYS: Final = "一二三四五六日"
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class _Asked:
    """A task, how it gets into the scheduler, and the jobs that it is for."""

    task: Task
    plan: Plan
    jobs: JobPlan


def write(workbook: Path, system: str, interpreter: str, now: dt.datetime) -> list[str]:
    """Write the files beside the workbook and say how to install them.

    Args:
        workbook: its file.
        system: of `SYSTEMS`; empty for the one of this machine.
        interpreter: the Python that has xlcrm.
        now: local time.

    Raises:
        XlcrmError: see `looking.task_of` and `doing.written`.
    """
    asked = _asked(workbook, system, interpreter, now)
    files = doing.written(asked.plan, workbook, asked.task.mark)
    return [
        f"这次没有安装，只生成了 {_SYSTEM_NAMES[asked.plan.system]} 要的文件：",
        *map(str, files),
        *_when(asked),
        "自动安装：在同一条命令后面加上 --install。",
        *(filled(sentence, files) for sentence in asked.plan.by_hand),
        *asked.plan.hints,
    ]


def show(workbook: Path, system: str, interpreter: str, now: dt.datetime) -> list[str]:
    """The files' texts, and whether the task stands in the scheduler; nothing is written.

    Arguments and errors as `write`.
    """
    asked = _asked(workbook, system, interpreter, now)
    lines = [line for name, content in asked.plan.files.items() for line in (f"【{name}】", _text(content))]
    return [*lines, *asked.plan.lines, *_when(asked), state(asked.plan, workbook, asked.task.mark)]


def install(workbook: Path, system: str, interpreter: str, now: dt.datetime) -> list[str]:
    """Put the task into the scheduler, in place of an older one of the same workbook.

    Arguments as `write`.

    Raises:
        XlcrmError: see `looking.task_of` and `doing.install`.
    """
    asked = _asked(workbook, system, interpreter, now)
    said = doing.install(asked.plan, workbook, asked.task.mark)
    Watch(workbook).remember(asked.jobs, now.astimezone())  # or the first time that is missed would not count
    return [
        f"已交给 {_SYSTEM_NAMES[asked.plan.system]}，名称是 {_known_as(asked)}。",
        *_answers(said),
        *_when(asked),
        *asked.plan.hints,
        "改了 任务计划 的时间，或移动、改名了工作簿，请再运行一次 --install；取消用 --remove。",
    ]


def remove(workbook: Path, system: str, interpreter: str, now: dt.datetime) -> list[str]:
    """Take the task out of the scheduler; the workbook may be gone by now, and its jobs are not read.

    Arguments as `write`.

    Raises:
        XlcrmError: see `doing.remove`.
    """
    task = named(workbook, windowless(interpreter), Timetable((), None))
    plan = plan_for(_system(system), task, os.environ, now.date())
    said = doing.remove(plan, workbook, task.mark)
    if said is None:
        return [f"{_SYSTEM_NAMES[plan.system]} 里没有“{workbook.name}”的定时运行，不需要取消。"]
    return [f"已从 {_SYSTEM_NAMES[plan.system]} 取消“{workbook.name}”的定时运行。", *_answers(said)]


def state(plan: Plan, workbook: Path, mark: str) -> str:
    """Whether the scheduler has the task, and as it would be made now."""
    try:
        if not doing.standing(plan, workbook, mark):
            return NOT_INSTALLED
        return INSTALLED if doing.up_to_date(plan, workbook, mark) else OUTDATED
    except ProgramError as error:
        return f"不知道定时运行是否已安装：{error.message}"


def state_here(workbook: Path, interpreter: str, now: dt.datetime) -> str | None:
    """The same for this machine's scheduler; None where it has none, or the workbook has nothing for it.

    Args:
        workbook: its file.
        interpreter: the Python that has xlcrm.
        now: local time.

    Raises:
        WorkbookError, ParameterError, CalendarError: the workbook cannot be read.
    """
    try:
        asked = _asked(workbook, "", interpreter, now)
    except (ProgramMissing, SheetMissing, UsageError):
        return None
    return state(asked.plan, workbook, asked.task.mark)


def _asked(workbook: Path, system: str, interpreter: str, now: dt.datetime) -> _Asked:
    chosen = _system(system)
    task, jobs = task_of(workbook, windowless(interpreter), now)
    return _Asked(task, plan_for(chosen, task, os.environ, now.date()), jobs)


def _system(typed: str) -> System:
    if not typed:
        return this_system()
    for system in SYSTEMS:
        if system == typed:
            return system
    raise UsageError(f"不认识系统“{typed}”；可用 {'、'.join(SYSTEMS)}")


def _known_as(asked: _Asked) -> str:
    names = list(asked.plan.files)
    return names[-1].removesuffix(".xml").removesuffix(".plist") if names else asked.task.name


def _when(asked: _Asked) -> list[str]:
    table = asked.task.timetable
    texts = [f"{_days(wake.weekdays)} {wake.at:%H:%M}".strip() for wake in table.wakes]
    if len(texts) > _SHOWN:
        texts = [*texts[:_SHOWN], f"等 {len(table.wakes)} 个时间"]
    if table.every is not None:
        texts.append(f"每 {table.every} 分钟")
    faults = [fault.message for fault in asked.jobs.faults]
    return [f"运行时间：{'、'.join(texts)}；到时只做 任务计划 里该做的，没有就结束。", *faults]


def _days(weekdays: frozenset[int]) -> str:
    return "" if len(weekdays) == len(_DAYS) else "周" + "".join(_DAYS[day] for day in sorted(weekdays))


def _answers(said: Sequence[str]) -> list[str]:
    return [f"系统的回答：{'；'.join(said)}"] if said else []


def _text(content: bytes) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8")
