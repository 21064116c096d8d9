"""A look at a sheet's XML before it is parsed: its range, its errors, its formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.sheets import MAIN
from xlcrm.errors import WorkbookDamaged, WorkbookHostile
from xlcrm.workbook import scan
from xlcrm.workbook.patch.ranges import address
from xlcrm.workbook.scan import scan_sheet

if TYPE_CHECKING:
    import re

WHERE = "“书.xlsx”的工作表“表”"


def sheet(cells: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def far(reference: str, inner: str = "<v>1</v>") -> bytes:
    return sheet(
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="{reference}" s="1">{inner}</c></row>'
    )


def test_a_plain_sheet_has_neither_errors_nor_formulas() -> None:
    found = scan_sheet(sheet('<row r="1"><c r="A1" t="str"><v>#N/A</v></c><c r="B1"/></row>'), WHERE)
    assert (found.errors, found.formulas) == ({}, set())


@pytest.mark.parametrize("data", [sheet(""), f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()])
def test_an_empty_sheet(data: bytes) -> None:
    assert scan_sheet(data, WHERE).errors == {}


def test_errors_and_formulas_are_found_by_cell() -> None:
    cells = (
        '<row r="2"><c r="B2" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><f/><v>1</v></c></row>'
        '<row r="3"><c r="AA3" t="e"><v>#N/A</v></c>'
        '<c r="AB3" t="inlineStr"><is><r><rPr><family val="1"/></rPr><t>x</t></r></is></c></row>'
    )
    found = scan_sheet(sheet(cells), WHERE)
    assert found.errors == {(2, 2): "#DIV/0!", (3, 27): "#N/A"}
    assert found.formulas == {(2, 2), (2, 3)}


@pytest.mark.parametrize("reference", ["XFD1048576", "AAA200000", "A1048577", "XFE1", "ZZZZZZ1"])
def test_a_value_too_far_away_is_refused(reference: str) -> None:
    with pytest.raises((WorkbookHostile, WorkbookDamaged)):
        scan_sheet(far(reference), WHERE)


def test_the_refusal_names_the_corner_and_the_way_out() -> None:
    with pytest.raises(WorkbookHostile, match=r"XFD1048576.*Ctrl\+End"):
        scan_sheet(far("XFD1048576"), WHERE)


@pytest.mark.parametrize("row", ["2147483647", "99999999999", "9" * 30, "-5"])
def test_a_row_outside_the_grid_is_damage(row: str) -> None:
    with pytest.raises(WorkbookDamaged):
        scan_sheet(far(f"A{row}"), WHERE)
    with pytest.raises(WorkbookDamaged):
        scan_sheet(sheet(f'<row r="{row}"><c><v>1</v></c></row>'), WHERE)


def test_formats_alone_may_reach_as_far_as_they_like() -> None:
    formats = '<c r="XFD1048576" s="1"/><c r="XFC9" s="1"></c>'
    found = scan_sheet(sheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="9">{formats}</row>'), WHERE)
    assert (found.bottom, found.right) == (1, 1)


@pytest.mark.parametrize("reference", ["A1048576", "XFD3000", "Z999999", "ZZ9999"])
def test_a_long_or_a_wide_sheet_is_fine(reference: str) -> None:
    assert scan_sheet(far(reference), WHERE).errors == {}


def test_a_prefixed_sheet_is_read_tag_by_tag() -> None:
    data = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="e"><x:f>NA()</x:f>'
        "<x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    ).encode()
    found = scan_sheet(data, WHERE)
    assert (found.errors, found.formulas) == ({(1, 1): "#N/A"}, {(1, 1)})


def test_a_prefixed_cell_among_plain_ones_does_not_hide() -> None:
    cells = f'<row r="1"><c r="A1"><v>1</v></c><x:c xmlns:x="{MAIN}" r="XFD1048576"><v>1</v></x:c></row>'
    with pytest.raises(WorkbookHostile):
        scan_sheet(sheet(cells), WHERE)


def test_a_second_sheet_data_does_not_hide() -> None:
    hidden = (
        f'<x:sheetData xmlns:x="{MAIN}"><x:row><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData>'
    )
    for data in (
        sheet("").replace(b"<sheetData>", hidden.encode() + b"<sheetData>"),
        sheet("").replace(b"</worksheet>", hidden.encode() + b"</worksheet>"),
    ):
        with pytest.raises(WorkbookHostile):
            scan_sheet(data, WHERE)


@pytest.mark.parametrize(
    "cells",
    [
        "<row r='2'><c r='B2' t='e'><v>#N/A</v></c></row>",
        '<row r="2"><c  t = "e" r = "B2" ><v>#N/A</v></c></row>',
        '<row r="2"><c r="$B$2" t="e"><v>#N/A</v></c></row>',
        '<row r="2"><c r="b2" t="e"><v>#N/A</v></c></row>',
        '<row/><row><c/><c t="e"><v>#N/A</v></c></row>',
        '<row r="2"><c r="A2"/><c t="e"><v>#N/A</v></c></row>',
        '<row r="2"><c r="B2" t = \'e\'><v>#N/A</v></c></row>',
    ],
)
def test_unusual_writing_is_understood(cells: str) -> None:
    assert scan_sheet(sheet(cells), WHERE).errors == {(2, 2): "#N/A"}


@pytest.mark.parametrize("data", [b"<worksheet><sheetData><row>", sheet('<row r="1"><c r="?"/></row>'), b""])
def test_broken_xml_is_damage(data: bytes) -> None:
    with pytest.raises(WorkbookDamaged, match="表"):
        scan_sheet(data, WHERE)


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 60_000), st.integers(1, 800)), st.sampled_from("vefs"), max_size=8
    )
)
def test_searches_and_tags_agree(cells: dict[tuple[int, int], str]) -> None:
    inner = {
        "v": "><v>1</v>",
        "e": ' t="e"><v>#REF!</v>',
        "f": "><f>A1</f><v>1</v>",
        "s": ">",
    }
    body = "".join(
        f'<row r="{row}"><c r="{address(row, column)}" s="1"{inner[kind]}</c></row>'
        for (row, column), kind in sorted(cells.items())
    )
    plain = scan_sheet(sheet(body), WHERE)
    exact = scan._Exact(WHERE).scan(sheet(body))
    assert (plain.errors, plain.formulas) == (exact.errors, exact.formulas)


@pytest.mark.parametrize("outside", scan._OUTSIDE)
def test_every_rectangle_that_needs_no_counting_is_small_enough(outside: re.Pattern[bytes]) -> None:
    """The corner that a search still takes for harmless spans no more cells than calamine may allocate."""
    inside = [
        (row, column)
        for column in (26, 52, 130, 702)
        for row in (9_999, 79_999, 399_999, 999_999)
        if outside.search(b'<c r="%s"' % address(row, column).encode()) is None
    ]
    assert inside
    assert max(row * column for row, column in inside) <= scan.MOST_CELLS
    assert outside.search(b'<c r="AAA1"') is not None
    assert outside.search(b'<c r="A1000000"') is not None
