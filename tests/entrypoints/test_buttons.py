"""A click, from the workbook that calls Python to the message box; the program is a stand-in."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import pytest
import xlwings as xw

from tests.e2e.reading import row_of, rows, type_in
from xlcrm.actions import ACTIONS, Action
from xlcrm.entrypoints.boxes import LIMIT
from xlcrm.entrypoints.buttons import main, press
from xlcrm.entrypoints.macro_text import buttons_module
from xlcrm.errors import ProgramBusy, ProgramMissing, SheetProtected
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Program:
    """A spreadsheet program: what it was told to show, and what its user answers."""

    boxes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    status: list[object] = field(default_factory=list)
    answer: str = "ok"
    refuses: Exception | None = None

    def alert(self, prompt: str, title: str, buttons: str, mode: str) -> str:
        if self.refuses:
            raise self.refuses
        self.boxes.append(prompt)
        self.titles.append(title)
        self.modes.append(mode)
        return self.answer if buttons == "ok_cancel" else "ok"

    def __setattr__(self, name: str, value: object) -> None:
        if name == "status_bar":
            self.status.append(value)
        else:
            super().__setattr__(name, value)


@dataclass
class Place:
    """A selected cell."""

    sheet: Any
    row: int


@dataclass
class Sheet:
    """A sheet's name."""

    name: str


@dataclass
class Book:
    """An open workbook, which a stand-in for the live door takes from its file."""

    path: Path
    app: Program = field(default_factory=Program)
    selection: Place | None = None

    @property
    def name(self) -> str:
        return self.path.name


class Live(FileDoor):
    """A closed file that is said to be open."""

    saves_itself = False


@contextlib.contextmanager
def from_file(book: Book, *, write: bool) -> Iterator[FileDoor]:
    """What the live door is in these tests."""
    with Live(book.path, write=write) as door:
        yield door


@pytest.fixture(scope="module")
def _dated(_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(_demo, tmp_path_factory.mktemp("buttons") / _demo.name))
    type_in(path, "参数表", row_of(path, "参数表", "参数", "固定时钟"), 值="2026-03-18 10:00")
    return path


@pytest.fixture
def book(_dated: Path, tmp_path: Path) -> Iterator[Book]:
    """The demo workbook, open on the day that it was made for."""
    with patch("xlcrm.workbook.live.LiveDoor", from_file):
        yield Book(Path(shutil.copy(_dated, tmp_path / _dated.name)))


def click(name: str, book: Book) -> None:
    press(name, cast("xw.Book", book))


def fails(error: Exception, name: str = "refresh") -> Any:
    """The action raises."""
    return patch.dict(ACTIONS, {name: _failing(ACTIONS[name], error)})


def _failing(action: Action, error: Exception) -> Action:
    class Failing(Action):
        def run(self, *_: object) -> Any:
            raise error

    return Failing(action.name, action.label, action.help, action.function, action.icon, action.group)


def test_refresh_tells_its_figures_and_that_nothing_is_saved_yet(book: Book) -> None:
    click("refresh", book)
    (told,) = book.app.boxes
    assert re.match(
        r"已处理 \d+ 行：逾期 \d+ 项，今日到期 \d+ 项，即将到期 \d+ 项；"
        r"已超时 \d+ 个，即将超时 \d+ 个；录入问题 \d+ 处\n",
        told,
    )
    assert told.endswith(("尚未保存，请按 Ctrl+S 保存。", "请按 ⌘S 保存。"))
    assert book.app.titles == ["刷新到期清单"]
    assert rows(book.path, "到期清单")


def test_a_workbook_that_saves_itself_is_not_to_be_saved(book: Book) -> None:
    """AutoSave is on: what was written is on its way to the file already."""
    with patch.object(Live, "saves_itself", new=True):
        click("refresh", book)
    (told,) = book.app.boxes
    assert told.endswith("“自动保存”开着，不用再保存。如要退回，请用“文件”里的“版本历史记录”。")
    assert "尚未保存" not in told
    assert "请按" not in told


def test_stages_stand_on_the_status_bar_and_it_is_given_back(book: Book) -> None:
    click("refresh", book)
    assert book.app.status[0] == "刷新到期清单：启动……"
    assert "刷新到期清单：写入工作簿……" in book.app.status
    assert book.app.status[-1] is False


def test_a_status_bar_that_refuses_stops_nothing(book: Book) -> None:
    class Mute(Program):
        def __setattr__(self, name: str, value: object) -> None:
            if name == "status_bar":
                raise RuntimeError("busy")
            super().__setattr__(name, value)

    book.app = Mute()
    click("check", book)
    assert book.app.boxes[0].startswith("已检查 ")


