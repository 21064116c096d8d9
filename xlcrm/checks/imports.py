"""V22: texts that a spreadsheet could take for a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import ERROR, TEXTS, CheckInput, Code, findings, gather, heading
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V22": Code(
        (ERROR,),
        "像公式的文本",
        "来自导入或表单的文本以 = + - @ 开头，另存或复制后可能被当作公式执行；负数和 +86 开头的电话不算",
    )
}

_HARMLESS: Final = re.compile(r"[+\-]?[\d\s().,，%\-+*/、;；转]+|[=+\-@]+|[\-+][\s]*", re.ASCII)
"""Numbers, telephone numbers and lone signs."""


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V22."""
    return gather(_column(sheet, column) for sheet, column in given.columns(TEXTS - {Kind.LINK}))


def _column(sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = sheet.frame[column.key]
    values = cells.to_numpy(dtype=object).tolist()
    if not {text[:1] for text in values if text.__class__ is str} & {"=", "+", "-", "@"}:
        return gather([])
    rows = [row for row, text in zip(cells.index, values, strict=True) if is_risky(text)]
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V22",
        ERROR,
        rows,
        column.key,
        message=[f"“{name}”以“{cells[row][0]}”开头，可能被表格软件当作公式" for row in rows],
        fix="请去掉开头的符号，或改写这段文字",
    )


def is_risky(text: object) -> bool:
    """Whether a cell's text could be taken for a formula."""
    if not isinstance(text, str) or text[:1] not in ("=", "+", "-", "@") or not text:
        return False
    return (text[0] == "=" and len(text) > 1) or _HARMLESS.fullmatch(text) is None
