"""The file door: one workbook file, opened for reading or for writing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter

from tests.workbook.sheets import written
from xlcrm.errors import (
    NotAWorkbook,
    SheetMissing,
    UnsafeToPatch,
    UsageError,
    WorkbookChanged,
    WorkbookInUse,
    WorkbookMissing,
)
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.locks import held
from xlcrm.workbook.port import Block, Changes, ListPlace, Saved
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.workbook.port import Door


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "客户.xlsx", {"甲": [["名称", "数"], ["一", 1.0]], "乙": [["x"]]})


def change(value: object = "二") -> Changes:
    return Changes([Block("甲", 2, 1, [[value]])])  # type: ignore[list-item] # tests pass text only


def test_it_is_a_door(book: Path) -> None:
    with FileDoor(book, write=False) as opened:
        door: Door = opened
        assert door.title == "客户.xlsx"
        assert list(door.sheets) == ["甲", "乙"]
        assert [list(column) for column in door.grid("甲").columns] == [["名称", "一"], ["数", 1.0]]


def test_chart_sheets_are_no_worksheets(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.create_chartsheet("图")
    made.save(tmp_path / "图.xlsx")
    with FileDoor(tmp_path / "图.xlsx", write=False) as door:
        assert door.sheets == ("Sheet",)


def test_written_cells_read_back_through_the_same_door(book: Path) -> None:
    with FileDoor(book, write=True) as door:
        assert door.grid("甲").columns[0][1] == "一"
        saved = door.apply(change())
        assert saved.cells == 1
        assert saved.backup is not None
        assert saved.backup.exists()
        assert door.grid("甲").columns[0][1] == "二"
        assert door.apply(change("三")).cells == 1
    assert openpyxl.load_workbook(book)["甲"]["A2"].value == "三"


def test_a_door_for_reading_does_not_write(book: Path) -> None:
    before = book.read_bytes()
    with FileDoor(book, write=False) as door, pytest.raises(UsageError, match="只读"):
        door.apply(change())
    assert book.read_bytes() == before


def test_a_workbook_saved_meanwhile_is_not_overwritten(book: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "新.xlsx", {"甲": [["名称", "数"], ["别人的", 1.0]]})
    with FileDoor(book, write=True) as door:
        shutil.copyfile(other, book)
        with pytest.raises(WorkbookChanged, match=r"客户\.xlsx.*重新运行"):
            door.apply(change())
    assert book.read_bytes() == other.read_bytes()


def test_reading_works_while_excel_shows_the_workbook(book: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(b"\x04Zhao".ljust(165, b"\0"))
    with FileDoor(book, write=False) as door:
        assert door.grid("甲").columns[0][1] == "一"
    with pytest.raises(WorkbookInUse, match=r"客户\.xlsx"), FileDoor(book, write=True):
        pass


def test_excel_that_opens_it_meanwhile_stops_the_write(book: Path) -> None:
    with FileDoor(book, write=True) as door:
        book.with_name(f"~${book.name}").write_bytes(b"\x04Zhao".ljust(165, b"\0"))
        with pytest.raises(WorkbookInUse):
            door.apply(change())


def test_a_door_for_writing_holds_the_lock_and_gives_it_back(book: Path) -> None:
    with FileDoor(book, write=True):
        with pytest.raises(WorkbookInUse), FileDoor(book, write=True):
            pass
        with FileDoor(book, write=False) as reading:
            assert reading.sheets == ("甲", "乙")
    with held(book):
        pass


def test_a_refused_file_leaves_no_lock(book: Path) -> None:
    lock = book.with_name(f"~${book.name}")
    lock.write_bytes(b"")
    with pytest.raises(WorkbookInUse), FileDoor(book, write=True):
        pass
    lock.unlink()
    with FileDoor(book, write=True) as door:
        assert door.sheets


def test_what_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(WorkbookMissing), FileDoor(tmp_path / "没有.xlsx", write=False):
        pass
    text = tmp_path / "文字.xlsx"
    text.write_text("不是工作簿", encoding="utf-8")
    with pytest.raises(NotAWorkbook), FileDoor(text, write=False):
        pass


def test_parts_are_found_by_their_links_and_read(book: Path) -> None:
    with FileDoor(book, write=False) as door:
        (workbook,) = door.linked("officeDocument", by_package=True)
        assert workbook in door.parts
        assert door.part(workbook).count(b"<sheet ") == 2
        assert len(door.linked("worksheet")) == 2
        assert door.linked("vbaProject") == []


def test_parts_and_cells_are_written_in_one_step(book: Path) -> None:
    with FileDoor(book, write=True) as door:
        saved = door.apply(change(), {"xl/new.bin": b"new"})
        assert door.part("xl/new.bin") == b"new"
        assert door.grid("甲").columns[0][1] == "二"
    assert len(backups(book)) == 1
    assert saved.cells == 1


def test_a_part_that_is_there_already_is_no_change(book: Path) -> None:
    with FileDoor(book, write=True) as door:
        same = {name: door.part(name) for name in door.parts}
        assert door.apply(Changes(), same) == Saved(0)
        assert door.apply(Changes(), {"xl/new.bin": b"new"}).backup is not None


def test_a_part_that_the_cells_change_too_is_refused(book: Path) -> None:
    before = book.read_bytes()
    with FileDoor(book, write=True) as door, pytest.raises(UnsafeToPatch, match="要改两次"):
        door.apply(change(), {door.linked("worksheet")[0]: b"<worksheet/>"})
    assert book.read_bytes() == before


def test_lists_are_the_table_objects_that_show_headings(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("甲")
        sheet.add_table("B3:C6", {"columns": [{"header": "名称"}, {"header": "数"}]})
        total = {"total_row": True, "columns": [{"header": "甲"}, {"header": "乙", "total_function": "sum"}]}
        sheet.add_table("E3:F9", total)
        sheet.add_table("H3:H9", {"header_row": False})
        made.add_worksheet("乙")
    with FileDoor(path, write=False) as door:
        assert door.lists("甲") == [ListPlace(3, 6, 2, 3), ListPlace(3, 8, 5, 6, totals=True)]
        assert door.lists("乙") == []
        with pytest.raises(SheetMissing):
            door.lists("丙")
