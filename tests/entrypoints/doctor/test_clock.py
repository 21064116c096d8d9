"""Time zone, clock and calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from xlcrm.entrypoints.doctor import clock


@pytest.mark.parametrize(
    ("hours", "state", "says"),
    [(8, "正常", "北京时间"), (0, "注意", "UTC+0"), (-5.5, "注意", "UTC-5.5"), (None, "注意", "不明")],
)
def test_time_zone(hours: float | None, state: str, says: str) -> None:
    verdict = clock.time_zone(None if hours is None else dt.timedelta(hours=hours))
    assert verdict.state == state
    assert says in verdict.found


NOW = dt.datetime(2026, 3, 18, 10)


@pytest.mark.parametrize(
    ("now", "saved", "state"),
    [
        (NOW, None, "正常"),
        (NOW, NOW + dt.timedelta(hours=23), "正常"),
        (NOW, NOW + dt.timedelta(days=2), "故障"),
        (dt.datetime(2010, 1, 1), None, "故障"),
    ],
)
def test_clock_that_cannot_be_right(now: dt.datetime, saved: dt.datetime | None, state: str) -> None:
    assert clock.clock(now, saved).state == state


@pytest.mark.parametrize(
    ("day", "known", "state", "says"),
    [
        (dt.date(2026, 3, 1), {2026, 2027}, "正常", "2026 年和 2027 年"),
        (dt.date(2026, 10, 31), {2026}, "正常", "11 月公布"),
        (dt.date(2026, 11, 1), {2026}, "注意", "还不知道 2027 年"),
        (dt.date(2027, 1, 1), {2026}, "注意", "不知道 2027 年"),
    ],
)
def test_days_off_of_this_year_and_the_next(day: dt.date, known: set[int], state: str, says: str) -> None:
    verdict = clock.days_off(day, known)
    assert verdict.state == state
    assert says in verdict.found
