"""The file of a management copy: what it is called, whether it may replace one, and writing it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from xlcrm.actions.copy_secret import is_encrypted, opened
from xlcrm.errors import UsageError
from xlcrm.templates.management_book import AUTHOR, MARK
from xlcrm.workbook.saving import save

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

LABEL: Final = "管理层副本"
ENDING: Final = ".xlsx"
_PROPERTIES: Final = "docProps/core.xml"
_LARGEST: Final = 1 << 16


def named(workbook: Path, day: dt.date, out: Path | None) -> Path:
    """The file of a copy: 客户管理全册-管理层副本-2026-11-22.xlsx beside its workbook, or as asked for.

    Args:
        workbook: what it is a copy of.
        day: of the copy.
        out: a file, a folder, or None.

    Raises:
        UsageError: a file with another ending, or the workbook itself.
    """
    own = f"{workbook.stem}-{LABEL}-{day:%Y-%m-%d}{ENDING}"
    if out is None:
        return workbook.with_name(own)
    if out.is_dir():
        return out / own
    if out.suffix.lower() != ENDING:
        raise UsageError(f"管理层副本的文件名应以 {ENDING} 结尾，现为“{out.name}”")
    if out.resolve() == workbook.resolve():
        raise UsageError(f"管理层副本不能盖掉工作簿“{workbook.name}”本身，请用 -o 换一个文件名")
    return out


@dataclass(frozen=True)
class Target:
    """Where a copy goes.

    Attributes:
        path: the file.
        password: of the copy, "" for none: an earlier encrypted copy is known by it.
        force: whether a file that is no copy of ours may be replaced; a copy of it is kept then.
    """

    path: Path
    password: str = ""
    force: bool = False

    def refuse_others(self) -> None:
        """Stop before anything is replaced that is not ours.

        Raises:
            UsageError: the file is there and is no copy of ours.
        """
        if self.path.exists() and not self.force and not self._is_ours():
            raise UsageError(
                f"{self.path} 已经存在，不是 xlcrm 生成的管理层副本（或生成后有人改过，或密码不同），"
                "没有改动；请用 -o 换一个文件名，或加 --force 覆盖"
            )

    def write(self, content: bytes) -> None:
        """Write the copy; it appears whole or not at all.

        Raises:
            UsageError: see `refuse_others`.
            SaveFailed: the system said no.
        """
        self.refuse_others()

        def fill(file: BinaryIO) -> None:
            file.write(content)

        save(self.path, self.path, fill, backup=self.path.exists() and not self._is_ours())

    def _is_ours(self) -> bool:
        try:
            content = self.path.read_bytes()
        except OSError:
            return False
        if is_encrypted(content):
            return bool(self.password) and is_copy(opened(content, self.password) or b"")
        return is_copy(content)


def is_copy(content: bytes) -> bool:
    """Whether a file is a copy as we have left it: a program that saves it puts its user's name there."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if package.getinfo(_PROPERTIES).file_size > _LARGEST:
                return False
            properties = package.read(_PROPERTIES).decode("utf-8", "replace")
    except Exception:  # noqa: BLE001 - a damaged file raises whatever its unpacking meets; it is not ours
        return False
    return f">{MARK}<" in properties and f"<cp:lastModifiedBy>{AUTHOR}<" in properties
