"""Cells drawn at random: times on every side of every edge, and the customers that rows name."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

NOW = dt.datetime(2026, 11, 20, 10, 30)
"""A Friday."""
Cells = dict[str, Any]
TAGS = (None, "高端客户", "高端客户、价格敏感", "价格敏感/ＶＩＰ", "vip", "其他")
ROUND = (0, 5, 10, 30, 60, 120, 240, 1440, 2880, 4320, 10_080)
"""Minutes of the packaged limits, so that stops fall on deadlines exactly."""


def moment(random: Random, days: int = 20, ahead: int = 3) -> dt.datetime | None:
    """A time around now: often a date alone, at times blank, ahead of now, or on the hour."""
    if random.random() < 0.1:
        return None
    at = NOW + dt.timedelta(minutes=random.randrange(-days * 1440, ahead * 1440, random.choice((1, 30, 60))))
    kind = random.random()
    if kind < 0.25:
        return dt.datetime.combine(at.date(), dt.time())
    return at if kind < 0.9 else at.replace(second=random.randrange(60))


def day(random: Random, days: int = 400, ahead: int = 5, blank: float = 0.2) -> dt.datetime | None:
    """A date, or blank."""
    if random.random() < blank:
        return None
    return dt.datetime.combine(NOW.date() - dt.timedelta(days=random.randint(-ahead, days)), dt.time())


def after(random: Random, since: dt.datetime | None, hours: int = 96) -> dt.datetime | None:
    """A time mostly some hours after another one; round hours fall on deadlines exactly."""
    if since is None or random.random() < 0.35:
        return None
    if random.random() < 0.05:
        return since - dt.timedelta(hours=random.randint(1, 30))
    if random.random() < 0.4:
        return since + dt.timedelta(minutes=random.choice(ROUND))
    at = since + dt.timedelta(minutes=random.randrange(hours * 60))
    return dt.datetime.combine(at.date(), dt.time()) if random.random() < 0.2 else at


def whose(random: Random, count: int) -> Cells:
    """The customer of a row: known, unknown, or by name alone."""
    number = random.randrange(count)
    known = random.random()
    if known < 0.05:
        return {"customer_id": "9999999", "name": "不存在"}
    if known < 0.15:
        return {"customer_id": None, "name": f"客户{number}"}
    return {"customer_id": f"{2023001 + number}", "name": f"客户{number}"}


def yes_no(random: Random) -> str | None:
    return random.choice((None, "是", "否"))
