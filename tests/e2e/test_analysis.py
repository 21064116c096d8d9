"""The analysis sheets of real files: every cell, what users do to the sheets, and the command."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest

from tests.e2e.analysis_cells import differences, made_of, panel_rows
from tests.e2e.judges import findings, validator
from tests.e2e.running import call
from tests.spreadsheet import few_analysis_sheets, opened
from xlcrm.actions import ACTIONS, AnalyseParams
from xlcrm.actions.base import silent
from xlcrm.analysis.sheets import SHEETS, sheets_of
from xlcrm.tables import PACKS
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.live import LiveDoor
from xlcrm.workbook.patch import patch
from xlcrm.workbook.patch.ranges import Area, address, letters

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw

    from xlcrm.actions.base import Outcome
    from xlcrm.analysis.base import Panel

NOW: Final = dt.datetime(2026, 3, 18, 10)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Pack -> a demo workbook that was refreshed once; made once."""
    made: dict[str, Path] = {}

    def make(pack: str) -> Path:
        if pack not in made:
            made[pack] = tmp_path_factory.mktemp(pack) / "客户.xlsx"
            build(pack, made[pack], demo_data(25, NOW, pack=pack))
            assert act(made[pack], "refresh").remarks == []
        return made[pack]

    return make


@pytest.fixture
def own(fresh: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Pack -> a copy of its refreshed workbook, the test's own; small packs take a third of the time."""
    return lambda pack: Path(shutil.copy(fresh(pack), tmp_path / "客户.xlsx"))


@pytest.fixture
def full(own: Callable[[str], Path]) -> Path:
    """One of all packs."""
    return own("full")


@pytest.fixture
def service(own: Callable[[str], Path]) -> Path:
    """One of few tables and sheets."""
    return own("service")


@pytest.fixture
def recovery(own: Callable[[str], Path]) -> Path:
    """One with a sheet of three fixed lines, 恢复效果评估."""
    return own("recovery")


def act(path: Path, name: str, **params: Any) -> Outcome:
    action = ACTIONS[name]
    with FileDoor(path, write=True) as door:
        return action.run(door, action.params(**{"now": NOW, **params}), silent)


def panel(sheet: str, title: str) -> Panel:
    found = next(item for item in SHEETS if item.title == sheet)
    return next(item for item in found.panels if item.title == title)


def shown(path: Path, sheet: str, title: str) -> list[dict[str, Any]]:
    with FileDoor(path, write=False) as door:
        return panel_rows(door, sheet, panel(sheet, title))[1]


@pytest.mark.parametrize("pack", PACKS)
def test_every_cell_shows_what_was_worked_out(pack: str, fresh: Callable[[str], Path]) -> None:
    with FileDoor(fresh(pack), write=False) as door:
        scope, made = made_of(door, NOW)
        assert [one.sheet.title for one in made] == [sheet.title for sheet in sheets_of(pack)]
        assert {one.sheet.title for one in made} <= set(door.sheets)
        assert differences(door, scope, made) == []


def test_another_month_and_back_again(full: Path) -> None:
    outcome = act(full, "analyse", month=dt.date(2026, 1, 15))
    assert outcome.remarks == []
    assert outcome.message.startswith(f"已更新 {len(SHEETS)} 张分析表（2026年1月）：客户总数 ")
    with FileDoor(full, write=False) as door:
        scope, made = made_of(door, NOW, "2026-01")
        assert differences(door, scope, made) == []
    act(full, "analyse")
    with FileDoor(full, write=False) as door:
        scope, made = made_of(door, NOW)
        assert differences(door, scope, made) == []


def test_the_month_of_the_parameters(recovery: Path) -> None:
    set_parameter(recovery, "报表月份", "2026-02")
    assert "（2026年2月）" in act(recovery, "analyse").message
    act(recovery, "refresh")
    with FileDoor(recovery, write=False) as door:
        scope, made = made_of(door, NOW, "2026-02")
        assert differences(door, scope, made) == []


def test_a_month_of_the_parameters_that_has_not_begun_is_told_by_a_refresh(recovery: Path) -> None:
    set_parameter(recovery, "报表月份", "2026-04")
    told = (
        "参数表的“报表月份”（2026-04）还没有到，分析表只能统计到 2026年3月；请改正，或清空此格以统计当前月份"
    )
    assert act(recovery, "refresh").remarks == [told]
    ran = call("analyse", recovery, "--now", "2026-03-18T10:00")
    assert (ran.code, ran.err) == (2, f"不能完成：{told}。\n")


def set_parameter(path: Path, name: str, value: object) -> None:
    with FileDoor(path, write=False) as door:
        columns = door.grid("参数表").columns
    number = next(at for at, values in enumerate(columns) if name in values)
    patch(path, path, {"参数表": {f"{'ABCDEF'[number + 1]}{list(columns[number]).index(name) + 1}": value}})  # type: ignore[dict-item] # texts only


def sheet_parts(path: Path, titles: set[str]) -> dict[str, bytes]:
    """The XML of some sheets, by name of the part."""
    book = openpyxl.load_workbook(path)
    numbers = {f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(book.sheetnames, 1) if name in titles}
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in numbers}


