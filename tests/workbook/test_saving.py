"""Safe saving: whatever happens, the old file or the new one, whole."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import openpyxl
import pytest

from tests.workbook.read_only import read_only_folder
from xlcrm.errors import SaveFailed, UnsafeToPatch, WorkbookChanged, WorkbookInUse, WorkbookMissing
from xlcrm.workbook import saving
from xlcrm.workbook.patch.package import Package
from xlcrm.workbook.saving import backups, fingerprint, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Saver = Callable[..., tuple[int, int]]

OLD, NEW = b"old content", b"new content, longer"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "客户 投诉.xlsx"
    path.write_bytes(OLD)
    return path


def writes(content: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(content)

    return write


def fails(error: BaseException) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    return write


def untouched(book: Path) -> bool:
    """The old file is there, and nothing else: no temporary file, no backup."""
    visible = [path for path in book.parent.iterdir() if path.name != saving.PRIVATE_FOLDER]
    return book.read_bytes() == OLD and visible == [book] and backups(book) == []


def test_new_content_takes_the_place_of_the_old(book: Path) -> None:
    kept = save(book, book, writes(NEW))
    assert book.read_bytes() == NEW
    assert kept is not None
    assert kept.read_bytes() == OLD
    assert re.fullmatch(r"客户 投诉-\d{8}-\d{6}-\d{6}\.xlsx", kept.name)
    assert kept.parent == book.parent / ".xlcrm" / "backup"
    assert {path.name for path in book.parent.iterdir()} == {book.name, ".xlcrm"}


def test_later_writing_into_the_file_leaves_the_backup_alone(book: Path) -> None:
    kept = save(book, book, writes(NEW))
    with book.open("r+b") as file:
        file.write(b"in place")
    assert kept is not None
    assert kept.read_bytes() == OLD


def test_without_a_backup(book: Path) -> None:
    assert save(book, book, writes(NEW), backup=False) is None
    assert book.read_bytes() == NEW
    assert backups(book) == []


def test_new_file_has_no_backup(book: Path) -> None:
    target = book.with_name("新.xlsx")
    assert save(book, target, writes(NEW)) is None
    assert target.read_bytes() == NEW
    assert book.read_bytes() == OLD


def test_verify_sees_the_finished_file_under_the_right_suffix(book: Path) -> None:
    seen: list[tuple[bytes, str, str]] = []

    def verify(path: Path) -> None:
        seen.append((path.read_bytes(), path.suffix, path.name[:8]))
        assert path.parent == book.parent
        assert book.read_bytes() == OLD

    save(book, book, writes(NEW), verify=verify)
    assert seen == [(NEW, ".xlsx", ".~xlcrm-")]


def test_verify_that_refuses_leaves_the_old_file(book: Path) -> None:
    def refuse(_: Path) -> None:
        raise UnsafeToPatch("写出的文件与预期不符")

    with pytest.raises(UnsafeToPatch):
        save(book, book, writes(NEW), verify=refuse)
    assert untouched(book)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), UnsafeToPatch("不能写")])
def test_writer_that_fails_leaves_the_old_file(book: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        save(book, book, fails(error))
    assert untouched(book)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "磁盘空间不足，请清理磁盘后重试"),
        (errno.EACCES, "没有写入文件夹"),
        (errno.EROFS, "没有写入文件夹"),
        (errno.ENAMETOOLONG, "路径太长"),
        (errno.EIO, f"系统报告错误 {errno.EIO}，请检查磁盘或网络盘"),
    ],
)
def test_the_system_says_no_in_plain_words(book: Path, number: int, why: str) -> None:
    with pytest.raises(SaveFailed) as refused:
        save(book, book, fails(OSError(number, "English")))
    assert str(refused.value).startswith(f"无法保存“{book.name}”：")
    assert why in str(refused.value)
    assert str(refused.value).endswith("原文件没有改动。")
    assert "English" not in str(refused.value)
    assert untouched(book)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_disk_that_is_full(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def full(path: Path, flags: int, mode: int = 0o777) -> int:
        if Path(path).name.startswith(".~xlcrm-"):
            os.close(real_open(path, flags, mode))
            return real_open("/dev/full", os.O_RDWR)
        return real_open(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(SaveFailed, match="磁盘空间不足"):
        save(book, book, writes(NEW))
    assert untouched(book)


def test_read_only_file_is_respected(book: Path) -> None:
    book.chmod(0o444)
    with pytest.raises(SaveFailed, match="文件是只读的"):
        save(book, book, writes(NEW))
    assert untouched(book)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no read-only folders")
def test_read_only_folder() -> None:
    with read_only_folder() as folder:
        with pytest.raises(SaveFailed, match="没有写入文件夹"):
            save(folder / "客户.xlsx", folder / "客户.xlsx", writes(NEW))
        assert [path.name for path in folder.iterdir()] == ["客户.xlsx"]
        assert (folder / "客户.xlsx").read_bytes() == OLD


def test_folder_that_is_missing(book: Path) -> None:
    with pytest.raises(SaveFailed, match="不存在"):
        save(book, book.parent / "没有" / "新.xlsx", writes(NEW))


def test_target_that_is_a_folder(tmp_path: Path, book: Path) -> None:
    with pytest.raises(SaveFailed, match="不是普通文件"):
        save(book, tmp_path, writes(NEW))


def test_permissions_are_kept(book: Path) -> None:
    book.chmod(0o640)
    save(book, book, writes(NEW))
    assert stat.S_IMODE(book.stat().st_mode) == 0o640


def test_nobody_else_may_read_the_temporary_file(book: Path) -> None:
    modes: list[int] = []

    def write(file: BinaryIO) -> None:
        modes.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode))

    book.chmod(0o644)
    save(book, book, write)
    assert modes == [0o600]


def test_link_stays_a_link(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "桌面" / "链接.xlsx"
    link.parent.mkdir()
    link.symlink_to(book)
    kept = save(link, link, writes(NEW))
    assert link.is_symlink()
    assert book.read_bytes() == NEW
    assert kept is not None
    assert kept.parent.parent.parent == book.parent
    assert backups(link) == [kept]


def test_unchanged_source(book: Path) -> None:
    save(book, book, writes(NEW), unchanged=fingerprint(book))
    assert book.read_bytes() == NEW


def test_source_saved_by_somebody_else_meanwhile(book: Path) -> None:
    before = fingerprint(book)

    def write(file: BinaryIO) -> None:
        book.write_bytes(b"somebody's")
        file.write(NEW)

    with pytest.raises(WorkbookChanged, match="在处理期间被别人保存过"):
        save(book, book, write, unchanged=before)
    assert book.read_bytes() == b"somebody's"
    assert backups(book) == []
    assert [path.name for path in book.parent.iterdir() if path.name.startswith(".~")] == []


def test_touched_but_equal_source_is_unchanged(book: Path) -> None:
    before = fingerprint(book)
    os.utime(book, (1, 1))
    save(book, book, writes(NEW), unchanged=before)
    assert book.read_bytes() == NEW


def test_source_that_vanished(book: Path) -> None:
    before = fingerprint(book)
    target = book.with_name("新.xlsx")
    book.unlink()
    with pytest.raises(WorkbookMissing, match="可能已被移走或改名"):
        save(book, target, writes(NEW), unchanged=before)
    assert not target.exists()


def test_source_that_cannot_be_read(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> BinaryIO:
        raise PermissionError

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(WorkbookInUse, match="正被别的程序独占"):
        fingerprint(book)


@pytest.mark.parametrize("at", [0, 70_000, -1, -1_000_000])
def test_fingerprint_sees_head_and_tail(tmp_path: Path, at: int) -> None:
    path = tmp_path / "大.xlsx"
    content = bytearray(1_100_000)
    path.write_bytes(content)
    before = fingerprint(path)
    content[at] = 1
    path.write_bytes(content)
    assert fingerprint(path) != before


def test_newest_ten_backups_of_this_workbook_are_kept(book: Path) -> None:
    neighbour = book.with_name("客户 投诉-2.xlsx")
    neighbour.write_bytes(OLD)
    save(neighbour, neighbour, writes(NEW))
    contents = [b"%d" % number for number in range(13)]
    for content in contents:
        save(book, book, writes(content))
    assert [path.read_bytes() for path in backups(book)] == contents[2:12]
    assert len(backups(neighbour)) == 1


def test_backup_that_somebody_holds_is_pruned_later(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "KEPT_BACKUPS", 1)
    save(book, book, writes(NEW))
    real_unlink = Path.unlink

    def held(path: Path, *, missing_ok: bool = False) -> None:
        if path.parent.name == "backup":
            raise PermissionError
        real_unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    save(book, book, writes(b"3"))
    assert len(backups(book)) == 2
    monkeypatch.setattr(Path, "unlink", real_unlink)
    save(book, book, writes(b"4"))
    assert len(backups(book)) == 1


def test_backup_is_copied_where_links_are_unknown(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    kept = save(book, book, writes(NEW))
    assert kept is not None
    assert kept.read_bytes() == OLD
    assert list(kept.parent.iterdir()) == [kept]


def test_backup_names_never_collide(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Path] = []
    real_link = os.link

    def link(source: Path, target: Path) -> None:
        if not taken:
            taken.append(Path(target))
            raise FileExistsError
        real_link(source, target)

    monkeypatch.setattr(os, "link", link)
    kept = save(book, book, writes(NEW))
    assert kept is not None
    assert kept not in taken


def test_folder_that_cannot_be_flushed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_fsync = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "network drive")
        real_fsync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert save(book, book, writes(NEW)) is not None
    assert book.read_bytes() == NEW


class Held:
    """`os.replace` as Windows does it while another program holds some files."""

    def __init__(self, *names: str, times: int = 1_000_000) -> None:
        self.names = names
        self.times = times
        self.calls = 0
        self._replace = os.replace

    def __call__(self, source: Path, target: Path) -> None:
        self.calls += 1
        if self.calls <= self.times and any(name in target.name for name in self.names):
            raise PermissionError(errno.EACCES, "held")
        self._replace(source, target)


def test_file_held_for_a_moment(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Held(book.stem, times=3)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(saving, "_PAUSE", 0.001)
    save(book, book, writes(NEW))
    assert book.read_bytes() == NEW
    assert replace.calls == 4


def test_file_held_for_long_is_saved_beside(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", Held(book.name))
    monkeypatch.setattr(saving, "_PATIENCE", 0.01)
    with pytest.raises(SaveFailed) as refused:
        save(book, book, writes(NEW))
    (beside,) = [path for path in book.parent.glob("*.xlsx") if path != book]
    assert re.fullmatch(r"客户 投诉-新结果-\d{8}-\d{6}\.xlsx", beside.name)
    assert f"结果已另存为“{beside.name}”" in str(refused.value)
    assert beside.read_bytes() == NEW
    assert book.read_bytes() == OLD
    assert backups(book) == []


def test_nothing_can_be_put_in_the_folder(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", Held(".xlsx"))
    monkeypatch.setattr(saving, "_PATIENCE", 0.01)
    with pytest.raises(SaveFailed, match="请关闭占用的程序后重试；原文件没有改动"):
        save(book, book, writes(NEW))
    assert untouched(book)


def test_leftovers_of_killed_runs_are_swept(book: Path) -> None:
    old, fresh, foreign = (book.with_name(name) for name in (".~xlcrm-1.xlsx", ".~xlcrm-2.xlsx", ".~lock.a#"))
    for path in (old, fresh, foreign):
        path.write_bytes(b"half")
    hours_ago = time.time() - 7200
    for path in (old, foreign):
        os.utime(path, (hours_ago, hours_ago))
    save(book, book, writes(NEW))
    assert [path.exists() for path in (old, fresh, foreign)] == [False, True, True]


CHILD = Path(__file__).with_name("killed_while_saving.py")
"""Saves workbooks in processes that die at the step that they are told."""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")


@pytest.fixture(scope="module")
def saver() -> Iterator[Saver]:
    """Saves a workbook in a process of its own: wait status, and the steps that it counted."""
    with subprocess.Popen(
        [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        ask, answer = server.stdin, server.stdout

        def run(
            path: Path, step: int = 0, *, links: bool = True, after: float | None = None
        ) -> tuple[int, int]:
            wish = {"path": str(path), "step": step, "links": links, "after": after}
            ask.write(json.dumps(wish) + "\n")
            ask.flush()
            status, count = json.loads(answer.readline())
            return status, count

        yield run
        ask.close()
        server.wait(60)


def _workbook(path: Path, value: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    noise = random.Random(7)  # noqa: S311  # test data
    sheet["A1"] = value
    for row in range(2, 400):
        sheet.append([noise.randbytes(12).hex() for _ in range(8)])
        sheet.cell(row, 9, row)
    book.save(path)
    return path.read_bytes()


def _first_cell(path: Path) -> object:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return book.worksheets[0]["A1"].value
    finally:
        book.close()


def _assert_whole(path: Path, old: bytes) -> bool:
    """The file is the old or the new one, whole; True if it is the new one."""
    if path.read_bytes() == old:
        return False
    with Package.open(path) as package:
        for name in package.names:
            package.verify(name)
    assert _first_cell(path) == "新"
    assert any(kept.read_bytes() == old for kept in backups(path))
    return True


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("links", [True, False], ids=["links", "copies"])
def test_killed_at_every_step(saver: Saver, tmp_path: Path, *, links: bool) -> None:
    path = tmp_path / "客户投诉.xlsx"
    old = _workbook(path, "旧")
    status, steps = saver(path, links=links)
    assert status == 0
    assert steps >= 30
    assert _assert_whole(path, old)
    outcomes = []
    for step in range(1, steps + 1):
        path.write_bytes(old)
        status, _ = saver(path, step, links=links)
        assert os.WTERMSIG(status) == signal.SIGKILL
        outcomes.append(_assert_whole(path, old))
    # Once it is the new file, it stays the new file; and both ends were reached.
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


@needs_fork
@pytest.mark.slow
def test_killed_at_any_moment(saver: Saver, tmp_path: Path) -> None:
    path = tmp_path / "客户投诉.xlsx"
    old = _workbook(path, "旧")
    chance = random.Random(20261121)  # noqa: S311  # test data
    begun = time.monotonic()
    status, _ = saver(path)
    whole = time.monotonic() - begun
    assert status == 0
    assert _assert_whole(path, old)
    for _ in range(25):
        path.write_bytes(old)
        status, _ = saver(path, after=chance.uniform(0, whole))
        assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
        _assert_whole(path, old)


@needs_fork
@pytest.mark.slow
def test_next_save_after_a_kill_works(saver: Saver, tmp_path: Path) -> None:
    path = tmp_path / "客户投诉.xlsx"
    old = _workbook(path, "旧")
    status, _ = saver(path, 10)
    assert os.WTERMSIG(status) == signal.SIGKILL
    (leftover,) = tmp_path.glob(".~xlcrm-*")
    os.utime(leftover, (1, 1))
    status, _ = saver(path)
    assert status == 0
    assert _assert_whole(path, old)
    assert not leftover.exists()
