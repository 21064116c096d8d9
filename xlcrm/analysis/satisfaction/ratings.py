"""How content customers were with their cases: issues, orders, complaints and recoveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Figure, Filled, behind, nothing_behind
from xlcrm.analysis.lines import Lines, compared, half_year, ranked, rate_text, ratio
from xlcrm.analysis.sources.surveys import CASES, ratings
from xlcrm.analysis.sources.tally import lines_of
from xlcrm.compute.facts import objects
from xlcrm.compute.identity import first_known, of_register
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts, Integers, Objects

RATED: Final = ("service_issues", "orders", "recovery_cases")
"""Tables whose every workbook has a column for it; that of complaints is the support document's."""
MOST_LOW: Final = 30
CONTENT: Final = 0.8
"""4 of 5, 8 of 10 and 满意 are content customers."""


def _of_month(scope: Scope) -> pd.DataFrame:
    every = scope.once(ratings)
    return every[(every["month"] == str(scope.month)).to_numpy()].reset_index(drop=True)


def _kinds(rated: pd.DataFrame) -> Objects:
    return rated["table"].map(CASES).to_numpy(dtype=object)


def _content(rated: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.round(rated["percent"].to_numpy(), 9) >= CONTENT


def _behind(rated: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The cases of each line, the lowest rating first, then the newest."""
    if not len(rated):
        return nothing_behind()
    percent = rated["percent"].to_numpy()
    order = np.lexsort((-rated["at"].to_numpy().astype(np.int64), percent))
    order = order[lines.of[order] >= 0]
    found = behind(
        "",
        lines.of[order],
        rated["place"].to_numpy()[order],
        at=rated["at"].to_numpy()[order],
        amount=percent[order] * 100,
    )
    return found.assign(table=rated["table"].array[order])


def by_kind(scope: Scope) -> Filled:
    """Satisfaction by kind of case, the best first."""
    rated = scope.once(_of_month)
    percent = rated["percent"].to_numpy()
    lines = ranked(_kinds(rated), len(CASES), lambda found: found.mean(percent))
    n = lines.count()
    rows = pd.DataFrame(
        {
            "kind": pd.array(list(lines.names), dtype="str"),
            "percent": lines.mean(percent),
            "content": ratio(lines.count(_content(rated)), n),
            "n": n,
        }
    )
    if not len(rated):
        return Filled(rows, f"{scope.period} 没有案件评分")
    mean = rate_text(float(percent.sum() / len(percent)))
    return Filled(rows, f"{scope.period} 案件平均满意度{mean}（n={len(rated)}）", _behind(rated, lines))


def by_month(scope: Scope) -> Filled:
    """Satisfaction with cases of the last six months."""
    rated = scope.once(ratings)
    lines = lines_of([str(month) for month in scope.months], rated["month"])
    n, mean = lines.count(), lines.mean(rated["percent"].to_numpy())
    rows = pd.DataFrame(
        {
            "month": list(lines.names),
            "percent": mean,
            "content": ratio(lines.count(_content(rated)), n),
            "n": n,
        }
    )
    if not n.sum():
        return Filled(rows[:0], f"{half_year(scope)} 没有案件评分")
    now = f"本月{rate_text(mean[-1])}（n={n[-1]}）" if n[-1] else "本月没有评分"
    return Filled(rows, f"{half_year(scope)} 共{n.sum()}件评分，{now}", _behind(rated, lines))


def low_cases(scope: Scope) -> Filled:
    """The cases whose customers were not content, the lowest rating first."""
    rated = scope.once(_of_month)
    low = np.flatnonzero(~_content(rated))
    order = np.lexsort((low, -rated["at"].to_numpy()[low].astype(np.int64), rated["percent"].to_numpy()[low]))
    own = rated.iloc[low[order][:MOST_LOW]].reset_index(drop=True)
    told = _told(scope.facts, own)
    rows = pd.DataFrame(
        {
            "kind": pd.array(_kinds(own), dtype="str"),
            **{key: pd.array(told[key], dtype="str") for key in ("case_id", "name", "owner")},
            "at": own["at"].to_numpy(),
            "percent": own["percent"].to_numpy(),
        }
    )
    if not len(rated):
        return Filled(rows, f"{scope.period} 没有案件评分")
    rest = f"，列出最低的{len(own)}件" if len(low) > len(own) else ""
    caption = f"{scope.period} {len(rated)}件评分中{len(low)}件不满意{rest}"
    return Filled(rows, caption, _behind(own, Lines(("",) * len(own), np.arange(len(own)))))


def _told(facts: Facts, own: pd.DataFrame) -> dict[str, Objects]:
    """case_id, name and owner of cases, from their rows and the register."""
    found = {key: np.full(len(own), None, dtype=object) for key in ("case_id", "name", "owner")}
    for table in pd.unique(own["table"]).tolist():
        at = np.flatnonzero((own["table"] == table).to_numpy())
        places, codes = own["place"].to_numpy()[at], own["code"].to_numpy()[at]
        found["case_id"][at] = _column(facts, table, BY_NAME[table].key, places)
        for key in ("name", "owner"):
            found[key][at] = _column(facts, table, key, places)
        found["name"][at] = first_known(of_register(facts, codes, "name"), found["name"][at])
    return found


def _column(facts: Facts, table: str, key: str, places: Integers) -> Objects:
    if key not in BY_NAME[table].by_key:
        return np.full(len(places), None, dtype=object)
    return objects(facts.values(table, key).iloc[places])


def mean_card(scope: Scope) -> Figure:
    """Satisfaction with cases and its change."""
    rated = scope.once(ratings)
    months = [
        rated["percent"].to_numpy()[(rated["month"] == str(month)).to_numpy()]
        for month in (scope.month, scope.before)
    ]
    now, before = (float(own.sum() / len(own)) if len(own) else None for own in months)
    rests = f"n={len(months[0])}" if len(months[0]) else ""
    return compared(now, before, more_is_good=True, rests=rests, points=True)
