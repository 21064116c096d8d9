"""Rows are measured where it matters, once, and never where a height was set by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

LONG = "很长的一句话，" * 20
MANY = 600


def wrap(cells: Any) -> None:
    cells.api.IsTextWrapped = True


def test_wrapped_text_opens_its_row(sheet: Any) -> None:
    wrap(sheet["A1:A3"])
    sheet["A3"].row_height = 20
    before = sheet["A1"].row_height
    sheet["A1"].value = [[LONG], ["短"], [LONG]]
    assert sheet["A1"].row_height > 5 * before
    assert sheet["A2"].row_height < 2 * before
    assert sheet["A3"].row_height == pytest.approx(20, abs=0.1)


def test_many_rows_are_measured_only_for_wrapped_text(sheet: Any) -> None:
    before = sheet["A1"].row_height
    cells = sheet.range((1, 1), (MANY, 2))
    cells.value = [[LONG, 1]] * MANY
    assert sheet["A300"].row_height == before
    wrap(sheet.range((1, 1), (MANY, 1)))
    cells.value = [[LONG, 2]] * MANY
    assert sheet["A300"].row_height > 5 * before


def test_measured_when_the_screen_is_updated_again(app: Any, book: Any) -> None:
    sheet = book.sheets[0]
    other = book.sheets.add("乙")
    before = sheet["A1"].row_height
    for each in (sheet, other):
        wrap(each["A1:A9"])
    with app.properties(screen_updating=False):
        sheet["A1"].value = LONG
        sheet["A9"].value = LONG
        other["A2"].value = LONG
        assert sheet["A1"].row_height == before
    assert min(cell.row_height for cell in (sheet["A1"], sheet["A9"], other["A2"])) > 5 * before
    assert sheet["A5"].row_height == before


def test_rows_of_every_look_are_measured(sheet: Any) -> None:
    """Also where the first column has all attributes mixed, nothing fails."""
    first = sheet["A1"].api
    first.ShrinkToFit = True
    first.ParaIndent = 500
    first.RotateReference = 1
    first.NumberFormat = 10
    first.Orientation = first.Orientation.__class__("com.sun.star.table.CellOrientation", "STACKED")
    wrap(sheet["B1:B2"])
    sheet["B1:B2"].value = [[LONG], [LONG]]
    assert sheet["B1"].value == LONG


def test_measuring_comes_back_after_an_error(sheet: Any) -> None:
    with pytest.raises(TypeError):
        sheet["A1:B2"].raw_value = [[1, dt.timedelta(1)], [1, 1]]
    assert sheet.book.api.IsAdjustHeightEnabled


def test_what_has_gone_meanwhile_is_passed_over(app: Any, book: Any) -> None:
    with app.properties(screen_updating=False):
        sheet = book.sheets.add("乙")
        sheet["A1"].value = LONG
        sheet.delete()
        lost = app.books.add()
        lost.sheets[0]["A1"].value = LONG
        lost.close()
    assert app.screen_updating
