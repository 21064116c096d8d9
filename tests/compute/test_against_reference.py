"""Random workbooks: every clock, cadence and place on the list must be what the plain reference says."""

from __future__ import annotations

import datetime as dt
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compute.build import Run, clock_words, run
from tests.compute.random_book import NOW, calendars, rules, workbook
from tests.compute.reference import Reference
from tests.compute.reference_book import Book
from tests.compute.reference_calendar import end_of_day, midnight
from tests.compute.reference_tasks import Tasks
from xlcrm.compute.facts import Facts
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_book

PACKS = ("service", "crm", "recovery", "relationship", "support", "full")


def both(seed: int, size: int, pack: str = "full", *, drawn: bool) -> tuple[Run, Reference]:
    """The same random workbook, computed and judged by the reference."""
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    data = workbook(random, size, pack)
    book: RuleBook = rules(random, pack) if drawn else default_book(pack)
    worktime, plain = calendars(random)
    parameters = Parameters(
        reopened=random.choice(("续算", "重启", "保留原判")),
        started_on=random.choice((None, NOW.date() - dt.timedelta(days=5))),
        horizon_days=random.choice((0, 7, 30)),
    )
    computed = run(Facts(data, book, parameters, worktime, NOW))
    return computed, Reference(Book(data, book.rules, parameters, NOW), plain)


def check_clocks(computed: Run, reference: Reference) -> None:
    words = clock_words(computed)
    expected = reference.clocks()
    assert words.keys() == expected.keys()
    for key, rows in expected.items():
        for place, (found, wanted) in enumerate(zip(words[key], rows, strict=True)):
            assert found == wanted, (key, place, reference.book.rows(key[0])[place])


@pytest.mark.parametrize("pack", PACKS)
def test_clocks_of_each_pack_agree(pack: str) -> None:
    check_clocks(*both(1, 15, pack, drawn=False))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9))
def test_clocks_of_any_small_workbook_agree(seed: int) -> None:
    check_clocks(*both(seed, 12, drawn=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("drawn", [False, True], ids=["packaged rules", "drawn rules"])
def test_clocks_agree_cell_by_cell(seed: int, drawn: bool) -> None:  # noqa: FBT001 - a parameter of the test
    check_clocks(*both(seed, 50, drawn=drawn))


def check_tasks(computed: Run, reference: Reference) -> None:
    expected = Tasks(reference)
    shown = computed.columns["customers"]
    labels = {rule.label: rule.rule_id for rule in computed.facts.rules.rules} | {None: ""}
    days = shown["next_contact_on"].astype("datetime64[D]").tolist()
    found = list(zip(days, [labels[label] for label in shown["next_contact_rule"]], strict=True))
    assert found == expected.next_contacts()
    rows = computed.shown.rows
    found_tasks = {
        number: (state, priority, None if at is pd.NaT else at)
        for number, state, priority, at in zip(
            rows["task_id"], rows["state"], rows["priority"], rows["due_at"], strict=True
        )
    }
    assert len(found_tasks) == len(rows)
    wanted = {
        number: (
            state,
            priority,
            None if due is None else midnight(due.date()) if due == end_of_day(due) else due,
        )
        for number, (state, priority, due) in expected.all().items()
    }
    assert found_tasks == wanted


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
@pytest.mark.parametrize("drawn", [False, True], ids=["packaged rules", "drawn rules"])
def test_tasks_and_next_contacts_agree(seed: int, drawn: bool) -> None:  # noqa: FBT001 - a parameter of the test
    check_tasks(*both(seed, 60, "crm", drawn=drawn))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9))
def test_tasks_of_any_small_workbook_agree(seed: int) -> None:
    check_tasks(*both(seed, 8, "crm", drawn=True))
