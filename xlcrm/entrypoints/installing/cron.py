"""Where there is no systemd: lines of the user's crontab, between two marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.installing.plan import SIGNED, Plan
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.entrypoints.installing.task import Task, Timetable

_LONGEST: Final = 990
"""Bytes of a line; cron gives up at a thousand."""
_ENVIRONMENT: Final = "$HOME/.config/xlcrm/env"
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def plan(task: Task, environ: Mapping[str, str]) -> Plan:
    """How the task gets into the user's crontab.

    Args:
        task: what and when.
        environ: the user's variables.

    Raises:
        UsageError: see `lines`.
    """
    return Plan(
        "cron",
        {},
        None,
        lines=lines(task, environ),
        by_hand=(
            "手工安装：运行 crontab -e，把这几行加到末尾，保存。",
            "手工取消：运行 crontab -e，删掉这几行。",
        ),
        hints=("电脑开着时才会运行；关机时错过的时间，下次开机后补上。",),
    )


def lines(task: Task, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The block of the task, its two marks among them.

    Variables stand in front of the command: as lines of their own they would hold for all that follows.

    Raises:
        UsageError: a line is longer than cron takes.
    """
    begin, end = marks(task.mark)
    language = environ.get("LANG") or "C.UTF-8"
    words = " ".join(map(quoted, task.command))
    load = f'set -a; [ ! -r "{_ENVIRONMENT}" ] || . "{_ENVIRONMENT}"; set +a'
    command = f"{load}; PATH={_PATH} LANG={quoted(language)} {words} >/dev/null 2>&1"
    block = (
        f"{begin}（{task.name}，请勿手工修改）",
        *(f"{time} {command}" for time in (*times(task.timetable), "@reboot")),
        end,
    )
    if any(len(line.encode("utf-8")) > _LONGEST for line in block):
        raise UsageError(f"工作簿的路径太长，cron 的一行放不下，请把“{task.title}”移到较浅的文件夹")
    return block


def marks(mark: str) -> tuple[str, str]:
    """How the first and the last line of a task's block begin."""
    return f"# >>> {SIGNED} {mark}", f"# <<< {SIGNED} {mark}"


def times(table: Timetable) -> list[str]:
    """The timetable as cron writes times: minute, hour, day, month, weekday with Sunday 0."""
    texts = []
    for wake in table.wakes:
        days = (
            "*" if wake.is_daily else ",".join(str(day) for day in sorted((d + 1) % 7 for d in wake.weekdays))
        )
        texts.append(f"{wake.at.minute} {wake.at.hour} * * {days}")
    return texts if table.every is None else [*texts, f"*/{table.every} * * * *"]


def merged(crontab: str, mark: str, block: tuple[str, ...]) -> str:
    """A crontab with the block of a task replaced, or added at its end; without it where `block` is empty.

    Raises:
        UsageError: the block begins and does not end: whose the lines after it are, nobody can tell.
    """
    begin, end = marks(mark)
    kept: list[str] = []
    inside = False
    for line in _lines(crontab):
        if line.startswith(begin):
            inside = True
        elif inside:
            inside = not line.startswith(end)
        else:
            kept.append(line)
    if inside:
        raise UsageError(f"crontab 里“{begin}”这一块没有结尾，请用 crontab -e 删掉它，然后再试")
    return "".join(f"{line}\n" for line in (*kept, *block))


def block_of(crontab: str, mark: str) -> tuple[str, ...]:
    """The block of a task as it stands in a crontab; empty where there is none."""
    begin, end = marks(mark)
    found = _lines(crontab)
    start = next((at for at, line in enumerate(found) if line.startswith(begin)), None)
    if start is None:
        return ()
    stop = next((at for at, line in enumerate(found) if at > start and line.startswith(end)), len(found) - 1)
    return tuple(found[start : stop + 1])


def _lines(crontab: str) -> list[str]:
    """Its lines; a form feed or a carriage return ends none."""
    return crontab.removesuffix("\n").split("\n") if crontab else []


def quoted(text: str) -> str:
    """A word for the shell of a crontab.

    cron ends a command at a percent sign that no backslash precedes, and takes that backslash away. So the
    sign stands outside the quotes: a backslash of the text itself never comes before it.
    """
    return "'" + text.replace("'", "'\"'\"'").replace("%", "'\\%'") + "'"
