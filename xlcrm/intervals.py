"""Units of time, intervals, and how people write them: 每两周1次, 1年3个月."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unit(StrEnum):
    """The units of a limit, as 规则表 and rules.csv write them."""

    MIN = "min"
    H = "h"
    D = "d"
    W = "w"
    MO = "mo"
    Y = "y"

    @property
    def label(self) -> str:
        """分钟, 小时, 天, 周, 个月, 年."""
        return _LABELS[self]


_LABELS: Final[Mapping[Unit, str]] = MappingProxyType(
    {Unit.MIN: "分钟", Unit.H: "小时", Unit.D: "天", Unit.W: "周", Unit.MO: "个月", Unit.Y: "年"}
)
MONTHS: Final[Mapping[Unit, int]] = MappingProxyType({Unit.MO: 1, Unit.Y: 12})
SECONDS: Final[Mapping[Unit, int]] = MappingProxyType(
    {Unit.MIN: 60, Unit.H: 3600, Unit.D: 86_400, Unit.W: 7 * 86_400}
)
_COARSER: Final = {Unit.MIN: (60, Unit.H), Unit.D: (7, Unit.W), Unit.MO: (12, Unit.Y)}
"""How many of a unit make the next one, where the two mean the same. 24 h is no day: a date has days only."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time, such as the one between two contacts."""

    amount: int
    unit: Unit

    def simplest(self) -> Interval:
        """The same length in its largest unit: 14 days are 2 weeks, 12 months a year, 30 days stay."""
        found = self
        while found.amount and found.unit in _COARSER and found.amount % _COARSER[found.unit][0] == 0:
            size, unit = _COARSER[found.unit]
            found = Interval(found.amount // size, unit)
        return found

    @property
    def months(self) -> int:
        """Full months in it, for comparing with 合作时长; 30 days or 720 hours are taken for a month."""
        if self.unit in MONTHS:
            return self.amount * MONTHS[self.unit]
        return self.amount * SECONDS[self.unit] // (30 * SECONDS[Unit.D])

    def text(self) -> str:
        """How often, in the words of 跟进频率: 每周1次, 每两周1次, 每季度1次, 每10天1次."""
        plain = self.simplest()
        named = _NAMED.get((plain.amount, plain.unit))
        return named or f"每{plain.amount}{plain.unit.label}1次"


_NAMED: Final[Mapping[tuple[int, Unit], str]] = MappingProxyType(
    {
        (1, Unit.MIN): "每分钟1次",
        (1, Unit.H): "每小时1次",
        (1, Unit.D): "每天1次",
        (1, Unit.W): "每周1次",
        (2, Unit.W): "每两周1次",
        (1, Unit.MO): "每月1次",
        (3, Unit.MO): "每季度1次",
        (6, Unit.MO): "每半年1次",
        (1, Unit.Y): "每年1次",
    }
)

_WHOLE: Final = r"(?:\d{1,4}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_NUMBER: Final = rf"(?:{_WHOLE}|半)"
_UNIT: Final = r"(?:分钟|小时|天|日|周|星期|礼拜|月|季度?|年)"
_EVERY: Final = re.compile(rf"每(?P<amount>{_NUMBER})?个?(?P<unit>{_UNIT})(?:(?P<times>{_WHOLE})次)?")
_YEARS_AND_MONTHS: Final = re.compile(rf"(?P<years>{_WHOLE})年(?:(?P<half>半)|零?(?P<months>{_WHOLE})个?月)")
_LENGTH: Final = re.compile(rf"(?P<amount>{_NUMBER})个?(?P<unit>{_UNIT})")
_ONCE_IN: Final = re.compile(rf"(?P<amount>{_NUMBER})个?(?P<unit>{_UNIT})(?P<times>{_WHOLE})次")
_WORDS: Final[Mapping[str, Interval]] = MappingProxyType(
    {
        "分钟": Interval(1, Unit.MIN),
        "小时": Interval(1, Unit.H),
        "天": Interval(1, Unit.D),
        "日": Interval(1, Unit.D),
        "周": Interval(1, Unit.W),
        "星期": Interval(1, Unit.W),
        "礼拜": Interval(1, Unit.W),
        "月": Interval(1, Unit.MO),
        "季": Interval(3, Unit.MO),
        "季度": Interval(3, Unit.MO),
        "年": Interval(1, Unit.Y),
    }
)
_HALVES: Final[Mapping[str, Interval]] = MappingProxyType(
    {"小时": Interval(30, Unit.MIN), "月": Interval(15, Unit.D), "年": Interval(6, Unit.MO)}
)
_DIGITS: Final = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def parse_frequency(text: str) -> Interval | None:
    """How often somebody is to be contacted, as 跟进频率 and 回访频率 are typed; None when it can't be read.

    每周1次, 每两周一次, 每 10 天 1 次, 每月, 一年一次 and their full-width forms. Several times in one period
    divide it, rounded down to whole days: 每月2次 is every 15 days (a month counts 30), 每周2次 every 3,
    每年4次 every 3 months. More than once a day is no interval between contacts, so it can't be read.
    """
    plain = _fold(text)
    found = _EVERY.fullmatch(plain) or _ONCE_IN.fullmatch(plain)
    if found is None:
        return None
    period = _period(found["amount"], found["unit"])
    times = _number(found["times"] or "1")
    if period is None or times is None:
        return None
    return _shared(period, times)


def parse_length(text: str) -> Interval | None:
    """A length of time as 合作时长 is typed: 2个月, 1年, 1年3个月, 半年, 1年半, 45天, 2周.

    None when it can't be read. 0个月, as the column itself shows a new customer, is an interval of 0.
    """
    plain = _fold(text)
    if re.fullmatch(r"0+个?月", plain):
        return Interval(0, Unit.MO)
    years = _YEARS_AND_MONTHS.fullmatch(plain)
    if years is not None:
        whole = _number(years["years"])
        rest = 6 if years["half"] else _number(years["months"])
        return None if whole is None or rest is None else Interval(whole * 12 + rest, Unit.MO).simplest()
    single = _LENGTH.fullmatch(plain)
    return None if single is None else _period(single["amount"], single["unit"])


def _fold(text: str) -> str:
    """Half-width, without any spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _number(text: str) -> int | None:
    """1 to 9999 in digits, or 一 to 九十九; None for 0 and 半."""
    if text.isdecimal():
        return int(text) or None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text)
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def _period(amount: str | None, unit: str) -> Interval | None:
    """两, 周 is 2 weeks; 半, 年 is 6 months; no amount is one."""
    if amount == "半":
        return _HALVES.get(unit)
    number = _number(amount or "1")
    if number is None:
        return None
    one = _WORDS[unit]
    return Interval(number * one.amount, one.unit).simplest()


def _shared(period: Interval, times: int) -> Interval | None:
    """The interval between so many contacts spread over the period."""
    if times == 1:
        return period
    if period.unit in MONTHS and period.months % times == 0:
        return Interval(period.months // times, Unit.MO).simplest()
    if period.unit in MONTHS:
        years, months = divmod(period.months, 12)
        days = years * 365 + months * 30
    else:
        days = period.amount * SECONDS[period.unit] // SECONDS[Unit.D]
    return Interval(days // times, Unit.D).simplest() if days >= times else None
