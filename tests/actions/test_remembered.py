"""A door that reads each sheet once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workbook.sheets import written
from xlcrm.actions.remembered import Remembered
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.port import Block, Changes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_sheet_is_read_once_until_something_is_written(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {"表": [["甲", "乙"]]})
    with FileDoor(path, write=True) as door:
        remembered = Remembered(door)
        assert (remembered.title, list(remembered.sheets)) == ("a.xlsx", ["表"])
        first = remembered.grid("表")
        assert remembered.grid("表") is first
        assert remembered.apply(Changes([Block("表", 1, 1, [["丙"]])])).cells == 1
        assert remembered.grid("表").columns[0] == ["丙"]
