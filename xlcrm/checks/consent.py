"""V12: customers without a record of consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.checks.base import WARNING, CheckInput, Code, findings, gather, heading

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V12": Code((WARNING,), "没有授权记录", "客户一行没有写明客户同意保存和使用其资料")
}

CONSENT: Final = "consent"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V12."""
    return gather(
        _silent(sheet) for sheet in given.sheets if CONSENT in sheet.table.by_key and sheet.has(CONSENT)
    )


def _silent(sheet: SheetData) -> pd.DataFrame:
    cells = sheet.frame[CONSENT]
    name = heading(sheet, CONSENT)
    return findings(
        sheet,
        "V12",
        WARNING,
        cells.index[cells.isna().to_numpy()],
        CONSENT,
        message=f"“{name}”是空的，不能证明客户同意保存和使用其资料",
        fix="请取得客户同意后写明内容和日期，例如 允许发送产品资料（2026-03-01 电话确认）",
    )
