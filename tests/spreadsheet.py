"""A real spreadsheet program for tests: one LibreOffice a session, driven through xlwings."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from xlcrm.calc import calc_available, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw


@pytest.fixture(scope="session")
def calc_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[xw.App]:
    """The program; skips where there is none."""
    why = calc_available()
    if why:
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("calc")
    with started(folder, pipe=f"xlcrmtests{os.getpid()}") as app:
        yield app


@contextlib.contextmanager
def opened(app: xw.App, path: Path) -> Iterator[xw.Book]:
    """A workbook while it is open in the program; it is closed without being saved."""
    book = app.books.open(str(path))
    try:
        yield book
    finally:
        book.close()
