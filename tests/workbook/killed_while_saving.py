"""A process that saves a workbook and kills itself at one step of it.

Arguments: the workbook; the step (0: go through and print how many there were; -1: print "ready" and go
through, to be killed from outside); "links" or "copies" for the backup.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
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


def main(path: Path, step: int, *, links: bool) -> None:
    """Change the first cell of the workbook and save it."""
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
    if step < 0:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
    save(path, path, write, verify=verify, unchanged=before)
    if step == 0:
        sys.stdout.write(f"{steps.count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), links=sys.argv[3] == "links")
