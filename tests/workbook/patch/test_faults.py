"""Each fault is found in a workbook that was broken on purpose, and none in sound ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from xlcrm.errors import WorkbookDamaged
from xlcrm.workbook.patch import faults
from xlcrm.workbook.patch.faults import is_broken

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workbook.patch.conftest import HandMade

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ('<row r="2"/><row r="1"/>', "row-order", "第 1 行"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "cell-order", "A1"),
        ('<row r="1"><c r="A2"/></row>', "cell-order", "A2"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "cell-twice", "A1"),
        ('<row r="1"><c r="A1"><v>NaN</v></c></row>', "not-a-number", "A1"),
        ('<row r="1"><c r="A1"><v>1_0</v></c></row>', "not-a-number", "A1"),
        ('<row r="1"><c r="A1"><v></v></c></row>', None, ""),
        ('<row r="1"><c r="A1" t="b"><v>TRUE</v></c></row>', "bad-boolean", "A1"),
        ('<row r="1"><c r="A1"><f>SUM(A2</f><v>1</v></c></row>', "broken-formula", "A1"),
        (f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"长" * 32768}</t></is></c></row>', "long-text", "A1"),
        ('<row r="1"><c r="A1" t="s"><v>1</v></c></row>', "string-index", "A1"),
        ('<row r="1"><c r="A1" t="s"><v>x</v></c></row>', "string-index", "A1"),
    ],
)
def test_fault_among_the_cells(
    by_hand: HandMade, sheet_of: Any, rows: str, code: str | None, place: str
) -> None:
    found = faults(by_hand(sheet_of(rows), strings=("<t>一</t>",)))
    if code is None:
        assert [f.code for f in found] == ["not-a-number"] or not found
        return
    assert [(f.code, f.sheet, f.place) for f in found] == [(code, "表", place)]
    assert str(found[0]).startswith(f"工作表“表”的 {place}：")


def test_long_list_and_broken_rule(by_hand: HandMade, sheet_of: Any) -> None:
    long = '"' + "甲," * 128 + '"'
    after = (
        '<conditionalFormatting sqref="A1"><cfRule><formula>AND(A1</formula></cfRule></conditionalFormatting>'
        f'<dataValidations><dataValidation type="list" sqref="B2:B9"><formula1>{long}</formula1>'
        f'</dataValidation><dataValidation type="custom" sqref="C2"><formula1>{long}=C2</formula1>'
        "</dataValidation></dataValidations>"
    )
    found = faults(by_hand(sheet_of("", after=after)))
    assert [(f.code, f.place) for f in found] == [("broken-formula", "条件或有效性"), ("long-list", "B2:B9")]


def table(columns: str, attributes: str = "") -> dict[str, Any]:
    return {
        "parts": {
            "xl/tables/table1.xml": f'<table xmlns="{MAIN}" id="1" '
            f'displayName="客户" ref="A1:B2" {attributes}>'
            f"<tableColumns>{columns}</tableColumns></table>"
        },
        "sheet_rels": f'<Relationship Id="r" Type="{OFFICE}/table" Target="../tables/table1.xml"/>',
    }


HEAD = '<row r="1"><c r="A1" t="str"><v>编号</v></c><c r="B1" t="str"><v>姓\n名</v></c></row>'


def test_table_headings(by_hand: HandMade, sheet_of: Any) -> None:
    good = table('<tableColumn name="编号"/><tableColumn name="姓_x000a_名"/>')
    assert not faults(by_hand(sheet_of(HEAD), **good))
    differs = table('<tableColumn name="编号"/><tableColumn name="姓名"/>')
    assert [(f.code, f.place) for f in faults(by_hand(sheet_of(HEAD), **differs))] == [
        ("heading-differs", "B1")
    ]
    twice = table('<tableColumn name="编号"/><tableColumn name="编号"/>', 'headerRowCount="0"')
    assert [f.code for f in faults(by_hand(sheet_of(HEAD), **twice))] == ["heading-twice"]


def test_sound_workbook_has_none(ordinary: Path) -> None:
    assert faults(ordinary) == []


def test_broken_xml_is_no_fault_but_an_error(by_hand: HandMade) -> None:
    with pytest.raises(WorkbookDamaged):
        faults(by_hand(f'<worksheet xmlns="{MAIN}"><sheetData>'))


@pytest.mark.parametrize(
    "formula",
    [
        '"a""b("&A1',
        "'it''s (x'!A1",
        "表1[[#This Row],[a'(b]]*(1+2)",
        "{1,2;3,4}",
        "SUM((A1),[1]Sheet!B2)",
        "",
    ],
)
def test_sound_formulas(formula: str) -> None:
    assert not is_broken(formula)


@pytest.mark.parametrize("formula", ['"a', "'x!A1", "(1", "1)", "({1)}", "T[a", "a]"])
def test_broken_formulas(formula: str) -> None:
    assert is_broken(formula)
