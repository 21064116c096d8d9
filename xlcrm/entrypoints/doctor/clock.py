"""Time zone, clock and the calendar of days off: every deadline hangs on them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from xlcrm.entrypoints.doctor.base import FAULT, FINE, NOTICE, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

_CHINA: Final = dt.timedelta(hours=8)
_OLDEST: Final = 2025
"""xlcrm itself is younger."""
_AHEAD: Final = dt.timedelta(days=1)
_PUBLISHED_IN: Final = 11
"""国务院 publishes next year's days off in November."""


def time_zone(offset: dt.timedelta | None) -> Verdict:
    """The machine's distance from world time."""
    if offset == _CHINA:
        return Verdict(FINE, "北京时间（UTC+8）")
    hours = "不明" if offset is None else f"UTC{offset / dt.timedelta(hours=1):+g}"
    return Verdict(
        NOTICE,
        f"电脑的时区是 {hours}，不是北京时间",
        "截止和到期按电脑的时间计算；如果业务按北京时间，请把电脑的时区改为 UTC+8。",
    )


def clock(now: dt.datetime, saved: dt.datetime | None) -> Verdict:
    """Whether the clock may be right.

    Args:
        now: the machine's time.
        saved: when the workbook was saved, None without one.
    """
    shown = f"{now:%Y-%m-%d %H:%M}"
    advice = "请校准电脑的日期和时间，否则到期和超时都会算错。"
    if now.year < _OLDEST:
        return Verdict(FAULT, f"电脑的时间是 {shown}，不可能", advice)
    if saved is not None and saved - now > _AHEAD:
        return Verdict(FAULT, f"电脑的时间是 {shown}，工作簿却在 {saved:%Y-%m-%d %H:%M} 保存过", advice)
    return Verdict(FINE, shown)


def days_off(today: dt.date, known: Collection[int]) -> Verdict:
    """Whether the days off and make-up days of this year and the next are known."""
    update = "请运行 python -m pip install --upgrade chinesecalendar，或把放假和调休填进“节假日”表。"
    if today.year not in known:
        return Verdict(NOTICE, f"不知道 {today.year} 年的放假和调休，工作日会算错", update)
    if today.year + 1 in known:
        return Verdict(FINE, f"知道 {today.year} 年和 {today.year + 1} 年的放假和调休")
    if today.month < _PUBLISHED_IN:
        return Verdict(FINE, f"知道 {today.year} 年的放假和调休；{today.year + 1} 年的通常在 11 月公布")
    return Verdict(NOTICE, f"还不知道 {today.year + 1} 年的放假和调休", update)
