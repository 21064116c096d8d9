"""Workbooks as PDF files."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pypdfium2
import pytest
from xlsxwriter import Workbook

from xlcrm.calc import pdf
from xlcrm.calc.bridge import program
from xlcrm.calc.pdf import to_pdf
from xlcrm.errors import ProgramBusy, ProgramError, ProgramMissing

needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="假程序是一个 shell 脚本")


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> Path:
    """A program that takes LibreOffice's place."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(pdf, "program", lambda: path)
    return path


def test_no_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    with pytest.raises(ProgramMissing, match="没有找到 LibreOffice"):
        to_pdf(tmp_path / "a.xlsx", tmp_path / "a.pdf")


@needs_scripts
def test_a_program_that_makes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path, "exit 3")
    with pytest.raises(ProgramError, match="退出码 3"):
        to_pdf(tmp_path / "a.xlsx", tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


@needs_scripts
def test_an_empty_file_is_no_pdf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(
        monkeypatch, tmp_path, 'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; : >"$2/a.pdf"'
    )
    with pytest.raises(ProgramError, match="退出码 0"):
        to_pdf(tmp_path / "a.xlsx", tmp_path / "a.pdf")


@needs_scripts
def test_a_program_that_hangs_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(monkeypatch, tmp_path, 'sleep 300 & echo $! >"$0.child.new"; mv "$0.child.new" "$0.child"; wait')
    child = tmp_path / "soffice.child"
    patience = 0.2
    while not child.exists():  # a busy machine may not have started it in so short a time
        with pytest.raises(ProgramBusy, match="秒内没有生成"):
            to_pdf(tmp_path / "a.xlsx", tmp_path / "a.pdf", patience=patience)
        patience *= 2
    stat = Path(f"/proc/{child.read_text(encoding='utf-8').strip()}/stat")
    until = time.monotonic() + 30
    while stat.exists() and stat.read_text(encoding="utf-8").split()[2] != "Z":
        assert time.monotonic() < until
        time.sleep(0.05)


@needs_scripts
def test_each_run_has_a_profile_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = stand_in(monkeypatch, tmp_path, 'echo "$@" >>"$0.said"')
    for _ in range(2):
        with pytest.raises(ProgramError):
            to_pdf(tmp_path / "a.xlsx", tmp_path / "a.pdf")
    said = path.with_name("soffice.said").read_text(encoding="utf-8").splitlines()
    profiles = {line.split()[0] for line in said}
    assert len(profiles) == 2
    assert all(profile.startswith("-env:UserInstallation=file:///") for profile in profiles)
    assert all("--headless" in line for line in said)


@pytest.mark.slow
@pytest.mark.skipif(program() is None, reason="needs LibreOffice")
def test_a_workbook_with_a_chart_becomes_a_pdf(tmp_path: Path) -> None:
    folder = tmp_path / "有 空格"
    folder.mkdir()
    with Workbook(str(folder / "报告.xlsx")) as book:
        sheet = book.add_worksheet("数据")
        sheet.write_column(0, 0, ["制造业", "零售业"])
        sheet.write_column(0, 1, [3, 2])
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"categories": "=数据!$A$1:$A$2", "values": "=数据!$B$1:$B$2"})
        sheet.insert_chart("D2", chart)
    before = (folder / "报告.xlsx").read_bytes()
    (folder / "旧.pdf").write_bytes(b"old")
    to_pdf(folder / "报告.xlsx", folder / "旧.pdf")
    document = pypdfium2.PdfDocument(folder / "旧.pdf")
    assert len(document) >= 1
    assert "制造业" in document[0].get_textpage().get_text_bounded()
    document.close()
    assert (folder / "报告.xlsx").read_bytes() == before
    assert sorted(item.name for item in folder.iterdir()) == ["报告.xlsx", "旧.pdf"]
