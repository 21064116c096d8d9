"""How wide a column is and where a sheet freezes, from its declaration alone."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.tables.base import Column, Table

_KIND_WIDTHS: Final = {
    Kind.TEXT: 16,
    Kind.LONG: 36,
    Kind.NAME: 28,
    Kind.PERSON: 10,
    Kind.PHONE: 16,
    Kind.EMAIL: 26,
    Kind.DATE: 12.5,
    Kind.DATETIME: 17.5,
    Kind.NUMBER: 10,
    Kind.MONEY: 14,
    Kind.PERCENT: 10,
    Kind.INT: 9,
    Kind.CHOICE: 10,
    Kind.TAGS: 20,
    Kind.ID: 14,
    Kind.REF: 13,
    Kind.YESNO: 9,
    Kind.SCORE5: 9,
    Kind.SCORE10: 9,
    Kind.NPS: 9,
    Kind.LINK: 24,
}
"""Widths in characters of the default font; a Chinese character takes two."""

_OWN_WIDTHS: Final = {
    ("customers", "customer_id"): 12,
    ("customers", "address"): 38,
    ("customers", "consent"): 46,
    ("customers", "next_contact_rule"): 34,
    ("customers", "products"): 22,
    ("complaints", "worst_rule"): 34,
    ("complaints", "findings"): 34,
    ("complaints", "extension_reason"): 28,
    ("complaints", "issue"): 18,
    ("followup_records", "worst_rule"): 34,
    ("lead_sources", "source"): 26,
    ("improvement_actions", "origin"): 26,
    ("status_changes", "case_id"): 16,
    ("due_list", "overrun"): 18,
    ("due_list", "task"): 24,
    ("due_list", "name"): 28,
    ("due_list", "rule"): 36,
    ("due_list", "slot"): 29,
    ("alerts", "overrun"): 18,
    ("alerts", "name"): 28,
    ("alerts", "rule"): 36,
    ("findings", "code"): 9,
    ("findings", "sheet"): 20,
    ("findings", "heading"): 18,
    ("findings", "value"): 24,
    ("findings", "message"): 70,
    ("findings", "fix"): 56,
    ("findings", "corrected"): 22,
    ("rules", "rule_id"): 10,
    ("rules", "task"): 24,
    ("rules", "kind"): 11,
    ("rules", "table"): 18,
    ("rules", "when"): 36,
    ("rules", "start"): 50,
    ("rules", "stop"): 44,
    ("rules", "limit"): 8,
    ("rules", "unit"): 9,
    ("rules", "warning"): 9,
    ("rules", "clock"): 12,
    ("rules", "assumed"): 11,
    ("rules", "source"): 20,
    ("rules", "note"): 62,
    ("rules", "default"): 62,
    ("parameters", "name"): 24,
    ("parameters", "value"): 30,
    ("parameters", "unit"): 8,
    ("parameters", "default"): 28,
    ("parameters", "note"): 64,
    ("holidays", "hours"): 26,
    ("holidays", "origin"): 12,
    ("journal", "at"): 18,
    ("journal", "details"): 70,
}
_FINDINGS_WIDTH: Final = 34
_ONE_LINE: Final = 7
"""Headings up to so many Chinese characters stand in one line, longer ones in two."""
_BUTTON: Final = 3.5
"""Room for the filter button beside a heading."""

_OWN_FREEZE: Final = {"due_list": 2, "alerts": 2, "findings": 2, "rules": 3, "journal": 1}


def text_width(text: str) -> int:
    """Width of a text in characters of the default font."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def column_width(table: Table, column: Column) -> float:
    """Width of a column: what its cells need, and never less than its heading in one line or two."""
    heading = text_width(column.heading)
    if heading > _ONE_LINE * 2:
        heading = math.ceil(heading / 4) * 2  # two lines, each of whole characters
    cells: float = _KIND_WIDTHS[column.kind]
    if column.key == "findings":
        cells = _FINDINGS_WIDTH
    elif column.choice:
        cells = max(cells, max(map(text_width, column.choice.values)) + 3)
    return max(_OWN_WIDTHS.get((table.name, column.key), cells), heading * 1.05 + _BUTTON)


def lines_needed(text: str, width: float) -> int:
    """Lines that a wrapped text takes in a column of that width."""
    return max(1, math.ceil(text_width(text) / max(width - 1.5, 1)))


def frozen_columns(table: Table, columns: Sequence[Column]) -> int:
    """How many columns stay in view: up to the id, and the name right after it."""
    if table.name in _OWN_FREEZE:
        return _OWN_FREEZE[table.name]
    for place, item in enumerate(columns[:3]):
        if item.is_key or item.kind in (Kind.ID, Kind.REF):
            follows = columns[place + 1 : place + 2]
            return place + 1 + bool(follows and follows[0].kind is Kind.NAME)
    return 1
