"""Ranges: shapes, addresses, looks, and what stands around them."""

from __future__ import annotations

from typing import Any

import pytest
import xlwings as xw


def test_addresses(sheet: Any) -> None:
    cells = sheet["B2:C4"]
    assert cells.address == "$B$2:$C$4"
    assert cells.get_address(row_absolute=False, column_absolute=False) == "B2:C4"
    assert sheet["B2"].get_address(include_sheetname=True, external=True).endswith("Sheet1'!$B$2")
    assert (cells.row, cells.column, cells.shape, len(cells)) == (2, 2, (3, 2), 6)


def test_cells_of_a_range(sheet: Any) -> None:
    cells = sheet["B2:C4"]
    assert cells[2, 1].address == "$C$4"
    assert cells(3).address == "$B$3"
    assert [cell.address for cell in cells.rows[1]] == ["$B$3", "$C$3"]
    assert cells.offset(1, 1).address == "$C$3:$D$5"
    assert cells.resize(1, 5).address == "$B$2:$F$2"
    assert cells.last_cell.address == "$C$4"


def test_empty_ranges_do_nothing(sheet: Any) -> None:
    nothing = sheet["A1:B2"][0:0, :]
    nothing.impl.raw_value = 1
    nothing.clear()
    nothing.clear_contents()
    nothing.clear_formats()
    nothing.color = (1, 2, 3)
    nothing.number_format = "0"
    assert (nothing.impl.raw_value, nothing.formula, len(nothing)) == (None, None, 0)
    assert (nothing.color, nothing.number_format, nothing.has_array) == (None, "", False)
    assert sheet["A1"].value is None


def test_expand(sheet: Any) -> None:
    sheet["B2"].value = [["编号", "名称"], [1, "甲"], [2, "乙"]]
    assert sheet["B2"].expand().address == "$B$2:$C$4"
    assert sheet["B2"].expand("right").address == "$B$2:$C$2"
    assert sheet["B2"].expand("down").address == "$B$2:$B$4"
    assert sheet["C3"].current_region.address == "$B$2:$C$4"


def test_colours(sheet: Any) -> None:
    cell = sheet["A1"]
    assert cell.color is None
    cell.color = (255, 128, 0)
    assert cell.color == (255, 128, 0)
    cell.color = "#0000ff"
    assert cell.color == (0, 0, 255)
    cell.color = 0x0000FF  # Excel counts blue, green, red
    assert cell.color == (255, 0, 0)
    cell.color = None
    assert cell.color is None


def test_number_formats(sheet: Any) -> None:
    sheet["A1"].number_format = "0.00"
    sheet["A2"].number_format = "yyyy-mm-dd"
    assert sheet["A1"].number_format == "0.00"
    assert sheet["A1:A2"].number_format is None


def test_sizes(sheet: Any) -> None:
    cells = sheet["A1:B2"]
    cells.row_height = 30
    cells.column_width = 20
    assert cells.row_height == pytest.approx(30, abs=0.1)
    assert cells.column_width == pytest.approx(20, abs=0.1)
    sheet["A1"].row_height = 60
    sheet["A1"].column_width = 5
    assert (cells.row_height, cells.column_width) == (None, None)
    sheet["A1"].value = "很长很长很长很长很长很长很长的文字"
    sheet["A1:B2"].autofit()
    assert sheet["A1"].column_width > 20
    assert sheet["A1"].row_height < 30


def test_hidden_rows_and_columns(sheet: Any) -> None:
    cells = sheet["A1:C4"]
    assert (cells.rows.hidden, cells.columns.hidden) == (False, False)
    sheet["A2:A3"].rows.hidden = True
    sheet["A1"].columns.hidden = True
    assert (cells.rows.hidden, cells.columns.hidden) == (None, None)
    assert (sheet["B2:B3"].rows.hidden, sheet["A1"].columns.hidden) == (True, True)
    cells.value = 1
    assert cells.value[1] == [1.0, 1.0, 1.0]  # hidden cells are read and written as others


def test_clearing(sheet: Any) -> None:
    cell = sheet["A1"]
    cell.value, cell.color = "甲", (1, 2, 3)
    cell.clear_contents()
    assert (cell.value, cell.color) == (None, (1, 2, 3))
    cell.value = "甲"
    cell.clear_formats()
    assert (cell.value, cell.color) == ("甲", None)
    cell.color = (1, 2, 3)
    cell.clear()
    assert (cell.value, cell.color) == (None, None)


def test_merged_cells(sheet: Any) -> None:
    sheet["A1:B2"].merge()
    assert sheet["B2"].merge_cells
    assert sheet["B2"].merge_area.address == "$A$1:$B$2"
    assert sheet["C1"].merge_area.address == "$C$1"
    sheet["A1"].unmerge()
    assert not sheet["A1"].merge_cells
    sheet["A1:B2"].merge(across=True)
    assert sheet["A2"].merge_area.address == "$A$2:$B$2"


def test_selection(app: Any, sheet: Any) -> None:
    sheet["B2:C3"].select()
    assert app.selection.address == "$B$2:$C$3"
    assert app.selection.sheet.name == sheet.name


def test_links(sheet: Any) -> None:
    sheet["A1"].value = "旧"
    sheet["A1"].add_hyperlink("https://example.com/a", "看这里")
    assert (sheet["A1"].value, sheet["A1"].hyperlink) == ("看这里", "https://example.com/a")
    sheet["A2"].add_hyperlink("#'Sheet1'!B5", "跳到")
    assert sheet["A2"].hyperlink == "#'Sheet1'!B5"
    sheet["A3"].value = '=HYPERLINK("#Sheet1!A1","去")'
    assert (sheet["A3"].value, sheet["A3"].hyperlink) == ("去", "#Sheet1!A1")
    with pytest.raises(ValueError, match=r"\$A\$9 里没有超链接"):
        _ = sheet["A9"].hyperlink


def test_array_formula(sheet: Any) -> None:
    sheet["A1"].value = [[1], [2]]
    sheet["B1:B2"].api.setArrayFormula("=A1:A2*2")
    assert sheet["B1"].impl.has_array
    assert not sheet["A1"].impl.has_array


def test_range_of_the_active_sheet(sheet: Any) -> None:
    sheet["A1"].value = 7
    assert xw.Range("A1").value == 7.0
    assert xw.Range((1, 1), (2, 2)).address == "$A$1:$B$2"


def test_whole_columns_and_rows(sheet: Any) -> None:
    assert sheet["B:C"].shape == (1_048_576, 2)
    assert sheet["2:3"].row == 2
    assert sheet.cells.shape == (1_048_576, 16_384)
    assert sheet["B:B"].number_format == "General"
