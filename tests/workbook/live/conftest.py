"""A workbook with one of everything that a live door meets, open in the real program."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.spreadsheet import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

DAY = dt.datetime(2026, 3, 18)
MOMENT = dt.datetime(2026, 3, 18, 9, 40)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """清单: a table A1:D6; 值: every kind of cell from B2 on; 锁: protected; 空: nothing."""
    path = tmp_path / "客户.xlsx"
    book = xlsxwriter.Workbook(str(path))
    _list(book)
    _values(book)
    book.add_worksheet("锁").protect()
    book.add_worksheet("空")
    book.close()
    return path


def _list(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("清单")
    headings = ["编号", "姓名", "状态", "天数"]
    rows = [[f"K{row}", "张三", "正常", row] for row in range(1, 6)]
    sheet.add_table("A1:D6", {"name": "客户", "data": rows, "columns": [{"header": h} for h in headings]})
    money = book.add_format({"num_format": "0.00", "bg_color": "#FFFF00"})
    for row in range(1, 6):
        sheet.write_number(row, 3, row, money)
    sheet.conditional_format("C2:C6", {"type": "no_blanks", "format": book.add_format({"bold": True})})
    sheet.data_validation("C2:C6", {"validate": "list", "source": ["正常", "超时"]})


def _values(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("值")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    clock = book.add_format({"num_format": "hh:mm"})
    text = book.add_format({"num_format": "@"})
    sheet.write_row("B2", ["文", 12.5, 3, True])
    sheet.write_datetime("B3", DAY, date)
    sheet.write_datetime("C3", MOMENT, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    sheet.write_number("D3", 0.5, clock)
    sheet.write_number("E3", 1.25, book.add_format({"num_format": "[h]:mm"}))
    sheet.write_formula("B4", "=C2*2", None, 25)
    sheet.write_string("C4", "=1+1")
    sheet.write_formula("D4", "=NA()", None, "#N/A")
    sheet.write_formula("E4", '=""', None, "")
    sheet.write_string("B5", "#N/A")
    sheet.write_string("C5", "00123", text)
    sheet.write_number("D5", 1_234.5, book.add_format({"num_format": "¥#,##0.00"}))
    sheet.write_blank("H9", None, date)


@pytest.fixture
def book(program: xw.App, path: Path) -> Iterator[xw.Book]:
    """The workbook, open."""
    with opened(program, path) as book:
        yield book
