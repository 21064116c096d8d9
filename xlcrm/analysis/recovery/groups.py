"""The month's recovery cases by urgency, kind, trigger and person, and how all relations stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Column, Filled, Kind, Panel, detail, shown
from xlcrm.analysis.lines import fixed, leader, ranked, ratio
from xlcrm.analysis.recovery.cases import OWN_MONTH, behind_lines, cases
from xlcrm.compute.lists.recovery import CASES
from xlcrm.tables.recovery import RECOVERY_CASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlcrm.analysis.lines import Lines
    from xlcrm.analysis.recovery.cases import Cases
    from xlcrm.analysis.scope import Scope

_GROUPS_SHOWN: Final = 12


def _columns_of(every: Cases, scope: Scope, lines: Lines) -> dict[str, object]:
    """What a group of cases came to in the month."""
    response, rating, again = every.dimensions.values()
    shown_now = [item.within(scope) for item in (response, rating, again)]
    came = scope.within(every.received)
    return {
        "cases": lines.count(came),
        "responses": lines.count(shown_now[0]),
        "response_rate": ratio(lines.count(shown_now[0] & response.met), lines.count(shown_now[0])),
        "ratings": lines.count(shown_now[1]),
        "rating": lines.mean(np.where(shown_now[1], rating.figures, np.nan)),
        "followed": lines.count(shown_now[2]),
        "repurchase_rate": ratio(lines.count(shown_now[2] & again.met), lines.count(shown_now[2])),
        "unmet": np.nan_to_num(lines.total(every.unmet)).astype(np.int64),
    }


def _grouped(key: str, names: tuple[str, ...]) -> Callable[[Scope], Filled]:
    def make(scope: Scope) -> Filled:
        every = scope.once(cases)
        if names:
            lines = fixed(names, every.frame[key], every.touched, others=True)
        else:
            came = scope.within(every.received)
            lines = ranked(
                every.frame[key], _GROUPS_SHOWN, lambda made: made.count(came), counted=every.touched
            )
        if not every.touched.any():
            return Filled(pd.DataFrame(columns=["name", *_columns_of(every, scope, lines)]), nothing(scope))
        rows = pd.DataFrame({"name": lines.names, **_columns_of(every, scope, lines)})
        counts = rows["cases"].to_numpy()
        caption = f"{scope.period} 受理{counts.sum()}件"
        top = leader(lines, counts)
        if top is not None:
            caption += f"，{lines.names[top]}最多（{counts[top]}件）"
        return Filled(rows, caption, behind_lines(every, lines))

    return make


def nothing(scope: Scope) -> str:
    """The caption of a panel without cases."""
    return f"{scope.period} 没有恢复案例"


def relations(scope: Scope) -> Filled:
    """How all relations stand whose cases came in by the month's end."""
    every = scope.once(cases)
    known = every.received <= scope.until
    words = RECOVERY_CASES.by_key["relation"].choice.values  # type: ignore[union-attr] # noqa: PD011 - declared with a choice, no frame
    lines = fixed(words, every.frame["relation"], known, others=True)
    count = lines.count()
    total = int(count.sum())
    rows = pd.DataFrame({"name": lines.names, "cases": count, "share": ratio(count, total)})
    if not total:
        return Filled(rows.iloc[:0], nothing(scope))
    lost, restored = count[words.index("已流失")], count[words.index("已恢复")]
    caption = f"截至{_day(scope)} {total}件中已恢复{restored}件，已流失{lost}件"
    return Filled(rows, caption, behind_lines(every, lines))


def _day(scope: Scope) -> str:
    return str(scope.until.astype("datetime64[D]"))


_GROUP: Final[tuple[Column, ...]] = (
    shown("cases", "受理件数"),
    shown("responses", "响应评估数"),
    shown("response_rate", "响应达标率", Kind.PERCENT),
    shown("ratings", "评分数"),
    shown("rating", "平均满意度", Kind.NUMBER),
    shown("followed", "复购评估数"),
    shown("repurchase_rate", "3个月复购率", Kind.PERCENT),
    shown("unmet", "未达标项数"),
    detail(),
)


def group_panel(key: str, title: str, heading: str, names: tuple[str, ...] = ()) -> Panel:
    """A panel of the month's cases by one column; its lines are ranked unless `names` gives them."""
    kind = ChartKind.COLUMNS if names else ChartKind.BARS
    return Panel(
        name=f"by_{key}",
        title=title,
        columns=(shown("name", heading, Kind.TEXT), *_GROUP),
        rows=len(names) + 1 if names else _GROUPS_SHOWN,
        make=_grouped(key, names),
        needs=(CASES,),
        chart=Chart(kind, "name", ("cases", "unmet")),
        note=f"当月受理或当月有评估结果的案例。{OWN_MONTH}",
    )
