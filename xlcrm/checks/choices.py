"""V07: values outside their list; V15: a blank industry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, HINT, CheckInput, Code, findings, gather, heading, noted_rows, remarks
from xlcrm.tables.base import Choice, Kind
from xlcrm.tables.fields import YES_NO
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V07": Code(
        (ERROR, HINT),
        "不在选项之内",
        "封闭选项列里出现别的内容为错误；已知的别名（VIP 即 A类）和开放选项列里的新内容为提示",
    ),
    "V15": Code((HINT,), "行业为空", "所属行业没有填写，应标为 未知"),
}

CHOSEN: Final = frozenset({Kind.CHOICE, Kind.TAGS, Kind.YESNO})
UNKNOWN: Final = "未知"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V07 and V15."""
    return gather(part for sheet, column in given.columns(CHOSEN) for part in _column(sheet, column))


def _column(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    if len(sheet.notes):
        yield from _noted(sheet, column)
    if not column.required and column.choice and UNKNOWN in column.choice.values:  # noqa: PD011 - a tuple
        yield _unmarked(sheet, column)


def _noted(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    name = heading(sheet, column.key)
    choice = column.choice or (YES_NO if column.kind is Kind.YESNO else Choice(()))
    choices = "、".join(choice.words)
    aliases = remarks(sheet, column.key, Remark.ALIAS)
    known = [choice.word(value, choice.pack) for value in sheet.frame[column.key].reindex(aliases["row"])]
    yield findings(
        sheet,
        "V07",
        HINT,
        pd.Index(aliases["row"]),
        column.key,
        message=[
            f"“{name}”里的“{raw}”就是“{value}”" for raw, value in zip(aliases["raw"], known, strict=True)
        ],
        fix="可用规范数据自动改写",
        value=aliases["raw"],
        corrected=known,
    )
    strange = remarks(sheet, column.key, Remark.UNKNOWN_CHOICE, Remark.UNREADABLE)
    loose = column.choice is not None and column.choice.open
    yield findings(
        sheet,
        "V07",
        HINT if loose else ERROR,
        pd.Index(strange["row"]),
        column.key,
        message=[
            f"“{name}”里的“{raw}”不在现有选项（{choices}）之内"
            if loose
            else f"“{name}”里的“{raw}”不是可选的内容，应为 {choices}"
            for raw in strange["raw"]
        ],
        fix="请核对写法；确是新的选项时可加入选项表" if loose else "请从下拉列表中选择",
        value=strange["raw"],
    )
    broken = remarks(sheet, column.key, Remark.ERROR)
    yield findings(
        sheet,
        "V07",
        ERROR,
        pd.Index(broken["row"]),
        column.key,
        message=[f"“{name}”里是 Excel 错误值 {raw}，应为 {choices}" for raw in broken["raw"]],
        fix="请从下拉列表中选择",
        value=broken["raw"],
    )


def _unmarked(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = sheet.frame[column.key]
    blank = cells.index[cells.isna().to_numpy()]
    if len(blank):
        blank = blank.difference(noted_rows(sheet, column.key, Remark.ERROR, Remark.UNREADABLE))
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V15",
        HINT,
        blank,
        column.key,
        message=f"“{name}”是空的，暂不清楚时应标为 {UNKNOWN}",
        fix=f"请填写“{name}”，或填 {UNKNOWN}",
        corrected=[UNKNOWN] * len(blank),
    )
