"""Many workbooks at once: real processes that die, refuse and are stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import msoffcrypto
import openpyxl
import pytest

from tests.e2e.running import COMMAND, PATIENCE, call, run
from tests.entrypoints.handed_over import deadly, endless, fine, raising
from xlcrm.actions import RunParams
from xlcrm.entrypoints import many, running
from xlcrm.entrypoints.errand import NO_MEMORY, Errand
from xlcrm.entrypoints.many import DIED, INTERRUPTED, Done, run_all, workers_for
from xlcrm.errors import SaveFailed
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW: Final = "2026-03-18T10:00"
unix_only = pytest.mark.skipif(sys.platform == "win32", reason="sends signals of Unix")


class Noting:
    """A watcher that notes what it is told, and may do something then."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.in_hand: list[str] = []
        self.most = 0
        self.then = then

    def begun(self, path: Path) -> None:
        self.in_hand.append(path.stem)
        self.most = max(self.most, len(self.in_hand))
        self.then()

    def ended(self, path: Path) -> None:
        self.in_hand.remove(path.stem)


def test_results_come_in_the_order_of_the_paths(tmp_path: Path) -> None:
    paths = [tmp_path / f"{'字' * count}.xlsx" for count in (5, 1, 3, 2, 4)]
    watcher = Noting()
    results, interrupted = run_all(fine, paths, 2, watcher)
    assert [done.path for done in results] == paths
    assert [done.rows for done in results] == [5, 1, 3, 2, 4]
    assert not interrupted
    assert watcher.in_hand == []
    assert watcher.most == 2


@pytest.mark.slow
def test_a_process_that_dies_takes_its_own_workbook_only(tmp_path: Path) -> None:
    """坏 always kills; 一次 is only killed among others, as where memory ran short."""
    paths = [tmp_path / f"{name}.xlsx" for name in ("甲", "坏", "乙", "一次", "丙")]
    watcher = Noting()
    results, interrupted = run_all(deadly, paths, 2, watcher)
    assert [done.failure for done in results] == ["", DIED, "", "", ""]
    assert [done.rows for done in results] == [1, 0, 1, 2, 1]
    assert not interrupted
    assert watcher.in_hand == []


def test_processes_that_cannot_even_begin_are_told_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "_begin", os.abort)
    results, _ = run_all(fine, [tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"], 1, Noting())
    assert [done.failure for done in results] == [DIED, DIED]


def test_interrupted_processes_let_go_and_the_rest_is_not_begun(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.xlsx" for name in ("甲", "乙", "丙")]

    def interrupt_when_in_hand() -> None:
        until = time.monotonic() + PATIENCE
        while not paths[0].with_suffix(".begun").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        raise KeyboardInterrupt

    results, interrupted = run_all(endless, paths, 1, Noting(interrupt_when_in_hand))
    assert interrupted
    assert [done.failure for done in results] == [INTERRUPTED] * 3
    assert not paths[1].with_suffix(".begun").exists()
    if sys.platform != "win32":
        assert paths[0].with_suffix(".left").exists()


def test_broken_promises_are_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="甲"):
        run_all(raising, [tmp_path / "甲.xlsx"], 1, Noting())


def test_workers_are_as_many_as_asked_processors_and_workbooks_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many.sys, "platform", "darwin")  # type: ignore[attr-defined] # the module's own sys
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert [workers_for(3), workers_for(20), workers_for(20, 2), workers_for(200, 99), workers_for(1, 5)] == [
        3,
        8,
        2,
        61,
        1,
    ]
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert workers_for(3) == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SaveFailed("磁盘满了"), "磁盘满了"),
        (MemoryError(), NO_MEMORY),
        (RuntimeError("x"), "程序内部出错（RuntimeError）"),
    ],
)
def test_whatever_stands_in_the_way_is_a_sentence(
    error: Exception, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(running, "work", refuse)
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path))
    done = Errand("refresh", RunParams())(tmp_path / "甲.xlsx")
    assert says in done.failure


def test_findings_are_told_where_they_cannot_be_written(demo: Path) -> None:
    demo.with_name(f"~${demo.name}").touch()
    done = Errand("check", RunParams(), in_full=True)(demo)
    assert done.failure == ""
    assert done.findings == len(done.report["findings"])
    assert not done.report["written"]
    assert any("没有写入" in remark for remark in done.report["remarks"])


