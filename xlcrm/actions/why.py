"""为什么: how the deadlines of one row came about."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from xlcrm.actions.base import Outcome
from xlcrm.actions.loading import load
from xlcrm.compute.contacts.cadences import cadences
from xlcrm.compute.explain.rows import explain
from xlcrm.compute.run import prepared
from xlcrm.errors import UsageError
from xlcrm.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.actions.base import Progress, WhyParams
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Door


def why(door: Door, params: WhyParams, progress: Progress) -> Outcome:
    """Explain every enabled rule of one row; nothing is written.

    Raises:
        UsageError: no such sheet, or the row holds no entry.
    """
    loaded = load(door, params.now, progress)
    facts = loaded.facts
    sheet = _sheet(loaded.reading.tables, params.sheet)
    if params.row not in sheet.frame.index:
        first, last = sheet.heading_row + 1, max(sheet.last_row, sheet.heading_row + 1)
        raise UsageError(
            f"{sheet.sheet}第{params.row}行没有内容；数据在第{first}行到第{last}行之间，请给出其中一行的行号"
        )
    lookups = prepared(facts)
    reasons = explain(facts, lookups, cadences(facts, lookups), sheet.table.name, params.row)
    if not reasons:
        return Outcome(f"{sheet.sheet}没有启用的规则", data=[])
    matched = sum(reason.matched for reason in reasons)
    message = f"{sheet.sheet}第{params.row}行：{matched} 条规则适用，{len(reasons) - matched} 条不适用"
    return Outcome(message, data=[dataclasses.asdict(reason) for reason in reasons])


def _sheet(tables: Mapping[str, SheetData], name: str) -> SheetData:
    own = {table.name for table in TABLES}
    for key, sheet in tables.items():
        if key in own and name in (sheet.sheet, *sheet.table.titles):
            return sheet
    titles = "、".join(sheet.sheet for key, sheet in tables.items() if key in own)
    raise UsageError(f"工作簿中没有可以解释的工作表“{name}”；可选：{titles}")
