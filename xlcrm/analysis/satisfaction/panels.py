"""What the surveys of a month say: dimensions, answers, and the customers to see to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Filled
from xlcrm.analysis.lines import half_year, mean_text, rate_text, ratio
from xlcrm.analysis.nps import DETRACTOR_UP_TO, PROMOTER_FROM
from xlcrm.analysis.satisfaction.month import (
    CONTENT_FROM,
    by_months,
    cells,
    customer_names,
    headings,
    joined,
    limit_of,
    of_month,
    of_month_before,
)
from xlcrm.compute.identity import of_register
from xlcrm.rules.measures import DIMENSION_MEANS, OVERALL_SATISFACTION, SCORE_OF_TEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.satisfaction.month import Surveys
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers
    from xlcrm.compute.states.measures import Floats

MOST_UNHAPPY: Final = 40
MOST_SUGGESTIONS: Final = 40
_HIGHEST: Final = 5
_BANDS: Final = (5, 4, 3, 2, 1)
RECOMMENDED: Final = "推荐值"


def _empty(scope: Scope) -> str:
    return f"{scope.period} 没有满意度调查"


def _unrated(scope: Scope, own: Surveys) -> str:
    return f"{scope.period} {len(own)}份调查没有评分" if len(own) else _empty(scope)


def by_dimension(scope: Scope) -> Filled:
    """The mean of each dimension, the best first."""
    own = scope.once(of_month)
    names = headings(scope)
    means, n = own.dimension_means()
    before, _ = scope.once(of_month_before).dimension_means()
    content = (own.scores >= CONTENT_FROM).sum(axis=0)
    order = _ranked(-means, names)
    rows = pd.DataFrame(
        {
            "dimension": pd.array([names[place] for place in order], dtype="str"),
            "mean": means[order],
            "percent": means[order] / _HIGHEST,
            "content": ratio(content[order], n[order]),
            "n": n[order],
            "before": before[order],
        }
    )
    if not own.rated:
        return Filled(rows[:0], _unrated(scope, own))
    low = order[-1]
    caption = f"{scope.period} 最低的是{names[low]} {mean_text(means[low])}分（n={n[low]}）"
    return Filled(rows, caption, _dimensions_behind(scope, own, order))


def _ranked(keys: Floats, names: Sequence[str]) -> list[int]:
    """Places of the dimensions with a score, by key, of equals by name."""
    known = np.flatnonzero(~np.isnan(keys)).tolist()
    return sorted(known, key=lambda place: (round(float(keys[place]), 9), names[place]))


def _dimensions_behind(scope: Scope, own: Surveys, order: Sequence[int]) -> pd.DataFrame:
    """The forms with a score of each dimension, the lowest score first, then the newest."""
    scores = own.scores[:, list(order)]
    row, line = np.nonzero(~np.isnan(scores))
    given = scores[row, line]
    first = np.lexsort((-own.day[row].astype(np.int64), given))
    return own.behind(scope, line[first], row[first], given[first])


def low_dimensions(scope: Scope) -> Filled:
    """The dimensions whose mean lies below the limit, the lowest first, for the user to say what to do."""
    own = scope.once(of_month)
    names, limit = headings(scope), limit_of(scope.facts, DIMENSION_MEANS)
    means, n = own.dimension_means()
    order = [place for place in _ranked(means, names) if round(float(means[place]), 9) < limit]
    low = (own.scores < limit).sum(axis=0)
    rows = pd.DataFrame(
        {
            "month": pd.array([str(scope.month)] * len(order), dtype="str"),
            "dimension": pd.array([names[place] for place in order], dtype="str"),
            "mean": means[order],
            "low": low[order],
            "n": n[order],
        }
    )
    if not own.rated:
        return Filled(rows, _unrated(scope, own))
    found = f"{len(order)}项" if order else "没有一项"
    caption = f"{scope.period} {found}平均分低于{limit:g}分（n={own.rated}份）"
    return Filled(rows, caption, _dimensions_behind(scope, own, order))


def by_score(scope: Scope) -> Filled:
    """How often each score was given, over all dimensions."""
    own = scope.once(of_month)
    row, column = np.nonzero(~np.isnan(own.scores))
    line = _HIGHEST - np.floor(own.scores[row, column]).astype(np.int64)
    counts = np.bincount(line, minlength=len(_BANDS))
    rows = pd.DataFrame(
        {
            "score": [f"{score}分" for score in _BANDS],
            "count": counts,
            "share": ratio(counts, np.full(len(_BANDS), counts.sum())),
        }
    )
    if not len(line):
        return Filled(rows[:0], _unrated(scope, own))
    caption = f"{scope.period} 4分和5分占{rate_text(own.content)}（n={len(line)}个评分）"
    first = np.argsort(-own.day[row].astype(np.int64), kind="stable")
    return Filled(rows, caption, own.behind(scope, line[first], row[first], own.scores[row, column][first]))


def by_answer(scope: Scope) -> Filled:
    """Promoters, passives and detractors."""
    own = scope.once(of_month)
    told = own.recommends
    counts = np.array([told.promoters, told.passives, told.detractors])
    rows = pd.DataFrame(
        {
            "answer": [f"推荐者（{PROMOTER_FROM}-10分）", "中立者", f"贬损者（0-{DETRACTOR_UP_TO}分）"],
            "count": counts,
            "share": ratio(counts, np.full(3, told.n)),
        }
    )
    points = told.points
    if points is None:
        return Filled(rows[:0], f"{scope.period} 没有推荐值")
    line = np.select([own.nps >= PROMOTER_FROM, own.nps <= DETRACTOR_UP_TO], [0, 2], default=1)
    known = np.flatnonzero(~np.isnan(own.nps))
    known = known[np.argsort(own.nps[known], kind="stable")]
    caption = f"{scope.period} NPS {points:.1f}（n={told.n}）"
    return Filled(rows, caption, own.behind(scope, line[known], known, own.nps[known]))


def willingness(scope: Scope) -> Filled:
    """是否愿意继续合作, as the column has it; shares are of those who said."""
    own = scope.once(of_month)
    said = cells(scope.facts, "will_continue", own.place)
    flags = [said == "是", said == "否"]
    counts = np.array([int(flag.sum()) for flag in flags])
    asked = int(counts.sum())
    rows = pd.DataFrame(
        {"answer": ["愿意", "不愿意"], "count": counts, "share": ratio(counts, np.full(2, asked))}
    )
    if not asked:
        return Filled(rows[:0], f"{scope.period} 没有人回答是否愿意继续合作")
    line = np.select(flags, [0, 1], default=-1)
    places = np.flatnonzero(line >= 0)
    places = places[np.argsort(-own.day[places].astype(np.int64), kind="stable")]
    rest = f"，{len(own) - asked}份未填" if len(own) > asked else ""
    caption = f"{scope.period} 愿意继续合作的占{rate_text(counts[0] / asked)}（n={asked}）{rest}"
    return Filled(rows, caption, own.behind(scope, line[places], places, own.percent[places] * 100))


def unhappy(scope: Scope) -> Filled:
    """Each form below a limit, with its customer: the lowest first."""
    own, facts = scope.once(of_month), scope.facts
    percent, ten = own.percent * 100, own.percent * 10
    limits = {
        "满意度低于{:g}%": (percent, limit_of(facts, OVERALL_SATISFACTION)),
        "十分制低于{:g}分": (ten, limit_of(facts, SCORE_OF_TEN)),
        "推荐值低于{:g}分": (own.nps, limit_of(facts, RECOMMENDED)),
    }
    below = {text.format(limit): np.round(values, 9) < limit for text, (values, limit) in limits.items()}
    low = np.flatnonzero(np.logical_or.reduce(list(below.values())))
    names = customer_names(facts, own.code[low], cells(facts, "name", own.place[low]))
    order = np.lexsort((low, -own.day[low].astype(np.int64), own.nps[low], own.percent[low]))
    chosen = low[order][:MOST_UNHAPPY]
    rows = pd.DataFrame(
        {
            "name": pd.array(names[order][:MOST_UNHAPPY], dtype="str"),
            "grade": pd.array(of_register(facts, own.code[chosen], "grade"), dtype="str"),
            "owner": pd.array(of_register(facts, own.code[chosen], "owner"), dtype="str"),
            "surveyed_on": own.day[chosen],
            "percent": own.percent[chosen],
            "ten": ten[chosen],
            "nps": own.nps[chosen],
            "below": pd.array(
                [
                    "、".join(text for text, flags in below.items() if flags[place])
                    for place in chosen.tolist()
                ],
                dtype="str",
            ),
        }
    )
    caption = _unhappy_text(scope, own, low, len(chosen))
    return Filled(rows, caption, own.behind(scope, np.arange(len(chosen)), chosen, own.percent[chosen] * 100))


def _unhappy_text(scope: Scope, own: Surveys, low: Integers, shown: int) -> str:
    if not len(own):
        return _empty(scope)
    known = own.code[low]
    customers = len(np.unique(known[known >= 0])) + int((known < 0).sum())
    rest = f"，另有{len(low) - shown}份未列" if len(low) > shown else ""
    return f"{scope.period} {len(own)}份调查中{len(low)}份未达标，涉及{customers}位客户{rest}"


def suggestions(scope: Scope) -> Filled:
    """The texts of the month, the newest first."""
    own, facts = scope.once(of_month), scope.facts
    texts = cells(facts, "suggestion", own.place)
    given = np.flatnonzero(~pd.isna(texts))
    given = given[np.argsort(-own.day[given].astype(np.int64), kind="stable")]
    chosen = given[:MOST_SUGGESTIONS]
    rows = pd.DataFrame(
        {
            "surveyed_on": own.day[chosen],
            "name": pd.array(
                customer_names(facts, own.code[chosen], cells(facts, "name", own.place[chosen])), dtype="str"
            ),
            "percent": own.percent[chosen],
            "suggestion": pd.array(texts[chosen], dtype="str"),
        }
    )
    rest = f"，列出最近{len(chosen)}条" if len(given) > len(chosen) else ""
    caption = f"{scope.period} 收到{len(given)}条建议{rest}" if len(own) else _empty(scope)
    return Filled(rows, caption, own.behind(scope, np.arange(len(chosen)), chosen, own.percent[chosen] * 100))


def percent_by_month(scope: Scope) -> Filled:
    """Satisfaction in percent of the last six months."""
    months = list(scope.once(by_months).values())
    rows = pd.DataFrame(
        {
            "month": [str(month) for month in scope.months],
            "percent": [own.mean for own in months],
            "content": [own.content for own in months],
            "n": [own.rated for own in months],
        }
    )
    n = int(rows["n"].sum())
    if not n:
        return Filled(rows[:0], f"{half_year(scope)} 没有满意度评分")
    latest = months[-1]
    now = f"本月{rate_text(latest.mean)}（n={latest.rated}）" if latest.rated else "本月没有评分"
    return Filled(
        rows,
        f"{half_year(scope)} 共{n}份，{now}",
        _months_behind(scope, [own.percent * 100 for own in months]),
    )


def nps_by_month(scope: Scope) -> Filled:
    """NPS of the last six months."""
    months = list(scope.once(by_months).values())
    told = [own.recommends for own in months]
    rows = pd.DataFrame(
        {
            "month": [str(month) for month in scope.months],
            "nps": np.array([each.points for each in told], dtype=np.float64),
            "promoters": [each.promoters for each in told],
            "passives": [each.passives for each in told],
            "detractors": [each.detractors for each in told],
            "n": [each.n for each in told],
        }
    )
    n, points = sum(each.n for each in told), told[-1].points
    if not n:
        return Filled(rows[:0], f"{half_year(scope)} 没有推荐值")
    now = "本月没有推荐值" if points is None else f"本月NPS {points:.1f}（n={told[-1].n}）"
    return Filled(
        rows, f"{half_year(scope)} 共{n}份，{now}", _months_behind(scope, [own.nps for own in months])
    )


def _months_behind(scope: Scope, amounts: Sequence[Floats]) -> pd.DataFrame:
    """The forms of each of the last months that have an amount, the lowest first."""
    months = list(scope.once(by_months).values())
    every, amount = joined(months), np.concatenate(amounts)
    line = np.repeat(np.arange(len(months)), [len(own) for own in months])
    known = np.flatnonzero(~np.isnan(amount))
    known = known[np.argsort(amount[known], kind="stable")]
    return every.behind(scope, line[known], known, amount[known])
