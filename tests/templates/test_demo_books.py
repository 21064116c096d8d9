"""Demo workbooks: what is built reads back as it was, clean data is clean, and each sheet shows something."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from xlcrm.actions.base import silent
from xlcrm.actions.loading import load
from xlcrm.actions.refresh import check_input
from xlcrm.checks import run_checks
from xlcrm.compute.matching import match
from xlcrm.compute.run import run
from xlcrm.rules.base import RuleKind
from xlcrm.tables import PACKS, tables_of
from xlcrm.templates import build
from xlcrm.templates.demo import clean_data, demo_data
from xlcrm.templates.demo.mistakes import slips_of
from xlcrm.templates.demo.wording import in_words
from xlcrm.workbook.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlcrm.actions.loading import Loaded
    from xlcrm.compute.run import Run

NOW = dt.datetime(2026, 11, 20, 10, 30)

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


@cache
def clean(pack: str) -> dict[str, pd.DataFrame]:
    """The clean demo data of a pack, made once; nobody changes them."""
    return clean_data(300, NOW, pack=pack)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Loaded]:
    """The clean demo workbook of a pack, built and read once."""

    @cache
    def read(pack: str) -> Loaded:
        path = tmp_path_factory.mktemp("demo") / f"{pack}.xlsx"
        return _read(path, pack, clean(pack))

    return read


@pytest.fixture(scope="module")
def computed(loaded: Callable[[str], Loaded]) -> Callable[[str], Run]:
    @cache
    def work(pack: str) -> Run:
        return run(loaded(pack).facts)

    return work


def _read(path: Path, pack: str, data: dict[str, pd.DataFrame]) -> Loaded:
    build(pack, path, in_words(data, pack))
    with FileDoor(path, write=False) as door:
        return load(door, NOW, silent)


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_built_reads_back_as_it_was(loaded: Callable[[str], Loaded], pack: str) -> None:
    found = loaded(pack)
    assert found.pack == pack
    for name, frame in clean(pack).items():
        back = found.reading.tables[name]
        pd.testing.assert_frame_equal(back.frame[list(frame)].reset_index(drop=True), frame)
        assert back.notes.empty, back.notes
    for table in tables_of(pack):
        if table.report:
            assert found.reading.tables[table.name].frame.empty


@pytest.mark.parametrize("pack", PACKS)
def test_clean_data_has_no_errors(loaded: Callable[[str], Loaded], pack: str) -> None:
    found = run_checks(check_input(loaded(pack)))
    errors = found[found["level"] == "错误"]
    assert errors.empty, errors[["code", "sheet", "row", "message"]].to_string()


@pytest.mark.parametrize("pack", PACKS)
def test_each_enabled_rule_has_a_row_to_work_on(computed: Callable[[str], Run], pack: str) -> None:
    facts = computed(pack).facts
    assert [rule.rule_id for rule in facts.rules.enabled if rule not in facts.active] == []
    about_rows = [rule for rule in facts.active if rule.kind is not RuleKind.CALENDAR]
    assert [rule.rule_id for rule in about_rows if not match(rule.when, facts).any()] == []


@pytest.mark.parametrize("pack", PACKS)
def test_each_list_shows_something(computed: Callable[[str], Run], pack: str) -> None:
    found = computed(pack)
    assert set(found.shown.rows["state"]) == {"逾期", "今日到期", "即将到期"}
    assert len(found.shown.rows) < 600
    assert found.alerts.breached
    reports = {table.name for table in tables_of(pack) if table.report}
    assert set(found.sheets) == reports - {"analysis_details"}  # which comes with the analysis
    assert all(len(rows) for rows in found.sheets.values())


@pytest.mark.parametrize("pack", PACKS)
def test_the_checks_find_every_slip(tmp_path: Path, pack: str) -> None:
    found = run_checks(check_input(_read(tmp_path / "demo.xlsx", pack, demo_data(60, NOW, pack=pack))))
    told = set(zip(found["table"], found["key"], strict=True))
    assert {(table, key) for table, key, _ in slips_of(pack)} <= told
    assert len(found) < 100


@pytest.mark.parametrize("pack", PACKS)
def test_slips_are_few_and_leave_the_rest_alone(pack: str) -> None:
    sound, demo = clean(pack), demo_data(300, NOW, pack=pack)
    changed = {
        (name, str(key)): sum(
            not (one == other or (pd.isna(one) and pd.isna(other)))
            for one, other in zip(frame[key].tolist(), sound[name][key].tolist(), strict=True)
        )
        for name, frame in demo.items()
        for key in frame
    }
    slips = {place: count for place, count in changed.items() if count}
    assert set(slips) == {(table, key) for table, key, _ in slips_of(pack)}
    forgotten = slips.pop(("customers", "updated_on"))
    assert forgotten < 10
    assert all(count <= 4 for count in slips.values())
