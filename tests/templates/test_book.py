"""The built workbook: sheets, headings, table objects, names and drop-downs, as openpyxl reads them."""

from __future__ import annotations

import datetime as dt
import gc
import re
import tempfile
import zipfile
from functools import cache
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from xlcrm.analysis.sheets import sheets_of
from xlcrm.errors import UsageError
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.parameters import parameter_rows
from xlcrm.rules.reading import default_book, default_rows
from xlcrm.tables import PACKS, SYSTEM_TABLES, tables_of
from xlcrm.tables.base import Kind, Role
from xlcrm.tables.options import list_of_column, pack_option_lists
from xlcrm.tables.system import HOLIDAYS, OPTIONS, PARAMETERS, RULES
from xlcrm.templates import build
from xlcrm.templates.table_sheet import HEADING_ROW
from xlcrm.templates.validation import MESSAGE_LIMIT, TITLE_LIMIT
from xlcrm.worktime import Statutory

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

    from xlcrm.tables import Column, Table

    Books = dict[str, Workbook]

SHEETS = [(pack, table) for pack in PACKS for table in (*tables_of(pack), *SYSTEM_TABLES)]
every_sheet = pytest.mark.parametrize(
    ("pack", "table"), SHEETS, ids=[f"{pack}-{table.name}" for pack, table in SHEETS]
)
every_pack = pytest.mark.parametrize("pack", PACKS)


@cache
def columns_of(pack: str, table: Table) -> tuple[Column, ...]:
    return sheet_columns(table, default_book(pack).rules, pack)


def validation_at(sheet: Worksheet, place: int) -> DataValidation | None:
    cell = f"{get_column_letter(place)}{HEADING_ROW + 1}"
    found = [item for item in sheet.data_validations.dataValidation if cell in item.sqref]
    assert len(found) <= 1
    return found[0] if found else None


def dimension_of(sheet: Worksheet, place: int) -> ColumnDimension:
    """Columns of one look are stored as one range."""
    return next(
        item
        for item in sheet.column_dimensions.values()
        if place in range(item.min or 0, (item.max or 0) + 1)
    )


@every_pack
def test_sheets_stand_in_the_agreed_order(books: Books, pack: str) -> None:
    assert books[pack].sheetnames == [
        "首页",
        "到期清单",
        "超时预警",
        *[table.title for table in tables_of(pack)][:-1],
        *[sheet.title for sheet in sheets_of(pack)],
        "分析明细",
        "校验结果",
        "规则表",
        "参数表",
        "通讯录",
        "任务计划",
        "选项表",
        "节假日",
        "发送记录",
        "操作日志",
    ]


@every_sheet
def test_headings_are_the_declared_ones_in_order(books: Books, pack: str, table: Table) -> None:
    cells = [cell.value for cell in books[pack][table.title][HEADING_ROW]]
    assert cells == [item.heading for item in columns_of(pack, table)]


@every_sheet
def test_the_table_object_repeats_the_headings_over_one_body_row_at_least(
    books: Books, pack: str, table: Table
) -> None:
    sheet = books[pack][table.title]
    (found,) = sheet.tables.values()
    cells = [cell.value for cell in sheet[HEADING_ROW]]
    assert [item.name for item in found.tableColumns] == cells
    first, last = sheet[found.ref][0], sheet[found.ref][-1]
    assert (first[0].row, first[0].column, last[-1].column) == (HEADING_ROW, 1, len(cells))
    rows = {RULES: len(default_rows(pack)), PARAMETERS: len(parameter_rows())}.get(table)
    if table.packs or rows:
        assert last[0].row == HEADING_ROW + (rows or len(table.default_rows) or 1)


@every_pack
def test_no_sheet_has_merged_cells(books: Books, pack: str) -> None:
    assert not [sheet.title for sheet in books[pack] if sheet.merged_cells.ranges]


@every_sheet
def test_title_hint_and_the_way_home_stand_above(books: Books, pack: str, table: Table) -> None:
    sheet = books[pack][table.title]
    assert sheet["A1"].value == table.title
    assert sheet["A2"].value == "返回首页"
    assert sheet["A2"].hyperlink.location == "'首页'!A1"
    row = 1 if any(item.group for item in table.columns) else 2
    assert any(str(cell.value).startswith(table.hint) for cell in sheet[row][1:])


@every_sheet
def test_roles_tell_apart_by_the_heading_colour(books: Books, pack: str, table: Table) -> None:
    colours = {Role.ENTRY: "FF1F3A5F", Role.EXTRA: "FF1F7A7A", Role.AUTO: "FFD3D8DF"}
    sheet = books[pack][table.title]
    for place, item in enumerate(columns_of(pack, table), start=1):
        assert sheet.cell(HEADING_ROW, place).fill.start_color.rgb == colours[item.role], item.heading


