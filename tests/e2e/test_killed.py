"""A refresh that is killed at any point leaves the old file or the new one, whole, and no lock."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.reading import rows
from tests.e2e.survival import differences
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Refresh = Callable[[Path, int, float | None], tuple[int, int]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork"),
]
STEPS = 16
MOMENTS = 10
TRIED_AGAIN = 3
"""Every so many kills the next refresh is tried too."""
WHOLE_RUN = 1.5
"""Seconds over which the kills from outside are spread; a late one may find the process gone."""


@pytest.fixture(scope="module")
def refresh() -> Iterator[Refresh]:
    script = Path(__file__).with_name("killed_refresh.py")
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        ask, answer = server.stdin, server.stdout

        def run(path: Path, step: int = 0, after: float | None = None) -> tuple[int, int]:
            ask.write(json.dumps({"path": str(path), "step": step, "after": after}) + "\n")
            ask.flush()
            status, count = json.loads(answer.readline())
            return status, count

        yield run
        ask.close()
        server.wait(60)


def survives(path: Path, old: bytes, original: Path) -> bool:
    """Check a workbook after a kill; whether it is the new one."""
    for kept in backups(path):
        assert kept.read_bytes() == old
    leftovers = [file.name for file in path.parent.iterdir() if file.name not in {path.name, ".xlcrm"}]
    assert all(name.startswith(".~xlcrm-") for name in leftovers)
    if path.read_bytes() == old:
        return False
    assert len(backups(path)) == 1
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    assert list(differences(original, path)) == []
    assert len(rows(path, "操作日志")) == 1
    assert len(rows(path, "到期清单")) > 3
    return True


def works_again(refresh: Refresh, path: Path) -> None:
    lines = len(rows(path, "操作日志"))
    status, _ = refresh(path, 0, None)
    assert status == 0
    assert len(rows(path, "操作日志")) == lines + 1


def copied(original: Path, folder: Path) -> Path:
    folder.mkdir()
    return Path(shutil.copy(original, folder / "客户.xlsx"))


def test_killed_at_every_kind_of_step(refresh: Refresh, demo: Path, tmp_path: Path) -> None:
    old = demo.read_bytes()
    status, count = refresh(copied(demo, tmp_path / "whole"), 0, None)
    assert status == 0
    assert count > STEPS
    outcomes = []
    for number in range(STEPS):
        step = 1 + number * (count - 1) // (STEPS - 1)
        path = copied(demo, tmp_path / f"step{step}")
        status, _ = refresh(path, step, None)
        assert os.WTERMSIG(status) == signal.SIGKILL
        outcomes.append(survives(path, old, demo))
        if number % TRIED_AGAIN == 0:
            works_again(refresh, path)
    assert outcomes == sorted(outcomes), "once new, it stays new"
    assert {True, False} == set(outcomes)


def test_killed_from_outside_at_any_moment(refresh: Refresh, demo: Path, tmp_path: Path) -> None:
    old = demo.read_bytes()
    for number in range(MOMENTS):
        path = copied(demo, tmp_path / f"moment{number}")
        status, _ = refresh(path, 0, WHOLE_RUN * number / MOMENTS)
        assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
        assert survives(path, old, demo) or os.WIFSIGNALED(status)
        if number % TRIED_AGAIN == 0:
            works_again(refresh, path)
