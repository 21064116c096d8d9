"""The small office's workbook, made once and copied by each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.mail_office import office


@pytest.fixture(scope="session")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office(tmp_path_factory.mktemp("office") / "客户.xlsx")


@pytest.fixture
def workbook(_office: Path, tmp_path: Path) -> Path:
    """The test's own copy."""
    return Path(shutil.copy(_office, tmp_path / "客户.xlsx"))
