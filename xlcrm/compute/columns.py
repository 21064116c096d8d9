"""The auto columns: what a refresh writes beside the user's own cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.compute.clocks.verdicts import NOT_JUDGED, STATUSES, URGENCY, Clock
from xlcrm.compute.contacts.cadences import next_contacts, planned_days
from xlcrm.compute.facts import NAT, Facts, Moments, Objects, objects
from xlcrm.compute.lists.offers import matched_services, push_columns
from xlcrm.compute.lists.relationship import ASSESSMENTS, assessment_columns
from xlcrm.compute.states.signals import suggested_stages
from xlcrm.periods import months_text
from xlcrm.rules.layout import WORST_RULE, WORST_STATUS, due_key, status_key
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlcrm.compute.contacts.cadences import Cadence
    from xlcrm.compute.facts import Flags
    from xlcrm.compute.touches import Lookups
    from xlcrm.rules.base import Rule

Columns = dict[str, Objects]
"""Column key -> (rows,) datetime64[s] (a date where at midnight) or objects, aligned with the frame."""

RESOLUTION = ("解决", "应急启动")
"""Clocks that 预计解决日期 of a complaint shows; no document times 重大, so its emergency start stands in."""


def clock_columns(facts: Facts, table: str, clocks: Mapping[tuple[str, str], Clock]) -> Columns:
    """Deadline and status of each named clock of a table, and with several the worst of them."""
    own = [clock for (name, _), clock in clocks.items() if name == table]
    found: Columns = {}
    for clock in own:
        found[due_key(clock.name)] = shown_moments(clock.due, clock.by_day)
        found[status_key(clock.name)] = _status_texts(clock)
    found[WORST_STATUS.key], found[WORST_RULE.key] = _worst(own, len(facts.frame(table)))
    return found


def shown_moments(at: Moments, by_day: Flags) -> Moments:
    """23:59:59 of a due day is shown as the date."""
    return np.where(by_day, at.astype("datetime64[D]").astype("datetime64[s]"), at)


_TEXTS = np.array([*STATUSES, None], dtype=object)


def _status_texts(clock: Clock) -> Objects:
    return _TEXTS[np.where(clock.rule < 0, NOT_JUDGED, clock.status)]


def _worst(clocks: list[Clock], count: int) -> tuple[Objects, Objects]:
    """最紧急状态 and 最紧急依据: the most urgent status, of two alike the earlier deadline."""
    rank = np.full(count, URGENCY[NOT_JUDGED], dtype=np.int64)
    due = np.full(count, NAT, dtype="datetime64[s]")
    status = np.full(count, NOT_JUDGED, dtype=np.int64)
    basis = np.full(count, None, dtype=object)
    for clock in clocks:
        own = np.where(clock.rule < 0, URGENCY[NOT_JUDGED], URGENCY[clock.status])
        wins = (own < rank) | ((own == rank) & (clock.due < due) & (clock.rule >= 0))
        rank[wins], due[wins], status[wins] = own[wins], clock.due[wins], clock.status[wins]
        labels = np.array([*(rule.label for rule in clock.rules), None], dtype=object)
        basis[wins] = labels[clock.rule[wins]]
        moved = wins & (clock.due > clock.original_due)
        for place in np.flatnonzero(moved):
            original = pd.Timestamp(clock.original_due[place])
            # A deadline at the end of its day is shown as the date.
            form = "%Y-%m-%d" if f"{original:%H%M%S}" == "235959" else "%Y-%m-%d %H:%M"
            basis[place] = f"{basis[place]}，已延期，原截止 {original:{form}}"
    return _TEXTS[status], basis


def customer_columns(
    facts: Facts,
    lookups: Lookups,
    found: list[Cadence],
    quiet: list[tuple[Rule, Flags, Moments]],
) -> Columns:
    """最近互动日期, 下次联系…, 建议阶段, RFM类别, 匹配服务 of the register."""
    codes = facts.codes("customers")
    due, rule = next_contacts(facts, found)
    labels = np.array([*(item.label for item in facts.rules.rules), None], dtype=object)
    rules = rule[codes] if len(rule) else codes
    rules = np.where(codes >= 0, rules, -1)
    ways = _ways(facts)
    return {
        "last_touch_at": lookups.any_touches().last(codes),
        "next_contact_on": np.where(rules >= 0, due[codes] if len(due) else NAT, NAT),
        "next_contact_rule": labels[rules],
        "next_contact_way": np.where(rules >= 0, ways, np.full(len(ways), None)),
        "suggested_stage": suggested_stages(facts, quiet),
        "rfm_class": objects(facts.values("customers", "rfm_class")),
        "matched_services": matched_services(facts),
    }


def _ways(facts: Facts) -> Objects:
    plans = facts.frame("followup_plans")
    typed = pd.Series(plans["way"].to_numpy(), index=facts.codes("followup_plans"), dtype="str")
    typed = typed[(typed.index >= 0) & typed.notna()]
    own = typed[~typed.index.duplicated()].reindex(facts.codes("customers"))
    preferred = facts.frame("customers")["preferences"]
    return objects(own.set_axis(preferred.index).fillna(preferred))


def lead_columns(facts: Facts) -> Columns:
    """转化率: blank without customers, never an error (table lead_sources)."""
    frame = facts.frame("lead_sources")
    leads = frame["leads"].where(frame["leads"] > 0)
    share = frame["effective"] / leads
    return {"conversion": objects(share)}


def followup_plan_columns(facts: Facts, found: list[Cadence]) -> Columns:
    """下次跟进日期 of the follow-up plans."""
    return {"next_on": planned_days(facts, found, "followup_plans")}


def visit_plan_columns(facts: Facts, found: list[Cadence]) -> Columns:
    """合作时长 and 计划执行日期 of the visit plans."""
    ages = facts.values("visit_plans", "age")
    typed = facts.frame("visit_plans")["age"]
    signed = facts.of_rows("visit_plans", "signed_on").notna()
    texts = [
        months_text(int(age)) if known and age == age else kept if isinstance(kept, str) else None  # noqa: PLR0124 - NaN differs from itself
        for age, known, kept in zip(ages, signed, typed, strict=True)
    ]
    return {
        "age": np.array([*texts, None], dtype=object)[:-1],
        "planned_on": planned_days(facts, found, "visit_plans"),
    }


def complaint_columns(clocks: Mapping[tuple[str, str], Clock], count: int) -> Columns:
    """预计解决日期: the resolution deadline; for 重大 the emergency start (semantics: A clock)."""
    result = np.full(count, NAT, dtype="datetime64[s]")
    for name in RESOLUTION:
        clock = clocks.get(("complaints", name))
        if clock is not None:
            open_ = np.isnat(result)
            result[open_] = shown_moments(clock.due, clock.by_day)[open_]
    return {"resolution_expected_by": result}


def auto_columns(
    facts: Facts,
    lookups: Lookups,
    clocks: Mapping[tuple[str, str], Clock],
    found: list[Cadence],
    quiet: list[tuple[Rule, Flags, Moments]],
) -> dict[str, Columns]:
    """Table name -> its auto columns, for every table of the workbook that people type in."""
    columns: dict[str, Columns] = {
        table: clock_columns(facts, table, clocks) for table in facts.data if not BY_NAME[table].report
    }
    special: Mapping[str, Callable[[], Columns]] = {
        "customers": lambda: customer_columns(facts, lookups, found, quiet),
        "lead_sources": lambda: lead_columns(facts),
        "complaints": lambda: complaint_columns(clocks, len(facts.frame("complaints"))),
        "service_pushes": lambda: push_columns(facts),
        ASSESSMENTS: lambda: assessment_columns(facts),
        "followup_plans": lambda: followup_plan_columns(facts, found),
        "visit_plans": lambda: visit_plan_columns(facts, found),
    }
    for table, extra in special.items():
        if table in columns:
            columns[table].update(extra())
    return columns
