"""The ready workbooks in the repository are the ones that the code builds."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from xlcrm.tables import PACKS
from xlcrm.templates import packaged_name, rebuild
from xlcrm.templates.__main__ import main
from xlcrm.templates.book import build
from xlcrm.templates.demo import demo_data

COMMITTED = Path(__file__).parents[2] / "workbook_templates"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("pack", PACKS)
def test_rebuilding_changes_no_part(tmp_path: Path, pack: str) -> None:
    rebuild(tmp_path)
    built, committed = parts(tmp_path / packaged_name(pack)), parts(COMMITTED / packaged_name(pack))
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
@pytest.mark.parametrize("rows", [0, 50])
def test_the_open_xml_validator_has_nothing_to_say(tmp_path: Path, rows: int) -> None:
    program = os.environ.get("XLCRM_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not program:
        pytest.skip("needs ooxml-validator on PATH or in XLCRM_OOXML_VALIDATOR")
    path = tmp_path / "a.xlsx"
    build("crm", path, demo_data(rows, dt.datetime(2026, 11, 20, 10)) if rows else None)
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["errors"] == []
