"""Judging: every packaged clock on rows of any content keeps the same few promises."""

from __future__ import annotations

import datetime as dt
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.checks.build import sheet
from tests.compute.build import NOW, facts
from xlcrm.compute.clocks.judging import combine, judge
from xlcrm.compute.clocks.verdicts import (
    AT_RISK,
    BREACHED,
    INVALID,
    MET,
    MET_LATE,
    NOT_STARTED,
    ON_HOLD,
    OPEN,
    RUNNING,
)
from xlcrm.compute.contacts.cadences import cadences
from xlcrm.compute.explain.rows import explain
from xlcrm.compute.run import prepared
from xlcrm.periods import is_date_only
from xlcrm.rules.base import RuleKind
from xlcrm.rules.layout import clock_names, has_clock
from xlcrm.rules.reading import RuleBook, default_book
from xlcrm.tables import BY_NAME, TABLES
from xlcrm.tables.base import NUMBERS, TIMES, Column, Kind, Role

if TYPE_CHECKING:
    from xlcrm.compute.facts import Facts
    from xlcrm.rules.base import Rule
    from xlcrm.tables.frames import SheetData

FULL = default_book("full")
RULES = [rule.model_copy(update={"enabled": True}) for rule in FULL.rules if has_clock(rule)]
ROWS = 40
CUSTOMERS = ("2023001", "2023002", "2023003")


def cell(column: Column, row: int, random: Random) -> Any:
    """Something that the column may hold, or nothing."""
    if column.is_key and column.references == "":
        return (
            CUSTOMERS[row] if column.key == "customer_id" and row < len(CUSTOMERS) else f"{column.key}{row}"
        )
    if column.key == "customer_id":
        return random.choice(CUSTOMERS)
    if column.role is Role.AUTO or random.random() < 0.3:
        return None
    if column.kind in TIMES:
        at = NOW + dt.timedelta(minutes=random.randint(-60 * 24 * 9, 60 * 24 * 3))
        return at.replace(hour=0, minute=0) if random.random() < 0.2 or column.kind is Kind.DATE else at
    if column.choice is not None:
        return random.choice(column.choice.values)
    return random.randint(1, 5) if column.kind in NUMBERS else "文字"


@cache
def tables() -> dict[str, SheetData]:
    """Every table that no refresh rebuilds, with cells of all kinds and a log of changes."""
    random = Random(7)  # noqa: S311 - a draw, not a secret
    data = {
        table.name: sheet(
            table.name,
            [{item.key: cell(item, row, random) for item in table.columns} for row in range(ROWS)],
        )
        for table in TABLES
        if not table.report
    }
    ids = [
        str(one)
        for name in ("complaints", "service_issues", "recovery_cases", "orders")
        for one in data[name].frame[BY_NAME[name].key]
    ]
    log = [
        {
            "case_id": random.choice(ids),
            "changed_at": NOW - dt.timedelta(minutes=random.randint(0, 60 * 24 * 9)),
            "status": random.choice(("等待客户", "处理中", "已解决", "重新打开")),
        }
        for _ in range(150)
    ]
    data["status_changes"] = sheet("status_changes", log)
    return data


def workbook(rules: tuple[Rule, ...]) -> Facts:
    return facts(tables(), RuleBook(rules))


@pytest.fixture(scope="module")
def judged() -> Facts:
    return workbook(tuple(RULES))


def test_every_packaged_rule_with_a_clock_is_judged(judged: Facts) -> None:
    verdicts = judge(judged, prepared(judged))
    assert [one.rule.rule_id for one in verdicts] == [rule.rule_id for rule in RULES]
    assert len(verdicts) > 60
    names = {(rule.table, rule.clock) for rule in RULES}
    assert set(combine(verdicts, judged)) == names
    assert names == {
        (table.name, name) for table in TABLES for name in clock_names(table, judged.rules.rules)
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_verdict_keeps_its_promises(rule: Rule) -> None:
    given = workbook((rule,))
    one = judge(given, prepared(given))[0]
    status, started = one.status, ~np.isnat(one.start)
    stopped = ~np.isnat(one.stop)
    assert len(one.rows)
    assert not np.isnat(one.due[started]).any()
    assert np.isin(status, (NOT_STARTED, INVALID))[~started].all()
    assert np.isin(status, (MET, MET_LATE, INVALID))[started & stopped].all()
    assert np.isin(status, (*OPEN, ON_HOLD, INVALID))[started & ~stopped].all()
    assert (one.due[status == BREACHED] < given.now_at).all()
    assert (one.due[np.isin(status, (RUNNING, AT_RISK, ON_HOLD))] >= given.now_at).all()
    assert (one.due >= one.original_due)[started].all()
    assert (one.breaches[np.isin(status, (BREACHED, MET_LATE))] > 0).all()
    assert (one.breaches[np.isin(status, (MET, NOT_STARTED, INVALID))] == 0).all()
    if rule.kind is not RuleKind.REPEAT:
        timed = started & stopped & ~is_date_only(one.stop)
        assert (one.stop[timed & (status == MET)] <= one.due[timed & (status == MET)]).all()
        assert (one.stop[timed & (status == MET_LATE)] > one.due[timed & (status == MET_LATE)]).all()


@pytest.mark.parametrize("table", sorted({rule.table for rule in FULL.rules}))
def test_every_rule_of_a_row_can_be_explained(table: str) -> None:
    rules = tuple(rule.model_copy(update={"enabled": True}) for rule in FULL.rules if rule.table == table)
    given = workbook(rules)
    lookups = prepared(given)
    contacts = cadences(given, lookups)
    expected = [rule for rule in rules if rule.kind is not RuleKind.CALENDAR]
    for row in given.frame(table).index[:6]:
        found = explain(given, lookups, contacts, table, int(row))
        assert len(found) == len(expected)
        assert all(reason.lines and all(reason.lines) for reason in found)
