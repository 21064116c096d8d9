"""V23: customers not updated for over a year; V24: unverified customers whom nobody follows up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.accounts import account_ids
from xlcrm.checks.base import ERROR, WARNING, CheckInput, Code, cell_text, findings, gather, heading
from xlcrm.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V23": Code((ERROR,), "客户资料超过一年未更新", "最后更新日期（为空时用建档日期）早于一年前"),
    "V24": Code(
        (WARNING,),
        "待核实客户无人跟进",
        "审核状态为待核实，参数表规定的天数（默认 14 天）内没有跟进、回访等联系记录，资料也没有更新",
    ),
}

FOLLOW_UPS: Final[Mapping[str, tuple[str, ...]]] = {
    "followup_records": ("touched_at",),
    "care_records": ("touched_at",),
    "callback_records": ("touched_at",),
    "service_log": ("touched_at",),
    "satisfaction_surveys": ("surveyed_on",),
    "complaints": (
        "contacted_at",
        "responded_at",
        "proposed_at",
        "updated_at",
        "notified_at",
        "called_back_at",
    ),
    "service_issues": ("responded_at", "engineer_contacted_at", "visited_at", "updated_at", "called_back_at"),
    "recovery_cases": ("responded_at", "second_talk_at", "reassessed_at"),
    "presales": ("responded_at", "followed_up_at"),
    "orders": ("synced_at", "node_notified_at", "question_answered_at", "called_back_at"),
}
"""Table -> columns of moments at which somebody of ours was in touch with the customer."""
DIARIES: Final = ("followup_records", "care_records", "callback_records", "service_log")
"""Tables that are kept for the sake of follow-ups; a pack without one has them with its cases alone."""
UNVERIFIED: Final = "待核实"


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V23 and V24."""
    sheet = given.data.get("customers")
    return gather([] if sheet is None else [_outdated(given, sheet), _unattended(given, sheet)])


def _newest(sheet: SheetData) -> pd.Series:
    """When each customer's data was last known to be right."""
    return sheet.frame["updated_on"].fillna(sheet.frame["filed_on"])


def _outdated(given: CheckInput, sheet: SheetData) -> pd.DataFrame:
    newest = _newest(sheet)
    old = newest[newest < given.today - pd.DateOffset(years=1)]
    return findings(
        sheet,
        "V23",
        ERROR,
        old.index,
        "updated_on",
        message=[f"客户资料自 {cell_text(day)} 起超过一年没有更新" for day in old],
        fix=f"请核对客户资料，并填写“{heading(sheet, 'updated_on')}”",
    )


def _unattended(given: CheckInput, sheet: SheetData) -> pd.DataFrame:
    days = given.parameters.stale_review_days
    records = [given.data[name] for name in FOLLOW_UPS if name in given.data]
    own = [table.name for table in tables_of(given.pack) if table.name in DIARIES]
    since = given.today - pd.Timedelta(days=days)
    frame = sheet.frame
    waiting = frame[(frame["review_status"] == UNVERIFIED) & (_newest(sheet) < since)]
    # without the pack's diary of follow-ups nothing is known about them (S02 says so)
    if not records or (own and not any(name in given.data for name in own)):
        waiting = waiting.iloc[:0]
    for record in records if len(waiting) else ():
        newest = record.frame[list(FOLLOW_UPS[record.table.name])].max(axis=1)
        recent = account_ids(record, given)[(newest >= since).to_numpy()].dropna()
        waiting = waiting[~waiting["customer_id"].isin(recent)]
    return findings(
        sheet,
        "V24",
        WARNING,
        waiting.index,
        "review_status",
        message=f"待核实的客户 {days} 天内没有联系记录",
        fix=f"请尽快联系核实并登记；核实后把“{heading(sheet, 'review_status')}”改为 已审核",
    )
