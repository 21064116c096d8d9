"""Finding a workbook in the spreadsheet program that has it open."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import xlwings as xw

from xlcrm.calc import attach, spare_excel
from xlcrm.errors import ProgramMissing, UsageError
from xlcrm.workbook.live import answering, patiently

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_EXCEL: Final = "excel"
_OPEN_IT: Final = "请先打开它，或去掉 --live 直接处理文件"


def open_book(path: Path, pipe: str | None = None) -> xw.Book:
    """The open workbook of a file: in a running Excel, else in the running LibreOffice.

    Args:
        path: the file.
        pipe: name of LibreOffice's pipe; that of the xlcrm extension by default.

    Raises:
        ProgramMissing: no program is running, or none that can be reached.
        ProgramBusy: the program does not answer now.
        UsageError: the program has the workbook not open.
    """
    spare_excel()
    with answering():
        excels = patiently(_excels)
        found = among([book for app in excels for book in _books(app)], path)
    if found is not None:
        return found
    try:
        calc = attach(pipe)
    except ProgramMissing as error:
        if excels:
            raise UsageError(f"正在运行的 Excel 没有打开“{path.name}”；{_OPEN_IT}") from error
        raise ProgramMissing(f"没有正在运行的 Excel，LibreOffice 也用不上：{error.message}") from error
    found = among(_books(calc), path)
    if found is None:
        raise UsageError(
            f"正在运行的 {'Excel 和 ' if excels else ''}LibreOffice 没有打开“{path.name}”；{_OPEN_IT}"
        )
    return found


def _excels() -> list[xw.App]:
    """Every running Excel; none where xlwings has no way to reach one."""
    return [app for engine in xw.engines if engine.name == _EXCEL for app in engine.apps]


def _books(app: xw.App) -> list[xw.Book]:
    return patiently(lambda: list(app.books))


def _full_name(book: xw.Book) -> str:
    return patiently(lambda: book.fullname)


def among(books: Sequence[xw.Book], path: Path) -> xw.Book | None:
    """The book of a file.

    Excel knows a file in a OneDrive folder by its address on the web: such a book is told by its file
    name, where no other has it.
    """
    names = [(book, _full_name(book)) for book in books]
    for book, name in names:
        if "://" not in name and _same_file(name, path):
            return book
    wanted = path.name.casefold()
    on_the_web = [
        book
        for book, name in names
        if "://" in name and unquote(name).rpartition("/")[2].casefold() == wanted
    ]
    return on_the_web[0] if len(on_the_web) == 1 else None


def _same_file(name: str, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.samefile(name)
    return os.path.normcase(name) == os.path.normcase(path.absolute())