def test_process_lets_go_of_what_it_has_in_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    many._leave(signal.SIGTERM, None)
    assert len(left) == 1

    def told_to_leave(path: Path) -> Done:
        many._leave(signal.SIGTERM, None)
        return Done(path)

    many._one(told_to_leave, tmp_path)
    assert len(left) == 2
    assert many._in_hand == []


@pytest.fixture
def branches(demo: Path, tmp_path: Path) -> Path:
    """A folder of ten: six good ones, one damaged, one locked, one encrypted, one that is no crm."""
    folder = tmp_path / "分 部"
    folder.mkdir()
    for number in range(6):
        shutil.copy(demo, folder / f"分部{number}.xlsx")
    shutil.copy(demo, folder / "打开着.xlsx")
    (folder / ".~lock.打开着.xlsx#").write_text("王芳,wang,pc1,18.03.2026 09:00,file:///x;", "utf-8")
    (folder / "损坏.xlsx").write_bytes(demo.read_bytes()[:20_000])
    with demo.open("rb") as plain, (folder / "加密.xlsx").open("wb") as secret:
        msoffcrypto.OfficeFile(plain).encrypt("密码", secret)
    openpyxl.Workbook().save(folder / "菜单.xlsx")
    return folder


def cells(path: Path) -> dict[str, Any]:
    """The lists that a refresh builds."""
    with FileDoor(path, write=False) as door:
        return {name: door.grid(name).columns for name in ("到期清单", "超时预警", "校验结果", "首页")}


@pytest.mark.slow
def test_bad_files_stop_no_good_one_and_each_is_as_if_alone(
    branches: Path, demo: Path, tmp_path: Path
) -> None:
    alone = call("refresh", demo, "--now", NOW, "--json")
    ran = run("refresh", branches, "--now", NOW, "--json", "--jobs", "2", home=tmp_path / "home")
    assert ran.code == 2, ran.err
    assert ran.err == ""
    told = json.loads(ran.out)
    assert [item["file"] for item in told] == [str(path) for path in sorted(branches.glob("*.xlsx"))]
    failed = {item["file"].rpartition("/")[2]: item["error"] for item in told if item["error"]}
    assert failed.keys() == {"打开着.xlsx", "损坏.xlsx", "加密.xlsx", "菜单.xlsx"}
    assert "已损坏" in failed["损坏.xlsx"]
    assert "密码" in failed["加密.xlsx"]
    assert "没有任何已知的客户表" in failed["菜单.xlsx"]
    assert "王芳" in failed["打开着.xlsx"]
    expected = json.loads(alone.out)
    want = cells(demo)
    for item in told:
        if item["error"] is None:
            assert item["counts"] == expected["counts"]
            assert len(item["findings"]) == len(expected["findings"])
            assert item["rows"] > 0
    assert cells(branches / "分部0.xlsx") == cells(branches / "分部5.xlsx") == want
    assert not list(branches.glob(".~xlcrm-*"))


@unix_only
@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_stopped_from_outside_no_file_is_half_written_and_no_process_stays(
    end: signal.Signals, demo: Path, tmp_path: Path
) -> None:
    """SIGINT goes to the whole group, as Ctrl-C of a terminal does; SIGKILL to the first process alone."""
    folder = tmp_path / "分部"
    folder.mkdir()
    for number in range(6):
        shutil.copy(demo, folder / f"{number}.xlsx")
    started = subprocess.Popen(
        [*COMMAND, "refresh", str(folder), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    until = time.monotonic() + PATIENCE
    while not list(folder.glob(".xlcrm/locks/*.lock")):
        assert time.monotonic() < until
        assert started.poll() is None
        time.sleep(0.01)
    if end is signal.SIGINT:
        os.killpg(started.pid, end)
    else:
        started.kill()
    out, err = started.communicate(timeout=PATIENCE)  # ends when the last process has left
    assert "Traceback" not in err
    if end is signal.SIGINT:
        assert started.returncode == 2
        assert "已中断" in out
        assert "已中断；工作簿没有损坏" in err
    assert not list(folder.glob(".~xlcrm-*"))
    for path in folder.glob("*.xlsx"):
        with FileDoor(path, write=True) as door:
            assert "到期清单" in door.sheets
