"""What the tests hand over to other processes instead of an action."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from xlcrm.entrypoints.many import Done

if TYPE_CHECKING:
    from pathlib import Path


def fine(path: Path) -> Done:
    """Count the letters of the file's name."""
    return Done(path, rows=len(path.stem))


def deadly(path: Path) -> Done:
    """Die of 坏, the first time of 一次, and of nothing else."""
    been = path.with_suffix(".been")
    if path.stem == "坏" or (path.stem == "一次" and not been.exists()):
        been.touch()
        os._exit(9)
    return fine(path)


def endless(path: Path) -> Done:
    """Take a workbook in hand and keep it; clean up when told to leave."""
    path.with_suffix(".begun").touch()
    try:
        time.sleep(600)
    finally:
        path.with_suffix(".left").touch()
    return fine(path)


def raising(path: Path) -> Done:
    """Break a promise."""
    raise ValueError(path.name)
