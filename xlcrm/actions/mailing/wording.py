"""Cells of lists as letters show them: one line each, masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from xlcrm.mail.letter import one_line

if TYPE_CHECKING:
    from xlcrm.mail.masking import Masker

_WHOLE_DAY: Final = (dt.time(), dt.time(23, 59, 59))
Shown: TypeAlias = Callable[[Any], str]
"""From a cell to what a letter shows of it; "" for a blank one."""


def shown_by(masker: Masker) -> Shown:
    """Cells as texts in one line, masked; blanks in a row are one, so that no number hides in them."""

    def show(cell: Any) -> str:
        if cell is None or pd.isna(cell):
            return ""
        return masker.text(" ".join(one_line(str(cell)).split()))

    return show


def due_text(at: Any) -> str:
    """2026-11-18 10:00; the day alone for a date, which is the end of its day; "" for none."""
    moment = pd.Timestamp(at)
    if pd.isna(moment):
        return ""
    return f"{moment:%Y-%m-%d}" if moment.time() in _WHOLE_DAY else f"{moment:%Y-%m-%d %H:%M}"


def source_text(source: str | None) -> str:
    """客户投诉表 第12行, of a list's "sheet!row"; "" where there is none."""
    if not source or pd.isna(source):
        return ""
    sheet, _, row = source.rpartition("!")
    return f"{one_line(sheet)} 第{row}行"
