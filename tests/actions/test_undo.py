"""The way back of one batch, from its lines in 操作日志 and the cells as they are now."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.checks.build import customer, sheet
from xlcrm.actions.exact import exact_text
from xlcrm.actions.undo import CHANGED, GONE, MOVED, UNREADABLE, Way, way_back
from xlcrm.workbook.port import Cell, Grid, Undated

SHEET = "客户信息总表"


def way(
    old: object,
    new: object,
    now: object,
    *,
    row_key: str | None = None,
    cell: str = "A4",
    name: str = SHEET,
    **grid: Any,
) -> Way:
    """The way back of one cell in A4 that was `old`, became `new` and is `now`."""
    texts = [value if isinstance(value, Text) else exact_text(value) for value in (old, new)]
    line = pd.DataFrame(
        [{"batch": "1", "sheet": name, "cell": cell, "row_key": row_key, "old": texts[0], "new": texts[1]}],
        dtype="str",
    ).assign(details="客户等级：V07")
    customers = sheet("customers", [customer()])
    return way_back(line, {SHEET: customers}, {SHEET: Grid([[None, None, None, now]], **grid)})


class Text(str):
    """What stands in the journal as it is."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("VIP", "A类"),
        (None, "未知"),
        ("  ", "未知"),
        (13812345678.0, "13812345678"),
        (True, "是"),
        ("50万", 500_000.0),
        ("2026年3月1日", dt.date(2026, 3, 1)),
        ("2026年3月1日 9点", dt.datetime(2026, 3, 1, 9)),
    ],
)
def test_an_untouched_cell_gets_its_old_value(old: Cell, new: Cell) -> None:
    found = way(old, new, new)
    assert found.left == []
    (change,) = found.changes
    assert (change.sheet, change.cell, change.old, change.new) == (SHEET, "A4", new, old)
    assert type(change.new) is type(old)
    assert change.why == "撤销 客户等级：V07"


def test_a_number_that_became_a_date_will_not_show_as_one() -> None:
    (change,) = way(20260301.0, dt.date(2026, 3, 1), dt.datetime(2026, 3, 1)).changes
    assert isinstance(change.new, Undated)
    assert float(change.new) == 20260301


@pytest.mark.parametrize("now", ["B类", None, 1.0, "A类 "])
def test_a_cell_that_changed_since_is_left(now: object) -> None:
    assert way("VIP", "A类", now) == Way([], [(SHEET, "A4", CHANGED)])


def test_a_cell_that_became_a_formula_or_an_error_is_left() -> None:
    assert way("VIP", "A类", "A类", formulas=frozenset({(4, 1)})).left == [(SHEET, "A4", CHANGED)]
    assert way("VIP", None, None, errors={(4, 1): "#N/A"}).left == [(SHEET, "A4", CHANGED)]


def test_a_row_that_moved_is_left() -> None:
    assert way("VIP", "A类", "A类", row_key="2023001").left == []
    assert way("VIP", "A类", "A类", row_key="2023002").left == [(SHEET, "A4", MOVED)]


def test_a_sheet_that_is_gone_is_named() -> None:
    assert way("VIP", "A类", "A类", name="旧表").left == [("旧表", "A4", GONE)]


@pytest.mark.parametrize(
    ("old", "cell"), [(Text("VIP"), "A4"), (Text(""), "A4"), ("VIP", "第四行"), ("VIP", "")]
)
def test_lines_that_somebody_typed_over_are_left(old: str, cell: str) -> None:
    assert way(old, "A类", "A类", cell=cell).left == [(SHEET, cell, UNREADABLE)]
