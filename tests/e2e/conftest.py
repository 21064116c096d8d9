"""Workbooks that several end-to-end tests start from; built once, copied by each test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.running import Ran, call, run
from tests.spreadsheet import few_analysis_sheets
from tests.workbooks import everything
from tests.workbooks.packages import parts
from tests.workbooks.variants import VARIANTS
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = "2026-03-18T10:00"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs are not traced: what they cover, the tests of the rooms cover too, far faster."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def everything_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with everything in it, never refreshed."""
    path = tmp_path_factory.mktemp("everything") / "客户关系管理.xlsm"
    everything.build(path)
    return path


@pytest.fixture(scope="session")
def everything_after(everything_before: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The same workbook after the real command, and what that said."""
    path = tmp_path_factory.mktemp("refreshed") / everything_before.name
    shutil.copy(everything_before, path)
    return path, run("refresh", path, "--now", NOW)


@pytest.fixture(scope="session")
def variant(
    everything_before: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Path, Path, Ran]]:
    """Name of a variant -> the file before and after a refresh, and what was said; each made once."""
    made: dict[str, tuple[Path, Path, Ran]] = {}

    def make(name: str) -> tuple[Path, Path, Ran]:
        if name not in made:
            change, pack = VARIANTS[name]
            before = tmp_path_factory.mktemp(name) / everything_before.name
            before.write_bytes(pack(change(parts(everything_before))))
            after = before.with_name(f"新{before.name}")
            shutil.copy(before, after)
            made[name] = before, after, call("refresh", after, "--now", NOW)
        return made[name]

    return make


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "客户.xlsx"
    data = demo_data(12, everything.NOW)
    with few_analysis_sheets():
        build("crm", path, data)
    return path


@pytest.fixture
def demo(_demo: Path, tmp_path: Path) -> Path:
    """A small workbook of invented customers, never refreshed; the test's own copy."""
    return Path(shutil.copy(_demo, tmp_path / "客户.xlsx"))
