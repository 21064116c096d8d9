"""Buttons: what they are bound to, how they are spread, what is refused."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from xlsxwriter import Workbook

from tests.templates.drawings import Drawn, drawn
from xlcrm.templates.buttons import (
    BAND_WIDTH,
    Button,
    column_pixels,
    restyled,
    stand_beside_title,
    stand_under_cards,
)

REFRESH = Button("刷新到期清单", "XlcrmRefresh", "重建 <到期清单>")
UNDO = Button("撤销", "XlcrmUndo", "恢复原值")


def written(buttons: list[Button], *, band: bool) -> list[Drawn]:
    target = io.BytesIO()
    with Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, 20, BAND_WIDTH)
        sheet.set_row(0, 30)
        sheet.set_row(7, 34)
        if band:
            stand_under_cards(sheet, 7, range(1, 18, 2), buttons)
        else:
            stand_beside_title(sheet, 2, buttons)
    with zipfile.ZipFile(target) as package:
        return drawn(package.read("xl/drawings/vmlDrawing1.vml"))


@pytest.mark.parametrize("band", [True, False])
def test_a_button_says_its_caption_and_calls_its_macro(*, band: bool) -> None:
    found = written([REFRESH, UNDO], band=band)
    assert [(each.caption, each.macro, each.help) for each in found] == [
        ("刷新到期清单", "[0]!XlcrmRefresh", "重建 <到期清单>"),
        ("撤销", "[0]!XlcrmUndo", "恢复原值"),
    ]


def test_each_button_of_the_home_page_fills_a_column_and_no_other() -> None:
    for number, each in enumerate(written([REFRESH] * 9, band=True)):
        column = 1 + 2 * number
        assert each.left == (column, 0)
        assert each.right == (column + 1, 0)
        assert each.rows == (7, 7)


def test_more_buttons_than_cards_are_refused() -> None:
    with pytest.raises(ValueError, match="10 buttons for 9 columns"):
        written([REFRESH] * 10, band=True)


def test_a_caption_that_would_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit into 110 pixels"):
        written([Button("一二三四五六七八", "X", "")], band=True)


def test_buttons_beside_a_title_are_as_wide_as_their_captions_and_do_not_touch() -> None:
    first, second = written([REFRESH, UNDO], band=False)
    assert first.left == (2, 0)
    assert first.rows == second.rows == (0, 0)
    assert first.width > second.width > UNDO.caption_width
    room = column_pixels(BAND_WIDTH)
    assert second.left[0] * room + second.left[1] > first.right[0] * room + first.right[1]


def test_no_button_takes_no_room() -> None:
    book = Workbook(io.BytesIO())
    assert stand_beside_title(book.add_worksheet(), 1, []) == 0
    book.close()


def test_captions_get_the_font_of_the_workbook() -> None:
    target = io.BytesIO()
    with Workbook(target) as book:
        stand_beside_title(book.add_worksheet(), 0, [REFRESH])
    with zipfile.ZipFile(target) as package:
        before = package.read("xl/drawings/vmlDrawing1.vml")
    after = restyled(before)
    (font,) = ET.fromstring(after).iter("font")  # noqa: S314  # our own file
    assert font.attrib == {"face": "微软雅黑", "size": "200", "color": "#1F3A5F"}
    assert font.text == REFRESH.caption
    assert drawn(after) == drawn(before)
