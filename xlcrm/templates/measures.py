"""How wide a column is and where a sheet freezes, from its declaration alone."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Final

from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.tables.base import Column, Table

_KIND_WIDTHS: Final = {
    Kind.TEXT: 16,
    Kind.LONG: 36,
    Kind.NAME: 28,
    Kind.PERSON: 10,
    Kind.PHONE: 18,
    Kind.EMAIL: 26,
    Kind.DATE: 12.5,
    Kind.DATETIME: 17.5,
    Kind.NUMBER: 10,
    Kind.MONEY: 14,
    Kind.PERCENT: 10,
    Kind.INT: 9,
    Kind.CHOICE: 10,
    Kind.TAGS: 20,
    Kind.ID: 13,
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
    ("customers", "next_contact_way"): 20,
    ("customers", "decision_chain"): 24,
    ("customers", "matched_services"): 28,
    ("complaints", "extension_reason"): 28,
    ("complaints", "issue"): 18,
    ("lead_sources", "source"): 26,
    ("improvement_actions", "origin"): 26,
    ("status_changes", "case_id"): 16,
    ("due_list", "overrun"): 18,
    ("due_list", "task"): 42,
    ("due_list", "name"): 28,
    ("due_list", "rule"): 36,
    ("due_list", "slot"): 29,
    ("due_list", "way"): 21,
    ("due_list", "customer_id"): 13,
    ("alerts", "overrun"): 18,
    ("alerts", "name"): 28,
    ("alerts", "rule"): 36,
    ("findings", "code"): 9,
    ("findings", "heading"): 18,
    ("findings", "value"): 24,
    ("findings", "message"): 70,
    ("findings", "fix"): 56,
    ("findings", "corrected"): 22,
    ("rules", "rule_id"): 10,
    ("rules", "task"): 24,
    ("rules", "kind"): 11,
    ("rules", "table"): 26,
    ("rules", "when"): 36,
    ("rules", "start"): 50,
    ("rules", "stop"): 44,
    ("rules", "limit"): 8,
    ("rules", "unit"): 12,
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
    ("recovery_assessments", "indicator"): 60,
    ("recovery_assessments", "standard"): 24,
    ("recovery_assessments", "outcome"): 36,
    ("relationship_assessments", "indicator"): 20,
    ("maintenance_summaries", "problem"): 40,
    ("maintenance_summaries", "measure"): 40,
    ("account_profiles", "address"): 38,
    ("account_profiles", "condition"): 24,
    ("account_profiles", "banks"): 26,
    ("account_profiles", "deposits"): 22,
    ("account_profiles", "loans"): 22,
    ("recovery_cases", "remedy"): 22,
    ("call_list", "reason"): 48,
    ("meeting_list", "content"): 44,
    ("holidays", "hours"): 26,
    ("holidays", "origin"): 12,
    ("journal", "at"): 18,
    ("journal", "details"): 70,
}
_SENTENCES: Final = {"findings": 34, "worst_rule": 34}
"""Widths of columns that many sheets have, by key."""
_ROW_MARK: Final = 10
"""Room for 第1234行 behind the title that a link names."""
_ONE_LINE: Final = 7
"""Headings up to so many Chinese characters stand in one line, longer ones in two."""
_BUTTON: Final = 3.5
"""Room for the filter button beside a heading."""

_OWN_FREEZE: Final = {
    "due_list": 2,
    "alerts": 2,
    "findings": 2,
    "rules": 3,
    "journal": 1,
    "recovery_cases": 2,
    "maintenance_plans": 3,
    "relationship_strengthening": 2,
    "meeting_list": 2,
}

PAGE_WIDTH: Final = 350
"""Characters across one landscape A4 page at the smallest scale that can still be read, 43 %."""


def text_width(text: str) -> int:
    """Width of a text in characters of the default font."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def column_width(table: Table, column: Column, titles: int = 0) -> float:
    """Width of a column: what its cells need, and never less than its heading in one line or two.

    Args:
        table: the column's table.
        column: the column.
        titles: characters of the workbook's longest sheet title, where a list of ours names sheets.
    """
    cells: float = _KIND_WIDTHS[column.kind]
    if column.key in _SENTENCES and table.name != "journal":
        cells = _SENTENCES[column.key]
    elif column.kind in (Kind.ID, Kind.REF):
        cells = max(cells, text_width(_id_like(column)) + 3)
    elif column.choice:
        cells = max(cells, max(map(text_width, column.choice.words), default=0) + 3)
    if column.kind is Kind.LINK:
        cells = max(cells, titles + _ROW_MARK)
    elif (table.name, column.key) == ("findings", "sheet"):
        cells = max(cells, titles + 2)
    return max(_OWN_WIDTHS.get((table.name, column.key), cells), heading_width(column.heading) + _BUTTON)


def heading_width(heading: str) -> float:
    """Width of a heading in one line, or in two where it is long; without a filter button."""
    width = text_width(heading)
    if width > _ONE_LINE * 2:
        width = math.ceil(width / 4) * 2  # two lines, each of whole characters
    return width * 1.05


def _id_like(column: Column) -> str:
    """An id as the column's cells hold it."""
    if column.kind is Kind.ID:
        return column.example
    other = BY_NAME[column.references]
    return other.by_key[other.key].example


def pages_wide(widths: Sequence[float], repeated: int) -> int:
    """How many pages a sheet takes side by side, so that its print stays large enough to read.

    Args:
        widths: of the columns that print.
        repeated: how many of the first ones come again on every page.
    """
    again = sum(widths[:repeated])
    return max(1, math.ceil((sum(widths) - again) / (PAGE_WIDTH - again)))


def lines_needed(text: str, width: float) -> int:
    """Lines that a wrapped text takes in a column of that width."""
    if len(text) * 2 <= width - 0.5 or text_width(text) <= width - 0.5:
        return 1
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
