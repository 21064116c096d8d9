"""Which files a report may replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.report.build import made, panel, rows
from xlcrm.analysis.base import Filled
from xlcrm.report.document import document
from xlcrm.report.marks import is_ours, marked_pdf
from xlcrm.report.page import page
from xlcrm.report.pictures import drawn

if TYPE_CHECKING:
    from pathlib import Path

PDF = b"%PDF-1.6\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def is_marked(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    return is_ours(path)


def test_our_own_pages_and_pictures_are_ours(tmp_path: Path) -> None:
    report = document("报告", "", [made((panel(None), Filled(rows(), "")))])
    assert is_marked(tmp_path / "a.html", page(report).encode())
    assert is_marked(tmp_path / "a.png", drawn(report)[0])


def test_a_pdf_is_ours_until_somebody_adds_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert not is_marked(path, PDF)
    assert is_marked(path, marked_pdf(PDF))
    assert not is_marked(path, marked_pdf(PDF) + b"2 0 obj\n<</Type/Annot>>\nendobj\n%%EOF\n")


def test_the_mark_leaves_a_pdf_s_own_end_in_place() -> None:
    assert marked_pdf(PDF).splitlines()[-2:] == [b"%%EOF", b"%xlcrm report"]


def test_other_files_are_not_ours(tmp_path: Path) -> None:
    assert not is_marked(tmp_path / "a.html", "<html>我的总结</html>".encode())
    assert not is_ours(tmp_path / "missing.pdf")
    assert not is_ours(tmp_path)
