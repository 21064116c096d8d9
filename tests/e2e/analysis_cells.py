"""What analysis sheets must show, and what they show: worked out and read in ways of this file's own."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlcrm.actions.base import silent
from xlcrm.actions.loading import load
from xlcrm.analysis.base import DETAIL
from xlcrm.analysis.scope import Scope
from xlcrm.analysis.sheets import analyse
from xlcrm.checks import CheckInput, run_checks
from xlcrm.compute.run import run
from xlcrm.tables.base import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.analysis.base import Panel
    from xlcrm.analysis.sheets import Made
    from xlcrm.workbook.port import Door

Rows = list[dict[str, Any]]
"""Heading -> value, one a row."""


def made_of(door: Door, now: dt.datetime, month: str = "") -> tuple[Scope, list[Made]]:
    """Every sheet that the workbook's tables allow, worked out from the workbook as it stands."""
    loaded = load(door, now, silent)
    facts = loaded.facts
    found = run_checks(CheckInput(facts.data, facts.rules, facts.parameters, facts.now))
    scope = Scope(run(facts), np.datetime64(month or f"{now:%Y-%m}", "M"), found)
    return scope, analyse(scope)


def panel_rows(door: Door, sheet: str, panel: Panel) -> tuple[str, Rows]:
    """Caption and rows of a panel: under the cell that holds its title and has its headings a bit below."""
    columns = door.grid(sheet).columns
    height = max(map(len, columns))
    whole = [[values[at] if at < len(values) else None for values in columns] for at in range(height)]
    headings = [item.heading for item in panel.columns]
    for at, left in [
        (at, left) for at, row in enumerate(whole) for left, value in enumerate(row) if value == panel.title
    ]:
        for top in range(at + 2, min(at + 5, height)):
            if whole[top][left : left + len(headings)] == headings:
                cells = [row[left : left + len(headings)] for row in whole[top + 1 :]]
                end = next((place for place, row in enumerate(cells) if set(row) == {None}), len(cells))
                rows = [dict(zip(headings, row, strict=True)) for row in cells[:end]]
                return str(whole[at + 1][left]), rows
    raise AssertionError(f"{sheet} has no {panel.title}")


def wanted_rows(scope: Scope, made: Made, panel: Panel) -> Rows:
    """The rows that a panel must show in a workbook that nobody has typed into."""
    filled = made.panels[panel.name]
    counts: dict[int, int] = defaultdict(int)
    for line in filled.behind["line"]:
        counts[line] += 1
    limit, pack = scope.facts.parameters.detail_rows, scope.facts.pack
    rows: Rows = []
    for at, (_, row) in enumerate(filled.rows.iterrows()):
        cells: dict[str, Any] = {}
        for item in panel.columns:
            value = plain(row.get(item.key))
            if item.key == DETAIL:
                count = counts[at]
                text = f"{count} 行" if count <= limit else f"前{limit}/共{count}行"
                value = text if count else None
            elif item.kind is Kind.LINK and value is not None:
                value = f"{value.rpartition('!')[0]} 第{value.rpartition('!')[2]}行"
            elif item.choice is not None and isinstance(value, str):
                value = item.choice.labels.get(pack, {}).get(value, value)
            cells[item.heading] = value
        rows.append(cells)
    if rows:
        return rows
    text = next(
        item.heading
        for item in panel.columns
        if item.kind in {Kind.TEXT, Kind.LONG, Kind.NAME, Kind.PERSON, Kind.CHOICE, Kind.ID, Kind.REF}
    )
    return [{item.heading: "本期没有数据" if item.heading == text else None for item in panel.columns}]


def plain(value: Any) -> Any:
    """A value as a door reads it: numbers as such, midnight as a date, None for blank."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        at = value.to_pydatetime()
        return at.date() if at.time() == dt.time.min else at
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def differences(door: Door, scope: Scope, every: Sequence[Made]) -> list[Any]:
    """Everywhere that the analysis sheets show something else than they must."""
    found: list[Any] = []
    for made in every:
        sheet = made.sheet.title
        for panel in made.sheet.panels:
            caption, rows = panel_rows(door, sheet, panel)
            wanted = wanted_rows(scope, made, panel)
            if caption != made.panels[panel.name].caption:
                found.append((sheet, panel.title, caption, made.panels[panel.name].caption))
            if len(rows) != len(wanted):
                found.append((sheet, panel.title, len(rows), len(wanted)))
            for at, (row, want) in enumerate(zip(rows, wanted, strict=False)):
                found += [
                    (sheet, panel.title, at, heading, row[heading], want[heading])
                    for heading in want
                    if not _same(row[heading], want[heading])
                ]
        found += _card_differences(door, made)
        found += _period_differences(door, sheet, scope)
    return found


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return one == other


def _card_differences(door: Door, made: Made) -> list[Any]:
    columns = door.grid(made.sheet.title).columns
    found: list[Any] = []
    for label, figure in made.figures.items():
        number, row = next(
            (n, list(values).index(label)) for n, values in enumerate(columns) if label in values[:12]
        )
        value, text = columns[number][row + 1], columns[number][row + 2]
        wanted = "—" if figure.value is None or np.isnan(figure.value) else float(figure.value)
        told = {None: "", True: "好转：", False: "转差："}[figure.good] if figure.text else ""
        if not _same(value, wanted) or (text or "") != told + figure.text:
            found.append((made.sheet.title, label, value, text, wanted, figure.text))
    return found


def _period_differences(door: Door, sheet: str, scope: Scope) -> list[Any]:
    columns = door.grid(sheet).columns
    number, row = next(
        (n, list(values).index("统计期间")) for n, values in enumerate(columns) if "统计期间" in values
    )
    found = columns[number + 1][row]
    return [] if found == scope.period else [(sheet, found, scope.period)]
