"""Macro workbooks as the user gets them: built by the command, refreshed on disk, macros untouched."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e.judges import findings, validator
from tests.e2e.running import call
from tests.e2e.survival import differences, inflated, sheets, stored
from tests.spreadsheet import few_analysis_sheets
from tests.templates.drawings import drawn
from tests.templates.vba.judges import sources_by_olevba
from xlcrm.actions import ACTIONS
from xlcrm.actions.macros import macros
from xlcrm.tables import FULL, PACKS
from xlcrm.tables.system import HOME
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.templates.demo.wording import in_words
from xlcrm.templates.macro_book import SETTINGS_SHEET
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW: Final = dt.datetime(2026, 3, 18, 10)
_OF_MACROS: Final = re.compile(r"xl/vbaProject\.bin|.*\.vml|customUI/.*|(.*/)?_rels/.*")
"""Parts that make the macros, the buttons and the ribbon, and what links them."""
_MARKS: Final = re.compile(rb"<sheetPr\b[^>]*codeName[^>]*>|<legacyDrawing\b[^>]*>")
"""What ties a sheet to its module and to its buttons."""

every_pack = pytest.mark.parametrize("pack", PACKS)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small macro workbook of invented customers for every pack, never refreshed.

    That of all packs has every analysis sheet with its buttons, the others one.
    """
    folder = tmp_path_factory.mktemp("macros")
    told = macros("win32", r"C:\xlcrm\python.exe")
    paths = {pack: folder / f"{pack}.xlsm" for pack in PACKS}
    for pack, path in paths.items():
        with contextlib.nullcontext() if pack == FULL else few_analysis_sheets():
            build(pack, path, in_words(demo_data(12, NOW, pack=pack), pack), macros=told)
    return paths


def of_macros(path: Path) -> dict[str, bytes]:
    """The parts of the macros, as their bytes lie in the file."""
    return {name: data for name, data in stored(path).items() if _OF_MACROS.fullmatch(name)}


def ties(path: Path) -> dict[str, list[bytes]]:
    """Sheet -> its code name and the link to its buttons, as they are written."""
    found = inflated(path)
    return {name: _MARKS.findall(found[sheet.part]) for name, sheet in sheets(path).items()}


@pytest.fixture(scope="module")
def refreshed(
    books: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[Path]]:
    """Pack -> its workbook after one refresh and after two; each made once."""
    made: dict[str, list[Path]] = {}

    def make(pack: str) -> list[Path]:
        if pack not in made:
            folder = tmp_path_factory.mktemp(pack)
            paths = [folder / "一次.xlsm", folder / "两次.xlsm"]
            for source, path in zip((books[pack], paths[0]), paths, strict=True):
                shutil.copy(source, path)
                ran = call("refresh", path, "--now", NOW.isoformat())
                assert ran.code == 0, ran.err
            made[pack] = paths
        return made[pack]

    return make


@pytest.mark.slow
@every_pack
def test_two_refreshes_keep_every_macro(
    books: dict[str, Path], refreshed: Callable[[str], list[Path]], pack: str
) -> None:
    before = of_macros(books[pack])
    assert {"xl/vbaProject.bin", "customUI/customUI.xml", "xl/drawings/vmlDrawing1.vml"} <= set(before)
    for path in refreshed(pack):
        assert of_macros(path) == before
        assert ties(path) == ties(books[pack])
        assert sheets(path)[SETTINGS_SHEET] == sheets(books[pack])[SETTINGS_SHEET]
    if pack == "crm":  # whose layout the judge knows; the bytes of all are compared above
        assert sources_by_olevba(path) == sources_by_olevba(books[pack])
        assert list(differences(books[pack], path)) == []


@pytest.mark.slow
@every_pack
def test_the_validator_finds_nothing_after_two_refreshes(
    refreshed: Callable[[str], list[Path]], pack: str
) -> None:
    assert findings(validator(), refreshed(pack)[-1]) == []


@every_pack
def test_every_button_is_bound_to_a_sub_of_the_project(books: dict[str, Path], pack: str) -> None:
    subs = {
        name
        for text in sources_by_olevba(books[pack]).values()
        for name in re.findall(r"Sub (\w+)\(\)", text)
    }
    drawings = [data for name, data in inflated(books[pack]).items() if name.endswith(".vml")]
    bound = {button.macro for drawing in drawings for button in drawn(drawing)}
    assert bound == {f"[0]!{action.macro}" for action in ACTIONS.values()}
    assert {macro.removeprefix("[0]!") for macro in bound} <= subs


def test_every_entry_of_the_ribbon_calls_a_sub_of_the_project(books: dict[str, Path]) -> None:
    ribbon = inflated(books["crm"])["customUI/customUI.xml"].decode()
    called = set(re.findall(r'onAction="(\w+)"', ribbon))
    text = "\n".join(sources_by_olevba(books["crm"]).values())
    assert called
    assert called <= set(re.findall(r"Sub (\w+)\(\w+ As \w+\)", text))
    for action in ACTIONS.values():
        assert f'label="{action.label}"' in ribbon


@every_pack
def test_the_home_page_shows_every_action_that_needs_no_row(books: dict[str, Path], pack: str) -> None:
    assert next(iter(sheets(books[pack]))) == HOME
    first = inflated(books[pack])["xl/drawings/vmlDrawing1.vml"]
    labels = [action.label for action in ACTIONS.values() if not action.about_a_row]
    assert [button.caption for button in drawn(first)] == labels


def test_the_settings_are_no_table_to_the_readers(books: dict[str, Path], tmp_path: Path) -> None:
    """Neither read nor named: a macro workbook and a plain one give the same answer."""
    plain = tmp_path / "客户.xlsx"
    build("crm", plain, in_words(demo_data(12, NOW, pack="crm"), "crm"))
    answers = [
        call("check", path, "--now", NOW.isoformat(), "--dry-run", "--json").out
        for path in (plain, books["crm"])
    ]
    assert answers[0] == answers[1].replace("crm.xlsm", "客户.xlsx").replace(
        str(books["crm"].parent), str(tmp_path)
    )
    with FileDoor(books["crm"], write=False) as door:
        assert door.sheets[-1] == SETTINGS_SHEET


def test_a_demo_with_macros_is_refreshed_and_told_about(tmp_path: Path) -> None:
    ran = call("demo", tmp_path, "--rows", "5", "--macros", "--now", NOW.isoformat())
    assert (ran.code, ran.err) == (0, "")
    path = tmp_path / "客户关系管理-演示.xlsm"
    assert "XlcrmButtons.bas" in sources_by_olevba(path)
    with FileDoor(path, write=False) as door:
        assert door.grid("到期清单").columns[0][3]
