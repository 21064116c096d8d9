"""Many workbooks at once: each in a process that has no other in hand.

A process may die of one workbook, or of too little memory. Then all that were in hand are run again, each
alone in a process of its own: the one that kills it again is told, the others are done. That is no harm to
one that was written just before, for saving is one step and every action may run twice.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

DIED: Final = "处理它的进程意外结束，可能是内存不足，文件没有损坏；请关闭别的程序，单独再运行一次"
INTERRUPTED: Final = "已中断，没有处理完；文件没有损坏，请再运行一次"
_MOST_WORKERS: Final = 61
"""Windows waits for no more processes than that."""
_STOPPED: Final = 143


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one workbook.

    Attributes:
        path: as it was named.
        seconds: that it took.
        failure: one sentence why not; empty where it worked.
        rows: of the office's own tables.
        counts: label -> figure, as of the action's outcome.
        findings: how many there are.
        errors: how many of them are errors.
        report: what --json prints; empty unless asked for.
    """

    path: Path
    seconds: float = 0.0
    failure: str = ""
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: int = 0
    errors: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)


class Watcher(Protocol):
    """Who is told what is being done."""

    def begun(self, path: Path) -> None:
        """A workbook is taken in hand."""

    def ended(self, path: Path) -> None:
        """It is out of hand, done or not."""


def workers_for(count: int, asked: int = 0) -> int:
    """How many processes: as asked, else one for each processor; never more than workbooks."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(asked or processors, count, _MOST_WORKERS))


def run_all(
    work: Callable[[Path], Done], paths: Sequence[Path], workers: int, watcher: Watcher
) -> tuple[list[Done], bool]:
    """Do something with every workbook, several at once.

    Args:
        work: what to do with one; it can be pickled, and tells instead of raising.
        paths: the workbooks, each once.
        workers: processes.
        watcher: who is told.

    Returns:
        What came of each, in the order of `paths`, and whether the user interrupted it.
    """
    done: dict[Path, Done] = {}
    rest, interrupted = list(paths), False
    try:
        while rest:
            for suspect in _together(work, rest, workers, watcher, done):
                if _together(work, [suspect], 1, watcher, done):
                    done[suspect] = Done(suspect, failure=DIED)
            rest = [path for path in rest if path not in done]
    except KeyboardInterrupt:
        interrupted = True
    return [done.get(path) or Done(path, failure=INTERRUPTED) for path in paths], interrupted


def _together(
    work: Callable[[Path], Done],
    paths: Sequence[Path],
    workers: int,
    watcher: Watcher,
    done: dict[Path, Done],
) -> list[Path]:
    """Work through `paths` into `done`; where a process died, end with what was in hand just then.

    No more is handed over than there are processes, so that only these are suspects.
    """
    waiting = deque(paths)
    in_hand: dict[Future[Done], Path] = {}
    with _processes(workers) as pool:
        while waiting or in_hand:
            try:
                while waiting and len(in_hand) < workers:
                    with _interrupts_held():  # the processes that begin now inherit it
                        begun = pool.submit(_one, work, waiting[0])
                    in_hand[begun] = waiting.popleft()
                    watcher.begun(in_hand[begun])
            except BrokenProcessPool:
                return _out_of_hand(in_hand, watcher) or [waiting[0]]
            finished, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in finished:
                try:
                    result = future.result()
                except BrokenProcessPool:
                    return _out_of_hand(in_hand, watcher)
                done[in_hand[future]] = result
                watcher.ended(in_hand.pop(future))
    return []


def _out_of_hand(in_hand: Mapping[Future[Done], Path], watcher: Watcher) -> list[Path]:
    for path in in_hand.values():
        watcher.ended(path)
    return list(in_hand.values())


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes; when the block is left early, they let go of their workbooks and end."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C back for a moment; the terminal sends it to the other processes too, who need not know."""
    if sys.platform == "win32":
        yield
        return
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


_in_hand: Final[list[Path]] = []
"""The workbook that this process works on, if any."""


def _one(work: Callable[[Path], Done], path: Path) -> Done:
    """In a process of the pool: the work, and nothing of it left in memory."""
    _in_hand.append(path)
    try:
        return work(path)
    except SystemExit:  # `_leave`; whatever was open is closed by now
        os._exit(_STOPPED)
    finally:
        _in_hand.clear()
        gc.collect()


def _begin() -> None:
    """In a process of the pool, first of all."""
    gc.disable()  # as for one command, but once after each workbook
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave(number: int, frame: object) -> None:
    """Let go of the workbook in hand, temporary files and all, and end."""
    del number, frame
    if _in_hand:
        raise SystemExit(_STOPPED)
    os._exit(_STOPPED)


def _leave_with_parent() -> None:
    """Whoever hands out the work may be killed; nobody would ever end this process then."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
