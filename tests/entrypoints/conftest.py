"""The small demo workbook, as the end-to-end tests have it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.spreadsheet import few_analysis_sheets
from tests.workbooks.everything import NOW
from xlcrm.templates import build
from xlcrm.templates.demo import demo_data


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "客户.xlsx"
    with few_analysis_sheets():
        build("crm", path, demo_data(12, NOW))
    return path


@pytest.fixture
def demo(_demo: Path, tmp_path: Path) -> Path:
    """A small workbook of invented customers, never refreshed; the test's own copy."""
    return Path(shutil.copy(_demo, tmp_path / "客户.xlsx"))
