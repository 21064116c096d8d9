"""The ledger: on the disk at once, whole after a power cut, small for ever."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from xlcrm.entrypoints.watching.ledger import (
    DONE,
    FAILED,
    MISSED,
    STOPPED,
    WAITING,
    Ledger,
    Result,
    Run,
    Watched,
    ledger_file,
)

if TYPE_CHECKING:
    from pathlib import Path

DUE = dt.datetime(2026, 3, 2, 8, 30)
STARTED = dt.datetime(2026, 3, 2, 0, 30, 1, tzinfo=dt.UTC)


def run(result: Result | None = DONE, *, days: int = 0, tries: int = 0, job: str = "刷新") -> Run:
    started = STARTED + dt.timedelta(days=days, minutes=tries)
    ended = None if result is None else started + dt.timedelta(seconds=2, milliseconds=500)
    return Run(job, DUE + dt.timedelta(days=days), started, ended, result, "完成。" if result else "")


def now(days: int = 0) -> dt.datetime:
    return DUE + dt.timedelta(days=days, hours=1)


def test_it_stands_beside_the_workbook(tmp_path: Path) -> None:
    assert ledger_file(tmp_path / "客户.xlsx") == tmp_path.resolve() / ".xlcrm" / "watch" / "客户.xlsx.jsonl"


def test_what_is_noted_is_known_by_the_next_process(tmp_path: Path) -> None:
    file = tmp_path / "a" / "w.jsonl"
    first = Ledger(file)
    first.watch("刷新", "08:30", DUE)
    first.watch("邮件", "09:00", DUE)
    first.note(run(None))
    first.note(run())
    first.note(run(None, days=1))
    first.note(run(FAILED, days=1))
    first.forget("邮件")
    second = Ledger(file)
    assert second.watched == {"刷新": Watched("08:30", DUE)}
    assert second.last("刷新") == run(FAILED, days=1)
    assert run().seconds == 2.5
    assert run(None).seconds == 0
    assert second.settled("刷新", now(1)) == DUE + dt.timedelta(days=1)
    assert second.last("邮件") is None
    assert second.settled("邮件", now()) is None


def test_a_line_is_on_the_disk_before_the_call_returns(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    with mock.patch.object(os, "fsync", wraps=os.fsync) as flushed:
        ledger.note(run(None))
        assert flushed.call_count == 1
        ledger.note(run())
        assert flushed.call_count == 2
    assert (tmp_path / "w.jsonl").read_text("utf-8").count("\n") == 2


@pytest.mark.parametrize("result", [DONE, FAILED, MISSED])
def test_what_needs_no_run_is_settled(tmp_path: Path, result: Result) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    ledger.note(run(result))
    assert ledger.settled("刷新", now()) == DUE


@pytest.mark.parametrize("result", [WAITING, STOPPED, None])
def test_what_waits_or_was_broken_off_is_not(tmp_path: Path, result: Result | None) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    ledger.note(run(result))
    assert ledger.settled("刷新", now()) is None
    assert ledger.last("刷新") is None


def test_an_entry_of_a_clock_that_was_ahead_settles_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    ledger.note(run())
    ledger.note(run(days=300))
    assert ledger.settled("刷新", now()) == DUE
    assert ledger.settled("刷新", DUE - dt.timedelta(minutes=30)) == DUE, "an hour that comes twice"


def test_runs_that_killed_the_program_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    for tries in range(2):
        Ledger(file).note(run(None, tries=tries))
    assert Ledger(file).broken_off("刷新", DUE) == 2
    assert Ledger(file).broken_off("刷新", DUE + dt.timedelta(days=1)) == 0


def test_of_many_waits_the_last_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    ledger = Ledger(file)
    ledger.note(run(days=-1))
    for tries in range(500):
        ledger.note(run(None, tries=tries))
        ledger.note(run(WAITING, tries=tries))
    assert ledger.settled("刷新", now()) == DUE - dt.timedelta(days=1)
    assert Ledger(file).settled("刷新", now()) == DUE - dt.timedelta(days=1)
    assert Ledger(file).broken_off("刷新", DUE) == 0


@pytest.mark.parametrize(
    "torn",
    [
        b'{"job": "\xe5\x88',
        b'{"job": "x", "due": "2026-',
        b"\x00\x00\x00\x00",
        b'{"job": "x"}',
        b"[1]",
        b"5",
        b'{"job":"x","due":1,"started":2}',
    ],
)
def test_a_torn_line_costs_only_itself(tmp_path: Path, torn: bytes) -> None:
    file = tmp_path / "w.jsonl"
    Ledger(file).note(run())
    with file.open("ab") as end:
        end.write(torn)
    after = Ledger(file)
    assert after.settled("刷新", now()) == DUE
    after.note(run(days=1))
    assert Ledger(file).settled("刷新", now(1)) == DUE + dt.timedelta(days=1)
    assert not after.trouble


def test_a_moment_without_a_zone_is_the_machines(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text('{"job":"a","due":"2026-03-02T08:30","started":"2026-03-02T08:30:01"}\n', "utf-8")
    assert Ledger(file).broken_off("a", DUE) == 1


def test_it_stays_small_and_forgets_nothing_that_counts(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    ledger = Ledger(file)
    ledger.watch("刷新", "08:30", DUE)
    ledger.watch("每年", "t", DUE)
    ledger.note(run(job="每年"))
    with mock.patch.object(os, "fsync"):
        for days in range(3_000):
            ledger.note(run(days=days))
    assert len(file.read_bytes().splitlines()) < 2_300
    again = Ledger(file)
    assert again.watched == ledger.watched
    assert again.settled("刷新", now(2_999)) == DUE + dt.timedelta(days=2_999)
    assert again.settled("每年", now()) == DUE
    assert again.last("刷新") == run(days=2_999)


def test_a_full_disk_is_told_and_what_is_known_stays_known(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    full = OSError(errno.ENOSPC, "no space")
    with mock.patch.object(os, "fsync", side_effect=full):
        ledger.note(run())
    assert "写不进去" in ledger.trouble
    assert ledger.settled("刷新", now()) == DUE
    ledger.note(run(days=1))
    assert not ledger.trouble


def test_compaction_that_the_disk_refuses_is_told(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    ledger = Ledger(file)
    with mock.patch.object(os, "fsync"):
        for days in range(2_000):
            ledger.note(run(days=days))
    with mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, "no space")):
        ledger.note(run(days=2_000))
    assert "磁盘空间不足" in ledger.trouble
    ledger.note(run(days=2_001))
    assert not ledger.trouble
    assert Ledger(file).settled("刷新", now(2_001)) == DUE + dt.timedelta(days=2_001)


def test_a_ledger_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").mkdir()
    ledger = Ledger(tmp_path / "w.jsonl")
    assert "读不出来" in ledger.trouble
    assert ledger.settled("刷新", now()) is None


def test_ends_take_the_place_of_their_beginnings(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w.jsonl")
    begun = run(None)
    ledger.note(begun)
    assert ledger.broken_off("刷新", DUE) == 1
    ledger.note(dataclasses.replace(begun, ended=begun.started, result=DONE))
    assert ledger.broken_off("刷新", DUE) == 0
