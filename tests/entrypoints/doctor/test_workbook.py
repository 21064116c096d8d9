"""The workbook's file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from xlcrm.entrypoints.doctor import workbook
from xlcrm.entrypoints.doctor.base import FINE, NOTICE, Verdict
from xlcrm.entrypoints.installing.telling import INSTALLED, NOT_INSTALLED, OUTDATED
from xlcrm.workbook.locks import held, lock_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workbook_that_can_be_read_and_written(demo: Path) -> None:
    assert workbook.readable(demo).state == "正常"


def test_a_file_that_is_no_workbook_is_told_as_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(b"PK")
    assert workbook.readable(path).state == "故障"
    assert workbook.readable(tmp_path / "没有.xlsx").found.startswith("找不到工作簿")


def test_a_read_only_workbook(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    verdict = workbook.readable(demo)
    assert verdict.state == "故障"
    assert "只读" in verdict.found


@pytest.mark.parametrize(
    ("name", "platform", "mark", "state"),
    [
        ("a.xlsm", "win32", None, "正常"),
        ("a.xlsm", "win32", "[ZoneTransfer]\r\nZoneId=3\r\n", "故障"),
        ("a.xlsx", "win32", "[ZoneTransfer]\r\nZoneId=3\r\n", "注意"),
        ("a.xlsm", "win32", "[ZoneTransfer]\r\nZoneId=1\r\n", "正常"),
        ("a.xlsm", "win32", "nonsense", "正常"),
        ("a.xlsm", "darwin", "0083;65;Mail;", "注意"),
        ("a.xlsm", "darwin", None, "正常"),
    ],
)
def test_mark_of_the_web(tmp_path: Path, name: str, platform: str, mark: str | None, state: str) -> None:
    assert workbook.web_mark(tmp_path / name, platform, mark).state == state


def test_nobody_has_it_open(demo: Path) -> None:
    assert workbook.locks(demo, {"Excel"}) == ("正常", "没有人打开着它", "")
    assert not lock_file(demo).parent.exists(), "looking leaves nothing behind"


def test_a_lock_file_is_a_leftover_perhaps_where_no_program_runs(demo: Path) -> None:
    demo.with_name(f"~${demo.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
    held_by_somebody = workbook.locks(demo, {"Excel"})
    assert held_by_somebody.state == "注意"
    assert "--live" in held_by_somebody.advice
    assert "Wang 正用 Excel" in held_by_somebody.found
    leftover = workbook.locks(demo, set())
    assert leftover.state == "注意"
    assert "没有正常退出" in leftover.advice


def test_another_xlcrm_at_work(demo: Path) -> None:
    with held(demo):
        assert "另一个 xlcrm" in workbook.locks(demo, set()).found
    assert workbook.locks(demo, set()).state == "正常"


@pytest.mark.parametrize(
    ("free", "state"), [(1 << 40, "正常"), (100 << 20, "注意"), (20 << 20, "故障"), (0, "故障")]
)
def test_room_on_the_disk(tmp_path: Path, free: int, state: str) -> None:
    assert workbook.folder(tmp_path, lambda _: free, size=10 << 20).state == state
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    verdict = workbook.folder(tmp_path / "没有", lambda _: 1 << 40, size=1)
    assert verdict.state == "故障"
    assert "不能在" in verdict.found


def test_places_that_others_reach(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    drive = {"OneDriveCommercial": str(tmp_path).upper(), "OneDrive": ""}
    assert workbook.location(path, {}, remote=False).state == "正常"
    assert "网络共享" in workbook.location(path, {}, remote=True).found
    assert "网盘" in workbook.location(path, drive, remote=False).found
    assert "网盘" in workbook.location(tmp_path / "我的坚果云" / "a.xlsx", {}, remote=False).found


def test_schedule_is_told_and_never_a_fault() -> None:
    assert workbook.schedule(None) is None
    states = {
        state: workbook.schedule(state) for state in (INSTALLED, NOT_INSTALLED, OUTDATED, "不知道：cron 坏了")
    }
    assert [verdict.state for verdict in states.values() if verdict] == [FINE, FINE, NOTICE, NOTICE]
    assert "--install" in (states[NOT_INSTALLED] or Verdict(FINE, "")).advice
    assert "--install" in (states[OUTDATED] or Verdict(FINE, "")).advice
