"""What a macro workbook carries."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlwings as xw

from xlcrm.entrypoints.doctor.macros import module_version, settings_interpreter, unpacked, xlwings_version
from xlcrm.templates.vba import Module, ModuleKind, vba_project
from xlcrm.templates.vba.compression import compress


def project(source: str) -> bytes:
    return vba_project(
        [
            Module("ThisWorkbook", "", ModuleKind.DOCUMENT),
            Module("xlwings", source, ModuleKind.STANDARD),
        ]
    )


OLD = project('Public Const XLWINGS_VERSION As String = "0.30.1"\r\n')
NONE = project("Sub Hello()\r\nEnd Sub\r\n")


@pytest.mark.parametrize("name", ["quickstart_standalone.xlsm", "addin/xlwings.xlam"])
def test_version_in_a_project_that_excel_wrote(name: str) -> None:
    """What xlwings ships tells the version that it came with, or that it is under development."""
    with zipfile.ZipFile(Path(xw.__file__).parent / name) as package:
        found = xlwings_version(package.read("xl/vbaProject.bin"))
    assert found in {xw.__version__, "dev"}


def test_version_in_a_project_that_we_wrote() -> None:
    assert xlwings_version(OLD) == "0.30.1"
    assert xlwings_version(NONE) is None


@pytest.mark.parametrize(
    ("carried", "state", "says"),
    [
        (None, "注意", "没有宏"),
        (NONE, "注意", "没有 xlwings 的模块"),
        (OLD, "故障", "0.30.1，本机装的是 0.37.8"),
    ],
)
def test_module_against_the_installed_xlwings(carried: bytes | None, state: str, says: str) -> None:
    verdict = module_version(carried, "0.37.8")
    assert verdict.state == state
    assert says in verdict.found
    assert module_version(OLD, "0.30.1").state == "正常"


@pytest.mark.parametrize(
    "text", [b"", b"a", b"ab" * 3000, bytes(range(256)) * 40, b"Attribute VB_Name\r\n" * 700 + b"end"]
)
def test_unpacking_gives_back_what_was_packed(text: bytes) -> None:
    assert unpacked(compress(text)) == text


def test_unpacking_stops_where_the_container_ends() -> None:
    packed = compress(b"Attribute VB_Name " * 20)
    assert unpacked(packed + b"\x00\x00rest") == b"Attribute VB_Name " * 20
    assert unpacked(packed[:-2]) != b"Attribute VB_Name " * 20


def test_interpreter_of_the_settings(tmp_path: Path) -> None:
    here, other = tmp_path / "env" / "python.exe", tmp_path / "other" / "python.exe"
    for file in (here, other):
        file.parent.mkdir()
        file.touch()

    def state(named: str, platform: str = "win32") -> str | None:
        key = "INTERPRETER_WIN" if platform == "win32" else "INTERPRETER_MAC"
        verdict = settings_interpreter({key: named}, platform, str(here))
        return verdict and verdict.state

    assert state(str(here)) == "正常"
    assert state(str(here.with_name("pythonw.exe"))) == "故障"
    assert state(str(here), "darwin") == "正常"
    assert state(str(other)) == "注意"
    assert state("") == "故障"
    assert state("anything", "linux") is None
