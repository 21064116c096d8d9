"""The checks that the office's contract names (tests/contract/checks.csv), held in both directions."""

from __future__ import annotations

import csv
from pathlib import Path

from xlcrm.checks import CODES

CONTRACT = {
    row["code"]: frozenset(row["levels"].split("/"))
    for row in csv.DictReader(
        (Path(__file__).parents[1] / "contract" / "checks.csv").read_text(encoding="utf-8").splitlines()
    )
}
OWN = {"R01", "R02", "R03", "R04", "R05", "R06", "S01", "S02"}
"""Codes of our own: rules that cannot be used, and what a workbook lacks."""


def test_every_check_is_declared_and_no_other() -> None:
    assert set(CODES) == set(CONTRACT) | OWN


def test_a_check_may_speak_at_the_levels_of_the_contract() -> None:
    missing = {code: levels - set(CODES[code].levels) for code, levels in CONTRACT.items()}
    assert not {code: levels for code, levels in missing.items() if levels}
