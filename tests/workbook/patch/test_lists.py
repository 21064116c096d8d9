"""Lists that get longer or shorter, and places where nothing may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter

from xlcrm.errors import UnsafeToPatch
from xlcrm.workbook.patch import faults, patch, patch_blocks
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade, Reader

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """清单 with a table A1:D6 (编号, 姓名, 状态, 天数), formats and validations over its body."""
    path = tmp_path / "清单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    headings = ["编号", "姓名", "状态", "天数"]
    rows = [[f"K{row}", "张三", "正常", row] for row in range(1, 6)]
    sheet.add_table("A1:D6", {"name": "客户", "data": rows, "columns": [{"header": h} for h in headings]})
    sheet.conditional_format("A2:D6", {"type": "no_blanks", "format": book.add_format({"bold": True})})
    sheet.conditional_format("A1:A3", {"type": "no_blanks", "format": book.add_format({"bold": True})})
    sheet.data_validation("C2:C6", {"validate": "list", "source": ["正常", "超时"]})
    sheet.data_validation("F2:F6", {"validate": "integer", "criteria": ">", "value": 0})
    sheet.print_area("A1:D6")
    book.close()
    return path


def ranges(path: Path) -> dict[str, Any]:
    """Where the table, the filters, the formats and the validations end."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {
        "tables": [(t.ref, t.autoFilter.ref if t.autoFilter else None) for t in sheet.tables.values()],
        "formats": sorted(str(f.sqref) for f in sheet.conditional_formatting),
        "validations": sorted(str(v.sqref) for v in sheet.data_validations.dataValidation),
        "filter": sheet.auto_filter.ref,
        "print": sheet.print_area,
        "dimension": sheet.calculate_dimension(),
    }


def test_table_and_all_bound_to_it_grow(listed: Path, read: Reader) -> None:
    states, days = ["超时"] * 8, list(range(8))
    patch_blocks(listed, listed, [Block("清单", 2, 3, [states, days], resize=True)])
    assert ranges(listed) == {
        "tables": [("A1:D9", "A1:D9")],
        "formats": ["A1:A3", "A2:D9"],
        "validations": ["C2:C9", "F2:F6"],
        "filter": None,
        "print": "'清单'!$A$1:$D$9",
        "dimension": "A1:D9",
    }
    values = read(listed, "清单")
    assert [values[f"D{row}"] for row in range(2, 10)] == days
    assert not faults(listed)


def test_table_shrinks_but_never_leaves_other_columns_behind(listed: Path, read: Reader) -> None:
    patch_blocks(listed, listed, [Block("清单", 2, 3, [["超时"] * 2, [7, 8]], resize=True)])
    values = read(listed, "清单")
    assert [values.get(f"D{row}") for row in range(2, 7)] == [7, 8, None, None, None]
    assert values["A6"] == "K5"
    assert ranges(listed)["tables"] == [("A1:D6", "A1:D6")]


def test_whole_table_shrinks_exactly(listed: Path, read: Reader) -> None:
    block = Block("清单", 2, 1, [["甲", "乙"], ["a", "b"], ["c", "d"], [1, 2]], resize=True)
    patch_blocks(listed, listed, [block])
    assert set(read(listed, "清单")) == {f"{c}{r}" for c in "ABCD" for r in (1, 2, 3)}
    found = ranges(listed)
    assert found["tables"] == [("A1:D3", "A1:D3")]
    assert found["formats"] == ["A1:A3", "A2:D6"]
    before = listed.read_bytes()
    assert patch_blocks(listed, listed, [block]).cells == 0
    assert listed.read_bytes() == before


def test_empty_list_keeps_one_body_row(listed: Path, read: Reader) -> None:
    patch_blocks(listed, listed, [Block("清单", 2, 1, [[], [], [], []], resize=True)])
    assert set(read(listed, "清单")) == {"A1", "B1", "C1", "D1"}
    assert ranges(listed)["tables"] == [("A1:D2", "A1:D2")]
    patch_blocks(
        listed, listed, [Block("清单", 2, 1, [["甲"] * 3, ["a"] * 3, ["b"] * 3, [1] * 3], resize=True)]
    )
    assert ranges(listed)["tables"] == [("A1:D4", "A1:D4")]


