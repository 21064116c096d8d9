"""Every pack's workbook, built once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import openpyxl
import pytest
from openpyxl import Workbook

from xlcrm.tables import PACKS
from xlcrm.templates import build

if TYPE_CHECKING:
    from pathlib import Path

Books: TypeAlias = dict[str, Workbook]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("templates")
    paths = {pack: folder / f"{pack}.xlsx" for pack in PACKS}
    for pack, path in paths.items():
        build(pack, path)
    return paths


@pytest.fixture(scope="session")
def books(templates: dict[str, Path]) -> Books:
    return {pack: openpyxl.load_workbook(path) for pack, path in templates.items()}


@pytest.fixture(scope="session")
def template(templates: dict[str, Path]) -> Path:
    return templates["crm"]


@pytest.fixture(scope="session")
def opened(books: Books) -> Workbook:
    return books["crm"]