def test_normalise_lists_asks_and_writes(book: Book) -> None:
    click("normalise", book)
    asked, told = book.app.boxes
    assert re.match(r"有 \d+ 个单元格可以安全改写，文件没有改动\n", asked)
    assert re.search(r"^\S+![A-Z]+\d+ \S+：.+ → .+$", asked, re.MULTILINE)
    assert asked.endswith("按“确定”写入，按“取消”不改动。")
    assert re.match(r"已改写 \d+ 个单元格（批次 \S+）", told)
    assert any(cells["操作"] == "规范数据" for cells in rows(book.path, "操作日志").values())


def test_adopt_lists_the_rows_that_it_would_add_and_adds_them(book: Book) -> None:
    click("adopt", book)
    asked, told = book.app.boxes
    assert re.match(r"有 1 条建议可以登记，文件没有改动\n\n改进计划表第\d+行：来源 C33 ", asked)
    assert told.startswith("已登记 1 条建议（批次 ")
    click("adopt", book)
    assert book.app.boxes[2:] == ["没有可以登记的建议，文件没有改动"]


@pytest.mark.parametrize("answer", ["cancel", ""])
def test_who_does_not_agree_changes_nothing(book: Book, answer: str) -> None:
    before = book.path.read_bytes()
    book.app.answer = answer
    click("normalise", book)
    assert len(book.app.boxes) == 1
    assert book.path.read_bytes() == before
    assert book.app.status[-1] is False


def test_nothing_to_rewrite_is_told_without_a_question(book: Book) -> None:
    click("normalise", book)
    click("normalise", book)
    assert book.app.boxes[-1].startswith("没有可以安全改写的内容，文件没有改动")
    assert "保存" not in book.app.boxes[-1]


def test_nothing_to_undo_is_no_failure(book: Book) -> None:
    click("undo", book)
    assert book.app.boxes == ["操作日志里没有可以撤销的改动，文件没有改动。"]
    assert book.app.modes == ["info"]


def test_undo_takes_back_what_a_click_wrote(book: Book) -> None:
    before = rows(book.path, "客户信息总表")
    click("normalise", book)
    assert rows(book.path, "客户信息总表") != before
    click("undo", book)
    assert re.match(r"已撤销批次 \S+（规范数据，", book.app.boxes[-1])
    assert rows(book.path, "客户信息总表") == before


def test_why_explains_the_selected_row(book: Book) -> None:
    book.selection = Place(Sheet("客户投诉登记表"), 4)
    before = book.path.read_bytes()
    click("why", book)
    (told,) = book.app.boxes
    assert re.match(r"客户投诉登记表第4行：\d+ 条规则适用，\d+ 条不适用\n\nC\d+ ", told)
    assert len(told) <= LIMIT
    assert book.path.read_bytes() == before


def test_why_of_a_row_of_a_list(book: Book) -> None:
    click("refresh", book)
    row, cells = next((row, cells) for row, cells in rows(book.path, "到期清单").items() if cells["来源"])
    book.selection = Place(Sheet("到期清单"), row)
    click("why", book)
    assert book.app.boxes[-1].startswith(f"到期清单第{row}行（{cells['来源'].replace(' ', '')}）：")


def test_why_without_a_selected_cell(book: Book) -> None:
    click("why", book)
    assert book.app.boxes == ["请先选中那一行的任意一个单元格，再点“为什么”。"]


class ComError(Exception):
    """As pywin32 has it: the result, and the details of Excel's own exception."""

    def __init__(self, result: int, inner: int) -> None:
        super().__init__(result)
        self.hresult = result
        self.excepinfo = (0, None, None, None, 0, inner)


OVERFLOW = ComError(-2147352567, -2146827282)
GONE = ComError(-2147417848, 0)


class FullySelected(Book):
    """Excel on Windows with the whole sheet selected: xlwings asks for the number of cells."""

    error: Exception = OVERFLOW

    @property
    def selection(self) -> Place | None:
        raise self.error

    @selection.setter
    def selection(self, _: Place | None) -> None:
        pass


def test_why_of_a_whole_sheet(book: Book) -> None:
    click("why", FullySelected(book.path, book.app))
    assert book.app.boxes == ["请先选中那一行的任意一个单元格，再点“为什么”。"]


