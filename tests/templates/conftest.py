"""The crm workbook, built once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlcrm.templates import build

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("templates") / "crm.xlsx"
    build("crm", path)
    return path


@pytest.fixture(scope="session")
def opened(template: Path) -> Workbook:
    return openpyxl.load_workbook(template)
