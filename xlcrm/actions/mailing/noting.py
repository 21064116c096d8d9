"""From the outbox to 发送记录: what happened is noted in the workbook, then forgotten in the outbox."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from xlcrm.actions.journal import journal_blocks
from xlcrm.actions.loading import load
from xlcrm.actions.mailing.sent import Line, Memory, blocks_of, refuse_lacking
from xlcrm.compute.clocks.judging import combine, judge
from xlcrm.compute.lists.notices import open_names
from xlcrm.compute.run import prepared
from xlcrm.errors import MailError, XlcrmError
from xlcrm.mail.delivery import Status
from xlcrm.tables.mailing import DEFERRED, NOTICES, SENT_LOG, TOLD
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlcrm.actions.base import Progress
    from xlcrm.actions.journal import Entry
    from xlcrm.actions.loading import Loaded
    from xlcrm.actions.mailing.desk import Desk
    from xlcrm.mail.outbox import Event, Outbox
    from xlcrm.workbook.port import Block, Door, Saved

_DOUBT: Final = "发送时中断，不知道对方有没有收到；再发时邮件编号相同"
_KEPT: Final = dt.timedelta(days=7)
"""How long a letter in doubt is remembered, for it to be sent again as it was."""


def lines_of(event: Event, zone: ZoneInfo) -> list[Line]:
    """The rows of 发送记录 that a letter of the outbox makes: its own, and one a notice that it told."""
    sent = event.status is Status.SENT
    letter = Line(
        at=event.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
        kind=event.kind,
        recipient=event.name,
        email=event.email,
        result=str(event.status or DEFERRED),
        subject=event.subject,
        details=event.details if sent else event.detail or _DOUBT,
        key=event.key,
        message_id=event.message_id,
    )
    told = event.notices if sent else ()
    return [letter, *(_told(letter, notice) for notice in told)]


def _told(letter: Line, notice: Any) -> Line:
    own = {
        "result": TOLD,
        "details": notice.text,
        "key": notice.key,
        "case_id": notice.case_id,
        "clock": notice.clock,
        "level": notice.level,
    }
    return Line(**{**vars(letter), **own})


def memory_of(events: Iterable[Event], loaded: Loaded) -> Memory:
    """What the outbox knows and 发送记录 may not."""
    every, zone = list(events), zone_of(loaded)
    doubtful = {
        event.email.lower(): tuple(notice.key for notice in event.notices)
        for event in every
        if event.kind == NOTICES and event.in_doubt
    }
    return Memory(tuple(line for event in every for line in lines_of(event, zone)), doubtful)


def missing(loaded: Loaded, lines: Sequence[Line]) -> list[Line]:
    """The rows that 发送记录 does not have yet."""
    sheet = loaded.reading.tables.get(SENT_LOG.name)
    if sheet is None or sheet.frame.empty:
        return list(lines)
    rows = sheet.frame[["key", "email", "result", "at"]].astype({"at": "datetime64[s]"})
    noted = set(zip(*(rows[name].tolist() for name in rows), strict=True))
    # A letter of a key is sent, and a level told, once: when does not matter. Attempts are told apart by it.
    done = {(key, email, result) for key, email, result, _ in noted if result in (Status.SENT, TOLD)}
    return [
        line
        for line in lines
        if (line.key, line.email, line.result) not in done
        and (line.key, line.email, line.result, line.at) not in noted
    ]


def note(
    door: Door, desk: Desk, outbox: Outbox, entry: Entry, progress: Progress
) -> tuple[Saved | None, str]:
    """Write what the outbox holds into 发送记录, and forget it there once the file has it.

    An open workbook keeps what it was told only if its user saves it, so the outbox remembers until a later
    run finds it in the file.

    Args:
        door: the workbook; one that only reads is opened again for writing.
        desk: what was read through it.
        outbox: what happened.
        entry: the line of 操作日志.
        progress: hears of it.

    Returns:
        What was written, None for nothing; and a sentence where it could not be.
    """
    loaded = desk.loaded
    events = outbox.events()
    if not events:
        return None, ""
    progress("写入发送记录")
    try:
        if not isinstance(door, FileDoor):
            blocks = _blocks(loaded, events, entry)
            return (door.apply(Changes(blocks)) if blocks else None), ""
        if door.write:
            saved = _apply(door, _blocks(loaded, events, entry))
        else:
            with FileDoor(door.path, write=True) as own:
                now = loaded if own.seen == desk.seen else load(own, loaded.facts.now, progress)
                saved = _apply(own, _blocks(now, events, entry))
    except XlcrmError as error:  # whatever it is, the letters have gone, and that is to be told
        return None, (
            f"没能写入发送记录（{error.message.removesuffix('。')}）；已记在工作簿旁边的邮件日志里，"
            "不会重复发送，下次运行时补记"
        )
    try:
        outbox.forget([event.key for event in events if not _remembered(event, loaded)])
    except MailError as error:
        return saved, f"发送记录已写好，邮件日志没能整理，不影响使用（{error.message.removesuffix('。')}）"
    return saved, ""


def _apply(door: FileDoor, blocks: Sequence[Block]) -> Saved | None:
    """Write without a backup: rows are added to a sheet of ours, and backups are for the user's own cells."""
    return door.apply(Changes(blocks), backup=False) if blocks else None


def _blocks(loaded: Loaded, events: Iterable[Event], entry: Entry) -> list[Block]:
    """发送记录 and 操作日志 with what they lack; none where they lack nothing.

    Raises:
        SheetMissing, HeadingMissing: 发送记录 has gone meanwhile, or lost a column.
    """
    refuse_lacking(loaded, "工作簿")
    zone = zone_of(loaded)
    lines = missing(loaded, [line for event in events for line in lines_of(event, zone)])
    if not lines:
        return []

    def is_open() -> frozenset[str]:
        lookups = prepared(loaded.facts)
        return open_names(loaded.facts, combine(judge(loaded.facts, lookups), loaded.facts))

    blocks = blocks_of(loaded, lines, is_open)
    return blocks + journal_blocks(loaded, entry, blocks)


def _remembered(event: Event, loaded: Loaded) -> bool:
    now = loaded.facts.now.replace(tzinfo=zone_of(loaded))
    return event.in_doubt and now - event.at < _KEPT


def zone_of(loaded: Loaded) -> ZoneInfo:
    """时区 of 参数表."""
    return ZoneInfo(loaded.facts.parameters.time_zone)
