"""An open workbook in Excel, told with stand-ins: what no other program has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.errors import WorkbookError
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