def test_kept_columns_are_not_emptied(listed: Path, read: Reader) -> None:
    patch_blocks(listed, listed, [Block("清单", 2, 2, [[KEEP], ["超时"]], resize=True)])
    values = read(listed, "清单")
    assert (values["B6"], values["C2"], values.get("C6")) == ("张三", "超时", None)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """清单 without a table: A1:C5, a filter over A1:C4, notes in A9 and B9."""
    path = tmp_path / "清单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    sheet.write_row("A1", ["编号", "姓名", "状态"])
    for row in range(1, 5):
        sheet.write_row(row, 0, [f"K{row}", "张三", "正常"])
    sheet.autofilter("A1:C4")
    sheet.write("A9", "备注")
    sheet.write("B9", "以上")
    book.close()
    return path


def test_plain_list_ends_at_the_blank_row(plain: Path, read: Reader, part: Callable[..., str]) -> None:
    patch_blocks(plain, plain, [Block("清单", 2, 1, [["甲"], ["乙"], ["丙"]], resize=True)])
    values = read(plain, "清单")
    assert {k: v for k, v in values.items() if not k.endswith("1")} == {
        "A2": "甲",
        "B2": "乙",
        "C2": "丙",
        "A9": "备注",
        "B9": "以上",
    }
    assert ranges(plain)["filter"] == "A1:C2"
    assert "_xlnm._FilterDatabase" in part(plain, "xl/workbook.xml")
    assert "清单!$A$1:$C$2" in part(plain, "xl/workbook.xml").replace("'", "")


def test_blank_row_inside_does_not_end_a_list_with_other_columns(plain: Path, read: Reader) -> None:
    patch(plain, plain, {"清单": {"A3": None, "B3": None, "C3": None, "A9": None, "B9": None}})
    patch_blocks(plain, plain, [Block("清单", 2, 3, [["新", None, "新"]], resize=True)])
    values = read(plain, "清单")
    assert [values.get(f"C{row}") for row in range(2, 6)] == ["新", None, "新", None]


def test_plain_list_refuses_to_swallow_what_is_below(plain: Path) -> None:
    before = plain.read_bytes()
    with pytest.raises(UnsafeToPatch, match="“清单”的清单要从第 5 行加到第 10 行，而 A9 里已有内容"):
        patch_blocks(plain, plain, [Block("清单", 2, 1, [["乙"] * 9, ["丙"] * 9], resize=True)])
    assert plain.read_bytes() == before
    patch_blocks(plain, plain, [Block("清单", 2, 3, [["丙"] * 9], resize=True)])  # C9 is free


def test_list_under_a_heading_that_was_never_filled(plain: Path, read: Reader) -> None:
    patch_blocks(plain, plain, [Block("清单", 9, 5, [["新"]], resize=True)])
    assert read(plain, "清单")["E9"] == "新"


