"""An open workbook in Excel, told with stand-ins: what no other program has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.errors import ProgramMissing, SheetMissing, WorkbookError
from xlcrm.workbook.live import LiveDoor


def workbook(*sheets: Any, **api: Any) -> Any:
    return SimpleNamespace(
        name="客户.xlsx",
        fullname="https://example.com/客户.xlsx",
        sheets=list(sheets),
        app=SimpleNamespace(),
        api=SimpleNamespace(**api),
    )


def test_a_workbook_opened_for_reading_only_is_not_written_to() -> None:
    book = workbook(ReadOnly=True)
    with pytest.raises(
        WorkbookError, match=r"^“客户\.xlsx”是以只读方式打开的.*无法保存，请关闭后.*再试一次。$"
    ):
        LiveDoor(book, write=True).__enter__()
    with LiveDoor(book, write=False) as door:
        assert door.sheets == ()
    with LiveDoor(workbook(ReadOnly=False), write=True) as door:
        assert door.title == "客户.xlsx"


def test_the_door_tells_of_autosave() -> None:
    with LiveDoor(workbook(ReadOnly=False, AutoSaveOn=True), write=True) as door:
        assert door.saves_itself
    with LiveDoor(workbook(), write=True) as door:
        assert not door.saves_itself


class Cells:
    """A used range whose values cannot be handed over."""

    shape = (3, 2)
    row = column = 1

    def __init__(self, error: Exception) -> None:
        self.error = error

    def options(self, **_: Any) -> Cells:
        return self

    @property
    def value(self) -> Any:
        raise self.error


def unreadable(error: Exception) -> Any:
    cells = Cells(error)
    return workbook(SimpleNamespace(name="客户", used_range=cells, range=lambda *_: cells))


def test_a_sheet_that_cannot_be_read_is_named() -> None:
    """As with a number in a cell of dates that is no date: nobody knows what Excel says then."""
    error = OverflowError("date value out of range")
    with (
        LiveDoor(unreadable(error), write=False) as door,
        pytest.raises(
            WorkbookError, match=r"^工作表“客户”读不出来，.*“date value out of range”.*#####"
        ) as caught,
    ):
        door.grid("客户")
    assert caught.value.__cause__ is error


def test_what_is_a_sentence_already_stays_one() -> None:
    with LiveDoor(unreadable(ProgramMissing("没有了")), write=False) as door:
        with pytest.raises(ProgramMissing, match=r"^没有了。$"):
            door.grid("客户")
        with pytest.raises(SheetMissing):
            door.grid("别的")
