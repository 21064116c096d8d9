"""Buttons and commands on a workbook that LibreOffice has open."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlwings as xw

from tests.e2e.reading import rows
from tests.e2e.running import call
from tests.spreadsheet import PIPE, engines_kept, few_analysis_sheets, opened
from xlcrm.actions import ACTIONS
from xlcrm.entrypoints.buttons import main, press
from xlcrm.tables import tables_of
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = "2026-03-18T10:00"

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "客户.xlsx"
    with few_analysis_sheets():
        build("crm", path, demo_data(12, dt.datetime.fromisoformat(NOW)))
    return path


@pytest.fixture
def demo(_built: Path, tmp_path: Path) -> Path:
    """A small workbook of invented customers, never refreshed; the test's own copy."""
    return Path(shutil.copy(_built, tmp_path / "客户.xlsx"))


@pytest.fixture
def book(program: xw.App, demo: Path) -> Iterator[xw.Book]:
    """A demo workbook, open; without a window LibreOffice answers every box with its first button."""
    with engines_kept():
        program.engine.activate()
        with opened(program, demo) as book:
            yield book


def told(book: xw.Book) -> str:
    """What the last box said."""
    return str(book.app.impl.last_alert)


def column(book: xw.Book, sheet: str, heading: str) -> list[Any]:
    """The cells under a heading, as LibreOffice has them."""
    used = book.sheets[sheet].used_range.value
    place = used[2].index(heading)
    return [line[place] for line in used[3:]]


def entries(book: xw.Book) -> dict[str, Any]:
    """The cells of the office's own sheets."""
    titles = {table.title for table in tables_of("crm")}
    return {sheet.name: sheet.used_range.value for sheet in book.sheets if sheet.name in titles}


def select(book: xw.Book, sheet: str, row: int) -> None:
    book.sheets[sheet].activate()
    book.sheets[sheet].range((row, 2)).select()


def live(*arguments: str | Path) -> Any:
    """What a command prints about the open workbook, as data."""
    ran = call(*arguments, "--live", "--pipe", PIPE, "--now", NOW, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_every_button_of_a_day(book: xw.Book, demo: Path) -> None:
    before = demo.read_bytes()

    press("refresh", book)
    assert re.match(r"已处理 \d+ 行：逾期 \d+ 项", told(book))
    assert "尚未保存，请按 " in told(book)
    tasks = [task for task in column(book, "到期清单", "任务") if task]
    shown = re.search(r"逾期 (\d+) 项，今日到期 (\d+) 项，即将到期 (\d+) 项", told(book))
    assert shown
    assert len(tasks) == sum(map(int, shown.groups())) > 0

    press("check", book)
    assert re.match(r"已检查 \d+ 行：错误 \d+ 处", told(book))
    assert any(column(book, "校验结果", "级别"))

    typed = entries(book)
    press("normalise", book)
    assert re.match(r"已改写 \d+ 个单元格（批次 1）", told(book))
    assert entries(book) != typed

    press("undo", book)
    assert re.match(r"已撤销批次 1（规范数据，", told(book))
    assert entries(book) == typed

    press("adopt", book)
    assert re.match(r"已登记 \d+ 条建议|没有可以登记的建议，文件没有改动", told(book))

    source = column(book, "到期清单", "来源")
    row = next(place for place, text in enumerate(source, start=4) if text)
    select(book, "到期清单", row)
    press("why", book)
    assert told(book).startswith(f"到期清单第{row}行（{source[row - 4].replace(' ', '')}）：")

    assert book.app.status_bar is False
    assert demo.read_bytes() == before
    assert {"刷新到期清单", "检查录入", "规范数据", "撤销"} <= set(column(book, "操作日志", "操作"))


def test_commands_say_of_the_open_workbook_what_they_say_of_the_file(book: xw.Book, demo: Path) -> None:
    closed = Path(shutil.copy(demo, demo.with_name("副本.xlsx")))
    out = str(demo.with_name("给王总.xlsx"))
    rows_of = {
        "why": ["--sheet", "客户投诉登记表", "--row", "4"],
        "copy": ["--dry-run", "--month", NOW[:7], "-o", out],
    }
    runs = [(name, rows_of.get(name, ["--dry-run"])) for name in ACTIONS if name != "undo"]
    for name, options in [*runs, ("normalise", ["--apply"]), ("undo", [])]:
        of_file = json.loads(call(name, closed, *options, "--now", NOW, "--json").out)
        assert told_alike(live(name, demo, *options)) == told_alike(of_file), name
    assert book.fullname == str(demo)


def told_alike(data: Any) -> Any:
    """What a command printed, but for the file, its backup, its title's length and the moment of a batch."""
    if isinstance(data, list):
        return data
    told = {key: value for key, value in data.items() if key not in {"file", "backup", "bytes"}}
    return told | {"message": re.sub(r"\d+-\d+-\d+ \d+:\d+", "…", told["message"])}


def test_a_refresh_by_command_is_left_to_be_saved(book: xw.Book, demo: Path) -> None:
    before = demo.read_bytes()
    ran = call("refresh", demo, "--live", "--pipe", PIPE, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"客户总数 +12\b", ran.out)
    assert "结果已写入打开的工作簿，尚未保存，请按 " in ran.out
    assert demo.read_bytes() == before
    cells = [cell for line in book.sheets["首页"].used_range.value for cell in line]
    assert dt.datetime.fromisoformat(NOW) in cells
    tasks = [task for task in column(book, "到期清单", "任务") if task]
    book.save()
    assert [cells["任务"] for cells in rows(demo, "到期清单").values()] == tasks


def test_a_workbook_that_is_not_open(program: xw.App, demo: Path) -> None:
    assert demo.name not in [book.name for book in program.books]
    with engines_kept():
        ran = call("refresh", demo, "--live", "--pipe", PIPE)
    assert ran.code == 2
    assert ran.err == (
        "不能完成：正在运行的 LibreOffice 没有打开“客户.xlsx”；请先打开它，或去掉 --live 直接处理文件。\n"
    )


def test_a_button_pressed_from_outside_works_on_the_workbook_in_front(book: xw.Book, demo: Path) -> None:
    book.activate()
    main(["check", "--pipe", PIPE])
    app = xw.apps.active
    assert app is not None
    assert app.impl.last_alert.startswith("已检查 ")

    ran = call("refresh", demo)  # the file itself, which LibreOffice has locked
    assert ran.code == 2
    assert "LibreOffice 打开着“客户.xlsx”" in ran.err
    assert ran.err.endswith("；也可以加 --live 直接在打开的工作簿里运行（WPS 除外）。\n")


def test_a_protected_sheet_is_refused_in_a_box(book: xw.Book) -> None:
    book.sheets["到期清单"].api.protect("密码")
    journal = column(book, "操作日志", "操作")
    press("refresh", book)
    assert re.match(r"不能完成：.*到期清单.*保护", told(book))
    assert column(book, "操作日志", "操作") == journal
