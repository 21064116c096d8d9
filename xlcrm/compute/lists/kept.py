"""What the user typed into a list that every refresh rebuilds: it stays with its row, or it is journalled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.tables.base import Role

if TYPE_CHECKING:
    from xlcrm.tables.base import Table


@dataclass(frozen=True)
class Report:
    """One list as it is to be shown.

    Attributes:
        rows: a frame with the keys of its table.
        retired: what the user typed into rows that are no longer there, for 操作日志.
    """

    rows: pd.DataFrame
    retired: tuple[str, ...] = ()


def with_kept(
    table: Table, rows: pd.DataFrame, keys: pd.Series, old: pd.DataFrame, held: pd.Series
) -> Report:
    """Put the user's texts back beside their rows.

    Args:
        table: the list; its entry columns are the user's.
        rows: the list as worked out anew, without those columns.
        keys: what tells each new row from all others, aligned with `rows`.
        old: the list as the sheet holds it.
        held: the same of the old rows; of two old rows with one key the upper one keeps its text.
    """
    typed = [item for item in table.columns if item.role is not Role.AUTO]
    texts = [item.key for item in typed]
    kept = old[held.notna() & ~held.duplicated()]
    found = kept[texts].set_axis(pd.Index(held[kept.index])).reindex(pd.Index(keys)).set_axis(rows.index)
    gone = old[~(old.index.isin(kept.index) & held.isin(set(keys)))]
    retired = [
        f"{table.title} {_where(key, row)} {item.heading}：{text}"
        for item in typed
        for key, row, text in zip(held[gone.index], gone.index, gone[item.key], strict=True)
        if isinstance(text, str)
    ]
    return Report(rows.assign(**found)[[item.key for item in table.columns]], tuple(retired))


def _where(key: object, row: object) -> str:
    return key if isinstance(key, str) else f"第{row}行"
