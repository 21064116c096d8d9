"""The real LibreOffice as xlwings' active engine, and xlwings left as it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlwings as xw

from tests.spreadsheet import engines_kept

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def app(program: Any) -> Iterator[Any]:
    """The running LibreOffice as xlwings' active engine, without open workbooks."""
    with engines_kept():
        if "calc" not in xw.engines.engines_by_name:
            xw.engines.add(program.engine)
        xw.engines["calc"].activate()
        yield program
        for book in list(program.books):
            book.close()


@pytest.fixture
def book(app: Any) -> Any:
    """A new workbook."""
    return app.books.add()


@pytest.fixture
def sheet(book: Any) -> Any:
    """The first sheet of a new workbook."""
    return book.sheets[0]
