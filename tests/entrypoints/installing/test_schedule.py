"""`xlcrm schedule`: real files, programs that note what they are told, and what the user reads."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

import pytest

from tests.e2e.running import Ran, call
from tests.spreadsheet import few_analysis_sheets
from xlcrm.entrypoints.installing import doing, looking, telling
from xlcrm.entrypoints.installing.plan import SYSTEMS
from xlcrm.entrypoints.installing.task import Timetable, Wake, mark_of
from xlcrm.entrypoints.watching import world
from xlcrm.entrypoints.watching.doing import Done
from xlcrm.entrypoints.watching.jobs import RowFault
from xlcrm.entrypoints.watching.ledger import Ledger, ledger_file
from xlcrm.entrypoints.watching.plan import Plan
from xlcrm.entrypoints.watching.world import Watch
from xlcrm.errors import ProgramError, ProgramMissing, SaveFailed, UsageError
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch as write_cells
from xlcrm.workbook.patch.ranges import address
from xlcrm.worktime import Worktime

if TYPE_CHECKING:
    from tests.entrypoints.installing.conftest import Machine

NOW: Final = dt.datetime(2026, 3, 18, 10)
NAME: Final = "客 户 50%.xlsx"


@pytest.fixture(scope="session")
def _planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("planned") / NAME
    with few_analysis_sheets():
        build("crm", path, demo_data(2, NOW))
    return path


@pytest.fixture
def book(_planned: Path, tmp_path: Path) -> Path:
    """A workbook whose 任务计划 is as it is delivered: 每日刷新 at 08:00 is switched on."""
    (tmp_path / "办公室").mkdir()
    return Path(shutil.copy(_planned, tmp_path / "办公室" / NAME))


def schedule(book: Path, *options: str) -> Ran:
    return call("schedule", book, *options)


def mark(book: Path) -> str:
    return mark_of(str(book.resolve()))


def test_without_an_option_files_are_written_beside_the_workbook_and_explained(
    book: Path, machine: Machine
) -> None:
    for system, suffixes in (
        ("windows", {".xml"}),
        ("macos", {".plist"}),
        ("systemd", {".service", ".timer"}),
        ("cron", {".crontab"}),
    ):
        shutil.rmtree(book.parent / ".xlcrm", ignore_errors=True)
        ran = schedule(book, "--system", system)
        assert ran.code == 0, ran.err
        files = list((book.parent / ".xlcrm" / "schedule").iterdir())
        assert {file.suffix for file in files} == suffixes
        assert all(str(file) in ran.out for file in files)
        assert "手工安装" in ran.out
        assert "手工取消" in ran.out
        assert "--install" in ran.out
        assert "{" not in ran.out
    assert machine.calls == []
    assert machine.files == []


def test_show_writes_nothing_and_tells_what_stands(book: Path, machine: Machine) -> None:
    before = sorted(book.parent.rglob("*"))
    for system in SYSTEMS:
        machine.refuse("schtasks", "找不到")
        ran = schedule(book, "--system", system, "--show")
        assert ran.code == 0
        assert NAME.replace("%", "") in ran.out.replace("%", "").replace("'\\'", "")
        assert "定时运行没有安装" in ran.out
    assert sorted(book.parent.rglob("*")) == before
    assert machine.files == []


@pytest.mark.usefixtures("beijing")
def test_systemd_gets_two_units_and_is_asked_to_start_them(book: Path, machine: Machine) -> None:
    ran = schedule(book, "--system", "systemd", "--install")
    assert ran.code == 0, ran.err
    timer = f"xlcrm-50-{mark(book)}.timer"
    assert machine.files == [timer.replace("timer", "service"), timer]
    assert machine.calls == [
        ["systemctl", "--user", "daemon-reload"],
        ["systemctl", "--user", "enable", "--now", timer],
    ]
    assert timer in ran.out
    assert "运行时间：每 30 分钟；" in ran.out
    assert "enable-linger" in ran.out
    assert "定时运行已安装。" in schedule(book, "--system", "systemd", "--show").out
    removed = schedule(book, "--system", "systemd", "--remove")
    assert "已从 systemd 取消" in removed.out
    assert machine.files == []
    assert machine.calls[2:] == [
        ["systemctl", "--user", "disable", "--now", timer],
        ["systemctl", "--user", "daemon-reload"],
    ]
    again = schedule(book, "--system", "systemd", "--remove")
    assert "不需要取消" in again.out
    assert len(machine.calls) == 4


def test_first_time_after_installing_is_caught_up(book: Path, machine: Machine) -> None:
    fill(book, "每日刷新", "仅工作日", "否")
    assert schedule(book, "--system", "cron", "--install").code == 0
    with (
        mock.patch.object(world, "do", return_value=Done("成功", "完成。")),
        mock.patch.object(world, "now", return_value=dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)),
    ):
        ran = call("watch", book, "--once")
    assert "每日刷新  成功" in ran.out
    assert machine.crontab.exists()


def test_installing_notes_only_what_changed_and_leaves_a_running_watch_alone(
    book: Path, machine: Machine
) -> None:
    with Watch(book).alone():
        assert schedule(book, "--system", "cron", "--install").code == 0
    assert not ledger_file(book).exists()
    assert schedule(book, "--system", "cron", "--install").code == 0
    first = Ledger(ledger_file(book)).watched
    assert set(first) == {"每日刷新"}
    switch_on(book)
    assert schedule(book, "--system", "cron", "--install").code == 0
    second = Ledger(ledger_file(book)).watched
    assert set(second) == {"每日刷新", "超时提醒"}
    assert second["每日刷新"] == first["每日刷新"]
    machine.refuse("crontab -", "不行")
    fill(book, "每日刷新", "时间", "08:20")
    assert schedule(book, "--system", "cron", "--install").code == 2
    assert Ledger(ledger_file(book)).watched == second


@pytest.mark.parametrize("system", SYSTEMS)
def test_another_shell_does_not_make_a_task_outdated(system: str, book: Path, machine: Machine) -> None:
    assert schedule(book, "--system", system, "--install").code == 0
    machine.monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}/别处")
    machine.monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert telling.INSTALLED in schedule(book, "--system", system, "--show").out
    asked = telling._asked(book, system, "/别的/python", NOW)
    assert telling.state(asked.plan, book, asked.task.mark) == telling.OUTDATED


def test_launchd_lets_go_of_the_older_agent_first(book: Path, machine: Machine) -> None:
    assert schedule(book, "--system", "macos", "--install").code == 0
    label, domain = f"xlcrm.50-{mark(book)}", f"gui/{os.getuid()}"
    assert machine.files == [f"{label}.plist"]
    file = str(machine.home / "Library" / "LaunchAgents" / f"{label}.plist")
    assert machine.calls == [
        ["launchctl", "bootout", f"{domain}/{label}"],
        ["launchctl", "bootstrap", domain, file],
    ]
    assert schedule(book, "--system", "macos", "--remove").code == 0
    assert machine.files == []


def test_windows_is_given_the_file_and_its_answer_is_told(book: Path, machine: Machine) -> None:
    ran = schedule(book, "--system", "windows", "--install")
    name = f"xlcrm-客-户-50-{mark(book)}"
    file = book.parent / ".xlcrm" / "schedule" / f"{name}.xml"
    assert file.is_file()
    assert machine.calls == [["schtasks", "/Create", "/XML", str(file), "/TN", name, "/F"]]
    assert "系统的回答：成功" in ran.out
    assert "定时运行已安装。" in schedule(book, "--system", "windows", "--show").out
    assert schedule(book, "--system", "windows", "--remove").code == 0
    assert machine.calls[-1] == ["schtasks", "/Delete", "/TN", name, "/F"]
    assert not list(file.parent.iterdir())


@pytest.mark.usefixtures("beijing")
def test_windows_files_that_were_only_looked_at_are_not_taken_for_the_installed_ones(
    book: Path, machine: Machine
) -> None:
    assert schedule(book, "--system", "windows", "--install").code == 0
    fill(book, "每日刷新", "时间", "08:20")
    ran = schedule(book, "--system", "windows")
    assert ran.out.startswith("这次没有安装，只生成了")
    assert "请再运行一次 --install" in schedule(book, "--system", "windows", "--show").out
    machine.refuse("/Create", "拒绝访问")
    assert schedule(book, "--system", "windows", "--install").code == 2
    (file,) = (book.parent / ".xlcrm" / "schedule").glob("*.installed.xml")
    given = file.with_name(file.name.replace(".installed", ""))
    assert given.read_bytes() == file.read_bytes(), "the older task was given back"
    machine.accept()
    assert schedule(book, "--system", "windows", "--install").code == 0
    assert "定时运行已安装。" in schedule(book, "--system", "windows", "--show").out


def test_crontab_of_others_survives_install_and_remove(book: Path, machine: Machine) -> None:
    theirs = "MAILTO=a@example.com\r\n0 1 * * * 备份\n".encode() + b"0 2 * * * \xb1\xb8\xb7\xdd\n"
    machine.crontab.write_bytes(theirs)
    for _ in range(2):
        assert schedule(book, "--system", "cron", "--install").code == 0
    text = machine.crontab.read_bytes()
    assert text.startswith(theirs)
    assert text.count(b"# >>> xlcrm schedule") == 1
    assert "定时运行已安装。" in schedule(book, "--system", "cron", "--show").out
    assert schedule(book, "--system", "cron", "--remove").code == 0
    assert machine.crontab.read_bytes() == theirs


def test_first_crontab_of_a_user(book: Path, machine: Machine) -> None:
    assert schedule(book, "--system", "cron", "--install").code == 0
    assert machine.crontab.read_text("utf-8").startswith("# >>> xlcrm schedule")


def test_crontab_that_cannot_be_read_is_not_overwritten(book: Path, machine: Machine) -> None:
    machine.refuse("crontab -l", "cron 坏了")
    ran = schedule(book, "--system", "cron", "--install")
    assert ran.code == 2
    assert "cron 坏了" in ran.err
    assert not machine.crontab.exists()


def test_a_refusal_leaves_nothing_behind(book: Path, machine: Machine) -> None:
    machine.refuse("enable", "Failed to connect to bus")
    ran = schedule(book, "--system", "systemd", "--install")
    assert ran.code == 2
    assert "Failed to connect to bus" in ran.err
    assert machine.files == []
    machine.refuse("bootstrap", "Input/output error")
    assert schedule(book, "--system", "macos", "--install").code == 2
    assert machine.files == []


@pytest.mark.usefixtures("beijing")
def test_a_refusal_leaves_the_older_task_as_it_was(book: Path, machine: Machine) -> None:
    assert schedule(book, "--system", "systemd", "--install").code == 0
    folder = machine.home / ".config" / "systemd" / "user"
    old = {file.name: file.read_bytes() for file in folder.iterdir()}
    fill(book, "每日刷新", "时间", "08:20")
    machine.refuse("enable", "不行")
    assert schedule(book, "--system", "systemd", "--install").code == 2
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == old
    machine.accept()
    assert "请再运行一次 --install" in schedule(book, "--system", "systemd", "--show").out
    machine.refuse("disable", "忙")
    assert schedule(book, "--system", "systemd", "--remove").code == 2
    assert len(machine.files) == 2


def switch_on(book: Path) -> None:
    """Switch the half-hourly job of 任务计划 on."""
    fill(book, "超时提醒", "启用", "是")


def fill(book: Path, name: str, heading: str, value: str) -> None:
    """Type into one cell of 任务计划."""
    with FileDoor(book, write=False) as door:
        columns = [list(column) for column in door.grid("任务计划").columns]
    row = next(column.index(name) for column in columns if "任务" in column)
    at = next(at for at, column in enumerate(columns) if heading in column)
    write_cells(book, book, {"任务计划": {address(row + 1, at + 1): value}})


def test_programs_that_are_missing_or_mute_are_named(
    book: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(machine.home))
    ran = schedule(book, "--system", "windows", "--install")
    assert ran.code == 2
    assert "没有 schtasks" in ran.err
    assert not list((book.parent / ".xlcrm" / "schedule").iterdir())
    assert "不知道定时运行是否已安装" in schedule(book, "--system", "cron", "--show").out

    def mute(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("crontab", 1)

    monkeypatch.setattr(subprocess, "run", mute)
    with pytest.raises(ProgramError, match="没有回答"):
        doing._run(("crontab", "-l"))


def test_folders_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "文件").touch()
    with pytest.raises(SaveFailed, match="不能在"):
        doing._write(tmp_path / "文件" / "下", {"a": b""})


def test_remove_works_when_the_workbook_has_gone(book: Path, machine: Machine) -> None:
    assert schedule(book, "--system", "systemd", "--install").code == 0
    book.unlink()
    assert schedule(book, "--system", "systemd", "--remove").code == 0
    assert machine.files == []


def test_options_that_make_no_sense_are_refused(book: Path) -> None:
    assert "只能用一个" in schedule(book, "--install", "--remove").err
    assert "不认识系统“amiga”" in schedule(book, "--system", "amiga").err
    assert "找不到工作簿" in schedule(book.with_name("无.xlsx"), "--system", "cron").err


def test_state_of_this_machine_is_none_where_there_is_nothing_to_say(
    book: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "this_system", lambda: "cron")
    assert telling.state_here(book, sys.executable, NOW) == telling.NOT_INSTALLED
    assert schedule(book, "--install").code == 0
    assert telling.state_here(book, sys.executable, NOW) == telling.INSTALLED
    assert telling.state_here(book, "/别的/python", NOW) == telling.OUTDATED
    machine.refuse("crontab", "cron 坏了")
    assert "cron 坏了" in (telling.state_here(book, sys.executable, NOW) or "")
    fill(book, "每日刷新", "启用", "否")
    assert telling.state_here(book, sys.executable, NOW) is None


def test_rows_that_cannot_run_are_told_and_the_sheet_may_be_missing(
    book: Path, tmp_path: Path, machine: Machine
) -> None:
    switch_on(book)
    fill(book, "每日刷新", "时间", "早上")
    ran = schedule(book, "--system", "cron", "--show")
    assert "早上" in ran.out
    assert "运行时间：每 15 分钟" in ran.out or "运行时间：每 30 分钟" in ran.out
    import openpyxl  # noqa: PLC0415 - one test

    openpyxl.Workbook().save(tmp_path / "空.xlsx")
    assert "没有工作表“任务计划”" in schedule(tmp_path / "空.xlsx", "--system", "cron").err
    assert machine.calls


@pytest.mark.parametrize(
    ("platform", "running", "programs", "system"),
    [
        ("win32", False, set(), "windows"),
        ("darwin", False, set(), "macos"),
        ("linux", True, {"systemctl", "crontab"}, "systemd"),
        ("linux", True, {"crontab"}, "cron"),
        ("linux", False, {"systemctl", "crontab"}, "cron"),
    ],
)
def test_scheduler_of_this_machine(
    platform: str,
    running: bool,  # noqa: FBT001 - pytest hands it over
    programs: set[str],
    system: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(looking, "_RUNS_SYSTEMD", tmp_path if running else tmp_path / "无")
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    assert telling._system("") == system


def test_machine_without_a_scheduler_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(looking, "_RUNS_SYSTEMD", tmp_path / "无")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ProgramMissing, match="xlcrm watch"):
        looking.this_system()


def test_windows_starts_the_python_without_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python.exe"
    assert looking.windowless(str(python)) == str(python)
    monkeypatch.setattr(sys, "platform", "win32")
    assert looking.windowless(str(python)) == str(python)
    (tmp_path / "pythonw.exe").touch()
    assert looking.windowless(str(python)) == str(tmp_path / "pythonw.exe")


def test_clocks_are_compared_all_year() -> None:
    here = dt.datetime.now().astimezone().utcoffset() or dt.timedelta()
    hours = here // dt.timedelta(hours=1)
    same = zoneinfo.ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT")
    other = zoneinfo.ZoneInfo(f"Etc/GMT{-hours - 1:+d}" if hours != -1 else "Etc/GMT-2")
    assert looking._same_clock(same, NOW)
    assert not looking._same_clock(other, NOW)


def test_same_workbook_by_a_link_is_the_same_task(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "链接.xlsx"
    link.symlink_to(book)
    table = Timetable((), 15)
    one, other = (looking.named(path, sys.executable, table) for path in (book, link))
    assert one.mark == other.mark
    assert other.workbook == str(link)


def test_times_are_told_in_short() -> None:
    table = Timetable(tuple(Wake(dt.time(hour), frozenset({0, 6})) for hour in range(10)), 30)
    task = looking.named(Path("/甲.xlsx"), "/python", table)
    zone = zoneinfo.ZoneInfo("Asia/Shanghai")
    jobs = Plan((), Worktime.build(), zone, faults=(RowFault(3, "第3行不行"),))
    told = telling._when(telling._Asked(task, looking.plan_for("cron", task, {}, NOW.date()), jobs))
    assert told[0].startswith("运行时间：周一日 00:00、周一日 01:00")
    assert "等 10 个时间、每 30 分钟" in told[0]
    assert told[1] == "第3行不行"


def test_unreadable_paths_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="请先改名"):
        looking.named(tmp_path / "a\nb.xlsx", sys.executable, Timetable((), 15))
