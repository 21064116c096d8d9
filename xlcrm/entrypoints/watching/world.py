"""A watch of a real workbook: its file, its lock, the clock and the terminal."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.terminal import err, out, with_progress
from xlcrm.entrypoints.watching.doing import do
from xlcrm.entrypoints.watching.edges import Edges
from xlcrm.entrypoints.watching.ledger import Ledger, ledger_file
from xlcrm.entrypoints.watching.loop import Watcher
from xlcrm.entrypoints.watching.plan import read_plan, write_status
from xlcrm.entrypoints.watching.signals import nap, stopped_by
from xlcrm.entrypoints.watching.status import note_timetables
from xlcrm.errors import SaveFailed, WorkbookInUse, WorkbookMissing
from xlcrm.workbook.locks import held_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from xlcrm.entrypoints.watching.doing import Done
    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.entrypoints.watching.plan import Plan

_PURPOSE: Final = "watch"
_NOBODY_READS: Final = (OSError, SystemExit)
"""What printing raises on a terminal that has gone; the second is how rich leaves a broken pipe."""


@dataclass(frozen=True)
class Watch:
    """A workbook that is to be watched."""

    path: Path

    def alone(self) -> AbstractContextManager[None]:
        """Be the only watch of the workbook while the block runs.

        Raises:
            WorkbookInUse: another one runs.
            WorkbookMissing: its folder is not there.
            SaveFailed: nothing can be written beside the workbook.
        """
        if not self.path.resolve().parent.is_dir():
            raise WorkbookMissing(f"找不到工作簿“{self.path}”，它所在的文件夹不存在，请检查路径。")
        refusal = (
            f"“{self.path.name}”已经有一个 xlcrm watch 在运行，不用再开一个；要重新开始，请先停止那一个。"
        )
        return held_for(self.path, _PURPOSE, refusal)

    def go_on(self) -> None:
        """Watch until a signal asks to stop; raises `XlcrmError` where there is nothing to begin with."""
        watcher = self._watcher()
        with stopped_by(lambda: _stop(watcher)):
            watcher.run()
        _say("已停止看守。")

    def once(self) -> bool:
        """Run what is owed and come back; whether all went well."""
        watcher = self._watcher()
        with stopped_by(lambda: _stop(watcher)):
            return watcher.run_once()

    def remember(self, plan: Plan, moment: dt.datetime) -> None:
        """Note what is to be watched from a moment on; where another watch runs, that one does it.

        What cannot be noted now is noted by the first run.
        """
        with contextlib.suppress(WorkbookInUse, SaveFailed), self.alone():
            note_timetables(plan.jobs, Ledger(ledger_file(self.path)), plan.wall(moment))

    def _watcher(self) -> Watcher:
        path = self.path

        def stopping() -> bool:
            return watcher.stopping

        watcher = Watcher(
            Edges(
                read=lambda now: read_plan(path, now),
                mark=lambda: mark(path),
                do=lambda job, now, day: _do(path, job, now, day),
                tell=lambda status: write_status(path, status),
                now=now,
                sleep=lambda seconds: nap(seconds, stopping),
                say=_say,
            ),
            Ledger(ledger_file(path)),
        )
        return watcher


def now() -> dt.datetime:
    """The moment, with a zone."""
    return dt.datetime.now(dt.UTC)


def mark(path: Path) -> tuple[int, int, int] | None:
    """Equal again as long as a file has not changed; None while it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _do(path: Path, job: Job, moment: dt.datetime | None, day: dt.date) -> Done:
    return with_progress(lambda progress: do(path, job, moment, progress, day), quiet=False)


def _say(line: str) -> None:
    with contextlib.suppress(*_NOBODY_READS):
        out.print(line, soft_wrap=True, markup=False, highlight=False)


def _stop(watcher: Watcher) -> None:
    watcher.stopping = True
    with contextlib.suppress(RuntimeError, *_NOBODY_READS):  # in the middle of other printing
        err.print("收到停止请求：正在运行的任务结束后退出；再按一次立即停止。", soft_wrap=True)
