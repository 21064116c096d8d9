"""Raw grids of a closed workbook."""

from __future__ import annotations

import datetime as dt
import gc
from typing import TYPE_CHECKING

import pytest

from tests.workbook.sheets import MAIN, by_hand, written
from xlcrm.errors import SheetMissing, WorkbookDamaged, WorkbookHostile
from xlcrm.workbook.calamine import Reader
from xlcrm.workbook.patch.package import Package
from xlcrm.workbook.patch.parts import Book

if TYPE_CHECKING:
    from pathlib import Path

    from xlcrm.workbook.port import Grid

NOON = dt.datetime(2023, 8, 16, 12)


def grid(path: Path, sheet: str = "表") -> Grid:
    reader = Reader(path, Book(Package.open(path), path.name))
    try:
        return reader.grid(sheet)
    finally:
        reader.close()


def columns(path: Path, cells: str, **more: str) -> list[list[object]]:
    return [list(column) for column in grid(by_hand(path / "书.xlsx", cells, **more)).columns]


def test_values_of_every_type(tmp_path: Path) -> None:
    path = written(
        tmp_path / "书.xlsx",
        {"表": [["文字", 1.5, True, NOON], [None, 2.0, False, None], ["", 0.0, 1.0, dt.date(2023, 8, 16)]]},
    )
    assert [list(column) for column in grid(path).columns] == [
        ["文字", None, None],
        [1.5, 2.0, 0.0],
        [True, False, 1.0],
        [NOON, None, dt.date(2023, 8, 16)],
    ]
    assert [type(value) for value in grid(path).columns[2]] == [bool, bool, float]


def test_the_grid_begins_at_a1_wherever_the_data_do(tmp_path: Path) -> None:
    cells = '<row r="3"><c r="C3"><v>1</v></c><c r="D3"><v>2</v></c></row>'
    assert columns(tmp_path, cells) == [[None] * 3, [None] * 3, [None, None, 1.0], [None, None, 2.0]]


def test_an_empty_sheet_has_no_columns(tmp_path: Path) -> None:
    assert columns(tmp_path, "") == []


def test_dates_and_times_by_format(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1" s="1"><v>45154</v></c><c r="B1" s="2"><v>45154.5</v></c>'
        '<c r="C1" s="3"><v>0.5</v></c><c r="D1" s="4"><v>1.25</v></c><c r="E1"><v>45154.5</v></c></row>'
    )
    assert columns(tmp_path, cells) == [
        [dt.date(2023, 8, 16)],
        [NOON],
        [dt.time(12)],
        [dt.timedelta(hours=30)],
        [45154.5],
    ]


@pytest.mark.parametrize("flag", ["1", "true"])
def test_a_1904_workbook(tmp_path: Path, flag: str) -> None:
    path = by_hand(
        tmp_path / "书.xlsx",
        '<row r="1"><c r="A1" s="2"><v>43692.5</v></c></row>',
        properties=f'<workbookPr date1904="{flag}"/>',
    )
    found = grid(path)
    assert found.columns == [[NOON]]
    assert found.epoch1904


def test_strict_files_hold_iso_dates(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row r="1">'
        '<c r="A1" t="d"><v>2023-08-16T12:00:00</v></c><c r="B1" t="d"><v>2023-08-16</v></c>'
        "</row></sheetData></worksheet>"
    )
    assert columns(tmp_path, "", sheet=sheet) == [[NOON], [dt.date(2023, 8, 16)]]


def test_prefixed_xml(tmp_path: Path) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>文</x:v></x:c>'
        '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    found = grid(by_hand(tmp_path / "书.xlsx", sheet=sheet))
    assert found.columns == [["文"], [None]]
    assert found.errors == {(1, 2): "#N/A"}


def test_cells_and_rows_without_reference(tmp_path: Path) -> None:
    cells = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>"
    assert columns(tmp_path, cells) == [[1.0, None], [2.0, 3.0]]


