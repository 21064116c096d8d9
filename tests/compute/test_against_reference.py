"""Random workbooks: every clock, cadence and place on the list must be what the plain reference says."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compute.agreement import check_clocks, check_tasks
from tests.compute.build import Run, run
from tests.compute.random_book import NOW, calendars, moved, rules, workbook
from tests.compute.reference import Reference
from tests.compute.reference_book import Book
from xlcrm.compute.facts import Facts
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_book

pytestmark = pytest.mark.no_cover
"""Whole runs by the hundred: what they cover, the tests of the rooms cover too, in a third of the time."""
HOLIDAYS = (38, 75)
"""Days from NOW to the end of December and to the days before the Spring Festival."""
PACKS = ("service", "crm", "recovery", "relationship", "support", "full")


def both(seed: int, size: int, pack: str = "full", *, drawn: bool) -> tuple[Run, Reference]:
    """The same random workbook, computed and judged by the reference; at times before the holidays."""
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    days = random.choice((0, 0, *HOLIDAYS))
    now = NOW + dt.timedelta(days=days)
    data = moved(workbook(random, size, pack), days)
    book: RuleBook = rules(random, pack) if drawn else default_book(pack)
    worktime, plain = calendars(random, now)
    parameters = Parameters(
        reopened=random.choice(("续算", "重启", "保留原判")),
        started_on=random.choice((None, now.date() - dt.timedelta(days=5))),
        horizon_days=random.choice((0, 7, 30)),
    )
    computed = run(Facts(data, book, parameters, worktime, now))
    return computed, Reference(Book(data, book.rules, parameters, now), plain)


def check(seed: int, size: int, pack: str = "full", *, drawn: bool) -> None:
    computed, reference = both(seed, size, pack, drawn=drawn)
    check_clocks(computed, reference)
    check_tasks(computed, reference)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("drawn", [False, True], ids=["packaged rules", "drawn rules"])
def test_a_workbook_of_each_pack_agrees(pack: str, drawn: bool) -> None:  # noqa: FBT001 - a parameter of the test
    check(1, 20, pack, drawn=drawn)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9))
def test_any_small_workbook_agrees(seed: int) -> None:
    check(seed, 12, drawn=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 108))
@pytest.mark.parametrize("drawn", [False, True], ids=["packaged rules", "drawn rules"])
def test_large_workbooks_agree(seed: int, drawn: bool) -> None:  # noqa: FBT001 - a parameter of the test
    check(seed, 50, drawn=drawn)
