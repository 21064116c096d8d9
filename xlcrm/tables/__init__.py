"""What each sheet is: tables and columns as data, in sheet order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlcrm.tables.base import FULL, Choice, Column, Kind, Role, Row, Table
from xlcrm.tables.care import CALLBACK_RECORDS, CARE_RECORDS, SERVICE_LOG
from xlcrm.tables.cases import COMPLAINT_STEPS, COMPLAINTS, STATUS_CHANGES
from xlcrm.tables.customers import CUSTOMERS, LEAD_SOURCES, TRANSACTIONS
from xlcrm.tables.followups import (
    FOLLOWUP_PLANS,
    FOLLOWUP_RECORDS,
    IMPROVEMENT_ACTIONS,
    SATISFACTION_SURVEYS,
    VISIT_PLANS,
)
from xlcrm.tables.issues import SERVICE_ISSUES
from xlcrm.tables.lists import ANALYSIS_DETAILS, CALL_LIST, MEETING_LIST
from xlcrm.tables.mailing import JOBS, RECIPIENTS, SENT_LOG
from xlcrm.tables.recovery import RECOVERY_ASSESSMENTS, RECOVERY_CASES
from xlcrm.tables.relationship import (
    ACCOUNT_PROFILES,
    GRADE_ROSTER,
    MAINTENANCE_PLANS,
    MAINTENANCE_SUMMARIES,
    RELATIONSHIP_ASSESSMENTS,
    RELATIONSHIP_STRENGTHENING,
)
from xlcrm.tables.sales import ORDERS, PRESALES, SERVICE_PUSHES, TAG_SERVICES
from xlcrm.tables.system import ALERTS, DUE_LIST, FINDINGS, HOLIDAYS, JOURNAL, PARAMETERS, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final = (
    CUSTOMERS,
    LEAD_SOURCES,
    FOLLOWUP_PLANS,
    FOLLOWUP_RECORDS,
    CARE_RECORDS,
    VISIT_PLANS,
    SATISFACTION_SURVEYS,
    COMPLAINTS,
    COMPLAINT_STEPS,
    SERVICE_ISSUES,
    RECOVERY_CASES,
    RECOVERY_ASSESSMENTS,
    ACCOUNT_PROFILES,
    RELATIONSHIP_ASSESSMENTS,
    RELATIONSHIP_STRENGTHENING,
    GRADE_ROSTER,
    MAINTENANCE_PLANS,
    MAINTENANCE_SUMMARIES,
    SERVICE_LOG,
    CALLBACK_RECORDS,
    PRESALES,
    ORDERS,
    SERVICE_PUSHES,
    TAG_SERVICES,
    IMPROVEMENT_ACTIONS,
    STATUS_CHANGES,
    TRANSACTIONS,
    CALL_LIST,
    MEETING_LIST,
    ANALYSIS_DETAILS,
)
"""The documents' tables, then the lists built from them, in the order of their sheets."""

SYSTEM_TABLES: Final = (
    DUE_LIST,
    ALERTS,
    FINDINGS,
    RULES,
    PARAMETERS,
    RECIPIENTS,
    JOBS,
    HOLIDAYS,
    SENT_LOG,
    JOURNAL,
)
"""The sheets that xlcrm adds to every workbook."""

BY_NAME: Final[Mapping[str, Table]] = {table.name: table for table in (*TABLES, *SYSTEM_TABLES)}
BY_TITLE: Final[Mapping[str, Table]] = {
    title: table for table in (*TABLES, *SYSTEM_TABLES) for title in table.titles
}
"""Every title of every table, so that a rule may use any of them; no two tables share one."""

PACKS: Final[Mapping[str, str]] = {
    "service": "客户服务维护",
    "crm": "客户关系管理",
    "recovery": "客户关系恢复",
    "relationship": "客户关系维护",
    "support": "客户支持",
    FULL: "客户管理全册",
}
"""Pack key -> name of its workbook."""


def tables_of(pack: str) -> tuple[Table, ...]:
    """The tables that one pack's workbook has, with its titles, headings and words; `full` has all."""
    return tuple(table.in_pack(pack) for table in TABLES if pack == FULL or pack in table.packs)


__all__ = [
    "BY_NAME",
    "BY_TITLE",
    "FULL",
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
