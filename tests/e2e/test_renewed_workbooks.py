"""Macro workbooks of old, renewed by the command: new macros, the same data, and they go on working."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.judges import findings, validator
from tests.e2e.running import call
from tests.e2e.survival import changed_parts, inflated, sheets
from tests.templates.vba.judges import complaints_of_pyopenvba, sources_by_olevba
from tests.workbooks.macros import (
    OWN_CODE_NAME,
    OWN_SHEET,
    PROJECT,
    RIBBON,
    add_own_sheet,
    aged,
    modules_of,
    with_project,
)
from xlcrm.actions.create import new
from xlcrm.actions.macros import macros
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.templates.demo.wording import in_words
from xlcrm.templates.macro_book import SETTINGS_SHEET
from xlcrm.templates.macro_sources import ribbon
from xlcrm.templates.vba import Module

NOW: Final = dt.datetime(2026, 3, 18, 10)
OLD_PYTHON: Final = r"C:\old\python.exe"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of invented customers from another machine, refreshed there."""
    path = tmp_path_factory.mktemp("filled") / "客户.xlsm"
    told = macros("win32", OLD_PYTHON)
    build("crm", path, in_words(demo_data(12, NOW, pack="crm"), "crm"), macros=told)
    aged(path)
    assert call("refresh", path, "--now", NOW.isoformat()).code == 0
    return path


@pytest.fixture
def book(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / filled.name))


def on(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """What the command asks about the machine."""
    monkeypatch.setattr("xlcrm.entrypoints.commands.tending.sys", _Machine(platform))


class _Machine:
    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.executable = sys.executable


@pytest.mark.slow
def test_a_filled_workbook_gets_this_installations_macros_and_nothing_else(
    filled: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "win32")
    ran = call("renew", book)
    assert (ran.code, ran.err) == (0, "")
    assert sys.executable in ran.out
    fresh = tmp_path / "新.xlsm"
    new(fresh, "crm", platform="win32", interpreter=sys.executable)
    assert sources_by_olevba(book) == sources_by_olevba(fresh)
    assert complaints_of_pyopenvba(book) == []
    assert inflated(book)[RIBBON] == ribbon()
    before, after = sheets(filled), sheets(book)
    assert changed_parts(filled, book) == {PROJECT, RIBBON, after[SETTINGS_SHEET].part}
    old, now = before[SETTINGS_SHEET].texts, after[SETTINGS_SHEET].texts
    assert {place: now[place] for place in now if now[place] != old.get(place)} == {(1, 2): sys.executable}
    assert findings(validator(), book) == []


@pytest.mark.slow
def test_a_renewed_workbook_is_refreshed_to_the_same_cells(
    filled: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "darwin")
    assert call("renew", book).code == 0
    (tmp_path / "另一个").mkdir()
    other = Path(shutil.copy(filled, tmp_path / "另一个" / filled.name))
    later = (NOW + dt.timedelta(days=2)).isoformat()
    for path in (book, other):
        ran = call("refresh", path, "--now", later)
        assert (ran.code, ran.err) == (0, "")
    journal = sheets(book)["操作日志"].part  # tells the moment of the clock at which each was refreshed
    assert changed_parts(other, book) - {journal} == {PROJECT, RIBBON, sheets(book)[SETTINGS_SHEET].part}
    assert findings(validator(), book) == []
    renewed = book.read_bytes()
    assert "没有改动" in call("renew", book).out
    assert book.read_bytes() == renewed


@pytest.mark.slow
def test_a_sheet_of_the_user_is_kept_with_its_module(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "win32")
    add_own_sheet(book)
    before = sheets(book)[OWN_SHEET]
    assert call("renew", book).code == 0
    assert sheets(book)[OWN_SHEET] == before
    assert "Option Explicit" in sources_by_olevba(book)[f"{OWN_CODE_NAME}.cls"]
    assert complaints_of_pyopenvba(book) == []
    assert findings(validator(), book) == []


def test_macros_of_the_user_are_named_and_left_alone(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "win32")
    with_project(book, [*modules_of(book), Module("Module1", "Sub Mine()\r\nEnd Sub")])
    before = book.read_bytes()
    ran = call("renew", book)
    assert ran.code == 2
    assert "Module1" in ran.err
    assert "没有改动" in ran.err
    assert "xlcrm addin" in ran.err
    assert book.read_bytes() == before
