"""Whole areas in few calls, whatever shape a program answers in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from xlcrm.errors import ProgramMissing, WorkbookHostile
from xlcrm.workbook.live import access
from xlcrm.workbook.live.access import (
    _square,
    copy_looks,
    number_formats,
    quietly,
    read,
    read_errors,
    used_area,
    write_values,
)
from xlcrm.workbook.patch.ranges import Area

if TYPE_CHECKING:
    import xlwings as xw


@pytest.mark.parametrize(
    ("found", "area", "wanted"),
    [
        ("=A1", Area(1, 1, 1, 1), [["=A1"]]),
        (None, Area(1, 1, 1, 1), [[""]]),
        (("a", None, 1.5), Area(1, 1, 1, 3), [["a", "", "1.5"]]),
        (["a", "b"], Area(1, 1, 2, 1), [["a"], ["b"]]),
        ((("a", "b"), ("c", None)), Area(1, 1, 2, 2), [["a", "b"], ["c", ""]]),
    ],
)
def test_formulas_come_as_rows(found: Any, area: Area, wanted: list[list[str]]) -> None:
    assert _square(found, area) == wanted


def test_an_answer_of_another_shape_is_no_answer() -> None:
    with pytest.raises(ValueError, match="1 行公式，应为 2 行 1 列"):
        _square((("a",),), Area(1, 1, 2, 1))


def test_a_large_area_is_read_and_written_in_parts(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_CELLS_A_CALL", 4)
    sheet = book.sheets["空"]
    rows = [[float(10 * row + column) for column in range(3)] for row in range(5)]
    area = Area(2, 2, 6, 4)
    write_values(sheet, area, rows)
    held = read(sheet, area)
    assert held.values == rows
    assert held.formulas[4] == ["40", "41", "42"]


def test_number_formats_of_a_mixed_column(book: xw.Book) -> None:
    sheet = book.sheets["空"]
    sheet.range("A1:A10").number_format = "0.00"
    sheet.range("A7").number_format = "@"
    found = number_formats(sheet, Area(1, 1, 10, 1))
    assert {row: code for part, code in found for row in range(part.top, part.bottom + 1)} == {
        **dict.fromkeys(range(1, 11), "0.00"),
        7: "@",
    }
    assert number_formats(sheet, Area(1, 1, 6, 1)) == [(Area(1, 1, 6, 1), "0.00")]


def test_a_column_of_many_formats_is_not_asked_for_ever() -> None:
    asked: list[int] = []

    class Cells:
        @property
        def number_format(self) -> None:
            asked.append(1)

    sheet: Any = SimpleNamespace(range=lambda *_: Cells())
    found = number_formats(sheet, Area(1, 1, 100_000, 1))
    assert sum(part.bottom - part.top + 1 for part, _ in found) == 100_000
    assert len(asked) < 1_000


def test_questions_that_a_program_cannot_answer() -> None:
    def ask() -> None:
        raise ValueError

    assert quietly(ask) is None
    assert quietly(ask, default=3) == 3


def test_errors_that_xlwings_does_not_know_are_no_numbers() -> None:
    """As on Windows: seven errors are known, others come as the whole numbers that COM hands over."""
    spill, calc, unheard, number = -2146826243, -2146826238, -2146826000, 12

    class Cells:
        formula = (("=A9:A12", "=FILTER(A:A,0)", "=新()", "=NA()", "12"),)

        def options(self, *, err_to_str: bool = False, **_: Any) -> Any:
            known = "#N/A" if err_to_str else None
            return SimpleNamespace(value=[[spill, calc, unheard, known, number]])

    sheet: Any = SimpleNamespace(range=lambda *_: Cells())
    held = read(sheet, Area(3, 2, 3, 6))
    assert held.values == [[None, None, None, None, 12]]
    assert read_errors(sheet, held) == {
        (3, 2): "#SPILL!",
        (3, 3): "#CALC!",
        (3, 4): "#VALUE!",
        (3, 5): "#N/A",
    }


class Clipboard:
    """A sheet whose cells cannot be copied some times, because another program holds the clipboard."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.left = times
        self.tried = 0
        self.pasted: list[str] = []
        self.book = SimpleNamespace(app=SimpleNamespace(cut_copy_mode=True))

    def range(self, *_: Any) -> Clipboard:
        return self

    def copy(self) -> None:
        self.tried += 1
        self.left -= 1
        if self.left >= 0:
            raise self.error

    def paste(self, paste: str) -> None:
        self.pasted.append(paste)


def copy_through(board: Any) -> None:
    try:
        copy_looks(board, Area(2, 1, 2, 4), Area(7, 1, 9, 4))
    finally:
        assert board.book.app.cut_copy_mode is False


def test_a_clipboard_that_is_held_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_COPY_PAUSE", 0)
    board = Clipboard(ValueError("类 Range 的 Copy 方法无效"), 3)
    copy_through(board)
    assert board.pasted == ["formats", "validation"]


@pytest.mark.parametrize(("error", "tried"), [(ValueError("x"), 4), (ProgramMissing("x"), 1)])
def test_a_clipboard_is_not_asked_for_ever(
    error: Exception, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_COPY_PAUSE", 0)
    board = Clipboard(error, 1_000)
    with pytest.raises(type(error)):
        copy_through(board)
    assert board.tried == tried


@pytest.mark.parametrize(("columns", "corner"), [(20, "T1048570"), (5, "E1048570")])
def test_a_sheet_that_never_ends_is_not_fetched(columns: int, corner: str) -> None:
    used = SimpleNamespace(shape=(1_048_570, columns), row=1, column=1)
    sheet: Any = SimpleNamespace(name="客户", used_range=used)
    with pytest.raises(
        WorkbookHostile, match=f"工作表“客户”的内容或格式一直延伸到 {corner}，.*删除“客户”下方"
    ):
        used_area(sheet)


def test_a_large_sheet_is_fetched() -> None:
    sheet: Any = SimpleNamespace(used_range=SimpleNamespace(shape=(100_000, 50), row=1, column=1))
    assert used_area(sheet) == Area(1, 1, 100_000, 50)
