"""操作日志: what is kept, what can be undone, and blocks of rewritten cells."""

from __future__ import annotations

import pandas as pd
import pytest

from xlcrm.actions.journal import (
    UNDO,
    CellChange,
    cell_blocks,
    kept_rows,
    lacking,
    next_batch,
    undoable,
)
from xlcrm.tables.frames import SheetData
from xlcrm.tables.system import BATCH_KEYS, JOURNAL
from xlcrm.workbook.port import KEEP

Line = tuple[str, str | None, str | None]
"""Action, batch, cell."""


def lines(*rows: Line) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["action", "batch", "cell"], dtype="str")
    return frame.assign(at=pd.Timestamp(2026, 3, 18), sheet="客户信息总表")


def batch(number: str, cells: int, action: str = "规范数据") -> list[Line]:
    return [(action, number, None), *((action, number, f"A{row}") for row in range(1, cells + 1))]


def refreshes(count: int) -> list[Line]:
    return [("刷新到期清单", None, None)] * count


def journal(frame: pd.DataFrame, lacks: tuple[str, ...] = ()) -> SheetData:
    keys = [item.key for item in JOURNAL.columns if item.key not in lacks]
    places = {key: place for place, key in enumerate(keys, start=1)}
    return SheetData(JOURNAL, JOURNAL.title, 3, places, {}, frame)


def test_few_lines_are_all_kept() -> None:
    frame = lines(*refreshes(5))
    assert len(kept_rows(frame, 5)) == 5
    assert len(kept_rows(frame, 4)) == 4


def test_a_batch_that_may_be_undone_is_kept_whole_while_the_newest_lines_hold_a_part_of_it() -> None:
    frame = lines(*refreshes(3), *batch("1", 6), *refreshes(2))
    assert kept_rows(frame, 4)["cell"].notna().sum() == 6
    assert kept_rows(frame, 3)["cell"].notna().sum() == 6
    assert kept_rows(frame, 2)["cell"].notna().sum() == 0
    assert kept_rows(frame, 4).index.tolist() == list(range(9))


def test_keeping_one_batch_whole_may_keep_the_one_before_whole() -> None:
    one, two = batch("1", 3), batch("2", 3)
    mixed = [*one[:3], *two[:2], one[3], *two[2:]]
    assert kept_rows(lines(*refreshes(2), *mixed), 2)["cell"].notna().sum() == 6


def test_an_undone_batch_may_be_cut() -> None:
    frame = lines(*batch("1", 6), *batch("1", 6, UNDO))
    assert len(kept_rows(frame, 9)) == 9


def test_the_newest_batch_comes_first_and_undone_ones_never() -> None:
    frame = lines(
        *batch("9", 2), *batch("10", 3), *refreshes(1), *batch("11", 1), *batch("11", 1, UNDO), *batch("8", 1)
    )
    found = undoable(journal(frame))
    assert list(found) == ["10", "9", "8"]
    assert len(found["10"]) == 3
    assert next_batch(journal(frame)) == "12"


def test_a_batch_of_which_no_cell_could_be_undone_is_undone_too() -> None:
    assert undoable(journal(lines(*batch("1", 2), (UNDO, "1", None)))) == {}


@pytest.mark.parametrize(("numbers", "following"), [([], "1"), (["甲"], "1"), (["7", "甲"], "8")])
def test_the_next_number(numbers: list[str], following: str) -> None:
    assert next_batch(journal(lines(*((f"{n}", n, "A1") for n in numbers)))) == following


def test_headings_that_an_old_journal_lacks() -> None:
    whole = ["批次", "工作表", "单元格", "所在行", "原值", "新值"]
    assert lacking(None) == whole
    assert lacking(journal(lines(), BATCH_KEYS)) == whole
    assert lacking(journal(lines(), ("old",))) == ["原值"]
    assert lacking(journal(lines())) == []


def test_cells_become_one_block_a_column_with_the_others_kept() -> None:
    changes = [
        CellChange("甲", 4, 2, "a", "b"),
        CellChange("甲", 7, 2, 1.0, None),
        CellChange("甲", 4, 3, None, "c"),
        CellChange("乙", 9, 2, None, 5.0),
    ]
    blocks = cell_blocks(changes)
    assert [(block.sheet, block.row, block.column, list(block.columns[0])) for block in blocks] == [
        ("甲", 4, 2, ["b", KEEP, KEEP, None]),
        ("甲", 4, 3, ["c"]),
        ("乙", 9, 2, [5.0]),
    ]
    assert changes[1].cell == "B7"
