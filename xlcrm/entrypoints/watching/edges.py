"""Where a watch touches the world, as values: tests put a clock and an office of their own there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from xlcrm.entrypoints.watching.doing import Done
    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.entrypoints.watching.plan import Plan
    from xlcrm.entrypoints.watching.status import Status


@dataclass(frozen=True)
class Edges:
    """What a watch does to the world.

    Attributes:
        read: the plan at a moment; raises `XlcrmError`.
        mark: equal again as long as the workbook's file has not changed.
        do: run a job, at a moment of 时区's wall clock unless 固定时钟 is set, and of which day it was due.
        tell: job name -> status, into the sheet; raises `XlcrmError`.
        now: the moment, with a zone.
        sleep: so many seconds, less once a stop is asked for.
        say: one line for the terminal.
    """

    read: Callable[[dt.datetime], Plan]
    mark: Callable[[], object]
    do: Callable[[Job, dt.datetime | None, dt.date], Done]
    tell: Callable[[Mapping[str, Status]], None]
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], None]
    say: Callable[[str], None]
