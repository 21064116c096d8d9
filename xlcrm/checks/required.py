"""V01: required cells that are blank, and cells that hold an Excel error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, CheckInput, Code, entry_columns, findings, gather, noted_rows, remarks
from xlcrm.tables.base import TIMES, Kind
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V01": Code(
        (ERROR,),
        "必填项为空",
        "有内容的行里必填列是空的；或者单元格里是 Excel 错误值（如 #N/A），等于没有内容"
        "（时间列的错误值归 V08，选项列的归 V07）",
    )
}

_OWN_ERRORS: Final = TIMES | {Kind.CHOICE, Kind.TAGS, Kind.YESNO}
"""Kinds whose error cells have their own code (V08, V07)."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V01."""
    return gather(
        part
        for sheet in given.sheets
        for column in entry_columns(sheet)
        for part in (_blank(sheet, column), _broken(sheet, column))
    )


def _blank(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = sheet.frame[column.key]
    blank = cells.index[cells.isna().to_numpy()] if column.required else cells.index[:0]
    if len(blank):
        # what could not be read is not blank: it has a finding of its own
        blank = blank.difference(noted_rows(sheet, column.key, Remark.UNREADABLE, Remark.ERROR))
    name = sheet.headings.get(column.key, column.heading)
    example = f"，例如 {column.example}" if column.example else ""
    return findings(
        sheet,
        "V01",
        ERROR,
        blank,
        column.key,
        message=f"必填的“{name}”是空的",
        fix=f"请补填“{name}”{example}",
    )


def _broken(sheet: SheetData, column: Column) -> pd.DataFrame:
    if column.kind in _OWN_ERRORS or sheet.notes.empty:
        return gather([])
    notes = remarks(sheet, column.key, Remark.ERROR)
    name = sheet.headings.get(column.key, column.heading)
    return findings(
        sheet,
        "V01",
        ERROR,
        pd.Index(notes["row"]),
        column.key,
        message=[f"“{name}”里是 Excel 错误值 {raw}，不是内容" for raw in notes["raw"]],
        fix="请改正公式，或直接填写内容",
        value=notes["raw"],
    )