@every_sheet
def test_every_column_with_a_list_offers_it(books: Books, pack: str, table: Table) -> None:
    lists = list_of_column(pack_option_lists(pack))
    for place, item in enumerate(columns_of(pack, table), start=1):
        options = lists.get((table.name, item.key))
        if options is None or item.role is Role.AUTO:
            continue
        rule = validation_at(books[pack][table.title], place)
        assert rule is not None, item.heading
        assert (rule.type, rule.formula1) == ("list", options.defined_name)
        assert rule.formula1 in books[pack].defined_names
        if item.kind is Kind.TAGS:
            assert not rule.showErrorMessage
        else:
            assert rule.showErrorMessage
            assert (rule.errorStyle or "stop") == ("information" if options.open else "stop")


@every_pack
def test_names_cover_exactly_the_filled_part_of_their_list(books: Books, pack: str) -> None:
    sheet = books[pack][OPTIONS]
    for place, item in enumerate(pack_option_lists(pack), start=1):
        column = [cell.value for cell in next(sheet.iter_cols(place, place))]
        assert column[HEADING_ROW - 1] == item.name
        below = column[HEADING_ROW:]
        assert (
            [value for value in below if value is not None] == list(item.values) == below[: len(item.values)]
        )
        letter = get_column_letter(place)
        whole = rf"'选项表'!\${letter}\$4:\${letter}\$203"
        pattern = rf"'选项表'!\${letter}\$4:INDEX\({whole},MAX\(1,COUNTA\({whole}\)\)\)"
        assert re.fullmatch(pattern, books[pack].defined_names[item.defined_name].attr_text or "")


@every_sheet
def test_columns_are_prepared_far_below_the_data(books: Books, pack: str, table: Table) -> None:
    sheet = books[pack][table.title]
    formats = {
        Kind.DATE: "yyyy-mm-dd",
        Kind.DATETIME: "yyyy-mm-dd hh:mm",
        Kind.MONEY: "#,##0.00",
        Kind.PERCENT: "0.0%",
        Kind.ID: "@",
    }
    for place, item in enumerate(columns_of(pack, table), start=1):
        if item.kind in formats:
            dimension = dimension_of(sheet, place)
            assert dimension.number_format == formats[item.kind], item.heading
        rule = validation_at(sheet, place)
        if rule is not None:
            assert f"{get_column_letter(place)}5000" in rule.sqref
        if item.kind in (Kind.DATE, Kind.DATETIME) and item.role is not Role.AUTO:
            assert rule is not None
            assert (rule.type, rule.operator) == ("date", "greaterThanOrEqual")
            assert float(str(rule.formula1)) == (dt.date(1990, 1, 1) - dt.date(1899, 12, 30)).days


@every_pack
def test_input_messages_keep_within_what_excel_shows(books: Books, pack: str) -> None:
    rules = [rule for sheet in books[pack] for rule in sheet.data_validations.dataValidation]
    assert rules
    for rule in rules:
        assert len(rule.promptTitle or "") <= TITLE_LIMIT
        assert len(rule.prompt or "") <= MESSAGE_LIMIT
        assert len(rule.errorTitle or "") <= TITLE_LIMIT
        assert len(rule.error or "") <= MESSAGE_LIMIT
        assert len(str(rule.formula1 or "")) <= 255


@every_sheet
def test_sheets_print_landscape_with_their_headings(books: Books, pack: str, table: Table) -> None:
    sheet = books[pack][table.title]
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == ("$2:$3" if any(item.group for item in table.columns) else "$3:$3")
    assert sheet.oddFooter is not None
    assert "&P" in str(sheet.oddFooter.center.text)
    assert sheet.freeze_panes is not None


@every_pack
def test_rules_are_the_packaged_ones_with_numbers_as_numbers(books: Books, pack: str) -> None:
    sheet = books[pack][RULES.title]
    keys = [item.heading for item in RULES.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in sheet.iter_rows(min_row=4, values_only=True)]
    assert [row["规则编号"] for row in rows] == [row["规则编号"] for row in default_rows(pack)]
    first = rows[0]
    assert isinstance(first["时限"], int)
    for row, packaged in zip(rows, default_rows(pack), strict=True):
        for key in keys:
            shown = row[key]
            assert (
                "" if shown is None else f"{shown:g}" if isinstance(shown, int | float) else shown
            ) == packaged[key]


def test_parameters_ship_blank_beside_their_defaults(opened: Workbook) -> None:
    rows = list(opened[PARAMETERS.title].iter_rows(min_row=4, max_col=5, values_only=True))
    assert [str(row[0]) for row in rows] == [name for name, *_ in parameter_rows()]
    assert {row[1] for row in rows} == {None}
    assert ["" if row[3] is None else str(row[3]) for row in rows] == [
        default.removesuffix(".0") for _, _, default, _ in parameter_rows()
    ]


