"""Runs `xlcrm refresh` in child processes that die at a chosen step or moment.

Reads lines of JSON from its input, `{"path": …, "step": n, "after": seconds}`, and answers each with one
line: the child's wait status and how many steps it counted. Step 0 goes through; `after` kills from outside.
Forked children skip the second that the imports take, and are as mortal as any process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.actions import refresh as _warm
from xlcrm.entrypoints.cli import main as command
from xlcrm.workbook import saving
from xlcrm.workbook.patch import writing

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = "2026-03-18T10:00"
__all__ = ["_warm"]


class Steps:
    """Counts what happens to files, and ends the process before the chosen one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def watch(self, owner: object, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.take()
            result = real(*args, **kwargs)
            self.take()
            return result

        setattr(owner, name, stepped)

    def take(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def child(path: str, step: int, answer: int) -> None:
    """Be the command; never returns."""
    steps = Steps(step)
    for name in ("open", "fsync", "replace", "link", "chmod"):
        steps.watch(os, name)
    steps.watch(Path, "unlink")
    for owner, name in (
        (writing, "rewrite"),
        (writing, "verify"),
        (writing, "plan"),
        (saving, "fingerprint"),
    ):
        steps.watch(owner, name)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.argv = ["xlcrm", "refresh", path, "--now", NOW]
    code = 1
    try:
        command()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    os.write(answer, str(steps.count).encode())
    os._exit(code)


def run(path: str, step: int, after: float | None) -> tuple[int, int]:
    """Wait status of one child, and its count of steps (0 if it died)."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        child(path, step, writer)
    os.close(writer)
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    counted = os.read(reader, 100)
    os.close(reader)
    return status, int(counted or 0)


def main() -> None:
    for line in sys.stdin:
        wish = json.loads(line)
        status, count = run(wish["path"], wish["step"], wish["after"])
        sys.stdout.write(json.dumps([status, count]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
