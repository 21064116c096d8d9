"""Which cells may be rewritten without a guess."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.build import FIRST_ROW, complaint, customer, given, record, sheet
from xlcrm.checks.corrections import (
    FORMULA,
    SECRET,
    TOO_EARLY,
    UNFIT,
    Correction,
    Left,
    cell,
    corrections,
    identity,
)
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import TIMES
from xlcrm.workbook.port import Door, Grid
from xlcrm.workbook.reading import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.tables import Column, Table
    from xlcrm.tables.frames import SheetData
    from xlcrm.workbook.port import Changes, ListPlace, Saved


class Typed(Door):
    """Sheets as typed, in memory."""

    def __init__(self, grids: Mapping[str, Grid]) -> None:
        self.grids = grids

    @property
    def file(self) -> None:
        return None

    @property
    def title(self) -> str:
        return "客户.xlsx"

    @property
    def sheets(self) -> Sequence[str]:
        return list(self.grids)

    def grid(self, sheet: str) -> Grid:
        return self.grids[sheet]

    def lists(self, sheet: str) -> Sequence[ListPlace]:
        raise NotImplementedError

    def apply(self, changes: Changes) -> Saved:
        raise NotImplementedError


def typed(table: Table, rows: Sequence[Mapping[str, Any]], **grid: Any) -> tuple[SheetData, Grid]:
    """Rows of raw cells (column key -> value) under the table's headings, and what reading makes of them."""
    columns = [
        [*[None] * (FIRST_ROW - 2), item.heading, *(_cell(row.get(item.key), item) for row in rows)]
        for item in table.columns
    ]
    raw = Grid(columns, **grid)
    return read_table(Typed({table.title: raw}), table.title, table), raw


def _cell(value: Any, column: Column) -> Any:
    """The tests' base rows spell their dates in ISO; in a sheet they are dates."""
    is_date = column.kind in TIMES and isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value)
    return dt.datetime.fromisoformat(value) if is_date else value


def planned(
    *sheets: tuple[SheetData, Grid], **parameters: Any
) -> tuple[list[tuple[str, int, Any, Any, str]], list[Left]]:
    """Key, row, old, new and reason of each correction, and the cells left alone."""
    grids = {data.table.name: grid for data, grid in sheets}
    found, left = corrections(
        given(*(data for data, _ in sheets), **parameters), lambda data: grids[data.table.name]
    )
    return [(item.key, item.row, item.old, item.new, item.why) for item in found], left


def of_customer(*rows: Mapping[str, Any], **parameters: Any) -> list[tuple[str, int, Any, Any, str]]:
    found, left = planned(typed(BY_NAME["customers"], [customer(**row) for row in rows]), **parameters)
    assert left == []
    return found


WIDTH = "去掉全角字符和多余空格"


@pytest.mark.parametrize(
    ("cells", "old", "new", "why"),
    [
        ({"phone": "138 1234-5678"}, "138 1234-5678", "13812345678", "V02 电话号码统一写法"),
        ({"phone": 8613812345678.0}, 8613812345678.0, "13812345678", "V02 电话号码统一写法"),
        ({"phone": "１３８１２３４５６７８"}, "１３８１２３４５６７８", "13812345678", f"V02 {WIDTH}"),
        ({"phone": "13812345678 "}, "13812345678 ", "13812345678", f"V02 {WIDTH}"),
        ({"budget": "50万"}, "50万", 500_000.0, "V06 万元改为元"),
        ({"budget": "１，２００元"}, "１，２００元", 1_200.0, "V06 文本改为数字"),
        ({"grade": "VIP"}, "VIP", "A类", "V07 其他叫法改为规定的选项"),
        ({"grade": "A类\u3000"}, "A类\u3000", "A类", f"V07 {WIDTH}"),
        ({"updated_on": "2026年8月16日"}, "2026年8月16日", dt.date(2026, 8, 16), "V08 文本改为日期"),
        (
            {"updated_on": "2026年8月16日 下午3点"},
            "2026年8月16日 下午3点",
            dt.datetime(2026, 8, 16, 15),
            "V08 文本改为日期",
        ),
        ({"updated_on": 20260816.0}, 20260816.0, dt.date(2026, 8, 16), "V08 文本改为日期"),
        ({"customer_id": None}, None, "2026001", "V09 编号为空，自动编号"),
        ({"customer_id": "２０２３００１"}, "２０２３００１", "2023001", f"V09 {WIDTH}"),
        ({"industry": None}, None, "未知", "V15 行业为空，标为未知"),
        ({"industry": "  "}, "  ", "未知", "V15 行业为空，标为未知"),
    ],
)
def test_what_is_rewritten(cells: dict[str, Any], old: Any, new: Any, why: str) -> None:
    (key,) = cells
    assert of_customer(cells) == [(key, FIRST_ROW, old, new, why)]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"email": "a＠example.com"},
        {"email": "不是邮箱"},
        {"phone": "138****5678"},
        {"phone": "明天再问"},
        {"grade": "D类"},
        {"updated_on": "昨天"},
        {"budget": "面议"},
        {"contact_birthday": "8月16日"},
        {"customer_id": "X-1"},
        {"name": " 杭州云帆科技有限公司"},
        {"customer_id": None, "filed_on": None},
        {"industry": "地产"},
        {"channel": " 地推活动"},
        {"signed_on": dt.datetime(2026, 3, 15)},
    ],
)
def test_guesses_and_good_cells_are_left(cells: dict[str, Any]) -> None:
    assert of_customer(cells) == []


def test_a_birthday_with_its_year_becomes_a_date() -> None:
    (only,) = of_customer({"contact_birthday": "1990年8月16日"})
    assert only[3] == dt.date(1990, 8, 16)


