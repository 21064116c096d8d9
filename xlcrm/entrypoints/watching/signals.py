"""Stopping by a signal: the first lets the running job end, the second stops at once."""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
_SLICE: Final = 0.5
"""Seconds; Windows wakes no sleep for a signal but Ctrl-C."""


@contextlib.contextmanager
def stopped_by(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first signal that asks to end, and raise `KeyboardInterrupt` at every further one.

    A signal that was ignored (as under nohup) stays ignored.
    """
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        del number, frame
        if asked:
            raise KeyboardInterrupt
        asked = True
        stop()

    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in known}
    taken = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, old in taken.items():
            signal.signal(number, old)


def nap(seconds: float, stopping: Callable[[], bool]) -> None:
    """Sleep, but no longer than until a stop is asked for."""
    end = time.monotonic() + seconds
    while not stopping() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE))