def test_a_second_refresh_changes_no_byte_of_the_analysis_sheets(full: Path) -> None:
    titles = {sheet.title for sheet in SHEETS} | {"分析明细"}
    before = sheet_parts(full, titles)
    assert len(before) == len(SHEETS) + 1
    act(full, "refresh")
    assert sheet_parts(full, titles) == before
    act(full, "analyse")
    assert sheet_parts(full, titles) == before


def test_figures_lead_to_rows_that_lead_to_their_source(full: Path) -> None:
    """Every link of an analysis sheet leads to a row of its own there, and that one to a row that has it."""
    book = openpyxl.load_workbook(full)
    details = book["分析明细"]
    checked = 0
    for sheet in SHEETS:
        for row in book[sheet.title].iter_rows():
            for cell in row:
                formula = str(cell.value)
                if not formula.startswith("=HYPERLINK(\"#'分析明细'!A"):
                    continue
                at = int(formula.split("!A")[1].split('"', maxsplit=1)[0])
                assert details.cell(at, 1).value == sheet.title
                source = str(details.cell(at, 9).value)
                target, row_number = source.split("#'")[1].split("'!A")
                assert target in book.sheetnames
                key = details.cell(at, 3).value
                own = [item.value for item in book[target][int(row_number.split('"')[0])]]
                assert any(value is not None for value in own)
                assert key is None or key in own or details.cell(at, 4).value in own
                checked += 1
    assert checked > 100
    with FileDoor(full, write=False) as door:
        listed = [value for value in door.grid("分析明细").columns[0][3:] if value is not None]
    wanted = [sheet.title for sheet in SHEETS]
    assert [title for title in wanted if title in listed] == list(dict.fromkeys(listed))


# The user's texts

MEASURES: Final = ("投诉分析月报", "改进措施")


def cell_of(path: Path, sheet: str, title: str, row: int, heading: str) -> str:
    """A1 name of a cell of a panel; rows count from 0."""
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    at = list(columns[0]).index(title)
    top, number = next(
        (top, n) for top in (at + 2, at + 3) for n, values in enumerate(columns) if values[top] == heading
    )
    return address(top + 2 + row, number + 1)


def type_measure(path: Path, row: int, text: str) -> None:
    patch(path, path, {MEASURES[0]: {cell_of(path, *MEASURES, row, "改进措施"): text}})


def test_texts_stay_with_their_rows_over_refreshes_and_months(own: Callable[[str], Path]) -> None:
    path = own("relationship")
    problem = shown(path, *MEASURES)[0]
    type_measure(path, 0, "更换供应商")
    for name, month in (
        ("refresh", None),
        ("analyse", None),
        ("analyse", dt.date(2026, 2, 1)),
        ("analyse", None),
    ):
        given = {} if month is None else {"month": month}
        assert act(path, name, **given).remarks == []
        kept = [row for row in shown(path, *MEASURES) if row["改进措施"] is not None]
        assert [(row["月份"], row["改进措施"]) for row in kept] == [("2026-03", "更换供应商")]
        assert kept[0].items() >= {key: problem[key] for key in ("月份", list(problem)[1])}.items()


