"""The file of what was about to be sent: on the disk at each step, and whole after any kill."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.letters import AT, SENDER, letter
from xlcrm.errors import MailError, WorkbookInUse
from xlcrm.mail.delivery import SENT, Delivery, Status
from xlcrm.mail.letter import Notice, message_id
from xlcrm.mail.outbox import Event, Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED = Delivery(Status.REFUSED, "被拒收")
DOUBT = Delivery(Status.DEFERRED, "中断了连接", doubt=True)
DEFERRED = Delivery(Status.DEFERRED, "稍后再发")
NOTICE = Notice("cases|S1|首次响应|2026-11-20T09:00|100%", "S1", "首次响应", "超时", "已超时")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".xlcrm" / "mail" / "客户.xlsx.jsonl"


def opened(path: Path) -> Outbox:
    return Outbox(path, contextlib.nullcontext())


def known(path: Path) -> dict[str, Event]:
    with opened(path) as outbox:
        return {event.key: event for event in outbox.events()}


def names_beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()]


def test_a_letter_is_found_again_with_all_that_a_row_needs(path: Path) -> None:
    one = letter(notices=(NOTICE,), details="逾期=3；今日到期=5")
    with opened(path) as outbox:
        outbox.intend(one, SENDER, AT)
        outbox.settle(one, REFUSED)
    assert known(path) == {
        one.key: Event(
            at=AT,
            key=one.key,
            kind="个人清单",
            name="王1",
            email="wang1@example.com",
            subject=one.subject,
            details="逾期=3；今日到期=5",
            message_id=message_id(one.key, SENDER),
            notices=(NOTICE,),
            status=Status.REFUSED,
            detail="被拒收",
        )
    }


def test_letters_keep_the_order_in_which_they_were_tried(path: Path) -> None:
    with opened(path) as outbox:
        for number in (2, 1, 2):
            outbox.intend(letter(number), SENDER, AT)
        keys = [event.key for event in outbox.events()]
    assert keys == [letter(2).key, letter(1).key] == list(known(path))


def test_what_is_noted_is_on_the_disk_before_anything_follows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = os.fsync

    def flush(handle: int) -> None:
        flushed.append(os.fstat(handle).st_size)
        real(handle)

    monkeypatch.setattr(os, "fsync", flush)
    with opened(path) as outbox:
        flushed.clear()
        outbox.intend(letter(), SENDER, AT)
        assert flushed == [path.stat().st_size]
        outbox.settle(letter(), SENT)
        assert flushed[1:] == [path.stat().st_size]


def test_only_its_owner_may_read_it(path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows keeps rights elsewhere")
    with opened(path) as outbox:
        outbox.intend(letter(), SENDER, AT)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        outbox.forget([letter().key])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_intent_without_an_outcome_is_in_doubt(path: Path) -> None:
    with opened(path) as outbox:
        outbox.intend(letter(), SENDER, AT)
    event = known(path)[letter().key]
    assert event.status is None
    assert event.in_doubt


@pytest.mark.parametrize(
    ("outcomes", "doubt"),
    [
        ([None, SENT], False),
        ([DOUBT], True),
        ([DOUBT, DEFERRED], True),
        ([None, DEFERRED], True),
        ([DEFERRED, DEFERRED], False),
        ([DOUBT, SENT], False),
        ([DOUBT, REFUSED], True),
    ],
)
def test_a_doubt_lasts_until_the_letter_is_sent(
    path: Path, outcomes: list[Delivery | None], doubt: object
) -> None:
    for outcome in outcomes:
        with opened(path) as outbox:
            outbox.intend(letter(), SENDER, AT)
            if outcome is not None:
                outbox.settle(letter(), outcome)
    event = known(path)[letter().key]
    assert event.in_doubt is doubt
    assert (event.status is Status.SENT) is (outcomes[-1] is SENT)


def test_forgotten_letters_are_gone_and_the_others_stay(path: Path) -> None:
    with opened(path) as outbox:
        for number in (1, 2, 3):
            outbox.intend(letter(number), SENDER, AT)
            outbox.settle(letter(number), SENT)
        outbox.forget([letter(1).key, letter(3).key, "unknown"])
        assert [event.key for event in outbox.events()] == [letter(2).key]
        outbox.intend(letter(4), SENDER, AT)
    assert list(known(path)) == [letter(2).key, letter(4).key]
    assert len(path.read_bytes().splitlines()) == 2
    assert names_beside(path) == [path.name]


def test_a_kill_while_the_file_is_replaced_leaves_the_old_one_and_no_litter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is no more: nothing is tidied up either."""

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with contextlib.suppress(Killed), opened(path) as outbox:
        outbox.intend(letter(1), SENDER, AT)
        outbox.intend(letter(2), SENDER, AT)
        monkeypatch.setattr(Path, "replace", killed)
        monkeypatch.setattr(Path, "unlink", killed)
        outbox.forget([letter(1).key])
    monkeypatch.undo()
    assert len(names_beside(path)) == 2
    assert list(known(path)) == [letter(1).key, letter(2).key]
    assert names_beside(path) == [path.name]


