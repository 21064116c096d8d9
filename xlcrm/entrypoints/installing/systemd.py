"""Linux with systemd: a timer of the user, and the service that it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.installing.plan import SIGNED, Plan
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlcrm.entrypoints.installing.task import Task, Timetable, Wake

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENVIRONMENT: Final = "%h/.config/xlcrm/env"
"""`NAME=value` lines of the user's own, such as the mail account's password where no keyring is open."""


def plan(task: Task, environ: Mapping[str, str], home: Path) -> Plan:
    """How the task becomes a timer of the user.

    Args:
        task: what and when.
        environ: the user's variables; XDG_CONFIG_HOME may move the folder of the units.
        home: the user's folder.

    Raises:
        UsageError: see `service`.
    """
    name = task.plain_name
    timer_name = f"{name}.timer"
    configuration = environ.get("XDG_CONFIG_HOME") or str(home / ".config")
    folder = home.joinpath(configuration) / "systemd" / "user"
    control = ("systemctl", "--user")
    return Plan(
        "systemd",
        {f"{name}.service": service(task, environ), timer_name: timer(task)},
        folder,
        install=((*control, "daemon-reload"), (*control, "enable", "--now", timer_name)),
        remove=((*control, "disable", "--now", timer_name),),
        after=((*control, "daemon-reload"),),
        by_hand=(
            (
                f"手工安装：把这两个文件复制到 {folder}，然后运行 systemctl --user daemon-reload 和 "
                f"systemctl --user enable --now {timer_name}。"
            ),
            f"手工取消：运行 systemctl --user disable --now {timer_name}，然后删除那两个文件。",
        ),
        hints=(
            (
                "您登录期间才会运行；要在没有登录时也运行，请运行一次 loginctl enable-linger。"
                "电脑关着时错过的时间，下次开机后补上。"
            ),
            f"运行情况用 journalctl --user -u {name} 查看。",
        ),
    )


def service(task: Task, environ: Mapping[str, str]) -> bytes:
    """The service: one run, then it ends.

    Raises:
        UsageError: the interpreter's path has a sign that a unit cannot name a program by.
    """
    if any(sign in task.interpreter for sign in "$\"'\\"):
        raise UsageError(
            f"Python 的路径“{task.interpreter}”里有引号、反斜杠或“$”，systemd 不能启动它，请装到别的文件夹"
        )
    program, *arguments = task.command
    words = [_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)]
    lines = [
        f"# {SIGNED}",
        "[Unit]",
        f"Description={_specifier_free(task.name)}",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={' '.join(words)}",
        f"Environment={_quoted('LANG=' + (environ.get('LANG') or 'C.UTF-8'))}",
        f"Environment={_quoted('PATH=' + environ.get('PATH', '/usr/local/bin:/usr/bin:/bin'))}",
        f"EnvironmentFile=-{_ENVIRONMENT}",
        "TimeoutStartSec=2h",
    ]
    return _file(lines)


def timer(task: Task) -> bytes:
    """The timer; Persistent makes good what was missed while the machine was off."""
    lines = [
        f"# {SIGNED}",
        "[Unit]",
        f"Description={_specifier_free(task.name)}",
        "",
        "[Timer]",
        *(f"OnCalendar={calendar}" for calendar in calendars(task.timetable)),
        "AccuracySec=1s",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return _file(lines)


def calendars(table: Timetable) -> list[str]:
    """The timetable as systemd writes times."""
    texts = [f"{_days(wake)}*-*-* {wake.at:%H:%M}:00" for wake in table.wakes]
    return texts if table.every is None else [*texts, f"*-*-* *:00/{table.every}:00"]


def _days(wake: Wake) -> str:
    return "" if wake.is_daily else ",".join(_WEEKDAYS[day] for day in sorted(wake.weekdays)) + " "


def _quoted(text: str) -> str:
    """A word of a command line or an assignment: quotes, with their escapes, and no specifiers."""
    return '"' + _specifier_free(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _specifier_free(text: str) -> str:
    return text.replace("%", "%%")


def _file(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
