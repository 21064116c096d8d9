"""What each scheduler's file says: read back by other readers, with names that are hard to write."""

from __future__ import annotations

import datetime as dt
import os
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from defusedxml import ElementTree

from tests.e2e.running import PATIENCE
from tests.entrypoints.installing.readers import (
    NAMESPACE,
    command_of_cron,
    texts,
    words_of_unit,
    words_of_windows,
)
from xlcrm.entrypoints.installing import cron, macos, systemd, windows
from xlcrm.entrypoints.installing.task import Task, Timetable, Wake, mark_of
from xlcrm.entrypoints.watching.jobs import EVERY_DAY
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE: Final = Timetable((Wake(dt.time(8, 30), EVERY_DAY), Wake(dt.time(9, 5), frozenset({0, 6}))), 30)
TODAY: Final = dt.date(2026, 11, 22)
HOSTILE: Final = (
    "客户.xlsx",
    "客 户  名单.xlsx",
    '李\'某"甲".xlsx',
    "A&B <丙> 50%d 100%.xlsx",
    "$HOME `id` ${x};rm -rf ~ #.xlsx",
    "a\\b\\\\'c\\%d%\\.xlsx",
    "-rf --once.xlsx",
    "{0} {1} {name}.xlsx",
    "𠮷野家👍.xlsx",
)


def task(name: str, folder: str = "/数 据/甲", interpreter: str = "/opt/蟒 蛇/python3") -> Task:
    workbook = f"{folder}/{name}" if folder.startswith("/") else f"{folder}\\{name}"
    return Task(workbook, interpreter, mark_of(workbook), TABLE)


def windows_task(name: str) -> Task:
    return task(name.replace("\\", "_").replace('"', "_"), "C:\\数 据", "C:\\程 序\\pythonw.exe")


@pytest.mark.parametrize("name", [name for name in HOSTILE if "$(" not in name])
def test_xml_starts_the_workbook_whatever_its_name(name: str) -> None:
    wanted = windows_task(name)
    file = windows.task_xml(wanted, "OFFICE\\王芳", TODAY)
    assert file.startswith((b"\xff\xfe", b"\xfe\xff"))
    found = texts(ElementTree.fromstring(file))
    assert found["Command"] == wanted.interpreter
    assert tuple(words_of_windows(found["Arguments"])) == wanted.command[1:]
    assert found["WorkingDirectory"] == "C:\\数 据"
    assert wanted.title in found["Description"]


def test_xml_has_the_parts_of_the_schema_in_their_order() -> None:
    root = ElementTree.fromstring(windows.task_xml(windows_task("客户.xlsx"), "OFFICE\\王芳", TODAY))
    assert root.tag == f"{NAMESPACE}Task"
    assert root.attrib == {"version": "1.2"}
    assert [child.tag.removeprefix(NAMESPACE) for child in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    found = texts(root)
    assert found["UserId"] == "OFFICE\\王芳"
    assert found["LogonType"] == "InteractiveToken"
    assert found["RunLevel"] == "LeastPrivilege"
    assert found["MultipleInstancesPolicy"] == "IgnoreNew"
    assert found["StartWhenAvailable"] == "true"
    assert found["DisallowStartIfOnBatteries"] == found["StopIfGoingOnBatteries"] == "false"
    assert found["ExecutionTimeLimit"] == "PT2H"
    actions, principal = root.find(f"{NAMESPACE}Actions"), root.find(f".//{NAMESPACE}Principal")
    assert actions is not None
    assert principal is not None
    assert actions.get("Context") == principal.get("id")


def test_xml_triggers_keep_the_order_of_their_type() -> None:
    """Enabled, StartBoundary, EndBoundary, Repetition, ExecutionTimeLimit, then the schedule."""
    order = ("StartBoundary", "Repetition", "ScheduleByDay", "ScheduleByWeek")
    root = ElementTree.fromstring(windows.task_xml(windows_task("客户.xlsx"), "", TODAY))
    triggers = root.findall(f".//{NAMESPACE}CalendarTrigger")
    assert len(triggers) == 3
    for trigger in triggers:
        places = [order.index(child.tag.removeprefix(NAMESPACE)) for child in trigger]
        assert places == sorted(places)
        assert texts(trigger)["StartBoundary"].startswith("2026-11-22T")
    assert "UserId" not in texts(root)


@pytest.mark.parametrize("name", ["%TEMP%.xlsx", "a%username%b.xlsx", "$(Arg0).xlsx"])
def test_windows_refuses_what_it_would_read_into_a_path(name: str) -> None:
    environ = {"Temp": "C:\\x", "USERNAME": "王"}
    with pytest.raises(UsageError, match="请先改名"):
        windows.plan(windows_task(name), environ, TODAY)
    assert windows.plan(windows_task("50%和60%.xlsx"), environ, TODAY).files


def test_windows_runs_as_whoever_asks() -> None:
    (file,) = windows.plan(
        windows_task("客户.xlsx"), {"USERDOMAIN": "OFFICE", "USERNAME": "王芳"}, TODAY
    ).files.values()
    assert texts(ElementTree.fromstring(file))["UserId"] == "OFFICE\\王芳"


@pytest.mark.parametrize("name", HOSTILE)
def test_plist_starts_the_workbook_whatever_its_name(name: str) -> None:
    wanted = task(name)
    made = macos.plan(wanted, {"PATH": "/p", "LANG": "zh_CN.UTF-8"}, Path("/Users/王"), 502)
    ((file_name, content),) = made.files.items()
    found = plistlib.loads(content)
    assert tuple(found["ProgramArguments"]) == wanted.command
    assert file_name == f"{found['Label']}.plist"
    assert file_name.isascii()
    assert found["WorkingDirectory"] == "/数 据/甲"
    assert found["RunAtLoad"] is True
    assert found["EnvironmentVariables"] == {"PATH": "/p", "LANG": "zh_CN.UTF-8"}
    assert made.folder == Path("/Users/王/Library/LaunchAgents")
    assert made.remove == (("launchctl", "bootout", f"gui/502/{found['Label']}"),)


@pytest.mark.parametrize("name", HOSTILE)
def test_unit_starts_the_workbook_whatever_its_name(name: str) -> None:
    wanted = task(name)
    lines = systemd.service(wanted, {"PATH": '/a "b" %h:/c'}).decode().splitlines()
    (start,) = (line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart="))
    assert tuple(words_of_unit(start)) == wanted.command
    assert 'Environment="PATH=/a \\"b\\" %%h:/c"' in lines
    assert "Type=oneshot" in lines
    assert lines.index("[Unit]") < lines.index("[Service]") < lines.index(f"ExecStart={start}")


@pytest.mark.parametrize("interpreter", ["/a$b/python", '/a"b/python', "/a\\b/python", "/a'b/python"])
def test_unit_refuses_programs_that_systemd_cannot_name(interpreter: str) -> None:
    with pytest.raises(UsageError, match="systemd 不能启动它"):
        systemd.service(task("客户.xlsx", interpreter=interpreter), {})


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, "/home/王/.config"),
        ({"XDG_CONFIG_HOME": "/配置"}, "/配置"),
        ({"XDG_CONFIG_HOME": ""}, "/home/王/.config"),
    ],
)
def test_timer_catches_up_and_lies_where_systemd_looks(environ: Mapping[str, str], folder: str) -> None:
    made = systemd.plan(task("客户.xlsx"), environ, Path("/home/王"))
    assert made.folder == Path(folder, "systemd", "user")
    service, timer = made.files
    assert service.removesuffix(".service") == timer.removesuffix(".timer")
    assert all(name.isascii() for name in made.files)
    lines = made.files[timer].decode().splitlines()
    assert "Persistent=true" in lines
    assert lines[-2:] == ["[Install]", "WantedBy=timers.target"]


