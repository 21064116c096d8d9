"""Builders of workbooks with a complaint list and a customer list, good ones and awkward ones.

Each takes the path to write. Shapes that Excel users make: titles above the headings, merged headings, text
where a date belongs, errors, formulas in columns that are ours, two columns of one name.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

COMPLAINTS: Final = "客户投诉登记表"
CUSTOMERS: Final = "客户信息总表"
COMPLAINT_HEADINGS: Final = (
    "投诉编号",
    "投诉日期",
    "客户编号",
    "客户名称",
    "投诉渠道",
    "投诉内容",
    "投诉等级",
    "责任人",
    "解决时间",
)
CUSTOMER_HEADINGS: Final = ("客户编号", "客户名称", "联系人", "联系电话", "建档日期", "负责人")

_CHANNELS = ("电话", "微信", "邮件", "门店")
_MATTERS = ("产品包装破损，要求换货", "物流延误三天", "客服态度不好", "发票抬头开错")
_OWNERS = ("王小明", "李雷", "韩梅梅")
_CREATED = dt.datetime(2024, 1, 1)

Rows = list[list[Any]]


def complaint_rows(count: int = 12) -> Rows:
    """Rows under the complaint headings; every third one is not solved yet."""
    return [
        [
            f"TS2024{number:04d}",
            dt.datetime(2024, 3, 1 + number % 28, 9, 30),
            f"KH{number % 5 + 1:03d}",
            f"第{number % 5 + 1}商贸有限公司",
            _CHANNELS[number % 4],
            _MATTERS[number % 4],
            ("一般", "严重", "重大")[number % 3],
            _OWNERS[number % 3],
            None if number % 3 == 0 else dt.datetime(2024, 3, 2 + number % 28, 17, 0),
        ]
        for number in range(count)
    ]


def customer_rows(count: int = 5) -> Rows:
    """Rows under the customer headings."""
    return [
        [
            f"KH{number:03d}",
            f"第{number}商贸有限公司",
            f"联系人{number}",
            f"1380000{number:04d}",
            dt.datetime(2023, number % 12 + 1, 5),
            _OWNERS[number % 3],
        ]
        for number in range(1, count + 1)
    ]


class Book:
    """A workbook in the making: sheets of headings and rows, dates formatted, the rest as it is."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.raw = xlsxwriter.Workbook(
            str(path), {"in_memory": True, "strings_to_formulas": False, **options}
        )
        self.raw.set_properties({"created": _CREATED})
        self.date = self.raw.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.filled = self.raw.add_format({"bg_color": "#FFF2CC"})

    def sheet(self, name: str, headings: Sequence[str], rows: Rows, *, top: int = 0) -> Any:
        """Add a sheet with the headings in row `top` (from 0); returns it for more."""
        sheet = self.raw.add_worksheet(name)
        sheet.write_row(top, 0, headings)
        for number, row in enumerate(rows, top + 1):
            for column, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number, column, value, self.date)
                elif value is not None:
                    sheet.write(number, column, value)
        return sheet

    def complaints(self, rows: Rows | None = None, *, top: int = 0) -> Any:
        return self.sheet(COMPLAINTS, COMPLAINT_HEADINGS, complaint_rows() if rows is None else rows, top=top)

    def customers(self) -> Any:
        return self.sheet(CUSTOMERS, CUSTOMER_HEADINGS, customer_rows())

    def close(self) -> None:
        self.raw.close()


def good(path: Path, rows: int = 12) -> None:
    """Both lists, as they should be."""
    book = Book(path)
    book.complaints(complaint_rows(rows))
    book.customers()
    book.close()


def _changed(change: Callable[[Book, Any], None], **options: Any) -> Callable[[Path], None]:
    """A builder of the good workbook, with something done to the complaint sheet."""

    def build(path: Path) -> None:
        book = Book(path, **options)
        change(book, book.complaints())
        book.customers()
        book.close()

    return build


def _headed(headings: Sequence[str]) -> Callable[[Path], None]:
    """A builder with other headings over the same complaints."""

    def build(path: Path) -> None:
        book = Book(path)
        book.sheet(COMPLAINTS, headings, complaint_rows())
        book.customers()
        book.close()

    return build


def missing_sheet(path: Path) -> None:
    book = Book(path)
    book.customers()
    book.close()


def no_headings(path: Path) -> None:
    book = Book(path)
    book.sheet(COMPLAINTS, ["一", "二", "三"], [["甲", "乙", "丙"]])
    book.customers()
    book.close()


def empty_sheet(path: Path) -> None:
    book = Book(path)
    book.raw.add_worksheet(COMPLAINTS)
    book.customers()
    book.close()


def title_above_headings(path: Path) -> None:
    book = Book(path)
    sheet = book.complaints(top=3)
    sheet.merge_range(0, 0, 1, 8, "某某公司 2024 年客户投诉登记表", book.filled)
    sheet.write(2, 0, "填表人：王小明")
    book.customers()
    book.close()