def test_holidays_hold_two_years_with_make_up_days(opened: Workbook) -> None:
    rows = list(opened[HOLIDAYS.title].iter_rows(min_row=4, max_col=5, values_only=True))
    kinds = {row[0].date(): row[1:3] for row in rows if isinstance(row[0], dt.datetime)}
    assert kinds[dt.date(2026, 10, 1)] == ("休息", "国庆节")
    assert kinds[dt.date(2025, 1, 26)] == ("上班", "春节调休")
    assert {day.year for day in kinds} == {2025, 2026}
    assert list(kinds) == sorted(kinds)
    assert len(kinds) == len(rows)
    assert {row[4] for row in rows} == {"法定"}


def test_other_holidays_may_be_given(tmp_path: Path) -> None:
    days = Statutory({dt.date(2027, 1, 1): "元旦"}, {}, frozenset({2027}))
    build("crm", tmp_path / "a.xlsx", holidays=days)
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx")["节假日"].iter_rows(min_row=4, values_only=True))
    assert rows == [(dt.datetime(2027, 1, 1), "休息", "元旦", None, "法定")]


def test_data_fill_the_table_and_keep_their_types(tmp_path: Path) -> None:
    day = [pd.Timestamp(2026, 3, 1), pd.NaT]
    frame = pd.DataFrame(
        {
            "customer_id": ["2026001", "2026002"],
            "filed_on": day,
            "budget": [5000.5, None],
            "name": ["=1+1", "http://a.example"],
        }
    )
    path = tmp_path / "a.xlsx"
    build("crm", path, {"customers": frame})
    sheet = openpyxl.load_workbook(path)["客户信息总表"]
    place = {cell.value: cell.column or 0 for cell in sheet[3]}
    assert sheet["A4"].value == "2026001"
    assert sheet["B4"].value == "=1+1"
    assert sheet["B4"].data_type == "s"
    assert sheet["B5"].hyperlink is None
    filed = sheet.cell(4, place["建档日期"])
    assert (filed.value, filed.number_format) == (dt.datetime(2026, 3, 1), "yyyy-mm-dd")
    assert sheet.cell(4, place["预算"]).value == 5000.5
    assert sheet.cell(5, place["预算"]).value is None
    (found,) = sheet.tables.values()
    assert found.ref.startswith("A3:")
    assert found.ref.endswith("5")


def test_mistyped_cells_stay_as_typed(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": [2026001, 2026002, 2026003],
            "filed_on": pd.Series([pd.Timestamp(2026, 3, 1), "2026年3月5日", pd.NaT], dtype=object),
            "budget": pd.Series([1, "50万", True], dtype=object),
        }
    )
    build("crm", tmp_path / "a.xlsx", {"customers": frame})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["客户信息总表"]
    place = {cell.value: cell.column or 0 for cell in sheet[3]}
    filed = [sheet.cell(row, place["建档日期"]).value for row in (4, 5, 6)]
    assert filed == [dt.datetime(2026, 3, 1), "2026年3月5日", None]
    assert [sheet.cell(row, place["预算"]).value for row in (4, 5, 6)] == [1, "50万", True]
    assert [sheet.cell(row, 1).value for row in (4, 5, 6)] == ["2026001", "2026002", "2026003"]


def test_many_rows_push_the_prepared_range_down(tmp_path: Path) -> None:
    frame = pd.DataFrame({"case_id": [f"{number}" for number in range(4000)]})
    build("crm", tmp_path / "a.xlsx", {"status_changes": frame})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["状态变更表"]
    rule = validation_at(sheet, 3)
    assert rule is not None
    assert "C6003" in rule.sqref
    assert "C6004" not in rule.sqref


def test_the_same_input_gives_the_same_bytes(template: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    build("crm", again)
    assert again.read_bytes() == template.read_bytes()


def test_properties_name_nobody(opened: Workbook, template: Path) -> None:
    assert opened.properties.created == dt.datetime(2026, 1, 1)
    assert not opened.properties.creator
    with zipfile.ZipFile(template) as package:
        assert {info.date_time[0] for info in package.infolist()} == {1980}


def test_no_room_for_temporary_files_is_told_and_leaves_no_package_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "没有"))
    with pytest.raises(OSError, match="No such file") as caught:
        build("crm", tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())
    del caught
    gc.collect()  # what was left open would be told now, and fail this test


def test_an_unknown_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有名为“nope”的模板"):
        build("nope", tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_data_for_a_table_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有“nope”这张表"):
        build("crm", tmp_path / "a.xlsx", {"nope": pd.DataFrame()})
    assert not (tmp_path / "a.xlsx").exists()
