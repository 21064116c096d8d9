"""LibreOffice opens the copy: its charts show data, and an encrypted one needs its password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from pydantic import SecretStr

from tests.actions.copies import NOW, workbook
from xlcrm.actions.base import CopyParams, silent
from xlcrm.actions.copying import copy
from xlcrm.calc.pdf import to_pdf
from xlcrm.errors import ProgramError
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
PASSWORD = "密码 and 8 more"  # noqa: S105 - of a made-up copy


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copy") / "客户.xlsx"
    workbook(path, "service", rows=8)
    return path


def copied(source: Path, out: Path, **params: Any) -> Path:
    with FileDoor(source, write=False) as door:
        copy(door, CopyParams(now=NOW, out=out, **params), silent)
    return out


def test_charts_show_data_in_libreoffice(source: Path, tmp_path: Path, program: object) -> None:
    del program  # it is installed
    made = copied(source, tmp_path / "copy.xlsx")
    to_pdf(made, tmp_path / "copy.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "copy.pdf")
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    assert "客户 管理层副本" in pages[0]
    assert "138****5678" in pages[0]
    assert not any("#REF" in page or "###" in page for page in pages)
    grades = ("VIP", "潜力", "普通")
    # once in the table, once in the chart
    assert any("客户分析" in page and all(page.count(grade) > 1 for grade in grades) for page in pages)


def test_an_encrypted_copy_needs_its_password_in_libreoffice(
    source: Path, tmp_path: Path, program: Any
) -> None:
    made = copied(source, tmp_path / "secret.xlsx", encrypt=True, password=SecretStr(PASSWORD))
    with pytest.raises(ProgramError, match="没有生成 PDF"):
        to_pdf(made, tmp_path / "secret.pdf")
    book = program.books.open(str(made), password=PASSWORD)
    try:
        assert book.sheets["首页"]["B1"].value == "客户 管理层副本"
    finally:
        book.close()