def test_a_moment_keeps_its_time_of_day() -> None:
    rows = [complaint(received_at="2026.11.10 9:30"), complaint(complaint_id="20261110-002")]
    rows[1] = {**rows[1], "received_at": "2026年11月10日"}
    found, _ = planned(typed(BY_NAME["complaints"], rows))
    assert [item[3] for item in found] == [dt.datetime(2026, 11, 10, 9, 30), dt.datetime(2026, 11, 10)]


def test_a_name_that_does_not_match_its_id_is_left() -> None:
    customers = typed(BY_NAME["customers"], [customer()])
    records = typed(
        BY_NAME["followup_records"], [record(name="别的公司", touched_at=dt.datetime(2026, 11, 1))]
    )
    assert planned(customers, records) == ([], [])


@pytest.mark.parametrize(("text", "new"), [("2023 001", "2023001"), ("９９９", "999"), ("2023 009", None)])
def test_references_lose_width_and_blanks_that_hide_an_id(text: str, new: str | None) -> None:
    customers = typed(BY_NAME["customers"], [customer()])
    rows = [record(customer_id=text)]
    found, _ = planned(customers, typed(BY_NAME["followup_records"], rows))
    assert [item[3] for item in found] == ([new] if new else [])


def test_a_row_twice_under_one_id_keeps_its_spelling() -> None:
    twins = [{"phone": "13900000001"}, {"customer_id": "２０２３００１", "phone": "13900000002"}]
    assert of_customer(*twins) == []


def test_words_that_are_a_packs_own_stay_and_other_names_become_them() -> None:
    table = BY_NAME["customers"].in_pack("service")
    rows = [
        customer(grade="VIP"),
        customer(customer_id="2023002", phone="13900000002", grade="VIP客户"),
        customer(customer_id="2023003", phone="13900000003", grade="A类"),
        customer(customer_id="2023004", phone="13900000004", grade="潜力 "),
    ]
    found, _ = planned(typed(table, rows))
    assert [(row, new) for key, row, _, new, _ in found if key == "grade"] == [
        (5, "VIP"),
        (7, "潜力"),
    ]


def test_a_code_that_is_switched_off_corrects_nothing() -> None:
    cells = {"phone": "１３８１２３４５６７８", "grade": "A类 ", "customer_id": " 2023001", "budget": "50万"}
    assert len(of_customer(cells)) == 4
    off = frozenset({"V02", "V06", "V07", "V09"})
    assert of_customer(cells, switched_off=off) == []


def test_formulas_and_secrets_are_left_and_named() -> None:
    table = BY_NAME["customers"]
    places = {item.key: at for at, item in enumerate(table.columns, start=1)}
    rows = [customer(phone="138 1234 5678", grade="VIP")]
    data, raw = typed(table, rows)
    raw = Grid(raw.columns, formulas=frozenset({(FIRST_ROW, places["phone"])}))
    found, left = planned((data, raw))
    assert [item[0] for item in found] == ["grade"]
    assert left == [Left("customers", FIRST_ROW, "phone", FORMULA)]
    card = customer(customer_id="４１１１１１１１１１１１１１１１")
    assert planned(typed(table, [card])) == ([], [Left("customers", FIRST_ROW, "customer_id", SECRET)])


def test_a_raw_value_that_no_text_keeps_is_left() -> None:
    data, raw = typed(BY_NAME["customers"], [customer(grade="VIP")])
    place = data.places["grade"] - 1
    odd = [*raw.columns[:place], [*raw.columns[place][:-1], dt.time(9)], *raw.columns[place + 1 :]]
    assert planned((data, Grid(odd))) == ([], [Left("customers", FIRST_ROW, "grade", UNFIT)])


def test_a_workbook_that_counts_from_1904_takes_no_earlier_date() -> None:
    rows = [customer(founded_on="1903.5.1"), customer(customer_id="2023002", founded_on="1904.1.2")]
    found, left = planned(typed(BY_NAME["customers"], rows, epoch1904=True))
    assert [item[3] for item in found] == [dt.date(1904, 1, 2)]
    assert left == [Left("customers", FIRST_ROW, "founded_on", TOO_EARLY)]


def test_corrections_come_in_the_order_of_the_sheet() -> None:
    found = of_customer(
        {"industry": None, "phone": "138 1234 5678"},
        {"customer_id": "2023002", "grade": "VIP", "phone": "139 0000 0002"},
    )
    assert [(row, key) for key, row, *_ in found] == [
        (4, "phone"),
        (4, "industry"),
        (5, "phone"),
        (5, "grade"),
    ]


def test_a_cell_beyond_what_was_read_is_blank() -> None:
    grid = Grid([["a"]])
    assert [cell(grid, 1, 1), cell(grid, 2, 1), cell(grid, 1, 2)] == ["a", None, None]


def test_a_row_is_told_by_its_id_else_by_what_it_must_hold() -> None:
    assert identity(sheet("customers", [customer()]), 4, {}) == "2023001"
    nameless = sheet("customers", [customer(customer_id=None)])
    assert identity(nameless, 4, {}) == "杭州云帆科技有限公司·张伟·2026-03-01·李明"
    assert identity(nameless, 4, {("customers", 4, "customer_id"): "2026001"}) == "2026001"
    assert identity(sheet("followup_records", [record()]), 4, {}) == "2026-11-18 14:00·2023001·李明"
    assert identity(sheet("followup_records", [record()]), 9, {}) == ""
    new = {("transactions", 9, "traded_on"): dt.date(2026, 3, 1)}
    assert identity(sheet("transactions", []), 9, new) == "2026-03-01"


def test_a_correction_knows_its_place() -> None:
    assert Correction("customers", 4, "phone", "1", "2", "V02").place == ("customers", 4, "phone")
