"""How explanations write moments, due days and what is left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.periods import is_date_only

if TYPE_CHECKING:
    from xlcrm.rules.sources import Sources

SPANS_SHOWN = 12
_LAST_SECOND = dt.time(23, 59, 59)


def time_of(value: np.datetime64) -> dt.datetime | None:
    """A moment of an array; None for NaT."""
    return None if np.isnat(value) else pd.Timestamp(value).to_pydatetime()


def moment_text(at: dt.datetime | None) -> str:
    """2026-11-20 10:30; a moment at midnight is a date; blank for None."""
    if at is None:
        return ""
    whole = bool(is_date_only(np.array([at], dtype="datetime64[s]"))[0])
    return f"{at:%Y-%m-%d}" if whole else f"{at:%Y-%m-%d %H:%M}"


def day_text(at: dt.datetime | None) -> str:
    """2026-11-20; blank for None."""
    return "" if at is None else f"{at:%Y-%m-%d}"


def due_text(due: dt.datetime | None) -> str:
    """A deadline; 23:59:59 of a due day is shown as the date."""
    return day_text(due) if due is not None and due.time() == _LAST_SECOND else moment_text(due)


def start_text(start: Sources, at: dt.datetime, pack: str) -> str:
    """起点：签约日期 = 2026-03-15."""
    return f"起点：{start.text(pack)} = {moment_text(at)}"


def stop_text(stop: Sources, at: dt.datetime | None, pack: str) -> str:
    """终点：回访时间 = …, or that it has not come; a clock may end with its condition instead."""
    if not stop.items:
        return "终点：条件不再成立（空格填好）即完成"
    return f"终点：{stop.text(pack)} = {moment_text(at)}" if at else f"终点：{stop.text(pack)} 还没有"
