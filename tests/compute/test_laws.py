"""Laws that hold whatever the workbook says: order, repetition, time going on, gaps, absence."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.checks.build import complaint, customer, record, sheet
from tests.compute.build import CALENDAR, Run, clock_words, computed, run
from tests.compute.random_book import NOW, calendars, rules, workbook
from xlcrm.compute.clocks.events import ENDS
from xlcrm.compute.facts import Facts
from xlcrm.rules.base import RuleKind
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.tables.frames import SheetData

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.no_cover
"""Whole runs by the hundred: what they cover, the tests of the rooms cover too, in a third of the time."""
SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PACKS = ("full", "support", "relationship", "crm", "recovery", "service")
CASES = (*ENDS, "presales")
"""Tables whose rows hold many moments, the first of which need not be the earliest."""
LOGS = {"status_changes": "changed_at", "complaint_steps": "handled_at"}


def pack_of(seed: int) -> str:
    """Every pack has its turn."""
    return PACKS[seed % len(PACKS)]


def with_frame(one: SheetData, frame: pd.DataFrame, rows: Mapping[int, int] | None = None) -> SheetData:
    """A sheet with other cells; `rows` says where rows went that notes are on."""
    notes = one.notes if rows is None else one.notes.assign(row=one.notes["row"].map(dict(rows)))
    return SheetData(one.table, one.sheet, one.heading_row, one.places, one.headings, frame, notes)


def drawn(seed: int, *, unique: bool = False) -> tuple[dict[str, SheetData], Random]:
    """A random workbook; `unique`: no customer, case or moment twice, so that no tie depends on the order."""
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    data = workbook(random, 10, pack_of(seed))
    if unique:
        for name, one in data.items():
            keys = ["customer_id", "name"] if name == "customers" else [one.table.key, one.table.touched]
            frame = one.frame
            for key in filter(None, [*keys, LOGS.get(name, "")]):
                frame = frame.dropna(subset=key).drop_duplicates(key)
            data[name] = with_frame(one, frame)
    return data, random


def without_statuses(data: Mapping[str, SheetData]) -> dict[str, SheetData]:
    """The same workbook, but its cases do not say themselves how they stand."""
    blank = {
        name: with_frame(one, one.frame.assign(status=pd.Series(index=one.frame.index, dtype="str")))
        for name, one in data.items()
        if name in ENDS and "status" in one.frame
    }
    return {**data, **blank}


def at(data: Mapping[str, SheetData], now: dt.datetime = NOW, seed: int = 0) -> Run:
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    return run(Facts(data, rules(random, pack_of(seed)), Parameters(), calendars(random)[0], now))


def by_row(one: Run) -> dict[tuple[str, object], tuple[Any, ...]]:
    """(table, Excel row) -> all clock words of the row."""
    found: dict[tuple[str, object], tuple[Any, ...]] = {}
    for (table, name), words in clock_words(one).items():
        for row, word in zip(one.facts.frame(table).index, words, strict=True):
            found[table, row] = (*found.get((table, row), ()), name, word)
    return found


def begun(one: Run) -> dict[tuple[str, object], list[object]]:
    """As `by_row` without clocks that have no deadline: a filled cell may ask for one that lies ahead."""
    return {
        row: [word if isinstance(word, str) or word[1] else (None, None, "") for word in words]
        for row, words in by_row(one).items()
    }


def listed(one: Run) -> pd.DataFrame:
    """The list by task; of several spellings of a tag the first one is shown."""
    rows = one.shown.rows.sort_values("task_id").reset_index(drop=True)
    task = rows["task"].str.normalize("NFKC").str.lower()
    return rows.assign(task=task).drop(columns=["source"])


def placeless(one: Run) -> pd.DataFrame:
    """The list without what says where a row stands: its source, and the name of a case without id."""
    rows = one.shown.rows[["priority", "state", "due_at", "task", "customer_id", "rule"]]
    return rows.assign(task=rows["task"].str.replace(r"第\d+行", "第?行", regex=True))


@QUICK
@given(seed=SEEDS)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    data, random = drawn(seed, unique=True)
    shuffled = {
        name: with_frame(one, one.frame.sample(frac=1, random_state=random.randrange(10**6)))
        for name, one in data.items()
    }
    one, other = at(data, seed=seed), at(shuffled, seed=seed)
    assert by_row(one) == by_row(other)
    pd.testing.assert_frame_equal(listed(one), listed(other))


@QUICK
@given(seed=SEEDS)
def test_the_same_input_gives_the_same(seed: int) -> None:
    data, _ = drawn(seed)
    before = {name: one.frame.copy() for name, one in data.items()}
    one, other = at(data, seed=seed), at(data, seed=seed)
    pd.testing.assert_frame_equal(one.shown.rows, other.shown.rows)
    pd.testing.assert_frame_equal(one.alerts.rows, other.alerts.rows)
    assert clock_words(one) == clock_words(other)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, data[name].frame)


@QUICK
@given(seed=SEEDS, later=st.integers(1, 60 * 24 * 40))
def test_a_breached_clock_stays_breached_until_it_stops(seed: int, later: int) -> None:
    """A repeat stops at every feedback, and what lies ahead may move a start and so a deadline."""
    data, _ = drawn(seed)
    data.pop("status_changes", None)
    data = without_statuses(data)
    early, late = at(data, seed=seed), at(data, NOW + dt.timedelta(minutes=later), seed=seed)
    repeats = {rule.rule_id for rule in early.facts.rules.rules if rule.kind is RuleKind.REPEAT}
    for key, words in clock_words(early).items():
        for (status, *same), (after, *held) in zip(words, clock_words(late)[key], strict=True):
            if status == "已超时" and same == held and same[-1] not in repeats:
                assert after in ("已超时", "超时完成")


@QUICK
@given(seed=SEEDS)
def test_a_task_id_never_appears_twice(seed: int) -> None:
    data, _ = drawn(seed)
    twice = {
        name: with_frame(one, pd.concat([one.frame, one.frame.set_axis(one.frame.index + 1000)]))
        for name, one in data.items()
    }
    for one in (at(data, seed=seed), at(twice, seed=seed)):
        assert not one.shown.rows["task_id"].duplicated().any()


@QUICK
@given(seed=SEEDS)
def test_nothing_depends_on_blank_rows_between(seed: int) -> None:
    data, random = drawn(seed)
    gaps = {}
    for name, sheet_ in data.items():
        places = np.cumsum([random.randint(1, 9) for _ in range(len(sheet_.frame))])
        moved = dict(zip(sheet_.frame.index.tolist(), places.tolist(), strict=True))
        gaps[name] = with_frame(sheet_, sheet_.frame.set_axis(places), moved)
    one, other = at(data, seed=seed), at(gaps, seed=seed)
    assert clock_words(one) == clock_words(other)
    pd.testing.assert_frame_equal(placeless(one), placeless(other))


@QUICK
@given(seed=SEEDS, back=st.integers(0, 60 * 24 * 10))
def test_what_lies_ahead_is_not_there_yet(seed: int, back: int) -> None:
    """A replay with an earlier now says what a workbook without the later rows and times says."""
    data, _ = drawn(seed)
    now = NOW - dt.timedelta(minutes=back)
    data, seen = without_statuses(data), {}
    for name, one in data.items():
        frame = one.frame
        touched = LOGS.get(name) or one.table.touched
        if touched and name not in CASES:
            frame = frame[~(frame[touched] > now)]
        for column in one.table.columns:
            if column.past and column.key != touched:
                frame = frame.assign(**{column.key: frame[column.key].where(~(frame[column.key] > now))})
        seen[name] = with_frame(one, frame)
    replayed, visible = at(data, now, seed), at(seen, now, seed)
    kept = begun(visible)
    assert {row: word for row, word in begun(replayed).items() if row in kept} == kept
    pd.testing.assert_frame_equal(listed(replayed), listed(visible))


def test_sheets_without_rows_give_empty_lists() -> None:
    empty = computed({table.name: [] for table in (*TABLES, *SYSTEM_TABLES)})
    assert set(empty.task_rules()) <= {"C34"}
    assert empty.alerts.rows.empty
    assert all(len(values) == 0 for columns in empty.columns.values() for values in columns.values())


def test_no_sheets_at_all_give_empty_lists() -> None:
    nothing = computed({})
    assert (len(nothing.shown.rows), len(nothing.alerts.rows), nothing.columns) == (0, 0, {})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_sheet_alone_can_be_computed(table: object) -> None:
    data, _ = drawn(3)
    name = table.name  # type: ignore[attr-defined] # a Table
    alone = at({name: data[name]} if name in data else {name: sheet(name, [])})
    assert set(alone.columns) == ({name} if not table.report else set())  # type: ignore[attr-defined] # a Table


def test_a_customer_twice_is_one_customer() -> None:
    rows = {
        "customers": [
            customer(stage="潜在", grade="A类"),
            customer(stage="潜在", grade="A类"),
            customer(customer_id=None),
        ],
        "followup_records": [record(touched_at="2026-11-01 09:00")],
    }
    found = computed(rows)
    assert found.task_rules().count("C05") == 1
    assert found.columns["customers"]["next_contact_on"].astype(str).tolist()[2] == "NaT"


def test_unknown_customers_keep_their_own_tasks() -> None:
    record_of = {"next_action": "发送报价", "next_action_by": "2026-11-18", "touched_at": "2026-11-10 09:00"}
    rows = {
        "customers": [customer()],
        "followup_records": [
            record(customer_id="8888888", name="甲", **record_of),
            record(customer_id="9999999", name="乙", **record_of),
        ],
        "complaints": [complaint(customer_id="7777777", name="丙")],
    }
    found = computed(rows)
    tasks = found.shown.rows
    assert set(tasks.loc[tasks["rule"].str.startswith("C16"), "customer_id"]) == {"8888888", "9999999"}
    assert set(tasks.loc[tasks["rule"].str.startswith("C28"), "name"]) == {"丙"}


def test_the_packaged_rules_work_for_a_calendar_without_holidays() -> None:
    data, _ = drawn(5)
    found = run(Facts(data, default_book("crm"), Parameters(), CALENDAR, NOW))
    assert sum(found.shown.counts.values()) == len(found.shown.rows)
