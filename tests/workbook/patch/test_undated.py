"""A number that takes the place of a date shows as a number again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.workbook.sheets import by_hand
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.patch import patch
from xlcrm.workbook.port import Undated

if TYPE_CHECKING:
    from pathlib import Path

CELLS = '<row r="1"><c r="A1" s="1"><v>46000</v></c><c r="B1" s="0"><v>46000</v></c></row>'


def first_row(path: Path) -> list[object]:
    with FileDoor(path, write=False) as door:
        return [column[0] for column in door.grid("表").columns]


@pytest.mark.parametrize("cells", [CELLS, CELLS.replace(' r="A1"', "").replace(' r="B1"', "")])
def test_a_number_in_a_cell_of_dates(tmp_path: Path, cells: str) -> None:
    path = by_hand(tmp_path / "a.xlsx", cells)
    assert first_row(path) == [dt.date(2025, 12, 9), 46_000]
    assert patch(path, path, {"表": {"A1": Undated(46_000), "B1": Undated(46_000)}}).cells == 1
    assert first_row(path) == [46_000, 46_000]
    assert patch(path, path, {"表": {"A1": Undated(46_000), "B1": Undated(20_260_301)}}).cells == 1
    assert first_row(path) == [46_000, 20_260_301]


def test_a_plain_number_keeps_the_cells_date_format(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "a.xlsx", CELLS)
    patch(path, path, {"表": {"A1": 46_001}})
    assert first_row(path)[0] == dt.date(2025, 12, 10)


def test_a_new_cell_in_a_column_of_dates(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "a.xlsx", CELLS)
    patch(path, path, {"表": {"A1": dt.date(2026, 3, 1), "A2": Undated(7)}})
    with FileDoor(path, write=False) as door:
        assert list(door.grid("表").columns[0]) == [dt.date(2026, 3, 1), 7]
