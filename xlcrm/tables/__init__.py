"""What each sheet is: tables and columns as data, in sheet order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import Choice, Column, Kind, Role, Row, Table
from xlcrm.tables.cases import COMPLAINT_STEPS, COMPLAINTS, STATUS_CHANGES
from xlcrm.tables.customers import CUSTOMERS, LEAD_SOURCES, TRANSACTIONS
from xlcrm.tables.followups import (
    FOLLOWUP_PLANS,
    FOLLOWUP_RECORDS,
    IMPROVEMENT_ACTIONS,
    SATISFACTION_SURVEYS,
    VISIT_PLANS,
)
from xlcrm.tables.system import ALERTS, DUE_LIST, FINDINGS, HOLIDAYS, JOURNAL, PARAMETERS, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final = (
    CUSTOMERS,
    LEAD_SOURCES,
    FOLLOWUP_PLANS,
    FOLLOWUP_RECORDS,
    VISIT_PLANS,
    SATISFACTION_SURVEYS,
    COMPLAINTS,
    COMPLAINT_STEPS,
    IMPROVEMENT_ACTIONS,
    STATUS_CHANGES,
    TRANSACTIONS,
)
"""The documents' tables, in the order of their sheets."""

SYSTEM_TABLES: Final = (DUE_LIST, ALERTS, FINDINGS, RULES, PARAMETERS, HOLIDAYS, JOURNAL)
"""The sheets that xlcrm adds to every workbook."""

BY_NAME: Final[Mapping[str, Table]] = {table.name: table for table in (*TABLES, *SYSTEM_TABLES)}
BY_TITLE: Final[Mapping[str, Table]] = {table.title: table for table in (*TABLES, *SYSTEM_TABLES)}

PACKS: Final[Mapping[str, str]] = {"crm": "客户关系管理"}
"""Pack key -> name of its workbook."""


def tables_of(pack: str) -> tuple[Table, ...]:
    """The documents' tables that one pack's workbook has."""
    return tuple(table for table in TABLES if pack in table.packs)


__all__ = [
    "BY_NAME",
    "BY_TITLE",
    "PACKS",
    "SYSTEM_TABLES",
    "TABLES",
    "Choice",
    "Column",
    "Kind",
    "Role",
    "Row",
    "Table",
    "tables_of",
]
