"""A cell's value as a person reads it."""

from __future__ import annotations

import datetime as dt

from xlcrm.tables.typed_text import number_text


def bare(value: object) -> str:
    """A value without a mark of its type."""
    return value if isinstance(value, str) else quoted(value)


def quoted(value: object) -> str:
    """A cell's value with its type to be seen: texts stand in quotes."""
    if value is None:
        return "（空）"
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else _plain(value)


def _plain(value: object) -> str:
    return number_text(value) if isinstance(value, int | float) else str(value)