def test_why_where_excel_has_gone_meanwhile(book: Book) -> None:
    selected = FullySelected(book.path, book.app)
    selected.error = GONE
    click("why", selected)
    assert book.app.boxes[0].startswith("不能完成：表格程序已经关闭或失去连接")


@pytest.mark.parametrize(
    "error",
    [
        SheetProtected("“到期清单”受保护，不能写入，请先撤销工作表保护"),
        ProgramBusy("Excel 正忙，请按 Enter/Esc 后重试"),
    ],
)
def test_what_cannot_go_on_is_one_sentence(book: Book, error: Any) -> None:
    with fails(error):
        click("refresh", book)
    assert book.app.boxes == [f"不能完成：{error.message}"]
    assert book.app.modes == ["critical"]
    assert book.app.status[-1] is False


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "家"))
    monkeypatch.delenv("XLCRM_DEBUG", raising=False)
    return tmp_path / "家"


def test_a_fault_of_ours_is_a_sentence_and_a_log(book: Book, home: Path) -> None:
    with fails(KeyError("电话 13812345678")):
        click("refresh", book)
    log = home / "error.log"
    assert book.app.boxes == [f"程序内部出错（KeyError），工作簿没有改动；请把日志发给维护人员：{log}"]
    assert "13812345678" not in log.read_text("utf-8")
    assert book.app.status[-1] is False


def test_a_fault_while_writing_leaves_the_workbook_in_doubt(book: Book, home: Path) -> None:
    with patch.object(FileDoor, "apply", side_effect=ValueError("half")):
        click("refresh", book)
    assert "打开的工作簿可能只写入了一部分，请不要保存，关闭后重新打开；" in book.app.boxes[0]
    assert str(home) in book.app.boxes[0]


@pytest.mark.usefixtures("home")
def test_a_fault_while_writing_a_workbook_that_saves_itself_says_how_to_go_back(book: Book) -> None:
    with (
        patch.object(Live, "saves_itself", new=True),
        patch.object(FileDoor, "apply", side_effect=ValueError("half")),
    ):
        click("refresh", book)
    assert "可能只写入了一部分，而“自动保存”开着，请用“文件”里的“版本历史记录”恢复；" in book.app.boxes[0]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("by_itself", "state"), [(False, "尚未保存"), (True, "“自动保存”开着，不用再保存")])
def test_a_fault_after_writing_says_that_it_is_written(
    book: Book,
    by_itself: bool,  # noqa: FBT001 - pytest passes parameters by name
    state: str,
) -> None:
    def and_fail(self: FileDoor, *_: object) -> None:
        original(self)
        raise ValueError("late")

    original = FileDoor.__exit__
    with patch.object(FileDoor, "__exit__", and_fail), patch.object(Live, "saves_itself", new=by_itself):
        click("refresh", book)
    assert f"结果已写入打开的工作簿，{state}；" in book.app.boxes[0]


@pytest.mark.usefixtures("home")
def test_a_refusal_to_write_leaves_no_doubt(book: Book) -> None:
    with patch.object(FileDoor, "apply", side_effect=SheetProtected("“到期清单”受保护")):
        click("refresh", book)
    assert book.app.boxes == ["不能完成：“到期清单”受保护。"]


