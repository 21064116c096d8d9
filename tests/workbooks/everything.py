"""A crm workbook with everything that people put into one, in real parts.

XlsxWriter makes what it can on top of the template (charts, pictures, comments, sparklines, dynamic arrays,
the VBA project of the installed xlwings); the rest is put into the package by hand. No part comes from a
file of this repository.
"""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch
from zipfile import ZipFile

import xlwings
from xlsxwriter import Workbook

from tests.workbooks.handmade import add_handmade
from tests.workbooks.packages import parts, zipped
from xlcrm.rules.layout import sheet_columns
from xlcrm.tables.base import Column, Kind
from xlcrm.templates import book as template
from xlcrm.templates import finishing
from xlcrm.templates.demo import demo_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from xlsxwriter.worksheet import Worksheet

NOW: Final = dt.datetime(2026, 3, 18, 10)
ROWS: Final = 12
FIRST: Final = 4
"""First row of data on every table sheet."""
LAST: Final = FIRST + ROWS - 1
CUSTOMERS: Final = "客户信息总表"
COMPLAINTS: Final = "客户投诉登记表"
DUE_LIST: Final = "到期清单"
HOME: Final = "首页"
BOARD, SUMS, LOCKED, RATES, PIVOT = "经营看板", "我的计算", "合同（勿改）", "汇率", "透视"
USER_SHEETS: Final = (BOARD, SUMS, LOCKED, RATES, PIVOT)
SCORE, TAG, TAG_FORMULA = "我的评分", "我的标签", "我的全名"
OVERWRITTEN: Final = "AE5"
"""A cell of our 下次联系日期 into which the user typed a formula."""


def build(path: Path) -> None:
    """Write the workbook; `path` should end in .xlsm, as it carries macros."""
    with (
        TemporaryDirectory() as folder,
        patch.object(finishing, "Workbook", _Furnished),
        patch.object(finishing, "with_own_sizes", lambda drawing, _: drawing),  # the user's have two places
        patch.object(template, "sheet_columns", _with_own_columns),
    ):
        plain = Path(folder) / "plain.xlsm"
        template.build("crm", plain, demo())
        content = parts(plain)
    add_handmade(content)
    path.write_bytes(zipped(content))


def demo() -> dict[str, pd.DataFrame]:
    """Demo rows, with the user's own columns on the customer sheet."""
    data = demo_data(ROWS, NOW)
    customers = data["customers"]
    data["customers"] = customers.assign(
        own_score=[float(number % 5) for number in range(len(customers))],
        own_tag=[f"备注{number}" for number in range(len(customers))],
    )
    return data


def _with_own_columns(table: Any, rules: Any, pack: str) -> tuple[Column, ...]:
    """The user put a column among ours, and two behind them but still inside the table object."""
    columns = list(sheet_columns(table, rules, pack))
    if table.name == "customers":
        columns.insert(2, Column("own_score", SCORE, Kind.NUMBER))
        columns += [Column("own_tag", TAG, Kind.TEXT), Column("own_formula", TAG_FORMULA, Kind.TEXT)]
    return tuple(columns)


class _Furnished(Workbook):  # type: ignore[misc]  # XlsxWriter ships no types
    """The template's workbook, with the user's things added just before it is written."""

    def close(self) -> None:
        if not self.fileclosed:
            _furnish(self)
        super().close()


def vba_project() -> bytes:
    """The VBA project of the workbook that the installed xlwings ships."""
    shipped = Path(xlwings.__file__).with_name("quickstart_standalone.xlsm")
    with ZipFile(shipped) as archive:
        return archive.read("xl/vbaProject.bin")


