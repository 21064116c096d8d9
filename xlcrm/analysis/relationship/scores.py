"""The newest assessment of each customer beside the scored one before it (M08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.compute.facts import moments
from xlcrm.compute.lists.relationship import ASSESSMENTS, whole_assessments
from xlcrm.rules.base import Effect
from xlcrm.tables.fields import GRADE
from xlcrm.tables.weights import assessment_keys

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags

UP, SAME, DOWN, FIRST = "升级", "持平", "降级", "首次评估"
CHANGES: Final = (UP, SAME, DOWN, FIRST)


@dataclass(frozen=True)
class Relations:
    """What the assessments up to now say.

    Attributes:
        keys: which assessment each row of the table belongs to.
        whole: one row an assessment (see `whole_assessments`).
        newest: one row a customer, of the newest assessment, in the order of `whole`; besides its columns
            old_grade, old_score, old_at (of the last one before it that has a score) and change: one of
            `CHANGES`, NaN where the newest or the rule gives no grade.
        graded: whether the rule that grades is on.
        low: below this score a relation is not worth keeping; NaN where the rule is off.
        unseen: how many customers of the register have no assessment.
        flawed: how many customers' newest assessment has no score.
    """

    keys: pd.Series
    whole: pd.DataFrame
    newest: pd.DataFrame
    graded: bool
    low: float
    unseen: int

    @property
    def scored(self) -> Flags:
        """(customers,) whether the newest assessment has a score."""
        return self.newest["final_score"].notna().to_numpy()

    @property
    def flawed(self) -> int:
        return int((~self.scored).sum())


def relations(scope: Scope) -> Relations:
    """The newest assessment of each customer and the scored one before it."""
    facts = scope.facts
    keys = assessment_keys(facts.frame(ASSESSMENTS))
    whole = whole_assessments(facts, _scored(scope), keys)
    last = ~whole.duplicated("who", keep="last")
    newest = whole[last]
    older = whole[~last & whole["final_score"].notna()].drop_duplicates("who", keep="last").set_index("who")
    before = older.reindex(pd.Index(newest["who"]))
    newest = newest.assign(
        old_grade=before["grade"].to_numpy(),
        old_score=before["final_score"].to_numpy(),
        old_at=moments(before["assessed_on"]),
        seen_before=pd.Index(newest["who"]).isin(older.index),
    )
    rules = [rule for rule in facts.active if rule.effect is Effect.GRADE]
    known = pd.Index(newest["customer_id"].dropna())
    return Relations(
        keys,
        whole,
        newest.assign(change=_changes(newest)),
        bool(rules),
        min(rules[0].limits) if rules else np.nan,
        int((~facts.account_ids.isin(known)).sum()),
    )


def _scored(scope: Scope) -> pd.DataFrame | None:
    """最终得分, 客户等级 and 建议 as the refresh shows them beside the assessments."""
    columns = scope.run.columns.get(ASSESSMENTS)
    if columns is None:
        return None
    index = scope.facts.frame(ASSESSMENTS).index
    dtypes = {"final_score": "float64", "grade": "str", "advice": "str"}
    return pd.DataFrame({key: pd.Series(columns[key], index, dtype) for key, dtype in dtypes.items()})


def _changes(newest: pd.DataFrame) -> pd.Series:
    rank = {name: place for place, name in enumerate(GRADE.values)}
    now, was = (newest[key].map(rank).to_numpy(dtype="float64") for key in ("grade", "old_grade"))
    words = np.select(
        [np.isnan(now), ~newest["seen_before"].to_numpy(), now < was, now > was, now == was],
        ["", FIRST, UP, DOWN, SAME],
        default="",
    )
    found = pd.Series(words, index=newest.index, dtype="str")
    return found.where(found != "")
