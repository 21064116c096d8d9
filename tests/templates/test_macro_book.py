"""A macro workbook is the plain one with buttons, a project, settings and a ribbon."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.e2e.judges import findings, validator
from tests.templates.drawings import Drawn, drawn
from tests.templates.vba.judges import complaints_of_pyopenvba, sources_by_olevba, sources_by_pyopenvba
from xlcrm.tables import FULL, PACKS, SYSTEM_TABLES, tables_of
from xlcrm.tables.system import HOME, HOME_CARDS
from xlcrm.templates import Button, Macros, build, xlwings_settings
from xlcrm.templates.contents import steps
from xlcrm.templates.macro_book import SETTINGS_SHEET
from xlcrm.templates.macro_sources import book_modules, code_names, ribbon

if TYPE_CHECKING:
    from pathlib import Path

INTERPRETER: Final = r"C:\用户\张 三\xlcrm\Scripts\python.exe"
BUTTONS: Final = (
    Button("刷新到期清单", "XlcrmRefresh", "重建清单", ("due_list", "alerts")),
    Button("登记建议", "XlcrmAdopt", "登记", ("improvement_actions", "recovery_cases")),
    Button("为什么", "XlcrmWhy", "说明", ("due_list", "alerts")),
)
MACROS: Final = Macros(BUTTONS, xlwings_settings("win32", INTERPRETER))

every_pack = pytest.mark.parametrize("pack", PACKS)


@pytest.fixture(scope="module")
def macro_books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("macros")
    paths = {pack: folder / f"{pack}.xlsm" for pack in PACKS}
    for pack, path in paths.items():
        build(pack, path, macros=MACROS)
    return paths


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def sheet_names(found: dict[str, bytes]) -> list[str]:
    return re.findall(r'<sheet name="([^"]+)"', found["xl/workbook.xml"].decode())


def buttons_of(found: dict[str, bytes], sheet: str) -> list[Drawn]:
    """The buttons on a sheet, through its own relations."""
    number = sheet_names(found).index(sheet) + 1
    relations = found.get(f"xl/worksheets/_rels/sheet{number}.xml.rels", b"").decode()
    drawing = re.search(r'Target="\.\./drawings/(vmlDrawing\d+\.vml)"', relations)
    return drawn(found[f"xl/drawings/{drawing[1]}"]) if drawing else []


@every_pack
def test_every_sheet_of_the_plain_workbook_is_there_and_the_settings_are_last(
    macro_books: dict[str, Path], templates: dict[str, Path], pack: str
) -> None:
    plain, found = parts(templates[pack]), parts(macro_books[pack])
    assert sheet_names(found) == [*sheet_names(plain), SETTINGS_SHEET]


def test_building_twice_gives_the_same_bytes(macro_books: dict[str, Path], tmp_path: Path) -> None:
    build("crm", tmp_path / "a.xlsm", macros=MACROS)
    assert (tmp_path / "a.xlsm").read_bytes() == macro_books["crm"].read_bytes()


def test_it_is_macro_enabled_and_has_the_ribbon(macro_books: dict[str, Path]) -> None:
    found = parts(macro_books["crm"])
    assert b"application/vnd.ms-excel.sheet.macroEnabled.main+xml" in found["[Content_Types].xml"]
    assert found["customUI/customUI.xml"] == ribbon()
    assert b"2006/relationships/ui/extensibility" in found["_rels/.rels"]


@every_pack
def test_code_names_are_those_of_the_document_modules(macro_books: dict[str, Path], pack: str) -> None:
    found = parts(macro_books[pack])
    names = sheet_names(found)
    assert re.findall(r'<workbookPr codeName="(\w+)"', found["xl/workbook.xml"].decode()) == ["ThisWorkbook"]
    codes = [
        re.findall(r'<sheetPr codeName="(\w+)"', found[f"xl/worksheets/sheet{number}.xml"].decode())
        for number in range(1, len(names) + 1)
    ]
    assert codes == [[code] for code in code_names(len(names))]
    modules = set(sources_by_olevba(macro_books[pack]))
    assert {f"{name}.cls" for name in ("ThisWorkbook", *code_names(len(names)))} <= modules
    assert f"Sheet{len(names) + 1}.cls" not in modules


def test_the_project_reads_back_as_its_sources(macro_books: dict[str, Path]) -> None:
    sheets = len(sheet_names(parts(macro_books["full"])))
    modules = {module.name: module.text for module in book_modules(sheets)}
    by_olevba = sources_by_olevba(macro_books["full"])
    assert {name.rpartition(".")[0]: text for name, text in by_olevba.items()} == modules
    assert set(sources_by_pyopenvba(macro_books["full"])) == set(modules)
    assert complaints_of_pyopenvba(macro_books["full"]) == []


@every_pack
def test_the_home_page_has_every_button_under_its_cards(macro_books: dict[str, Path], pack: str) -> None:
    found = buttons_of(parts(macro_books[pack]), HOME)
    assert [(each.caption, each.macro, each.help) for each in found] == [
        (button.caption, f"[0]!{button.macro}", button.help) for button in BUTTONS
    ]
    assert {each.rows for each in found} == {(7, 7)}


def test_the_home_page_has_room_for_as_many_buttons_as_cards(tmp_path: Path) -> None:
    longest = Button("生成管理层副本", "X", "")
    build("crm", tmp_path / "a.xlsm", macros=Macros([longest] * len(HOME_CARDS), {}))
    assert len(buttons_of(parts(tmp_path / "a.xlsm"), HOME)) == len(HOME_CARDS)


@every_pack
def test_the_other_sheets_have_the_buttons_that_belong_there(macro_books: dict[str, Path], pack: str) -> None:
    found = parts(macro_books[pack])
    tables = {table.title: table.name for table in (*tables_of(pack), *SYSTEM_TABLES)}
    for title in set(sheet_names(found)) - {HOME}:
        due = [button.caption for button in BUTTONS if tables.get(title) in button.sheets]
        assert [each.caption for each in buttons_of(found, title)] == due


@every_pack
def test_buttons_stand_in_frozen_rows_and_cover_no_text(macro_books: dict[str, Path], pack: str) -> None:
    """Neither the title, which spills over the cells beside it, nor a hint in the same row."""
    found = parts(macro_books[pack])
    book = openpyxl.load_workbook(macro_books[pack])
    for title in set(sheet_names(found)) - {HOME}:
        sheet = book[title]
        buttons = buttons_of(found, title)
        if not buttons:
            continue
        assert sheet.freeze_panes
        assert {each.rows for each in buttons} == {(0, 0)}
        first = min(each.left[0] for each in buttons)
        last = max(each.right[0] for each in buttons)
        filled = [cell.column - 1 for cell in sheet[1] if cell.value is not None]
        assert 0 in filled
        assert not set(filled) & set(range(first, last + 1))
        edges = [sheet.column_dimensions[get_column_letter(place)].width for place in range(1, first + 1)]
        assert sum(edges) >= 2 * len(title) * 1.6
        for one, other in pairwise(buttons):
            assert one.right < other.left


def test_a_hint_beside_the_title_makes_way(macro_books: dict[str, Path], templates: dict[str, Path]) -> None:
    title = next(table.title for table in tables_of("recovery") if table.name == "recovery_cases")
    plain, with_buttons = (
        openpyxl.load_workbook(paths["recovery"])[title] for paths in (templates, macro_books)
    )
    (place,) = (cell.column for cell in plain[1][1:] if cell.value)
    (moved,) = (cell.column for cell in with_buttons[1][1:] if cell.value)
    assert moved > place
    assert with_buttons.cell(1, moved).value == plain.cell(1, place).value


def settings(path: Path) -> dict[str, object]:
    sheet = openpyxl.load_workbook(path)[SETTINGS_SHEET]
    assert sheet.sheet_state == "hidden"
    return {str(row[0]): row[1] or "" for row in sheet.iter_rows(max_col=2, values_only=True)}


def test_the_settings_stand_where_xlwings_looks(macro_books: dict[str, Path]) -> None:
    assert settings(macro_books["crm"]) == {
        "INTERPRETER_WIN": INTERPRETER,
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "UDF MODULES": "xlcrm.entrypoints.udfs",
        "USE UDF SERVER": "False",
        "SHOW CONSOLE": "False",
        "CONDA PATH": "",
        "CONDA ENV": "",
    }


def test_each_setting_is_explained_beside_it(macro_books: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(macro_books["crm"])[SETTINGS_SHEET]
    assert all(sheet.cell(row, 4).value for row in range(1, sheet.max_row + 1))


def test_the_interpreter_is_named_where_excel_runs() -> None:
    assert xlwings_settings("darwin", "/python")["INTERPRETER_MAC"] == "/python"
    assert "INTERPRETER_MAC" not in xlwings_settings("win32", "/python")
    assert not [key for key in xlwings_settings("linux", "/python") if "INTERPRETER" in key]


@every_pack
def test_the_steps_speak_of_the_button(macro_books: dict[str, Path], pack: str) -> None:
    texts = parts(macro_books[pack])["xl/sharedStrings.xml"].decode()
    assert "xlcrm refresh" not in texts
    assert f"点上方的 {BUTTONS[0].caption}" in texts
    assert len(steps(pack, buttons=True)) == len(steps(pack))


def test_captions_are_in_the_font_of_the_workbook(macro_books: dict[str, Path]) -> None:
    found = parts(macro_books[FULL])
    drawings = [data for name, data in found.items() if name.endswith(".vml")]
    assert drawings
    for drawing in drawings:
        fonts = {font.attrib["face"] for font in ET.fromstring(drawing).iter("font")}  # noqa: S314  # our own file
        assert fonts == {"微软雅黑"}


@pytest.mark.slow
def test_the_open_xml_validator_has_nothing_to_say(macro_books: dict[str, Path]) -> None:
    """Of every sheet that there is; refreshed workbooks of each pack are asked about end to end."""
    assert findings(validator(), macro_books[FULL]) == []
