"""Every task of a book, found one customer and one rule at a time, with its place on the due list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.compute.reference import earliest, is_clock
from tests.compute.reference_calendar import end_of_day, midnight
from tests.compute.reference_sources import Asked
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference import Reference, Verdict
    from tests.compute.reference_book import Row
    from xlcrm.rules.base import Rule, RuleKind
    from xlcrm.rules.sources import Sources

OPEN = ("进行中", "即将超时", "已超时")
GRAVE = ("紧急", "严重", "重大")


@dataclass(frozen=True)
class Task:
    """What a rule asks for; no row for a task of the team, no due moment where nothing ever happened."""

    rule: Rule
    row: Row | None
    due: dt.datetime | None
    occasion: str = ""
    breached: bool = False
    table: str = ""

    @property
    def home(self) -> str:
        """The table that the row is of, mostly the rule's own."""
        return self.table or self.rule.table


class Desk:
    """What every kind of task is found with: one book, its clocks, its customers and today."""

    def __init__(self, reference: Reference) -> None:
        self.reference, self.book = reference, reference.book
        self.now, self.today = reference.now, reference.now.date()
        self.last_day = self.today + dt.timedelta(days=self.book.parameters.horizon_days)
        self.workday = reference.worktime.next_working_day

    def found(
        self,
        sources: Sources,
        row: Row,
        *,
        since: dt.datetime | None = None,
        due: dt.datetime | None = None,
        tag: str = "",
    ) -> dt.datetime | None:
        """The time that a rule's start or stop gives a row."""
        return self.reference.finder.first_of(sources, Asked(sources.home, row, since, due, tag))

    def soon(self, day: dt.date | None) -> bool:
        return day is None or day <= self.last_day

    def judged(self, day: dt.date) -> bool:
        return self.book.parameters.started_on is None or day >= self.book.parameters.started_on

    def of_kind(self, *kinds: RuleKind) -> list[Rule]:
        return [rule for rule in self.book.rules if rule.kind in kinds]

    def matching(self, rule: Rule) -> list[Row]:
        return [row for row in self.book.rows(rule.table) if self.book.matches(rule.when, row)]

    def stage(self, account: str | None) -> str | None:
        return None if account is None else self.book.register[account]["stage"]

    def who(self, table: str, row: Row) -> str:
        """Whom or what a row is about: its case, its customer, its name or subject, or itself."""
        spec = BY_NAME[table]
        named = row[spec.key] if spec.key and table != "customers" else None
        if not spec.key and not spec.account:
            named = row.get("name") or (row[spec.subject] if spec.subject else None)
        typed = row[spec.account] if spec.account else None
        return named or self.book.account(table, row) or typed or f"{spec.title}!{row['row']}"

    def task_id(self, task: Task) -> str:
        due = "从未联系" if task.due is None else f"{task.due:%Y%m%d}"
        if task.row is None:
            return f"{task.rule.rule_id}|团队|{f'{task.occasion} {due}' if task.occasion else due}"
        return f"{task.rule.rule_id}|{self.who(task.home, task.row)}|{task.occasion or due}"

    def place(self, task: Task) -> tuple[str, int]:
        """State and priority."""
        overdue = task.due is None or task.due < self.now
        if not overdue and task.due is not None:
            return ("今日到期", 5) if task.due.date() == self.today else ("即将到期", 6)
        if task.breached:
            row = task.row or {}
            return "逾期", 1 if row.get("level", row.get("urgency")) in GRAVE else 2
        account = None if task.row is None else self.book.account(task.home, task.row)
        top = account is not None and self.book.register[account]["grade"] == "A类"
        return "逾期", 3 if top else 4

    def listed(self, found: list[Task]) -> dict[str, tuple[str, int, dt.datetime | None]]:
        """Task id -> state, priority and due moment; of equal ids the earliest."""
        kept: dict[str, Task] = {}
        for task in sorted(found, key=lambda task: task.due or dt.datetime.min):
            kept.setdefault(self.task_id(task), task)
        return {number: (*self.place(task), task.due) for number, task in kept.items()}

    def clocks(self) -> list[Task]:
        """Open clocks; of a customer's records the one with the earliest deadline stands for all."""
        rules = [rule for rule in self.book.rules if is_clock(rule)]
        found: list[Task] = []
        for table, name in dict.fromkeys((rule.table, rule.clock) for rule in rules):
            own = [rule for rule in rules if (rule.table, rule.clock) == (table, name)]
            open_: dict[str, list[tuple[Verdict, Row]]] = {rule.rule_id: [] for rule in own}
            for row in self.book.rows(table):
                verdicts = [v for rule in own if (v := self.reference.verdict(rule, row))]
                best = earliest(verdicts) if verdicts else None
                if best and best.status in OPEN and best.due and self.soon(best.due.date()):
                    open_[best.rule.rule_id].append((best, row))
            for picked in open_.values():
                found += self.told_apart(
                    [
                        Task(v.rule, row, v.due, f"{v.start:%Y-%m-%dT%H:%M}", v.status == "已超时")
                        for v, row in self.representatives(table, picked)
                    ]
                )
        return found

    def representatives(self, table: str, picked: list[tuple[Verdict, Row]]) -> list[tuple[Verdict, Row]]:
        """Records have no number of their own: one a customer."""
        spec = BY_NAME[table]
        if spec.key or not spec.account or not spec.touched:
            return picked
        first: dict[str, tuple[Verdict, Row]] = {}
        for verdict, row in picked:
            held = first.get(self.who(table, row))
            if held is None or (verdict.due, verdict.start) < (held[0].due, held[0].start):
                first[self.who(table, row)] = verdict, row
        return list(first.values())

    def told_apart(self, found: list[Task]) -> list[Task]:
        """Rows without a number that began at one moment are counted, so that each keeps its task."""
        seen: dict[tuple[str, str], int] = {}
        result = []
        for task in found:
            assert task.row is not None
            key = self.who(task.home, task.row), task.occasion
            seen[key] = seen.get(key, 0) + 1
            counted = seen[key] > 1 and not BY_NAME[task.home].key
            result.append(replace(task, occasion=f"{task.occasion} {seen[key]}") if counted else task)
        return result


def whole(day: dt.date) -> dt.datetime:
    """A due day as the moment at which it is over."""
    return end_of_day(midnight(day))
