"""The file door: a closed workbook, read with calamine and written by a lossless patch."""

from __future__ import annotations

import contextlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from xlcrm.errors import UsageError, WorkbookChanged
from xlcrm.workbook.calamine import Reader
from xlcrm.workbook.locks import held, refuse_if_open
from xlcrm.workbook.patch import patch_blocks
from xlcrm.workbook.patch.package import Package
from xlcrm.workbook.patch.parts import Book
from xlcrm.workbook.patch.places import list_places
from xlcrm.workbook.safety import inspect
from xlcrm.workbook.saving import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from xlcrm.workbook.port import Changes, Grid, ListPlace, Saved
    from xlcrm.workbook.saving import Fingerprint


class FileDoor:
    """One workbook file, used as a context manager.

    A door for writing holds the workbook against other xlcrm processes and refuses one that a spreadsheet
    program has open, at the start and again before it writes. A door for reading needs no lock, so entries
    can be checked while Excel shows them.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.write = write
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Look the file over and open it.

        Raises:
            WorkbookMissing, NotAWorkbook, WorkbookEncrypted, WorkbookDamaged, WorkbookHostile: see
                `xlcrm.workbook.safety.inspect`.
            WorkbookInUse: for writing, another program or another xlcrm has it.
        """
        with contextlib.ExitStack() as stack:
            inspect(self.path)
            if self.write:
                stack.enter_context(held(self.path))
                refuse_if_open(self.path)
            self._load()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self._stack.close()

    @property
    def title(self) -> str:
        return self.path.name

    @property
    def file(self) -> Path:
        """The workbook itself."""
        return self.path

    @property
    def seen(self) -> Fingerprint:
        """What the file was when it was opened, or written the last time."""
        return self._fingerprint

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the worksheets, in their order; chart sheets are none."""
        return tuple(self._book.sheets)

    def prefetch(self, sheets: Collection[str]) -> None:
        """Begin to read those of the sheets that are there, beside whatever the caller does meanwhile."""
        self._reader.prefetch([name for name in self.sheets if name.strip() in sheets])

    def release(self) -> None:
        """Let go of the file, which Windows would let nobody replace; the next `grid` opens it again."""
        self._reader.close()

    def grid(self, sheet: str) -> Grid:
        """Read one sheet whole.

        Raises:
            SheetMissing, WorkbookHostile, WorkbookDamaged: see `xlcrm.workbook.calamine.Reader.grid`.
        """
        return self._reader.grid(sheet)

    def lists(self, sheet: str) -> list[ListPlace]:
        """Where the table objects of a sheet stand that show their headings.

        Raises:
            SheetMissing: no such worksheet.
            WorkbookDamaged: a part is not there, or broken.
        """
        return list_places(self._book, sheet)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the package's parts."""
        return self._book.package.names

    def linked(self, kind: str, *, by_package: bool = False) -> list[str]:
        """The parts that the workbook, or the package itself, links to.

        Args:
            kind: last word of the relationship's type, such as vbaProject.
            by_package: links of the package and not of the workbook.
        """
        links = self._book.relations("" if by_package else self._book.part)
        return [
            self._book.stored(link.part) for link in links if link.kind == kind and self._book.has(link.part)
        ]

    def part(self, name: str) -> bytes:
        """One part of the package, inflated.

        Raises:
            WorkbookDamaged: it is not there, or broken.
        """
        return self._book.package.read(name)

    def apply(
        self, changes: Changes, parts: Mapping[str, bytes] = MappingProxyType({}), *, backup: bool = True
    ) -> Saved:
        """Write all changes in one step, with a backup, or raise and leave the file as it was.

        Args:
            changes: cells.
            parts: whole parts, see `xlcrm.workbook.patch.patch_blocks`.
            backup: keep the file from before.

        Raises:
            UsageError: the door was opened for reading.
            WorkbookInUse: somebody has opened the workbook meanwhile.
            WorkbookChanged: somebody has saved it meanwhile.
            UnsafeToPatch, SheetMissing, SaveFailed: see `xlcrm.workbook.patch.patch_blocks`.
        """
        if not self.write:
            raise UsageError(f"“{self.title}”是只读打开的，不能写入，请用可以写入的方式重新运行。")
        refuse_if_open(self.path)
        if fingerprint(self.path) != self._fingerprint:
            raise WorkbookChanged(
                f"“{self.title}”在处理期间被别人保存过，为了不盖掉新内容，没有写入，请重新运行一次。"
            )
        self._reader.close()  # Windows replaces no file that is open
        saved = patch_blocks(self.path, self.path, changes.blocks, backup=backup, parts=parts)
        self._load()
        return saved

    def _load(self) -> None:
        self._fingerprint = fingerprint(self.path)
        self._book = Book(Package.open(self.path), self.title)
        self._reader = Reader(self.path, self._book)
