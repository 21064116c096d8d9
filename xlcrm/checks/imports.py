"""V22: texts that a spreadsheet could take for a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import ERROR, FREE_TEXTS, CheckInput, Code, findings, gather, heading

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

SIGNS: Final = ("=", "+", "-", "@")
_HARMLESS: Final = re.compile(
    r"[+\-]\s*\d[\d,]*(?:\.\d+)?\s*[%元万]?"  # a number
    r"|\+\s*\d[\d\s()\-]{5,20}(?:\s*[/、;,；，]\s*\+?\d[\d\s()\-]{5,20})*"  # telephone numbers
    r"|[=+\-@]+",  # signs alone, as people strike out a cell
    re.ASCII,
)


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V22."""
    return gather(_column(given, sheet, column) for sheet, column in given.columns(FREE_TEXTS))


def _column(given: CheckInput, sheet: SheetData, column: Column) -> pd.DataFrame:
    cells = given.cells_starting(sheet, column.key, SIGNS)
    cells = cells[[is_risky(text) for text in cells]]
    name = heading(sheet, column.key)
    return findings(
        sheet,
        "V22",
        ERROR,
        cells.index,
        column.key,
        message=[f"“{name}”以“{text[0]}”开头，可能被表格软件当作公式" for text in cells],
        fix="请去掉开头的符号，或改写这段文字",
    )


def is_risky(text: str) -> bool:
    """Whether a text that begins with one of SIGNS could be taken for a formula."""
    return _HARMLESS.fullmatch(text) is None
