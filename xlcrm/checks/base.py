"""Findings: what is wrong with which cell, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from xlcrm.rules.parameters import Parameters
    from xlcrm.rules.reading import RuleBook
    from xlcrm.tables.frames import SheetData

ERROR: Final = "错误"
WARNING: Final = "警告"
HINT: Final = "提示"
LEVELS: Final = (ERROR, WARNING, HINT)

FINDING_COLUMNS: Final = (
    "level",
    "code",
    "table",
    "sheet",
    "row",
    "key",
    "heading",
    "value",
    "message",
    "fix",
    "corrected",
)


@dataclass(frozen=True)
class CheckInput:
    """All that a check may look at.

    Attributes:
        data: table name -> what was read.
        rules: the workbook's rules.
        parameters: the workbook's parameters.
        now: the moment of the whole run.
    """

    data: Mapping[str, SheetData]
    rules: RuleBook
    parameters: Parameters
    now: dt.datetime


def no_findings() -> pd.DataFrame:
    """An empty findings frame."""
    return pd.DataFrame(
        {name: pd.Series(dtype="int64" if name == "row" else "str") for name in FINDING_COLUMNS}
    )


def findings(  # noqa: PLR0913 - a finding has this many parts, each shown to the user
    sheet: SheetData,
    code: str,
    level: str,
    rows: Sequence[int] | pd.Index,
    key: str,
    *,
    message: str | Sequence[str] | pd.Series,
    fix: str | Sequence[str] | pd.Series,
    value: Sequence[object] | pd.Series | None = None,
    corrected: Sequence[object] | pd.Series | None = None,
) -> pd.DataFrame:
    """Findings of one code on one column.

    Args:
        sheet: where.
        code: stable code, such as V01.
        level: 错误, 警告 or 提示.
        rows: Excel row numbers.
        key: column key, or "" for the row as a whole.
        message: what is wrong, one sentence or one a row.
        fix: what to do, one sentence or one a row.
        value: the cells as shown; by default the frame's values.
        corrected: the values that normalising would write, where that is safe.
    """
    index = pd.Index(rows)
    if not len(index):
        return no_findings()
    shown = sheet.frame[key].reindex(index) if value is None and key else value
    return pd.DataFrame(
        {
            "level": level,
            "code": code,
            "table": sheet.table.name,
            "sheet": sheet.sheet,
            "row": index.to_numpy(dtype="int64"),
            "key": key,
            "heading": sheet.headings.get(key, sheet.table.by_key[key].heading if key else ""),
            "value": _texts(shown, len(index)),
            "message": _texts(message, len(index)),
            "fix": _texts(fix, len(index)),
            "corrected": _texts(corrected, len(index)),
        }
    )


def _texts(values: object, count: int) -> list[str]:
    if values is None:
        return [""] * count
    if isinstance(values, str):
        return [values] * count
    return ["" if value is None or value is pd.NA or value != value else _text(value) for value in values]  # type: ignore[attr-defined] # noqa: PLR0124 - NaN differs from itself


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)
