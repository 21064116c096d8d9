"""What the user typed into a list that every refresh rebuilds: it stays with its row, or it is journalled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.tables.base import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.tables.base import Column


@dataclass(frozen=True)
class Report:
    """One list as it is to be shown.

    Attributes:
        rows: a frame with the keys of its columns.
        retired: what the user typed into rows that are no longer there, for 操作日志.
        staying: labels of old rows that stay under the new ones because of what the user typed into them.
    """

    rows: pd.DataFrame
    retired: tuple[str, ...] = ()
    staying: tuple[int, ...] = ()


def with_kept(  # noqa: PLR0913 - the list as it is to be, as it was, and how many rows may stay
    title: str,
    columns: Sequence[Column],
    rows: pd.DataFrame,
    keys: pd.Series,
    old: pd.DataFrame,
    held: pd.Series,
    *,
    room: int = 0,
) -> Report:
    """Put the user's texts back beside their rows.

    Args:
        title: the list's, for 操作日志.
        columns: the list's; its entry columns are the user's.
        rows: the list as worked out anew, without those columns.
        keys: what tells each new row from all others, aligned with `rows`.
        old: the list as the sheet holds it; at least the entry columns.
        held: the same of the old rows; of two old rows with one key the upper one keeps its text.
        room: how many old rows with texts may stay although the list no longer has them, the first ones.
    """
    typed = [item for item in columns if item.role is not Role.AUTO]
    texts = [item.key for item in typed]
    kept = old[held.notna() & ~held.duplicated()]
    found = kept[texts].set_axis(pd.Index(held[kept.index])).reindex(pd.Index(keys)).set_axis(rows.index)
    gone = old[~(old.index.isin(kept.index) & held.isin(set(keys)))]
    staying = gone.index[gone[texts].notna().any(axis=1)][:room]
    gone = gone.drop(index=staying)
    retired = [
        f"{title} {_where(key, row)} {item.heading}：{text}"
        for item in typed
        for key, row, text in zip(held[gone.index], gone.index, gone[item.key], strict=True)
        if isinstance(text, str)
    ]
    whole = rows.assign(**found)[[item.key for item in columns]]
    return Report(whole, tuple(retired), tuple(staying.tolist()))


def _where(key: object, row: object) -> str:
    return key if isinstance(key, str) else f"第{row}行"
