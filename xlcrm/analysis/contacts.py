"""Contacts with customers by person and month, as the record tables hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.analysis.base import Chart, ChartKind, Filled, Kind, Panel, behind, detail, joined, shown
from xlcrm.analysis.lines import UNNAMED, Lines, by_month, compared, half_year, leader, ranked
from xlcrm.analysis.scope import TREND_MONTHS
from xlcrm.compute.facts import moments
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from xlcrm.analysis.base import Figure
    from xlcrm.analysis.lines import Floats
    from xlcrm.analysis.scope import Scope
    from xlcrm.compute.facts import Flags, Integers

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


def contacts(scope: Scope) -> pd.DataFrame:
    """One row a contact of the last six months up to now, the newest first.

    Columns: table and place (the record), code (account, -1 for unknown), person (`UNNAMED` where blank), at,
    back (how many months before the reported one), text.
    """
    facts = scope.facts
    parts = []
    for name, (person, text) in RECORDS.items():
        frame = facts.frame(name)
        at = moments(frame[BY_NAME[name].touched])
        back = TREND_MONTHS - 1 - by_month(scope, at).of
        places = np.flatnonzero(back < TREND_MONTHS)
        own = frame.iloc[places]
        parts.append(
            pd.DataFrame(
                {
                    "table": pd.array([name], dtype="str").repeat(len(places)),
                    "place": places,
                    "code": facts.codes(name)[places],
                    "person": own[person].astype(object).fillna(UNNAMED).to_numpy(),
                    "at": at[places],
                    "back": back[places],
                    "text": own[text].to_numpy(),
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values("at", ascending=False, kind="stable", ignore_index=True)


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
    keys = [item.key for item in CONTACTS_PANEL.columns if item.kind is not Kind.LINK]
    if found.empty:
        return Filled(pd.DataFrame(columns=keys), f"{half_year(scope)} 没有跟进记录")
    back = found["back"].to_numpy()
    # By this month first; the six months together stand behind the point.
    scale = len(found) + 1
    lines = ranked(
        found["person"],
        _PEOPLE,
        lambda lines: lines.count(back == 0) * scale + lines.count(),
    )
    counts = {f"m{month}": _or_blank(lines.count(back == month)) for month in range(TREND_MONTHS)}
    current = Lines(lines.names, np.where(back == 0, lines.of, -1))
    customers = different(current, found["code"].to_numpy())
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


def _behind(found: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    parts = []
    for table in RECORDS:
        rows = np.flatnonzero((found["table"] == table).to_numpy() & (lines.of >= 0))
        own = found.iloc[rows]
        parts.append(behind(table, lines.of[rows], own["place"], at=own["at"], text=own["text"]))
    return joined(*parts)


def _trend(scope: Scope) -> Filled:
    """跟进趋势: contacts, customers and people of each month, blank where nothing was recorded."""
    found = scope.once(contacts)
    lines = by_month(scope, found["at"].to_numpy(dtype="datetime64[s]"))
    count = lines.count()
    people = different(lines, pd.factorize(found["person"])[0])
    customers = different(lines, found["code"].to_numpy())
    figures = {"contacts": count, "customers": customers, "people": people}
    blanked = {key: np.where(count > 0, values, np.nan) for key, values in figures.items()}
    rows = pd.DataFrame({"month": list(lines.names), **blanked})
    if found.empty:
        return Filled(rows.iloc[:0], f"{half_year(scope)} 没有跟进记录")
    known = found["code"].to_numpy()
    reached = len(np.unique(known[known >= 0]))
    caption = f"{half_year(scope)} 跟进{len(found)}次，覆盖客户{reached}位"
    return Filled(rows, caption, _behind(found, lines))


def contacts_card(scope: Scope) -> Figure:
    """跟进次数 of the month and its change on the month before."""
    back = scope.once(contacts)["back"].to_numpy()
    now, was = int((back == 0).sum()), int((back == 1).sum())
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
