"""An action gives the same workbook whether it is closed or open in a spreadsheet program."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.spreadsheet import few_analysis_sheets, opened
from tests.workbooks import everything
from xlcrm.actions import ACTIONS
from xlcrm.actions.base import silent
from xlcrm.tables import FULL, PACKS
from xlcrm.tables.system import JOURNAL
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data
from xlcrm.workbook.file import FileDoor
from xlcrm.workbook.live import LiveDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings as xw

    from xlcrm.actions.base import Outcome
    from xlcrm.workbook.port import Door

NOW: Final = dt.datetime(2026, 3, 18, 10)
LATER: Final = dt.datetime(2026, 3, 20, 16, 30)
SECONDS: Final = "用时(秒)"
CUSTOMERS: Final = 15
OWN_SHEETS: Final = frozenset({"我的计算", "透视", "图表页"})
"""Sheets of `everything` that the program works out anew: formulas, a pivot table, a chart."""

pytestmark = pytest.mark.slow

Cells = dict[tuple[int, int], object]


def act(door: Door, name: str, **params: Any) -> Outcome:
    action = ACTIONS[name]
    return action.run(door, action.params(**{"now": NOW, **params}), silent)


def contents(door: Door) -> dict[str, tuple[Cells, frozenset[tuple[int, int]], dict[tuple[int, int], str]]]:
    """Sheet -> its filled cells, formulas and errors; how long an action took is left out."""
    found = {}
    for sheet in door.sheets:
        grid = door.grid(sheet)
        cells = {
            (row, column): value
            for column, values in enumerate(grid.columns, start=1)
            if not (sheet == JOURNAL.title and SECONDS in values)
            for row, value in enumerate(values, start=1)
            if value is not None
        }
        found[sheet] = cells, grid.formulas, dict(grid.errors)
    return found


def differences(one: Any, other: Any) -> list[tuple[str, Any, Any, Any]]:
    """Sheet, place and both values, with their types, wherever two workbooks differ; the first fifty."""
    found: list[tuple[str, Any, Any, Any]] = []
    assert one.keys() == other.keys()
    for sheet, (cells, formulas, errors) in one.items():
        others, other_formulas, other_errors = other[sheet]
        for place in sorted(cells.keys() | others.keys()):
            left, right = cells.get(place), others.get(place)
            if left != right or type(left) is not type(right):
                found.append((sheet, place, left, right))
        found += [(sheet, place, "formula", "") for place in sorted(formulas ^ other_formulas)]
        found += [(sheet, place, "error", "") for place in sorted(errors.items() ^ other_errors.items())]
    return found[:50]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Pack -> a demo workbook that was never refreshed; made once. Few have every analysis sheet."""
    made: dict[str, Path] = {}

    def make(pack: str, *, whole: bool = False) -> Path:
        key = f"{pack} {whole}"
        if key not in made:
            made[key] = tmp_path_factory.mktemp(pack) / "客户.xlsx"
            with contextlib.nullcontext() if whole else few_analysis_sheets():
                build(pack, made[key], demo_data(CUSTOMERS, NOW, pack=pack))
        return made[key]

    return make


