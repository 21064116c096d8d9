"""What the 操作 of a job does: an action of the registry, in the closed workbook or the open one."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xlcrm.actions import ACTIONS
from xlcrm.entrypoints.boxes import saving
from xlcrm.entrypoints.live import live_door
from xlcrm.entrypoints.watching.ledger import DONE, FAILED, WAITING
from xlcrm.errors import ProgramError, UsageError, WorkbookOpen
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from xlcrm.actions import Action, Outcome, Params
    from xlcrm.actions.base import Progress
    from xlcrm.entrypoints.watching.jobs import Job
    from xlcrm.entrypoints.watching.ledger import Result
    from xlcrm.workbook.port import Door


@dataclass(frozen=True, slots=True)
class Doing:
    """What one 操作 asks of the registry.

    Attributes:
        action: name of the action.
        asked: its parameters that are always the same.
        addressed: 收件人 of the job says to whom.
    """

    action: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    addressed: bool = False


class Done(NamedTuple):
    """What came of a run.

    Attributes:
        result: in a word.
        detail: the sentence for the user.
        left: the action ran, and has left something for later.
        calm: nothing is wrong with that: it only was not the time for it.
    """

    result: Result
    detail: str
    left: bool = False
    calm: bool = False


DOINGS: Final[Mapping[str, Doing]] = {
    "刷新到期清单": Doing("refresh"),
    "检查录入": Doing("check"),
    "刷新分析": Doing("analyse"),
    "生成管理层副本": Doing("copy"),
    "管理层邮件": Doing("mail", {"letters": ("管理层邮件",), "apply": True}, addressed=True),
    "个人清单": Doing("mail", {"letters": ("个人清单",), "apply": True}, addressed=True),
    "超时提醒": Doing("mail", {"letters": ("超时提醒",), "apply": True}, addressed=True),
}
"""In the order in which jobs of one moment run: what is mailed is fresh."""

ORDER: Final[Mapping[str, int]] = {name: at for at, name in enumerate(DOINGS)}


def do(path: Path, job: Job, now: dt.datetime | None, progress: Progress, day: dt.date | None = None) -> Done:
    """Run a job's action once.

    A workbook that Excel or LibreOffice has open is written there, where it can be reached, and left unsaved.
    What only reads, or notes what it did at its end, works on the file as it was saved last.

    Args:
        path: the workbook.
        job: what to do.
        now: the run's moment on the wall clock of 时区; None where 固定时钟 says it.
        progress: told the stages.
        day: of which it was due: mail that is caught up does not stand for today's.

    Raises:
        XlcrmError: it cannot go on. `WorkbookInUse` and `ProgramBusy` say: not now.
    """
    doing = DOINGS[job.action]
    action = _action(job, doing)
    params = _params(action, doing, job, now, day)
    with contextlib.ExitStack() as stack:
        live = False
        try:
            door: Door = stack.enter_context(_closed(path, write=action.writes and not action.late))
        except WorkbookOpen as error:
            door, live = stack.enter_context(_open(path, error)), True
        return _done(action.run(door, params, progress), live=live)


def _done(outcome: Outcome, *, live: bool) -> Done:
    where = [saving(outcome.saved)] if live and outcome.saved is not None else []
    parts = [part.strip().rstrip("。；") for part in (outcome.message, *outcome.remarks, *where)]
    result = WAITING if outcome.later else DONE if outcome.ok else FAILED
    return Done(result, "；".join(parts) + "。", left=outcome.later, calm=outcome.calm)


def _action(job: Job, doing: Doing) -> Action:
    action = ACTIONS.get(doing.action)
    if action is None:
        raise UsageError(
            f"任务“{job.name}”的操作“{job.action}”在这个版本的 xlcrm 里没有，请升级 xlcrm，或改用别的操作"
        )
    return action


def _params(action: Action, doing: Doing, job: Job, now: dt.datetime | None, day: dt.date | None) -> Params:
    asked = dict(doing.asked)
    if now is not None:
        asked["now"] = now
    if doing.addressed:
        asked["day"] = day
        if job.recipients:
            asked["to"] = job.recipients
    return action.params.model_validate(asked)


@contextlib.contextmanager
def _closed(path: Path, *, write: bool) -> Iterator[Door]:
    with FileDoor(path, write=write) as door:
        door.prefetch([title for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles])
        yield door


@contextlib.contextmanager
def _open(path: Path, refused: WorkbookOpen) -> Iterator[Door]:
    """The door of the open workbook; where no program of this machine has it, the refusal stands."""
    from xlcrm.entrypoints.attach import open_book  # noqa: PLC0415 - most runs find the workbook closed

    try:
        book = open_book(path)
    except (ProgramError, UsageError) as error:
        raise refused from error
    with live_door(book, write=True) as door:
        yield door
