"""The working-time calendar of a function call: statutory days, and what the arguments say otherwise."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from xlcrm.entrypoints.functions.base import Argument
from xlcrm.entrypoints.functions.cells import Block, Rows, all_blank, is_blank, short, single_text
from xlcrm.errors import CalendarError
from xlcrm.festivals import published_years, statutory
from xlcrm.hours import DEFAULT_HOURS, parse_hours
from xlcrm.rules.parameters import Weekdays
from xlcrm.tables.cells import cell_text
from xlcrm.worktime import MONDAY_TO_FRIDAY, Worktime

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlcrm.worktime import Segment

HOURS: Final = Argument(
    "hours",
    "工作时段",
    "上班的时段，例如 08:30-12:00,13:30-17:30；省略为 09:00-12:00,13:30-18:00",
    optional=True,
)
HOLIDAYS: Final = Argument(
    "holidays",
    "节假日",
    "两列的区域：日期、类型（休息 或 上班），可选“节假日”表的前四列；这些日子以它为准，其余按国家放假安排",
    optional=True,
)
WEEKDAYS: Final = Argument(
    "weekdays", "工作日", "每周上班的日子，例如 周一至周六；省略为 周一至周五", optional=True
)

_AHEAD: Final = 10
"""Years after the last published one that get the days of the law; a slip of the pen asks for no more."""
_DAY_TYPES: Final = ("休息", "上班")
_Own = tuple[tuple[dt.date, str, str], ...]
"""(day, 休息 or 上班, its own hours or "")."""
_WEEKDAYS: Final[TypeAdapter[frozenset[int]]] = TypeAdapter(Weekdays)


def worktime_of(
    around: NDArray[Any],
    hours: Block | None = None,
    holidays: Block | None = None,
    weekdays: Block | None = None,
) -> Worktime:
    """The calendar that a call counts in.

    The arrangement of every published year is known; up to the year after the latest of `around` the days of
    the law stand in for what is not published.

    Args:
        around: (n,) moments of the call.
        hours: one cell as in 参数表, None for the ordinary hours.
        holidays: days of the office's own, which win over the statutory ones.
        weekdays: one cell as in 参数表, None for Monday to Friday.

    Raises:
        CalendarError: hours, days or weekdays cannot be read.
        UsageError: a range where one cell is expected.
    """
    known = around[~np.isnat(around)]
    latest = int(str(known.max())[:4]) + 1 if len(known) else 0
    own = _own_days(holidays)
    last_published = max(published_years())
    return _built(
        single_text(hours, HOURS.title),
        single_text(weekdays, WEEKDAYS.title),
        own,
        min(max(latest, last_published), last_published + _AHEAD),
    )


@lru_cache(maxsize=32)
def _built(hours: str, weekdays: str, own: _Own, last_year: int) -> Worktime:
    years = published_years()
    known = statutory(range(min(years), last_year + 1))
    listed = {day for day, _, _ in own}
    days_off = {day: name for day, name in known.days_off.items() if day not in listed}
    days_off |= {day: "" for day, kind, _ in own if kind == "休息"}
    workdays: dict[dt.date, tuple[Segment, ...] | None] = {
        day: None for day in known.workdays if day not in listed
    }
    workdays |= {day: parse_hours(text) if text else None for day, kind, text in own if kind == "上班"}
    return Worktime.build(
        parse_hours(hours) if hours else DEFAULT_HOURS,
        weekdays=_weekdays(weekdays) if weekdays else MONDAY_TO_FRIDAY,
        days_off=days_off,
        workdays=workdays,
        known_years=known.known_years,
    )


def _weekdays(text: str) -> frozenset[int]:
    try:
        return _WEEKDAYS.validate_python(text)
    except ValidationError:
        raise CalendarError(f"工作日“{short(text)}”看不懂，应写成 周一至周五 或 周一、周二、周六") from None


def _own_days(holidays: Block | None) -> _Own:
    """The rows of a holiday range; blank rows and a heading row are passed over, of two the lower wins."""
    if holidays is None or all_blank(holidays):
        return ()
    if len(holidays[0]) < 2:
        raise CalendarError("节假日应为两列的区域：日期、类型（休息 或 上班）")
    own: dict[dt.date, tuple[dt.date, str, str]] = {}
    rows = Rows(day=[row[:1] for row in holidays])
    days = rows.moments("day", "节假日的日期").astype("datetime64[D]").tolist()
    for at, (row, day) in enumerate(zip(holidays, days, strict=True)):
        if (is_blank(row[0]) and is_blank(row[1])) or (at == 0 and row[0] == "日期"):
            continue
        kind = cell_text(row[1]).strip()
        if rows.faults[at] or day is None or kind not in _DAY_TYPES:
            raise CalendarError(f"节假日区域第{at + 1}行看不懂，应为日期和 休息 或 上班")
        own[day] = (day, kind, cell_text(row[3]).strip() if len(row) > 3 else "")
    return tuple(own.values())
