"""States and thresholds one row at a time: silence, signals, returning problems, low figures, delays."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.compute.reference import shown
from tests.compute.reference_deadlines import NATURAL, later
from tests.compute.reference_sources import is_date, late_if_date
from tests.compute.reference_tasks import Task, whole
from tests.reference_time import add_months
from xlcrm.rules.base import Effect, LimitUnit, Rule, RuleKind
from xlcrm.rules.measures import OVERALL_SATISFACTION, SCORE_OF_TEN, SERVICE_SATISFACTION
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference_book import Row
    from tests.compute.reference_contacts import Contacts
    from tests.compute.reference_tasks import Desk

NOT_BELOW = (LimitUnit.YUAN_ABOVE, LimitUnit.HOURS_ABOVE)
SCORES = ("quality", "tech_speed", "attitude", "service_speed", "problem_solving", "expertise", "initiative")


class States:
    """The states of one book."""

    def __init__(self, desk: Desk, contacts: Contacts) -> None:
        self.desk, self.book, self.contacts = desk, desk.book, contacts
        self.now, self.today = desk.now, desk.today

    def tasks(self) -> list[Task]:
        kinds = {
            Effect.SUGGEST_DORMANT: self.dormant,
            Effect.PAUSE: self.reassessments,
            Effect.RECURRING: self.recurring,
            Effect.EXPLAIN_DELAY: self.delays,
        }
        found = self.thresholds()
        for rule in self.desk.of_kind(RuleKind.STATE):
            if rule.effect in kinds:
                found += kinds[rule.effect](rule)
        return found

    def dormant(self, rule: Rule) -> list[Task]:
        found = []
        for row in self.desk.matching(rule):
            last = self.desk.found(rule.start, row)
            since = None if last is None else later(last.date(), rule.limit, rule.unit)
            if self.book.account(rule.table, row) and since and since <= self.today:
                found.append(Task(rule, row, whole(since)))
        return found

    def reassessments(self, rule: Rule) -> list[Task]:
        found = []
        place = rule.start.items[0].place
        for row in self.desk.matching(rule):
            at = row[place.key] if place else None
            if at is None or at > self.now or self.book.account(rule.table, row) is None:
                continue
            until = later(at.date(), rule.limit, rule.unit)
            if self.desk.soon(until) and self.desk.judged(until):
                found.append(Task(rule, row, whole(self.desk.workday(until))))
        return found

    def recurring(self, rule: Rule) -> list[Task]:
        days: dict[str, list[dt.date]] = {}
        problem = BY_NAME[rule.table].by_heading[rule.occasions[0]].key
        for row in self.desk.matching(rule):
            at = row[self.book.touched(rule.table)]
            if at and at <= self.now and row[problem] is not None:
                days.setdefault(row[problem], []).append(at.date())
        this = self.today.year * 12 + self.today.month - 1
        found = []
        for issue, seen in days.items():
            until = self.improved_until(issue)
            months = {day.year * 12 + day.month - 1 for day in seen if day > until}
            for last in (this, this - 1):
                if {last - back for back in range(round(rule.limit))} <= months:
                    end = add_months(dt.date(last // 12, last % 12 + 1, 1), 1) - dt.timedelta(days=1)
                    found.append(Task(rule, None, whole(end), issue))
                    break
        return found

    def improved_until(self, issue: str) -> dt.date:
        """Complaints up to this day are dealt with: all of them while an improvement is open."""
        until = dt.date.min
        for row in self.book.rows("improvement_actions"):
            if issue in (row["problem"] or ""):
                done = row["done_on"]
                if done is None or done > self.now:
                    return dt.date.max
                until = max(until, done.date())
        return until

    def thresholds(self) -> list[Task]:
        """Forms below a limit ask for a contact with their customer."""
        found = []
        for rule in self.desk.of_kind(RuleKind.THRESHOLD):
            if rule.unit in NOT_BELOW or rule.effect is not Effect.NONE:
                continue
            for row in self.desk.matching(rule):
                at = row[BY_NAME[rule.table].touched]
                measure = self.measure(rule, row)
                if at is None or at > self.now or measure is None or measure >= rule.limit:
                    continue
                done = self.desk.found(rule.stop, row, since=at)
                if self.book.account(rule.table, row) and done is None and self.desk.judged(at.date()):
                    due = at.date() + dt.timedelta(days=self.book.parameters.threshold_days)
                    found.append(Task(rule, row, whole(due), f"{at:%Y-%m-%d}"))
        return found

    def measure(self, rule: Rule, row: Row) -> float | None:
        name = rule.occasions[0]
        whole_form = {OVERALL_SATISFACTION: 100 / 5, SCORE_OF_TEN: 10 / 5}
        if name in whole_form:
            scores = [row[key] for key in SCORES if row[key] is not None and 1 <= row[key] <= 5]
            return sum(scores) / len(scores) * whole_form[name] if scores else None
        if name == SERVICE_SATISFACTION:
            return row["satisfaction"] if row["satisfaction"] and 1 <= row["satisfaction"] <= 5 else None
        value: float | None = row[BY_NAME[rule.table].by_heading[name].key]
        return value

    def delays(self, rule: Rule) -> list[Task]:
        """What was not solved in time is to be explained, until a call after the broken promise does so."""
        found = []
        for table in ("complaints", "service_issues"):
            for row in self.book.rows(table):
                account = self.book.account(table, row)
                broken = self.broken_promise(table, row)
                asked_for = table != rule.table or self.book.matches(rule.when, row)
                if account is None or broken is None or not asked_for:
                    continue
                at, by_day = broken
                calls = [
                    call
                    for source in rule.stop.items
                    if source.place
                    for call in self.book.of_account(source.place.table, account)
                    if (told := call[source.place.key])
                    and told <= self.now
                    and late_if_date(told) >= at
                    and (source.when is None or self.book.matches(source.when, call))
                ]
                if not calls:
                    due = at + self.desk.reference.deadlines.span(rule.limit, rule.unit, NATURAL)
                    shown_due = whole(due.date()) if by_day else due
                    found.append(Task(rule, row, shown_due, "解决", table=table))
        return found

    def broken_promise(self, table: str, row: Row) -> tuple[dt.datetime, bool] | None:
        """When a case was to be solved and was not, and whether that was a day."""
        rules = [
            rule
            for rule in self.book.rules
            if (rule.table, rule.clock) == (table, "解决") and rule.kind is RuleKind.CLOCK
        ]
        if rules:
            verdicts = [v for rule in rules if (v := self.desk.reference.verdict(rule, row))]
            status, due, *_ = shown(verdicts)
            late = due is not None and status in ("已超时", "超时完成")
            return (due, due == whole(due.date())) if due and late else None
        promised = row["extended_to"] or row["wished_by"]
        received = row["received_at"]
        if promised is None or (received and not self.desk.judged(received.date())):
            return None
        end = late_if_date(promised)
        solved = row["resolved_at"]
        solved = self.now if solved is None or solved > self.now else solved
        return None if solved <= end else (end, is_date(promised))
