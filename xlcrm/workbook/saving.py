"""Safe saving: the user's file is the old one or the new one, never half of each."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from xlcrm.errors import SaveFailed, WorkbookChanged, WorkbookInUse, WorkbookMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PRIVATE_FOLDER: Final = ".xlcrm"
"""Beside each workbook: its backups and locks."""

KEPT_BACKUPS: Final = 10
_TEMPORARY: Final = ".~xlcrm-"
_STALE_SECONDS: Final = 3600.0
_PATIENCE: Final = 2.5  # seconds; a virus scanner lets go of a fresh file within one or two
_PAUSE: Final = 0.05
_HEAD: Final = 1 << 16
_TAIL: Final = 1 << 20  # holds the zip directory, and with it the checksum of every part


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file was when it was read: equal again means that its content is the same."""

    size: int
    digest: bytes


def fingerprint(path: Path) -> Fingerprint:
    """Fingerprint of a workbook file, in about a millisecond.

    Times are left out on purpose: sync programs touch files without changing them. The zip directory at
    the end holds a checksum of every part, so the head and the tail stand for the whole.

    Raises:
        WorkbookMissing: the file is gone.
        WorkbookInUse: the system does not let us read it.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.blake2b(file.read(_HEAD), digest_size=16)
            file.seek(max(0, size - _TAIL))
            digest.update(file.read(_TAIL))
    except FileNotFoundError:
        raise WorkbookMissing(f"找不到工作簿“{path}”，它可能已被移走或改名。") from None
    except PermissionError as error:
        raise WorkbookInUse(f"读不了工作簿“{path}”，它正被别的程序独占，请关闭那个程序后重试。") from error
    except OSError as error:  # a network drive that has gone for a moment
        raise WorkbookInUse(
            f"读不了工作簿“{path}”（系统报告 {error.strerror or error.errno}），请检查磁盘或网络后重试。"
        ) from error
    return Fingerprint(size, digest.digest())


def save(
    source: Path,
    target: Path,
    write: Callable[[BinaryIO], None],
    *,
    verify: Callable[[Path], None] | None = None,
    backup: bool = True,
    unchanged: Fingerprint | None = None,
) -> Path | None:
    """Write a workbook in one step.

    The new file is written beside the target under a temporary name, flushed to the disk, verified, and
    only then takes the target's place, keeping its permissions; a link stays a link. Whatever happens,
    even a power cut, the target is the old file or the new one. `write` and `verify` must close what they
    open: Windows cannot replace an open file.

    Args:
        source: the file that was read.
        target: the file to replace or create; its folder must exist.
        write: writes the whole new file into an empty, seekable stream.
        verify: raises if the finished temporary file is not what it should be.
        backup: keep the target's old content under `.xlcrm/backup/` beside it, the newest 10.
        unchanged: what `source` was when it was read.

    Returns:
        The backup, or None if none was asked for or there was no old file.

    Raises:
        WorkbookChanged: `source` is no longer what was read.
        SaveFailed: the system said no. The old file is as it was; when only the last step failed, the
            sentence names the file that holds the result.
    """
    real = target.resolve()
    with _plain_errors(real):
        old = _writable(real)
        _sweep(real.parent)
        temporary = real.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}{real.suffix}")
        kept: Path | None = None
        try:
            _write_through(temporary, write, old)
            if verify is not None:
                verify(temporary)
            if backup and old is not None:
                kept = _back_up(real)
            if unchanged is not None:
                _still(source, unchanged)
            _take_place(temporary, real)
        except Exception:
            if kept is not None:  # the file stays, so this is no older state of it
                kept.unlink(missing_ok=True)
            raise
        finally:
            with contextlib.suppress(OSError):  # a scanner may hold it; the next save sweeps it away
                temporary.unlink(missing_ok=True)
        _flush_folder(real.parent)
        if kept is not None:
            _prune(real)
    return kept


def _still(source: Path, unchanged: Fingerprint) -> None:
    if fingerprint(source) != unchanged:
        raise WorkbookChanged(
            f"“{source.name}”在处理期间被别人保存过，为了不盖掉新内容，没有写入，请重新运行一次。"
        )


@contextlib.contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn what the system says into a sentence for the user."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            why = "磁盘空间不足，请清理磁盘后重试"
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            why = f"没有写入文件夹“{path.parent}”的权限，请检查权限，或把工作簿移到可以写入的文件夹"
        elif error.errno in {errno.ENAMETOOLONG, errno.ENOENT}:
            why = f"文件夹“{path.parent}”不存在，或路径太长，请检查路径"
        else:
            why = f"系统报告错误 {error.errno}，请检查磁盘或网络盘后重试"
        raise SaveFailed(f"无法保存“{path.name}”：{why}；原文件没有改动。") from error


def _writable(path: Path) -> os.stat_result | None:
    """The file's status, None if there is none yet.

    Raises:
        SaveFailed: read-only. Renaming would get around that mark, which is not ours to ignore.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise SaveFailed(f"无法保存“{path.name}”：它不是普通文件，请换一个文件名。")
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise SaveFailed(
            f"无法保存“{path.name}”：文件是只读的，请在文件属性里取消“只读”后重试；原文件没有改动。"
        )
    return status


