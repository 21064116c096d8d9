"""V08: dates and times that cannot be right; V26: dates without a time where a clock counts hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import (
    ERROR,
    HINT,
    CheckInput,
    Code,
    cell_text,
    filled,
    findings,
    gather,
    heading,
    remarks,
)
from xlcrm.checks.matching import matches
from xlcrm.rules.base import LimitUnit
from xlcrm.tables.base import TIMES, Kind
from xlcrm.tables.frames import Remark
from xlcrm.tables.typed_text import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlcrm.rules.base import Rule
    from xlcrm.tables.base import Column
    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V08": Code(
        (ERROR, HINT),
        "日期和时间",
        "读不出的日期、错误值、1990 年以前的日期（成立日期为 1900 年），以及记录已发生之事"
        "却晚于现在的日期为错误；文本日期为提示并给出建议值",
    ),
    "V26": Code((HINT,), "缺少时分", "按分钟或小时计时的时钟，起点或终点只写了日期"),
}

EARLIEST: Final = pd.Timestamp(1990, 1, 1)
_EARLIEST_OF: Final[Mapping[str, pd.Timestamp | None]] = {
    "founded_on": pd.Timestamp(1900, 1, 1),
    "contact_birthday": None,
}
"""Columns with another bound: companies are older than the records, a birthday's year may be anything."""
_SHORT: Final = frozenset({LimitUnit.MINUTE, LimitUnit.HOUR, LimitUnit.HOURS_BEFORE})


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V08 and V26."""
    times = [part for sheet, column in given.columns(TIMES) for part in _times(given, sheet, column)]
    return gather([*times, *_timeless(given)])


def _times(given: CheckInput, sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    if len(sheet.notes):
        yield from _noted(sheet, column)
    yield from _impossible(given, sheet, column)


def _noted(sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    name = heading(sheet, column.key)
    sample = "2026-01-31 14:30" if column.kind is Kind.DATETIME else "2026-01-31"
    for remark, words in ((Remark.UNREADABLE, "不是日期"), (Remark.ERROR, "是 Excel 错误值，不是日期")):
        notes = remarks(sheet, column.key, remark)
        yield findings(
            sheet,
            "V08",
            ERROR,
            pd.Index(notes["row"]),
            column.key,
            message=[f"“{name}”里的“{raw}”{words}" for raw in notes["raw"]],
            fix=f"请按 {sample} 的样子填写",
            value=notes["raw"],
        )
    notes = remarks(sheet, column.key, Remark.TEXT_DATE)
    shown = [cell_text(value) for value in sheet.frame[column.key].reindex(notes["row"])]
    # the year of a birthday typed without one would be ours, so it is no correction
    whole = [parse_moment(raw) is not None for raw in notes["raw"]]
    yield findings(
        sheet,
        "V08",
        HINT,
        pd.Index(notes["row"]),
        column.key,
        message=[
            f"“{name}”里的“{raw}”是文本，按 {day} 计算" for raw, day in zip(notes["raw"], shown, strict=True)
        ],
        fix=[
            "可用规范数据自动改为日期" if good else "没有写年份，只看月和日；知道年份的请补上"
            for good in whole
        ],
        value=notes["raw"],
        corrected=[day if good else "" for day, good in zip(shown, whole, strict=True)],
    )


def _impossible(given: CheckInput, sheet: SheetData, column: Column) -> Iterator[pd.DataFrame]:
    name = heading(sheet, column.key)
    cells = filled(sheet, column.key)
    earliest = _EARLIEST_OF.get(column.key, EARLIEST)
    if earliest is not None:
        early = cells[cells < earliest]
        yield findings(
            sheet,
            "V08",
            ERROR,
            early.index,
            column.key,
            message=[f"“{name}”的 {cell_text(day)} 早于 {earliest.year} 年，多半是写错了" for day in early],
            fix="请核对年份",
        )
    if column.past:
        late = cells[cells > pd.Timestamp(given.now)]
        today = cell_text(pd.Timestamp(given.now))
        yield findings(
            sheet,
            "V08",
            ERROR,
            late.index,
            column.key,
            message=[f"“{name}”记录已经发生的事，但 {cell_text(day)} 晚于现在（{today}）" for day in late],
            fix="请改为实际发生的时间；还没有发生的请留空",
        )


def _timeless(given: CheckInput) -> Iterator[pd.DataFrame]:
    """One finding a cell, however many clocks use it; the first rule that does is named.

    Notices before a node that have columns of their own are clocks, too.
    """
    seen: dict[tuple[str, str], pd.Index] = {}
    for rule in given.rules.enabled:
        sheet = given.data.get(rule.table)
        if not rule.clock or rule.unit not in _SHORT or sheet is None or not rule.limit:
            continue
        rows = sheet.frame.index[matches(rule.when, given).to_numpy(dtype=bool)]
        for key in _moments_of(rule, sheet):
            known = seen.get((rule.table, key), rows[:0])
            fresh = rows.difference(known)
            seen[rule.table, key] = known.union(rows)
            cells = sheet.frame.loc[fresh, key].dropna()
            bare = cells[cells == cells.dt.normalize()]
            yield findings(
                sheet,
                "V26",
                HINT,
                bare.index,
                key,
                message=f"“{heading(sheet, key)}”只有日期，而规则 {rule.rule_id} 按 {rule.limit_text} 计时",
                fix="请写到时分，例如 2026-01-31 14:30",
            )


def _moments_of(rule: Rule, sheet: SheetData) -> tuple[str, ...]:
    """The DATETIME entry columns of its own sheet that a clock starts from or stops at."""
    places = [
        source.place.key
        for source in (*rule.start.items, *rule.stop.items)
        if source.place and source.place.table == rule.table and not source.day_end
    ]
    return tuple(
        dict.fromkeys(
            key for key in places if sheet.has(key) and sheet.table.by_key[key].kind is Kind.DATETIME
        )
    )
