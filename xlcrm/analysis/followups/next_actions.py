"""下一步行动: what was promised in talks, and whether it was done in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.lines import Lines, compared, ranked, ratio, share_text
from xlcrm.analysis.sources.judged import DECIDED, LATE, LATE_OPEN, MET_IN_TIME, OPEN, judged

if TYPE_CHECKING:
    from xlcrm.analysis.base import Figure
    from xlcrm.analysis.scope import Scope

_PEOPLE: Final = 20
_NEXT_ACTION: Final = ("followup_records", "下一步")
"""Table and clock of 下一步行动: kept by its 完成日期, else by the customer's next record."""


def _next_actions(scope: Scope) -> pd.DataFrame:
    every = scope.once(judged)
    table, clock = _NEXT_ACTION
    return every[(every["table"] == table) & (every["clock"] == clock)].reset_index(drop=True)


def _kept(scope: Scope) -> Filled:
    """下一步行动: of what was due in the month, what each person did in time."""
    found = scope.once(_next_actions)
    counted = (found["month"] == str(scope.month)).to_numpy()
    if not counted.any():
        known = _NEXT_ACTION in scope.run.clocks
        words = "没有要完成的下一步行动" if known else "没有启用“下一步行动”的规则，无法统计"
        return KEPT_PANEL.without_rows(f"{scope.period} {words}")
    outcome = found["outcome"].to_numpy(dtype=object)
    decided = np.isin(outcome, DECIDED)
    lines = ranked(
        found["owner"],
        _PEOPLE,
        lambda lines: ratio(lines.count(outcome == MET_IN_TIME), lines.count(decided)),
        size=lambda lines: lines.count(),
        counted=counted,
    )
    met, n = lines.count(outcome == MET_IN_TIME), lines.count(decided)
    rows = pd.DataFrame(
        {
            "person": list(lines.names),
            "n": n,
            "met": met,
            "late": lines.count(outcome == LATE),
            "breached": lines.count(outcome == LATE_OPEN),
            "rate": ratio(met, n),
            "open": lines.count(outcome == OPEN),
        }
    )
    total = int(n.sum())
    rate = f"按时完成率{share_text(int(met.sum()), total)}（n={total}）" if total else "均未到完成时限"
    return Filled(rows, f"{scope.period} 下一步行动{rate}", _actions_behind(scope, found, lines))


def _actions_behind(scope: Scope, found: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """The records whose next actions were not kept in time, the longest ago first; then the others."""
    missed = found["outcome"].isin([LATE, LATE_OPEN]).to_numpy()
    order = np.lexsort((found["due"].to_numpy(), ~missed))
    own = found.iloc[order]
    texts = scope.facts.frame(_NEXT_ACTION[0])["next_action"].iloc[own["place"]]
    return behind(_NEXT_ACTION[0], lines.of[order], own["place"], at=own["due"], text=texts)


def kept_card(scope: Scope) -> Figure:
    """按时完成率 of the month and its change on the month before."""
    found = scope.once(_next_actions)
    rates = []
    for month in (scope.month, scope.before):
        outcome = found["outcome"][found["month"] == str(month)]
        n = int(outcome.isin(DECIDED).sum())
        rates.append((int((outcome == MET_IN_TIME).sum()) / n if n else None, n))
    (now, n), (was, _) = rates
    return compared(now, was, more_is_good=True, points=True, rests=f"n={n}" if n else "")


KEPT_PANEL: Final = Panel(
    name="kept",
    title="下一步行动按时完成",
    columns=(
        shown("person", "跟进人", Kind.PERSON),
        shown("n", "已到期"),
        shown("met", "按时完成"),
        shown("late", "超时完成"),
        shown("breached", "超时未完成"),
        shown("rate", "按时完成率", Kind.PERCENT),
        shown("open", "未到期"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_kept,
    needs=(_NEXT_ACTION[0],),
    chart=Chart(ChartKind.BARS, "person", ("rate",)),
    note="按完成时限所在月份；填了完成日期以其为准，否则以该客户下一次跟进为完成",
)
