"""The parts of the edges that can be told apart from the system, and one look at this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xlcrm.entrypoints.doctor import machine

TASKS = (
    '"System Idle Process","0","Services","0","8 K"\r\n\r\n"EXCEL.EXE","4711","Console","1","120,344 K"\r\n'
)
LINUX = """proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/share /mnt/share\\040x cifs rw 0 0
short line
"""
MACOS = """/dev/disk1s1 on / (apfs, local, journaled)
//li@server/share on /Volumes/share (smbfs, nodev, nosuid)
"""


def test_programs_of_windows() -> None:
    assert machine.first_cells(TASKS) == ["System Idle Process", "EXCEL.EXE"]


@pytest.mark.parametrize(
    ("table", "path", "kind"),
    [
        (LINUX, "/home/a.xlsx", "ext4"),
        (LINUX, "/mnt/share x/a.xlsx", "cifs"),
        (LINUX, "/mnt/share xy/a.xlsx", "ext4"),
        (MACOS, "/Volumes/share/a.xlsx", "smbfs"),
        (MACOS, "/Users/li/a.xlsx", "apfs"),
        ("", "/a.xlsx", ""),
    ],
)
def test_file_system_of_a_path(table: str, path: str, kind: str) -> None:
    assert machine.mounted(table, Path(path)) == kind


def test_folders_of_fonts() -> None:
    windows = machine.font_folders("win32", {"SYSTEMROOT": "D:/Windows", "LOCALAPPDATA": "E:/li"}, Path("H:"))
    assert windows == [Path("D:/Windows/Fonts"), Path("E:/li/Microsoft/Windows/Fonts")]
    assert Path("/Users/li/Library/Fonts") in machine.font_folders("darwin", {}, Path("/Users/li"))
    assert machine.font_folders("linux", {}, Path("/home/li")) == []


def test_version_of_libreoffice_by_the_file_beside_it(tmp_path: Path) -> None:
    assert machine.office_version([tmp_path]) == "LibreOffice（版本不明）"
    (tmp_path / "bootstraprc").write_text("[Bootstrap]\n", encoding="utf-8")
    (tmp_path / "bootstrap.ini").write_text(
        "[Bootstrap]\r\nProductKey=LibreOffice 24.8\r\n", encoding="utf-8"
    )
    assert machine.office_version([tmp_path / "none", tmp_path]) == "LibreOffice 24.8"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at a Linux machine")
def test_this_machine_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine.this_machine()
    assert (here.platform, here.executable) == (sys.platform, sys.executable)
    assert here.xlwings
    assert any("python" in name or "pytest" in name for name in here.processes())
    assert here.registry("HKCU", "Software", "x") is None
    assert here.mark(tmp_path) is None
    assert here.free(tmp_path) > 0
    assert isinstance(here.remote(tmp_path), bool)
    assert 2025 in here.known_years()
    assert all(isinstance(name, str) for name in here.fonts())
    monkeypatch.setattr(machine, "PIPE", "xlcrmnobodylistens")
    assert here.office_answer() != ""
    monkeypatch.setattr(machine, "program", lambda: None)
    assert here.office() is None


def test_a_program_of_the_system_that_is_missing_or_fails_says_nothing() -> None:
    assert machine._output("xlcrm-no-such-program") == ""
    assert machine._output(sys.executable, "-c", "print('x'); raise SystemExit(3)") == ""
    assert machine._version("xlcrm-no-such-package") is None
