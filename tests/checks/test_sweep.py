"""Every check on every sheet of every pack: a clean workbook has no finding, each mistake has its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.checks.packs import FIRST, clean_row, clean_sheets, given, tables
from tests.checks.slips import Slip, slips
from xlcrm.checks import CODES, FAMILIES, run_checks
from xlcrm.tables import PACKS, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

pytestmark = pytest.mark.no_cover
"""Whole runs: what they cover, the tests of the rooms cover too, in a fraction of the time."""

V_CODES: Final = [code for code in CODES if code.startswith("V")]
CASES: Final = [
    pytest.param(pack, code, name, id=f"{pack}-{code}-{name}")
    for pack in PACKS
    for code in V_CODES
    for name in tables(pack)
    if slips(pack, code, name)
]
NOT_HERE: Final = {
    "service": {"V16", "V17", "V18", "V25"},
    "crm": {"V18", "V25"},
    "recovery": {"V11", "V16", "V17", "V18", "V25"},
    "relationship": {"V11", "V16", "V17", "V25", "V26"},
    "support": {"V11", "V16", "V17", "V18"},
    "full": set(),
}
"""Pack -> codes that none of its sheets or rules gives a reason for."""


@cache
def found(pack: str, code: str) -> pd.DataFrame:
    """What the checks say of one code about a workbook with all its mistakes."""
    more = {name: [slip.cells for slip in some] for name in tables(pack) if (some := slips(pack, code, name))}
    family = next(family for family in FAMILIES if code in family.CODES)
    told = family.check(given(pack, more))
    own: pd.DataFrame = told[told["code"] == code]
    return own


@pytest.mark.parametrize("pack", PACKS)
def test_a_clean_workbook_has_no_finding(pack: str) -> None:
    told = run_checks(given(pack, {}))
    assert told[["code", "sheet", "heading", "message"]].to_numpy().tolist() == []


@pytest.mark.parametrize("pack", PACKS)
def test_every_sheet_of_the_clean_workbook_has_its_row(pack: str) -> None:
    for name, sheet in clean_sheets(pack).items():
        assert list(sheet.frame.index) == [FIRST]
        filled = sheet.frame[list(clean_row(pack, name))].notna().iloc[0]
        assert filled.all(), name
        assert sheet.notes.empty, name


@pytest.mark.parametrize(("pack", "code", "name"), CASES)
def test_each_mistake_is_found_where_it_is(pack: str, code: str, name: str) -> None:
    told = found(pack, code)
    own = told[told["table"] == name]
    places = set(zip(own["row"].tolist(), own["key"], strict=True))
    rows: Mapping[int, Slip] = dict(enumerate(slips(pack, code, name), FIRST + 1))
    expected = {(row, slip.key) for row, slip in rows.items()}
    expected |= {(slip.also, slip.key) for slip in rows.values() if slip.also}
    assert places == expected


@pytest.mark.parametrize("pack", PACKS)
def test_each_code_concerns_the_packs_that_have_a_reason_for_it(pack: str) -> None:
    here = {code for code in V_CODES if any(slips(pack, code, name) for name in tables(pack))}
    assert set(V_CODES) - here == NOT_HERE[pack]


@pytest.mark.parametrize("pack", PACKS)
def test_findings_speak_of_the_packs_own_sheets_and_headings(pack: str) -> None:
    own = {table.title for table in tables(pack).values()}
    foreign = {title for table in TABLES for title in table.titles} - own
    for code in V_CODES:
        for item in found(pack, code).to_dict("records"):
            table = tables(pack)[item["table"]]
            assert item["sheet"] == table.title
            assert item["heading"] == table.by_key[item["key"]].heading
            text = _without(item["message"] + item["fix"], own)
            assert not [title for title in foreign if title in text], text


def _without(text: str, titles: set[str]) -> str:
    for title in sorted(titles, key=len, reverse=True):
        text = text.replace(title, "")
    return text