def test_forgetting_nothing_writes_nothing(path: Path) -> None:
    with opened(path) as outbox:
        outbox.intend(letter(), SENDER, AT)
        before = path.stat()
        outbox.forget(["unknown"])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_that_somebody_holds_is_kept_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError

    with opened(path) as outbox:
        outbox.intend(letter(1), SENDER, AT)
        monkeypatch.setattr(Path, "replace", held)
        outbox.forget([letter(1).key])
        assert [event.key for event in outbox.events()] == [letter(1).key]
        outbox.intend(letter(2), SENDER, AT)
    assert list(known(path)) == [letter(1).key, letter(2).key]
    assert names_beside(path) == [path.name]


def test_a_file_that_cannot_be_opened_again_is_told_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def shut(name: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(name) == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(name, flags, mode)

    outbox = opened(path)
    outbox.__enter__()
    outbox.intend(letter(1), SENDER, AT)
    with monkeypatch.context() as broken:
        broken.setattr(os, "open", shut)
        with pytest.raises(MailError, match=r"不能写邮件日志.*Permission denied"):
            outbox.forget([letter(1).key])
    with pytest.raises(MailError, match="不能写邮件日志"):
        outbox.intend(letter(2), SENDER, AT)
    outbox.__exit__(None, None, None)


def test_a_full_disk_stops_the_sending_and_leaves_no_half_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def half(handle: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data[: len(data) // 2])

    with opened(path) as outbox:
        outbox.intend(letter(1), SENDER, AT)
        outbox.intend(letter(2), SENDER, AT)
        before = path.read_bytes()
        monkeypatch.setattr(os, "write", half)
        with pytest.raises(MailError, match=r"不能写邮件日志.*磁盘空间"):
            outbox.settle(letter(1), SENT)
        with pytest.raises(MailError):
            outbox.forget([letter(1).key])
        assert path.read_bytes() == before
        assert all(event.in_doubt for event in outbox.events())
    assert names_beside(path) == [path.name]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailError, match="不能写邮件日志"), opened(tmp_path / "file" / "x.jsonl"):
        pass


def test_the_lock_comes_first_and_is_let_go_of(path: Path) -> None:
    seen: list[str] = []

    @contextlib.contextmanager
    def lock() -> Iterator[None]:
        seen.append(f"locked {path.exists()}")
        try:
            yield
        finally:
            seen.append("let go")

    with Outbox(path, lock()):
        seen.append(f"open {path.exists()}")
    assert seen == ["locked False", "open True", "let go"]


def test_lines_that_are_none_are_cut_off(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"broken\n{}\n[]\n7\n")
    assert known(path) == {}
    assert path.read_bytes() == b""


def test_a_lock_that_somebody_has_opens_nothing(path: Path) -> None:
    @contextlib.contextmanager
    def taken() -> Iterator[None]:
        raise WorkbookInUse("另一个 xlcrm 正在发送")
        yield

    with pytest.raises(WorkbookInUse), Outbox(path, taken()):
        pass
    assert not path.exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file after two letters, one of them in doubt."""
    path = tmp_path_factory.mktemp("whole") / "x.jsonl"
    with opened(path) as outbox:
        outbox.intend(letter(1), SENDER, AT)
        outbox.settle(letter(1), SENT)
        outbox.intend(letter(2), SENDER, AT)
    return path.read_bytes()


def test_a_file_cut_at_any_byte_is_what_was_noted_before(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nobody pulls the plug here
    path = tmp_path / "x.jsonl"
    lines = whole.split(b"\n")[:-1]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        noted = sum(cut >= len(b"\n".join(lines[:count])) for count in range(1, len(lines) + 1))
        with opened(path) as outbox:
            events = {event.key: event.status for event in outbox.events()}
            outbox.intend(letter(3), SENDER, AT)
        expected = [{}, {letter(1).key: None}, {letter(1).key: Status.SENT}]
        expected.append({letter(1).key: Status.SENT, letter(2).key: None})
        assert events == expected[noted]
        assert list(known(path)) == [*events, letter(3).key]


@given(rubbish=st.binary(max_size=60))
def test_whatever_a_power_cut_leaves_at_the_end_is_cut_off(whole: bytes, rubbish: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a fixture would be one folder for all examples
        path = Path(folder) / "x.jsonl"
        path.write_bytes(whole + rubbish)
        assert set(known(path)) == {letter(1).key, letter(2).key}
        assert path.read_bytes() == whole


def test_a_line_broken_in_the_middle_stops_the_sending(path: Path, whole: bytes) -> None:
    path.parent.mkdir(parents=True)
    first, second, third, _ = whole.split(b"\n")
    damaged = b"\n".join([first, second[:-9], third, b""])
    path.write_bytes(damaged)
    with pytest.raises(MailError, match=r"第2行读不懂.*没有发邮件"), opened(path):
        pass
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "change",
    [
        {"status": "送达"},
        {"at": "yesterday"},
        {"notices": [{"key": "x"}]},
        {"unknown": 1},
        {"at": None},
    ],
)
def test_a_line_of_another_shape_is_no_line(path: Path, whole: bytes, change: dict[str, object]) -> None:
    path.parent.mkdir(parents=True)
    first = json.loads(whole.split(b"\n")[0])
    path.write_bytes(json.dumps(first | change).encode() + b"\n")
    assert known(path) == {}
    assert path.read_bytes() == b""


def test_the_moment_keeps_its_zone(path: Path) -> None:
    with opened(path) as outbox:
        outbox.intend(letter(), SENDER, AT)
    assert known(path)[letter().key].at.utcoffset() == dt.timedelta(hours=8)
