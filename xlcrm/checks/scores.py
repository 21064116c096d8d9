"""V19: scores and shares outside their scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import ERROR, CheckInput, Code, filled, findings, gather, heading, number_text, remarks
from xlcrm.tables.base import Kind
from xlcrm.tables.frames import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V19": Code(
        (ERROR,),
        "评分超出范围",
        "五分制应为 1-5，十分制应为 0-10，推荐值应为 0-10 的整数，评估得分应为 0-100，百分比应为 0%-100%；"
        "不是数字的评分也在此列",
    )
}

SCALES: Final[Mapping[Kind, tuple[int, int]]] = {
    Kind.SCORE5: (1, 5),
    Kind.SCORE10: (0, 10),
    Kind.NPS: (0, 10),
}


_POINTS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {("relationship_assessments", "score"): (0, 100)}
"""(table, column) -> the scale of a plain number that is a score."""
_WEIGHTS: Final = ("relationship_assessments", "weight")


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V19."""
    return gather(
        [
            *(part for sheet, column in given.columns(SCALES) for part in _column(sheet, column)),
            *(_points(sheet, column) for sheet, column in given.columns({Kind.NUMBER})),
            *(_shares(sheet, column) for sheet, column in given.columns({Kind.PERCENT})),
        ]
    )


def _points(sheet: SheetData, column: Column) -> pd.DataFrame:
    scale = _POINTS.get((sheet.table.name, column.key))
    if scale is None:
        return gather([])
    lowest, highest = scale
    cells = filled(sheet, column.key)
    wrong = cells[(cells < lowest) | (cells > highest)]
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V19",
        ERROR,
        wrong.index,
        column.key,
        message=[f"“{name}”的 {number_text(value)} 超出范围，应为 {lowest}-{highest} 分" for value in wrong],
        fix=f"请填 {lowest}-{highest} 分",
    )


def _shares(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = filled(sheet, column.key)
    # weights are read in percent points as well (V18)
    most = 100 if (sheet.table.name, column.key) == _WEIGHTS else 1
    wrong = cells[(cells < 0) | (cells > most)]
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V19",
        ERROR,
        wrong.index,
        column.key,
        message=[f"“{name}”的 {_share_text(value, most)}，应为 0%-100%" for value in wrong],
        fix="请写成百分比，例如 35%（即 0.35）",
    )


def _share_text(value: float, most: int) -> str:
    return f"{number_text(value)} 即 {number_text(value * 100)}%" if most == 1 else number_text(value)


def _column(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    lowest, highest = SCALES[column.kind]
    whole = column.kind is Kind.NPS
    scale = f"{lowest}-{highest} {'的整数' if whole else '分'}"
    name = heading(sheet, column.key)
    cells = filled(sheet, column.key)
    wrong = cells[(cells < lowest) | (cells > highest) | ((cells % 1 != 0) & whole)]
    fix = f"请填 {scale}；没有评分请留空"
    yield findings(
        sheet,
        "V19",
        ERROR,
        wrong.index,
        column.key,
        message=[f"“{name}”的 {number_text(value)} 超出范围，应为 {scale}" for value in wrong],
        fix=fix,
    )
    if sheet.notes.empty:
        return
    notes = remarks(sheet, column.key, Remark.UNREADABLE)
    yield findings(
        sheet,
        "V19",
        ERROR,
        pd.Index(notes["row"]),
        column.key,
        message=[f"“{name}”里的“{raw}”不是评分，应为 {scale}" for raw in notes["raw"]],
        fix=fix,
        value=notes["raw"],
    )
