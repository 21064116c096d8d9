"""The writer as a whole: what is new, what keeps its bytes, what is read back."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from xlcrm.errors import SheetMissing, UnsafeToPatch, UsageError
from xlcrm.workbook.patch import faults, patch, patch_blocks
from xlcrm.workbook.port import KEEP, Block, Cell, Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade, Reader


def test_every_kind_of_value_is_read_back(ordinary: Path, tmp_path: Path, read: Reader) -> None:
    target = tmp_path / "新.xlsx"
    saved = patch(
        ordinary,
        target,
        {
            "客户": {
                "E2": '文字 <&> "引号"',
                "F2": 12,
                "G2": -0.5,
                "H2": True,
                "I2": dt.date(2026, 5, 6),
                "J2": dt.datetime(2026, 5, 6, 7, 8),
                "K2": " 空格 ",
                "L2": "两\n行",
                "C3": None,
            }
        },
    )
    assert saved.cells == 9
    values = read(target, "客户")
    assert values["E2"] == '文字 <&> "引号"'
    assert [values[c] for c in ("F2", "G2", "H2", "K2", "L2")] == [12, -0.5, True, " 空格 ", "两\n行"]
    assert values["I2"] == dt.datetime(2026, 5, 6)
    assert values["J2"] == dt.datetime(2026, 5, 6, 7, 8)
    assert "C3" not in values
    assert values["C4"] == 4.5
    rows = python_calamine.CalamineWorkbook.from_path(target).get_sheet_by_name("客户").to_python()
    assert rows[1][4:10] == [
        '文字 <&> "引号"',
        12,
        -0.5,
        True,
        dt.date(2026, 5, 6),
        dt.datetime(2026, 5, 6, 7, 8),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "{=A1}", "http://例.中国"])
def test_text_that_looks_like_a_formula_stays_text(
    ordinary: Path, read: Reader, part: Callable[..., str], text: str
) -> None:
    patch(ordinary, ordinary, {"其他": {"A1": text}})
    assert read(ordinary, "其他") == {"A1": text}
    assert "<f>" not in part(ordinary, "xl/worksheets/sheet2.xml")


def test_only_the_written_sheet_changes(
    ordinary: Path, tmp_path: Path, raw_parts: Callable[[Path], dict[str, bytes]]
) -> None:
    target = tmp_path / "新.xlsx"
    patch(ordinary, target, {"客户": {"E2": "新"}})
    old, new = raw_parts(ordinary), raw_parts(target)
    assert list(old) == list(new)
    assert {name for name in old if old[name] != new[name]} == {"xl/worksheets/sheet1.xml"}


def test_second_patch_leaves_the_file_alone(ordinary: Path) -> None:
    values: dict[str, dict[str, Cell]] = {
        "客户": {"B2": "李四", "D9": dt.date(2026, 2, 3), "E2": Link("去", "其他", "A1"), "C2": 1.5}
    }
    assert patch(ordinary, ordinary, values).cells == 3  # C2 holds 1.5 already
    before = ordinary.read_bytes()
    time = ordinary.stat().st_mtime_ns
    saved = patch(ordinary, ordinary, values)
    assert (saved.cells, saved.backup) == (0, None)
    assert ordinary.read_bytes() == before
    assert ordinary.stat().st_mtime_ns == time


def test_unchanged_copy_is_the_same_file(ordinary: Path, tmp_path: Path) -> None:
    target = tmp_path / "新.xlsx"
    assert patch(ordinary, target, {"客户": {"A1": "编号"}}).cells == 0
    assert target.read_bytes() == ordinary.read_bytes()


def test_shared_string_of_the_same_text_stays_shared(ordinary: Path, part: Callable[..., str]) -> None:
    before = part(ordinary)
    names: list[Any] = ["张三", "张三", "李四", KEEP, "张三"]
    assert patch_blocks(ordinary, ordinary, [Block("客户", 2, 2, [names])]).cells == 1
    assert part(ordinary).count('t="inlineStr"') == 1
    assert len(part(ordinary)) > len(before)


def test_old_target_is_backed_up(ordinary: Path) -> None:
    before = ordinary.read_bytes()
    saved = patch(ordinary, ordinary, {"客户": {"E2": "新"}})
    assert saved.backup is not None
    assert saved.backup.read_bytes() == before
    assert patch_blocks(ordinary, ordinary, [Block("客户", 2, 5, [["旧"]])], backup=False).backup is None


def test_link_is_a_formula_with_its_text(ordinary: Path, part: Callable[..., str]) -> None:
    patch(ordinary, ordinary, {"其他": {"A1": Link('见"客户"', "客户's", "A5")}})
    xml = part(ordinary, "xl/worksheets/sheet2.xml")
    formula = """HYPERLINK("#'客户''s'!A5","见""客户\""\")"""
    assert f'<c r="A1" t="str"><f>{formula}</f><v>见"客户"</v></c>' in xml
    assert not faults(ordinary)


def test_1904_dates(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "1904.xlsx"
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book["Sheet"]["A1"] = dt.datetime(2026, 1, 1)
    book.save(path)
    patch(path, path, {"Sheet": {"A2": dt.datetime(2026, 5, 6, 12, 0), "A3": dt.date(1904, 1, 2)}})
    values = read(path, "Sheet")
    assert values["A2"] == dt.datetime(2026, 5, 6, 12, 0)
    assert values["A3"] == dt.datetime(1904, 1, 2)


def test_new_cells_look_like_the_cell_above_in_the_block(tmp_path: Path) -> None:
    path = tmp_path / "样式.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.set_column("B:B", 12, money)
    sheet.write("A1", "标题", red)
    sheet.write("A2", "甲", bold)
    sheet.write("B1", "金额", red)
    book.close()
    patch_blocks(path, path, [Block("表", 2, 1, [["乙", "丙", "丁"], [1, 2, 3]])])
    result = openpyxl.load_workbook(path)["表"]
    assert [result.cell(row, 1).font.b for row in (2, 3, 4)] == [True, True, True]
    assert [result.cell(row, 2).number_format for row in (2, 3, 4)] == ["#,##0.00"] * 3


def test_date_style_is_appended_once_and_keeps_the_rest(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "样式.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    sheet.write_blank("A1", None, book.add_format({"bold": True}))
    sheet.write_blank("A2", None, book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
    book.close()
    patch(
        path,
        path,
        {"表": {"A1": dt.date(2026, 1, 2), "A2": dt.date(2026, 1, 2), "A3": dt.datetime(2026, 1, 2, 3)}},
    )
    result = openpyxl.load_workbook(path)["表"]
    assert (result["A1"].number_format, result["A1"].font.b) == ("yyyy-mm-dd", True)
    assert result["A2"].number_format == 'yyyy"年"m"月"d"日"'
    assert result["A3"].number_format == 'yyyy"年"m"月"d"日"'  # as the cell above it in the column
    styles = part(path, "xl/styles.xml")
    patch(path, path, {"表": {"C1": dt.date(2026, 1, 2)}})
    grown = part(path, "xl/styles.xml")
    assert grown.count("yyyy-mm-dd") == styles.count("yyyy-mm-dd") == 1


def test_formulas_elsewhere_are_calculated_on_opening(tmp_path: Path, part: Callable[..., str]) -> None:
    path = tmp_path / "公式.xlsx"
    book = openpyxl.Workbook()
    book.create_sheet("算")["A1"] = "=Sheet!A1*2"
    book.calculation.fullCalcOnLoad = False
    book.save(path)
    patch(path, path, {"Sheet": {"A1": 3}})
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def test_no_formula_no_calculation_flag(ordinary: Path, part: Callable[..., str]) -> None:
    before = part(ordinary, "xl/workbook.xml")
    patch(ordinary, ordinary, {"客户": {"E2": 3}})
    assert part(ordinary, "xl/workbook.xml") == before


def test_calculation_flag_lands_in_schema_order(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    workbook = (
        f'<x:workbook xmlns:x="{main}" xmlns:r="{office}">'
        '<x:sheets><x:sheet name="表" sheetId="1" r:id="rId1"/>'
        "</x:sheets><x:definedNames><x:definedName name='甲'>表!$A$1</x:definedName></x:definedNames>"
        '<x:oleSize ref="A1"/></x:workbook>'
    )
    path = by_hand(sheet_of('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'), workbook=workbook)
    patch(path, path, {"表": {"B1": 3}})
    assert '</x:definedNames><x:calcPr fullCalcOnLoad="1"/><x:oleSize' in part(path, "xl/workbook.xml")


def test_two_sheets_and_scattered_cells_in_one_step(ordinary: Path, read: Reader) -> None:
    wanted = {f"{'ACEG'[n % 4]}{n * 3 + 1}": n for n in range(40)}
    assert patch(ordinary, ordinary, {"其他": wanted, "客户": {"E1": "状态"}}).cells == 41
    assert read(ordinary, "其他") == wanted
    assert read(ordinary, "客户")["E1"] == "状态"


def test_kept_columns_split_a_block(ordinary: Path, read: Reader) -> None:
    before = read(ordinary, "客户")
    block = Block("客户", 2, 1, [["甲"] * 5, [KEEP] * 5, [9] * 5, [KEEP] * 5, ["新", KEEP, None, KEEP, "尾"]])
    assert patch_blocks(ordinary, ordinary, [block]).cells == 12
    after = read(ordinary, "客户")
    assert [after[f"B{r}"] for r in range(2, 7)] == [before[f"B{r}"] for r in range(2, 7)]
    assert (after["E2"], after.get("E3"), after["E6"], after["A4"]) == ("新", None, "尾", "甲")


def test_missing_sheet_is_named(ordinary: Path) -> None:
    with pytest.raises(SheetMissing, match="没有工作表“问题”，现有：客户、其他"):
        patch(ordinary, ordinary, {"问题": {"A1": 1}})


def test_sheet_names_ignore_case(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    patch(path, path, {"SHEET": {"A1": 1}})
    assert read(path, "Sheet") == {"A1": 1}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "NaN"),
        (float("inf"), "NaN"),
        ("长" * 32_768, "32767"),
        (dt.date(1899, 12, 30), "最早"),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "时区"),
        (10**400, "太大"),
        (Link("长" * 9000, "客户", "A1"), "链接文字太长"),
    ],
)
def test_value_that_fits_nowhere_is_refused_with_its_cell(ordinary: Path, value: Any, why: str) -> None:
    before = ordinary.read_bytes()
    with pytest.raises(UnsafeToPatch, match=f"“客户”的 E3 .*{why}"):
        patch_blocks(ordinary, ordinary, [Block("客户", 2, 5, [["好", value]])])
    assert ordinary.read_bytes() == before


def test_too_many_rows_are_refused(ordinary: Path) -> None:
    with pytest.raises(UnsafeToPatch, match="1048577 行"):
        patch_blocks(ordinary, ordinary, [Block("客户", 1_048_576, 1, [["甲", "乙"]])])


def test_overlapping_and_ragged_blocks_are_usage_errors(ordinary: Path) -> None:
    with pytest.raises(UsageError, match="B3 被要求写入两次"):
        patch_blocks(ordinary, ordinary, [Block("客户", 2, 2, [[1, 2]]), Block("客户", 3, 1, [[1], [2]])])
    with pytest.raises(UsageError, match="形状不对"):
        patch_blocks(ordinary, ordinary, [Block("客户", 2, 2, [[1, 2], [1]])])
    with pytest.raises(UsageError, match="“2B”不是单元格"):
        patch(ordinary, ordinary, {"客户": {"2B": 1}})


@pytest.mark.slow
def test_validator_finds_nothing_new(ordinary: Path, tmp_path: Path) -> None:
    program = os.environ.get("XLCRM_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not program:
        pytest.skip("the Open XML SDK validator is not installed (XLCRM_OOXML_VALIDATOR)")
    target = tmp_path / "新.xlsx"
    values: dict[str, Cell] = {
        "A9": "新",
        "D2": dt.date(2026, 1, 1),
        "E3": Link("去", "其他", "A1"),
        "F4": True,
        "G2": dt.date(2026, 1, 1),
    }
    patch(ordinary, target, {"客户": values, "其他": {"A1": "x"}})
    found = [
        subprocess.run([program, str(path)], capture_output=True, text=True, check=False).stdout
        for path in (ordinary, target)
    ]
    assert found[1].replace(target.name, ordinary.name) == found[0]