def _write_through(temporary: Path, write: Callable[[BinaryIO], None], old: os.stat_result | None) -> None:
    """Fill the temporary file and push it to the disk, with the permissions of the old one."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # Until it has the old file's permissions, nobody else may look into it.
    with os.fdopen(os.open(temporary, flags, 0o666 if old is None else 0o600), "w+b") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    if old is not None:
        # Only an administrator may give files away, and some file systems know no permissions.
        if sys.platform != "win32":
            for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
                with contextlib.suppress(OSError):
                    os.chown(temporary, owner, group)
        with contextlib.suppress(OSError):
            temporary.chmod(stat.S_IMODE(old.st_mode))


def _back_up(path: Path) -> Path:
    """Keep the present content of `path` under a time-stamped name."""
    folder = path.parent / PRIVATE_FOLDER / "backup"
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        kept = folder / _stamped(path)
        try:
            # The replaced file lives on under this name: no copying, no space needed.
            os.link(path, kept)
        except FileExistsError:
            continue
        except OSError:  # exFAT and some network drives know no links
            _copy(path, kept)
        _flush_folder(folder)
        return kept


def back_up(path: Path) -> Path:
    """Copy a workbook that a spreadsheet program has open into `.xlcrm/backup/`; the newest 10 are kept.

    A copy, no second name for the same file: the program may write into the old file.

    Raises:
        SaveFailed: the system said no.
    """
    real = path.resolve()
    folder = real.parent / PRIVATE_FOLDER / "backup"
    with _plain_errors(real):
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / _stamped(real)
        while kept.exists():
            kept = folder / _stamped(real)
        _copy(real, kept)
        _flush_folder(folder)
        _prune(real)
    return kept


def _stamped(path: Path) -> str:
    return f"{path.stem}-{dt.datetime.now():%Y%m%d-%H%M%S-%f}{path.suffix}"


def _copy(path: Path, kept: Path) -> None:
    """Copy to a temporary name first: a copy cut short must not look like a backup."""
    _sweep(kept.parent)
    temporary = kept.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
    try:
        shutil.copy(path, temporary)
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(kept)
    finally:
        temporary.unlink(missing_ok=True)


def backups(path: Path) -> list[Path]:
    """The kept backups of a workbook, oldest first."""
    real = path.resolve()
    stamped = re.compile(rf"{re.escape(real.stem)}-\d{{8}}-\d{{6}}-\d{{6}}{re.escape(real.suffix)}")
    folder = real.parent / PRIVATE_FOLDER / "backup"
    return sorted(file for file in folder.glob("*") if stamped.fullmatch(file.name))


def _prune(path: Path) -> None:
    for outdated in backups(path)[:-KEPT_BACKUPS]:
        with contextlib.suppress(OSError):  # somebody looks at it; the next save tries again
            outdated.unlink()


def _take_place(temporary: Path, real: Path) -> None:
    """Put the finished file in the target's place, waiting a moment for whoever holds it."""
    if _replaced(temporary, real):
        return
    beside = real.with_name(f"{real.stem}-新结果-{dt.datetime.now():%Y%m%d-%H%M%S}{real.suffix}")
    if _replaced(temporary, beside):
        raise SaveFailed(
            f"“{real.name}”正被其他程序占用，没有改动它；结果已另存为“{beside.name}”，请关闭占用的程序后用它替换原文件。"
        )
    raise SaveFailed(f"无法保存“{real.name}”：它正被其他程序占用，请关闭占用的程序后重试；原文件没有改动。")


def _replaced(temporary: Path, target: Path) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            os.replace(temporary, target)  # noqa: PTH105  # the one call that matters, by its own name
        except PermissionError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _flush_folder(folder: Path) -> None:
    """Push the folder's list of names to the disk; Windows does so on its own."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network drives cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove temporary files that killed runs left behind."""
    outdated = time.time() - _STALE_SECONDS
    for leftover in folder.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(OSError):  # not ours to insist on
            if leftover.stat().st_mtime < outdated:
                leftover.unlink()
