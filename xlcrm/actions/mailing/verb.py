"""发送邮件: plan the letters, send each once, and note in 发送记录 what came of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from xlcrm.actions.base import Outcome, silent
from xlcrm.actions.journal import Entry
from xlcrm.actions.loading import load
from xlcrm.actions.mailing.desk import Desk
from xlcrm.actions.mailing.drafting import drafted
from xlcrm.actions.mailing.noting import memory_of, note, zone_of
from xlcrm.actions.mailing.planning import few
from xlcrm.actions.mailing.rechecking import Recheck
from xlcrm.actions.mailing.sent import lacking, refuse_lacking
from xlcrm.actions.mailing.telling import counted, counts, data_of, nothing
from xlcrm.errors import ParameterError, UsageError
from xlcrm.mail.account import account_of, password_of
from xlcrm.mail.delivering import deliver
from xlcrm.mail.delivery import Reach, Status
from xlcrm.mail.outbox import Outbox
from xlcrm.mail.post import Post
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import held_for
from xlcrm.workbook.saving import PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlcrm.actions.base import MailParams, Progress
    from xlcrm.actions.loading import Loaded
    from xlcrm.mail.delivery import Delivery
    from xlcrm.mail.letter import Letter
    from xlcrm.mail.outbox import Event
    from xlcrm.workbook.port import Door

LABEL: Final = "发送邮件"
_FOLDER: Final = "mail"
_LOOKED_AHEAD: Final = dt.timedelta(days=60)
_SAME_CLOCK: Final = dt.timedelta(minutes=5)


def mail(door: Door, params: MailParams, progress: Progress) -> Outcome:
    """Show who would get which letter; with `apply` send them; with `draft` write them as drafts.

    A letter is sent once a day to a person, a level of a clock told once. Each letter is made anew where the
    workbook has changed since it was read, and left out where nobody needs it any more.

    Raises:
        SheetMissing, HeadingMissing: `apply`, and the workbook cannot tell to whom, or remember it.
        ParameterError: an account is missing or wrong, or 通讯录 names somebody twice.
        UsageError: somebody is asked for who must not be written to; the workbook has no file here.
        WorkbookInUse: another xlcrm sends the letters of this workbook.
        MailError: no password, or what happens cannot be noted.
        XlcrmError: whatever a refresh or a management copy may raise.
    """
    started = time.monotonic()
    loaded, params = _at_one_moment(door, params, progress)
    if params.draft and not params.dry_run:
        return drafted(door, _desk(door, loaded, params, _left(door), progress), _at(loaded))
    if params.dry_run or not params.apply:
        return _show(door, loaded, params, progress)
    refuse_lacking(loaded, door.title)
    pause = closed_until(loaded)
    if pause:
        return Outcome(pause, data=data_of([], [], sent=0), later=True, calm=True)
    with _outbox(door) as outbox:
        return _send(door, loaded, params, outbox, progress, started)


def _at_one_moment(door: Door, params: MailParams, progress: Progress) -> tuple[Loaded, MailParams]:
    """The workbook as of now on the wall clock of 时区, and what is asked with that moment for the whole run.

    A server may keep another zone than the office: its day is not the one that letters are sent on.
    """
    loaded = load(door, params.now, progress)
    if params.now is None and loaded.facts.parameters.clock_now is None:
        here = dt.datetime.now(zone_of(loaded)).replace(tzinfo=None, microsecond=0)
        if abs(here - loaded.facts.now) > _SAME_CLOCK:
            loaded = load(door, here, progress)
    return loaded, params.model_copy(update={"now": loaded.facts.now})


def _show(door: Door, loaded: Loaded, params: MailParams, progress: Progress) -> Outcome:
    """Who would get what; nothing is written but the lock of an outbox that holds something."""
    events = _left(door)
    desk = _desk(door, loaded, params, events, progress)
    letters = [desk.letter(wish) for wish in desk.plan.wishes]
    hindrances = (lacking(loaded, door.title), _unfit(loaded), closed_until(loaded))
    remarks = [*filter(None, hindrances), *desk.plan.remarks]
    message = f"将发送 {counted(letters)}，还没有发送" if letters else nothing(desk)
    return Outcome(message, counts(letters), remarks, data=data_of(letters, [], sent=0))


def _unfit(loaded: Loaded) -> str:
    """What is wrong with the account, as a sentence; "" for nothing."""
    try:
        account_of(loaded.facts.parameters)
    except ParameterError as error:
        return error.message
    return ""


def _send(
    door: Door, loaded: Loaded, params: MailParams, outbox: Outbox, progress: Progress, started: float
) -> Outcome:
    events = outbox.events()

    def again(door: Door) -> Desk:
        return _desk(door, load(door, params.now, silent), params, events, silent)

    desk = _desk(door, loaded, params, events, progress)
    letters = [desk.letter(wish) for wish in desk.plan.wishes]
    results: list[tuple[Letter, Delivery]] = []
    remarks = list(desk.plan.remarks)
    recheck = Recheck(desk, again, door)
    if isinstance(door, FileDoor):
        door.release()  # sending takes its time, and somebody may save the workbook meanwhile
    if letters:
        account = account_of(loaded.facts.parameters)
        progress(f"发送 {len(letters)} 封邮件")
        with Post(account, password_of(account, os.environ)) as post:
            results = deliver(letters, post, outbox, fresh=recheck, at=_at(loaded), sent=desk.sent)
        remarks += _held_back(recheck)
    sent = [letter for letter, delivery in results if delivery.status is Status.SENT]
    details = "，".join(f"{kind} {count} 封" for kind, count in counts(sent).items())
    entry = Entry(LABEL, seconds=time.monotonic() - started, details=details)
    saved, unnoted = note(door, desk, outbox, entry, progress)
    remarks += _failed(results)
    remarks += [unnoted] if unnoted else []
    failed = len(results) - len(sent) + len(recheck.skipped)
    if sent:
        message = f"已发送 {counted(sent)}" + (f"，{failed} 封没有发出" if failed else "")
    elif failed:
        message = f"{failed} 封邮件都没有发出"
    else:
        message = nothing(desk) if not letters else "没有需要发送的邮件：发送前情况有变"
    return Outcome(
        message,
        counts(sent),
        remarks,
        saved=saved,
        data=data_of([], results, sent=len(sent)),
        ok=bool(sent) or not failed,
        later=bool(recheck.skipped) or any(map(_waits, results)),
    )


def _desk(
    door: Door, loaded: Loaded, params: MailParams, events: Sequence[Event], progress: Progress
) -> Desk:
    return Desk(door, loaded, params, memory_of(events, loaded), progress)


def closed_until(loaded: Loaded) -> str:
    """By 只在工作时间发送: why nothing is sent now, and from when on; "" where it may be."""
    facts = loaded.facts
    if facts.parameters.mail_in_hours != "是":
        return ""
    spans = facts.worktime.spans(facts.now, facts.now + _LOOKED_AHEAD)
    if spans and spans[0][0] <= facts.now:
        return ""
    opens = f"，下次工作时间从 {spans[0][0]:%Y-%m-%d %H:%M} 开始，那时再运行即可" if spans else ""
    return f"现在不是工作时间，参数表的“只在工作时间发送”为 是，没有发送{opens}"


def _at(loaded: Loaded) -> dt.datetime:
    """The moment of the run with its zone."""
    return loaded.facts.now.replace(tzinfo=zone_of(loaded))


@contextlib.contextmanager
def _outbox(door: Door) -> Iterator[Outbox]:
    """The outbox of a workbook, held.

    Raises:
        UsageError: the workbook has no file.
        WorkbookInUse: somebody else holds it.
    """
    if door.file is None:
        raise UsageError(
            f"“{door.title}”在这台电脑上没有文件（还没有保存过，或在网盘上），发过什么无处记录；"
            "请先把它保存到本机文件夹"
        )
    refusal = f"另一个 xlcrm 正在发送“{door.title}”的邮件，请等它结束后再试"
    lock = held_for(door.file, _FOLDER, refusal)
    with Outbox(outbox_file(door.file), lock) as outbox:
        yield outbox


def outbox_file(path: Path) -> Path:
    """Where the outbox of a workbook is kept."""
    real = path.resolve()
    return real.parent / PRIVATE_FOLDER / _FOLDER / f"{real.name}.jsonl"


def _left(door: Door) -> list[Event]:
    """What an earlier run could not note in the workbook."""
    if door.file is None or not outbox_file(door.file).is_file():
        return []
    with _outbox(door) as outbox:
        return outbox.events()


def _failed(results: Iterable[tuple[Letter, Delivery]]) -> list[str]:
    """A sentence for each reason why letters were not taken."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for letter, delivery in results:
        if delivery.status is not Status.SENT:
            names[delivery.detail].append(f"{letter.to.name or letter.to.email}（{letter.kind}）")
    return [f"没有发出：{few(who)}；{why.removesuffix('。')}" for why, who in names.items()]


def _waits(result: tuple[Letter, Delivery]) -> bool:
    """Whether a letter may be taken soon, though nobody changes anything."""
    _, delivery = result
    return delivery.status is Status.DEFERRED and delivery.reach is not Reach.RUN


def _held_back(recheck: Recheck) -> list[str]:
    found = []
    if recheck.dropped:
        found.append(f"{len(recheck.dropped)} 封邮件在发送前情况有变（已处理），没有发送")
    reasons = Counter(recheck.skipped.values())
    found += [
        f"{count} 封邮件没有发送，下次运行时再发；工作簿在发送期间有改动，读不出来：{why.removesuffix('。')}"
        for why, count in reasons.items()
    ]
    return found