def test_texts_whose_row_has_gone_are_in_the_journal(recovery: Path) -> None:
    sheet, title = "恢复效果评估", "三项评估"
    cell = cell_of(recovery, sheet, title, 0, "改进方向")
    key = cell_of(recovery, sheet, title, 0, next(iter(shown(recovery, sheet, title)[0])))
    patch(recovery, recovery, {sheet: {cell: "加人值班", key: "别的维度"}})
    outcome = act(recovery, "refresh")
    assert outcome.remarks == ["1 处您填写的内容所在的行已不存在，内容记入操作日志"]
    with FileDoor(recovery, write=False) as door:
        texts = [
            value for values in door.grid("操作日志").columns for value in values if isinstance(value, str)
        ]
    assert "已离开清单的备注 恢复效果评估 三项评估 别的维度 改进方向：加人值班" in texts
    assert act(recovery, "refresh").remarks == []


# What users do to the sheets


def moved(path: Path, sheet: str, first: int, last: int, *, down: int = 0, right: int = 0) -> None:
    """Move rows of a sheet as a spreadsheet program does it: their cells and their table objects."""
    book = openpyxl.load_workbook(path)
    own = book[sheet]
    width = own.max_column
    area = f"A{first}:{letters(width)}{last}"
    for table in own.tables.values():
        old = Area.parse(table.ref)
        assert old is not None
        if first <= old.top <= last:
            new = Area(old.top + down, old.left + right, old.bottom + down, old.right + right)
            table.ref = str(new)
    own.move_range(area, rows=down, cols=right)
    book.save(path)


def rows_of(path: Path, sheet: str, title: str) -> tuple[int, int]:
    """First row of a panel and the last before the next one."""
    with FileDoor(path, write=False) as door:
        column = list(door.grid(sheet).columns[0])
    titles = [item.title for item in next(item for item in SHEETS if item.title == sheet).panels]
    first = column.index(title) + 1
    others = [at + 1 for at, value in enumerate(column) if value in titles and at + 1 > first]
    return first, min(others, default=len(column) + 40) - 1


def test_panels_may_be_moved(service: Path) -> None:
    """Down and to the right: every panel of a sheet from the second on, and the last one far away."""
    sheet = next(item for item in sheets_of("service") if item.title == "客户分析")
    second, last = sheet.panels[1].title, sheet.panels[-1].title
    first, _ = rows_of(service, sheet.title, second)
    _, end = rows_of(service, sheet.title, last)
    moved(service, sheet.title, first, end, down=3, right=2)
    begin, end = rows_of_moved(service, sheet.title, last)
    moved(service, sheet.title, begin, end, down=60)
    outcome = act(service, "analyse", month=dt.date(2026, 2, 1))
    assert outcome.remarks == []
    with FileDoor(service, write=False) as door:
        scope, made = made_of(door, NOW, "2026-02")
        assert differences(door, scope, made) == []


def rows_of_moved(path: Path, sheet: str, title: str) -> tuple[int, int]:
    with FileDoor(path, write=False) as door:
        columns = door.grid(sheet).columns
    row = next(list(values).index(title) + 1 for values in columns if title in values)
    return row, max(map(len, columns)) + 40


def test_rows_and_columns_may_be_inserted_in_a_program(program: xw.App, tmp_path: Path) -> None:
    """In an open workbook: two rows over the panels of a sheet, and a column left of them; another month."""
    path, title = tmp_path / "客户.xlsx", "关系评估"
    with few_analysis_sheets(title):
        build("relationship", path, demo_data(25, NOW, pack="relationship"))
    act(path, "refresh")
    with opened(program, path) as book:
        sheet = book.sheets[title].api
        sheet.Rows.insertByIndex(7, 2)
        sheet.Columns.insertByIndex(0, 1)
        with LiveDoor(book, write=True) as door:
            params = AnalyseParams(now=NOW, month=dt.date(2026, 2, 1))
            outcome = ACTIONS["analyse"].run(door, params, silent)
            others = "、".join(item.title for item in sheets_of("relationship") if item.title != title)
            assert outcome.remarks == [f"工作簿中没有 {others}，没有写出；可用 xlcrm new 建立完整的工作簿"]
            scope, made = made_of(door, NOW, "2026-02")
            (own,) = (item for item in made if item.sheet.title == title)
            assert differences(door, scope, [own]) == []


