"""Running an action on a workbook that a command names: a closed file, or the same workbook open."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.actions import ACTIONS
from xlcrm.entrypoints.live import live_door
from xlcrm.entrypoints.terminal import guarded, with_progress
from xlcrm.errors import SaveFailed, SheetProtected, UnsafeToPatch, WorkbookInUse, WorkbookOpen
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlcrm.actions import Outcome, Params, RunParams
    from xlcrm.workbook.port import Door


@dataclass(frozen=True)
class Target:
    """The workbook of a command.

    Attributes:
        path: its file.
        live: use it where it is open, and leave saving to the user.
        pipe: of the LibreOffice that has it open; implies `live`.
    """

    path: Path
    live: bool = False
    pipe: str = ""

    @property
    def is_live(self) -> bool:
        return self.live or bool(self.pipe)


def run(name: str, target: Target, params: Params, *, quiet: bool, write: bool) -> Outcome:
    """Run an action; what cannot go on ends the command with one sentence."""
    return guarded(lambda: work(name, target, params, quiet=quiet, write=write))


def work(name: str, target: Target, params: Params, *, quiet: bool, write: bool) -> Outcome:
    """Run an action.

    Args:
        name: of the action.
        target: the workbook.
        params: of the action.
        quiet: show no progress.
        write: whether it may write.

    Raises:
        XlcrmError: it cannot go on.
    """

    def inside(progress: Callable[[str], None]) -> Outcome:
        with _opened(target, write=write) as door:
            return ACTIONS[name].run(door, params, progress)

    return with_progress(inside, quiet=quiet)


def check(target: Target, params: RunParams, *, quiet: bool) -> Outcome:
    """Check and write; where the workbook cannot be written just now, the findings are still shown.

    Raises:
        XlcrmError: it cannot be read.
    """
    if not params.dry_run:
        try:
            return work("check", target, params, quiet=quiet, write=True)
        except (WorkbookInUse, SaveFailed, UnsafeToPatch, SheetProtected) as error:
            lost = f"校验结果没有写入工作簿：{error.message}"
    shown = params.model_copy(update={"dry_run": True})
    outcome = work("check", target, shown, quiet=quiet, write=False)
    return outcome if params.dry_run else dataclasses.replace(outcome, remarks=[*outcome.remarks, lost])


@contextlib.contextmanager
def _opened(target: Target, *, write: bool) -> Iterator[Door]:
    if target.is_live:
        from xlcrm.entrypoints.attach import open_book  # noqa: PLC0415 - most commands work on closed files

        with live_door(open_book(target.path, target.pipe or None), write=write) as live:
            yield live
        return
    try:
        with FileDoor(target.path, write=write) as door:
            door.prefetch([title for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles])
            yield door
    except WorkbookOpen as error:
        hint = "也可以加 --live 直接在打开的工作簿里运行（WPS 除外）"
        raise WorkbookOpen(f"{error.message.removesuffix('。')}；{hint}") from error
