"""V09: ids that stand twice, have the wrong form or are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import (
    ERROR,
    HINT,
    WARNING,
    CheckInput,
    Code,
    cell_text,
    entry_columns,
    filled,
    findings,
    gather,
    heading,
    named_rows,
    no_findings,
    noted_rows,
)
from xlcrm.checks.numbering import example_of, filing_key, is_dated, next_ids
from xlcrm.tables.base import TIMES
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V09": Code(
        (ERROR, WARNING, HINT),
        "编号",
        "同一编号出现多次为错误，写法不合规定为警告，编号为空为提示（可自动编号）",
    )
}

_FREE: Final = frozenset({("service_issues", "service"), ("complaints", "relationship")})
"""(table, pack) whose document leaves the form of the ids to the office; 自动编号 uses the declared one."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V09."""
    return gather(
        part
        for sheet in given.sheets
        for column in entry_columns(sheet)
        for part in _column(given, sheet, column)
    )


def _column(given: CheckInput, sheet: SheetData, column: Column) -> list[pd.DataFrame]:
    parts = []
    if column.is_key:
        parts += [_repeated(sheet, column), _missing(given, sheet, column)]
    if column.form and (sheet.table.name, sheet.table.pack) not in _FREE:
        parts.append(_malformed(sheet, column))
    return parts


def _repeated(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    twice = cells[cells.duplicated(keep=False)]
    rows = {value: named_rows(part.tolist()) for value, part in twice.groupby(twice).groups.items()}
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V09",
        ERROR,
        twice.index,
        column.key,
        message=[f"“{name}”{cell_text(value)} 重复，出现在{rows[value]}" for value in twice],
        fix="请合并重复的行，或给其中一行换一个编号",
    )


def _missing(given: CheckInput, sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = sheet.frame[column.key]
    blank = cells.index[cells.isna().to_numpy()] if not column.required else cells.index[:0]
    if len(blank):
        blank = blank.difference(noted_rows(sheet, column.key, Remark.UNREADABLE, Remark.ERROR))
    if not len(blank):
        return no_findings()
    name = heading(sheet, column.key)
    ids = next_ids(given, sheet, blank)
    filed = filing_key(sheet.table)
    undated = "请填写编号"
    if filed and is_dated(sheet.table):
        undated += f"；填好“{heading(sheet, filed)}”后可用规范数据自动编号"
    return findings(
        sheet,
        "V09",
        HINT,
        blank,
        column.key,
        message=f"“{name}”是空的，别的表无法引用这一行",
        fix=["请填写编号，或用规范数据自动编号" if text else undated for text in ids],
        corrected=ids,
    )


def _malformed(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    odd = cells.iloc[:0] if column.kind in TIMES else cells[~cells.str.fullmatch(column.form)]
    name = heading(sheet, column.key)
    example = example_of(sheet.table, column)
    like = f"，应像 {example}" if example else ""
    return findings(
        sheet,
        "V09",
        WARNING,
        odd.index,
        column.key,
        message=[f"“{name}”里的“{value}”写法不合规定{like}" for value in odd],
        fix="请核对编号；改编号时请同时改引用它的表",
    )
