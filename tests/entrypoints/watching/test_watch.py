"""The command: a real workbook, real processes, real signals."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

import pandas as pd
import pytest

from tests.e2e.running import call
from tests.entrypoints.watching.workbooks import jobs_sheet, put_jobs, row_of
from xlcrm.entrypoints.terminal import err, out
from xlcrm.entrypoints.watching import world
from xlcrm.entrypoints.watching.doing import Done
from xlcrm.entrypoints.watching.ledger import ledger_file
from xlcrm.entrypoints.watching.signals import nap, stopped_by
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import held
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

ENDLESS = """
import sys, time
from xlcrm.entrypoints.cli import main
from xlcrm.entrypoints.terminal import err
from xlcrm.entrypoints.watching import world
from xlcrm.entrypoints.watching.doing import Done
from xlcrm.entrypoints.watching.doing import Done

def slow(*_):
    print("begun", flush=True)
    time.sleep({seconds})
    return Done("成功", "慢任务完成。")

world.do = slow
main()
"""
STOP = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
"""Windows has nothing else to ask a process to end."""
PATIENCE = 120


def now_due() -> dict[str, Any]:
    """A job that fell due within the last minutes, whatever time it is."""
    return row_of("常常", at="每5分钟")


def started(path: Path, seconds: float) -> subprocess.Popen[str]:
    """A watch whose first job has just begun; it takes so many seconds."""
    ran = subprocess.Popen(
        [sys.executable, "-c", ENDLESS.format(seconds=seconds), "watch", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert ran.stdout is not None
    for line in ran.stdout:
        if line.strip() == "begun":
            return ran
    raise AssertionError(ran.communicate()[1])


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger_file(path).read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_one_watch_a_workbook_and_a_stop_lets_the_job_end(demo: Path) -> None:
    put_jobs(demo, now_due())
    watch = started(demo, 3)
    second = call("watch", demo)
    assert second.code == 2
    assert "已经有一个 xlcrm watch 在运行" in second.err
    once = call("watch", demo, "--once")
    assert once.code == 0
    assert "已经有一个 xlcrm watch 在运行" in once.err
    assert call("watch", demo, "--list").code == 0
    watch.send_signal(STOP)
    out, told = watch.communicate(timeout=PATIENCE)
    assert watch.returncode == 0, told
    assert "常常  成功  " in out
    assert "慢任务完成。" in out
    assert out.endswith("已停止看守。\n")
    assert "正在运行的任务结束后退出" in told
    assert entries(demo)[-1]["result"] == "成功"


@pytest.mark.slow
def test_a_second_signal_stops_at_once(demo: Path) -> None:
    put_jobs(demo, now_due())
    watch = started(demo, 3_600)
    assert watch.stderr is not None
    watch.send_signal(STOP)
    first = watch.stderr.readline()
    assert "再按一次立即停止" in first
    watch.send_signal(STOP)
    _, told = watch.communicate(timeout=PATIENCE)
    assert watch.returncode == 2
    assert "已中断" in told
    assert entries(demo)[-1]["result"] == "中断"


@pytest.mark.slow
def test_a_killed_watch_is_caught_up(demo: Path) -> None:
    put_jobs(demo, now_due())
    watch = started(demo, 3_600)
    watch.kill()
    watch.communicate(timeout=PATIENCE)
    assert "ended" not in entries(demo)[-1]
    with mock.patch.object(world, "do", return_value=Done("成功", "完成。")):
        ran = call("watch", demo, "--once")
    assert ran.code == 0, ran.err
    assert "常常  成功  " in ran.out


@pytest.mark.slow
def test_once_refreshes_a_real_workbook_and_tells_the_sheet(demo: Path) -> None:
    put_jobs(demo, row_of("刷新"), row_of("坏的", at="早上"))
    before = len(backups(demo))
    at = dt.datetime.fromisoformat("2026-03-18T08:31:00+08:00")
    with mock.patch.object(world, "now", return_value=at):
        ran = call("watch", demo, "--once")
        again = call("watch", demo, "--once")
    assert ran.code == 0, ran.err
    assert "任务计划第" in ran.out
    assert "03-18 08:31:00  刷新  成功  " in ran.out
    assert "已处理 " in ran.out
    assert again.code == 0
    assert "刷新  " not in again.out, "a due time is run once"
    run = entries(demo)[-1]
    assert (run["due"], run["result"]) == ("2026-03-18T08:30:00", "成功")
    told = jobs_sheet(demo).frame.set_index("name")
    assert told.loc["刷新", "last_run"] == pd.Timestamp("2026-03-18T08:31:00")
    assert told.loc["刷新", "next_run"] == pd.Timestamp("2026-03-19T08:30:00")
    assert str(told.loc["刷新", "last_result"]).startswith("成功：已处理 ")
    assert "“早上”不能使用" in str(told.loc["坏的", "last_result"])
    assert len(backups(demo)) == before + 1, "the refresh has one, the three columns none"
    with FileDoor(demo, write=False) as door:
        cells = [cell for column in door.grid("首页").columns for cell in column]
    assert dt.datetime.fromisoformat("2026-03-18T08:31") in cells, "the refresh knows the time of 时区"
    listed = call("watch", demo, "--list", "--now", "2026-03-18T09:00").out
    assert "2026-03-18 08:31" in listed
    assert "2026-03-19 08:30" in listed


def test_once_fails_where_a_job_does(demo: Path) -> None:
    put_jobs(demo, now_due())
    with mock.patch.object(world, "do", side_effect=ZeroDivisionError):
        ran = call("watch", demo, "--once")
    assert ran.code == 1
    assert "常常  失败" in ran.out


def test_a_workbook_that_another_xlcrm_works_on_is_waited_for(demo: Path) -> None:
    put_jobs(demo, now_due() | {"action": "检查录入"})
    with mock.patch.object(world, "nap") as nap:
        lock = held(demo)
        lock.__enter__()
        nap.side_effect = lambda *_: lock.__exit__(None, None, None)
        now = dt.datetime.now(dt.UTC)
        with mock.patch.object(world, "now", side_effect=lambda: now + dt.timedelta(minutes=nap.call_count)):
            ran = call("watch", demo, "--once")
    assert ran.code == 0, ran.err
    assert [line.split("  ")[2] for line in ran.out.splitlines()] == ["等待", "成功"]


@pytest.mark.slow
def test_without_a_terminal_it_runs_all_the_same(demo: Path) -> None:
    put_jobs(demo, row_of("以后"))
    code = "import sys; sys.stdout = sys.stderr = None\nfrom xlcrm.entrypoints.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "watch", str(demo), "--once"],
        check=False,
        capture_output=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0
    assert entries(demo)[-1]["job"] == "以后"


def test_list_at_another_time(demo: Path) -> None:
    ran = call("watch", demo, "--list", "--now", "2026-10-09T09:00")
    assert ran.code == 0
    assert "每日刷新" in ran.out
    assert "2026-10-10 08:00" in ran.out, "a Saturday that is made up for"
    assert not ledger_file(demo).exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--once", "--list"], "只能用一个"), (["--now", "2026-10-09"], "只能和 --list 一起用")],
)
def test_options_that_contradict_each_other_are_refused(demo: Path, options: list[str], says: str) -> None:
    ran = call("watch", demo, *options)
    assert ran.code == 2
    assert says in ran.err


def test_a_workbook_that_is_not_there_is_refused(tmp_path: Path) -> None:
    ran = call("watch", tmp_path / "没有.xlsx")
    assert ran.code == 2
    assert "找不到工作簿" in ran.err


@pytest.mark.parametrize("options", [(), ("--once",)])
def test_a_mistyped_folder_is_refused_and_not_made(tmp_path: Path, options: tuple[str, ...]) -> None:
    ran = call("watch", tmp_path / "打错" / "深" / "台账.xlsx", *options)
    assert ran.code == 2
    assert "它所在的文件夹不存在" in ran.err
    assert not list(tmp_path.iterdir())


def test_a_mark_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert world.mark(file) is None
    file.write_bytes(b"1")
    first = world.mark(file)
    assert world.mark(file) == first
    file.write_bytes(b"12")
    assert world.mark(file) != first


def test_signals_are_given_back_and_ignored_ones_left_alone() -> None:
    asked: list[str] = []
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stopped_by(lambda: asked.append("stop")):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
            signal.raise_signal(signal.SIGINT)
            assert asked == ["stop"]
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_nap_ends_when_a_stop_is_asked_for() -> None:
    stop = threading.Event()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            stop.set()

    with mock.patch.object(time, "sleep", sleep):
        nap(3_600, stop.is_set)
    assert len(slept) == 3
    assert max(slept) <= 0.5
    nap(0, stop.is_set)
    nap(-1, lambda: False)


@pytest.mark.parametrize("error", [RuntimeError("reentrant call"), OSError(5, "I/O"), SystemExit(1)])
def test_a_stop_in_the_middle_of_printing_or_without_a_terminal_is_a_stop(error: BaseException) -> None:
    watcher: Any = mock.Mock(stopping=False)
    with mock.patch.object(err, "print", side_effect=error):
        world._stop(watcher)
    assert watcher.stopping is True


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(5, "I/O"), SystemExit(1)])
def test_a_terminal_that_has_gone_ends_no_watch(demo: Path, error: BaseException) -> None:
    put_jobs(demo, now_due())
    with (
        mock.patch.object(world, "do", return_value=Done("成功", "完成。")),
        mock.patch.object(out, "print", side_effect=error),
    ):
        assert world.Watch(demo).once()
    assert entries(demo)[-1]["result"] == "成功"
