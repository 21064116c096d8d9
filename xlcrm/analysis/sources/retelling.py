"""What the list of tasks was like at an earlier moment, as far as today's cells can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np

from xlcrm.compute.lists.due_list import OVERDUE, STATES, state_counts
from xlcrm.compute.run import find
from xlcrm.rules.base import RuleKind

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Facts
    from xlcrm.rules.base import Rule

NEWEST_ONLY: Final = frozenset({"updated_on", "updated_at", "followed_up_at"})
"""Keys of cells that are typed over each time (最后更新日期): what stood there before, nobody knows."""


def can_be_retold(rule: Rule) -> bool:
    """Whether it can be told of an earlier moment what a rule asked for then.

    Not where it rests on a cell that shows the newest time only, as 上次完成 of a calendar rule does, too.
    """
    places = [item.place for item in (*rule.start.items, *rule.stop.items) if item.place]
    return rule.kind is not RuleKind.CALENDAR and not any(place.key in NEWEST_ONLY for place in places)


def overdue(scope: Scope, month: np.datetime64) -> int:
    """Overdue tasks at the end of a month, or now, of the rules of which that can be told.

    The same workbook is worked out as it was known then.
    """
    facts, end = scope.facts, scope.end_of(month)
    late = STATES[OVERDUE]
    if end == facts.now_at:
        untold = _of_rules(facts, scope.run.tasks, retold=False)
        return scope.run.shown.counts[late] - state_counts(facts, untold)[late]
    now = cast("dt.datetime", end.astype(object))
    then = facts.at(now)
    return state_counts(then, _of_rules(then, find(then).tasks, retold=True))[late]


def _of_rules(facts: Facts, tasks: pd.DataFrame, *, retold: bool) -> pd.DataFrame:
    rules = np.array([can_be_retold(rule) for rule in facts.rules.rules], dtype=bool)
    own: pd.DataFrame = tasks[rules[tasks["rule"].to_numpy()] == retold]
    return own