def test_a_text_under_a_panel_is_left_and_told(service: Path) -> None:
    sheet = next(item for item in sheets_of("service") if item.title == "客户分析")
    first = sheet.panels[0]
    rows = len(shown(service, sheet.title, first.title))
    assert rows > 2
    row, _ = rows_of(service, sheet.title, first.title)
    act(service, "analyse", month=dt.date(2020, 1, 1))
    patch(service, service, {sheet.title: {f"A{row + 6}": "会议上再说"}})
    outcome = act(service, "analyse")
    assert len(outcome.remarks) == 1
    assert f"的“{first.title}”只写了 3 行（共 {rows} 行），因为 A{row + 6} 那一行起" in outcome.remarks[0]
    with FileDoor(service, write=False) as door:
        assert door.grid(sheet.title).columns[0][row + 5] == "会议上再说"


def test_sheets_and_headings_that_are_gone_are_told(service: Path) -> None:
    book = openpyxl.load_workbook(service)
    del book["满意度分析"]
    own = book["趋势分析"]
    title = next(item for item in sheets_of("service") if item.title == "趋势分析").panels[0].title
    cell = next(cell for row in own.iter_rows() for cell in row if cell.value == title)
    cell.value = "我的标题"
    book.save(service)
    assert act(service, "refresh").remarks == [
        f"趋势分析里找不到 {title} 的标题，没有更新；请在原来的位置恢复这些标题后再刷新"
    ]
    assert (
        act(service, "analyse").remarks[0]
        == "工作簿中没有 满意度分析，没有写出；可用 xlcrm new 建立完整的工作簿"
    )


def test_a_workbook_from_before_there_were_analysis_sheets(service: Path) -> None:
    book = openpyxl.load_workbook(service)
    for sheet in sheets_of("service"):
        del book[sheet.title]
    book.save(service)
    told = "工作簿中没有分析表，没有写出分析；可用 xlcrm new 建立完整的工作簿"
    assert act(service, "refresh").remarks == [told]
    before = service.read_bytes()
    outcome = act(service, "analyse")
    assert (outcome.message, outcome.remarks) == ("没有可以更新的分析表，文件没有改动", [told])
    assert service.read_bytes() == before


# The command


def test_the_command(service: Path) -> None:
    ran = call("analyse", service, "--month", "2026-02", "--now", "2026-03-18T10:00")
    assert (ran.code, ran.err) == (0, "")
    assert "管理驾驶舱" in ran.out
    assert f"已更新 {len(sheets_of('service'))} 张分析表（2026年2月）：客户总数 " in ran.out
    assert "已写入 客户.xlsx" in ran.out


def test_the_command_as_json_without_writing(service: Path) -> None:
    before = service.read_bytes()
    ran = call("analyse", service, "--as-of", "2026-02-10", "--json", "--dry-run")
    told = json.loads(ran.out)
    assert (ran.code, told["written"], told["month"]) == (0, False, "2026-02")
    assert [sheet["sheet"] for sheet in told["sheets"]] == [sheet.title for sheet in sheets_of("service")]
    cards = {card["label"]: card for card in told["sheets"][0]["cards"]}
    with FileDoor(service, write=False) as door:
        scope, made = made_of(door, dt.datetime(2026, 2, 10, 23, 59, 59))
    assert cards["客户总数"]["value"] == made[0].figures["客户总数"].value
    assert scope.period == "2026年2月（截至10日）"
    assert told["counts"]["分析表"] == len(sheets_of("service"))
    assert service.read_bytes() == before


def test_what_the_analysis_writes_is_valid(full: Path) -> None:
    act(full, "analyse", month=dt.date(2026, 2, 1))
    assert findings(validator(), full) == []
