"""Workbooks: open, save, find, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
import xlwings as xw

from xlcrm.errors import ProgramMissing, SaveFailed, WorkbookDamaged

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook as Excel writes it."""
    path = tmp_path / "客户 登记.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("登记").write_string(0, 0, "甲")
    return path


def test_open_and_find(app: Any, path: Path) -> None:
    book = app.books.open(path)
    assert (book.name, book.fullname) == (path.name, str(path))
    assert xw.Book(path) == book
    assert app.books[path.name.upper()] == book
    assert app.books.open(path) == book
    assert len(app.books) == 1
    assert path.name in app.books
    assert xw.books.active == book
    with pytest.raises(KeyError):
        app.books["别的.xlsx"]


def test_books_by_place(app: Any, path: Path) -> None:
    app.books.add()
    app.books.open(path)
    assert {app.books[0].name, app.books[1].name} >= {path.name}
    assert app.books.active.name == path.name


def test_new_book_has_a_name_but_no_path(book: Any) -> None:
    assert book.name == book.fullname
    assert "/" not in book.fullname


@pytest.mark.parametrize("ending", [".xlsx", ".xlsm", ".ods"])
def test_save_under_another_name(app: Any, book: Any, tmp_path: Path, ending: str) -> None:
    book.sheets[0]["A1"].value = "乙"
    target = tmp_path / f"另存{ending}"
    book.save(target)
    assert book.fullname == str(target)
    book.sheets[0]["A1"].value = "丙"
    book.save()
    book.close()
    assert app.books.open(target).sheets[0]["A1"].value == "丙"


def test_save_with_a_password(app: Any, book: Any, tmp_path: Path) -> None:
    target = tmp_path / "密.xlsx"
    book.save(target, password="secret")  # noqa: S106  # a test's own
    book.close()
    assert target.read_bytes()[:2] != b"PK"
    assert app.books.open(target, password="secret").sheets[0]["A1"].value is None  # noqa: S106  # same


def test_saving_that_fails(book: Any, tmp_path: Path) -> None:
    with pytest.raises(SaveFailed, match=r"不能保存成“\.pdf”格式"):
        book.save(tmp_path / "x.pdf")
    (tmp_path / "夹.xlsx").mkdir()
    with pytest.raises(SaveFailed, match="不能写入"):
        book.save(tmp_path / "夹.xlsx")


def test_opening_that_fails(app: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        app.books.open(tmp_path / "没有.xlsx")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(WorkbookDamaged, match=r"打不开“坏\.xlsx”"):
        app.books.open(broken)


def test_read_only(app: Any, path: Path) -> None:
    assert app.books.open(path, read_only=True).api.isReadonly()


def test_caller(book: Any) -> None:
    book.set_mock_caller()
    assert xw.Book.caller() == book


def test_activate(app: Any, path: Path) -> None:
    book = app.books.open(path)
    book.activate()
    assert app.books.active == book


def test_closed_book_says_so(app: Any) -> None:
    book = app.books.add()
    sheet = book.sheets[0]
    cells = sheet["A1:B2"]
    book.close()
    for use in (
        lambda: cells.value,
        lambda: setattr(cells, "value", 1),
        lambda: sheet.range("A1:B3").value,
        lambda: book.name,
        lambda: sheet.tables[0],
        lambda: book.sheets[0],
    ):
        with pytest.raises(ProgramMissing, match="已经在 LibreOffice 里关闭"):
            use()
