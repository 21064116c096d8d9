"""Copy and paste special, in Excel's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def register(app: Any, tmp_path: Path) -> Any:
    """Two rows under a heading, with formats, a list to choose from and a conditional format."""
    path = tmp_path / "登记.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("登记")
        bold = book.add_format({"bold": True, "num_format": "yyyy-mm-dd", "bg_color": "#ffff00", "border": 1})
        sheet.write_row(0, 0, ["状态", "日期", "金额"])
        for row in (1, 2):
            sheet.write_string(row, 0, "待办")
            sheet.write_number(row, 1, 45356, bold)
            sheet.write_formula(row, 2, f"=B{row + 1}*2", None, 90712)
        sheet.data_validation("A2:A3", {"validate": "list", "source": ["待办", "完成"]})
        red = book.add_format({"bg_color": "#ff0000"})
        sheet.conditional_format("C2:C3", {"type": "cell", "criteria": ">", "value": 1, "format": red})
        book.add_worksheet("别表")
    return app.books.open(path).sheets["登记"]


def conditional_areas(sheet: Any) -> list[str]:
    return [found.Range.RangeAddressesAsString for found in sheet.api.ConditionalFormats.ConditionalFormats]


def validation(cell: Any) -> str:
    return str(cell.api.getCellByPosition(0, 0).Validation.Type.value)


def test_formats_go_down_without_contents_or_validation(register: Any) -> None:
    register["A4"].value = [["新", 45357, 1], ["新", 45358, 2], ["新", 45359, 3]]
    register["A3:C3"].copy()
    register["A4:C6"].paste("formats")
    assert register["B4"].value.isoformat() == "2024-03-06T00:00:00"
    assert register["B6"].color == (255, 255, 0)
    assert register["B6"].api.CharWeight == 150
    assert register["B6"].api.TopBorder2.OuterLineWidth > 0
    assert register["A6"].value == "新"
    assert conditional_areas(register) == ["登记.C2:C6"]
    assert validation(register["A4"]) == "ANY"


def test_formats_take_away_what_the_source_has_not(register: Any) -> None:
    register["A4:C4"].color = (1, 2, 3)
    register["A4"].number_format = "@"
    register["A3:C3"].copy()
    register["A4:C4"].paste("formats")
    assert (register["A4"].color, register["A4"].number_format) == (None, "General")


def test_validation_goes_down_alone(register: Any) -> None:
    register["A4:A6"].color = (1, 2, 3)
    register["A3"].copy()
    register["A4:A6"].paste("validation")
    assert [validation(register[f"A{row}"]) for row in (4, 6)] == ["LIST", "LIST"]
    assert register["A4"].color == (1, 2, 3)
    assert register["A4"].value is None


def test_values_without_formulas(register: Any) -> None:
    register["C3"].copy()
    register["E1:E3"].paste("values")
    assert register["E1:E3"].formula == (("90712",), ("90712",), ("90712",))


def test_everything_repeats_to_fill(register: Any) -> None:
    register["B3:C3"].copy(register["B4:C8"])
    assert register["C4:C8"].formula == tuple((f"=B{row}*2",) for row in range(4, 9))
    assert register["B8"].color == (255, 255, 0)
    register["B2"].copy(register["F1:H2"])
    assert [[cell.day for cell in row] for row in register["F1:H2"].value] == [[5, 5, 5], [5, 5, 5]]


def test_two_rows_alternate(register: Any) -> None:
    register["A2"].color = (1, 2, 3)
    register["A2:A3"].copy()
    register["A4:A7"].paste("formats")
    assert [register[f"A{row}"].color for row in range(4, 8)] == [(1, 2, 3), None, (1, 2, 3), None]


def test_to_another_sheet(register: Any) -> None:
    other = register.book.sheets["别表"]
    register["A2:C2"].copy(other["A2"])
    assert other["B2"].color == (255, 255, 0)
    register["A2:C2"].copy()
    other["A3:C3"].paste("formats")
    assert other["B3"].color == (255, 255, 0)
    assert conditional_areas(register) == ["登记.C2:C3"]


def test_nothing_copied_yet(app: Any, sheet: Any) -> None:
    app.cut_copy_mode = False
    with pytest.raises(ValueError, match="还没有复制"):
        sheet["A1"].paste()


def test_copy_mode(app: Any, sheet: Any) -> None:
    sheet["A1"].copy()
    assert app.cut_copy_mode == "copy"
    app.cut_copy_mode = False
    assert app.cut_copy_mode is None


def test_ways_to_paste_that_are_not_offered(sheet: Any) -> None:
    sheet["A1"].copy()
    with pytest.raises(NotImplementedError, match="comments"):
        sheet["A2"].paste("comments")


def test_never_between_workbooks(app: Any, sheet: Any) -> None:
    with pytest.raises(ValueError, match="另一个工作簿"):
        sheet["A1"].copy(app.books.add().sheets[0]["A1"])