def test_text_of_all_kinds(tmp_path: Path) -> None:
    strings = (
        '<si><r><t>富</t></r><r><t xml:space="preserve"> 文本</t></r><rPh sb="0" eb="1"><t>fu</t></rPh></si>'
        "<si><t>a_x000D_\nb_x005F_x000D_</t></si>"
    )
    cells = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>a &amp; b</t></is></c><c r="D1" t="str"><f>""</f><v></v></c></row>'
    )
    assert columns(tmp_path, cells, strings=strings) == [
        ["富 文本"],
        ["a\r\nb_x000D_"],
        ["a & b"],
        [None],
    ]


def test_errors_and_formulas_are_listed(tmp_path: Path) -> None:
    path = written(tmp_path / "书.xlsx", {"表": [["甲", "=1+1"], ["=NA()", 3]]})
    found = grid(path)
    assert found.formulas == {(1, 2), (2, 1)}
    assert found.columns[0] == ["甲", 0.0]  # what XlsxWriter stores as result
    cells = '<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c><c r="B1"><v>1</v></c></row>'
    found = grid(by_hand(tmp_path / "书2.xlsx", cells))
    assert (found.errors, found.columns) == ({(1, 1): "#DIV/0!"}, [[None], [1.0]])


def test_errors_that_calamine_does_not_know(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1" t="e"><f>F()</f><v>#SPILL!</v></c><c r="B1" t="str"><v>#CALC!</v></c>'
        '<c r="C1" t="e"><v>#CALC!</v></c><c r="D1"><v>4</v></c></row>'
    )
    found = grid(by_hand(tmp_path / "书.xlsx", cells))
    assert found.errors == {(1, 1): "#SPILL!", (1, 3): "#CALC!"}
    assert found.columns == [[None], ["#CALC!"], [None], [4.0]]


def test_equal_texts_are_kept_once(tmp_path: Path) -> None:
    path = written(tmp_path / "书.xlsx", {"表": [["一样", f"不同{at}"] for at in range(9000)]})
    same, different = grid(path).columns
    assert len({id(text) for text in same}) == 1
    assert different[-1] == "不同8999"
    assert len(different) == 9000


def test_reading_leaves_the_collector_as_it_was(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "书.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    assert gc.isenabled()
    grid(path)
    assert gc.isenabled()
    gc.disable()
    try:
        grid(path)
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("reference", ["XFD1048576", "A2147483647"])
def test_a_range_that_would_abort_the_process_is_refused(tmp_path: Path, reference: str) -> None:
    cells = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="{reference}"><v>1</v></c></row>'
    with pytest.raises((WorkbookHostile, WorkbookDamaged), match=r"书\.xlsx”的工作表“表”"):
        columns(tmp_path, cells)


def test_a_million_rows_of_formats_are_no_rows(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'
    assert columns(tmp_path, cells) == [[1.0]]


@pytest.mark.parametrize("cell", ['<c r="A1" t="s"><v>9</v></c>', '<c r="A1" t="b"><v>2</v></c>'])
def test_what_calamine_refuses_is_a_sentence(tmp_path: Path, cell: str) -> None:
    with pytest.raises(WorkbookDamaged, match=r"工作表“表”的内容已损坏.*另存"):
        columns(tmp_path, f'<row r="1">{cell}</row>')


def test_a_panic_is_a_sentence_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(_: object) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("xlcrm.workbook.calamine._columns", panic)
    with pytest.raises(WorkbookDamaged, match="已损坏"):
        columns(tmp_path, "")


def test_an_interrupt_is_not_taken_for_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xlcrm.workbook.calamine._columns", stop)
    with pytest.raises(KeyboardInterrupt):
        columns(tmp_path, "")


def test_an_unknown_sheet(tmp_path: Path) -> None:
    with pytest.raises(SheetMissing, match="没有工作表“别的”"):
        grid(by_hand(tmp_path / "书.xlsx"), "别的")
