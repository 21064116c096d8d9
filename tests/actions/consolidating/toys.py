"""Work that any engine can do and a test can follow; other processes import it."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from xlcrm.actions.consolidating.engine import Work
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.actions.base import Progress

Part = list[str]


def read(item: str) -> Part:
    return [item]


def deadly(item: str) -> Part:
    """A reader that takes its process with it at one item."""
    if item == "3":
        os._exit(1)
    return [item]


def lost(item: str, why: str) -> Part:
    return [f"{item}!{why[:2]}"]


def join(*parts: Part) -> Part:
    return [item for part in parts for item in part]


def finish(part: Part, progress: Progress) -> str:
    progress("完成")
    return " ".join(part)


def refuse(part: Part, progress: Progress) -> str:
    progress("完成")
    raise UsageError(f"{len(part)} 行太多")


def fail(part: Part, progress: Progress) -> str:
    progress("完成")
    raise ZeroDivisionError(f"{len(part)}\nsecond line")


WORK = Work(read, lost, join, finish)
DEADLY = Work(deadly, lost, join, finish)
REFUSING = Work(read, lost, join, refuse)
FAILING = Work(read, lost, join, partial(fail))
