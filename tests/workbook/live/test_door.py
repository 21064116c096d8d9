"""What is written through the program arrives as the file door would have written it, or nothing does."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pytest
import xlwings

from tests.spreadsheet import opened
from xlcrm.errors import (
    ProgramBusy,
    SheetProtected,
    UnsafeToPatch,
    UsageError,
    WorkbookChanged,
    WorkbookError,
    WorkbookInUse,
)
from xlcrm.workbook.live import LiveDoor, access, writing
from xlcrm.workbook.locks import held
from xlcrm.workbook.port import KEEP, Block, Changes, Link, Saved, Undated
from xlcrm.workbook.saving import backups

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

TRICKY = [
    "00123",
    "1-2",
    "=1+1",
    "+86",
    "TRUE",
    "1e5",
    "2023年8月16日",
    "'x",
    "''",
    "#N/A",
    "甲\n乙",
    " 前后 ",
    "张三",
    "长" * 9_000,
    "7" * 32_766,
]


def column(book: xw.Book, sheet: str, place: str) -> list[Any]:
    found: list[Any] = book.sheets[sheet].range(place).options(ndim=1).value
    return found


def apply(book: xw.Book, *blocks: Block) -> Saved:
    with LiveDoor(book, write=True) as door:
        return door.apply(Changes(blocks))


def test_texts_arrive_exactly(book: xw.Book) -> None:
    saved = apply(book, Block("空", 2, 2, [TRICKY]))
    assert saved.cells == len(TRICKY)
    assert column(book, "空", f"B2:B{len(TRICKY) + 1}") == TRICKY
    assert apply(book, Block("空", 2, 2, [TRICKY])) == Saved(0)


def test_invented_texts_arrive(book: xw.Book) -> None:
    draw = random.Random(7)  # noqa: S311 - invented data
    letters = "0123456789 .,:;/-+*=@#'\"%()¥$eETRUFALSapm年月日时分秒上午元张甲一二三零１２\n"
    texts: list[Any] = ["".join(draw.choices(letters, k=draw.randint(1, 9))) for _ in range(2_000)]
    apply(book, Block("空", 1, 1, [texts]))
    assert column(book, "空", "A1:A2000") == texts


def test_texts_arrive_in_cells_formatted_as_text(book: xw.Book) -> None:
    book.sheets["空"].range("B2:B20").number_format = "@"
    apply(book, Block("空", 2, 2, [TRICKY[:12]]))
    assert column(book, "空", "B2:B13") == TRICKY[:12]


def test_numbers_stay_numbers_in_cells_formatted_as_text(book: xw.Book) -> None:
    cells = book.sheets["空"].range("B2:B6")
    cells.number_format = "@"
    link = Link("甲 第3行", "值", "A3")
    apply(book, Block("空", 2, 2, [[12.5, True, link, "7", dt.date(2026, 3, 18)]]))
    assert column(book, "空", "B2:B6") == [12.5, True, "甲 第3行", "7", dt.datetime(2026, 3, 18)]
    assert book.sheets["空"].range("B2").number_format == "@"
    assert book.sheets["空"].range("B6").number_format.lower() == "yyyy-mm-dd"


def test_dates_show_as_dates_and_numbers_as_numbers(book: xw.Book) -> None:
    day, moment = dt.date(2026, 3, 18), dt.datetime(2026, 3, 18, 9, 40)
    apply(book, Block("空", 1, 1, [[day, None, day, moment, 5.0], [Undated(7)] * 5]))
    sheet = book.sheets["空"]
    assert column(book, "空", "A1:A5") == [
        dt.datetime(2026, 3, 18),
        None,
        dt.datetime(2026, 3, 18),
        moment,
        5.0,
    ]
    assert [sheet.range(place).number_format.lower() for place in ("A1", "A3", "A4", "A5", "B1")] == [
        "yyyy-mm-dd",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm",
        "general",
        "general",
    ]
    apply(book, Block("空", 1, 1, [[Undated(46_000), KEEP, moment]]))
    assert column(book, "空", "A1:A4") == [46_000.0, None, moment, moment]
    assert sheet.range("A1").number_format == "General"
    assert sheet.range("A3").number_format.lower() == "yyyy-mm-dd"  # it showed dates already


def test_dates_and_moments_by_turns_share_a_format(book: xw.Book) -> None:
    values: list[Any] = [dt.date(2026, 3, 18), dt.datetime(2026, 3, 18, 9, 40)] * 60
    apply(book, Block("空", 1, 1, [values]))
    assert book.sheets["空"].range("A1:A120").number_format.lower() == "yyyy-mm-dd hh:mm"
    with LiveDoor(book, write=False) as door:
        assert list(door.grid("空").columns[0]) == values


def test_kept_cells_are_not_touched_and_none_empties(book: xw.Book) -> None:
    book.sheets["空"].range("A1:B4").value = [[1, 2], [3, 4], [5, 6], [7, 8]]
    book.sheets["空"].range("A2").formula = "=1+2"
    book.sheets["空"].range("B3").number_format = "0.00"
    saved = apply(book, Block("空", 1, 1, [[9, KEEP, None, 7], [KEEP, KEEP, None, "x"]]))
    assert saved.cells == 4
    assert column(book, "空", "A1:A4") == [9.0, 3.0, None, 7.0]
    assert column(book, "空", "B1:B4") == [2.0, 4.0, None, "x"]
    assert book.sheets["空"].range("A2").formula == "=1+2"
    assert book.sheets["空"].range("B3").number_format == "0.00"


def test_links_lead_where_they_say(book: xw.Book) -> None:
    links = [Link("清单 第3行", "清单", "A3"), None, Link('甲"乙', "它's 表", "B2")]
    apply(book, Block("空", 1, 1, [links, ["甲", "乙", "丙"]]))
    sheet = book.sheets["空"]
    assert column(book, "空", "A1:A3") == ["清单 第3行", None, '甲"乙']
    assert sheet.range("A1").formula == '=HYPERLINK("#\'清单\'!A3","清单 第3行")'
    assert sheet.range("A3").formula == '=HYPERLINK("#\'它\'\'s 表\'!B2","甲""乙")'
    assert apply(book, Block("空", 1, 1, [links])) == Saved(0)


def test_a_longer_list_takes_its_table_and_looks_along(book: xw.Book) -> None:
    states, days = ["超时"] * 8, [float(day) for day in range(8)]
    apply(book, Block("清单", 2, 3, [states, days], resize=True))
    sheet = book.sheets["清单"]
    assert sheet.tables["客户"].range.address == "$A$1:$D$9"
    assert column(book, "清单", "D2:D9") == days
    assert sheet.range("D9").number_format == "0.00"
    assert sheet.range("D9").color == (255, 255, 0)
    assert "list" in str(sheet.range("C9").api.Validation.Type.value).lower()


def test_a_shorter_list_leaves_nothing_behind(book: xw.Book) -> None:
    block = Block("清单", 2, 1, [["甲"], ["乙"], ["丙"], [1.0]], resize=True)
    saved = apply(book, block)
    sheet = book.sheets["清单"]
    assert sheet.tables["客户"].range.address == "$A$1:$D$2"
    assert sheet.range("A2:D6").value[0] == ["甲", "乙", "丙", 1.0]
    assert all(value is None for row in sheet.range("A3:D6").value for value in row)
    assert saved.cells == 3 + 4 * 4
    assert apply(book, block) == Saved(0)


def test_the_program_is_as_before_afterwards(book: xw.Book) -> None:
    app = book.app
    before = {
        name: getattr(app, name)
        for name in ("calculation", "screen_updating", "enable_events", "display_alerts")
    }
    with contextlib.suppress(ZeroDivisionError), LiveDoor(book, write=True) as door:
        assert not app.display_alerts
        assert not app.enable_events
        door.apply(Changes([Block("空", 1, 1, [["甲"]])]))
        raise ZeroDivisionError
    assert {name: getattr(app, name) for name in before} == before


def test_the_file_is_backed_up_once_and_not_saved(book: xw.Book, path: Path) -> None:
    content = path.read_bytes()
    with LiveDoor(book, write=True) as door:
        first = door.apply(Changes([Block("空", 1, 1, [["甲"]])]))
        again = door.apply(Changes([Block("空", 1, 1, [["乙"]])]))
    assert path.read_bytes() == content
    assert first.backup == again.backup
    (backup,) = backups(path)
    assert first.backup == backup
    assert backup.read_bytes() == content
    assert backup.stat().st_ino != path.stat().st_ino


def test_a_workbook_without_a_file_has_neither_lock_nor_backup(program: xw.App) -> None:
    book = program.books.add()
    try:
        name = book.sheets[0].name
        assert apply(book, Block(name, 1, 1, [["甲"]])) == Saved(1)
        assert book.sheets[0].range("A1").value == "甲"
    finally:
        book.close()


def test_another_xlcrm_keeps_us_out(book: xw.Book, path: Path) -> None:
    door = LiveDoor(book, write=True)
    with held(path), pytest.raises(WorkbookInUse, match="另一个 xlcrm"):
        door.__enter__()
    with held(path), LiveDoor(book, write=False) as reading:
        assert reading.grid("清单").columns
    with LiveDoor(book, write=True), pytest.raises(WorkbookInUse), held(path):
        pass


def test_a_door_for_reading_does_not_write(book: xw.Book) -> None:
    with LiveDoor(book, write=False) as door, pytest.raises(UsageError, match="只读打开"):
        door.apply(Changes([Block("空", 1, 1, [["甲"]])]))


def test_nothing_to_write(book: xw.Book, path: Path) -> None:
    assert apply(book) == Saved(0)
    assert apply(book, Block("空", 1, 1, []), Block("空", 1, 1, [[]])) == Saved(0)
    assert backups(path) == []


def test_a_protected_sheet_is_refused_before_anything_is_written(book: xw.Book) -> None:
    with pytest.raises(SheetProtected, match=r"^工作表“锁”受保护，请在“审阅”里撤销工作表保护后再试"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("锁", 1, 1, [["甲"]]))
    assert book.sheets["空"].range("A1").value is None


def test_what_does_not_fit_is_refused_before_anything_is_written(book: xw.Book) -> None:
    with pytest.raises(UnsafeToPatch, match="工作表“清单”的 C2 不能写入：文字有 40000 个字"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("清单", 2, 3, [["长" * 40_000]]))
    with pytest.raises(UsageError, match="写入两次"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("空", 1, 1, [["乙"]]))
    assert book.sheets["空"].range("A1").value is None


@pytest.mark.parametrize("edit", ["A3", "B4", "A9"])
def test_rows_that_moved_meanwhile_are_not_overwritten(book: xw.Book, edit: str) -> None:
    with LiveDoor(book, write=True) as door:
        door.grid("清单")
        book.sheets["清单"].range(edit).value = "新"
        for block in (Block("清单", 2, 4, [[9.0]]), Block("清单", 2, 4, [[9.0]], resize=True)):
            with pytest.raises(WorkbookChanged, match=r"“客户\.xlsx”的工作表“清单”在处理期间被改动过"):
                door.apply(Changes([block]))
    assert book.sheets["清单"].range("D2").value == 1


def test_a_heading_that_changed_stops_a_list(book: xw.Book) -> None:
    with LiveDoor(book, write=True) as door:
        door.grid("清单")
        book.sheets["清单"].range("C1").value = "新"
        for height, resize in ((1, True), (2, False)):
            with pytest.raises(WorkbookChanged):
                door.apply(Changes([Block("清单", 2, 4, [[9.0] * height], resize=resize)]))


def test_other_cells_may_change_meanwhile(book: xw.Book) -> None:
    with LiveDoor(book, write=True) as door:
        door.grid("清单")
        book.sheets["清单"].range("C3").value = "超时"
        assert door.apply(Changes([Block("清单", 2, 4, [[9.0]])])).cells == 1
        assert door.apply(Changes([Block("清单", 2, 4, [[8.0]])])).cells == 1


class Failing:
    """Writes, but not the last time."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.left = times
        self.original = access.write_values

    def __call__(self, sheet: xw.Sheet, area: Any, rows: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error
        self.original(sheet, area, rows)


BLOCKS = (
    Block("值", 2, 2, [["新", dt.date(2026, 1, 1), 9.0, "#N/A?"], [KEEP, 5.0, Link("甲", "空", "A1"), KEEP]]),
    Block("清单", 2, 1, [["甲"] * 7, ["乙"] * 7, [dt.date(2026, 1, 1)] * 7, [1.0] * 7], resize=True),
    Block("空", 1, 1, [["甲"]]),
)


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_failed_write_takes_everything_back(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    def state() -> list[object]:
        return [
            (
                sheet.range("A1:H12").value,
                sheet.range("A1:H12").formula,
                [sheet.range(place).number_format for place in ("B2", "B3", "C2", "C3", "D2", "D3")],
                [table.range.address for table in sheet.tables],
            )
            for sheet in book.sheets
        ]

    before = state()
    error = ValueError("卡住了。")
    failing = Failing(error, times)
    monkeypatch.setattr(access, "write_values", failing)
    with pytest.raises(WorkbookError, match="没有写成，表格程序报告“卡住了”；请检查该工作表") as caught:
        apply(book, *BLOCKS)
    assert caught.value.__cause__ is error
    assert "恢复" not in caught.value.message
    assert state() == before
    monkeypatch.undo()
    apply(book, *BLOCKS)
    assert book.sheets["清单"].range("C8").value == dt.datetime(2026, 1, 1)
    assert book.sheets["空"].range("A1").value == "甲"


def test_a_program_that_stops_answering_is_said_to_be_busy(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "write_values", Failing(ProgramBusy("Excel 正忙"), 2))
    with pytest.raises(ProgramBusy, match=r"^Excel 正忙。$"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("清单", 2, 3, [["新"]]))
    assert book.sheets["空"].range("A1").value is None


def test_a_program_that_stays_busy_is_not_asked_to_take_back_for_ever(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = access.write_values
    calls: list[str] = []

    def write(sheet: xw.Sheet, area: Any, rows: Any) -> None:
        calls.append(sheet.name)
        if len(calls) > 2:
            raise ProgramBusy("Excel 正忙")
        original(sheet, area, rows)

    monkeypatch.setattr(access, "write_values", write)
    with pytest.raises(ProgramBusy, match=r"^Excel 正忙；有的单元格没能恢复原来的内容"):
        apply(book, *BLOCKS)
    assert len(calls) == 2 + 1 + 3


def test_a_busy_program_that_answers_again_takes_everything_back(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = access.write_values
    calls: list[str] = []

    def write(sheet: xw.Sheet, area: Any, rows: Any) -> None:
        calls.append(sheet.name)
        if len(calls) in {2, 3}:
            raise ProgramBusy("Excel 正忙")
        original(sheet, area, rows)

    monkeypatch.setattr(access, "write_values", write)
    with pytest.raises(ProgramBusy, match=r"^Excel 正忙。$"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("清单", 2, 3, [["新"]]))
    assert book.sheets["空"].range("A1").value is None


def test_what_cannot_be_put_back_is_said(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    original = access.write_values
    calls: list[int] = []

    def write(sheet: xw.Sheet, area: Any, rows: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise ValueError("断了")
        original(sheet, area, rows)

    monkeypatch.setattr(access, "write_values", write)
    with pytest.raises(WorkbookError, match=r"有的单元格没能恢复原来的内容，请不要保存，关闭后重新打开。$"):
        apply(book, Block("空", 1, 1, [["甲"]]), Block("清单", 2, 3, [["新"]]))


def test_a_cell_that_an_array_did_not_reach_is_written_alone(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Excel does in filtered rows: the first value everywhere."""
    original = access.write_values

    def write(sheet: xw.Sheet, area: Any, rows: Any) -> None:
        original(sheet, area, [rows[0]] * len(rows))

    monkeypatch.setattr(access, "write_values", write)
    values: list[Any] = ["甲", 2.0, None, "00123", dt.datetime(2026, 3, 18, 9, 40)]
    apply(book, Block("空", 1, 1, [values]))
    assert column(book, "空", "A1:A5") == values


def test_a_cell_that_stays_as_it_is_stops_everything(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "write_values", lambda *_: None)
    with pytest.raises(WorkbookError, match="工作表“空”有 3000 个单元格写入后读回的内容不一致"):
        apply(book, Block("空", 1, 1, [["甲"] * 3_000]))
    monkeypatch.setattr(writing, "_type_one", lambda *_: None)
    with pytest.raises(WorkbookError, match=r"^工作表“空”的 A1 写不进去（读回的内容不一致）"):
        apply(book, Block("空", 1, 1, [["甲"]]))


def test_cells_under_a_merged_one_are_refused(book: xw.Book) -> None:
    book.sheets["空"].range("B2:C2").merge()
    assert apply(book, Block("空", 2, 1, [["甲"], ["乙"], [None]])).cells == 2
    with pytest.raises(UnsafeToPatch, match="“空”的 C2 在合并单元格 B2:C2 里且不是左上角"):
        apply(book, Block("空", 1, 1, [["a"] * 3, ["b"] * 3, ["c"] * 3]))
    assert book.sheets["空"].range("A2:B2").value == ["甲", "乙"]


def test_the_view_is_left_alone(program: xw.App, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlwings.engines, "active", program.engine)  # a selection belongs to the active one
    with opened(program, path) as book:
        book.sheets["值"].activate()
        book.sheets["值"].range("C3").select()
        apply(book, Block("清单", 2, 3, [["新"] * 20, [1.0] * 20], resize=True))
        assert book.sheets.active.name == "值"
        assert book.selection is not None
        assert book.selection.address == "$C$3"
