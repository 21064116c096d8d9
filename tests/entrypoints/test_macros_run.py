"""The Visual Basic of the buttons, run by LibreOffice with a stand-in for xlwings' RunPython."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from xlsxwriter import Workbook

from tests.templates.vba.in_libreoffice import STUB, macro_workbook
from xlcrm.actions import ACTIONS
from xlcrm.entrypoints.macro_text import CALLBACK, buttons_module
from xlcrm.templates.vba import Module, ModuleKind, document_modules, vba_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.templates.vba.in_libreoffice import Opened

CONTROL = "Public Tag As String\n"
"""A class that stands for Office's own IRibbonControl."""
CLICKED = f"""
Public Sub Clicked(name As String)
    Dim pressed As New Control
    pressed.Tag = name
    {CALLBACK} pressed
End Sub
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(_opened: Opened) -> Opened:
    """The workbook with nothing written down yet."""
    _opened.document.Sheets.getByIndex(0).getCellRangeByName("A1").String = ""
    return _opened


@pytest.fixture(scope="module")
def _opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("宏")
    modules = [
        *document_modules(["Sheet1"]),
        Module("xlwings", STUB),
        Module("XlcrmButtons", buttons_module()),
        Module("Control", CONTROL, ModuleKind.CLASS),
        Module("Clicks", CLICKED),
    ]
    path = folder / "宏.xlsm"
    with Workbook(str(path)) as book:
        book.add_worksheet("首页")
        book.add_vba_project(io.BytesIO(vba_project(modules)), is_stream=True)
    with macro_workbook(path, folder) as opened:
        yield opened


def presses(command: str) -> str:
    """The action whose button a command presses, which is run as Python would be."""
    with patch("xlcrm.entrypoints.buttons.press") as press:
        exec(command, {})  # noqa: S102 - the very command of the workbook
    press.assert_called_once()
    return str(press.call_args.args[0])


@pytest.mark.parametrize("name", ACTIONS)
def test_each_sub_presses_its_button(opened: Opened, name: str) -> None:
    opened.run(f"XlcrmButtons.{ACTIONS[name].macro}")
    assert presses(opened.cell("A1")) == name


@pytest.mark.parametrize("name", ACTIONS)
def test_the_ribbon_presses_the_button_that_is_named_by_its_tag(opened: Opened, name: str) -> None:
    opened.run("Clicks.Clicked", name)
    assert presses(opened.cell("A1")) == name
