"""Tables over database ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def register(app: Any, tmp_path: Path) -> Any:
    path = tmp_path / "登记.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("登记")
        columns = [{"header": "编号"}, {"header": "名称"}]
        data = [["1", "甲"], ["2", "乙"]]
        sheet.add_table("A5:B7", {"name": "tbl_late", "columns": columns, "data": data})
        sheet.add_table("A1:B3", {"name": "tbl_cases", "columns": columns, "data": data})
        other = book.add_worksheet("别表")
        other.add_table(
            "A1:B4", {"name": "tbl_sums", "columns": columns, "total_row": True, "autofilter": False}
        )
    return app.books.open(path).sheets["登记"]


def test_tables_of_a_sheet_from_the_top(register: Any) -> None:
    assert [table.name for table in register.tables] == ["tbl_cases", "tbl_late"]
    assert len(register.tables) == 2
    assert register.tables[1].parent.name == "登记"
    assert "TBL_Cases" in register.tables
    assert "tbl_sums" not in register.tables
    with pytest.raises(KeyError):
        register.tables["tbl_sums"]


def test_parts_of_a_table(register: Any) -> None:
    table = register.tables["tbl_cases"]
    assert table.range.address == "$A$1:$B$3"
    assert table.header_row_range.value == ["编号", "名称"]
    assert table.data_body_range.value == [["1", "甲"], ["2", "乙"]]
    assert table.totals_row_range is None
    assert (table.show_headers, table.show_totals, table.show_autofilter) == (True, False, True)


def test_totals_row_is_no_data(register: Any) -> None:
    table = register.book.sheets["别表"].tables[0]
    table.impl.show_totals = True
    assert table.totals_row_range.address == "$A$4:$B$4"
    assert table.data_body_range.address == "$A$2:$B$3"
    assert table.show_autofilter is False


def test_table_without_heading(register: Any) -> None:
    table = register.tables["tbl_cases"]
    table.show_headers = False
    assert table.header_row_range is None
    assert table.data_body_range.address == "$A$1:$B$3"


def test_resize_survives_saving(register: Any, tmp_path: Path) -> None:
    table = register.tables["tbl_cases"]
    table.resize(register["A1:B4"])
    table.show_autofilter = False
    path = tmp_path / "后.xlsx"
    register.book.save(path)
    app = register.book.app
    register.book.close()
    back = app.books.open(path).sheets["登记"].tables["tbl_cases"]
    assert back.range.address == "$A$1:$B$4"
    assert back.data_body_range.shape == (3, 2)
    assert back.show_autofilter is False


def test_table_with_a_heading_only(register: Any) -> None:
    table = register.tables["tbl_cases"]
    table.resize(register["A1:B1"])
    assert table.data_body_range is None


def test_table_of_a_cell(register: Any) -> None:
    assert register["B2"].table.name == "tbl_cases"
    assert register["C2"].table is None


def test_new_table_and_new_name(sheet: Any) -> None:
    sheet["A1"].value = [["编号"], [1]]
    table = sheet.tables.add(source=sheet["A1:A2"], name="tbl_new")
    assert (table.name, table.show_autofilter) == ("tbl_new", True)
    table.name = "tbl_newer"
    assert [found.name for found in sheet.tables] == ["tbl_newer"]
    second = sheet.tables.add(source=sheet["C1:C2"])
    assert second.name == "表1"
    assert second.display_name == "表1"


def test_update_from_a_frame(sheet: Any) -> None:
    sheet["A1"].value = [["编号", "名称"], [1, "甲"]]
    table = sheet.tables.add(source=sheet["A1:B2"], name="tbl")
    table.update(pd.DataFrame({"编号": [1, 2, 3], "名称": ["甲", "乙", "丙"]}), index=False)
    assert table.range.value == [["编号", "名称"], [1.0, "甲"], [2.0, "乙"], [3.0, "丙"]]


def test_ranges_by_the_name_of_a_table(register: Any) -> None:
    assert register["tbl_cases"].address == "$A$1:$B$3"
