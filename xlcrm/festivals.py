"""Chinese festivals of any year, and the days off and make-up days of the years that are published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from xlcrm.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_YEAR: Final = 1901
LAST_YEAR: Final = 2100
"""Lunar dates are checked inside these years; a customer file has no business outside them."""

_SOLAR: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "元旦": (1, 1),
        "妇女节": (3, 8),
        "劳动节": (5, 1),
        "青年节": (5, 4),
        "儿童节": (6, 1),
        "建军节": (8, 1),
        "教师节": (9, 10),
        "国庆": (10, 1),
    }
)
_LUNAR: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "春节": (1, 1),
        "元宵": (1, 15),
        "端午": (5, 5),
        "七夕": (7, 7),
        "中秋": (8, 15),
        "重阳": (9, 9),
    }
)
FESTIVALS: Final = (*_SOLAR, *_LUNAR, "清明", "除夕", "腊八")
"""Every festival that has a date here, by its shortest usual name."""

STATUTORY_FESTIVALS: Final = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
"""国家法定假日, in the order of the law."""

_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "新年": "元旦",
        "三八": "妇女节",
        "三八节": "妇女节",
        "三八妇女节": "妇女节",
        "五一": "劳动节",
        "五四青年节": "青年节",
        "六一": "儿童节",
        "六一儿童节": "儿童节",
        "八一": "建军节",
        "十一": "国庆",
        "大年三十": "除夕",
        "大年初一": "春节",
    }
)

_DAYS_BY_LAW: Final = (
    ("元旦", 0, 1),
    ("春节", -1, 4),  # from 除夕 to 初三
    ("清明", 0, 1),
    ("劳动节", 0, 2),
    ("端午", 0, 1),
    ("中秋", 0, 1),
    ("国庆", 0, 3),
)
"""(festival, days from it to the first day off, days off): 全国年节及纪念日放假办法, in force since 2025."""


@dataclass(frozen=True, slots=True)
class Statutory:
    """The days off (with the festival's name) and make-up working days of some years.

    `known_years` are the years whose arrangement is published; the others hold the law's own days only.
    """

    days_off: Mapping[date, str]
    workdays: Mapping[date, str]
    known_years: frozenset[int]


def festival(name: str, year: int) -> date:
    """The date of a festival, such as 春节 or 中秋节, in a calendar year.

    除夕 and 腊八 are those of the winter that ends with the year's 春节, so 腊八 of 2023 is 2022-12-30.

    Raises:
        CalendarError: the festival has no date here, or the year is outside 1901 to 2100.
    """
    return _dates(year)[festival_name(name)]


def festival_name(name: str) -> str:
    """The name used here for a festival that somebody typed: 中秋节 and 中秋 are one.

    Raises:
        CalendarError: no such festival is known.
    """
    typed = name.strip()
    for candidate in (typed, typed.removesuffix("节"), typed + "节"):
        known = _OTHER_NAMES.get(candidate, candidate)
        if known in FESTIVALS:
            return known
    raise CalendarError(f"不认识节日“{typed}”，请改用其中之一：{'、'.join(FESTIVALS)}。")


def next_festival(name: str, day: date) -> date:
    """The first date of the festival on or after the day.

    Raises:
        CalendarError: as `festival`.
    """
    # 腊八 of next year may still fall in this December, so that this year's list is not always enough.
    years = (day.year, day.year + 1, day.year + 2)
    return next(found for found in (festival(name, year) for year in years) if found >= day)


def statutory(years: Iterable[int]) -> Statutory:
    """Days off and make-up days of the years (节假日 is filled from them).

    The arrangement comes from the library chinesecalendar where that knows the year. Other years get the
    days of the law in force since 2025, without moved and make-up days, and are not among `known_years`.

    Raises:
        CalendarError: a year outside 1901 to 2100.
    """
    wanted = frozenset(years)
    off, on, published = _published()
    known = wanted & published
    days_off = {day: name for day, name in off.items() if day.year in known}
    for year in sorted(wanted - known):
        days_off |= _days_by_law(year)
    return Statutory(
        days_off=MappingProxyType(dict(sorted(days_off.items()))),
        workdays=MappingProxyType({day: name for day, name in sorted(on.items()) if day.year in known}),
        known_years=known,
    )


def published_years() -> frozenset[int]:
    """The years whose arrangement of days off is known."""
    return _published()[2]


def festivals_on(day: date) -> tuple[str, ...]:
    """The festivals that fall on a day, in the order of `FESTIVALS`; none outside 1901 to 2100.

    Raises nothing: a day without a name is an ordinary one.
    """
    years = [year for year in (day.year, day.year + 1) if FIRST_YEAR <= year <= LAST_YEAR]
    # 腊八 of next year may fall in this December.
    found = {name for year in years for name, on in _dates(year).items() if on == day}
    return tuple(name for name in FESTIVALS if name in found)


@lru_cache(maxsize=1)
def _published() -> tuple[dict[date, str], dict[date, str], frozenset[int]]:
    """Days off, make-up days and years of the library, with Chinese names."""
    from chinese_calendar import (  # noqa: PLC0415 - its data is a module of constants, needed by few actions
        Holiday,
        holidays,
        workdays,
    )

    chinese = {item.value: str(item.chinese) for item in Holiday}
    off = {day: chinese[name] for day, name in holidays.items()}
    on = {day: chinese[name] for day, name in workdays.items()}
    return off, on, frozenset(day.year for day in off)


def _days_by_law(year: int) -> dict[date, str]:
    """The law's days off; where 中秋 falls into 国庆 the day counts once."""
    days: dict[date, str] = {}
    for name, shift, length in _DAYS_BY_LAW:
        first = festival(name, year) + timedelta(days=shift)
        for more in range(length):
            days.setdefault(first + timedelta(days=more), name)
    return days


@lru_cache(maxsize=256)
def _dates(year: int) -> Mapping[str, date]:
    """All festivals of a year at once: the library's cost is the lunar year, not the day in it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError(f"只能推算{FIRST_YEAR}年至{LAST_YEAR}年的节日，收到的是{year}年，请检查日期。")
    from lunar_python import Lunar  # noqa: PLC0415 - needed by festivals only

    def solar(lunar_year: int, month: int, day: int) -> date:
        found = Lunar.fromYmd(lunar_year, month, day).getSolar()
        return date(found.getYear(), found.getMonth(), found.getDay())

    dates = {name: date(year, *month_day) for name, month_day in _SOLAR.items()}
    dates |= {name: solar(year, *month_day) for name, month_day in _LUNAR.items()}
    term = Lunar.fromYmd(year, 6, 1).getJieQiTable()["清明"]
    dates["清明"] = date(term.getYear(), term.getMonth(), term.getDay())
    dates["除夕"] = dates["春节"] - timedelta(days=1)
    dates["腊八"] = solar(year - 1, 12, 8)
    return MappingProxyType(dates)
