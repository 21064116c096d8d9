"""All checks in the order of the report."""

from __future__ import annotations

import datetime as dt
import functools
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlcrm import __version__
from xlcrm.entrypoints.doctor import clock, excel, interpreter, macros, programs, workbook
from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Check, Verdict, checked
from xlcrm.errors import XlcrmError
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.safety import inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlcrm.entrypoints.doctor.machine import Machine

    Look = tuple[str, Callable[[], Verdict | None]]

_PROJECT: Final = "xl/vbaProject.bin"
_SETTINGS: Final = ("xlwings.conf", "xlcrm.conf")
"""The sheet of xlwings' settings in a workbook, and in an add-in."""


def examine(machine: Machine, path: Path | None, now: dt.datetime) -> list[Check]:
    """Look at the machine, and at a workbook if one is given.

    Args:
        machine: see `machine.this_machine`.
        path: the workbook.
        now: local time.
    """
    running = functools.cache(lambda: programs.running(machine.processes()))
    looks = _machine_looks(machine, path, now, running)
    if path is not None:
        looks += _workbook_looks(machine, path, running)
    return [check for name, look in looks for check in checked(name, look)]


def _machine_looks(
    machine: Machine, path: Path | None, now: dt.datetime, running: Callable[[], frozenset[str]]
) -> list[Look]:
    version = machine.xlwings or ""
    return [
        (
            "Python",
            lambda: interpreter.interpreter(
                machine.platform, machine.version, machine.executable, virtual=machine.virtual
            ),
        ),
        ("xlcrm", lambda: interpreter.packages(__version__, machine.xlwings)),
        ("时区", lambda: clock.time_zone(machine.offset)),
        ("电脑时间", lambda: clock.clock(now, _saved(path))),
        ("放假和调休", lambda: clock.days_off(now.date(), machine.known_years())),
        ("中文字体", lambda: programs.fonts(machine.platform, machine.fonts())),
        ("表格程序", lambda: programs.programs(running())),
        ("LibreOffice", lambda: programs.office(machine.office(), machine.office_gap())),
        (
            "LibreOffice 扩展",
            lambda: programs.extension(running(), machine.office_answer),
        ),
        ("宏的设置", lambda: excel.macro_policy(machine.platform, machine.registry)),
        ("Windows 安全规则", lambda: excel.defender(machine.platform)),
        (
            "工作表函数",
            lambda: excel.library(
                machine.platform, Path(machine.executable).parent, version, wide=machine.wide
            ),
        ),
        ("按钮的许可", lambda: excel.run_python(machine.platform, machine.home, version)),
    ]


def _workbook_looks(machine: Machine, path: Path, running: Callable[[], frozenset[str]]) -> list[Look]:
    looks: list[Look] = [
        ("工作簿", lambda: workbook.readable(path)),
        ("谁在使用", lambda: workbook.locks(path, running())),
        ("文件夹和磁盘", lambda: workbook.folder(path.absolute().parent, machine.free, _size(path))),
        ("所在位置", lambda: workbook.location(path, machine.environment, remote=machine.remote(path))),
    ]
    if not path.is_file():
        return looks[:1]
    looks.append(("网络标记", lambda: workbook.web_mark(path, machine.platform, machine.mark(path))))
    if _sound(path):
        looks.append(("定时运行", lambda: workbook.schedule(machine.scheduled(path))))
    if path.suffix.lower() in workbook.MACRO_SUFFIXES and _sound(path):
        renew = macros.renewal(path)
        looks += [
            ("宏的版本", lambda: macros.module_version(_project(path), machine.xlwings or "", renew)),
            (
                "按钮的 Python",
                lambda: macros.settings_interpreter(
                    _settings(path), machine.platform, machine.executable, renew
                ),
            ),
        ]
    return looks


def first_step(checks: Sequence[Check]) -> str:
    """What to do first, in one sentence."""
    for state in (FAULT, NOTICE):
        worst = [check for check in checks if check.state == state]
        if worst:
            first = worst[0]
            rest = f"（{state}共 {len(worst)} 项）" if len(worst) > 1 else ""
            begin = "请先处理" if state == FAULT else "可以使用；有空时看一下"
            return f"{begin}“{first.name}”：{first.advice or first.found}{rest}"
    return "一切正常，可以使用。"


def worst_state(checks: Sequence[Check]) -> str:
    """The gravest state among them."""
    states = {check.state for check in checks}
    return next(state for state in (FAULT, NOTICE, FINE) if state in states or state == FINE)


def _saved(path: Path | None) -> dt.datetime | None:
    if path is None or not path.is_file():
        return None
    return dt.datetime.fromtimestamp(path.stat().st_mtime)


def _sound(path: Path) -> bool:
    """Whether the package may be opened at all; where not, "工作簿" has said why."""
    try:
        inspect(path)
    except XlcrmError:
        return False
    return True


def _size(path: Path) -> int:
    return path.stat().st_size


def _project(path: Path) -> bytes | None:
    with zipfile.ZipFile(path) as package:
        return package.read(_PROJECT) if _PROJECT in package.namelist() else None


def _settings(path: Path) -> dict[str, str]:
    """The sheet of xlwings' settings; empty where there is none."""
    with FileDoor(path, write=False) as door:
        sheet = next((name for name in _SETTINGS if name in door.sheets), None)
        columns = door.grid(sheet).columns if sheet else []
    if len(columns) < 2:
        return {}
    return {str(key): str(value) for key, value in zip(columns[0], columns[1], strict=True) if key and value}
