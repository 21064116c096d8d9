"""An add-in: what Excel loads, what xlwings' module looks for in it, and what the judges say."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import pytest
import xlwings
from python_calamine import CalamineWorkbook

from tests.e2e.judges import findings, validator
from tests.templates.vba.in_libreoffice import as_libreoffice_shows, macro_workbook
from tests.templates.vba.judges import complaints_of_pyopenvba, sources_by_olevba
from xlcrm.templates.addin import SHEET, build_addin
from xlcrm.templates.vba import Module, ModuleKind, document_modules, vba_project

RIBBON: Final = """<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui"><ribbon><tabs>
<tab id="xlcrm" label="客户管理"/></tabs></ribbon></customUI>""".encode()
CONF: Final = {
    "INTERPRETER_WIN": r"C:\Python 311\python.exe",
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "UDF MODULES": "=1",
}


def held() -> list[Module]:
    folder = Path(xlwings.__file__).parent
    source = (folder / "xlwings_custom_addin.bas").read_bytes().decode("ascii")
    return [
        *document_modules([SHEET]),
        Module(
            "xlwings",
            source.replace('PROJECT_NAME As String = "myaddin"', 'PROJECT_NAME As String = "xlcrm"'),
        ),
        Module(
            "Dictionary", (folder / "addin" / "Dictionary.cls").read_bytes().decode("ascii"), ModuleKind.CLASS
        ),
        Module("XlcrmButtons", "Sub Go(control)\n    RunPython control\nEnd Sub\n"),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "xlcrm.xlam"
    build_addin(path, vba_project(held()), RIBBON, CONF)
    return path


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def test_the_package_says_that_it_is_an_addin(path: Path) -> None:
    types = part(path, "[Content_Types].xml")
    assert types.count("application/vnd.ms-excel.addin.macroEnabled.main+xml") == 1
    assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" not in types


def test_code_names_are_those_of_the_document_modules(path: Path) -> None:
    assert '<workbookPr codeName="ThisWorkbook"' in part(path, "xl/workbook.xml")
    assert f'<sheetPr codeName="{SHEET}"' in part(path, "xl/worksheets/sheet1.xml")


def test_settings_stand_where_the_module_for_addins_looks(path: Path) -> None:
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["xlcrm.conf"]
    assert book.get_sheet_by_index(0).to_python() == [list(setting) for setting in CONF.items()]
    cells = part(path, "xl/worksheets/sheet1.xml")
    assert cells.count("<c ") == cells.count(' t="s"') == 2 * len(CONF), "texts, not numbers or formulas"


def test_the_settings_sheet_is_called_after_the_project(tmp_path: Path) -> None:
    build_addin(tmp_path / "a.xlam", vba_project(held()), RIBBON, {}, project="office")
    assert '<sheet name="office.conf"' in part(tmp_path / "a.xlam", "xl/workbook.xml")


def test_the_ribbon_is_in_it(path: Path) -> None:
    assert part(path, "customUI/customUI.xml").encode() == RIBBON


def test_olevba_exports_its_sources(path: Path) -> None:
    assert set(sources_by_olevba(path).values()) == {module.text for module in held()}


def test_pyopenvba_finds_no_fault(path: Path) -> None:
    assert complaints_of_pyopenvba(path) == []


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(path: Path) -> None:
    assert findings(validator(), path) == []


@pytest.mark.slow
def test_libreoffice_opens_it_and_runs_its_macros(path: Path, tmp_path: Path) -> None:
    with macro_workbook(path, tmp_path) as book:
        assert book.sources() == {module.name: as_libreoffice_shows(module) for module in held()}
        assert book.cell("B1") == CONF["INTERPRETER_WIN"]
        book.stub_python()
        book.run("XlcrmButtons.Go", "hello")
        assert book.cell("A1") == "hello"


def test_building_twice_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xlam"
    other.write_bytes(b"an older one")
    build_addin(other, vba_project(held()), RIBBON, CONF)
    assert other.read_bytes() == path.read_bytes()


def test_a_ribbon_of_another_kind_leaves_the_old_addin(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ValueError, match="2006/01/customui"):
        build_addin(path, vba_project(held()), b"<customUI/>", CONF)
    assert path.read_bytes() == before
