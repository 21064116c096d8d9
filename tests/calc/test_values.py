"""Values in and out, as Excel hands them over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xlsxwriter

from xlcrm.errors import SheetProtected

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.datetime(2024, 3, 5)
MOMENT = dt.datetime(2024, 3, 5, 10, 20, 30)


@pytest.fixture
def register(app: Any, tmp_path: Path) -> Any:
    """A sheet as Excel writes it: formats, truth values, errors, links, a merged cell."""
    path = tmp_path / "登记.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("登记")
    codes = {code: book.add_format({"num_format": code}) for code in ("@", "yyyy-mm-dd", "hh:mm", "[h]:mm")}
    sheet.write_row(0, 0, ["编号", "日期", "时间", "时长", "是否", "链接", "公式"])
    for row in range(1, 4):
        sheet.write_string(row, 0, f"00{row}", codes["@"])
        sheet.write_datetime(row, 1, dt.datetime(2024, 3, row), codes["yyyy-mm-dd"])
        sheet.write_datetime(row, 2, dt.time(9, row), codes["hh:mm"])
        sheet.write_number(row, 3, 1.5, codes["[h]:mm"])
        sheet.write_boolean(row, 4, row == 2)
        sheet.write_url(row, 5, f"internal:'登记'!A{row}", string=f"去{row}")
    sheet.write_formula(1, 6, "=1/0", None, "#DIV/0!")
    sheet.write_formula(2, 6, '=""', None, "")
    sheet.write_formula(3, 6, "=B2+1", codes["yyyy-mm-dd"], 45353)
    sheet.merge_range(5, 0, 6, 1, "合计")
    book.close()
    return app.books.open(path).sheets["登记"]


def test_reads_what_excel_wrote(register: Any) -> None:
    rows = register.used_range.options(err_to_str=True).value
    noon = dt.datetime(1899, 12, 31, 12)
    assert rows[1] == [
        "001",
        dt.datetime(2024, 3, 1),
        dt.datetime(1899, 12, 30, 9, 1),
        noon,
        False,
        "去1",
        "#DIV/0!",
    ]
    assert rows[2] == [
        "002",
        dt.datetime(2024, 3, 2),
        dt.datetime(1899, 12, 30, 9, 2),
        noon,
        True,
        "去2",
        None,
    ]
    assert rows[3][6] == dt.datetime(2024, 3, 2)
    assert rows[5][:2] == ["合计", None]


def test_errors_are_nothing_unless_asked_for(register: Any) -> None:
    assert register["G2"].value is None
    assert register["G2"].options(err_to_str=True).value == "#DIV/0!"
    assert register["G2"].raw_value == -2146826281  # Excel's own number for it


def test_a_truth_value_is_no_formula(register: Any) -> None:
    assert register["E2:E4"].formula == (("FALSE",), ("TRUE",), ("FALSE",))


def test_formulas_and_constants_as_in_the_formula_bar(register: Any) -> None:
    assert register["A2:G2"].formula[0][:2] == ("001", "45352")
    assert register["G2:G4"].formula == (("=1/0",), ('=""',), ("=B2+1",))


def test_text_over_a_link(register: Any) -> None:
    register["F2:F4"].value = [["甲"], ["乙"], [None]]
    assert register["F2:F4"].value == ["甲", "乙", None]
    assert register["F4"].formula == ""


def test_1904_workbook(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        book.add_worksheet().write_datetime(0, 0, DAY, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet = app.books.open(path).sheets[0]
    assert sheet["A1"].value == DAY
    sheet["A2"].value = MOMENT
    assert sheet["A2"].value == MOMENT
    assert int(sheet["A2"].api.getCellByPosition(0, 0).Value) == 43894


def test_strings_are_read_as_typed(sheet: Any) -> None:
    sheet["A1"].value = [["2023001", "'007", "=A1*2", "2024-03-05", "甲", "TRUE", "50%", "12:30"]]
    assert sheet["A1:H1"].value == [
        2023001.0,
        "007",
        4046002.0,
        DAY,
        "甲",
        True,
        0.5,
        dt.datetime(1899, 12, 30, 12, 30),
    ]
    assert sheet["D1"].number_format == "YYYY-MM-DD"


def test_apostrophe_leaves_the_format(sheet: Any) -> None:
    sheet["A1"].number_format = "0.00"
    sheet["A1"].value = "'007"
    assert (sheet["A1"].value, sheet["A1"].number_format) == ("007", "0.00")


def test_digits_as_text_leave_the_formats_around_them(sheet: Any) -> None:
    """LibreOffice would turn such cells into text cells, and a later number into text."""
    sheet["B1:B2"].number_format = "0.00"
    rows = [["'007", "'1", "'甲"], [DAY, "'乙", "'2024-03-05"], ["'12", None, 5], ["'2024-01-01", "'3", None]]
    sheet["A1"].value = rows
    assert sheet["A1:C4"].value == [
        ["007", "1", "甲"],
        [DAY, "乙", "2024-03-05"],
        ["12", None, 5.0],
        ["2024-01-01", "3", None],
    ]
    codes = [[sheet.range((row, column)).number_format for column in (1, 2, 3)] for row in (1, 2, 3, 4)]
    assert codes == [
        ["General", "0.00", "General"],
        ["YYYY-MM-DD", "0.00", "General"],
        ["General", "General", "General"],
        ["General", "General", "General"],
    ]


def test_text_cells(sheet: Any) -> None:
    sheet["A1:A7"].number_format = "@"
    sheet["A1"].value = [["007"], ["'x"], ["=1"], [5], [2.5], [DAY], [True]]
    assert sheet["A1:A7"].value == ["007", "x", "=1", "5", "2.5", "2024/3/5", "TRUE"]
    sheet["A1"].value = MOMENT
    assert sheet["A1"].value == "2024/3/5 10:20:30"


def test_dates_bring_a_format_along_only_where_there_is_none(sheet: Any) -> None:
    sheet["A3"].number_format = "yyyy/m/d"
    sheet["A1"].value = [[DAY], [MOMENT], [MOMENT], [dt.date(2024, 3, 5)]]
    assert sheet["A1:A4"].value == [DAY, MOMENT, MOMENT, DAY]
    formats = [sheet[f"A{row}"].number_format for row in range(1, 5)]
    assert formats == ["YYYY-MM-DD", "YYYY-MM-DD HH:MM", "YYYY/M/D", "YYYY-MM-DD"]


def test_nothing_empties_and_keeps_the_format(sheet: Any) -> None:
    sheet["A1"].number_format = "0.00"
    sheet["A1:A2"].value = [[1], ["甲"]]
    sheet["A1:A2"].value = [[None], [""]]
    assert sheet["A1:A2"].value == [None, None]
    assert sheet["A1"].number_format == "0.00"
    assert sheet["A1"].api.getCellByPosition(0, 0).Type.value == "EMPTY"


def test_truth_values_and_numbers_change_places(sheet: Any) -> None:
    sheet["A1:A2"].value = [[True], [False]]
    assert sheet["A1:A2"].value == [True, False]
    sheet["A1:A2"].value = [[1], [5]]
    assert sheet["A1:A2"].value == [1.0, 5.0]
    assert sheet["A1"].number_format == "General"


def test_number_in_a_truth_cell_of_another_writer(sheet: Any) -> None:
    sheet["A1"].value = 7
    sheet["A1"].number_format = "BOOLEAN"
    assert sheet["A1"].value == 7.0


def test_number_beyond_the_calendar(sheet: Any) -> None:
    sheet["A1:A2"].value = [[-5], [1]]
    sheet["A1:A2"].number_format = "yyyy-mm-dd"
    assert sheet["A1:A2"].value == [-5.0, dt.datetime(1899, 12, 31)]


@pytest.mark.parametrize("value", [dt.time(9, 30), dt.timedelta(hours=1), object()])
def test_what_excel_refuses_is_refused(sheet: Any, value: object) -> None:
    with pytest.raises(TypeError, match="单元格不能放"):
        sheet["A1"].value = value


def test_raw_values_that_no_cell_takes(sheet: Any) -> None:
    for cell in ("A1", "A2"):
        with pytest.raises(TypeError, match="timedelta"):
            sheet[cell].raw_value = dt.timedelta(1)
        sheet["A2"].number_format = "@"


def test_one_value_fills_a_range_and_one_row_repeats(sheet: Any) -> None:
    sheet["A1:B2"].value = 3
    assert sheet["A1:B2"].value == [[3.0, 3.0], [3.0, 3.0]]
    sheet["A1:B2"].raw_value = [1.0, 2.0]
    assert sheet["A1:B2"].value == [[1.0, 2.0], [1.0, 2.0]]


def test_one_formula_fills_a_range_and_moves_along(sheet: Any) -> None:
    sheet["A1"].value = [[1], [2], [3]]
    sheet["B1:C3"].value = "=A1*2"
    assert sheet["B1:C3"].value == [[2.0, 4.0], [4.0, 8.0], [6.0, 12.0]]
    sheet["D1:D3"].formula = "=$A$1+A1"
    assert sheet["D1:D3"].formula == (("=$A$1+A1",), ("=$A$1+A2",), ("=$A$1+A3",))


def test_plain_text_as_formula(sheet: Any) -> None:
    sheet["A1:A2"].formula = "甲"
    sheet["B1"].formula2 = "=A1"
    assert sheet["A1:B2"].value == [["甲", "甲"], ["甲", None]]
    assert sheet["B1"].formula2 == "=A1"


def test_every_error_of_excel(sheet: Any) -> None:
    texts = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]
    sheet["A1"].options(transpose=True).value = [*texts, "=10^400"]
    cells = sheet["A1:A8"].options(err_to_str=True)
    assert cells.value == [*texts, "#NUM!"]
    assert [row[0] for row in sheet["A1:A7"].formula] == texts


def test_protected_sheet(sheet: Any) -> None:
    sheet["A1"].value = "旧"
    sheet.api.protect("")
    with pytest.raises(SheetProtected, match="受保护"):
        sheet["A1"].value = "新"
    sheet.api.unprotect("")
    assert sheet["A1"].value == "旧"


def test_frames_in_and_out(sheet: Any) -> None:
    frame = pd.DataFrame(
        {"金额": [1.5, None], "日期": [pd.Timestamp(DAY), pd.NaT]},
        index=pd.Index(["甲", "乙"], name="客户"),
    )
    sheet["A1"].value = frame
    back = sheet["A1"].options(pd.DataFrame, expand="table").value
    assert list(back.columns) == ["金额", "日期"]
    assert back.index.name == "客户"
    assert back.loc["甲", "日期"] == DAY
    assert back.loc["乙"].isna().all()


def test_numbers_and_dates_as_asked_for(sheet: Any) -> None:
    sheet["A1"].value = [5, DAY, None]
    asked = sheet["A1:C1"].options(numbers=int, dates=dt.date, empty="无")
    assert asked.value == [5, dt.date(2024, 3, 5), "无"]


@pytest.mark.slow
def test_many_rows_come_back_as_they_went(sheet: Any) -> None:
    rows = [[f"'{n:06d}", float(n), DAY + dt.timedelta(days=n % 900), None] for n in range(20_000)]
    cells = sheet.range((1, 1), (len(rows), 4))
    cells.value = rows
    back = cells.value
    assert back[12_345] == ["012345", 12345.0, DAY + dt.timedelta(days=12_345 % 900), None]
    assert len(back) == len(rows)
