"""A sheet read through the program is the sheet that the file door reads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.spreadsheet import opened
from tests.workbook.sheets import written
from xlcrm.errors import SheetMissing
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.live import LiveDoor, access, patience

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from xlcrm.workbook.port import Grid


def plain(grid: Grid) -> list[list[tuple[str, object]]]:
    """Columns with the type of each value, without blank ends."""
    columns = [[(type(value).__name__, value) for value in column] for column in grid.columns]
    height = max(
        (at for column in columns for at, cell in enumerate(column, 1) if cell[1] is not None), default=0
    )
    columns = [column[:height] for column in columns]
    while columns and all(value is None for _, value in columns[-1]):
        columns.pop()
    return columns


def test_every_kind_of_cell_reads_as_from_the_file(book: xw.Book, path: Path) -> None:
    with FileDoor(path, write=False) as file, LiveDoor(book, write=False) as live:
        assert live.title == "客户.xlsx"
        assert live.sheets == file.sheets == ("清单", "值", "锁", "空")
        for sheet in file.sheets:
            one, other = file.grid(sheet), live.grid(sheet)
            assert plain(other) == plain(one)
            assert dict(other.errors) == dict(one.errors)
            assert other.formulas == one.formulas
            assert not other.epoch1904
        grid = live.grid("值")
    assert grid.errors == {(4, 4): "#N/A"}
    assert grid.formulas == {(4, 2), (4, 4), (4, 5)}
    assert grid.columns[1] == [None, "文", dt.date(2026, 3, 18), 25.0, "#N/A"]
    assert grid.columns[4][2] == dt.timedelta(hours=30)


def test_a_blank_sheet_is_empty(book: xw.Book) -> None:
    with LiveDoor(book, write=False) as live:
        assert live.grid("空").columns == []


def test_a_missing_sheet_is_named(book: xw.Book) -> None:
    with LiveDoor(book, write=False) as live, pytest.raises(SheetMissing, match="没有工作表“没有”"):
        live.grid("没有")


def test_a_workbook_that_counts_from_1904(program: xw.App, tmp_path: Path) -> None:
    day = dt.datetime(2026, 3, 18)
    path = written(tmp_path / "a.xlsx", {"表": [[day, 1.5]]}, date_1904=True)
    with (
        opened(program, path) as book,
        FileDoor(path, write=False) as file,
        LiveDoor(book, write=False) as live,
    ):
        grid = live.grid("表")
        assert grid.epoch1904
        assert plain(grid) == plain(file.grid("表"))


def test_errors_are_read_row_by_row_where_a_program_tells_them_so(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """xlwings on macOS fails when it is asked for the errors of several rows."""  # noqa: D403 - its name
    original = patience.ask

    def ask(owner: Any, name: str) -> Any:
        if name == "value" and owner._options.get("err_to_str") and owner.shape[0] > 1:
            raise TypeError("'NoneType' object is not iterable")
        return original(owner, name)

    book.sheets["值"].range("A1").formula = "=1/0"
    monkeypatch.setattr(access, "ask", ask)
    with LiveDoor(book, write=False) as live:
        assert live.grid("值").errors == {(1, 1): "#DIV/0!", (4, 4): "#N/A"}
