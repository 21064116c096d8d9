"""The named measures of thresholds (rules.measures), worked out from the tables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlcrm.compute.clocks.verdicts import calendar_of
from xlcrm.compute.facts import Facts, Flags, Integers, Moments, moments
from xlcrm.compute.matching import match
from xlcrm.periods import add_months, is_date_only
from xlcrm.rules.base import CalendarKind
from xlcrm.rules.conditions import find_place
from xlcrm.rules.measures import (
    COMPLAINT_CALLBACKS,
    COMPLAINT_SATISFACTION,
    FIRST_RESPONSE_HOURS,
    MEASURES,
    OVERALL_SATISFACTION,
    RESPONSE_RATE,
    SCORE_OF_TEN,
    SERVICE_SATISFACTION,
    TAG_MATCH,
    Span,
)
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.rules.base import Rule

Floats = NDArray[np.float64]
NO_ROWS: Final = np.empty(0, dtype=np.int64)

CONTENT: Final = ("满意", "非常满意")
"""客户满意度 of a complaint that counts as satisfied."""
REPURCHASE_MONTHS: Final = 3
"""Of 3个月复购率."""
_HALF_YEAR: Final = 6
_SERVICES: Final = re.compile(r"[、，,;；/]+")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, which is nothing at all where nobody was asked."""

    met: int
    judged: int

    @property
    def percent(self) -> float:
        """0 to 100; NaN of none."""
        return self.met * 100 / self.judged if self.judged else math.nan

    @property
    def text(self) -> str:
        """82%（41/50）: cut, not rounded, so that what is below a limit never reads as the limit."""
        return f"{percent_text(self.percent)}（{self.met}/{self.judged}）" if self.judged else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over many rows.

    Attributes:
        name: which one: a score's heading, or the month as 2026-10.
        value: in the unit of the measure; NaN where nothing was judged.
        text: the figure with what it rests on, for people.
        at: datetime64[D], the last day of the period; of a score, the day since which its mean has been
            below the rule's limit.
        short: (k,) positions of the rows that the figure falls short by, where it is a share.
    """

    name: str
    value: float
    text: str
    at: np.datetime64
    short: Integers


def percent_text(percent: float) -> str:
    """82%, 33.3%: cut to one decimal."""
    return f"{_cut(percent, 10)}%"


def score_text(score: float) -> str:
    """2.6: cut to two decimals."""
    return _cut(score, 100)


def _cut(number: float, parts: int) -> str:
    return f"{math.floor(round(number * parts, 6)) / parts:g}"


def of_rows(facts: Facts, rule: Rule) -> Floats:
    """(n,) what a threshold rule compares on each row of its table, in the rule's unit; NaN where unknown.

    Either one of the named measures of a row, or a column of the table.
    """
    name = rule.occasions[0]
    if name == OVERALL_SATISFACTION:
        return form_means(facts) / 5 * 100
    if name == SCORE_OF_TEN:
        return form_means(facts) * 2
    if name == RESPONSE_RATE:
        return response_rates(facts)
    if name == SERVICE_SATISFACTION:
        return scores(facts.values("service_issues", "satisfaction"))
    if name == FIRST_RESPONSE_HOURS:
        return first_response_hours(facts, rule)
    place = find_place(name, BY_NAME[rule.table])
    return facts.values(rule.table, place.key).to_numpy(dtype="float64", na_value=np.nan)


def is_of_rows(rule: Rule) -> bool:
    """Whether a threshold rule looks at each row by itself, not at a period."""
    measure = MEASURES.get(rule.occasions[0])
    return measure is None or measure.span is Span.ROW


def score_keys(table: str) -> list[str]:
    """The five-point scores of a table, in its order."""
    return [item.key for item in BY_NAME[table].columns if item.kind is Kind.SCORE5]


def scores(cells: pd.Series) -> Floats:
    """(n,) five-point scores; what is outside the scale (V19) is unknown."""
    values = cells.to_numpy(dtype="float64", na_value=np.nan)
    return np.where((values >= 1) & (values <= 5), values, np.nan)


def form_means(facts: Facts) -> Floats:
    """(n,) the mean of the five-point scores of each form; NaN for one without scores."""
    frame = facts.frame("satisfaction_surveys")[score_keys("satisfaction_surveys")]
    valid = frame.where((frame >= 1) & (frame <= 5))
    return valid.mean(axis=1).to_numpy(dtype="float64")


def dimension_means(facts: Facts, rule: Rule, since: Mapping[str, np.datetime64]) -> list[Figure]:
    """The mean of each score over the last half year, of the forms that match the rule's condition.

    Args:
        facts: the run.
        rule: a threshold of 各维度平均分.
        since: heading of a score -> a day; the forms up to it no longer count.
    """
    frame = facts.frame("satisfaction_surveys")
    at = moments(frame["surveyed_on"])
    counted = match(rule.when, facts) & (at <= facts.now_at)
    days = at.astype("datetime64[D]")
    begin = add_months(np.array([facts.today]), -_HALF_YEAR)[0]
    found = []
    for key in score_keys("satisfaction_surveys"):
        heading = BY_NAME["satisfaction_surveys"].by_key[key].heading
        cells = scores(frame[key])
        ours = counted & ~np.isnan(cells)
        if heading in since:
            ours = ours & (days > since[heading])
        own = cells[ours & (days > begin)]
        if len(own):
            mean = float(own.sum() / len(own))
            low = low_since(days[ours], cells[ours], rule.limit)
            found.append(Figure(heading, mean, f"{score_text(mean)} 分（n={len(own)}）", low, NO_ROWS))
    return found


def low_since(days: Moments, cells: Floats, limit: float) -> np.datetime64:
    """The day from which on every new form left the mean of its half year below a limit; else the last day.

    Args:
        days: (n,) datetime64[D], n at least 1.
        cells: (n,) scores.
        limit: of the mean.
    """
    order = np.argsort(days, kind="stable")
    days, totals = days[order], np.concatenate([[0.0], np.cumsum(cells[order])])
    last = np.searchsorted(days, days, side="right")
    first = np.searchsorted(days, add_months(days, -_HALF_YEAR), side="right")
    low = (totals[last] - totals[first]) / (last - first) < limit
    above = np.flatnonzero(~low)
    start = above[-1] + 1 if len(above) else 0
    day: np.datetime64 = days[min(start, len(days) - 1)]
    return day


def response_rates(facts: Facts) -> Floats:
    """(n,) percent of a push's receivers who answered: inquiries and conversions, else the click rate."""
    frame = facts.frame("service_pushes")
    pushed = frame["pushed"].where(frame["pushed"] > 0)
    answered = frame[["inquiries", "conversions"]].sum(axis=1, min_count=1)
    known = frame["inquiries"].notna() | frame["conversions"].notna()
    rate = (answered / pushed).where(known, frame["click_rate"]) * 100
    return rate.where(rate >= 0).to_numpy(dtype="float64")


