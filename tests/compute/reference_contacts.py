"""Cadences one customer, lead or tag at a time: when each is to be contacted next, and by which rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.compute.reference_deadlines import BEFORE, later
from tests.compute.reference_tasks import Task, whole
from xlcrm.periods import parse_frequency
from xlcrm.rules.base import SPAN_UNITS, Effect, Rule, RuleKind
from xlcrm.rules.conditions import Op
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference_book import Row
    from tests.compute.reference_tasks import Desk


@dataclass
class Contact:
    """A cadence on one row: due is None where there was never a touch.

    `about` is the customer, the row or the tag that it contacts; `kind` which contacts it counts, None for a
    review of the register, which is no contact.
    """

    rule: Rule
    row: Row
    account: str | None
    about: Any
    kind: Any
    due: dt.date | None
    tag: str = ""

    @property
    def rank(self) -> dt.date:
        return self.due or dt.date.min


class Contacts:
    """The cadences of one book."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.book = desk, desk.book

    def signals(self, account: str | None, effect: Effect) -> list[tuple[Rule, dt.datetime]]:
        """The rules that select a customer's records, and the moments of these."""
        found = []
        for rule in self.book.rules:
            place = rule.start.items[0].place if rule.effect is effect else None
            if place is not None and account is not None:
                for row in self.book.of_account(rule.table, account):
                    at = row[place.key]
                    if at and at <= self.desk.now and self.book.matches(rule.when, row):
                        found.append((rule, at))
        return found

    def paused_until(self, account: str | None) -> dt.datetime | None:
        ends = [
            dt.datetime.combine(later(at.date(), rule.limit, rule.unit), at.time())
            for rule, at in self.signals(account, Effect.PAUSE)
        ]
        return max(ends, default=None)

    def all(self) -> list[Contact]:
        return [one for rule in self.desk.of_kind(RuleKind.CADENCE) for one in self.of_rule(rule)]

    def of_rule(self, rule: Rule) -> list[Contact]:
        spec = BY_NAME[rule.table]
        dormant_too = any(
            term.place.key == "stage" and term.op is Op.IN and "沉睡" in term.choices
            for term in rule.when.terms
        )
        rows = []
        for row in self.desk.matching(rule):
            stage = self.desk.stage(self.book.account(rule.table, row))
            known = self.book.account(rule.table, row) is not None or not spec.account
            at = row[spec.touched] if spec.touched else None
            known = known and not (at and at > self.desk.now)
            if known and stage != "流失" and (stage != "沉睡" or dormant_too):
                rows.append(row)
        touch = next((one for one in rule.start.items if one.pick is not Pick.OWN or not spec.account), None)
        kind = None if touch is None else (touch.place, touch.when)
        tagged = self.newest_of_tags(rule, rows) if spec.subject else [("", row) for row in rows]
        found = []
        for tag, row in tagged:
            account = self.book.account(rule.table, row)
            base = self.desk.found(rule.start, row, tag=tag)
            due = None if base is None else self.next_due(rule, row, account, base, kind)
            own: Any = account if spec.account else (rule.table, tag or row["row"])
            found.append(Contact(rule, row, account, own, kind, due, tag))
        return found

    def newest_of_tags(self, rule: Rule, rows: list[Row]) -> list[tuple[str, Row]]:
        """Each tag with the newest of the rows up to now that carry it."""
        spec = BY_NAME[rule.table]
        newest: dict[str, Row] = {}
        for row in rows:
            for tag in self.book.tags(rule.table, row) if row[spec.touched] else ():
                held = newest.get(tag)
                if held is None or row[spec.touched] >= held[spec.touched]:
                    newest[tag] = row
        return list(newest.items())

    def next_due(self, rule: Rule, row: Row, account: str | None, base: dt.datetime, kind: Any) -> dt.date:
        amount, unit = rule.limit, rule.unit
        follows_up = kind and kind[0] and kind[0].table == "followup_records" and not kind[1]
        typed = self.typed(rule, row, account) if follows_up else None
        if typed is not None:
            words = {word: one for one, word in SPAN_UNITS.items() if one not in BEFORE}
            amount, unit = typed.amount, words[typed.unit.value]
        due = later(base.date(), amount, unit)
        if kind is None:
            return due
        for hurry, _ in self.signals(account, Effect.SPEED_UP)[:1]:
            due = base.date() + dt.timedelta(days=int((due - base.date()).days * hurry.limit))
        paused = self.paused_until(account)
        return max(due, paused.date()) if paused else due

    def typed(self, rule: Rule, row: Row, account: str | None) -> Any:
        """The frequency that the office typed into the customer's plan."""
        if rule.table == "visit_plans":
            return parse_frequency(row["frequency"]) if row["frequency"] else None
        if rule.table != "customers" or account is None:
            return None
        plans = self.book.of_account("followup_plans", account)
        read = [parse_frequency(plan["frequency"]) for plan in plans if plan["frequency"]]
        return next((one for one in read if one is not None), None)

    def tasks(self) -> list[Task]:
        """One a customer, lead or tag and kind of contact: the earliest."""
        chosen: dict[Any, Contact] = {}
        for contact in self.all():
            key = (contact.about, contact.kind)
            if key not in chosen or contact.rank < chosen[key].rank:
                chosen[key] = contact
        found = []
        for contact in chosen.values():
            paused = self.paused_until(contact.account) if contact.kind else None
            if self.desk.soon(contact.due) and not (paused and paused > self.desk.now):
                due = None if contact.due is None else whole(self.desk.workday(contact.due))
                occasion = f"{contact.tag} {contact.due}" if contact.tag else ""
                found.append(Task(contact.rule, contact.row, due, occasion))
        return found

    def next_contacts(self) -> list[tuple[dt.date | None, str]]:
        """下次联系日期 and the rule of each register row."""
        best: dict[Any, Contact] = {}
        for contact in self.all():
            held = best.get(contact.about)
            if contact.kind and (held is None or contact.rank < held.rank):
                best[contact.about] = contact
        shown = []
        for row in self.book.rows("customers"):
            found = best.get(self.book.account("customers", row))
            due = None if found is None or found.due is None else self.desk.workday(found.due)
            shown.append((due, "" if found is None else found.rule.rule_id))
        return shown
