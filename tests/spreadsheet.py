"""A real spreadsheet program for tests: one LibreOffice a session, and xlwings left as it was found."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import pytest
import xlwings as xw

from xlcrm.analysis.sheets import sheets_of
from xlcrm.calc import calc_available, started
from xlcrm.templates import book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlcrm.analysis.base import AnalysisSheet

PIPE: Final = f"xlcrm-test-{os.getpid()}"


@contextlib.contextmanager
def engines_kept() -> Iterator[None]:
    """Put xlwings' engines and its pretended caller back when the block is left."""
    engines = xw.engines
    active, known, named = engines.active, list(engines.engines), dict(engines.engines_by_name)
    try:
        yield
    finally:
        engines.active = active
        engines.engines[:] = known
        engines.engines_by_name.clear()
        engines.engines_by_name.update(named)
        if hasattr(xw.Book, "_mock_caller"):
            del xw.Book._mock_caller


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running LibreOffice; xlwings does not know of it outside the tests that ask for `app`."""
    reason = calc_available()
    if reason:
        pytest.skip(reason)
    with (
        engines_kept(),
        started(tmp_path_factory.mktemp("calc"), pipe=PIPE) as app,
    ):
        xw.engines.active = None
        yield app


@contextlib.contextmanager
def few_analysis_sheets(title: str = "") -> Iterator[None]:
    """New workbooks get one analysis sheet, that of a title or the first.

    Each takes seconds in an open workbook, and all are alike.
    """

    def one(pack: str) -> Sequence[AnalysisSheet]:
        every = sheets_of(pack)
        return [sheet for sheet in every if sheet.title == title] if title else every[:1]

    with mock.patch.object(book, "sheets_of", one):
        yield


@contextlib.contextmanager
def opened(app: xw.App, path: Path) -> Iterator[xw.Book]:
    """A workbook while it is open in the program; it is closed without being saved."""
    book = app.books.open(str(path))
    try:
        yield book
    finally:
        book.close()
