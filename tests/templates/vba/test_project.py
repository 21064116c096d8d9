"""A whole project, as olevba, pyOpenVBA, LibreOffice and a reader after the specification find it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import olefile
import pytest
import xlwings
from xlsxwriter import Workbook

from tests.e2e.judges import findings, validator
from tests.templates.vba.in_libreoffice import STUB, as_libreoffice_shows, macro_workbook
from tests.templates.vba.judges import complaints_of_pyopenvba, sources_by_olevba, sources_by_pyopenvba
from tests.templates.vba.reading import decompress, records, stored_modules, unhidden
from xlcrm.templates.vba import WORKBOOK, Module, ModuleKind, document_modules, vba_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

XLWINGS: Final = Path(xlwings.__file__).parent
BUTTONS: Final = """Option Explicit

Public Sub XlcrmRefresh()
    RunPython "from xlcrm.entrypoints.buttons import press;press('refresh')"
End Sub

Public Function Doubled(number)
    Doubled = 2 * number
End Function
"""


def exported(name: str) -> str:
    return (XLWINGS / name).read_bytes().decode("ascii")


def modules(xlwings_source: str = "") -> list[Module]:
    return [
        *document_modules(["Sheet1", "Sheet2"]),
        Module("xlwings", xlwings_source or exported("xlwings.bas")),
        Module("Dictionary", exported("addin/Dictionary.cls"), ModuleKind.CLASS),
        Module("XlcrmButtons", BUTTONS),
    ]


def macro_book(path: Path, held: Sequence[Module]) -> Path:
    """A workbook of two sheets with a project."""
    with Workbook(str(path)) as book:
        book.add_worksheet("首页")
        book.add_worksheet("客户")
        book.add_vba_project(io.BytesIO(vba_project(held)), is_stream=True)
    return path


@pytest.fixture
def opened() -> Iterator[olefile.OleFileIO[str]]:
    with olefile.OleFileIO(io.BytesIO(vba_project(modules())), raise_defects=olefile.DEFECT_POTENTIAL) as ole:
        yield ole


def test_every_module_is_stored_from_the_first_byte_of_its_stream(opened: olefile.OleFileIO[str]) -> None:
    stored = stored_modules(opened)
    assert [each.name for each in stored] == [module.name for module in modules()]
    assert [each.source.decode("ascii") for each in stored] == [module.text for module in modules()]
    assert [each.standard for each in stored] == [False, False, False, True, False, True]
    assert {each.offset for each in stored} == {0}


def test_olevba_exports_every_source(tmp_path: Path) -> None:
    path = tmp_path / "vbaProject.bin"
    path.write_bytes(vba_project(modules()))
    suffix = {ModuleKind.STANDARD: "bas", ModuleKind.CLASS: "cls", ModuleKind.DOCUMENT: "cls"}
    assert sources_by_olevba(path) == {
        f"{module.name}.{suffix[module.kind]}": module.text for module in modules()
    }


@pytest.mark.parametrize("name", ["xlwings.bas", "xlwings_custom_addin.bas"])
def test_pyopenvba_reads_every_source_and_finds_no_fault(tmp_path: Path, name: str) -> None:
    path = macro_book(tmp_path / "a.xlsm", modules(exported(name)))
    assert sources_by_pyopenvba(path) == {module.name: module.text for module in modules(exported(name))}
    assert complaints_of_pyopenvba(path) == []


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(tmp_path: Path) -> None:
    assert findings(validator(), macro_book(tmp_path / "a.xlsm", modules())) == []


@pytest.mark.slow
def test_libreoffice_shows_every_module_and_runs_what_stands_in_it(tmp_path: Path) -> None:
    path = macro_book(tmp_path / "a.xlsm", modules())
    with macro_workbook(path, tmp_path) as book:
        assert book.project() == "xlcrm"
        assert book.sources() == {module.name: as_libreoffice_shows(module) for module in modules()}
        book.stub_python()
        book.run("XlcrmButtons.XlcrmRefresh")
        assert book.cell("A1") == "from xlcrm.entrypoints.buttons import press;press('refresh')"
        assert book.run("XlcrmButtons.Doubled", 21) == 42


@pytest.mark.slow
def test_libreoffice_runs_the_project_untouched(tmp_path: Path) -> None:
    held = [*document_modules(["Sheet1", "Sheet2"]), Module("xlwings", STUB), Module("XlcrmButtons", BUTTONS)]
    with macro_workbook(macro_book(tmp_path / "a.xlsm", held), tmp_path) as book:
        book.run("XlcrmButtons.XlcrmRefresh")
        assert book.cell("A1", "首页").endswith("press('refresh')")


def test_large_projects_are_read_back(tmp_path: Path) -> None:
    lines = [
        f"Function F{number}(value)\n    F{number} = value * {number * 7919}\nEnd Function\n"
        for number in range(4000)
    ]
    held = [*document_modules(["Sheet1"]), Module("Large", "\n".join(lines))]
    path = tmp_path / "vbaProject.bin"
    path.write_bytes(vba_project(held))
    assert len(held[-1].text) > 250_000
    assert sources_by_olevba(path)["Large.bas"] == held[-1].text


def test_the_same_modules_give_the_same_bytes() -> None:
    assert vba_project(modules()) == vba_project(modules())


def test_only_source_is_kept(opened: olefile.OleFileIO[str]) -> None:
    assert opened.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("cc61ffff000000")
    streams = {path[-1] for path in opened.listdir()}
    names = {module.name for module in modules()}
    assert streams == names | {"dir", "_VBA_PROJECT", "PROJECT", "PROJECTwm"}


def test_project_and_references_are_declared(opened: olefile.OleFileIO[str]) -> None:
    found = list(records(decompress(opened.openstream("VBA/dir").read())))
    assert dict(found[:4]) == {1: b"\3\0\0\0", 2: b"\t\4\0\0", 0x14: b"\t\4\0\0", 3: b"\xe4\4"}
    assert [content for key, content in found if key == 4] == [b"xlcrm"]
    assert [content for key, content in found if key == 0x16] == [b"stdole", b"Office"]
    assert [content for key, content in found if key == 0xF] == [b"\6\0"]
    assert found[-1] == (0x10, b"")


def test_what_hides_the_protection_opens_to_none(opened: olefile.OleFileIO[str]) -> None:
    assert hidden_values(opened) == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}


@pytest.mark.parametrize(
    "name", ["quickstart_standalone.xlsm", "quickstart_addin_ribbon.xlam", "quickstart.xlsm"]
)
def test_a_project_of_excel_opens_to_the_same(name: str) -> None:
    with zipfile.ZipFile(XLWINGS / name) as package:
        project = io.BytesIO(package.read("xl/vbaProject.bin"))
    with olefile.OleFileIO(project) as ole:
        assert hidden_values(ole) == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}


def hidden_values(ole: olefile.OleFileIO[str]) -> dict[str, bytes]:
    text = ole.openstream("PROJECT").read().decode("ascii")
    named = dict(re.findall(r'^(\w+)="(.*)"\r$', text, re.MULTILINE))
    return {key: unhidden(named[key], named["ID"]) for key in ("CMG", "DPB", "GC")}


def test_the_project_stream_lists_each_module_as_what_it_is(opened: olefile.OleFileIO[str]) -> None:
    lines = opened.openstream("PROJECT").read().decode("ascii").split("\r\n")
    assert lines[1:7] == [
        *("Document=ThisWorkbook/&H00000000", "Document=Sheet1/&H00000000", "Document=Sheet2/&H00000000"),
        *("Module=xlwings", "Class=Dictionary", "Module=XlcrmButtons"),
    ]
    workspace = lines[lines.index("[Workspace]") + 1 :]
    assert workspace == [*(f"{module.name}=0, 0, 0, 0, C" for module in modules()), ""]


def test_names_are_mapped_to_unicode(opened: olefile.OleFileIO[str]) -> None:
    wide = [name.name.encode("ascii") + b"\0" + name.name.encode("utf-16-le") + b"\0\0" for name in modules()]
    assert opened.openstream("PROJECTwm").read() == b"".join(wide) + b"\0\0"


@pytest.mark.parametrize("name", ["", "1st", "a b", "客户", "_a", "x" * 32, "a-b", "dir", "Dir"])
def test_names_that_vba_refuses_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="VBA takes no module or project named"):
        vba_project([*document_modules([]), Module(name, "")])


def test_a_bad_project_name_is_refused() -> None:
    with pytest.raises(ValueError, match="VBA takes no module or project named 'my crm'"):
        vba_project(document_modules([]), name="my crm")


@pytest.mark.parametrize("names", [["Buttons", "BUTTONS"], ["XLCRM"], ["thisworkbook"]])
def test_names_that_meet_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="differ by more than capitals"):
        vba_project([*document_modules([]), *(Module(name, "") for name in names)])


@pytest.mark.parametrize("held", [[], [Module("A", "")], [Module(WORKBOOK, "")]])
def test_a_project_without_its_workbook_is_refused(held: list[Module]) -> None:
    with pytest.raises(ValueError, match="document module ThisWorkbook"):
        vba_project(held)
