"""共性需求: needs that several customers named, on the register or in the records of talks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, joined, shown
from xlcrm.analysis.contacts import different
from xlcrm.analysis.lines import Lines, leader, ranked, ratio
from xlcrm.compute.facts import moments, nothing
from xlcrm.compute.subjects import CUSTOMER_TAGS, carried, first_written
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers, Objects

_TABLES: Final = ("customers", "followup_records")
_MOST: Final = 20
_NAMED: Final = 5
"""Customers that stand beside a need by name."""


@dataclass(frozen=True)
class Needs:
    """Every cell that names a need, of customers on the register.

    Attributes:
        names: of the needs, as they were written first.
        cells: one row a cell and need: need (place in names), code (account), table, place, at (NaT for the
            register, which tells no day).
    """

    names: Objects
    cells: pd.DataFrame


def named_needs(scope: Scope) -> Needs:
    """What the register and the talks up to now name; width and case do not tell two needs apart."""
    facts = scope.facts
    texts = {name: facts.frame(name)[CUSTOMER_TAGS] for name in _TABLES}
    written = first_written(pd.concat(texts.values(), ignore_index=True))
    known = {tag: code for code, tag in enumerate(written)}
    parts = []
    for name in _TABLES:
        rows, needs = carried(texts[name], known)
        touched = BY_NAME[name].touched
        at = moments(facts.frame(name)[touched])[rows] if touched else nothing(len(rows))
        code = facts.codes(name)[rows]
        keep = (code >= 0) & ~(at > facts.now_at)
        table = pd.array([name], dtype="str").repeat(int(keep.sum()))
        own = {"need": needs[keep], "code": code[keep], "table": table}
        parts.append(pd.DataFrame({**own, "place": rows[keep], "at": at[keep]}))
    names = np.array([*written.values(), None], dtype=object)[:-1]
    return Needs(names, pd.concat(parts, ignore_index=True))


def _common(scope: Scope) -> Filled:
    """Needs of so many customers as 参数表 says, or more; the one of most customers first."""
    found, least = scope.once(named_needs), scope.facts.parameters.common_need
    cells = found.cells
    need, code = cells["need"].to_numpy(), cells["code"].to_numpy()
    month = scope.within(cells["at"].to_numpy(dtype="datetime64[s]"))
    common = different(Lines(tuple(found.names), need), code) >= least
    if not common.any():
        keys = [item.key for item in NEEDS_PANEL.columns if item.kind is not Kind.LINK]
        return Filled(pd.DataFrame(columns=keys), f"{scope.as_of} 没有{least}位以上客户提到的同一需求")
    talks = len(scope.facts.frame("followup_records")) > 0
    lines = ranked(found.names[need], _MOST, lambda lines: different(lines, code), counted=common[need])
    customers = different(lines, code)
    rows = pd.DataFrame(
        {
            "need": list(lines.names),
            "customers": customers,
            "share": ratio(customers, np.full(len(lines), len(scope.facts.account_ids))),
            "month": different(lines, code, month) if talks else np.nan,
            "who": [_names(scope, np.unique(code[lines.of == line])) for line in range(len(lines))],
        }
    )
    top = leader(lines, customers)
    caption = f"{scope.as_of} {int(common.sum())}项需求有{least}位以上客户提到"
    if top is not None:
        caption += f"，{lines.names[top][:12]}最多，{customers[top]}位"
    return Filled(rows, caption, _behind(found, lines))


def _names(scope: Scope, codes: Integers) -> str:
    """甲公司、乙公司等7位: the first customers by name, in the order of the register."""
    known, ids = scope.facts.of_accounts("name"), scope.facts.account_ids
    first = codes[:_NAMED]
    names = "、".join(known.iloc[first].fillna(pd.Series(ids[first], index=first)).tolist())
    return f"{names}等{len(codes)}位" if len(codes) > _NAMED else names


def _behind(found: Needs, lines: Lines) -> pd.DataFrame:
    """The talks, the newest first, then the rows of the register."""
    parts = []
    for name in reversed(_TABLES):
        own = found.cells[(found.cells["table"] == name) & (lines.of >= 0)]
        own = own.sort_values("at", ascending=False, kind="stable")
        names = found.names[own["need"]]
        parts.append(behind(name, lines.of[own.index], own["place"], at=own["at"], text=names))
    return joined(*parts)


NEEDS_PANEL: Final = Panel(
    name="needs",
    title="共性需求",
    columns=(
        shown("need", "需求", Kind.TEXT),
        shown("customers", "客户数"),
        shown("share", "占登记客户", Kind.PERCENT),
        shown("month", "本月提到的客户数"),
        shown("who", "哪些客户", Kind.LONG),
        detail(),
    ),
    rows=_MOST,
    make=_common,
    needs=("customers",),
    chart=Chart(ChartKind.BARS, "need", ("customers",)),
    note="取自客户信息总表和跟进记录的需求标签；下限见参数表“共性需求客户数”",
)
