"""Laws that hold whatever the workbook says: order, repetition, time going on, gaps, absence."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.checks.build import complaint, customer, record, sheet
from tests.compute.build import CALENDAR, Run, clock_words, computed, run
from tests.compute.random_book import NOW, calendars, rules, workbook
from xlcrm.compute.facts import Facts
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book
from xlcrm.tables import SYSTEM_TABLES, TABLES
from xlcrm.tables.frames import SheetData

if TYPE_CHECKING:
    from collections.abc import Mapping

SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def with_frame(one: SheetData, frame: pd.DataFrame) -> SheetData:
    return SheetData(one.table, one.sheet, one.heading_row, one.places, one.headings, frame, one.notes)


def drawn(seed: int, *, unique: bool = False) -> tuple[dict[str, SheetData], Random]:
    """A random workbook; `unique`: no customer, case or moment twice, so that no tie depends on the order."""
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    data = workbook(random, 10)
    if unique:
        for name, keys in (("customers", ["customer_id", "name"]), ("followup_records", ["touched_at"])):
            frame = data[name].frame.dropna(subset=keys)
            for key in keys:
                frame = frame.drop_duplicates(key)
            data[name] = with_frame(data[name], frame)
        for name in ("status_changes", "complaint_steps"):
            key = "changed_at" if name == "status_changes" else "handled_at"
            data[name] = with_frame(data[name], data[name].frame.drop_duplicates(key))
    return data, random


def at(data: Mapping[str, SheetData], now: dt.datetime = NOW, seed: int = 0) -> Run:
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    return run(Facts(data, rules(random), Parameters(), calendars(random)[0], now))


def by_row(one: Run) -> dict[tuple[str, object], tuple[object, ...]]:
    """(table, Excel row) -> all clock words of the row."""
    found: dict[tuple[str, object], tuple[object, ...]] = {}
    for (table, name), words in clock_words(one).items():
        for row, word in zip(one.facts.frame(table).index, words, strict=True):
            found[table, row] = (*found.get((table, row), ()), name, word)
    return found


def listed(one: Run) -> pd.DataFrame:
    rows = one.shown.rows.sort_values("task_id").reset_index(drop=True)
    return rows.drop(columns=["source"])


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
    data, _ = drawn(seed)
    data.pop("status_changes")
    cases = data["complaints"].frame
    data["complaints"] = with_frame(
        data["complaints"], cases.assign(status=pd.Series(index=cases.index, dtype="str"))
    )
    early, late = at(data, seed=seed), at(data, NOW + dt.timedelta(minutes=later), seed=seed)
    for key, words in clock_words(early).items():
        for (status, _, rule), (after, _, after_rule) in zip(words, clock_words(late)[key], strict=True):
            if status == "已超时" and rule == after_rule:
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
    gaps = {
        name: with_frame(
            one, one.frame.set_axis(np.cumsum([random.randint(1, 9) for _ in range(len(one.frame))]))
        )
        for name, one in data.items()
    }
    one, other = at(data, seed=seed), at(gaps, seed=seed)
    assert clock_words(one) == clock_words(other)
    keys = ["priority", "state", "due_at", "task", "customer_id", "rule"]
    pd.testing.assert_frame_equal(one.shown.rows[keys], other.shown.rows[keys])


@QUICK
@given(seed=SEEDS, back=st.integers(0, 60 * 24 * 10))
def test_what_lies_ahead_is_not_there_yet(seed: int, back: int) -> None:
    """A replay with an earlier now says what a workbook without the later rows and times says."""
    data, _ = drawn(seed)
    now = NOW - dt.timedelta(minutes=back)
    seen = {}
    for name, one in data.items():
        frame = one.frame
        touched = {"status_changes": "changed_at", "complaint_steps": "handled_at"}.get(
            name
        ) or one.table.touched
        if touched and name != "complaints":
            frame = frame[~(frame[touched] > now)]
        for column in one.table.columns:
            if column.past and column.key != touched:
                frame = frame.assign(**{column.key: frame[column.key].where(~(frame[column.key] > now))})
        seen[name] = with_frame(one, frame)
    cases = data["complaints"].frame
    unsure = pd.Series(index=cases.index, dtype="str")
    data["complaints"] = with_frame(data["complaints"], cases.assign(status=unsure))
    seen["complaints"] = with_frame(seen["complaints"], seen["complaints"].frame.assign(status=unsure))
    replayed, visible = at(data, now, seed), at(seen, now, seed)
    kept = by_row(visible)
    assert {row: word for row, word in by_row(replayed).items() if row in kept} == kept
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
    assert set(alone.columns) == {name}


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
