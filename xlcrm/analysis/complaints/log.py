"""The complaints up to now, column by column: what the panels of 投诉分析月报 count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import behind, nothing_behind
from xlcrm.analysis.lines import Lines, ranked
from xlcrm.analysis.sources.tally import first
from xlcrm.compute.clocks.events import SOLVED
from xlcrm.compute.facts import NAT, moments, objects
from xlcrm.periods import is_date_only

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Moments, Objects
    from xlcrm.compute.states.measures import Floats

TABLE: Final = "complaints"
LEVELS: Final = ("一般", "严重", "重大")
UNGRADED: Final = "未定"
IN_A_ROW: Final = 3
"""A problem seen in so many months, one after the other, calls for more than its own solution."""
TOP: Final = 3
_ALL: Final = 1_000_000
_SECONDS: Final = 3600


@dataclass(frozen=True)
class Complaints:
    """All complaints that were received up to now; every array has one value a complaint.

    Attributes:
        place: position in the table's frame.
        at: when it was received.
        month: of that, datetime64[M].
        kind, issue, department, level, content: 投诉类型, 高频问题, 责任部门, 投诉等级, 投诉内容; or None.
        grade: 客户等级, UNGRADED where it is not known.
        solved: whether it was solved or closed up to now.
        hours: from 投诉日期 to 解决时间 by the clock on the wall; NaN where either is not known or the end
            lies first. Where one of the two is a day without a time, whole days count.
    """

    place: Integers
    at: Moments
    month: Moments
    kind: Objects
    issue: Objects
    department: Objects
    level: Objects
    content: Objects
    grade: Objects
    solved: Flags
    hours: Floats

    def within(self, *months: np.datetime64) -> Flags:
        """(n,) whether each was received in one of the months."""
        flags: Flags = np.isin(self.month, np.array(months, dtype="datetime64[M]"))
        return flags

    def mean_hours(self, lines: Lines) -> Floats:
        """(lines,) hours to the solution."""
        return lines.mean(self.hours)

    def has_begun(self, month: np.datetime64) -> bool:
        """Whether complaints were recorded by the end of a month; before that there is no data."""
        return bool((self.month <= month).any())

    @cached_property
    def _order(self) -> Integers:
        """Unsolved ones first, then the graver, then the newer."""
        gravity = pd.Index(LEVELS).get_indexer(pd.Index(self.level))
        return np.lexsort((-self.at.astype(np.int64), -gravity, self.solved))

    def behind(self, lines: Lines) -> pd.DataFrame:
        """The complaints of each line, with the hours to their solution and what they say."""
        own = self._order[lines.of[self._order] >= 0]
        if not len(own):
            return nothing_behind()
        return behind(
            TABLE,
            lines.of[own],
            self.place[own],
            at=self.at[own],
            amount=self.hours[own],
            text=self.content[own],
        )


def complaints(scope: Scope) -> Complaints:
    """Read the complaints of a run; those that lie after now do not exist yet."""
    facts = scope.facts
    frame = facts.frame(TABLE)
    received = moments(frame["received_at"])
    place = np.flatnonzero(received <= facts.now_at)
    at = received[place]

    def own(key: str) -> Objects:
        return objects(facts.values(TABLE, key))[place]

    resolved = moments(facts.values(TABLE, "resolved_at"))[place]
    resolved = np.where(resolved <= facts.now_at, resolved, NAT)
    grade = objects(facts.of_rows(TABLE, "grade"))[place]
    return Complaints(
        place,
        at,
        at.astype("datetime64[M]"),
        own("complaint_type"),
        own("issue"),
        own("department"),
        own("level"),
        own("content"),
        np.where(blank(grade), UNGRADED, grade),
        ~np.isnat(resolved) | np.isin(own("status").astype(str), SOLVED),
        _hours(at, resolved),
    )


def received(scope: Scope) -> Flags:
    """(n,) whether each of the complaints was received in the reported month."""
    return scope.once(complaints).within(scope.month)


def _hours(start: Moments, stop: Moments) -> Floats:
    by_day = is_date_only(start) | is_date_only(stop)
    days = (stop.astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.float64) * 24
    hours = np.where(by_day, days, (stop - start).astype("timedelta64[s]").astype(np.float64) / _SECONDS)
    known = ~np.isnat(start) & ~np.isnat(stop) & (hours >= 0)
    return np.where(known, hours, np.nan)


def named_issues(found: Complaints, counted: Flags) -> Lines:
    """One line a problem of the complaints that count, the most frequent first; unnamed ones are in none."""
    return ranked(found.issue, _ALL, counted=counted & ~blank(found.issue))


def top_issues(found: Complaints, counted: Flags, most: int) -> Lines:
    """The first three problems, and those that are as frequent as the third."""
    lines = named_issues(found, counted)
    counts = lines.count()
    shown = TOP if len(lines) <= TOP else int((counts >= counts[TOP - 1]).sum())
    return first(lines, min(shown, most))


def repeated_issues(found: Complaints, month: np.datetime64, most: int) -> tuple[Lines, int]:
    """The problems seen in a month and in each of the two before it, and how many these are in all."""
    span = [month - np.timedelta64(back, "M") for back in range(IN_A_ROW)]
    lines = named_issues(found, found.within(*span))
    always = np.ones(len(lines), dtype=bool)
    for each in span:
        always &= lines.count(found.within(each)) > 0
    kept = np.flatnonzero(always)
    place = np.full(len(lines) + 1, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    chosen = Lines(tuple(lines.names[line] for line in kept.tolist()), place[lines.of])
    return first(chosen, most), len(kept)


def usual(labels: Objects, lines: Lines) -> list[str | None]:
    """(lines,) the label that most rows of each line have, of equals the first by name; None without any."""
    chosen: list[str | None] = []
    for line in range(len(lines)):
        own = [label for label in labels[lines.of == line].tolist() if label is not None]
        chosen.append(min(set(own), key=lambda label: (-own.count(label), label)) if own else None)
    return chosen


def blank(labels: Objects) -> Flags:
    """(n,) whether each label is None."""
    return pd.isna(labels)