@pytest.fixture
def twins(fresh: Callable[..., Path], tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Pack -> two copies of its workbook: one to stay closed, one to be opened."""

    def make(pack: str, *, whole: bool = False) -> tuple[Path, Path]:
        paths = tmp_path / "关.xlsx", tmp_path / "开.xlsx"
        for path in paths:
            shutil.copy(fresh(pack, whole=whole), path)
        return paths

    return make


def same(closed: Path, book: xw.Book) -> None:
    """The closed file and the open workbook hold the same."""
    with FileDoor(closed, write=False) as file, LiveDoor(book, write=False) as live:
        assert differences(contents(file), contents(live)) == []


@pytest.mark.parametrize("pack", PACKS)
def test_refresh(pack: str, program: xw.App, twins: Callable[..., tuple[Path, Path]]) -> None:
    closed, path = twins(pack, whole=pack == FULL)
    before = path.read_bytes()
    with opened(program, path) as book:
        same(closed, book)
        with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
            one, other = act(file, "refresh"), act(live, "refresh")
        assert (one.message, one.counts, one.remarks) == (other.message, other.counts, other.remarks)
        assert one.saved is not None
        assert other.saved is not None
        assert other.saved.cells == one.saved.cells > 100
        same(closed, book)
    assert path.read_bytes() == before
    assert other.saved.backup is not None
    assert other.saved.backup.read_bytes() == before


def test_a_second_refresh_changes_what_the_first_wrote(
    program: xw.App, twins: Callable[..., tuple[Path, Path]]
) -> None:
    """Two days later lists have other lengths, and tasks have moved."""
    closed, path = twins("crm")
    with opened(program, path) as book:
        for now in (NOW, LATER, NOW):
            with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
                assert act(file, "refresh", now=now).message == act(live, "refresh", now=now).message
            same(closed, book)


def test_normalise_and_undo(program: xw.App, twins: Callable[..., tuple[Path, Path]]) -> None:
    closed, path = twins("crm")
    with opened(program, path) as book:
        with LiveDoor(book, write=False) as live:
            untouched = contents(live)
        with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
            one, other = act(file, "normalise", apply=True), act(live, "normalise", apply=True)
            assert one.message == other.message
            assert one.data == other.data
            assert other.data["changes"]
        same(closed, book)
        with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
            assert act(file, "undo").message == act(live, "undo").message
        same(closed, book)
        with LiveDoor(book, write=False) as live:
            back = contents(live)
        assert differences(_without_journal(untouched), _without_journal(back)) == []


def _without_journal(found: dict[str, Any]) -> dict[str, Any]:
    return {sheet: cells for sheet, cells in found.items() if sheet != JOURNAL.title}


def test_adopt(program: xw.App, twins: Callable[..., tuple[Path, Path]]) -> None:
    closed, path = twins("full")
    with opened(program, path) as book:
        with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
            one, other = act(file, "adopt", apply=True), act(live, "adopt", apply=True)
        assert one.message == other.message
        assert one.data == other.data
        assert other.data["rows"]
        same(closed, book)
        with FileDoor(closed, write=True) as file, LiveDoor(book, write=True) as live:
            assert act(file, "undo").message == act(live, "undo").message
        same(closed, book)


def test_doors_by_turns(program: xw.App, twins: Callable[..., tuple[Path, Path]], tmp_path: Path) -> None:
    """Refreshed open, saved by the program, refreshed closed, opened again, refreshed open."""
    closed, path = twins("crm")
    saved = tmp_path / "另存.xlsx"
    with opened(program, path) as book:
        with LiveDoor(book, write=True) as live:
            act(live, "refresh")
        book.save(str(saved))
    with FileDoor(saved, write=True) as file:
        act(file, "refresh", now=LATER)
    with FileDoor(closed, write=True) as file:
        act(file, "refresh")
        act(file, "refresh", now=LATER)
    with opened(program, saved) as book:
        with LiveDoor(book, write=False) as live, FileDoor(closed, write=False) as file:
            assert differences(contents(file), contents(live)) == []
        with LiveDoor(book, write=True) as live:
            assert act(live, "refresh", now=LATER).saved is not None


def test_a_workbook_with_everything_in_it(program: xw.App, tmp_path: Path) -> None:
    """The office's own formulas are worked out in an open workbook; all else is the same."""
    closed, path = tmp_path / "关.xlsm", tmp_path / "开.xlsm"
    with few_analysis_sheets():
        everything.build(closed)
    shutil.copy(closed, path)
    with (
        opened(program, path) as book,
        FileDoor(closed, write=True) as file,
        LiveDoor(book, write=True) as live,
    ):
        for name, params in (("refresh", {}), ("normalise", {"apply": True}), ("undo", {})):
            one, other = act(file, name, **params), act(live, name, **params)
            assert (one.message, one.remarks) == (other.message, other.remarks)
            assert one.saved is not None
            assert other.saved is not None
            assert one.saved.cells == other.saved.cells > 0
            assert differences(_without_own_formulas(file), _without_own_formulas(live)) == []


def _without_own_formulas(door: Door) -> dict[str, Any]:
    return {
        sheet: (
            {place: value for place, value in cells.items() if place not in formulas or _is_link(value)},
            formulas,
            {},
        )
        for sheet, (cells, formulas, _) in contents(door).items()
        if sheet not in OWN_SHEETS
    }


def _is_link(value: object) -> bool:
    """Whether a text says where a link leads: 客户资料表 第4行, 客户资料表!C4."""
    return isinstance(value, str) and ("!" in value or " 第" in value)
