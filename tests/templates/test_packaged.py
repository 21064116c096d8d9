"""The ready workbooks in the repository are the ones that the code builds."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from tests.e2e.judges import findings, office, shown_in_libreoffice, validator
from xlcrm.analysis.sheets import sheets_of
from xlcrm.rules.layout import sheet_columns
from xlcrm.rules.reading import default_book
from xlcrm.tables import PACKS, SYSTEM_TABLES, tables_of
from xlcrm.tables.system import HOME, OPTIONS
from xlcrm.templates import packaged_name
from xlcrm.templates.__main__ import main
from xlcrm.templates.book import build
from xlcrm.templates.demo import demo_data
from xlcrm.templates.table_sheet import HEADING_ROW

COMMITTED = Path(__file__).parents[2] / "workbook_templates"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("pack", PACKS)
def test_rebuilding_changes_no_part(templates: dict[str, Path], pack: str) -> None:
    built, committed = parts(templates[pack]), parts(COMMITTED / packaged_name(pack))
    assert list(built) == list(committed)
    changed = [name for name in built if built[name] != committed[name]]
    assert not changed, "run: python -m xlcrm.templates"


def test_nothing_else_lies_in_the_folder() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == {packaged_name(pack) for pack in PACKS}


def test_the_command_writes_where_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "new")]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert written == [tmp_path / "new" / packaged_name(pack) for pack in PACKS]
    assert all(path.is_file() for path in written)


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKS)
def test_the_open_xml_validator_has_nothing_to_say(templates: dict[str, Path], pack: str) -> None:
    assert findings(validator(), templates[pack]) == []


@pytest.mark.slow
def test_nor_has_it_about_a_filled_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    build("crm", path, demo_data(50, dt.datetime(2026, 11, 20, 10)))
    assert findings(validator(), path) == []


@pytest.fixture(scope="module")
def shown(
    templates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[list[str]]]]:
    """Pack -> sheet -> rows of texts as LibreOffice reads them; it is started once for all."""
    return shown_in_libreoffice(office(), templates.values(), tmp_path_factory.mktemp("shown"))


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKS)
def test_libreoffice_shows_every_sheet_with_its_headings(
    shown: dict[str, dict[str, list[list[str]]]], pack: str
) -> None:
    found = shown[pack]
    tables = (*tables_of(pack), *SYSTEM_TABLES)
    analyses = sheets_of(pack)
    titles = {table.title for table in tables} | {sheet.title for sheet in analyses}
    assert set(found) == {HOME, OPTIONS, *titles}
    for table in tables:
        columns = sheet_columns(table, default_book(pack).rules, pack)
        assert found[table.title][HEADING_ROW - 1] == [item.heading for item in columns]
    for sheet in analyses:
        rows = [[cell for cell in row if cell] for row in found[sheet.title]]
        for panel in sheet.panels:
            assert [item.heading for item in panel.columns] in rows, f"{sheet.title} {panel.title}"
