"""Independent judges of a workbook: the Open XML SDK validator and LibreOffice."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

PATIENCE: Final = 240
"""Seconds; LibreOffice starts slowly on a busy machine."""
_ALL_SHEETS: Final = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def validator() -> str:
    program = os.environ.get("XLCRM_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not program:
        pytest.skip("needs ooxml-validator on PATH or in XLCRM_OOXML_VALIDATOR")
    return program


def findings(program: str, path: Path) -> list[str]:
    """What the Open XML SDK says against a file, in an order that compares."""
    done = subprocess.run(
        [program, str(path)], capture_output=True, check=False, encoding="utf-8", timeout=PATIENCE
    )
    return sorted(json.dumps(item, sort_keys=True) for item in json.loads(done.stdout)["errors"])


def office() -> str:
    program = shutil.which("soffice")
    if not program:
        pytest.skip("needs LibreOffice (soffice) on PATH")
    return program


def convert(program: str, paths: Sequence[Path], kind: str, folder: Path) -> None:
    """Let LibreOffice open workbooks and save them as something else, with a profile of its own."""
    profile = (folder / "profile").resolve().as_uri()
    done = subprocess.run(
        [
            *(program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind),
            *("--outdir", str(folder), *map(str, paths)),
        ],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr


def shown_in_libreoffice(
    program: str, paths: Collection[Path], folder: Path
) -> dict[str, dict[str, list[list[str]]]]:
    """Name of a workbook -> sheet -> rows of texts, as LibreOffice reads them."""
    found: dict[str, dict[str, list[list[str]]]] = {path.stem: {} for path in paths}
    convert(program, list(paths), _ALL_SHEETS, folder)
    for file in folder.glob("*.csv"):
        name, _, sheet = file.stem.partition("-")
        with file.open(encoding="utf-8", newline="") as stream:
            found[name][sheet] = list(csv.reader(stream))
    return found
