"""Cells that a write leaves alone, as a chart's cache shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.workbooks.charted import CHART, cache_of, chart_of, counts, with_chart
from xlcrm.workbook.patch import patch, patch_blocks
from xlcrm.workbook.port import KEEP, Block

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workbook.patch.conftest import HandMade

CELLS: Final = (
    '<row r="3"><c r="B3" t="inlineStr"><is><t>数</t></is></c></row>'
    '<row r="4"><c r="A4" t="s"><v>0</v></c><c r="B4"><v>1.50</v></c></row>'
    '<row r="5"><c r="A5" t="inlineStr"><is><r><t>富</t></r><r><t>文</t></r></is></c>'
    '<c r="B5" t="b"><v>1</v></c></row>'
    '<row r="6"><c r="A6" t="str"><f>"公"</f><v>公_x0041_</v></c><c r="B6" s="1"><f>1+1</f><v>2</v></c></row>'
    '<row r="7"><c r="A7" t="e"><v>#N/A</v></c><c r="B7" t="e"><v>#N/A</v></c></row>'
    '<row r="8"><c r="A8" s="1"><v>46296</v></c><c r="B8" t="d"><v>2026-10-01T12:00:00</v></c></row>'
    '<row r="9"><c r="A9" t="s"><v>99</v></c><c r="B9"><v>abc</v></c></row>'
    '<row r="10"><c r="A10" s="1"/><c r="B10"><v>INF</v></c></row>'
    '<row r="11"><c r="A11" t="s"><v>1</v></c><c r="B11" t="d"><v>昨天</v></c></row>'
    '<row r="13"><c r="B13" t="str"><f>""</f><v></v></c></row>'
)


def nameless(rows: str) -> str:
    """Cells and rows without their names, where that is the same."""
    rows = rows.replace('<row r="12"/>', "")
    rows = rows.replace('<row r="13"><c r="B13"', '<row r="13"><c r="A13"/><c r="B13"')
    return re.sub(r'(<c) r="[A-Z]+\d+"', r"\1", rows.replace('<row r="3"><c', '<row r="3"><c/><c'))


@pytest.mark.parametrize(
    "dialect",
    [
        lambda rows: rows,
        nameless,
        lambda rows: rows.replace('r="5"', "r='5'"),
        lambda rows: "<!-- 注 -->" + rows,
        lambda rows: (
            '<row r="1"><c r="A1"><v>1</v></c></row>' + rows.replace('<row r="3">', '<row spans="1:2" r="3">')
        ),
    ],
    ids=["usual", "nameless", "single-quotes", "comment", "other-rows"],
)
def test_cells_that_are_not_written_are_read_as_they_stand(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str], dialect: Callable[[str], str]
) -> None:
    path = by_hand(sheet_of(dialect(CELLS)), strings=("<t>共</t>", "<t/>"))
    with_chart(path, chart_of("表!$A$4:$A$13", "表!$B$4:$B$13"))
    patch_blocks(path, path, [Block("表", 12, 1, [["新", KEEP], [7, KEEP]])])
    assert cache_of(path, part, column="A") == [
        ("0", "共"),
        ("1", "富文"),
        ("2", "公A"),
        ("3", "#N/A"),
        ("4", "46296"),
        ("8", "新"),
    ]
    assert cache_of(path, part) == [("0", "1.5"), ("1", "1"), ("2", "2"), ("4", "46296.5"), ("8", "7")]


def test_rows_of_areas_that_end_with_the_sheet(
    by_hand: HandMade, sheet_of: Any, part: Callable[..., str]
) -> None:
    path = with_chart(by_hand(sheet_of(CELLS)), chart_of("表!$A$5:$A$1048576", "表!$B$4:$B$1048576"))
    patch(path, path, {"表": {"B20": 5}})
    assert cache_of(path, part)[-1] == ("16", "5")
    assert counts(part(path, CHART)) == []  # there was none
