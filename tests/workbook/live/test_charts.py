"""Charts of an open workbook follow their lists and captions, or stay as they were."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
import xlsxwriter

from tests.spreadsheet import opened
from xlcrm.errors import WorkbookError
from xlcrm.workbook.live import LiveDoor, writing
from xlcrm.workbook.live.charts import retitled
from xlcrm.workbook.live.patience import tell
from xlcrm.workbook.port import Block, Changes, ChartTitle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

NEW: Final = "2026年10月 医疗最多"
OLD: Final = "2026年9月 制造最多"


@pytest.fixture
def book(program: xw.App, tmp_path: Path) -> Iterator[xw.Book]:
    """Sheet 分析: caption in A2, a table in A3:B6 and its chart 按行业; sheet 图: a chart without a title."""
    path = tmp_path / "分析.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("分析")
        sheet.write("A2", OLD)
        columns = [{"header": "行业"}, {"header": "数量"}]
        data = [["制造", 5], ["医疗", 3], ["教育", 2]]
        sheet.add_table("A3:B6", {"name": "tbl_trade", "columns": columns, "data": data})
        for place, title in ((sheet, {"name": "=分析!$A$2"}), (made.add_worksheet("图"), {"none": True})):
            chart = made.add_chart({"type": "bar", "name": "按行业"})
            chart.add_series({"categories": "=分析!$A$4:$A$6", "values": "=分析!$B$4:$B$6"})
            chart.set_title(title)
            place.insert_chart("F2", chart)
    with opened(program, path) as book:
        yield book


def changes(count: int, *, sheet: str = "分析", chart: str = "按行业") -> Changes:
    """A list of so many rows, its caption, and the title of its chart."""
    rows: list[list[str | int]] = [[f"类{row}" for row in range(count)], [*range(1, count + 1)]]
    blocks = [Block("分析", 2, 1, [[NEW]]), Block("分析", 4, 1, rows, resize=True)]
    return Changes(blocks, [ChartTitle(sheet, chart, NEW)])


def looks(book: xw.Book) -> list[tuple[str | None, list[str]]]:
    """The title and the areas of every chart."""
    return [
        (chart.title, [area.rpartition(".")[2] for area in chart.api.getUsedRangeRepresentations()])
        for sheet in book.sheets
        for chart in sheet.charts
    ]


def areas(last: int) -> list[str]:
    return [f"$A$4:$A${last}", f"$B$4:$B${last}"]


def test_chart_follows_its_list_and_its_caption(book: xw.Book) -> None:
    for count in (7, 1, 3):
        with LiveDoor(book, write=True) as door:
            door.apply(changes(count))
        assert looks(book) == [(NEW, areas(3 + count)), (None, areas(3 + count))]
    assert book.sheets["分析"]["A2"].value == NEW


@pytest.mark.parametrize(
    ("sheet", "chart"),
    [("分析", "改了名"), ("没有", "按行业"), ("图", "按行业")],
    ids=["renamed", "gone", "bare"],
)
def test_charts_that_are_gone_renamed_or_without_a_title_are_no_fault(
    book: xw.Book, sheet: str, chart: str
) -> None:
    with LiveDoor(book, write=True) as door:
        assert door.apply(changes(5, sheet=sheet, chart=chart)).cells > 0
    assert looks(book) == [(OLD, areas(8)), (None, areas(8))]


def test_a_title_alone_is_put_right(book: xw.Book) -> None:
    with LiveDoor(book, write=True) as door:
        door.apply(changes(3))
    book.sheets["分析"].charts[0].title = "别的"
    with LiveDoor(book, write=True) as door:
        assert door.apply(changes(3)).cells == 0
        assert looks(book)[0][0] == NEW
        assert door.apply(changes(3)).backup is None


def test_a_program_that_fails_leaves_ranges_and_titles_as_they_were(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = looks(book)

    def failing(owner: Any, name: str, value: Any, **more: Any) -> None:
        tell(owner, name, value, **more)
        if name == "title" and value == NEW:
            raise RuntimeError("没有内存")

    monkeypatch.setattr(writing, "tell", failing)
    for count in (7, 2):
        with (
            LiveDoor(book, write=True) as door,
            pytest.raises(WorkbookError, match=r"“分析”没有写成，.*没有内存"),
        ):
            door.apply(changes(count))
        assert looks(book) == before
        assert book.sheets["分析"].range("A2:B7").value == [
            [OLD, None],
            ["行业", "数量"],
            ["制造", 5],
            ["医疗", 3],
            ["教育", 2],
            [None, None],
        ]


def test_going_back_leaves_a_chart_of_some_rows_alone(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the list is shorter the chart of its first two rows looks like one of all its rows."""
    chart = book.sheets["图"].charts[0].api
    for sequence in chart.getUsedData().getDataSequences():
        area = sequence.getValues().getSourceRangeRepresentation()
        new = chart.getDataProvider().createDataSequenceByRangeRepresentation(area.replace("$6", "$5"))
        new.Role = sequence.getValues().Role
        sequence.setValues(new)
    before = looks(book)
    assert before[1] == (None, areas(5))
    monkeypatch.setattr(writing.Writer, "retitle", lambda *_: 1 / 0)
    with LiveDoor(book, write=True) as door, pytest.raises(WorkbookError):
        door.apply(changes(2))
    assert looks(book) == before


# Programs with ties


def excel(*names: str) -> Any:
    """A sheet of Excel: its charts' native objects come in pairs."""
    charts = [SimpleNamespace(name=name, api=(object(), object()), title="旧") for name in names]
    return SimpleNamespace(charts=charts)


def test_titles_that_are_tied_to_cells_are_left_to_the_program() -> None:
    sheets = {"分析": excel("按行业", "按地区"), "空": excel()}
    titles = [
        ChartTitle("空", "按行业", "新"),
        ChartTitle("分析", "没有", "新"),
        ChartTitle("分析", "按地区", "新"),
    ]
    assert retitled(sheets, titles) == []


def test_a_program_that_does_not_tell_its_charts_is_no_fault() -> None:
    sheets: dict[str, Any] = {"分析": SimpleNamespace()}
    assert retitled(sheets, [ChartTitle("分析", "按行业", "新")]) == []