def merged_headings(path: Path) -> None:
    """Two heading rows: 投诉信息 over the first seven, 处理信息 over the last two."""
    book = Book(path)
    sheet = book.complaints(top=1)
    sheet.merge_range(0, 0, 0, 6, "投诉信息", book.filled)
    sheet.merge_range(0, 7, 0, 8, "处理信息", book.filled)
    book.customers()
    book.close()


def two_sheets_of_one_table(path: Path) -> None:
    """Neither has the exact name, and both nearly."""
    book = Book(path)
    book.sheet(f" {COMPLAINTS}", COMPLAINT_HEADINGS, complaint_rows())
    book.sheet(f"{COMPLAINTS[:4]} {COMPLAINTS[4:]}", COMPLAINT_HEADINGS, complaint_rows(3))
    book.customers()
    book.close()


def no_known_sheet(path: Path) -> None:
    book = Book(path)
    book.sheet("Sheet1", ["甲", "乙"], [["1", "2"]])
    book.close()


def _text_dates(_: Book, sheet: Any) -> None:
    for row, text in enumerate(
        ("2024年3月5日", "2024.3.6", "３月７日", "2024-13-45", "昨天", "20240308", " "), 1
    ):
        sheet.write_string(row, 1, text)


def _error_cells(_: Book, sheet: Any) -> None:
    for row, (column, error) in enumerate(((0, "#N/A"), (1, "#VALUE!"), (2, "#REF!"), (6, "#DIV/0!")), 1):
        sheet.write_formula(row, column, f"={error}", None, error)


def _own_formulas(book: Book, sheet: Any) -> None:
    for row in range(1, 13):
        sheet.write_formula(row, 8, f"=B{row + 1}+1", book.date, 45_400.5)


def _array_formula(_: Book, sheet: Any) -> None:
    sheet.write_array_formula(1, 7, 5, 7, "{=D2:D6}", None, "第1商贸有限公司")


def _shared_sheet_marks(_: Book, sheet: Any) -> None:
    sheet.protect("secret")


def _formats_to_the_end(book: Book, sheet: Any) -> None:
    sheet.set_column(0, 16_383, 9, book.filled)
    sheet.write_blank(1_048_575, 16_383, None, book.filled)


def _every_row_formatted(book: Book, sheet: Any) -> None:
    for row in range(13, 1_048_576):
        sheet.set_row(row, None, book.filled)


def _far_cell(_: Book, sheet: Any) -> None:
    sheet.write_string(1_048_575, 16_383, "手误")


def _far_column(_: Book, sheet: Any) -> None:
    sheet.write_string(0, 16_383, "手误")
    sheet.write_string(99_999, 0, "手误")


def _stray_last_row(_: Book, sheet: Any) -> None:
    sheet.write_string(1_048_575, 2, "手误")


def _numbers_as_ids(_: Book, sheet: Any) -> None:
    for row in range(1, 13):
        sheet.write_number(row, 0, 20_240_000 + row)
        sheet.write_string(row, 2, f"　ＫＨ００{row % 5 + 1}\u00a0")


def _formula_like_text(_: Book, sheet: Any) -> None:
    for row, text in enumerate(("=1+1", "+86 138", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0"), 1):
        sheet.write_string(row, 5, text)


def _blank_rows(_: Book, sheet: Any) -> None:
    for row, values in enumerate(complaint_rows(3), 40):
        sheet.write_string(row, 0, f"续{values[0]}")
        sheet.write_string(row, 3, values[3])


def _hidden_and_filtered(_: Book, sheet: Any) -> None:
    sheet.autofilter(0, 0, 12, 8)
    sheet.filter_column(4, "x == 电话")
    for row in range(2, 13, 2):
        sheet.set_row(row, None, None, {"hidden": True})
    sheet.hide()


far_cell = _changed(_far_cell)
far_column = _changed(_far_column)
formats_to_the_end = _changed(_formats_to_the_end)
every_row_formatted = _changed(_every_row_formatted)
stray_last_row = _changed(_stray_last_row)
protected_sheet = _changed(_shared_sheet_marks)
text_dates = _changed(_text_dates)
error_cells = _changed(_error_cells)
own_formulas = _changed(_own_formulas)
array_formula = _changed(_array_formula)
numbers_as_ids = _changed(_numbers_as_ids)
formula_like_text = _changed(_formula_like_text)
rows_after_a_gap = _changed(_blank_rows)
hidden_and_filtered = _changed(_hidden_and_filtered)
dates_of_1904 = _changed(lambda *_: None, date_1904=True)
missing_heading = _headed([heading for heading in COMPLAINT_HEADINGS if heading != "投诉编号"])
repeated_heading = _headed([*COMPLAINT_HEADINGS, "责任人"])
untidy_headings = _headed([f" {heading[:2]}\n{heading[2:]}\u3000" for heading in COMPLAINT_HEADINGS])
