"""Branches in memory, and small workbooks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.spreadsheet import few_analysis_sheets
from xlcrm.actions.consolidating.desk import ORIGINS
from xlcrm.actions.consolidating.joining import Joined, join, single
from xlcrm.actions.consolidating.reading import Branch
from xlcrm.actions.consolidating.settings import Settings
from xlcrm.tables import BY_NAME
from xlcrm.tables.frames import dtype_of
from xlcrm.templates import build

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.actions.consolidating.settling import Settled

Rows = list[dict[str, Any]]
CLOUD, SEA, HILL = "杭州云帆科技有限公司", "宁波海天贸易有限公司", "绍兴青山机械有限公司"


def frame(table: str, rows: Rows) -> pd.DataFrame:
    """Rows as reading gives them: typed columns, blank ones left out."""
    kinds = {item.key: dtype_of(item.kind) for item in BY_NAME[table].columns}
    keys = [key for key in kinds if any(row.get(key) is not None for row in rows)]
    return pd.DataFrame({key: pd.Series([row.get(key) for row in rows], dtype=kinds[key]) for key in keys})


def branch(
    place: int, name: str, settings: Settings | None = None, pack: str = "crm", **tables: Rows
) -> Branch:
    frames = {table: frame(table, rows) for table, rows in tables.items()}
    return Branch(place, f"{name}.xlsx", name, pack=pack, frames=frames, settings=settings or Settings())


def joined(*branches: Branch) -> Joined:
    return join(*map(single, branches))


def cells(settled: Settled, table: str, *keys: str) -> list[tuple[Any, ...]]:
    """Rows of a settled table: some columns, and the origins; None for blank."""
    found = settled.frames[table][[*keys, ORIGINS]].astype(object)
    return list(found.where(found.notna(), None).itertuples(index=False, name=None))


def write(path: Path, pack: str = "crm", **tables: Rows | pd.DataFrame) -> Path:
    """A workbook with some tables filled and one analysis sheet."""
    data = {
        name: rows if isinstance(rows, pd.DataFrame) else frame(name, rows) for name, rows in tables.items()
    }
    with few_analysis_sheets():
        build(pack, path, data)
    return path
