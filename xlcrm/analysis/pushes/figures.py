"""What came of every push, and what many of them come to (推送效果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Column, Figure, Kind, behind, shown
from xlcrm.analysis.lines import Lines, compared, rate_text, ratio
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.matching import match
from xlcrm.compute.states.measures import response_rates, tag_matches
from xlcrm.rules.measures import RESPONSE_RATE, TAG_MATCH
from xlcrm.tables.cells import split_tags

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts, Flags, Moments
    from xlcrm.rules.base import Rule

PUSHES: Final = "service_pushes"
OFF: Final = "规则已停用"


@dataclass(frozen=True)
class Pushes:
    """Every push up to now.

    Attributes:
        rows: place, at, tags, service, channel, pushed (NaN unless above 0), opened and clicked (people, from
            the rates), inquiries, conversions, answered (people: rate times pushed), rated (pushed of those
            whose response is known), and matched (1, 0, NaN where that cannot be said).
        response_limit: 响应率 that is asked for, as a fraction; NaN where the rule is off.
        match_limit: the same of 匹配度.
    """

    rows: pd.DataFrame
    response_limit: float
    match_limit: float

    @property
    def at(self) -> Moments:
        return moments(self.rows["at"])

    def within(self, scope: Scope, month: np.datetime64 | None = None) -> pd.DataFrame:
        """The rows of a month, the reported one if not said."""
        return self.rows[scope.within(self.at, month)]


def pushes(scope: Scope) -> Pushes:
    """The pushes with their responses and matches, as the rules for both measure them."""
    facts = scope.facts
    frame = facts.frame(PUSHES)
    response, matching = _rule(facts, RESPONSE_RATE), _rule(facts, TAG_MATCH)
    pushed = frame["pushed"].where(frame["pushed"] > 0).to_numpy(dtype="float64", na_value=np.nan)
    rate = np.where(_of(response, facts), response_rates(facts) / 100, np.nan)
    matched = tag_matches(facts).to_numpy(dtype="float64", na_value=np.nan)
    rows = pd.DataFrame(
        {
            "place": np.arange(len(frame)),
            "at": moments(frame["pushed_at"]),
            **{key: objects(frame[key]) for key in ("tags", "service", "channel", "suggestion")},
            "pushed": pushed,
            **{
                key: pushed * _between(frame[name], 1)
                for key, name in (("opened", "open_rate"), ("clicked", "click_rate"))
            },
            **{key: _between(frame[key], np.inf) for key in ("inquiries", "conversions")},
            "answered": rate * pushed,
            "rated": np.where(np.isnan(rate), np.nan, pushed),
            "matched": np.where(_of(matching, facts), matched, np.nan),
        }
    )
    known = moments(frame["pushed_at"]) <= facts.now_at
    return Pushes(rows[known].reset_index(drop=True), _limit(response), _limit(matching))


def _between(cells: pd.Series, most: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(n,) numbers from 0 to `most`; what is outside is unknown."""
    values = cells.to_numpy(dtype="float64", na_value=np.nan)
    return np.where((values >= 0) & (values <= most), values, np.nan)


def _rule(facts: Facts, measure: str) -> Rule | None:
    """The enabled rule that compares this measure, or None."""
    return next((rule for rule in facts.active if rule.occasions[:1] == (measure,)), None)


def _limit(rule: Rule | None) -> float:
    return rule.limit / 100 if rule else np.nan


def _of(rule: Rule | None, facts: Facts) -> Flags:
    """(n,) the pushes that a rule selects; every one where it is off."""
    if rule is None:
        return np.ones(len(facts.frame(PUSHES)), dtype=bool)
    return match(rule.when, facts)


