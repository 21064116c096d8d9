"""Scores and grades of relations: the newest assessment of each customer beside the one before (M08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Figure, Filled, behind
from xlcrm.analysis.lines import Lines, by_month, fixed, half_year, ranked, rate_text, ratio
from xlcrm.analysis.relationship.scores import CHANGES, DOWN, SAME, UP, relations
from xlcrm.compute.facts import moments, objects
from xlcrm.compute.lists.relationship import ADVICE_OF, ASSESSMENTS
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from xlcrm.analysis.lines import Floats
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers

OFF: Final = "规则已停用"
PROFILES: Final = "account_profiles"
INDICATORS_SHOWN: Final = 15
MOVED_SHOWN: Final = 30
_HIGHEST: Final = 100
_DECIMALS: Final = 6


def _behind(rows: pd.DataFrame, lines: Integers) -> pd.DataFrame:
    """The last row of each assessment in the table, with its score, behind these lines."""
    names = objects(rows["name"].fillna(rows["customer_id"]))
    at = moments(rows["assessed_on"])
    return behind(ASSESSMENTS, lines, rows["place"], at=at, amount=rows["final_score"], text=names)


def _by_score(rows: pd.DataFrame, of: Integers) -> tuple[pd.DataFrame, Integers]:
    """The rows that add to a line, and their lines, the lowest scores first."""
    places = np.flatnonzero(of >= 0)
    order = places[np.argsort(rows["final_score"].to_numpy(dtype=np.float64)[places], kind="stable")]
    return rows.iloc[order], of[order]


def grades(scope: Scope) -> Filled:
    """A类, B类 and C类 of the newest assessments, with the advice that goes with each."""
    every = scope.once(relations)
    lines = fixed(GRADE.values, every.newest["grade"])
    count = lines.count()
    total = int(count.sum())
    score = every.newest["final_score"].to_numpy(dtype=np.float64)
    rows = pd.DataFrame(
        {
            "grade": lines.names,
            "advice": [ADVICE_OF[name] for name in lines.names],
            "customers": count,
            "share": ratio(count, total),
            "score": np.round(lines.mean(score), 2),
        }
    )
    if not every.graded:
        return Filled(rows.iloc[:0], f"关系评级{OFF}")
    extra = "".join(
        f"，{number}家{word}"
        for number, word in ((every.flawed, "得分无效"), (every.unseen, "未评估"))
        if number
    )
    if not total:
        return Filled(rows.iloc[:0], f"{scope.as_of} 没有可评级的客户{extra}")
    caption = f"{scope.as_of} {GRADE.values[0]}占{rate_text(count[0] / total)}（n={total}）{extra}"
    return Filled(rows, caption, _behind(*_by_score(every.newest, lines.of)))


def changes(scope: Scope) -> Filled:
    """How many customers rose, stayed and fell against the assessment before."""
    every = scope.once(relations)
    newest = every.newest
    lines = fixed(CHANGES, newest["change"])
    count = lines.count()
    total = int(count.sum())
    this_month = scope.within(moments(newest["assessed_on"]))
    step = (newest["final_score"] - newest["old_score"]).to_numpy(dtype=np.float64)
    rows = pd.DataFrame(
        {
            "change": CHANGES,
            "customers": count,
            "share": ratio(count, total),
            "assessed_now": lines.count(this_month),
            "step": np.round(lines.mean(step), 2),
        }
    )
    if not every.graded:
        return Filled(rows.iloc[:0], f"关系评级{OFF}")
    if not total:
        return Filled(rows.iloc[:0], f"{scope.as_of} 没有可评级的客户")
    up, down = count[CHANGES.index(UP)], count[CHANGES.index(DOWN)]
    caption = f"{scope.as_of} 较上次评估升级{up}家、降级{down}家（n={total}）"
    return Filled(rows, caption, _behind(*_by_score(newest, lines.of)))


def moved(scope: Scope) -> Filled:
    """The customers whose grade changed, those that fell most first."""
    every = scope.once(relations)
    rows = every.newest[every.newest["change"].isin([UP, DOWN]).to_numpy()]
    step = (rows["final_score"] - rows["old_score"]).round(2)
    fell = (rows["change"] == DOWN).to_numpy()
    names = objects(rows["name"].fillna(rows["customer_id"])).astype(str)
    order = np.lexsort((names, step, ~fell))
    rows, step = rows.iloc[order[:MOVED_SHOWN]], step.iloc[order[:MOVED_SHOWN]]
    table = pd.DataFrame(
        {
            "customer_id": objects(rows["customer_id"]),
            "name": objects(rows["name"]),
            "change": objects(rows["change"]),
            "old_grade": objects(rows["old_grade"]),
            "grade": objects(rows["grade"]),
            "old_score": rows["old_score"].to_numpy(),
            "score": rows["final_score"].to_numpy(),
            "step": step.to_numpy(),
            "old_at": moments(rows["old_at"]),
            "at": moments(rows["assessed_on"]),
            "advice": objects(rows["advice"]),
        }
    )
    if not every.graded:
        return Filled(table, f"关系评级{OFF}")
    if not len(order):
        return Filled(table, f"{scope.as_of} 没有等级变化的客户")
    more = f"，列出前{MOVED_SHOWN}家" if len(order) > MOVED_SHOWN else ""
    caption = f"{scope.as_of} 降级{fell.sum()}家，升级{(~fell).sum()}家{more}"
    return Filled(table, caption, _behind(rows, np.arange(len(rows))))


def indicators(scope: Scope) -> Filled:
    """The mean score of each indicator over the newest assessments, the highest first."""
    every = scope.once(relations)
    frame = scope.facts.frame(ASSESSMENTS)
    valid = frame["score"].between(0, _HIGHEST).to_numpy()
    ours = valid & every.keys.isin(every.newest.index).to_numpy()
    score = frame["score"].to_numpy(dtype=np.float64)
    means = np.where(ours, score, np.nan)
    lines = ranked(
        frame["indicator"],
        INDICATORS_SHOWN,
        lambda found: np.round(found.mean(means), _DECIMALS),
        size=Lines.count,
        counted=ours,
    )
    mean = np.round(lines.mean(means), 2)
    low = np.full(len(lines), np.nan) if np.isnan(every.low) else lines.count(ours & (score < every.low))
    rows = pd.DataFrame(
        {
            "indicator": lines.names,
            "customers": lines.count(),
            "score": mean,
            "lowest": lines.quantile(means, 0),
            "low": low,
        }
    )
    if not len(rows):
        return Filled(rows, f"{scope.as_of} 没有指标得分")
    named = [line for line in range(len(lines)) if line != lines.rest]
    last = named[int(np.argmin(mean[named]))]
    caption = (
        f"{scope.as_of} {lines.names[last]}平均得分最低（{mean[last]:g}分，n={rows['customers'][last]}）"
    )
    order = np.argsort(score, kind="stable")
    at = moments(frame["assessed_on"])[order]
    texts = objects(frame["name"])[order]
    return Filled(
        rows, caption, behind(ASSESSMENTS, lines.of[order], order, at=at, amount=score[order], text=texts)
    )


def months(scope: Scope) -> Filled:
    """The assessments of the last six months."""
    every = scope.once(relations)
    lines = by_month(scope, moments(every.whole["assessed_on"]))
    score = every.whole["final_score"].to_numpy(dtype=np.float64)
    grade = [(every.whole["grade"] == name).to_numpy() for name in GRADE.values]
    rows = pd.DataFrame(
        {
            "month": lines.names,
            "assessments": lines.count(),
            "scored": lines.count(~np.isnan(score)),
            "score": np.round(lines.mean(score), 2),
            **{
                key: lines.count(own) if every.graded else np.full(len(lines), np.nan)
                for key, own in zip(("best", "good", "poor"), grade, strict=True)
            },
        }
    )
    count = int(rows["assessments"].sum())
    if not count:
        return Filled(rows.iloc[:0], f"{half_year(scope)} 没有评估")
    caption = f"{half_year(scope)} 评估{count}次{_mean_text(score[lines.of >= 0])}"
    return Filled(rows, caption, _behind(*_by_score(every.whole, lines.of)))


def _mean_text(score: Floats) -> str:
    known = score[~np.isnan(score)]
    return f"，平均{known.mean():.1f}分（n={len(known)}）" if len(known) else ""


def profiles(scope: Scope) -> Filled:
    """What 客户状况登记表 says of the customers of each grade."""
    every = scope.once(relations)
    frame = scope.facts.frame(PROFILES)
    grade = (
        every.newest.dropna(subset=["customer_id"]).drop_duplicates("customer_id").set_index("customer_id")
    )
    ids = scope.facts.of_rows(PROFILES, "customer_id").fillna(frame["customer_id"])
    labels = grade["grade"].reindex(pd.Index(ids))
    lines = fixed(GRADE.values, labels, others=True)
    rating = frame["satisfaction"].to_numpy(dtype=np.float64)
    rating = np.where((rating >= 0) & (rating <= 10), rating, np.nan)
    rows = pd.DataFrame(
        {
            "grade": (*GRADE.values, "未评级"),
            "customers": lines.count(),
            "ratings": lines.count(~np.isnan(rating)),
            "rating": np.round(lines.mean(rating), 2),
            "deposit": lines.total(frame["daily_deposit"].to_numpy(dtype=np.float64)),
            "loan": lines.total(frame["daily_loan"].to_numpy(dtype=np.float64)),
        }
    )
    if not len(frame):
        return Filled(rows.iloc[:0], f"{scope.as_of} 没有客户状况登记")
    given = rating[~np.isnan(rating)]
    said = f"平均满意度{given.mean():.1f}分（n={len(given)}）" if len(given) else "还没有满意度"
    order = np.argsort(rating, kind="stable")
    names = objects(frame["name"])[order]
    found = behind(PROFILES, lines.of[order], order, amount=rating[order], text=names)
    return Filled(rows, f"{scope.as_of} 登记{len(frame)}家，{said}", found)


def assessed_card(scope: Scope) -> Figure:
    """How many customers were ever assessed."""
    every = scope.once(relations)
    if not len(every.newest):
        return Figure(None)
    unseen = f"；{every.unseen}家未评估" if every.unseen else ""
    return Figure(float(len(every.newest)), f"{scope.as_of}{unseen}")


def score_card(scope: Scope) -> Figure:
    """Mean 最终得分 of the newest assessments."""
    every = scope.once(relations)
    known = every.newest["final_score"].dropna()
    return Figure(round(float(known.mean()), 2), f"n={len(known)}") if len(known) else Figure(None)


def best_card(scope: Scope) -> Figure:
    """The share of A类."""
    every = scope.once(relations)
    if not every.graded:
        return Figure(None, OFF)
    grade = every.newest["grade"].dropna()
    if not len(grade):
        return Figure(None)
    return Figure(float((grade == GRADE.values[0]).mean()), f"n={len(grade)}")


def fallen_card(scope: Scope) -> Figure:
    """How many customers fell against the assessment before."""
    every = scope.once(relations)
    if not every.graded:
        return Figure(None, OFF)
    known = every.newest["change"].isin([UP, SAME, DOWN])
    fell = int((every.newest["change"] == DOWN).sum())
    return Figure(float(fell), f"n={int(known.sum())}") if known.any() else Figure(None)
