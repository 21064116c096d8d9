"""What assessments say of a relation: score, grade and advice of each, and the roster of the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import Facts, objects
from xlcrm.compute.matching import match
from xlcrm.rules.base import Effect
from xlcrm.tables.fields import GRADE
from xlcrm.tables.relationship import GRADE_ROSTER
from xlcrm.tables.weights import assessment_keys, settled_weights

if TYPE_CHECKING:
    from xlcrm.compute.facts import Objects

ASSESSMENTS: Final = "relationship_assessments"
ADVICE_OF: Final = dict(zip(GRADE.values, ("维持关系", "改善关系", "终止关系"), strict=True))
"""客户等级 -> 建议: both follow from the same two limits (M08)."""
_HIGHEST: Final = 100
_DECIMALS: Final = 2
"""A score is judged as it is shown, so that 80.00 is never a B."""


_WHOLE: Final = {
    "who": "str",
    "customer_id": "str",
    "name": "str",
    "grade": "str",
    "final_score": "float64",
    "assessed_on": "datetime64[ns]",
    "advice": "str",
    "place": "int64",
}
"""Columns of a frame of assessments."""


def final_scores(facts: Facts) -> pd.Series:
    """最终得分 of the assessment that each row belongs to: the sum of weight times score.

    NaN where the weights are not 100% (V18), or a score is missing or not from 0 to 100 (V19): never guessed.
    """
    frame = facts.frame(ASSESSMENTS)
    keys = assessment_keys(frame)
    score = frame["score"].where((frame["score"] >= 0) & (frame["score"] <= _HIGHEST))
    part = settled_weights(frame) * score
    total = part.groupby(keys).transform("sum")
    whole = part.isna().astype("float64").groupby(keys).transform("max") == 0
    return total.where(whole).round(_DECIMALS)


def assessed(facts: Facts) -> pd.DataFrame:
    """final_score, grade and advice of each row of 客户关系评估表; grade and advice are blank without a rule.

    The upper limit of M08 is where A类 begins, the lower one where B类 does.
    """
    score = final_scores(facts)
    grade = pd.Series(None, index=score.index, dtype="str")
    for rule in facts.active:
        if rule.effect is Effect.GRADE:
            known = match(rule.when, facts) & score.notna().to_numpy() & grade.isna().to_numpy()
            best, good = max(rule.limits), min(rule.limits)
            of_score = np.select([score >= best, score >= good], GRADE.values[:2], default=GRADE.values[2])
            grade = grade.where(~known, pd.Series(of_score, index=score.index, dtype="str"))
    return pd.DataFrame({"final_score": score, "grade": grade, "advice": grade.map(ADVICE_OF).astype("str")})


def assessment_columns(facts: Facts) -> dict[str, Objects]:
    """最终得分, 客户等级 and 建议 beside the assessments."""
    found = assessed(facts)
    return {str(key): objects(found[key]) for key in found}


def grade_roster(facts: Facts) -> pd.DataFrame:
    """客户分级名册: each customer's newest assessment, by grade, score from high to low, and id.

    The newest is the one with the latest 评估日期 up to now; one without a date gives way to any that has
    one; of equals the lower row. Where the newest has no score, the customer stands at the end without one:
    an older grade would be passed off as today's. An assessment that names no customer is left out.
    """
    assessments = newest_assessments(facts)
    order = assessments.assign(
        rank=assessments["grade"].map({name: place for place, name in enumerate(GRADE.values)}),
        falling=-assessments["final_score"],
    ).sort_values(["rank", "falling", "customer_id", "name"], na_position="last", kind="stable")
    return order[[item.key for item in GRADE_ROSTER.columns]].reset_index(drop=True)


def newest_assessments(facts: Facts) -> pd.DataFrame:
    """One row a customer: customer_id, name, grade, final_score, assessed_on and advice."""
    return whole_assessments(facts).drop_duplicates("who", keep="last").reset_index(drop=True)


def whole_assessments(
    facts: Facts, scored: pd.DataFrame | None = None, keys: pd.Series | None = None
) -> pd.DataFrame:
    """One row an assessment up to now, each customer's newest one last.

    Args:
        facts: the run.
        scored: what `assessed` gave, worked out here if not said.
        keys: what `assessment_keys` gave, worked out here if not said.

    Columns: who (the customer's id, else the name), customer_id, name, grade, final_score, assessed_on,
    advice, and place (position of its last row); index the assessment's key.
    """
    frame = facts.frame(ASSESSMENTS)
    if frame.empty:
        return pd.DataFrame({key: pd.Series(dtype=dtype) for key, dtype in _WHOLE.items()})
    scored = assessed(facts) if scored is None else scored
    rows = scored.assign(
        assessment=assessment_keys(frame) if keys is None else keys,
        customer_id=_known(facts, "customer_id"),
        name=_known(facts, "name"),
        assessed_on=frame["assessed_on"],
        place=np.arange(len(frame)),
    )
    rows["who"] = rows["customer_id"].fillna(rows["name"])
    ahead = (frame["assessed_on"] > facts.now).groupby(rows["assessment"]).transform("any")
    rows = rows[rows["assessment"].notna() & rows["who"].notna() & ~ahead.fillna(value=True).astype(bool)]
    whole = rows.groupby("assessment", sort=False).agg(
        who=("who", "first"),
        customer_id=("customer_id", "first"),
        name=("name", "first"),
        grade=("grade", "first"),
        final_score=("final_score", "first"),
        assessed_on=("assessed_on", "max"),
        advice=("advice", "first"),
        place=("place", "max"),
    )
    return whole.sort_values(["assessed_on", "place"], na_position="first", kind="stable")


def _known(facts: Facts, key: str) -> pd.Series:
    """What the register says of each row's customer, else what the row itself says."""
    return facts.of_rows(ASSESSMENTS, key).fillna(facts.frame(ASSESSMENTS)[key])
