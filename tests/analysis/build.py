"""A scope of the analysis in memory, and ways to read what a sheet shows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.compute.build import facts as facts_of
from xlcrm.analysis.base import BEHIND_COLUMNS, DETAIL
from xlcrm.analysis.scope import Scope
from xlcrm.checks.base import no_findings
from xlcrm.compute.facts import Facts
from xlcrm.compute.run import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.analysis.base import AnalysisSheet, Figure, Filled


def scope(
    facts: Facts | Mapping[str, Any],
    month: str | None = None,
    findings: pd.DataFrame | None = None,
    **parameters: Any,
) -> Scope:
    """What a panel looks at.

    Args:
        facts: of `tests.compute.build`, or table -> rows from which they are made.
        month: the reported one, as 2026-10; that of now by default.
        findings: what the checks found; nothing by default.
        **parameters: of the facts, where these are still to be made.
    """
    given = facts if isinstance(facts, Facts) else facts_of(facts, **parameters)
    reported = np.datetime64(given.now.date() if month is None else month, "M")
    return Scope(run(given), reported, no_findings() if findings is None else findings)


def filled(sheet: AnalysisSheet, panel: str, given: Scope) -> Filled:
    """A panel of a sheet by its name, worked out; its form is looked at here, its figures by the test."""
    spec = next(item for item in sheet.panels if item.name == panel)
    found = spec.make(given)
    own = [item.key for item in spec.columns if item.key != DETAIL and item not in spec.typed]
    assert found.rows.columns.tolist() == own
    assert len(found.rows) <= spec.rows
    assert 0 < len(found.caption) <= 60, found.caption
    assert found.behind.dtypes.astype(str).to_dict() == BEHIND_COLUMNS
    assert found.behind["line"].between(0, len(found.rows) - 1).all()
    if DETAIL not in spec.by_key:
        assert found.behind.empty
    for table, rows in found.behind.groupby("table"):
        assert rows["place"].between(0, len(given.facts.frame(str(table))) - 1).all()
    return found


def cells(sheet: AnalysisSheet, panel: str, given: Scope) -> list[tuple[Any, ...]]:
    """The rows of a panel in plain Python, None for blank, days as dates and moments as such."""
    rows = filled(sheet, panel, given).rows
    return [tuple(map(_plain, row)) for row in rows.itertuples(index=False)]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | np.datetime64):
        at = pd.Timestamp(value).to_pydatetime()
        return at.date() if at.time() == dt.time() else at
    return value.item() if isinstance(value, np.generic) else value


def figure(sheet: AnalysisSheet, label: str, given: Scope) -> Figure:
    """A card of a sheet by its label, worked out."""
    return next(item for item in sheet.cards if item.label == label).make(given)


def behind_rows(sheet: AnalysisSheet, panel: str, given: Scope) -> dict[int, list[tuple[str, int]]]:
    """Line -> (table, place) of the rows behind it, in order."""
    found: dict[int, list[tuple[str, int]]] = {}
    rows = filled(sheet, panel, given).behind
    for line, table, place in zip(rows["line"], rows["table"], rows["place"], strict=True):
        found.setdefault(int(line), []).append((str(table), int(place)))
    return found
