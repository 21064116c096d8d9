"""沉睡客户: who fell silent, by the person who looks after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Figure, Filled, Kind, Panel, behind, detail, shown
from xlcrm.analysis.lines import ranked, ratio, share_text
from xlcrm.analysis.sources.register import on_file
from xlcrm.compute.accounts import DORMANT

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Moments

_PEOPLE: Final = 20


def _standing(scope: Scope) -> tuple[Flags, Flags, Flags, Moments]:
    """(accounts,) on file by the month's end; 沉睡; not yet, but suggested; the last contact."""
    facts, columns = scope.facts, scope.run.columns["customers"]
    dormant = (facts.of_accounts("stage") == DORMANT).to_numpy(dtype=bool, na_value=False)
    suggested = (columns["suggested_stage"] == DORMANT)[facts.account_rows] & ~dormant
    last = columns["last_touch_at"][facts.account_rows]
    return on_file(scope, scope.month), dormant, suggested, last


def _dormant(scope: Scope) -> Filled:
    """沉睡客户: of the customers of each person, those in stage 沉睡, and those that should be."""
    here, dormant, suggested, last = scope.once(_standing)
    if not here.any():
        return DORMANT_PANEL.without_rows(f"{scope.period} 没有登记客户")
    asleep, quiet = here & dormant, here & suggested
    lines = ranked(
        scope.facts.of_accounts("owner"),
        _PEOPLE,
        lambda lines: lines.count(asleep) * (len(here) + 1) + lines.count(quiet),
        counted=here,
    )
    count, customers = lines.count(asleep), lines.count()
    rows = pd.DataFrame(
        {
            "person": list(lines.names),
            "customers": customers,
            "dormant": count,
            "share": ratio(count, customers),
            "suggested": lines.count(quiet),
        }
    )
    total = int(asleep.sum())
    caption = (
        f"{scope.period} 沉睡客户{total}位，占{share_text(total, int(here.sum()))}（n={int(here.sum())}）"
    )
    if quiet.any():
        caption += f"，另有{int(quiet.sum())}位建议转为沉睡"
    listed = np.flatnonzero(asleep | quiet)
    # Who was never contacted comes first: NaT is the least of all integers.
    order = listed[np.lexsort((last[listed].astype(np.int64), ~asleep[listed]))]
    text = np.where(asleep[order], DORMANT, f"建议转为{DORMANT}")
    places = scope.facts.account_rows[order]
    return Filled(rows, caption, behind("customers", lines.of[order], places, at=last[order], text=text))


def dormant_card(scope: Scope) -> Figure:
    """沉睡客户占比 of everybody on file."""
    here, dormant, _, _ = scope.once(_standing)
    n = int(here.sum())
    count = int((here & dormant).sum())
    return Figure(count / n if n else None, f"{count}位；n={n}" if n else "")


DORMANT_PANEL: Final = Panel(
    name="dormant",
    title="沉睡客户",
    columns=(
        shown("person", "负责人", Kind.PERSON),
        shown("customers", "客户数"),
        shown("dormant", "沉睡客户数"),
        shown("share", "沉睡占比", Kind.PERCENT),
        shown("suggested", "建议转为沉睡"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_dormant,
    needs=("customers",),
    chart=Chart(ChartKind.BARS, "person", ("dormant", "suggested")),
    note="月末在册客户，客户阶段以当前登记为准；建议转为沉睡 见客户信息总表“建议阶段”",
)