def response_text(facts: Facts, place: int) -> str:
    """12%（36/300）, or 点击率 12%, of one push."""
    row = facts.frame("service_pushes").iloc[place]
    answered = row[["inquiries", "conversions"]].astype("float64").sum(min_count=1)
    if math.isnan(answered):
        return f"点击率 {percent_text(row['click_rate'] * 100)}"
    return Share(round(answered), round(row["pushed"])).text


def tag_matches(facts: Facts) -> pd.Series:
    """Whether a push's tag and service stand in one row of 客户标签体系表; NA where that cannot be said.

    A push to several tags matches by any of them, and its 推送服务内容 may say more than the service's name.
    Nothing can be said of a push without tags or content, or while 客户标签体系表 is blank. Dtype boolean,
    aligned with service_pushes.
    """
    pushes = facts.frame("service_pushes")
    known: dict[str, set[str]] = {}
    pairs = facts.frame("tag_services").dropna(subset=["tag", "service"])
    for tag, services in zip(pairs["tag"], pairs["service"], strict=True):
        names = {folded(name.strip()) for name in _SERVICES.split(str(services))} - {""}
        known.setdefault(folded(str(tag)), set()).update(names)
    result = pd.Series(pd.NA, index=pushes.index, dtype="boolean")
    if not known:
        return result
    judged = pushes["tags"].notna() & pushes["service"].notna()
    found = [
        any(name in folded(str(service)) for tag in tags for name in known.get(folded(tag), ()))
        for tags, service in zip(split_tags(pushes["tags"][judged]), pushes["service"][judged], strict=True)
    ]
    result[judged] = found
    return result


