"""Which open workbook a file is; the programs are stand-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import xlwings as xw

from xlcrm.entrypoints.attach import open_book
from xlcrm.errors import ProgramMissing, UsageError

if TYPE_CHECKING:
    from pathlib import Path

NO_CALC = ProgramMissing("没有连上 LibreOffice（管道“xlcrm”没有应答）")


@dataclass
class Book:
    """An open workbook."""

    fullname: str


@dataclass
class App:
    """A running program."""

    books: list[Book] = field(default_factory=list)


@dataclass
class Engine:
    """A kind of program."""

    name: str
    apps: list[App]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    own = tmp_path / "客户.xlsx"
    own.write_bytes(b"")
    return own


def running(excels: list[App], calc: App | None) -> Any:
    """These programs, and no other."""
    return _Running(excels, calc)


class _Running:
    def __init__(self, excels: list[App], calc: App | None) -> None:
        self._engines = patch.object(xw, "engines", [Engine("calc", []), Engine("excel", excels)])
        answer: dict[str, Any] = {"side_effect": NO_CALC} if calc is None else {"return_value": calc}
        self._attach = patch("xlcrm.entrypoints.attach.attach", **answer)

    def __enter__(self) -> Any:
        self._engines.start()
        return self._attach.start()

    def __exit__(self, *_: object) -> None:
        self._attach.stop()
        self._engines.stop()


def found(path: Path, pipe: str | None = None) -> object:
    return open_book(path, pipe)


def test_the_excel_that_has_it_open(path: Path) -> None:
    own = Book(str(path))
    with running(
        [App([Book("新建.xlsx")]), App([Book(str(path.with_name("别的.xlsx"))), own])], None
    ) as attach:
        assert found(path) is own
    attach.assert_not_called()


def test_the_same_file_by_another_name(path: Path) -> None:
    link = path.with_name("链接.xlsx")
    link.symlink_to(path)
    own = Book(str(path))
    with running([App([own])], None):
        assert found(link) is own


def test_libreoffice_where_no_excel_has_it(path: Path) -> None:
    own = Book(str(path))
    with running([App([Book("别的.xlsx")])], App([own])) as attach:
        assert found(path, "p1") is own
    attach.assert_called_once_with("p1")


@pytest.mark.parametrize("name", ["客户.xlsx", "%E5%AE%A2%E6%88%B7.xlsx"])
def test_a_file_in_the_cloud_is_told_by_its_name(path: Path, name: str) -> None:
    own = Book(f"https://d.docs.live.net/0123/表格/{name}")
    with running([App([Book("https://d.docs.live.net/0123/表格/别的.xlsx"), own])], None):
        assert found(path) is own


def test_two_files_of_that_name_in_the_cloud_are_told_by_nothing(path: Path) -> None:
    books = [Book(f"https://example.sharepoint.com/{folder}/客户.xlsx") for folder in ("甲", "乙")]
    with running([App(books)], None), pytest.raises(UsageError, match="正在运行的 Excel 没有打开"):
        open_book(path)


def test_another_file_of_that_name_is_another_file(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "备份" / "客户.xlsx"
    other.parent.mkdir()
    other.write_bytes(b"")
    with running([App([Book(str(other))])], None), pytest.raises(UsageError):
        open_book(path)


@pytest.mark.parametrize(
    ("excels", "calc", "says"),
    [
        ([App()], None, "正在运行的 Excel 没有打开“客户.xlsx”；请先打开它，或去掉 --live 直接处理文件。"),
        ([], App(), "正在运行的 LibreOffice 没有打开“客户.xlsx”；请先打开它，或去掉 --live 直接处理文件。"),
        ([App()], App(), "正在运行的 Excel 和 LibreOffice 没有打开“客户.xlsx”；"),
    ],
)
def test_a_workbook_that_is_not_open(path: Path, excels: list[App], calc: App | None, says: str) -> None:
    with running(excels, calc), pytest.raises(UsageError) as refused:
        open_book(path)
    assert refused.value.message.startswith(says)


def test_no_program_at_all(path: Path) -> None:
    with running([], None), pytest.raises(ProgramMissing) as refused:
        open_book(path)
    assert refused.value.message == f"没有正在运行的 Excel，LibreOffice 也用不上：{NO_CALC.message}"
