"""共性需求: needs that several customers named, on the register or in the records of talks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, joined, shown
from xlcrm.analysis.followups.contacts import different
from xlcrm.analysis.lines import Lines, leader, ranked, ratio
from xlcrm.compute.facts import moments, nothing
from xlcrm.compute.subjects import CUSTOMER_TAGS, carried, first_written
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Integers, Moments

_TABLES: Final = ("customers", "followup_records")
_MOST: Final = 20
_NAMED: Final = 5
"""Customers that stand beside a need by name."""


@dataclass(frozen=True)
class Named:
    """The cells of one table that name needs, of customers on the register; arrays of one length.

    Attributes:
        table: its name.
        need: (n,) place among the needs.
        code: (n,) account.
        place: (n,) position in the table's frame.
        when: (n,) moment of the talk; NaT for the register, which tells no day.
    """

    table: str
    need: Integers
    code: Integers
    place: Integers
    when: Moments


@dataclass(frozen=True)
class Needs:
    """Every need that somebody named, as it was written first, and where; the talks first."""

    names: tuple[str, ...]
    cells: tuple[Named, ...]


def named_needs(scope: Scope) -> Needs:
    """What the register and the talks up to now name; width and case do not tell two needs apart."""
    facts = scope.facts
    texts = {name: facts.frame(name)[CUSTOMER_TAGS] for name in _TABLES}
    written = first_written(pd.concat(texts.values(), ignore_index=True))
    known = {tag: code for code, tag in enumerate(written)}
    found = []
    for name in reversed(_TABLES):
        rows, needs = carried(texts[name], known)
        touched = BY_NAME[name].touched
        when = moments(facts.frame(name)[touched])[rows] if touched else nothing(len(rows))
        code = facts.codes(name)[rows]
        keep = (code >= 0) & ~(when > facts.now_at)
        found.append(Named(name, needs[keep], code[keep], rows[keep], when[keep]))
    return Needs(tuple(written.values()), tuple(found))


def _common(scope: Scope) -> Filled:
    """Needs of so many customers as 参数表 says, or more; the one of most customers first."""
    found, least = scope.once(named_needs), scope.facts.parameters.common_need
    need, code = (np.concatenate([getattr(one, name) for one in found.cells]) for name in ("need", "code"))
    month = scope.within(np.concatenate([one.when for one in found.cells]))
    common = different(Lines(found.names, need), code) >= least
    if not common.any():
        return NEEDS_PANEL.without_rows(f"{scope.as_of} 没有{least}位以上客户提到的同一需求")
    talks = len(scope.facts.frame("followup_records")) > 0
    labels = np.array(found.names, dtype=object)[need]
    lines = ranked(labels, _MOST, lambda lines: different(lines, code), counted=common[need])
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
    names, parts, begin = np.array(found.names, dtype=object), [], 0
    for one in found.cells:
        of = lines.of[begin : begin + len(one.need)]
        begin += len(one.need)
        rows = np.flatnonzero(of >= 0)
        rows = rows[np.argsort(-one.when[rows].astype(np.int64), kind="stable")]
        if len(rows):
            text = names[one.need[rows]]
            parts.append(behind(one.table, of[rows], one.place[rows], at=one.when[rows], text=text))
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
