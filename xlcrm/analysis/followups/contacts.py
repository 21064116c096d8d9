"""Contacts with customers by person and month, as the record tables hold them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, joined, shown
from xlcrm.analysis.lines import Lines, by_month, compared, filled, half_year, leader, ranked
from xlcrm.analysis.scope import TREND_MONTHS
from xlcrm.compute.facts import moments, nothing, objects
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.base import Figure
    from xlcrm.analysis.lines import Floats
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers, Moments, Objects

RECORDS: Final = {
    "followup_records": ("by", "summary"),
    "care_records": ("owner", "care"),
    "callback_records": ("by", "callback_note"),
    "service_log": ("by", "content"),
}
"""Table whose rows are contacts that one of us had -> who it was, and what is worth reading of it.

A survey, a purchase or an enquiry is an interaction, too, but not one by which somebody followed up.
"""
_PEOPLE: Final = 20
_HEADINGS: Final = ("本月", "上月", *(f"前{back}个月" for back in range(2, TREND_MONTHS)))


@dataclass(frozen=True)
class Contacts:
    """Every contact of the last six months up to now, the newest first; arrays of one length.

    Attributes:
        table: (n,) place in `RECORDS` of the table that records it.
        place: (n,) position in that table's frame.
        code: (n,) account, -1 for unknown.
        person: (n,) who it was, 未填写 where blank.
        when: (n,) its moment.
        text: (n,) what is worth reading of it, None where blank.
    """

    table: Integers
    place: Integers
    code: Integers
    person: Objects
    when: Moments
    text: Objects

    def __len__(self) -> int:
        return len(self.place)


def contacts(scope: Scope) -> Contacts:
    """Read the record tables once."""
    facts = scope.facts
    none = np.empty(0, dtype=np.int64)
    parts = [Contacts(none, none, none, np.empty(0, dtype=object), nothing(0), np.empty(0, dtype=object))]
    for number, (name, (person, text)) in enumerate(RECORDS.items()):
        frame = facts.frame(name)
        if frame.empty:
            continue
        at = moments(frame[BY_NAME[name].touched])
        places = np.flatnonzero(by_month(scope, at).of >= 0)
        own = frame.iloc[places]
        people = filled(own[person])
        table = np.full(len(places), number, dtype=np.int64)
        parts.append(
            Contacts(table, places, facts.codes(name)[places], people, at[places], objects(own[text]))
        )
    joint = {
        item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Contacts)
    }
    order = np.argsort(-joint["when"].astype(np.int64), kind="stable")
    return Contacts(**{name: values[order] for name, values in joint.items()})


def different(lines: Lines, codes: Integers, counted: Flags | None = None) -> Integers:
    """(lines,) how many different customers (or people) the rows of each line are about.

    Args:
        lines: which line each row adds to.
        codes: (n,) their numbers; a row with -1 is about nobody known.
        counted: (n,) the rows that count; all if not said.
    """
    known = (codes >= 0) & (lines.of >= 0)
    if counted is not None:
        known &= counted
    size = int(codes.max(initial=0)) + 1
    pairs = pd.unique(lines.of[known] * size + codes[known])
    return np.bincount(pairs // size, minlength=len(lines))


def _by_person(scope: Scope) -> Filled:
    """跟进次数: who had how many contacts in each of the last six months."""
    found = scope.once(contacts)
    if not len(found):
        return CONTACTS_PANEL.without_rows(f"{half_year(scope)} 没有跟进记录")
    back = TREND_MONTHS - 1 - by_month(scope, found.when).of
    # By this month first, of equals by the six months together.
    scale = len(found) + 1
    lines = ranked(found.person, _PEOPLE, lambda lines: lines.count(back == 0) * scale + lines.count())
    counts = {f"m{month}": _or_blank(lines.count(back == month)) for month in range(TREND_MONTHS)}
    current = Lines(lines.names, np.where(back == 0, lines.of, -1))
    customers = different(current, found.code)
    reached = np.where(np.isnan(counts["m0"]), np.nan, customers)
    rows = pd.DataFrame({"person": list(lines.names), **counts, "customers": reached})
    total = int((back == 0).sum())
    top = leader(lines, counts["m0"])
    caption = f"{scope.period} 跟进{total}次" if total else f"{scope.period} 没有跟进记录"
    if top is not None:
        caption += f"，{lines.names[top]}最多，{int(counts['m0'][top])}次"
    return Filled(rows, caption, _behind(found, current))


def _or_blank(counts: Integers) -> Floats:
    """Counts of one month, blank where nobody at all had a contact in it."""
    return counts.astype(np.float64) if counts.any() else np.full(len(counts), np.nan)


def _behind(found: Contacts, lines: Lines) -> pd.DataFrame:
    """The records of each line, the newest first."""
    parts = []
    for number, table in enumerate(RECORDS):
        rows = np.flatnonzero((found.table == number) & (lines.of >= 0))
        if len(rows):
            text = found.text[rows]
            parts.append(behind(table, lines.of[rows], found.place[rows], at=found.when[rows], text=text))
    if len(parts) == 1:
        return parts[0]
    return joined(*parts).sort_values("at", ascending=False, kind="stable", ignore_index=True)


def _trend(scope: Scope) -> Filled:
    """跟进趋势: contacts, customers and people of each month, blank where nothing was recorded."""
    found = scope.once(contacts)
    if not len(found):
        return CONTACT_TREND_PANEL.without_rows(f"{half_year(scope)} 没有跟进记录")
    lines = by_month(scope, found.when)
    count = lines.count()
    people, customers = different(lines, pd.factorize(found.person)[0]), different(lines, found.code)
    figures = {"contacts": count, "customers": customers, "people": people}
    blanked = {key: np.where(count > 0, values, np.nan) for key, values in figures.items()}
    rows = pd.DataFrame({"month": list(lines.names), **blanked})
    reached = len(np.unique(found.code[found.code >= 0]))
    caption = f"{half_year(scope)} 跟进{len(found)}次，覆盖客户{reached}位"
    return Filled(rows, caption, _behind(found, lines))


def contacts_card(scope: Scope) -> Figure:
    """跟进次数 of the month and its change on the month before."""
    at = scope.once(contacts).when
    now, was = (int(scope.within(at, month).sum()) for month in (scope.month, scope.before))
    return compared(now or None, was or None, more_is_good=True)


CONTACTS_PANEL: Final = Panel(
    name="contacts",
    title="跟进次数",
    columns=(
        shown("person", "跟进人", Kind.PERSON),
        *(shown(f"m{month}", heading) for month, heading in enumerate(_HEADINGS)),
        shown("customers", "本月跟进客户数"),
        detail(),
    ),
    rows=_PEOPLE,
    make=_by_person,
    needs_one=tuple(RECORDS),
    chart=Chart(ChartKind.BARS, "person", ("m0", "m1")),
    note="本月指报表月份；计入跟进、维护、电话回访和客服登记，问卷、交易和咨询不计",
)
CONTACT_TREND_PANEL: Final = Panel(
    name="contact_trend",
    title="跟进趋势",
    columns=(
        shown("month", "月份", Kind.TEXT),
        shown("contacts", "跟进次数"),
        shown("customers", "跟进客户数"),
        shown("people", "跟进人数"),
        detail(),
    ),
    rows=TREND_MONTHS,
    make=_trend,
    needs_one=tuple(RECORDS),
    chart=Chart(ChartKind.LINES, "month", ("contacts", "customers")),
)
