"""What people write beside the rows of lists: it stays with its row, several texts become one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlcrm.actions.blocks import cells as as_cells
from xlcrm.actions.blocks import plain
from xlcrm.actions.consolidating.conflicts import BESIDE, listed
from xlcrm.actions.consolidating.desk import ORIGINS
from xlcrm.actions.consolidating.joining import AT
from xlcrm.actions.consolidating.spaces import CASES, CUSTOMERS, SPACES, users_of
from xlcrm.compute.lists.reports import ROW_KEYS
from xlcrm.compute.tasks import named_by
from xlcrm.rules.reading import default_book
from xlcrm.tables import BY_NAME, FULL
from xlcrm.tables.base import Kind, Role
from xlcrm.tables.cells import cell_text
from xlcrm.tables.system import DUE_LIST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.actions.consolidating.desk import Desk
    from xlcrm.actions.consolidating.spaces import Space
    from xlcrm.tables import Column

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {DUE_LIST.name: ("task_id",), **ROW_KEYS}
"""List -> the columns that tell its rows apart."""
RECOVERY: Final = "recovery_assessments"
_CASE: Final = re.compile(r"(?<=（)([^\s（）/]+/?)[^\s（）]*")
_ROOM: Final = 32_000
"""Characters of a joined text; a cell of Excel holds 32,767."""


def rename_beside(desk: Desk) -> None:
    """Texts beside tasks and cases stay with them: what keeps them holds the id of a case or customer."""
    if desk.has(DUE_LIST.name, "task_id"):
        _rename_tasks(desk)
    if desk.has(RECOVERY, "indicator"):
        _rename_cases(desk)


def _rename_tasks(desk: Desk) -> None:
    frame = desk.frames[DUE_LIST.name]
    texts = []
    for at, text in zip(frame[AT], frame["task_id"], strict=True):
        rule, *rest = text.split("|") if isinstance(text, str) else [""]
        found = [_new_id(desk, rule, at, part) for part in rest[:1]]
        if None in found:
            what = f"{rest[0]} 在本分部是不止一种编号，改法不同，无法判断备注写的是哪一个"
            done = "任务编号保持原样；任务不在清单里时备注记入 操作日志，请核对"
            desk.say(BESIDE, DUE_LIST.name, text, [at], what, done)
        about = [new or part for new, part in zip(found, rest, strict=False)]
        texts.append("|".join((rule, *about, *rest[1:])) or None)
    desk.frames[DUE_LIST.name] = frame.assign(task_id=pd.Series(texts, index=frame.index, dtype="str"))


def _new_id(desk: Desk, rule: str, at: int, number: str) -> str | None:
    """What an id of a task is called in the group; None where it may be several."""
    pair = (at, number)
    own = next((space for space in _spaces_of(rule) if pair in desk.known[space]), None)
    spaces = [own] if own else [space for space in SPACES if pair in desk.known[space]]
    names = {desk.renamed[space].get(pair, number) for space in spaces} or {number}
    return names.pop() if len(names) == 1 else None


@cache
def _spaces_of(rule: str) -> tuple[Space, ...]:
    """Of which kind the ids in the tasks of a packaged rule are, the likeliest first (see `task_ids`)."""
    table = {each.rule_id: each.table for each in default_book(FULL).rules}.get(rule)
    if table is None:
        return ()
    named = tuple(space for space in SPACES if (table, named_by(table)) in users_of(space))
    return (*named, CUSTOMERS) if table == "customers" or BY_NAME[table].account else named


def _rename_cases(desk: Desk) -> None:
    """评估指标 names a case by its number without blanks and brackets, or by its customer's and a day."""
    rename = {
        (at, _bare(old) + mark): _bare(new) + mark
        for space, mark in ((CASES, ""), (CUSTOMERS, "/"))
        for (at, old), new in desk.renamed[space].items()
    }
    frame = desk.frames[RECOVERY]
    texts = frame["indicator"].copy()
    for label, at, text in zip(frame.index, frame[AT], frame["indicator"], strict=True):
        named = _CASE.search(text) if isinstance(text, str) else None
        new = named and next((rename[at, key] for key in (named[0], named[1]) if (at, key) in rename), "")
        if named and new:
            rest = text[named.end(1) :] if new.endswith("/") else text[named.end() :]
            texts.loc[label] = text[: named.start()] + new + rest
    desk.frames[RECOVERY] = frame.assign(indicator=texts)


def _bare(number: str) -> str:
    return re.sub(r"[\s（）]+", "", number)


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