def totals(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    columns = [
        {"header": "编号"},
        {"header": "数", "total_function": "sum"},
        {"header": "倍", "formula": "=[@数]*2"},
    ]
    sheet.add_table("A1:C5", {"columns": columns, "data": [["甲", 1]] * 3, "total_row": True})
    sheet.add_table("E1:E3", {"columns": [{"header": "别"}]})
    sheet.add_table("A8:A9", {"columns": [{"header": "下"}]})
    book.close()
    return path


def test_totals_row_stops_a_growing_list(tmp_path: Path, part: Callable[..., str]) -> None:
    path = totals(tmp_path / "a.xlsx")
    with pytest.raises(UnsafeToPatch, match="汇总行"):
        patch_blocks(path, path, [Block("清单", 2, 2, [[1, 2, 3, 4]], resize=True)])
    with pytest.raises(UnsafeToPatch, match="B5 是表格“Table1”的汇总行"):
        patch(path, path, {"清单": {"B5": 4}})
    patch_blocks(path, path, [Block("清单", 2, 1, [["甲"], [5]], resize=True)])
    assert 'ref="A1:C5"' in part(path, "xl/tables/table1.xml")


def test_tables_do_not_run_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    sheet.add_table("A1:B2", {"columns": [{"header": "上"}, {"header": "数"}]})
    sheet.add_table("B5:C6", {"columns": [{"header": "下"}, {"header": "数"}]})
    book.close()
    with pytest.raises(UnsafeToPatch, match="会碰到表格“Table2”"):
        patch_blocks(path, path, [Block("清单", 2, 1, [list("abcdef")], resize=True)])


def test_calculated_column_is_neither_overwritten_nor_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("清单")
    sheet.add_table("A1:B3", {"columns": [{"header": "数"}, {"header": "倍", "formula": "=[@数]*2"}]})
    book.close()
    with pytest.raises(UnsafeToPatch, match="B2 在表格“Table1”的计算列“倍”里"):
        patch(path, path, {"清单": {"B2": 4}})
    with pytest.raises(UnsafeToPatch, match="列“倍”是计算列"):
        patch_blocks(path, path, [Block("清单", 2, 1, [[1, 2, 3]], resize=True)])
    assert patch_blocks(path, path, [Block("清单", 2, 1, [[1, 2]], resize=True)]).cells == 2


def test_table_heading_is_only_written_as_it_is(listed: Path) -> None:
    assert patch(listed, listed, {"清单": {"A1": "编号"}}).cells == 0
    with pytest.raises(UnsafeToPatch, match="C1 是表格“客户”的标题"):
        patch(listed, listed, {"清单": {"C1": "情况"}})


def test_merged_cells(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    sheet.merge_range("A1:C2", "合")
    book.close()
    with pytest.raises(UnsafeToPatch, match="B2 在合并单元格 A1:C2 里"):
        patch(path, path, {"表": {"B2": 1}})
    patch(path, path, {"表": {"A1": "新", "B1": None}})
    assert read(path) == {"A1": "新"}
    with pytest.raises(UnsafeToPatch, match="合并单元格"):
        patch_blocks(path, path, [Block("表", 1, 2, [[KEEP, 5]])])


def test_growing_over_a_merge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    sheet.write_row("A1", ["甲", "乙"])
    sheet.merge_range("A4:B4", "")
    book.close()
    with pytest.raises(UnsafeToPatch, match="合并单元格 A4:B4"):
        patch_blocks(path, path, [Block("表", 2, 1, [[1, 2, 3], [1, 2, 3]], resize=True)])


def test_protected_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("锁").protect()
    book.add_worksheet("开")
    book.close()
    with pytest.raises(UnsafeToPatch, match=r"工作表“锁”受保护.*撤销工作表保护"):
        patch(path, path, {"锁": {"A1": 1}})
    assert patch(path, path, {"开": {"A1": 1}}).cells == 1


def test_signed_workbook_is_refused(by_hand: HandMade, sheet_of: Any) -> None:
    path = by_hand(sheet_of(""), parts={"_xmlsignatures/origin.sigs": b""})
    with pytest.raises(UnsafeToPatch, match="数字签名"):
        patch(path, path, {"表": {"A1": 1}})


def test_pivot_table_is_refused(by_hand: HandMade, sheet_of: Any) -> None:
    path = by_hand(
        sheet_of(""),
        parts={
            "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{MAIN}">'
            '<location ref="A3:B9"/></pivotTableDefinition>'
        },
        sheet_rels=f'<Relationship Id="r" Type="{OFFICE}/pivotTable" '
        'Target="../pivotTables/pivotTable1.xml"/>',
    )
    with pytest.raises(UnsafeToPatch, match=r"B4 属于数据透视表（A3:B9）"):
        patch(path, path, {"表": {"B4": 1}})
    patch(path, path, {"表": {"C4": 1}})


def test_extension_ranges_grow(by_hand: HandMade, sheet_of: Any, part: Callable[..., str]) -> None:
    extra = (
        f'<extLst><ext uri="u" xmlns:x14="{X14}" xmlns:xm="{XM}"><x14:dataValidations><x14:dataValidation>'
        "<xm:sqref>A2:A3 C2:C3</xm:sqref></x14:dataValidation></x14:dataValidations><x14:sparklineGroups>"
        "<x14:sparkline><xm:sqref>A2</xm:sqref></x14:sparkline></x14:sparklineGroups></ext></extLst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="str"><v>甲</v></c></row><row r="2"><c '
        'r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    )
    path = by_hand(sheet_of(rows, after=extra))
    patch_blocks(path, path, [Block("表", 2, 1, [[1, 2, 3, 4]], resize=True)])
    assert "<xm:sqref>A2:A5 C2:C3</xm:sqref>" in part(path)
    assert "<xm:sqref>A2</xm:sqref></x14:sparkline>" in part(path)


FORMULAS = (
    '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1+1</f><v>1'
    '</v></c><c r="C1"><f t="array" ref="C1:D2">B1:C2</f><v>1</v></c>'
    '<c r="D1"><v>2</v></c></row><row r="2"><c r="A2"><f t="shared" '
    'si="0"/><v>1</v></c><c r="C2"><v>1</v></c><c r="D2"><v>2</v></c>'
    '<c r="E2"><f t="dataTable" ref="E2:E3" r1="B1"/><v>1</v></c>'
    '</row><row r="3"><c r="A3"><f t="shared" si="0"/><v>1</v></c>'
    '<c r="B3"><f>1+1</f><v>2</v></c><c r="E3"><v>5</v></c></row>'
)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"A1": 5}, "A1 是共享公式的首格"),
        ({"A1": 5, "A2": 5}, "A1 是共享公式的首格"),
        ({"D2": 5}, "C1:D2 是一个数组公式"),
        ({"C1": None}, "C1:D2 是一个数组公式"),
        ({"E3": 5}, "E2:E3 是一个模拟运算表"),
    ],
)
def test_parts_of_formulas_that_belong_together_are_refused(
    by_hand: HandMade, sheet_of: Any, cells: dict[str, Any], why: str
) -> None:
    path = by_hand(sheet_of(FORMULAS))
    with pytest.raises(UnsafeToPatch, match=why):
        patch(path, path, {"表": cells})


