"""The sheets that a refresh rebuilds from the tables, each where the workbook has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xlcrm.compute.lists.call_list import call_list
from xlcrm.compute.lists.kept import Report
from xlcrm.compute.lists.maintenance import maintenance_summaries
from xlcrm.compute.lists.open_cases import meeting_list
from xlcrm.compute.lists.recovery import recovery_assessments
from xlcrm.compute.lists.relationship import grade_roster
from xlcrm.rules.layout import WORST_STATUS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlcrm.compute.columns import Columns
    from xlcrm.compute.facts import Facts, Objects
    from xlcrm.compute.touches import Lookups

ROW_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "recovery_assessments": ("dimension", "indicator"),
    "maintenance_summaries": ("month", "owner"),
}
"""List with texts of the user's -> the columns that tell its rows apart."""


def reports(facts: Facts, lookups: Lookups, columns: Mapping[str, Columns]) -> dict[str, Report]:
    """List name -> the list.

    A list whose sheet lacks a column that its texts are kept by is left as it is: they would be lost.

    Args:
        facts: the run.
        lookups: its contacts.
        columns: the auto columns, for 最紧急状态.
    """
    makers: Mapping[str, Callable[[], Report]] = {
        "recovery_assessments": lambda: recovery_assessments(facts),
        "grade_roster": lambda: Report(grade_roster(facts)),
        "maintenance_summaries": lambda: maintenance_summaries(facts),
        "call_list": lambda: Report(call_list(facts, lookups)),
        "meeting_list": lambda: Report(meeting_list(facts, _worst(facts, columns))),
    }
    return {
        name: make() for name, make in makers.items() if name in facts.data and not unkeepable(facts, name)
    }


def _worst(facts: Facts, columns: Mapping[str, Columns]) -> Objects:
    """(n,) 最紧急状态 of service_issues; nothing of none where the workbook lacks that sheet."""
    nothing = np.full(len(facts.frame("service_issues")), None, dtype=object)
    return columns.get("service_issues", {}).get(WORST_STATUS.key, nothing)


def unkeepable(facts: Facts, name: str) -> list[str]:
    """Headings that a list's sheet lacks to keep the user's texts by."""
    sheet = facts.data[name]
    return [sheet.table.by_key[key].heading for key in ROW_KEYS.get(name, ()) if not sheet.has(key)]
