"""Which tables a pack's office keeps, drawn so that they agree with one register of customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from xlcrm.tables import tables_of
from xlcrm.tables.base import Role
from xlcrm.tables.cases import STATUS_CHANGES
from xlcrm.tables.issues import SERVICE_ISSUES
from xlcrm.templates.demo.callbacks import draw_callbacks, draw_service_log, promises
from xlcrm.templates.demo.care import draw_care
from xlcrm.templates.demo.complaints import Desk, draw_complaints
from xlcrm.templates.demo.contacts import (
    draw_followup_plans,
    draw_lead_sources,
    draw_records,
    draw_surveys,
    draw_visit_plans,
    keep_up_to_date,
    rated_in_full,
)
from xlcrm.templates.demo.customers import draw_customers
from xlcrm.templates.demo.draw import dated_ids, joined
from xlcrm.templates.demo.issues import draw_issues
from xlcrm.templates.demo.orders import draw_orders
from xlcrm.templates.demo.presales import draw_presales
from xlcrm.templates.demo.pushes import draw_pushes, tag_services, tagged
from xlcrm.templates.demo.recovery import after_recoveries, draw_recoveries
from xlcrm.templates.demo.relations import draw_assessments, draw_plans, draw_profiles, draw_strengthening
from xlcrm.templates.demo.sales import draw_improvements, draw_transactions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from xlcrm.tables import Table
    from xlcrm.templates.demo.customers import Customers

Frames: TypeAlias = dict[str, pd.DataFrame]

_QUARTER, _HALF_YEAR = 185, 356
"""Days in two intervals between a customer's forms."""
_YEAR_DAYS = 360
"""After so many days a register's row has been looked at again, in an office that forgets nobody."""


def draw_office(rows: int, now: dt.datetime, seed: int, pack: str) -> dict[str, pd.DataFrame]:
    """The tables of a pack in sheet order, each with the entry columns that the pack shows.

    Args:
        rows: number of customers.
        now: nothing but plans and expectations lies after it.
        seed: what chance begins with; a table's chance does not depend on the other tables.
        pack: key of `PACKS`.
    """
    moment = np.datetime64(now, "m")
    rng = partial(stream, seed)
    customers = draw_customers(rng(0), rows, moment.astype("datetime64[D]"))
    tables = [table for table in tables_of(pack) if not table.report]
    office = _Office(rng, customers, moment, pack, frozenset(table.name for table in tables))
    frames: Frames = {"customers": customers.frame}
    frames |= _followed_up(office) | _surveyed(office) | _complained(office) | _reported(office)
    if "care_records" in office.wanted:
        frames["care_records"] = draw_care(rng(15), customers, moment)
    frames |= _kept(office, frames) | _sold(office, frames["customers"])
    frames["improvement_actions"] = draw_improvements(rng(8), office.today)
    frames |= _status_changes(frames)
    return {table.name: _shown(table, frames[table.name], pack) for table in tables}


@dataclass(frozen=True)
class _Office:
    """What every drawing knows: chance by number, the register, the moment, and which tables are kept."""

    rng: Callable[[int], np.random.Generator]
    customers: Customers
    now: np.datetime64
    pack: str
    wanted: frozenset[str]

    @property
    def today(self) -> np.datetime64:
        day: np.datetime64 = self.now.astype("datetime64[D]")
        return day


def _shown(table: Table, frame: pd.DataFrame, pack: str) -> pd.DataFrame:
    entered = [item.key for item in table.shown_in(pack) if item.role is not Role.AUTO]
    return frame[[key for key in entered if key in frame]]


