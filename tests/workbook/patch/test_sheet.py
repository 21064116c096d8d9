"""Sheets in every dialect that programs write, and the ones that are refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from xlcrm.errors import UnsafeToPatch, WorkbookDamaged, WorkbookHostile
from xlcrm.workbook.patch import patch, patch_blocks
from xlcrm.workbook.port import Block, Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade, Reader

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
XML = '<?xml version="1.0" encoding="{}" standalone="yes"?>\n'


def test_prefixed_elements_get_prefixed_cells(
    by_hand: HandMade, read: Reader, part: Callable[..., str]
) -> None:
    path = by_hand(
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row '
        'r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row>'
        '<x:row r="2"><x:c r="A2"><x:v>5</x:v></x:c><x:c r="B2">'
        "<x:v>6</x:v></x:c></x:row></x:sheetData></x:worksheet>",
        strings=("<t>标题</t>",),
    )
    patch(
        path,
        path,
        {"表": {"A1": "标题", "B1": "新", "A2": 5.0, "B2": 7, "A4": True, "C2": Link("去", "表", "A1")}},
    )
    values = read(path)
    assert values["C2"].startswith("=HYPERLINK")
    assert {k: v for k, v in values.items() if k != "C2"} == {
        "A1": "标题",
        "B1": "新",
        "A2": 5,
        "B2": 7,
        "A4": True,
    }
    assert '<x:c r="A1" t="s"><x:v>0</x:v></x:c>' in part(path)
    assert '<x:row r="4"><x:c r="A4" t="b"><x:v>1</x:v></x:c></x:row>' in part(path)


def test_rows_and_cells_without_names(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    path = by_hand(
        sheet_of(
            "<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>"
            "<row/><row><c r='B3'><v>4</v></c><c><v>5</v></c></row>"
        )
    )
    patch(path, path, {"表": {"B1": "二", "E1": "五", "A2": "新", "A3": 0, "C3": 6, "B5": 7}})
    assert read(path) == {
        "A1": 1,
        "B1": "二",
        "C1": 3,
        "E1": "五",
        "A2": "新",
        "A3": 0,
        "B3": 4,
        "C3": 6,
        "B5": 7,
    }
    again = part(path)
    assert patch(path, path, {"表": {"B1": "二", "C3": 6}}).cells == 0
    assert part(path) == again


@pytest.mark.parametrize(
    "data", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>", "<sheetData>\n</sheetData>"]
)
def test_empty_sheet(by_hand: HandMade, read: Reader, part: Callable[..., str], data: str) -> None:
    path = by_hand(
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/>{data}<pageMargins left="1"/></worksheet>'
    )
    patch(path, path, {"表": {"B2": "新", "C4": 1}})
    assert read(path) == {"B2": "新", "C4": 1}
    assert '<dimension ref="A1:C4"/>' in part(path)


def test_self_closed_rows_are_opened_and_keep_their_attributes(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    path = by_hand(
        sheet_of('<row r="1" spans="1:1" ht="30" customHeight="1"/><row r="2" s="2" customFormat="1"></row>')
    )
    patch_blocks(path, path, [Block("表", 1, 2, [["甲", "乙"]])])
    assert read(path) == {"B1": "甲", "B2": "乙"}
    assert '<row r="1" spans="1:2" ht="30" customHeight="1"><c r="B1"' in part(path)
    path2 = by_hand(sheet_of('<row r="2" s="2" customFormat="1"></row>'), name="b.xlsx")
    patch(path2, path2, {"表": {"A2": 1}})
    assert '<c r="A2" s="2"><v>1</v></c>' in part(path2)


def test_comments_instructions_and_cdata_are_kept(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    rows = (
        '<!-- <row r="9"/> --><row r="1"><?pi <c r="Z1"/>?><c '
        'r="A1" t="str"><v><![CDATA[a<b</v>]]></v></c><!-- x -->'
        '<c r="C1"><v>3</v></c></row><!-- </sheetData> -->'
    )
    path = by_hand(sheet_of(rows))
    assert patch(path, path, {"表": {"A1": "a<b</v>"}}).cells == 0
    patch(path, path, {"表": {"B1": "新", "A2": 2}})
    assert read(path) == {"A1": "a<b</v>", "B1": "新", "C1": 3, "A2": 2}
    assert "<!-- </sheetData> -->" in part(path)
    assert '<!-- <row r="9"/> -->' in part(path)


def test_comment_behind_the_rows_does_not_mislead(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    path = by_hand(sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>', after="<!-- </sheetData> -->"))
    patch(path, path, {"表": {"A2": 2}})
    assert read(path) == {"A1": 1, "A2": 2}
    assert part(path).endswith("</sheetData><!-- </sheetData> --></worksheet>")


def test_single_quotes_and_any_order_of_attributes(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    path = by_hand(
        sheet_of(
            "<row spans='1:2' r='1'><c s='2' r='A1' ph='1'><v>1"
            "</v></c><c t='s' s='1' r='B1'><v>0</v></c></row>"
        ),
        strings=('<r><t>富</t></r><r><t>文本</t></r><rPh sb="0" eb="1"><t>fu</t></rPh>',),
    )
    assert patch(path, path, {"表": {"B1": "富文本", "A1": 1}}).cells == 0
    patch(path, path, {"表": {"A1": "新", "D1": "丁"}})
    assert read(path) == {"A1": "新", "B1": "富文本", "D1": "丁"}
    assert """<row spans="1:4" r='1'>""" in part(path)
    assert '<c r="A1" s="2" ph="1" t="inlineStr">' in part(path)
    assert "<c t='s' s='1' r='B1'><v>0</v></c>" in part(path)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="inlineStr"><is><t>文</t></is></c>', "文"),
        ('<c r="A1" t="inlineStr"><is><r><t>文</t></r><r><rPr><b/></rPr><t>字</t></r></is></c>', "文字"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve">文</t></is></c>', "文"),
        ('<c r="A1" t="inlineStr"><is><t>&#x6587;&amp;</t></is></c>', "文&"),
        ('<c r="A1" t="s"><v>0</v></c>', "共享"),
        ('<c r="A1" t="str"><v>文</v></c>', "文"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1"><v>1.1000000000000001</v></c>', 1.1),
        ('<c r="A1" t="n"><v>5</v></c>', 5),
        ('<c r="A1"><v>1E3</v></c>', 1000),
        ('<c r="A1" s="1"><v>46000</v></c>', dt.date(2025, 12, 9)),
        ('<c r="A1" s="2"/>', None),
        ('<c r="A1"></c>', None),
        ("", None),
    ],
)
def test_cell_that_holds_the_value_already_stays(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str], cell: str, value: Any
) -> None:
    path = by_hand(sheet_of(f'<row r="1">{cell}<c r="B1"><v>0.5</v></c></row>'), strings=("<t>共享</t>",))
    before = part(path)
    saved = patch_blocks(path, path, [Block("表", 1, 1, [[value], [0.5]])])
    assert (saved.cells, part(path)) == (0, before)
    if value is not None:
        assert patch_blocks(path, path, [Block("表", 1, 1, [[value], [0.75]])]).cells == 1
        assert cell in part(path)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="d"><v>2026-01-01</v></c>', dt.date(2026, 1, 1)),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="b"><v>1</v></c>', 1),
        ('<c r="A1"><v>1</v></c>', True),
        ('<c r="A1" t="str"><v>1</v></c>', 1),
        ('<c r="A1"><v>46000</v></c>', dt.date(2025, 12, 9)),  # the number is there, the date format is not
        ('<c r="A1"><f>1+1</f><v>2</v></c>', 2),
        ('<c r="A1" cm="1" vm="2"><v>3</v></c>', 4),
    ],
)
def test_cell_of_another_kind_is_rewritten(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str], cell: str, value: Any
) -> None:
    path = by_hand(sheet_of(f'<row r="1">{cell}</row>'))
    assert patch(path, path, {"表": {"A1": value}}).cells == 1
    assert patch(path, path, {"表": {"A1": value}}).cells == 0
    assert not {"cm=", "vm=", "<f>"} & set(part(path).split('"'))
    assert cell not in part(path)


def test_strict_workbook(by_hand: HandMade, part: Callable[..., str]) -> None:
    sheet = (
        f'<worksheet xmlns="{STRICT}"><sheetData><row r="1">'
        '<c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    path = by_hand(sheet, strict=True)
    patch(path, path, {"表": {"A2": dt.date(2026, 1, 1), "B1": "新"}})
    assert '<c r="A2" s="3"><v>46023</v></c>' in part(path)
    assert 'numFmtId="164"' in part(path, "xl/styles.xml")


def test_alternate_content_around_the_sheet_is_kept(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str]
) -> None:
    extra = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="x14" xmlns:x14="u"><controls/></mc:Choice></mc:AlternateContent>'
    )
    path = by_hand(sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>', after=extra))
    patch(path, path, {"表": {"B1": 2}})
    assert read(path) == {"A1": 1, "B1": 2}
    assert extra in part(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_part_becomes_utf8(
    by_hand: HandMade, sheet_of: Any, read: Reader, part: Callable[..., str], encoding: str
) -> None:
    text = XML.format("UTF-16") + sheet_of('<row r="1"><c r="A1" t="str"><v>甲</v></c></row>')
    path = by_hand(text.encode(encoding))
    patch(path, path, {"表": {"B1": "乙"}})
    assert read(path) == {"A1": "甲", "B1": "乙"}
    assert 'encoding="UTF-8"' in part(path)


def test_byte_order_mark_and_whitespace_between_rows(by_hand: HandMade, sheet_of: Any, read: Reader) -> None:
    text = XML.format("UTF-8") + sheet_of(
        '\n  <row r="1">\n <c r="A1">\n <v>1</v></c>\n</row>\r\n\t<row r="3" >\n</row>\n'
    )
    path = by_hand(b"\xef\xbb\xbf" + text.encode())
    patch_blocks(path, path, [Block("表", 1, 2, [["甲", "乙", "丙", "丁"]])])
    assert read(path) == {"A1": 1, "B1": "甲", "B2": "乙", "B3": "丙", "B4": "丁"}


def test_cells_go_before_an_extension_of_the_row(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    path = by_hand(sheet_of('<row r="1"><c r="A1"><v>1</v></c><extLst><ext uri="u"/></extLst></row>'))
    patch(path, path, {"表": {"B1": 2}})
    assert '<c r="B1"><v>2</v></c><extLst>' in part(path)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ('<row r="2"/><row r="1"/>', "行序"),
        ('<row r="1"/><row r="1"/>', "行序"),
        ('<row r="x"/>', "行号是“x”"),
        ('<row r="0"/>', "行号是“0”"),
        ('<row r="1"><c r="B1"/><c r="A1"><v>1</v></c></row>', "次序"),
        ('<row r="1"><c r="A1"/><c r="A1"><v>1</v></c></row>', "次序"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="B2"><v>1</v></c></row>', "“B2”"),
        ('<row r="1"><c r="a1"/></row>', "“a1”"),
        ('<row r="1"><d/></row>', "夹着“d”"),
        ('<other/><row r="1"/>', "夹着“other”"),
        ('<row r="1"><c r="A1"><v>1</v><extLst/></c></row>', "扩展内容"),
    ],
)
def test_disorder_is_refused(by_hand: HandMade, sheet_of: Any, rows: str, why: str) -> None:
    path = by_hand(sheet_of(rows))
    before = path.read_bytes()
    with pytest.raises(UnsafeToPatch, match=f"工作表“表”.*{why}"):
        patch(path, path, {"表": {"A1": 2, "C1": 3}})
    assert path.read_bytes() == before


def test_sheet_without_rows_element_is_refused(by_hand: HandMade) -> None:
    path = by_hand(f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/></worksheet>')
    with pytest.raises(UnsafeToPatch, match="没有单元格区"):
        patch(path, path, {"表": {"A1": 2}})


def test_rows_inside_alternate_content_are_refused(by_hand: HandMade) -> None:
    path = by_hand(f'<worksheet xmlns="{MAIN}"><a><sheetData><row r="1"/></sheetData></a></worksheet>')
    with pytest.raises(UnsafeToPatch, match="不在应在的位置"):
        patch(path, path, {"表": {"A1": 2}})


@pytest.mark.parametrize(
    ("sheet", "error"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{}"><sheetData/></worksheet>', WorkbookHostile),
        ('<worksheet xmlns="{}"><sheetData><row r="1">', WorkbookDamaged),
        ('<worksheet xmlns="{}"><sheetData><row r="1"><c r="A1"></sheetData></worksheet>', WorkbookDamaged),
        ('<worksheet xmlns="{}"><sheetData/></worksheet', WorkbookDamaged),
        (
            '<worksheet xmlns="{}"><sheetData><row><c r="A1"><v>&a;</v></c></row></sheetData></worksheet>',
            WorkbookDamaged,
        ),
        ('<?xml version="1.0" encoding="gbk"?><worksheet xmlns="{}"><sheetData/></worksheet>', UnsafeToPatch),
        ('<worksheet xmlns="urn:x{}"><sheetData/></worksheet>', UnsafeToPatch),
    ],
)
def test_broken_or_hostile_xml(by_hand: HandMade, sheet: str, error: type[Exception]) -> None:
    path = by_hand(sheet.format(MAIN))
    with pytest.raises(error):
        patch(path, path, {"表": {"A1": 2}})


def test_long_columns_and_many_bands(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    blocks = [
        Block("Sheet", 3, 700, [[1, 2], ["a", "b"]]),
        Block("Sheet", 4, 2, [[5, 6, 7]]),
        Block("Sheet", 4, 710, [[9]]),
    ]
    patch_blocks(path, path, blocks)
    assert read(path, "Sheet") == {
        "ZX3": 1,
        "ZX4": 2,
        "ZY3": "a",
        "ZY4": "b",
        "B4": 5,
        "B5": 6,
        "B6": 7,
        "AAH4": 9,
    }
