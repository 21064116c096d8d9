"""Who works on a workbook: one xlcrm at a time, and nobody who has it open."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from typing import TYPE_CHECKING, Final

from xlcrm.errors import SaveFailed, WorkbookInUse, WorkbookOpen
from xlcrm.workbook.saving import PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME_LIMIT: Final = 54  # letters in an owner file, which is 165 bytes long
_WIDE_LENGTH: Final = struct.Struct("<H")
_WIDE_LENGTH_AT: Final = (55, 54)  # Excel's place, then Word's
_CUT_FROM: Final = 8  # letters of a file name that Word calls long
_LOCK_FOLDER: Final = "locks"


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a workbook against other xlcrm processes (and threads) while the block runs.

    The operating system owns the lock, so it ends with the process, however that ends. The small file in
    `.xlcrm/locks/` beside the workbook stays; it is only something to lock.

    Raises:
        WorkbookInUse: another xlcrm works on it.
        SaveFailed: nothing can be written beside the workbook.
    """
    with held_for(path, "", f"另一个 xlcrm 正在处理“{path.name}”，请等它结束后再试。"):
        yield


@contextlib.contextmanager
def held_for(path: Path, purpose: str, refusal: str) -> Iterator[None]:
    """Be the only one that does one thing for a workbook while the block runs, with a lock file of its own.

    Args:
        path: the workbook.
        purpose: a word of the lock file's name.
        refusal: the sentence where somebody else does it already.

    Raises:
        WorkbookInUse: somebody else does.
        SaveFailed: nothing can be written beside the workbook, or its file system knows no locks.
    """
    file = lock_file(path, purpose)
    folder = path.resolve().parent
    try:
        folder.stat()  # a path that is mistyped gets no folders
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise SaveFailed(
            f"不能在“{folder}”里建立锁文件，没有写入权限或文件夹不存在，请检查权限和路径；原文件没有改动。"
        ) from error
    try:
        try:
            locked = _lock(handle)
        except OSError as error:
            raise SaveFailed(
                f"“{folder}”所在的磁盘不支持文件锁（{error.strerror}），"
                f"不能保证同时只有一个 xlcrm 在处理“{path.name}”，"
                "请把工作簿移到本机的磁盘，或支持文件锁的网络文件夹；原文件没有改动。"
            ) from error
        if not locked:
            raise WorkbookInUse(refusal)
        yield
    finally:
        os.close(handle)


def lock_file(path: Path, purpose: str = "") -> Path:
    """The small file that is locked; it need not exist."""
    real = path.resolve()
    name = f"{real.name}.{purpose}.lock" if purpose else f"{real.name}.lock"
    return real.parent / PRIVATE_FOLDER / _LOCK_FOLDER / name


def refuse_if_open(path: Path) -> None:
    """Refuse a workbook that Excel, WPS or LibreOffice has open, judging by their lock files.

    A crash leaves such files behind, and nothing in them tells; so the sentence names the file to delete.

    Raises:
        WorkbookOpen: a lock file is there.
    """
    real = path.resolve()
    for place in dict.fromkeys((path.absolute(), real)):
        for owner in _owner_files(place):
            if owner.is_file():
                raise _in_use(path, "Excel 或 WPS", _owner_name(owner), owner)
        lock = place.with_name(f".~lock.{place.name}#")
        if lock.is_file():
            raise _in_use(path, "LibreOffice", _libreoffice_name(lock), lock)


def _lock(handle: int) -> bool:
    """Whether nobody else has it; raises `OSError` where the file system knows no locks (Unix)."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    else:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _owner_files(path: Path) -> Iterator[Path]:
    """Where an owner file may stand: Excel puts `~$` before the name, Word over the start of a long one.

    WPS is not documented, so the second spelling counts too, unless it belongs to a neighbour.
    """
    yield path.with_name(f"~${path.name}")
    if len(path.stem) >= _CUT_FROM and not path.with_name(path.name[2:]).exists():
        yield path.with_name(f"~${path.name[2:]}")


def _owner_name(owner: Path) -> str:
    """The user's name in an Office owner file; empty when it cannot be read.

    A length byte and the name in the system's code page, padded to 54 or 55 bytes; then the length in two
    bytes and the name in UTF-16.
    """
    try:
        data = owner.read_bytes()
    except OSError:  # Office holds it open: it is no leftover
        return ""
    for at in _WIDE_LENGTH_AT:
        if len(data) >= at + _WIDE_LENGTH.size:
            (length,) = _WIDE_LENGTH.unpack_from(data, at)
            name = data[at + _WIDE_LENGTH.size :][: 2 * length].decode("utf-16-le", errors="replace")
            if 0 < length <= _NAME_LIMIT and _is_name(name):
                return name.strip()
    name = data[1 : 1 + data[0]].decode("gb18030", errors="replace") if data else ""
    return name.strip() if _is_name(name) else ""


def _libreoffice_name(lock: Path) -> str:
    """Who, on which machine, since when: `user,login,host,time,profile;`.

    A backslash stands before commas and semicolons that belong to a name.
    """
    try:
        text = lock.read_text("utf-8", errors="replace")
    except OSError:
        return ""
    fields = [""]
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            fields[-1] += next(letters, "")
        elif letter == ";":
            break
        elif letter == ",":
            fields.append("")
        else:
            fields[-1] += letter
    user, login, host, since = (*fields, "", "", "", "")[:4]
    name = user.strip() or login.strip()
    details = "，".join(part for part in (host.strip(), since.strip()) if part)
    whole = f"{name}（{details}）" if details else name
    return whole if _is_name(whole) else ""


def _is_name(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and "\ufffd" not in text


def _in_use(path: Path, program: str, name: str, lock: Path) -> WorkbookOpen:
    who = f"{name} 正用 {program}" if name else f"有人正用 {program}"
    return WorkbookOpen(
        f"{who} 打开着“{path.name}”，请先保存并关闭它；"
        f"如果确实没有人打开，请删除同一文件夹里的“{lock.name}”后再试。"
    )
