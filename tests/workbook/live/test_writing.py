"""What only real Excel has, told with stand-ins: hyperlinks that sit on cells, filtered rows, kept marks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from xlcrm.errors import WorkbookError
from xlcrm.workbook.live import writing
from xlcrm.workbook.live.access import read
from xlcrm.workbook.live.cells import Piece
from xlcrm.workbook.live.writing import SheetPlan, Writer, _clear_links
from xlcrm.workbook.patch.ranges import Area


@pytest.mark.parametrize(
    ("platform", "links", "wanted"),
    [("win32", 2, ["windows"]), ("win32", 0, []), ("darwin", 0, ["macos"]), ("linux", None, [])],
)
def test_old_hyperlinks_make_room_for_formulas(
    platform: str, links: int | None, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    api = SimpleNamespace(
        ClearHyperlinks=lambda: done.append("windows"), clear_hyperlinks=lambda: done.append("macos")
    )
    if links is not None:
        api.Hyperlinks = SimpleNamespace(Count=links)
    sheet: Any = SimpleNamespace(range=lambda *_: SimpleNamespace(api=api))
    monkeypatch.setattr(sys, "platform", platform)
    _clear_links(sheet, Area(2, 3, 9, 3))
    assert done == wanted


@dataclass
class Sheet:
    """Column A as Excel keeps it: an array reaches filtered rows wrongly; texts are read as they are typed.

    Attributes:
        cells: row -> value.
        hidden: rows that a filter hides.
        keeps_marks: an apostrophe that is typed stays in the cell.
        typed: everything that was typed.
    """

    cells: dict[int, Any] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    keeps_marks: bool = False
    number_format: str = "General"
    typed: list[Any] = field(default_factory=list)

    def range(self, first: tuple[int, int], last: tuple[int, int]) -> Range:
        return Range(self, list(range(first[0], last[0] + 1)))

    def enter(self, row: int, value: Any) -> None:
        self.typed.append(value)
        if isinstance(value, str) and value.startswith("'") and not self.keeps_marks:
            value = value[1:]
        elif isinstance(value, str) and value.isdecimal() and self.number_format != "@":
            value = float(value)
        self.cells[row] = value


@dataclass
class Range:
    """Some rows of it."""

    sheet: Sheet
    rows: list[int]

    def options(self, **_: Any) -> Any:
        return SimpleNamespace(value=[[self.sheet.cells.get(row)] for row in self.rows])

    @property
    def value(self) -> Any:
        return self.sheet.cells.get(self.rows[0])

    @value.setter
    def value(self, given: Any) -> None:
        if not isinstance(given, list):
            self.sheet.enter(self.rows[0], given)
            return
        filtered = bool(self.sheet.hidden & set(self.rows))
        for row, (value,) in zip(self.rows, given, strict=True):
            if row not in self.sheet.hidden:
                self.sheet.enter(row, given[0][0] if filtered else value)

    @property
    def formula(self) -> Any:
        found = [(self.sheet.cells.get(row),) for row in self.rows]
        return tuple(found) if len(found) > 1 else found[0][0]

    @property
    def number_format(self) -> str:
        return self.sheet.number_format


def plan_of(sheet: Any, values: list[Any]) -> SheetPlan:
    area = Area(2, 1, len(values) + 1, 1)
    work = [(Piece(area, (values,), formulas=False), read(sheet, area))]
    return SheetPlan(sheet, "清单", [], work)


OLD = {2: "甲", 3: "乙", 4: "丙", 5: "丁", 6: None}


def written() -> tuple[Sheet, Writer]:
    """A sheet in which a filter hides rows after it was written to."""
    sheet = Sheet(dict(OLD))
    writer = Writer()
    writer.write(plan_of(sheet, ["一", "二", "三", "四", "五"]))
    assert list(sheet.cells.values()) == ["一", "二", "三", "四", "五"]
    sheet.hidden = {3, 4}
    return sheet, writer


def test_what_is_put_back_into_filtered_rows_is_looked_at() -> None:
    sheet, writer = written()
    assert writer.take_back()
    assert sheet.cells == OLD


def test_what_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, writer = written()
    monkeypatch.setattr(writing, "_MOST_REPAIRS", 1)
    assert not writer.take_back()
    assert sheet.cells != OLD


def test_marks_that_cells_of_texts_keep_are_taken_away() -> None:
    texts = ["2023001", "00123", None, "张三", "13800138000"]
    sheet = Sheet(number_format="@", keeps_marks=True)
    Writer().write(plan_of(sheet, texts))
    assert [sheet.cells[row] for row in range(2, 7)] == texts


@pytest.mark.parametrize("text", ["=1+1", "00123"])
def test_no_text_is_typed_without_its_mark_where_it_would_be_read(text: str) -> None:
    sheet = Sheet(keeps_marks=True)
    with pytest.raises(WorkbookError, match="A2 写不进去"):
        Writer().write(plan_of(sheet, [text]))
    assert text not in sheet.typed
