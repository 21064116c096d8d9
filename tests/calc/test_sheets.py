"""Sheets and names."""

from __future__ import annotations

from typing import Any

import pytest


def test_sheets_by_name_and_place(book: Any) -> None:
    book.sheets.add("乙", after=book.sheets[0])
    book.sheets.add("甲", before="乙")
    assert book.sheet_names == ["Sheet1", "甲", "乙"]
    assert book.sheets["乙"].index == 3
    assert (len(book.sheets), "甲" in book.sheets, "丙" in book.sheets) == (3, True, False)
    assert book.sheets.active.name == "甲"
    with pytest.raises(KeyError):
        book.sheets["丙"]


def test_names_of_new_sheets(book: Any) -> None:
    assert book.sheets.add().name == "Sheet2"
    with pytest.raises(ValueError, match="already present"):
        book.sheets.add("sheet2")


def test_rename_show_and_delete(book: Any) -> None:
    sheet = book.sheets.add("甲")
    sheet.name = "丁"
    sheet.visible = False
    assert (sheet.name, sheet.visible) == ("丁", False)
    sheet.visible = True
    sheet.delete()
    assert book.sheet_names == ["Sheet1"]


def test_activate(book: Any) -> None:
    first = book.sheets[0]
    book.sheets.add("甲")
    first.activate()
    assert book.sheets.active == first
    book.sheets["甲"].select()
    assert book.sheets.active.name == "甲"


def test_used_range_and_clearing(sheet: Any) -> None:
    assert sheet.used_range.address == "$A$1"
    sheet["B2:C9"].value = 1
    sheet["B2"].color = (1, 2, 3)
    assert sheet.used_range.address == "$B$2:$C$9"
    sheet.autofit("c")
    sheet.clear_contents()
    assert (sheet["B2"].value, sheet["B2"].color) == (None, (1, 2, 3))
    sheet.clear_formats()
    assert sheet["B2"].color is None
    sheet["B2"].value = 1
    sheet.clear()
    assert sheet.used_range.value is None


def test_ranges_from_corners(sheet: Any) -> None:
    assert sheet.range((2, 3)).address == "$C$2"
    assert sheet.range("C5", "A2").address == "$A$2:$C$5"
    assert sheet.range(sheet["B2"], sheet["C1:D3"]).address == "$B$1:$D$3"
    assert sheet.impl.range(2, 3).box == (2, 3, 1, 1)
    with pytest.raises(IndexError, match="从 1 开始"):
        sheet.range((0, 1))
    with pytest.raises(KeyError, match="没有区域或名称"):
        sheet.range("没有")


def test_defined_names(book: Any) -> None:
    sheet = book.sheets[0]
    book.names.add("区", "=Sheet1!$A$1:$B$2")
    book.names.add("税率", "=0.06")
    assert sorted(name.name for name in book.names) == ["区", "税率"]
    assert sheet["区"].address == "$A$1:$B$2"
    assert book.names["区"].refers_to == "=Sheet1!$A$1:$B$2"
    assert book.names["区"].refers_to_range.address == "$A$1:$B$2"
    assert (len(book.names), "税率" in book.names, 1 in book.names, "无" in book.names) == (
        2,
        True,
        True,
        False,
    )
    with pytest.raises(ValueError, match="不是单元格区域"):
        _ = book.names["税率"].refers_to_range
    with pytest.raises(KeyError):
        book.names["无"]
    book.names["税率"].refers_to = "=0.13"
    sheet["A1"].value = "=税率*100"
    assert sheet["A1"].value == pytest.approx(13)
    book.names["区"].name = "范围"
    del book.names["范围"]
    assert [name.name for name in book.names] == ["税率"]


def test_names_of_one_sheet(book: Any) -> None:
    sheet = book.sheets[0]
    sheet.names.add("本表", "=Sheet1!$C$3")
    assert sheet["本表"].address == "$C$3"
    assert [name.name for name in sheet.names] == ["本表"]
    assert [name.name for name in book.names] == []
