"""What became of clocks, counted by the lines of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Kind, behind, nothing_behind, shown
from xlcrm.analysis.lines import Lines, filled, ranked, rate_text, ratio
from xlcrm.analysis.sources.judged import FAULTY, LATE, LATE_OPEN, MET_IN_TIME, OPEN, UNJUDGED
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.compute.facts import Facts, Integers, Objects
    from xlcrm.compute.states.measures import Floats

SUBJECTS: Final = {
    "complaints": "投诉",
    "service_issues": "服务问题",
    "recovery_cases": "关系恢复",
    "presales": "售前咨询",
    "orders": "订单",
    "service_pushes": "推送",
    "customers": "客户",
    "followup_records": "跟进",
    "improvement_actions": "改进计划",
    "maintenance_plans": "维护方案",
    "relationship_strengthening": "关系强化",
}
"""Table with clocks -> what its rows are called in short; others by the title of their sheet."""
_OUTCOMES: Final = (LATE_OPEN, LATE, OPEN, MET_IN_TIME, FAULTY, UNJUDGED)
"""In the order in which the rows behind a figure are worth a look."""
_SAID: Final = ("超时未完成", "超时完成", "进行中", "按时完成", "数据异常", "启用日期前，未评判")
HOUR: Final = 60
MOST_LEVELS: Final = 12
_NAME: Final = 12


def in_month(clocks: pd.DataFrame, month: np.datetime64) -> pd.DataFrame:
    """The clocks that started in a month."""
    return clocks[(clocks["month"] == str(month)).to_numpy()].reset_index(drop=True)


def ranks(clocks: pd.DataFrame) -> Integers:
    """(n,) places of the outcomes in the order in which they are worth a look."""
    return np.asarray(pd.Index(_OUTCOMES).get_indexer(pd.Index(clocks["outcome"])), dtype=np.int64)


@dataclass(frozen=True)
class Tally:
    """What became of the clocks of each line: (lines,) counts and the rate of attainment."""

    cases: Integers
    met: Integers
    late: Integers
    breached: Integers
    open: Integers

    @classmethod
    def of(cls, clocks: pd.DataFrame, lines: Lines) -> Tally:
        """Counted on a frame of clocks."""
        rank = ranks(clocks)
        breached, late, open_, met = (lines.count(rank == place) for place in range(4))
        return cls(lines.count(), met, late, breached, open_)

    @property
    def decided(self) -> Integers:
        return self.met + self.late + self.breached

    @property
    def attainment(self) -> Floats:
        """Fractions, NaN where nothing is decided."""
        return ratio(self.met, self.decided)

    def columns(self) -> dict[str, object]:
        """Key -> (lines,) cells of `COUNTED`."""
        return {
            "cases": self.cases,
            "met": self.met,
            "late": self.late,
            "breached": self.breached,
            "open": self.open,
            "decided": self.decided,
            "attainment": self.attainment,
        }


COUNTED: Final = (
    shown("cases", "时钟数"),
    shown("met", "按时完成"),
    shown("late", "超时完成"),
    shown("breached", "超时未完成"),
    shown("open", "进行中"),
    shown("decided", "判定数"),
    shown("attainment", "达成率", Kind.PERCENT),
)


def attainment_by(clocks: pd.DataFrame, labels: Objects | pd.Series, most: int) -> tuple[Lines, Tally]:
    """One line a label, the worst attained first; of too many labels those with the most clocks."""
    lines = ranked(labels, most, lambda found: -Tally.of(clocks, found).attainment, size=Lines.count)
    return lines, Tally.of(clocks, lines)


def clocks_behind(clocks: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The cases of each line: late and still open, late, open, in time; the longest overdue first in each.

    The amount is the hours past the deadline, blank where there are none.
    """
    if not len(clocks):
        return nothing_behind()
    rank, left = ranks(clocks), clocks["left"].to_numpy()
    order = np.lexsort((left, rank))
    order = order[lines.of[order] >= 0]
    name, names = pd.factorize(clocks["clock"])
    said = np.array([[f"{each}：{word}" for word in _SAID] for each in names], dtype=object)
    late = (rank <= _OUTCOMES.index(LATE)) & (left < 0)
    found = behind(
        "",
        lines.of[order],
        clocks["place"].to_numpy()[order],
        at=clocks["start"].to_numpy()[order],
        amount=np.where(late, left / -HOUR, np.nan)[order],
        text=said[name[order], rank[order]],
    )
    return found.assign(table=clocks["table"].array[order])


def clock_names(clocks: pd.DataFrame) -> Objects:
    """(n,) 投诉·响应: the clocks by what they are about."""
    names: Objects = subjects(clocks) + "·" + clocks["clock"].to_numpy(dtype=object)
    return names


def subjects(clocks: pd.DataFrame) -> Objects:
    """(n,) what the rows of each clock's table are called in short."""
    of, tables = pd.factorize(clocks["table"])
    names = [SUBJECTS.get(table) or BY_NAME[table].title for table in tables]
    return np.array(names, dtype=object)[of] if names else np.empty(0, dtype=object)


def attained_text(lines: Lines, tally: Tally) -> str:
    """达成率92%（n=50），最低的是投诉·响应 62%（n=21）: of equals the first by name."""
    decided = int(tally.decided.sum())
    if not decided:
        return f"有{int(tally.cases.sum())}个时钟，尚无一个可以判定" if len(lines) else "没有开始的时钟"
    rates = tally.attainment
    known = np.flatnonzero(~np.isnan(rates)).tolist()
    whole = f"达成率{rate_text(tally.met.sum() / decided)}（n={decided}）"
    if np.ptp(rates[known]) == 0:
        return whole
    line = min(known, key=lambda place: (rates[place], lines.names[place]))
    worst = f"{short(lines.names[line])} {rate_text(rates[line])}（n={tally.decided[line]}）"
    return f"{whole}，最低的是{worst}"


def short(name: str) -> str:
    """A name as it fits into a sentence."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def levels(facts: Facts, clocks: pd.DataFrame, of_tables: Mapping[str, str], *, named: bool = True) -> Lines:
    """One line a level of cases, in the order of the levels; none where there is no clock.

    Args:
        facts: the run.
        clocks: a frame of clocks of these tables alone.
        of_tables: table -> the column that holds its level.
        named: whether a line says what it is about, too (投诉·严重).
    """
    declared = []
    for table, key in of_tables.items():
        choice = BY_NAME[table].by_key[key].choice
        if choice and table in facts.data and facts.data[table].has(key):
            words = choice.values  # noqa: PD011 - of a choice, not of a frame
            declared += [f"{SUBJECTS[table]}·{word}" if named else word for word in words]
    labels = filled(clocks["level"])
    if named:
        labels = subjects(clocks) + "·" + labels
    others = sorted(set(labels.tolist()) - set(declared))
    return first(lines_of([*declared, *others] if len(clocks) else (), labels), MOST_LEVELS)


def first(lines: Lines, most: int) -> Lines:
    """The first lines alone; what adds to others adds to none."""
    return Lines(lines.names[:most], np.where(lines.of < most, lines.of, -1))


def lines_of(names: Sequence[str], labels: Objects | pd.Series) -> Lines:
    """Lines that are given; a row with another label adds to none."""
    of = pd.Index(list(names), dtype=object).get_indexer(pd.Index(labels, dtype=object))
    return Lines(tuple(names), np.asarray(of, dtype=np.int64))
