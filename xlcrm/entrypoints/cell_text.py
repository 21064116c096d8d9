"""A cell's value as a person reads it."""

from __future__ import annotations

from xlcrm.tables.cells import cell_text


def bare(value: object) -> str:
    """A value without a mark of its type."""
    return value if isinstance(value, str) else quoted(value)


def quoted(value: object) -> str:
    """A cell's value with its type to be seen: texts stand in quotes."""
    if value is None:
        return "（空）"
    return f"“{value}”" if isinstance(value, str) else cell_text(value)
