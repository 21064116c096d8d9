"""Sheets in memory for the tests of the checks."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from xlcrm.checks import CheckInput, run_checks
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_book
from xlcrm.tables import BY_NAME
from xlcrm.tables.frames import SheetData, dtype_of, no_notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.tables.base import Table

NOW = dt.datetime(2026, 11, 20, 10, 30)
FIRST_ROW = 4

CUSTOMER: Mapping[str, Any] = {
    "customer_id": "2023001",
    "name": "杭州云帆科技有限公司",
    "contact": "张伟",
    "phone": "13812345678",
    "email": "zhangwei@example.com",
    "industry": "信息技术",
    "grade": "A类",
    "filed_on": "2026-03-01",
    "owner": "李明",
    "updated_on": "2026-10-01",
    "stage": "合作",
    "signed_on": "2026-03-15",
    "address": "浙江省杭州市西湖区文三路1号",
    "consent": "允许发送产品资料",
    "review_status": "已审核",
}
"""A customer row that no check has anything to say about."""
COMPLAINT: Mapping[str, Any] = {
    "complaint_id": "20261110-001",
    "received_at": "2026-11-10 09:00",
    "customer_id": "2023001",
    "name": "杭州云帆科技有限公司",
    "content": "服务器噪音大",
    "level": "一般",
    "owner": "李明",
    "status": "处理中",
}
"""A complaint that no check has anything to say about."""
RECORD: Mapping[str, Any] = {
    "touched_at": "2026-11-18 14:00",
    "customer_id": "2023001",
    "name": "杭州云帆科技有限公司",
    "way": "电话",
    "by": "李明",
    "summary": "介绍新产品",
}
"""A follow-up record that no check has anything to say about."""


def sheet(
    name: str | Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    lacks: Iterable[str] = (),
    notes: Sequence[tuple[int, str, str, str]] = (),
) -> SheetData:
    """A sheet with all of its table's columns in order but those in `lacks`; its rows begin at FIRST_ROW.

    Args:
        name: a declared table's name, or a table.
        rows: column key -> value; what is not there is blank.
        lacks: column keys that the sheet does not have.
        notes: row, key, remark and raw text from reading.
    """
    table = BY_NAME[name] if isinstance(name, str) else name
    index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows))
    missing = set(lacks)
    frame = pd.DataFrame(
        {item.key: _cells(dtype_of(item.kind), item.key, rows) for item in table.columns}, index=index
    )
    present = [item for item in table.columns if item.key not in missing]
    noted = pd.DataFrame(list(notes), columns=["row", "key", "remark", "raw"], dtype=object)
    return SheetData(
        table=table,
        sheet=table.title,
        heading_row=FIRST_ROW - 1,
        places={item.key: place for place, item in enumerate(present, start=1)},
        headings={item.key: item.heading for item in present},
        frame=frame,
        notes=noted if notes else no_notes(),
        last_row=FIRST_ROW + len(rows) - 1,
    )


def _cells(dtype: str, key: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """(rows,) array of one column."""
    if not any(key in row for row in rows):
        return _blanks(dtype, len(rows))
    cells = [row.get(key) for row in rows]
    if dtype.startswith("datetime"):
        return pd.to_datetime(pd.Series(cells, dtype=object), format="ISO8601").to_numpy(dtype=dtype)
    return pd.Series(cells, dtype=dtype).array


@cache
def _blanks(dtype: str, count: int) -> Any:
    """A column in which nothing stands; a frame takes a copy, and most columns of a test are such."""
    return pd.Series([None] * count, dtype=dtype).array


def customer(**cells: Any) -> Mapping[str, Any]:
    return {**CUSTOMER, **cells}


def complaint(**cells: Any) -> Mapping[str, Any]:
    return {**COMPLAINT, **cells}


def record(**cells: Any) -> Mapping[str, Any]:
    return {**RECORD, **cells}


@cache
def book(pack: str) -> RuleBook:
    """The default rules of a pack, parsed once."""
    return default_book(pack)


def given(*sheets: SheetData, rules: RuleBook | None = None, **parameters: Any) -> CheckInput:
    """What a check gets: the default rules of the crm workbook unless others are given."""
    return CheckInput(
        data={item.table.name: item for item in sheets},
        rules=book("crm") if rules is None else rules,
        parameters=Parameters(**parameters),
        now=NOW,
    )


def run(*sheets: SheetData, rules: RuleBook | None = None, **parameters: Any) -> pd.DataFrame:
    """All findings but those on sheets and columns that the test left out."""
    found = run_checks(given(*sheets, rules=rules, **parameters))
    return found[~found["code"].isin(["S01", "S02"])].reset_index(drop=True)


def told(found: pd.DataFrame, code: str) -> list[tuple[str, int, str]]:
    """Level, row and column key of each finding of one code."""
    own = found[found["code"] == code]
    return list(zip(own["level"], own["row"].tolist(), own["key"], strict=True))
