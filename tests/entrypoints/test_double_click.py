"""What a shortcut runs."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.running import PATIENCE
from xlcrm.entrypoints import double_click, running
from xlcrm.errors import ProgramBusy, ProgramMissing, WorkbookOpen
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def opened(demo: Path) -> Path:
    """A workbook that Excel has open, by the file that it leaves."""
    demo.with_name(f"~${demo.name}").write_bytes(b"\x04Wang".ljust(165, b" "))
    return demo


@pytest.fixture
def attach(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Say what comes of trying the open workbook: an outcome, or an error."""

    def prepare(result: Any) -> None:
        closed = running.work

        def work(name: str, target: running.Target, *rest: Any, **options: Any) -> Any:
            if not target.live:
                return closed(name, target, *rest, **options)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(double_click, "work", work)

    return prepare


def test_closed_workbook_is_refreshed_and_told(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert double_click.main([str(demo)]) == 0
    told = capsys.readouterr()
    assert "正在刷新“客户.xlsx”" in told.out
    assert "已写入 客户.xlsx，备份在" in told.out
    with FileDoor(demo, write=False) as door:
        assert len(door.grid("到期清单").columns[0]) > 3


def test_open_workbook_is_refreshed_where_it_is_open(
    opened: Path, attach: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    other = opened.with_name("别的.xlsx")
    other.write_bytes(opened.read_bytes())
    outcome, live = double_click.refresh(other)
    assert not live
    attach(outcome)
    assert double_click.refresh(opened) == (outcome, True)
    assert double_click.main([str(opened)]) == 0
    assert "尚未保存" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ProgramMissing("没有正在运行的 Excel"), "Wang 正用 Excel 或 WPS 打开着"),
        (ProgramBusy("Excel 正忙"), "Excel 正忙"),
    ],
)
def test_open_workbook_that_cannot_be_reached(
    opened: Path,
    attach: Callable[[Any], None],
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    says: str,
) -> None:
    before = opened.read_bytes()
    attach(error)
    assert double_click.main([str(opened)]) == 2
    assert f"不能完成：{says}" in capsys.readouterr().err
    assert opened.read_bytes() == before


def test_the_closed_doors_word_stands_where_the_open_one_is_not_found(
    opened: Path, attach: Callable[[Any], None]
) -> None:
    attach(ProgramMissing("没有"))
    with pytest.raises(WorkbookOpen, match="Wang"):
        double_click.refresh(opened)


@pytest.mark.parametrize(
    ("fault", "says"), [(KeyError("x"), "程序内部出错（KeyError）"), (KeyboardInterrupt(), "已中断")]
)
def test_no_traceback(
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: BaseException,
    says: str,
) -> None:
    def work(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "家"))
    monkeypatch.delenv("XLCRM_DEBUG", raising=False)
    monkeypatch.setattr(double_click, "work", work)
    assert double_click.main([str(demo)]) == 2
    assert says in capsys.readouterr().err


def test_the_window_waits_for_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = io.StringIO("\nrest")
    monkeypatch.setattr(sys, "stdin", typed)
    assert double_click.main([str(tmp_path / "没有.xlsx"), "--wait"]) == 2
    assert typed.read() == "rest"
    assert "按回车键关闭这个窗口" in capsys.readouterr().out


@pytest.mark.slow
def test_as_a_process_and_the_program_by_python_m(demo: Path) -> None:
    clicked = subprocess.run(
        [sys.executable, "-m", "xlcrm.entrypoints.double_click", "--wait", str(demo)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        input="",
        timeout=PATIENCE,
    )
    assert (clicked.returncode, clicked.stderr) == (0, "")
    assert "已写入 客户.xlsx" in clicked.stdout
    program = subprocess.run(
        [sys.executable, "-m", "xlcrm", "--version"], capture_output=True, check=True, encoding="utf-8"
    )
    assert program.stdout.startswith("xlcrm ")
