"""What was about to be sent and what came of it, kept on the disk while the workbook does not know yet.

A file of JSON lines beside the workbook: a line before each letter, a line after it, each flushed to the
disk before the next step. A process that is killed leaves at most one letter of which nobody knows; a line
that it cut short is cut off. Once 发送记录 holds them, letters are forgotten.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

from xlcrm.errors import MailError
from xlcrm.mail.delivery import Status
from xlcrm.mail.letter import Notice, message_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from xlcrm.mail.delivery import Delivery
    from xlcrm.mail.letter import Letter, Person

_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
_MODE: Final = 0o600  # it names people
_END: Final = b"\n"
_TEMPORARY: Final = ".new"


@dataclass(frozen=True, slots=True)
class Event:
    """A letter that was tried, and the last that is known of it.

    Attributes:
        at: when it was tried last, with a zone.
        key, kind, name, email, subject, details, notices: as in the letter.
        message_id: of the mail.
        status: what came of it; None where the process ended before it knew.
        detail: the sentence that goes with it.
        doubt: an attempt before `status` may have arrived although nobody said so.
    """

    at: dt.datetime
    key: str
    kind: str
    name: str
    email: str
    subject: str
    details: str
    message_id: str
    notices: tuple[Notice, ...] = ()
    status: Status | None = None
    detail: str = ""
    doubt: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether it may have arrived although nobody said so."""
        return self.status is None or self.doubt


class Outbox:
    """The file; `with` holds the lock, cuts off what was half written, and reads the rest."""

    def __init__(self, path: Path, lock: AbstractContextManager[object]) -> None:
        """Nothing is opened yet.

        Args:
            path: the file, in a folder of xlcrm's own; both are made where they are missing.
            lock: keeps other processes off while it is entered.
        """
        self._path = path
        self._lock = lock
        self._held = contextlib.ExitStack()
        self._events: dict[str, Event] = {}
        self._handle = -1

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._lock)
            with _plain_errors(self._path):
                self._open()
            stack.callback(self._close)
            self._held = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def events(self) -> list[Event]:
        """The letters that the file knows, in the order in which they were first tried."""
        return list(self._events.values())

    def is_sent(self, key: str) -> bool:
        """Whether a server has taken the letter of a key."""
        event = self._events.get(key)
        return event is not None and event.status is Status.SENT

    def intend(self, letter: Letter, sender: Person, at: dt.datetime) -> None:
        """Note that a letter is about to be sent; it is on the disk when this returns.

        Raises:
            MailError: it cannot be noted, so it must not be sent.
        """
        before = self._events.get(letter.key)
        self._add(
            Event(
                at=at,
                key=letter.key,
                kind=letter.kind,
                name=letter.to.name,
                email=letter.to.email,
                subject=letter.subject,
                details=letter.details,
                message_id=message_id(letter.key, sender),
                notices=letter.notices,
                doubt=before is not None and before.in_doubt,
            )
        )

    def settle(self, letter: Letter, delivery: Delivery) -> None:
        """Note what came of a letter that `intend` noted; it is on the disk when this returns.

        Raises:
            MailError: it cannot be noted; the letter is in doubt.
        """
        before = self._events[letter.key]
        self._add(
            replace(
                before,
                status=delivery.status,
                detail=delivery.detail,
                doubt=delivery.status is not Status.SENT and (before.doubt or delivery.doubt),
            )
        )

    def forget(self, keys: Collection[str]) -> None:
        """Drop letters that 发送记录 holds, in one step: the file is the old one or the new one.

        Where somebody looks at the file just now, it stays as it is, which does no harm: a later run forgets.

        Raises:
            MailError: the system said no.
        """
        gone = set(keys)
        kept = {key: event for key, event in self._events.items() if key not in gone}
        if len(kept) == len(self._events):
            return
        with _plain_errors(self._path):
            replaced = self._rewrite(b"".join(map(_line, kept.values())))
        if replaced:
            self._events = kept

    def _add(self, event: Event) -> None:
        with _plain_errors(self._path):
            _append(self._handle, _line(event))
        self._events[event.key] = event

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in self._path.parent.glob(f"{glob.escape(self._path.name)}.*{_TEMPORARY}"):
            leftover.unlink(missing_ok=True)  # killed while it replaced the file
        fresh = not self._path.exists()
        self._handle = os.open(self._path, _FLAGS, _MODE)
        try:
            if fresh:
                _flush_folder(self._path.parent)
            with os.fdopen(os.dup(self._handle), "rb") as file:
                data = file.read()
            self._events, whole = _parsed(data, self._path)
            os.ftruncate(self._handle, whole)
            os.lseek(self._handle, 0, os.SEEK_END)
            if whole and data[whole - 1 : whole] != _END:  # killed between a line and its end
                _append(self._handle, _END)
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:  # else it could not be opened again
            os.close(handle)

    def _rewrite(self, data: bytes) -> bool:
        """Replace the file's content; False where the system does not let go of the file just now."""
        temporary = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        try:
            handle = os.open(temporary, _FLAGS | os.O_EXCL, _MODE)
            try:
                _append(handle, data)
            finally:
                os.close(handle)
            self._close()  # Windows replaces no open file
            try:
                temporary.replace(self._path)
            except PermissionError:
                return False
            finally:
                self._handle = os.open(self._path, _FLAGS, _MODE)
                os.lseek(self._handle, 0, os.SEEK_END)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_folder(self._path.parent)
        return True


def _line(event: Event) -> bytes:
    return json.dumps(asdict(event) | {"at": event.at.isoformat()}).encode() + _END


def _event(line: bytes) -> Event | None:
    """The event of a line; None where it is not a whole one."""
    try:
        fields: dict[str, Any] = json.loads(line)
        fields["at"] = dt.datetime.fromisoformat(fields["at"])
        fields["notices"] = tuple(Notice(**notice) for notice in fields["notices"])
        fields["status"] = None if fields["status"] is None else Status(fields["status"])
        return Event(**fields)
    except (ValueError, TypeError, KeyError):
        return None


def _parsed(data: bytes, path: Path) -> tuple[dict[str, Event], int]:
    """The last that is known of each letter, and how many bytes are whole lines.

    What follows the last whole line was cut short: every line is on the disk before the next is begun.

    Raises:
        MailError: a line that is not whole stands before one that is, so this is not our doing.
    """
    events: dict[str, Event] = {}
    whole = begin = broken = 0
    for number, line in enumerate(data.split(_END), 1):
        end = min(begin + len(line) + 1, len(data))
        event = _event(line)
        if event is None:
            broken = broken or (number if line else 0)
        elif broken:
            raise MailError(
                f"邮件日志“{path}”第{broken}行读不懂，可能被别的程序改过；为了不重复发送，没有发邮件，"
                "请核对发送记录后把这个文件改名，再重新运行"
            )
        else:
            events[event.key] = event
            whole = end
        begin = end
    return events, whole


def _append(handle: int, data: bytes) -> None:
    """Write at the end and push it to the disk; what could not be written whole is taken back."""
    start = os.lseek(handle, 0, os.SEEK_CUR)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, start)
            os.lseek(handle, start, os.SEEK_SET)
        raise


def _flush_folder(folder: Path) -> None:
    """Push the folder's list of names to the disk; Windows does so on its own."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):  # some network drives cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MailError(
            f"不能写邮件日志“{path}”，没有继续发邮件；请检查磁盘空间和文件夹权限"
            f"（系统报告 {error.strerror or error.errno}）"
        ) from error
