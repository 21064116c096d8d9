"""What xlcrm knows: packs, sheets, columns and rules, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.rules.layout import clock_columns
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import PACKS, SYSTEM_TABLES, TABLES, tables_of

if TYPE_CHECKING:
    from xlcrm.tables.base import Column, Table


def schema() -> dict[str, Any]:
    """Packs, sheets and columns: key, heading, other headings, type, role, choices."""
    return {
        "packs": [
            {"key": key, "workbook": name, "sheets": [table.title for table in tables_of(key)]}
            for key, name in PACKS.items()
        ],
        "sheets": [_table(table) for table in (*TABLES, *SYSTEM_TABLES)],
    }


def _table(table: Table) -> dict[str, Any]:
    rules = [rule for pack in table.packs if pack in PACKS for rule in default_book(pack).rules]
    columns = (*table.columns, *clock_columns(table, rules))
    return {
        "key": table.name,
        "title": table.title,
        "also": list(table.also),
        "packs": list(table.packs),
        "title_in": dict(table.title_in),
        "key_column": table.key,
        "report": table.report,
        "columns": [_column(item) for item in columns],
    }


def _column(item: Column) -> dict[str, Any]:
    return {
        "key": item.key,
        "heading": item.heading,
        "also": list(item.also),
        "type": f"ref:{item.references}" if item.references else item.kind.value,
        "role": item.role.value,
        "required": item.required,
        "unit": item.unit,
        "group": item.group,
        "form": item.form,
        "note": item.note,
        "heading_in": dict(item.heading_in),
        "choices": list(item.choice.values) if item.choice else [],
        "open": bool(item.choice and item.choice.open),
        "also_values": dict(item.choice.aliases) if item.choice else {},
        "words_in": {pack: dict(words) for pack, words in item.choice.labels.items()} if item.choice else {},
        "packs": list(item.packs),
    }


def rules() -> list[dict[str, Any]]:
    """The default rules of every pack as 规则表 shows them, by pack."""
    return [{"pack": pack, **row} for pack in PACKS for row in default_rows(pack)]
