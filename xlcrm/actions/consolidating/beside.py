"""What people write beside the rows of lists: it stays with its row, several texts become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.blocks import cells as as_cells
from xlcrm.actions.blocks import plain
from xlcrm.actions.consolidating.conflicts import BESIDE, listed
from xlcrm.actions.consolidating.desk import ORIGINS
from xlcrm.actions.consolidating.joining import AT
from xlcrm.compute.lists.reports import ROW_KEYS
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind, Role
from xlcrm.tables.cells import cell_text
from xlcrm.tables.system import DUE_LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.actions.consolidating.desk import Desk, Rename
    from xlcrm.tables import Column

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {DUE_LIST.name: ("task_id",), **ROW_KEYS}
"""List -> the columns that tell its rows apart."""
_ROOM: Final = 32_000
"""Characters of a joined text; a cell of Excel holds 32,767."""


def rename_tasks(desk: Desk) -> None:
    """Texts beside tasks stay with them: the id of a task holds the id of its case or customer."""
    if not desk.has(DUE_LIST.name, "task_id"):
        return
    frame = desk.frames[DUE_LIST.name]
    rename: Rename = {pair: new for own in desk.renamed.values() for pair, new in own.items()}
    texts = []
    for at, text in zip(frame[AT], frame["task_id"], strict=True):
        rule, *rest = text.split("|") if isinstance(text, str) else [""]
        about = [rename.get((at, part), part) for part in rest[:1]]
        texts.append("|".join((rule, *about, *rest[1:])) or None)
    desk.frames[DUE_LIST.name] = frame.assign(task_id=pd.Series(texts, index=frame.index, dtype="str"))


def join_texts(desk: Desk) -> None:
    """Make one row of what several branches wrote beside one row of a list: the refresh keeps one only."""
    for table, keys in _LISTS.items():
        if all(desk.has(table, key) for key in keys):
            _join_rows(desk, table, list(keys))


def _join_rows(desk: Desk, table: str, keys: list[str]) -> None:
    frame = desk.frames[table]
    named = frame[frame[keys].notna().all(axis=1).to_numpy()]
    typed = [item for item in BY_NAME[table].columns if item.role is not Role.AUTO and item.key in frame]
    gone: list[int] = []
    for _, rows in named[named.duplicated(keys, keep=False).to_numpy()].groupby(keys, sort=False):
        places = list(dict.fromkeys(rows[AT].tolist()))
        if len(places) == 1:  # the branch's own matter, which its refresh settles
            continue
        first, *others = rows.index.tolist()
        names = [desk.names[at] for at in rows[AT]]
        remarks = []
        for item in typed:
            value, remark = _one_of(rows[item.key], names, item)
            if value is not None:
                frame.loc[first, item.key] = value
            remarks += [remark] if remark else []
        frame.loc[first, ORIGINS] = desk.called(places)
        gone += others
        number = " ".join(str(rows[key].iloc[0]) for key in keys)
        what = "这些分部在同一行旁边都填写了内容"
        desk.say(BESIDE, table, number, places, what, "；".join(("合并为一行", *remarks)))
    if gone:
        desk.drop(table, gone)


def _one_of(column: pd.Series, names: list[str], item: Column) -> tuple[Any, str]:
    """What one cell is to hold of several, None where all are blank, and what is said of that."""
    known = column.dropna()
    if known.empty:
        return None, ""
    if len(known.unique()) == 1:
        return known.iloc[0], ""
    texts = [cell_text(value) for value in as_cells(plain(column))]
    if item.kind not in {Kind.TEXT, Kind.LONG}:
        said = {f"{name}“{text}”": name for name, text in zip(names, texts, strict=True) if text}
        taken = next(iter(said.values()))
        return known.iloc[0], f"{item.heading}不一致（{listed(list(said))}），采用 {taken} 的"
    whole = "；".join(f"{name}：{text}" for name, text in zip(names, texts, strict=True) if text)
    if len(whole) <= _ROOM:
        return whole, f"{item.heading}都保留，注明分部"
    return whole[:_ROOM], f"{item.heading}太长，只保留前 {_ROOM:,} 个字，其余见各分部的工作簿"