def picture(color: tuple[int, int, int], size: int = 24) -> BytesIO:
    """A square PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">2L5B", size, size, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(color) * size) * size
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + body)


def _furnish(book: Workbook) -> None:
    sheets = {sheet.name: sheet for sheet in book.worksheets()}
    _furnish_tables(book, sheets)
    _restyle_home(book, sheets[HOME])
    board, sums, locked, rates, pivot = (book.add_worksheet(name) for name in USER_SHEETS)
    _add_board(book, board)
    _add_sums(book, sums)
    locked.write_string(0, 0, "合同条款", book.add_format({"locked": True}))
    locked.protect("秘密")
    locked.hide()
    rates.write_row(0, 0, ["美元", 7.1])
    rates.write_formula(1, 1, "='[1]汇率'!$B$2*B1", value=50.41)
    rates.very_hidden()
    _add_pivot_source(pivot)
    chartsheet = book.add_chartsheet("图表页")
    chartsheet.set_chart(_chart(book, "line"))
    book.add_vba_project(BytesIO(vba_project()), is_stream=True)
    book.set_vba_name("ThisWorkbook")
    for number, sheet in enumerate(book.worksheets(), start=1):
        sheet.set_vba_name(f"Sheet{number}")
    book.define_name("我的客户", f"='{CUSTOMERS}'!$A${FIRST}:$B${LAST}")
    book.define_name(f"'{SUMS}'!税率", "=0.06")
    book.set_custom_property("归档号", "2026-XS-001")
    book.set_custom_property("复核日期", dt.datetime(2026, 3, 1))
    book.set_custom_property("已审", value=True)


def _furnish_tables(book: Workbook, sheets: dict[str, Worksheet]) -> None:
    """What users add to the sheets that we write to."""
    customers, complaints, due = sheets[CUSTOMERS], sheets[COMPLAINTS], sheets[DUE_LIST]
    customers.write_comment("B5", "老客户，介绍人是王总", {"x_scale": 2, "color": "#FFCC99", "visible": True})
    customers.set_row(5, None, None, {"level": 1})
    customers.set_row(6, None, None, {"level": 1, "hidden": True})
    customers.set_header("&L&G&C客户资料", {"image_left": "头.png", "image_data_left": picture((9, 9, 200))})
    customers.set_background(picture((250, 250, 240)))
    customers.insert_image(
        "E30", "章.png", {"image_data": picture((200, 30, 30)), "url": "https://example.com"}
    )
    # Beside our table: a heading and a column of formulas over our auto columns (made shared by hand later).
    column = 40  # AO
    customers.write_string(FIRST - 2, column, "距下次联系（天）")
    for row in range(FIRST, LAST + 1):
        customers.write_formula(row - 1, column, f"=AE{row}-TODAY()", value=0)
    customers.write_formula(OVERWRITTEN, "=TODAY()+3", value=46100)
    customers.conditional_format(
        FIRST - 1, column, LAST - 1, column, {"type": "data_bar", "data_bar_2010": True}
    )
    customers.conditional_format(FIRST - 1, 2, LAST - 1, 2, {"type": "icon_set", "icon_style": "3_arrows"})
    customers.add_sparkline(3, column + 2, {"range": f"{CUSTOMERS}!C4:C8", "type": "column"})
    complaints.insert_chart("C40", _chart(book, "column"))
    complaints.insert_textbox("H40", "每周一由主管复核", {"fill": {"color": "#FFF2CC"}})
    due.insert_textbox("S3", "先处理红色的", {"font": {"bold": True}})
    due.write_comment("A3", "优先级从小到大")


def _restyle_home(book: Workbook, home: Worksheet) -> None:
    """The user moved one card away and gave it another look."""
    loud = book.add_format({"bold": True, "font_color": "#7030A0", "font_size": 30, "border": 2})
    home.write_string(4, 1, "本月目标", loud)
    home.write_string(5, 1, "三百万", loud)
    home.write_string(40, 4, "客户总数", loud)
    home.write_number(41, 4, 0, loud)
    home.write_formula(43, 4, f"=COUNTA('{DUE_LIST}'!E4:E1000)", loud, 0)


def _chart(book: Workbook, kind: str) -> Any:
    chart = book.add_chart({"type": kind})
    chart.add_series(
        {
            "name": SCORE,
            "categories": f"='{CUSTOMERS}'!$B${FIRST}:$B${LAST}",
            "values": f"='{CUSTOMERS}'!$C${FIRST}:$C${LAST}",
            "data_labels": {"value": True},
            "trendline": {"type": "linear"} if kind == "line" else None,
        }
    )
    chart.set_title({"name": "客户评分"})
    return chart


def _add_board(book: Workbook, sheet: Worksheet) -> None:
    sheet.insert_chart("A1", _chart(book, "bar"), {"description": "评分"})
    sheet.insert_chart("J1", _chart(book, "line"))
    sheet.insert_image("A20", "标志.png", {"image_data": picture((0, 120, 60)), "object_position": 3})
    sheet.insert_textbox("J20", "季度目标\n一千万", {"gradient": {"colors": ["#DDEBCF", "#156B13"]}})
    sheet.embed_image("A30", "内嵌.png", {"image_data": picture((80, 80, 80))})
    sheet.add_sparkline("C30", {"range": f"{CUSTOMERS}!C4:C9", "markers": True})
    sheet.set_landscape()
    sheet.print_area("A1:Q40")
    sheet.set_footer("&R&G", {"image_right": "脚.png", "image_data_right": picture((1, 2, 3))})


def _add_sums(book: Workbook, sheet: Worksheet) -> None:
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red", "italic": True})
    sheet.write_row(0, 0, ["项目", "数值", "备注"])
    for row, (name, number) in enumerate((("甲", 1), ("乙", 2), ("丙", 3)), start=1):
        sheet.write_row(row, 0, [name, number, "x"])
        if number == 2:
            sheet.set_row(row, None, None, {"hidden": True})
    sheet.autofilter(0, 0, 3, 2)
    sheet.filter_column("B", "x != 2")
    sheet.write_dynamic_array_formula("E1", f"=SORT(UNIQUE('{CUSTOMERS}'!H{FIRST}:H{LAST}))", value="A类")
    sheet.write_array_formula("F1:F3", "{=B2:B4*2}", value=2)
    sheet.write_formula("G1", f"=SUMPRODUCT(('{CUSTOMERS}'!I{FIRST}:I{LAST}=\"A类\")*1)", value=0)
    sheet.write_formula("G2", f"=COUNTIF('{DUE_LIST}'!B:B,\"逾期\")", value=0)
    sheet.write_formula("G3", "=B2*税率", value=0.06)
    sheet.write_rich_string("A8", "请在", red, "月底", "前", bold, "交齐")
    sheet.write_url("A9", "https://example.com/帮助?a=1&b=2", string="帮助")
    sheet.write_url("A10", f"internal:'{CUSTOMERS}'!A4", string="看客户")
    sheet.write_url("A11", r"external:c:\共享\表.xlsx#Sheet1!A1", string="别的文件")
    sheet.write_comment("A1", "[线程批注] 请看新版", {"author": "tc={11111111-2222-4333-8444-555555555555}"})
    sheet.set_column(9, 11, 12, None, {"level": 1, "hidden": True})
    sheet.set_column(12, 12, 12, None, {"collapsed": True})
    sheet.freeze_panes(1, 1)
    sheet.data_validation("B2:B4", {"validate": "decimal", "criteria": ">=", "value": 0})
    sheet.merge_range("A14:C15", "合并说明", bold)


def _add_pivot_source(sheet: Worksheet) -> None:
    """What a pivot table shows; its parts are made by hand."""
    rows: Sequence[Sequence[Any]] = (
        ("行标签", "求和项:数值"),
        ("甲", 1),
        ("乙", 2),
        ("丙", 3),
        ("总计", 6),
    )
    for row, cells in enumerate(rows, start=2):
        sheet.write_row(row, 0, cells)
    sheet.insert_textbox("E12", "透视说明")