def last_month(facts: Facts) -> np.datetime64:
    """The last full month, datetime64[M]."""
    month: np.datetime64 = facts.today.astype("datetime64[M]") - np.timedelta64(1, "M")
    return month


def month_share(facts: Facts, rule: Rule) -> Figure:
    """A share over the last full month, of the rows that match the rule's condition."""
    judged, met, at = _MONTHLY[rule.occasions[0]](facts)
    month = last_month(facts)
    inside = (at <= facts.now_at) & (at.astype("datetime64[M]") == month)
    judged = judged & match(rule.when, facts) & inside
    share = Share(int((judged & met).sum()), int(judged.sum()))
    end = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return Figure(str(month), share.percent, share.text, end, np.flatnonzero(judged & ~met))


def _matched(facts: Facts) -> tuple[Flags, Flags, Moments]:
    matches = tag_matches(facts)
    at = moments(facts.frame("service_pushes")["pushed_at"])
    return matches.notna().to_numpy(), matches.fillna(value=False).to_numpy(dtype=bool), at


def _content(facts: Facts) -> tuple[Flags, Flags, Moments]:
    rating = facts.frame("complaints")["satisfaction"]
    known = rating.isin(BY_NAME["complaints"].by_key["satisfaction"].choice.values)  # type: ignore[union-attr] # declared with a choice
    at = moments(facts.values("complaints", "resolved_at"))
    return known.to_numpy(dtype=bool), rating.isin(CONTENT).to_numpy(dtype=bool), at


def _called_back(facts: Facts) -> tuple[Flags, Flags, Moments]:
    called = moments(facts.values("complaints", "called_back_at"))
    at = moments(facts.values("complaints", "resolved_at"))
    return ~np.isnat(at), called <= facts.now_at, at


_MONTHLY: Final = {
    TAG_MATCH: _matched,
    COMPLAINT_SATISFACTION: _content,
    COMPLAINT_CALLBACKS: _called_back,
}
"""Measure of a month -> (n,) what is judged, (n,) what of it is met, (n,) when it was."""


def first_response_hours(facts: Facts, rule: Rule) -> Floats:
    """(n,) hours from 受理时间 to 首次沟通 of each recovery case, in the rule's calendar.

    NaN before the first talk, and where that lies before the start. Where one of the two is a date without a
    time, whole days count.
    """
    start = moments(facts.frame("recovery_cases")["received_at"])
    stop = moments(facts.frame("recovery_cases")["responded_at"])
    by_day = is_date_only(start) | is_date_only(stop)
    if rule.calendar is CalendarKind.WORKING:
        spent = calendar_of(rule, facts).elapsed(start, stop) / 60
    else:
        spent = (stop - start).astype("timedelta64[s]").astype(np.int64) / 3600
    days = (stop.astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    spent = np.where(by_day, days * 24.0, spent)
    known = (stop <= facts.now_at) & (start <= facts.now_at) & (spent >= 0)
    return np.where(known, spent, np.nan)


@dataclass(frozen=True)
class Repurchases:
    """3个月复购率 case by case, aligned with recovery_cases.

    Attributes:
        bought: (n,) bought again within three months after 执行完成时间.
        judged: (n,) three months have passed since 执行完成时间.
        waiting: (n,) completed, but three months have not passed yet.
    """

    bought: Flags
    judged: Flags
    waiting: Flags

    @property
    def share(self) -> Share:
        """Those who bought again of those who are judged."""
        return Share(int((self.bought & self.judged).sum()), int(self.judged.sum()))


def repurchases(facts: Facts, rule: Rule) -> Repurchases:
    """Who bought again within three months, among the cases that match the rule's condition."""
    frame = facts.frame("recovery_cases")
    completed = moments(frame["completed_at"])
    completed = np.where(completed <= facts.now_at, completed, np.datetime64("NaT")).astype("datetime64[D]")
    bought = moments(frame["repurchased_on"]).astype("datetime64[D]")
    end = add_months(completed, REPURCHASE_MONTHS)
    ours = match(rule.when, facts) & ~np.isnat(completed)
    within = ours & (bought >= completed) & (bought <= end) & (bought <= facts.today)
    judged = ours & (end <= facts.today)
    return Repurchases(within, judged, ours & ~judged)