def stream(seed: int, number: int) -> np.random.Generator:
    """A table's own chance, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, number])


def kept_current(frames: dict[str, pd.DataFrame], now: dt.datetime) -> dict[str, pd.DataFrame]:
    """The frames with no customer whose row was last looked at over a year ago."""
    customers = frames["customers"]
    oldest = pd.Timestamp(now).normalize().as_unit("ns") - pd.Timedelta(days=_YEAR_DAYS)
    updated = customers["updated_on"].mask(customers["updated_on"] < oldest, oldest)
    return frames | {"customers": customers.assign(updated_on=updated)}


def _followed_up(o: _Office) -> Frames:
    """What the crm document keeps of contacts, leads and purchases."""
    if "followup_records" not in o.wanted:
        return {}
    records = draw_records(o.rng(1), o.customers, o.now)
    return {
        "customers": keep_up_to_date(o.rng(3), o.customers.frame, records),
        "lead_sources": draw_lead_sources(o.rng(4), o.today),
        "followup_plans": draw_followup_plans(o.rng(5), o.customers),
        "followup_records": records,
        "visit_plans": draw_visit_plans(o.rng(6), o.customers),
        "transactions": draw_transactions(o.rng(9), o.customers),
    }


def _surveyed(o: _Office) -> Frames:
    """Forms, the recoveries that bad ones set off, and the forms that follow these."""
    if "satisfaction_surveys" not in o.wanted:
        return {}
    quarterly = "visit_plans" in o.wanted
    surveys = draw_surveys(o.rng(7), o.customers, _QUARTER if quarterly else _HALF_YEAR)
    if "care_records" in o.wanted:
        surveys = rated_in_full(o.rng(11), surveys, o.today)
    found = {}
    if "recovery_cases" in o.wanted:
        cases, log = draw_recoveries(o.rng(13), o.customers, surveys, o.now)
        surveys = after_recoveries(o.rng(14), o.customers, surveys, cases, o.now)
        found = {"recovery_cases": cases, "log of recoveries": log}
    return found | {"satisfaction_surveys": surveys}


def _complained(o: _Office) -> Frames:
    if "complaints" not in o.wanted:
        return {}
    desk = Desk(
        steps="complaint_steps" in o.wanted,
        quick="orders" in o.wanted,
        more=None if o.pack == "crm" else o.rng(10),
        ids=partial(dated_ids, head="TS", joint="", width=4) if o.pack == "support" else dated_ids,
    )
    complaints, steps, log = draw_complaints(o.rng(2), o.customers, o.now, desk)
    return {"complaints": complaints, "complaint_steps": steps, "log of complaints": log}


def _reported(o: _Office) -> Frames:
    """Service issues, of the types that the pack's list offers."""
    if "service_issues" not in o.wanted:
        return {}
    choice = SERVICE_ISSUES.in_pack(o.pack).by_key["issue_type"].choice
    assert choice is not None  # noqa: S101 - declared with one
    issues, log = draw_issues(o.rng(12), o.customers, o.now, choice.words)
    return {"service_issues": issues, "log of issues": log}


def _kept(o: _Office, frames: Frames) -> Frames:
    """What the relationship document keeps of the partners."""
    if "account_profiles" not in o.wanted:
        return {}
    complaints = frames["complaints"]
    return {
        "account_profiles": draw_profiles(o.rng(18), o.customers),
        "relationship_assessments": draw_assessments(o.rng(19), o.customers, o.today),
        "relationship_strengthening": draw_strengthening(o.rng(20), o.customers, o.today),
        "maintenance_plans": draw_plans(o.rng(21), o.customers, o.today),
        "service_log": draw_service_log(o.rng(17), o.customers, complaints, o.now),
        "callback_records": draw_callbacks(o.rng(16), o.customers, complaints, _promises(o, frames), o.now),
    }


def _promises(o: _Office, frames: Frames) -> pd.DataFrame:
    """By when complaints were to be solved, and service issues, too, where the office keeps both."""
    complaints = frames["complaints"]
    if "service_issues" not in o.wanted:
        return promises(complaints, complaints["wished_by"])
    issues = frames["service_issues"]
    issues = issues[issues["complexity"].ne("复杂").fillna(value=True)]
    hours = complaints["level"].map({"一般": 24, "严重": 48})
    return pd.concat(
        [
            promises(complaints, complaints["received_at"] + pd.to_timedelta(hours, unit="h")),
            promises(issues, issues["received_at"] + pd.Timedelta(hours=24)),
        ],
        ignore_index=True,
    )


def _sold(o: _Office, customers: pd.DataFrame) -> Frames:
    """What the support document keeps before, during and after a sale."""
    if "orders" not in o.wanted:
        return {}
    services, register = tag_services(), tagged(o.rng(24), customers)
    return {
        "customers": register,
        "presales": draw_presales(o.rng(22), o.customers, o.now),
        "orders": draw_orders(o.rng(23), o.customers, o.now),
        "service_pushes": draw_pushes(o.rng(25), register, services, o.now),
        "tag_services": services,
    }


def _status_changes(frames: Frames) -> Frames:
    """One log of all cases, in order of time."""
    logs = [frame for name, frame in frames.items() if name.startswith("log of ")]
    parts = [{str(key): log[key].to_numpy() for key in log} for log in logs]
    return {"status_changes": joined(STATUS_CHANGES, parts, ("changed_at", "case_id"))}
