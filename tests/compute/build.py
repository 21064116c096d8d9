"""Facts in memory, and one whole computation of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.checks.build import sheet
from xlcrm.compute import run as compute_run
from xlcrm.compute.clocks.verdicts import STATUSES
from xlcrm.compute.facts import Facts
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import RuleBook, default_book, default_rows, parse_rule
from xlcrm.tables.frames import SheetData
from xlcrm.worktime import Worktime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.rules.base import Rule

NOW = dt.datetime(2026, 11, 20, 10, 30)
"""A Friday."""
CALENDAR = Worktime.build()


@dataclass(frozen=True)
class Run(compute_run.Run):
    """A run, with short ways to what tests ask for."""

    def status(self, table: str, clock: str, row: int = 0) -> str | None:
        """The shown status of a row, by its position."""
        found: str | None = self.columns[table][f"{clock}状态"][row]
        return found

    def due(self, table: str, clock: str, row: int = 0) -> dt.datetime:
        """The shown deadline of a row, by its position; midnight where it is a date."""
        at: dt.datetime = self.columns[table][f"{clock}截止"][row].astype("datetime64[s]").item()
        return at

    def task_rules(self) -> list[str]:
        """Rule ids of the tasks on the list, in its order."""
        return [label.split(" ")[0] for label in self.shown.rows["rule"]]


def book(*rule_ids: str, **changed: Mapping[str, str]) -> RuleBook:
    """The packaged rules of crm; with ids only those of any pack, enabled; `changed` gives other cells."""
    chosen = set(rule_ids) | set(changed)
    rows = [dict(row) for row in default_rows("full" if chosen else "crm")]
    if chosen:
        rows = [{**row, "启用": "是"} for row in rows if row["规则编号"] in chosen]
    return RuleBook(tuple(parse_rule({**row, **changed.get(row["规则编号"], {})}) for row in rows))


def facts(
    rows: Mapping[str, Any],
    rules: RuleBook | None = None,
    *,
    now: dt.datetime = NOW,
    calendar: Worktime = CALENDAR,
    **parameters: Any,
) -> Facts:
    """What a computation starts from: table -> rows (column key -> value), or a sheet as it is."""
    data = {
        name: given if isinstance(given, SheetData) else sheet(name, given) for name, given in rows.items()
    }
    return Facts(
        data, default_book("crm") if rules is None else rules, Parameters(**parameters), calendar, now
    )


def run(given: Facts) -> Run:
    """The stages of a refresh between reading and writing."""
    return Run(**vars(compute_run.run(given)))


def computed(
    rows: Mapping[str, Any],
    rules: RuleBook | None = None,
    *,
    now: dt.datetime = NOW,
    calendar: Worktime = CALENDAR,
    **parameters: Any,
) -> Run:
    """`facts`, then `run`."""
    return run(facts(rows, rules, now=now, calendar=calendar, **parameters))


def clock_words(run_: Run) -> dict[tuple[str, str], list[tuple[str | None, dt.datetime | None, str]]]:
    """(table, clock) -> status (None: not judged or no rule), deadline to the second and rule of each row."""
    return {
        key: [
            (
                None if rule < 0 or status < 0 else STATUSES[status],
                due,
                "" if rule < 0 else clock.rules[rule].rule_id,
            )
            for rule, status, due in zip(
                clock.rule.tolist(),
                clock.status.tolist(),
                clock.due.astype("datetime64[s]").tolist(),
                strict=True,
            )
        ]
        for key, clock in run_.clocks.items()
    }


def rule_of(run_: Run, rule_id: str) -> Rule:
    """A rule of the run."""
    found = run_.facts.rules.get(rule_id)
    assert found is not None, rule_id
    return found
