"""Raw grids of a closed workbook, read with calamine after a look at the sheet's XML."""

from __future__ import annotations

import contextlib
import gc
import io
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

from xlcrm.errors import SheetMissing, WorkbookDamaged, WorkbookEncrypted
from xlcrm.workbook.patch.package import rewrite
from xlcrm.workbook.port import Grid
from xlcrm.workbook.scan import scan_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from python_calamine import CalamineSheet

    from xlcrm.workbook.patch.parts import Book
    from xlcrm.workbook.scan import Scan

_CHUNK: Final = 4096
_NOTHING: Final[dict[object, object]] = {"": None}
_KNOWN_ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!", "#GETTING_DATA"}
)
_ERROR_VALUE: Final = re.compile(
    rb"""(<(?:[^\s<>/:]+:)?c\s[^<>]*\bt\s*=\s*["']e["'][^<>]*>.*?<(?:[^\s<>/:]+:)?v\s*>)\s*#[^<]*""",
    re.DOTALL,
)


class Reader:
    """Reads the sheets of one workbook file; holds the file open until `close`."""

    def __init__(self, path: Path, book: Book) -> None:
        self._path = path
        self._book = book
        self._open: CalamineWorkbook | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._ahead: dict[str, Future[tuple[Scan, CalamineSheet]]] = {}

    def grid(self, sheet: str) -> Grid:
        """One sheet from A1 on; real empty strings count as blank.

        Raises:
            SheetMissing: no such worksheet.
            WorkbookHostile, WorkbookDamaged: see `scan_sheet`; or calamine cannot read the sheet.
        """
        ahead = self._ahead.pop(sheet, None)
        if ahead is None and self._thread is not None:  # two threads may not ask one workbook at once
            ahead = self._thread.submit(self._values, sheet)
        found, values = self._values(sheet) if ahead is None else ahead.result()
        with _plain_errors(self._where(sheet)):
            columns = _columns(values)
        return Grid(columns, found.errors, frozenset(found.formulas), epoch1904=self._book.date1904)

    def prefetch(self, sheets: Sequence[str]) -> None:
        """Parse sheets in a thread: calamine works without the interpreter's lock."""
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._ahead = {name: self._thread.submit(self._values, name) for name in sheets}

    def _where(self, sheet: str) -> str:
        return f"“{self._path.name}”的工作表“{sheet}”"

    def _values(self, sheet: str) -> tuple[Scan, CalamineSheet]:
        part = self._book.sheet(sheet)
        where = self._where(part.name)
        found = scan_sheet(self._book.read(part.part), where)
        with _plain_errors(where):
            if set(found.errors.values()) <= _KNOWN_ERRORS:
                return found, self._workbook().get_sheet_by_name(part.name)
            return found, self._without_new_errors(part.name, part.part)

    def close(self) -> None:
        """Let go of the file; the next `grid` opens it again."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
            self._thread = None
        self._ahead.clear()
        if self._open is not None:
            self._open.close()
            self._open = None

    def _workbook(self) -> CalamineWorkbook:
        if self._open is None:
            self._open = CalamineWorkbook.from_path(self._path)
        return self._open

    def _without_new_errors(self, sheet: str, part: str) -> CalamineSheet:
        """Read a copy in memory with #N/A for the errors that calamine does not know and refuses."""
        copy = io.BytesIO()
        rewrite(self._book.package, copy, {part: _ERROR_VALUE.sub(rb"\1#N/A", self._book.read(part))})
        copy.seek(0)
        with CalamineWorkbook.from_filelike(copy) as workbook:
            return workbook.get_sheet_by_name(sheet)


@contextlib.contextmanager
def _plain_errors(where: str) -> Iterator[None]:
    """Turn what calamine says, its panics included, into a sentence for the user."""
    try:
        yield
    except PasswordError as error:
        raise WorkbookEncrypted(f"{where}设有密码，请用 Excel 打开并取消密码后再试。") from error
    except WorksheetNotFound as error:
        raise SheetMissing(f"{where}读不出来，请检查工作表名称，或用 Excel 打开后另存再试。") from error
    except (CalamineError, OSError) as error:
        raise _damaged(where) from error
    except BaseException as error:
        # A Rust panic arrives as a BaseException of a class that cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(where) from error


def _damaged(where: str) -> WorkbookDamaged:
    return WorkbookDamaged(f"{where}的内容已损坏，无法读取，请用 Excel 打开并修复后另存，或取回备份。")


def _columns(sheet: CalamineSheet) -> list[list[object]]:
    """Values by column, from A1 on, equal texts of a column shared."""
    if sheet.start is None:
        return []
    rows = sheet.iter_rows()
    left, width = sheet.start[1], sheet.width
    found: list[list[object]] = [[] for _ in range(width)]
    memos: list[dict[object, object] | None] = [{"": None} for _ in range(width)]
    collecting = gc.isenabled()
    gc.disable()  # two million fresh values would set off pointless collections
    try:
        while chunk := list(islice(rows, _CHUNK)):
            for at, values in enumerate(zip(*chunk, strict=True)):
                memo = memos[at]
                found[at].extend(_shared(values, memo))
                if memo is not None and len(memo) > len(found[at]) // 2:
                    memos[at] = None
    finally:
        if collecting:
            gc.enable()
    height = len(found[0]) if found else 0
    empty: list[list[object]] = [[None] * height for _ in range(left)]
    return empty + found


def _shared(values: Sequence[object], memo: dict[object, object] | None) -> Iterator[object]:
    """Empty text as None; other values replaced by an equal one that was seen before."""
    if memo is None:
        return map(_NOTHING.get, values, values)
    if bool in set(map(type, values)):  # True equals 1.0
        return (None if value == "" else value for value in values)
    return map(memo.setdefault, values, values)
