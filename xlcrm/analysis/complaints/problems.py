"""Of what customers complained in a month: kinds, problems, departments, and what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Filled
from xlcrm.analysis.complaints.log import (
    IN_A_ROW,
    UNGRADED,
    blank,
    complaints,
    received,
    repeated_issues,
    top_issues,
    usual,
)
from xlcrm.analysis.lines import Lines, filled, leader, ranked, ratio, share_text
from xlcrm.analysis.sources.tally import short
from xlcrm.tables.fields import GRADE

if TYPE_CHECKING:
    from xlcrm.analysis.complaints.log import Complaints
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Objects
    from xlcrm.compute.states.measures import Floats

MOST_KINDS: Final = 10
MOST_TOP: Final = 10
MOST_REPEATED: Final = 10
GRADES: Final = {
    **dict(zip(("grade_a", "grade_b", "grade_c"), GRADE.values, strict=True)),
    "ungraded": UNGRADED,
}
"""Key of a column -> 客户等级."""


def _nothing(scope: Scope) -> str:
    return f"{scope.period} 没有投诉"


def _distribution(scope: Scope, key: str, labels: Objects) -> Filled:
    """Complaints of the month by one of their columns, the most frequent first."""
    found = scope.once(complaints)
    ours = scope.once(received)
    lines = ranked(labels, MOST_KINDS, counted=ours)
    counts, whole = lines.count(), int(ours.sum())
    rows = pd.DataFrame(
        {
            key: list(lines.names),
            "count": counts,
            "share": ratio(counts, np.full(len(lines), whole)),
            "before": _before(found, scope, lines, labels),
            "solved": lines.count(found.solved),
            "hours": found.mean_hours(lines),
        }
    )
    if not whole:
        return Filled(rows, _nothing(scope))
    top = leader(lines, counts)
    most = (
        ""
        if top is None
        else f"，最多的是{short(lines.names[top])}（{counts[top]}件，{share_text(counts[top], whole)}）"
    )
    return Filled(rows, f"{scope.period} 投诉{whole}件{most}", found.behind(lines))


def _before(found: Complaints, scope: Scope, lines: Lines, labels: Objects) -> Floats:
    """(lines,) complaints of the month before; the rest has those of no other line. NaN without data."""
    if not found.has_begun(scope.before):
        return np.full(len(lines), np.nan)
    names = filled(labels[found.within(scope.before)])
    counts = np.array([(names == name).sum() for name in lines.names], dtype=np.float64)
    if lines.rest >= 0:
        counts[lines.rest] = len(names) - counts.sum()
    return counts


def kinds(scope: Scope) -> Filled:
    """What kinds of complaints came in, 投诉类型."""
    return _distribution(scope, "kind", scope.once(complaints).kind)


def departments(scope: Scope) -> Filled:
    """Whose complaints they are, 责任部门."""
    return _distribution(scope, "department", scope.once(complaints).department)


def top(scope: Scope) -> Filled:
    """TOP 3 of 高频问题."""
    found = scope.once(complaints)
    ours = scope.once(received)
    lines = top_issues(found, ours, MOST_TOP)
    counts, whole = lines.count(), int(ours.sum())
    rows = pd.DataFrame(
        {
            "issue": list(lines.names),
            "count": counts,
            "share": ratio(counts, np.full(len(lines), whole)),
            "before": _before(found, scope, lines, found.issue),
            "department": pd.array(usual(found.department, lines), dtype="str"),
        }
    )
    return Filled(rows, _top_text(scope, found, lines), found.behind(lines))


def _top_text(scope: Scope, found: Complaints, lines: Lines) -> str:
    ours = scope.once(received)
    whole, unnamed = int(ours.sum()), int((ours & blank(found.issue)).sum())
    if not whole:
        return _nothing(scope)
    rest = f"；{unnamed}件未填高频问题" if unnamed else ""
    if not len(lines):
        return f"{scope.period} 投诉{whole}件{rest}"
    count = int(lines.count()[0])
    return f"{scope.period} 首位是{short(lines.names[0])}（{count}件，{share_text(count, whole)}）{rest}"


def repeated(scope: Scope) -> Filled:
    """The problems that came in three months, one after the other (C33)."""
    found = scope.once(complaints)
    lines, number = repeated_issues(found, scope.month, MOST_REPEATED)
    months = [scope.month - np.timedelta64(back, "M") for back in range(IN_A_ROW)]
    now, last, first = (lines.count(found.within(month)) for month in months)
    rows = pd.DataFrame(
        {
            "issue": list(lines.names),
            "first": first,
            "last": last,
            "now": now,
            "total": lines.count(),
            "department": pd.array(usual(found.department, lines), dtype="str"),
        }
    )
    span = f"{months[-1]} 至 {months[0]}"
    if not number:
        return Filled(rows, f"{span} 没有连续{IN_A_ROW}个月出现的问题")
    top = f"{short(lines.names[0])}（共{lines.count()[0]}件）"
    return Filled(rows, f"{span} 连续{IN_A_ROW}个月出现的问题{number}个，首位是{top}", found.behind(lines))


def grades(scope: Scope) -> Filled:
    """Which customers complain of what: kinds by 客户等级."""
    found = scope.once(complaints)
    lines = ranked(found.kind, MOST_KINDS, counted=scope.once(received))
    by_grade = {key: lines.count(found.grade == grade) for key, grade in GRADES.items()}
    rows = pd.DataFrame({"kind": list(lines.names), **by_grade, "total": lines.count()})
    if not len(lines):
        return Filled(rows, _nothing(scope))
    of_grades = [int(counts.sum()) for counts in by_grade.values()]
    told = "，".join(
        f"{grade}{count}件" for grade, count in zip(GRADES.values(), of_grades, strict=True) if count
    )
    return Filled(rows, f"{scope.period} 投诉来自{told}", found.behind(lines))


def measures(scope: Scope) -> Filled:
    """The month's most frequent problems, for the user to say what is done about them."""
    found = scope.once(complaints)
    lines = top_issues(found, scope.once(received), MOST_TOP)
    rows = pd.DataFrame(
        {
            "month": [str(scope.month)] * len(lines),
            "issue": list(lines.names),
            "count": lines.count(),
            "department": pd.array(usual(found.department, lines), dtype="str"),
        }
    )
    if not len(lines):
        return Filled(rows, f"{scope.period} 没有高频问题")
    return Filled(rows, f"{scope.period} 请为{len(lines)}个高频问题填写改进措施，其他月份的文字保留")
