"""What only the program's own interface tells about an open workbook; each answer guarded by its platform."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlcrm.workbook.live.access import quietly

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw

_LONGEST: Final = 120
_DESCRIPTION: Final = 2
"""Where a COM exception's sentence stands in its details."""


def local_path(book: xw.Book) -> Path | None:
    """The workbook's file in a local folder; None when it was never saved or lives on a server."""
    name = quietly(lambda: book.fullname, default="")  # xlwings raises for cloud folders that it cannot map
    if not isinstance(name, str) or "://" in name:
        return None
    path = Path(name)
    return path if path.is_absolute() and path.is_file() else None


def counts_from_1904(book: xw.Book) -> bool | None:
    """Whether the workbook counts days from 1904; None when nothing tells."""
    return _told(
        lambda: book.api.Date1904,
        lambda: book.api.date_1904.get(),  # noqa: PLW0108 - the name alone may fail
        lambda: book.api.NullDate.Year == 1904,
    )


def is_read_only(book: xw.Book) -> bool:
    """Whether the program will not save the workbook under its name; False when nothing tells."""
    told = _told(
        lambda: book.api.ReadOnly,
        lambda: book.api.read_only.get(),  # noqa: PLW0108 - the name alone may fail
        lambda: book.api.isReadonly(),  # noqa: PLW0108 - same
    )
    return bool(told)


def saves_itself(book: xw.Book) -> bool:
    """Whether Excel saves the workbook as soon as it changes (AutoSave); False when nothing tells."""
    return quietly(lambda: book.api.AutoSaveOn) is True


def is_protected(sheet: xw.Sheet) -> bool:
    """Whether the sheet is protected against us too; False when nothing tells."""
    if quietly(lambda: sheet.api.ProtectionMode) is True:  # only the user's own hands are tied
        return False
    told = _told(
        lambda: sheet.api.ProtectContents,
        lambda: sheet.api.protect_contents.get(),  # noqa: PLW0108 - the name alone may fail
        lambda: sheet.api.isProtected(),  # noqa: PLW0108 - same
    )
    return bool(told)


def keeps_no_tie(chart: xw.Chart) -> bool:
    """Whether a chart's title is a text of its own in this program, and never a cell's."""
    return isinstance(quietly(lambda: chart.api.HasMainTitle), bool)  # in Excel, `api` is a pair


def _told(*asks: Callable[[], Any]) -> bool | None:
    """The first yes or no that the program gives, asked in the ways of each; None when nothing tells."""
    for ask in asks:
        found = quietly(ask)
        if isinstance(found, bool):
            return found
    return None


def said(error: BaseException) -> str:
    """What an exception of the program says, short and in one line."""
    details = getattr(error, "excepinfo", None)
    text = details[_DESCRIPTION] if isinstance(details, tuple) and len(details) > _DESCRIPTION else None
    for found in (text, getattr(error, "errormessage", None), getattr(error, "Message", None), str(error)):
        if isinstance(found, str) and found.strip():
            return re.sub(r"\s+", " ", found).strip()[:_LONGEST].rstrip("。.")
    return type(error).__name__