def by_tag(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The rows once for each of their tags, and the tags."""
    tags = [sorted(set(own)) or [None] for own in split_tags(rows["tags"])]
    counts = [len(own) for own in tags]
    long = rows.iloc[np.repeat(np.arange(len(rows)), counts)].reset_index(drop=True)
    return long, pd.Series([tag for own in tags for tag in own], dtype="str")


COUNTED: Final[tuple[Column, ...]] = (
    shown("pushes", "推送次数"),
    shown("pushed", "推送数量"),
    shown("open_rate", "打开率", Kind.PERCENT),
    shown("click_rate", "点击率", Kind.PERCENT),
    shown("inquiries", "咨询量"),
    shown("conversions", "转化量"),
    shown("rated", "有响应数据"),
    shown("response_rate", "响应率", Kind.PERCENT),
    shown("standard", "响应率标准", Kind.PERCENT),
    shown("judged", "可判断匹配"),
    shown("match_rate", "匹配度", Kind.PERCENT),
)
"""The columns of `counted`; rates are of 推送数量 where the figure is known, 匹配度 is of pushes."""


def counted(rows: pd.DataFrame, lines: Lines, limit: float) -> dict[str, object]:
    """What the pushes of each line come to.

    Args:
        rows: as `Pushes.rows`.
        lines: (n,) over these rows.
        limit: 响应率 that is asked for, as a fraction.
    """
    cells = {key: rows[key].to_numpy(dtype=np.float64) for key in _NUMBERS}
    known = {key: np.where(np.isnan(cells[key]), np.nan, cells["pushed"]) for key in ("opened", "clicked")}
    return {
        "pushes": lines.count(),
        "pushed": lines.total(cells["pushed"]),
        "open_rate": ratio(lines.total(cells["opened"]), lines.total(known["opened"])),
        "click_rate": ratio(lines.total(cells["clicked"]), lines.total(known["clicked"])),
        "inquiries": lines.total(cells["inquiries"]),
        "conversions": lines.total(cells["conversions"]),
        "rated": lines.count(~np.isnan(cells["rated"])),
        "response_rate": response_rate(rows, lines),
        "standard": np.full(len(lines), limit),
        "judged": lines.count(~np.isnan(cells["matched"])),
        "match_rate": lines.mean(cells["matched"]),
    }


_NUMBERS: Final = ("pushed", "opened", "clicked", "inquiries", "conversions", "rated", "matched")


def response_rate(rows: pd.DataFrame, lines: Lines) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(lines,) people who answered of those who received, where the answers are known; a fraction."""
    answered, rated = (rows[key].to_numpy(dtype=np.float64) for key in ("answered", "rated"))
    # Rounded, so that what equals the limit equals it after adding up, too.
    return np.round(ratio(lines.total(answered), lines.total(rated)), 9)


def behind_pushes(rows: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The pushes of each line, those with the lowest response first."""
    rate = ratio(rows["answered"], rows["rated"])
    order = np.lexsort((-moments(rows["at"]).astype(np.int64), np.where(np.isnan(rate), np.inf, rate)))
    chosen = rows.iloc[order]
    texts = [
        f"{tags or '无标签'}：{service or '无内容'}"
        for tags, service in zip(chosen["tags"], chosen["service"], strict=True)
    ]
    return behind(
        PUSHES, lines.of[order], chosen["place"], at=chosen["at"], amount=chosen["pushed"], text=texts
    )


def all_of(rows: pd.DataFrame) -> Lines:
    """One line of all rows."""
    return Lines(("",), np.zeros(len(rows), dtype=np.int64))


def total_card(scope: Scope, key: str) -> Figure:
    """A sum of the month."""
    every = scope.once(pushes)
    now, was = (_sum(every.within(scope, month), key) for month in (scope.month, scope.before))
    return compared(now, was, more_is_good=True if key in ("inquiries", "conversions") else None)


def _sum(rows: pd.DataFrame, key: str) -> float:
    if key == "pushes":
        return float(len(rows)) if len(rows) else np.nan
    return float(rows[key].sum(min_count=1))


def response_card(scope: Scope) -> Figure:
    """响应率 of the month."""
    every = scope.once(pushes)
    months = [every.within(scope, month) for month in (scope.month, scope.before)]
    rates = [float(response_rate(rows, all_of(rows))[0]) for rows in months]
    return _judged(rates, every.response_limit, int(months[0]["rated"].notna().sum()))


def match_card(scope: Scope) -> Figure:
    """匹配度 of the month."""
    every = scope.once(pushes)
    months = [every.within(scope, month)["matched"] for month in (scope.month, scope.before)]
    return _judged([float(cells.mean()) for cells in months], every.match_limit, int(months[0].notna().sum()))


def _judged(rates: list[float], limit: float, count: int) -> Figure:
    standard = OFF if np.isnan(limit) else f"标准{rate_text(limit)}"
    if not (np.isnan(limit) or np.isnan(rates[0])):
        standard += "，达标" if rates[0] >= limit else "，未达标"
    return compared(rates[0], rates[1], more_is_good=True, rests=f"{standard}；n={count}", points=True)