@pytest.mark.usefixtures("home")
def test_where_no_box_can_be_shown_one_sentence_is_left(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    book.app.refuses = ProgramMissing("Excel 已经退出")
    with pytest.raises(SystemExit) as left:
        click("refresh", book)
    assert left.value.code == 1
    assert capsys.readouterr().err == "xlcrm: Excel 已经退出。\n"
    assert book.app.status[-1] is False


class TimedOut(Exception):
    """As appscript has it."""

    errornumber = -1712


def test_a_box_that_nobody_answers_in_time_is_no_failure(book: Book) -> None:
    before = book.path.read_bytes()
    book.app.refuses = TimedOut()
    click("normalise", book)
    assert book.path.read_bytes() == before
    assert book.app.status[-1] == "规范数据：一分钟内没有回答，没有写入；请再点一次"


@pytest.mark.parametrize(
    ("answer", "after"), [("ok", ["open to write", "close", "box"]), ("cancel", [])], ids=["yes", "no"]
)
def test_the_workbook_is_let_go_of_while_the_user_decides(book: Book, answer: str, after: list[str]) -> None:
    """Within a door Excel neither repaints nor runs macros, and stays so where it does not answer later."""
    steps: list[str] = []

    @contextlib.contextmanager
    def noting(own: Book, *, write: bool) -> Iterator[FileDoor]:
        steps.append("open to write" if write else "open to read")
        with from_file(own, write=write) as door:
            yield door
        steps.append("close")

    class Asking(Program):
        def alert(self, prompt: str, title: str, buttons: str, mode: str) -> str:
            steps.append("box" if buttons == "ok" else "question")
            return super().alert(prompt, title, buttons, mode)

    book.app = Asking(answer=answer)
    with patch("xlcrm.workbook.live.LiveDoor", noting):
        click("normalise", book)
    assert steps == ["open to read", "close", "question", *after]


def test_a_button_that_we_do_not_know(book: Book) -> None:
    click("fly", book)
    assert book.app.boxes[0].startswith("没有名为“fly”的操作")


def test_the_workbook_that_calls(book: Book) -> None:
    with patch.object(xw.Book, "caller", return_value=book):
        press("check")
    assert book.app.boxes[0].startswith("已检查 ")


@dataclass
class Excel:
    """A running Excel as xlwings lists it, its books by name."""

    hwnd: int
    books: list[Book]


def called_as(name: str, monkeypatch: pytest.MonkeyPatch, *excels: Excel) -> None:
    """Put the command line and the running programs in place for a click in a workbook."""
    monkeypatch.setattr("sys.argv", ["-c", f"--wb={name}", "--from_xl=1", "--app=Excel", "--hwnd=2"])
    monkeypatch.setattr(xw, "apps", excels)


def test_the_workbook_that_calls_has_a_name_with_an_equals_sign(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself xlwings takes the name apart at each "=" and looks for 客户."""
    book.path = book.path.rename(tmp_path / "客户=A=B.xlsx")
    others = [Book(tmp_path / "客户"), Book(tmp_path / "客户=A.xlsx")]
    called_as("客户=a=B.XLSX", monkeypatch, Excel(1, others), Excel(3, [book]))
    press("check")
    assert book.app.boxes[0].startswith("已检查 ")


def test_of_two_workbooks_of_one_name_the_one_that_calls(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.path = book.path.rename(tmp_path / "客户=A.xlsx")
    called_as(book.name, monkeypatch, Excel(1, [Book(tmp_path / book.name)]), Excel(2, [book]))
    press("check")
    assert book.app.boxes[0].startswith("已检查 ")


def test_a_workbook_that_is_open_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called_as("客户=A.xlsx", monkeypatch, Excel(2, [Book(tmp_path / "客户")]))
    with pytest.raises(SystemExit):
        press("check")
    assert capsys.readouterr().err.startswith("xlcrm: 找不到按钮所在的工作簿；")


@pytest.mark.usefixtures("home")
def test_no_workbook_that_calls(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        patch.object(xw.Book, "caller", side_effect=KeyError("客户.xlsm")),
        pytest.raises(SystemExit) as left,
    ):
        press("check")
    assert left.value.code == 1
    assert capsys.readouterr().err.startswith("xlcrm: 找不到按钮所在的工作簿；")


def test_a_program_that_stays_busy_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        patch.object(xw.Book, "caller", side_effect=ProgramBusy("Excel 正忙")),
        pytest.raises(SystemExit) as left,
    ):
        press("check")
    assert left.value.code == 1
    assert capsys.readouterr().err == "xlcrm: Excel 正忙。\n"


def test_pressing_from_outside(book: Book) -> None:
    class Attached:
        class books:  # noqa: N801 - as xlwings has it
            active = book

    with patch("xlcrm.calc.attach", return_value=Attached) as attach:
        main(["check", "--pipe", "p1"])
    attach.assert_called_once_with("p1")
    assert book.app.boxes[0].startswith("已检查 ")


def test_pressing_from_outside_where_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        patch("xlcrm.calc.attach", side_effect=ProgramMissing("没有连上 LibreOffice")),
        pytest.raises(SystemExit) as left,
    ):
        main(["check"])
    assert left.value.code == 1
    assert capsys.readouterr().err == "xlcrm: 没有连上 LibreOffice。\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="needs a system without Excel")
@pytest.mark.usefixtures("home")
def test_a_process_that_no_workbook_has_called_leaves_one_sentence() -> None:
    """The command line is the one that xlwings puts together, with the Sub's text at its end."""
    command = re.findall(r'RunPython "(.*)"', buttons_module())[0]
    start = "import xlwings.utils;xlwings.utils.prepare_sys_path('False;;');"
    called = ["--wb=客户.xlsm", "--from_xl=1", "--app=Excel", "--hwnd=1"]
    done = subprocess.run(
        [sys.executable, "-B", "-c", start + command, *called],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("xlcrm: 找不到按钮所在的工作簿；")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
