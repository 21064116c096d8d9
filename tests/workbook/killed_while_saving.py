"""Saves a workbook in child processes that die at a chosen step or moment.

Reads lines of JSON from its input, `{"path": …, "step": n, "links": …, "after": seconds}`, and answers each
with one line: the child's wait status and how many steps it counted. Step 0 goes through; `after` kills from
outside; without `links` the backup is a copy. Forked children skip the imports, and are as mortal as any
process.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from xlcrm.workbook.patch.package import Package, rewrite
from xlcrm.workbook.saving import fingerprint, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHEET = "xl/worksheets/sheet1.xml"


class Steps:
    """Counts what happens to files, and ends the process before the chosen one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def take(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, owner: object, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.take()
            result = real(*args, **kwargs)
            self.take()
            return result

        setattr(owner, name, stepped)


class Watched:
    """A file of which every write is a step, and reaches the system at once."""

    def __init__(self, file: BinaryIO, steps: Steps) -> None:
        self._file = file
        self._steps = steps

    def write(self, data: bytes) -> int:
        self._steps.take()
        size = self._file.write(data)
        self._file.flush()
        return size

    def writelines(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            self.write(line)

    def seek(self, *args: int) -> int:
        return self._file.seek(*args)

    def tell(self) -> int:
        return self._file.tell()


def child(path: Path, step: int, *, links: bool) -> int:
    """Change the first cell of the workbook and save it; how many steps that took."""
    steps = Steps(step)
    for owner, name in ((os, "open"), (os, "fsync"), (os, "replace"), (os, "link"), (os, "chmod")):
        steps.watch(owner, name)
    for name in ("unlink", "mkdir", "replace"):
        steps.watch(Path, name)
    steps.watch(shutil, "copy")
    if not links:

        def no_links(*_: object) -> None:
            raise OSError

        setattr(os, "link", no_links)  # noqa: B010  # a file system without links

    def write(file: BinaryIO) -> None:
        with Package.open(path) as package:
            new = {name: package.read(name).replace("旧".encode(), "新".encode()) for name in package.names}
            sheet = new[SHEET]
            parts = new | {SHEET: iter([sheet[:5000], sheet[5000:]])}
            rewrite(package, Watched(file, steps), parts)  # type: ignore[arg-type]  # all of it that rewrite uses

    def verify(temporary: Path) -> None:
        steps.take()
        with Package.open(temporary) as package:
            package.verify(SHEET)

    before = fingerprint(path)
    save(path, path, write, verify=verify, unchanged=before)
    return steps.count


def run(path: str, step: int, after: float | None, *, links: bool) -> tuple[int, int]:
    """Wait status of one child, and its count of steps (0 if it died)."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        code = 1
        try:
            os.write(writer, str(child(Path(path), step, links=links)).encode())
            code = 0
        finally:
            os._exit(code)
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
        answer = run(wish["path"], wish["step"], wish["after"], links=wish["links"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