@pytest.mark.skipif(sys.platform == "win32", reason="runs a Unix shell")
@pytest.mark.parametrize("name", HOSTILE)
def test_line_of_cron_starts_the_workbook_whatever_its_name(name: str, tmp_path: Path) -> None:
    """Taken apart as cron does, then run by a real shell, with a program that notes what it was given."""
    program = tmp_path / "蟒 '蛇' 50% $x" / "python3"
    program.parent.mkdir()
    noted = tmp_path / "noted"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" "$PATH" "$LANG" "$SECRET" > {shlex.quote(str(noted))}\n', "utf-8"
    )
    program.chmod(0o755)
    settings = tmp_path / ".config" / "xlcrm"
    settings.mkdir(parents=True)
    (settings / "env").write_text("SECRET='一 二'\n", "utf-8")
    wanted = task(name, interpreter=str(program))
    begin, *lines, end = cron.lines(wanted, {"LANG": "zh_CN.UTF-8"})
    assert (begin[:1], end[:1]) == ("#", "#")
    assert lines[-1].startswith("@reboot ")
    command = command_of_cron(lines[0])
    assert {command_of_cron(line) for line in lines} == {command}
    environment = os.environ | {"HOME": str(tmp_path), "LC_ALL": "C"}
    subprocess.run(["/bin/sh", "-c", command], check=True, env=environment, timeout=PATIENCE)
    assert noted.read_text("utf-8").splitlines() == [
        *wanted.command[1:],
        "/usr/local/bin:/usr/bin:/bin",
        "zh_CN.UTF-8",
        "一 二",
    ]


def test_cron_refuses_a_line_that_it_would_cut() -> None:
    with pytest.raises(UsageError, match="路径太长"):
        cron.lines(task("客户.xlsx", "/" + "长" * 300), {})


def test_crontab_of_others_stays_and_the_block_is_replaced_and_removed() -> None:
    theirs = "MAILTO=a@example.com\n\n0 1 * * * 备份 100\\% \x0c\u2028\r\n# 注释\n"
    one, two = cron.lines(task("甲.xlsx"), {}), cron.lines(task("乙.xlsx"), {})
    marks = mark_of("/数 据/甲/甲.xlsx"), mark_of("/数 据/甲/乙.xlsx")
    text = cron.merged(cron.merged(theirs, marks[0], one), marks[1], two)
    assert text.startswith(theirs)
    assert cron.block_of(text, marks[0]) == one
    assert cron.merged(text, marks[0], one).count(one[0]) == 1
    assert cron.merged(cron.merged(text, marks[0], ()), marks[1], ()) == theirs
    assert cron.merged("0 1 * * * x", marks[0], one).startswith("0 1 * * * x\n# >>>")
    assert cron.block_of(theirs, marks[0]) == ()


def test_a_block_without_its_end_is_not_guessed_at() -> None:
    mark = mark_of("/数 据/甲/甲.xlsx")
    begin, *_ = cron.lines(task("甲.xlsx"), {})
    with pytest.raises(UsageError, match="没有结尾"):
        cron.merged(f"{begin}\n0 1 * * * 别人的\n", mark, ())
