"""xlwings ends Excels when Python ends; with ours no Excel of a user may go that way."""

from __future__ import annotations

import subprocess
import sys

import pytest

ENDS_EXCEL = """
import atexit, sys, types
windows = types.ModuleType("xlwings._xlwindows")

@atexit.register
def cleanup():
    print("taskkill")

windows.cleanup = cleanup
import xlwings
sys.modules["xlwings._xlwindows"] = windows
{then}
"""


def said_at_exit(then: str) -> str:
    """What a process with xlwings' handler for Windows prints to its end."""
    command = [sys.executable, "-c", ENDS_EXCEL.format(then=then)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def test_xlwings_alone_ends_excel() -> None:
    assert said_at_exit("") == "taskkill\n"


@pytest.mark.parametrize(
    "then",
    [
        "from xlcrm.calc.engine import _activated; _activated()",
        "import xlcrm.entrypoints.udfs",
        "from xlcrm.entrypoints.buttons import press; press('refresh')",
        "from pathlib import Path; from xlcrm.entrypoints.attach import open_book; open_book(Path('x.xlsx'))",
    ],
    ids=["LibreOffice's engine", "functions", "a button", "--live"],
)
def test_with_ours_every_excel_goes_on(then: str) -> None:
    assert "taskkill" not in said_at_exit(then)
