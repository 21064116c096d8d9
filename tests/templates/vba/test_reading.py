"""Projects that Excel or we wrote, read back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlwings

from tests.templates.vba.judges import sources_by_olevba
from xlcrm.templates.macro_sources import book_modules
from xlcrm.templates.vba import Module, ModuleKind, document_modules, vba_project
from xlcrm.templates.vba.compression import CHUNK, compress, decompress
from xlcrm.templates.vba.reading import Project, read_project

XLWINGS = Path(xlwings.__file__).parent


def by_excel(name: str) -> Project:
    """The project of a file that Excel saved: with compiled code before each source."""
    with zipfile.ZipFile(XLWINGS / name) as package:
        return read_project(package.read("xl/vbaProject.bin"))


def test_a_project_that_we_wrote_comes_back_whole() -> None:
    modules = book_modules(3)
    project = read_project(vba_project(modules))
    assert [(m.name, m.source, m.kind) for m in project.modules] == [
        (m.name, m.text, m.kind) for m in modules
    ]
    assert not project.locked


@pytest.mark.parametrize("name", ["quickstart_standalone.xlsm", "addin/xlwings.xlam"])
def test_modules_that_excel_wrote_are_those_that_olevba_finds(name: str) -> None:
    endings = {ModuleKind.STANDARD: "bas", ModuleKind.CLASS: "cls", ModuleKind.DOCUMENT: "cls"}
    found = {f"{m.name}.{endings[m.kind]}": m.source for m in by_excel(name).modules}
    judged = sources_by_olevba(XLWINGS / name)
    assert found.keys() == judged.keys()
    for module, text in judged.items():
        assert found[module].splitlines()[-1] == text.splitlines()[-1]
        assert len(found[module].splitlines()) == len(text.splitlines())


def test_kinds_are_those_of_the_editor() -> None:
    kinds = {module.name: module.kind for module in by_excel("quickstart_standalone.xlsm").modules}
    assert kinds == {
        "ThisWorkbook": ModuleKind.DOCUMENT,
        "Sheet1": ModuleKind.DOCUMENT,
        "Sheet2": ModuleKind.DOCUMENT,
        "Module1": ModuleKind.STANDARD,
        "xlwings": ModuleKind.STANDARD,
        "Dictionary": ModuleKind.CLASS,
    }


def test_a_password_is_seen() -> None:
    """The add-in of xlwings is locked by its makers, its standalone workbook is not."""
    assert by_excel("addin/xlwings.xlam").locked
    assert not by_excel("quickstart_standalone.xlsm").locked


def test_letters_of_any_code_page_do_not_stop_the_reader() -> None:
    project = vba_project([*document_modules([]), Module("Mine", "' QZ")])
    # Nothing repeats here, so the letters are packed as they are and can be exchanged.
    stored = project.replace(b"QZ", "备".encode("gbk"))
    assert stored != project
    assert "备" in read_project(stored).modules[1].source.encode("latin-1").decode("gbk")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no compound file",
        vba_project(document_modules([]))[:600],
        vba_project(document_modules([])).replace(b"Document=ThisWorkbook", b"Document=AnotherBook1"),
    ],
    ids=["empty", "text", "cut", "contradictory"],
)
def test_what_is_no_project_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"VBA project|container"):
        read_project(data)


@pytest.mark.parametrize("text", [b"", b"a", b"ab" * 3000, bytes(range(256)) * 40, b"Attribute\r\n" * 900])
def test_unpacking_gives_back_what_was_packed(text: bytes) -> None:
    assert decompress(compress(text)) == text


def test_unpacking_stops_where_the_container_ends() -> None:
    packed = compress(b"Attribute VB_Name " * 20)
    assert decompress(packed + b"\x00\x00rest") == b"Attribute VB_Name " * 20
    for cut in range(1, len(packed)):
        assert len(decompress(packed[:cut])) <= CHUNK


@pytest.mark.parametrize("packed", [b"", b"\x00\x03\xb0", bytes.fromhex("01 03 b0 01 61 45 00")])
def test_what_is_no_container_is_a_value_error(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"container|before the beginning"):
        decompress(packed)