@pytest.mark.parametrize(
    "cells",
    [
        {"A2": 5},
        {"A1": 5, "A2": 6, "A3": 7},
        {"C1": 1, "C2": 2, "D1": 3, "D2": 4},
        {"E2": 1, "E3": 5},
        {"B3": 2},
    ],
)
def test_whole_formulas_may_be_overwritten(
    by_hand: HandMade, sheet_of: Any, read: Reader, cells: dict[str, Any]
) -> None:
    path = by_hand(sheet_of(FORMULAS))
    patch(path, path, {"表": cells})
    values = read(path)
    assert {cell: values[cell] for cell in cells} == cells


CHAIN = (
    f'<calcChain xmlns="{MAIN}"><c r="A1" i="1"/><c r="A2"/><c r="A3" l="1"></c><c r="B3" s="1"/></calcChain>'
)


def test_overwritten_formulas_leave_the_calculation_chain(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    path = by_hand(sheet_of(FORMULAS), parts={"xl/calcChain.xml": CHAIN})
    patch(path, path, {"表": {"A1": 5, "A2": 6, "A3": 7}})
    assert part(path, "xl/calcChain.xml") == f'<calcChain xmlns="{MAIN}"><c r="B3" s="1" i="1"/></calcChain>'
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def test_empty_calculation_chain_goes_with_its_references(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    path = by_hand(sheet_of(FORMULAS), parts={"xl/calcChain.xml": CHAIN})
    patch(path, path, {"表": {"A1": 5, "A2": 6, "A3": 7, "B3": 8}})
    with pytest.raises(KeyError):
        part(path, "xl/calcChain.xml")
    assert "calcChain" not in part(path, "[Content_Types].xml") + part(path, "xl/_rels/workbook.xml.rels")
