"""From what was read to what is shown: every stage of a run in its order, pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.compute.accounts import derive
from xlcrm.compute.clocks.events import fill_from_steps
from xlcrm.compute.clocks.judging import combine, judge
from xlcrm.compute.columns import Columns, auto_columns
from xlcrm.compute.contacts.cadences import Cadence, cadence_tasks, cadences
from xlcrm.compute.contacts.occasions import calendar_tasks, festival_tasks, milestone_tasks
from xlcrm.compute.lists.alerts import Alerts, alerts
from xlcrm.compute.lists.due_list import DueList, clock_tasks, due_list
from xlcrm.compute.lists.reports import reports
from xlcrm.compute.states.signals import quiet_since, state_tasks, threshold_tasks
from xlcrm.compute.tasks import join
from xlcrm.compute.touches import Lookups

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from xlcrm.compute.clocks.verdicts import Clock
    from xlcrm.compute.facts import Facts, Flags, Moments
    from xlcrm.rules.base import Rule


@dataclass(frozen=True)
class Run:
    """Everything that one run works out.

    Attributes:
        facts: what it started from, with what stands in for typed cells.
        lookups: the contacts that rules looked up.
        clocks: (table, clock name) -> that clock on every row.
        contacts: every cadence on the customers that it matches.
        tasks: a tasks frame (see `compute.tasks`).
        columns: table -> its auto columns.
        shown: 到期清单 as it is to be shown.
        alerts: 超时预警 as it is to be shown.
        sheets: list that is rebuilt from the tables (客户分级名册, 回访名单 …) -> its rows, with the user's
            own texts beside those that they belong to; only lists that the workbook has.
        retired: texts of the user's whose rows have left those lists, for 操作日志.
    """

    facts: Facts
    lookups: Lookups
    clocks: Mapping[tuple[str, str], Clock]
    contacts: list[Cadence]
    tasks: pd.DataFrame
    columns: dict[str, Columns]
    shown: DueList
    alerts: Alerts
    sheets: Mapping[str, pd.DataFrame]
    retired: tuple[str, ...]


def prepared(facts: Facts) -> Lookups:
    """Fill in what stands in for typed cells, once, and give the lookups that every stage shares."""
    facts.derived.update(fill_from_steps(facts))
    derive(facts)
    return Lookups(facts)


@dataclass(frozen=True)
class Found:
    """What the first stages find: what is to be done, and what that rests on (see `Run`)."""

    lookups: Lookups
    clocks: Mapping[tuple[str, str], Clock]
    contacts: list[Cadence]
    quiet: list[tuple[Rule, Flags, Moments]]
    tasks: pd.DataFrame


def find(facts: Facts) -> Found:
    """The tasks of every kind of rule."""
    lookups = prepared(facts)
    clocks = combine(judge(facts, lookups), facts)
    contacts = cadences(facts, lookups)
    quiet = quiet_since(facts, lookups)
    tasks = join(
        [
            clock_tasks(facts, clocks),
            cadence_tasks(facts, contacts),
            milestone_tasks(facts, lookups),
            festival_tasks(facts, lookups),
            calendar_tasks(facts),
            state_tasks(facts, lookups, quiet, clocks, contacts),
            threshold_tasks(facts, lookups),
        ]
    )
    return Found(lookups, clocks, contacts, quiet, tasks)


def run(facts: Facts) -> Run:
    """The stages of a refresh between reading and writing."""
    found = find(facts)
    lookups, clocks, contacts, tasks = found.lookups, found.clocks, found.contacts, found.tasks
    columns = auto_columns(facts, lookups, clocks, contacts, found.quiet)
    shown, warnings = due_list(facts, tasks), alerts(facts, clocks)
    lists = reports(facts, lookups, columns)
    sheets = {name: report.rows for name, report in lists.items()}
    retired = tuple(text for report in lists.values() for text in report.retired)
    return Run(facts, lookups, clocks, contacts, tasks, columns, shown, warnings, sheets, retired)
