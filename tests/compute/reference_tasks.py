"""Every task of a book, found one customer and one rule at a time, with its place on the due list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.compute.reference import earliest
from tests.compute.reference_calendar import end_of_day, midnight
from tests.compute.reference_sources import Asked
from tests.reference_time import add_months
from xlcrm.periods import FESTIVALS, Unit, next_festival, parse_frequency
from xlcrm.rules.base import SPAN_UNITS, Effect, LimitUnit, Rule, RuleKind
from xlcrm.rules.conditions import Op
from xlcrm.rules.measures import OVERALL_SATISFACTION
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference import Reference, Verdict
    from tests.compute.reference_book import Row
    from xlcrm.rules.sources import Sources

OPEN = ("进行中", "即将超时", "已超时")
SCORES = ("quality", "tech_speed", "attitude", "service_speed", "problem_solving", "expertise", "initiative")


@dataclass
class Task:
    """What a rule asks for; no row for a task of the team, no due moment where nothing ever happened."""

    rule: Rule
    row: Row | None
    due: dt.datetime | None
    occasion: str = ""
    breached: bool = False


@dataclass
class Contact:
    """A cadence on one row: due is None where the customer was never touched."""

    rule: Rule
    row: Row
    account: str
    kind: Any
    due: dt.date | None


def later(day: dt.date, amount: float, unit: Unit) -> dt.date:
    number = round(amount)
    if unit in (Unit.MO, Unit.Y):
        return add_months(day, number * (12 if unit is Unit.Y else 1))
    return day + dt.timedelta(days=number * (7 if unit is Unit.W else 1))


class Tasks:
    """What the rules of a book ask for today."""

    def __init__(self, reference: Reference) -> None:
        self.reference, self.book = reference, reference.book
        self.now, self.today = reference.now, reference.now.date()
        self.last_day = self.today + dt.timedelta(days=self.book.parameters.horizon_days)
        self.workday = reference.worktime.next_working_day

    def all(self) -> dict[str, tuple[str, int, dt.datetime | None]]:
        """Task id -> state, priority and due moment; of equal ids the earliest."""
        found = [
            *self.clocks(),
            *self.cadences(),
            *self.milestones(),
            *self.festivals(),
            *self.reports(),
            *self.states(),
            *self.thresholds(),
        ]
        listed: dict[str, Task] = {}
        for task in sorted(found, key=lambda task: task.due or dt.datetime.min):
            listed.setdefault(self.task_id(task), task)
        return {number: (*self.place(task), task.due) for number, task in listed.items()}

    # ---- the list ---------------------------------------------------------------------------------------

    def place(self, task: Task) -> tuple[str, int]:
        """State and priority."""
        overdue = task.due is None or task.due < self.now
        if not overdue and task.due is not None:
            return ("今日到期", 5) if task.due.date() == self.today else ("即将到期", 6)
        if task.breached:
            grave = task.row is not None and task.row.get("level") in ("严重", "重大")
            return "逾期", 1 if grave else 2
        account = self.account(task.rule, task.row)
        top = account is not None and self.book.register[account]["grade"] == "A类"
        return "逾期", 3 if top else 4

    def account(self, rule: Rule, row: Row | None) -> str | None:
        return None if row is None else self.book.account(rule.table, row)

    def task_id(self, task: Task) -> str:
        table = BY_NAME[task.rule.table]
        due = "从未联系" if task.due is None else f"{task.due:%Y%m%d}"
        if task.row is None:
            return f"{task.rule.rule_id}|团队|{f'{task.occasion} {due}' if task.occasion else due}"
        return f"{task.rule.rule_id}|{self.who(table.name, task.row)}|{task.occasion or due}"

    def who(self, table: str, row: Row) -> str:
        spec = BY_NAME[table]
        case = row[spec.key] if spec.key and table != "customers" else None
        typed = row[spec.account] if spec.account else None
        return case or self.book.account(table, row) or typed or f"{spec.title}!{row['row']}"

    def found(self, sources: Sources, row: Row, **since: dt.datetime | None) -> dt.datetime | None:
        return self.reference.finder.first_of(sources, Asked(sources.home, row, **since))

    def soon(self, day: dt.date | None) -> bool:
        return day is None or day <= self.last_day

    def judged(self, day: dt.date) -> bool:
        return self.book.parameters.started_on is None or day >= self.book.parameters.started_on

    def of_kind(self, kind: RuleKind) -> list[Rule]:
        return [rule for rule in self.book.rules if rule.kind is kind]

    def matching(self, rule: Rule) -> list[Row]:
        return [row for row in self.book.rows(rule.table) if self.book.matches(rule.when, row)]

    def stage(self, account: str | None) -> str | None:
        return None if account is None else self.book.register[account]["stage"]

    # ---- clocks -----------------------------------------------------------------------------------------

    def clocks(self) -> list[Task]:
        rules = [rule for rule in self.of_kind(RuleKind.CLOCK) if rule.clock]
        found = []
        for table, name in dict.fromkeys((rule.table, rule.clock) for rule in rules):
            own = [rule for rule in rules if (rule.table, rule.clock) == (table, name)]
            picked: dict[tuple[str, str], tuple[Verdict, Row]] = {}
            for row in self.book.rows(table):
                verdicts = [v for rule in own if (v := self.reference.verdict(rule, row))]
                if not verdicts:
                    continue
                best = earliest(verdicts)
                if best.status not in OPEN or best.due is None or not self.soon(best.due.date()):
                    continue
                case = BY_NAME[table].key or not BY_NAME[table].account
                key = (best.rule.rule_id, str(row["row"]) if case else self.who(table, row))
                held = picked.get(key)
                if held is None or (best.due, best.start) < (held[0].due, held[0].start):
                    picked[key] = (best, row)
            found += [
                Task(v.rule, row, v.due, f"{v.start:%Y-%m-%dT%H:%M}", v.status == "已超时")
                for v, row in picked.values()
            ]
        return found

    # ---- contacts ---------------------------------------------------------------------------------------

    def signal(self, account: str, effect: Effect) -> tuple[Rule, dt.datetime] | None:
        for rule in self.book.rules:
            if rule.effect is effect:
                for row in self.book.of_account(rule.table, account):
                    if self.book.matches(rule.when, row):
                        return rule, row["touched_at"]
        return None

    def paused_until(self, account: str) -> dt.datetime | None:
        found = self.signal(account, Effect.PAUSE)
        if found is None:
            return None
        rule, at = found
        return dt.datetime.combine(later(at.date(), rule.limit, Unit(SPAN_UNITS[rule.unit])), at.time())

    def contacts(self) -> list[Contact]:
        found = []
        for rule in self.of_kind(RuleKind.CADENCE):
            dormant_rule = any(
                term.place.key == "stage" and term.op is Op.IN and "沉睡" in term.choices
                for term in rule.when.terms
            )
            touch = next((source for source in rule.start.items if source.pick is not Pick.OWN), None)
            for row in self.matching(rule):
                account = self.book.account(rule.table, row)
                stage = self.stage(account)
                if account is None or stage == "流失" or (stage == "沉睡" and not dormant_rule):
                    continue
                base = self.found(rule.start, row)
                kind = None if touch is None else (touch.place, touch.when)
                due = None if base is None else self.next_due(rule, row, account, base, kind)
                found.append(Contact(rule, row, account, kind, due))
        return found

    def next_due(self, rule: Rule, row: Row, account: str, base: dt.datetime, kind: Any) -> dt.date:
        amount, unit = rule.limit, Unit(SPAN_UNITS[rule.unit])
        typed = (
            self.typed(rule, row, account)
            if kind and kind[0].table == "followup_records" and not kind[1]
            else None
        )
        if typed is not None:
            amount, unit = typed.amount, typed.unit
        due = later(base.date(), amount, unit)
        if kind is None:
            return due
        hurry = self.signal(account, Effect.SPEED_UP)
        if hurry is not None:
            due = base.date() + dt.timedelta(days=int((due - base.date()).days * hurry[0].limit))
        paused = self.paused_until(account)
        return max(due, paused.date()) if paused else due

    def typed(self, rule: Rule, row: Row, account: str) -> Any:
        if rule.table == "visit_plans":
            return parse_frequency(row["frequency"]) if row["frequency"] else None
        plans = self.book.of_account("followup_plans", account)
        read = [parse_frequency(plan["frequency"]) for plan in plans if plan["frequency"]]
        return next((one for one in read if one is not None), None)

    def cadences(self) -> list[Task]:
        chosen: dict[Any, Contact] = {}
        for contact in self.contacts():
            key = (contact.account, contact.kind)
            held = chosen.get(key)
            if held is None or (contact.due or dt.date.min) < (held.due or dt.date.min):
                chosen[key] = contact
        found = []
        for contact in chosen.values():
            paused = self.paused_until(contact.account) if contact.kind else None
            if self.soon(contact.due) and not (paused and paused > self.now):
                due = None if contact.due is None else end_of_day(midnight(self.workday(contact.due)))
                found.append(Task(contact.rule, contact.row, due))
        return found

    def next_contacts(self) -> list[tuple[dt.date | None, str]]:
        """下次联系日期 and the rule of each register row."""
        best: dict[str, Contact] = {}
        for contact in self.contacts():
            held = best.get(contact.account)
            if contact.kind and (held is None or (contact.due or dt.date.min) < (held.due or dt.date.min)):
                best[contact.account] = contact
        shown = []
        for row in self.book.rows("customers"):
            found = best.get(self.book.account("customers", row) or "")
            due = None if found is None or found.due is None else self.workday(found.due)
            shown.append((due, "" if found is None else found.rule.rule_id))
        return shown

    # ---- occasions --------------------------------------------------------------------------------------

    def milestones(self) -> list[Task]:
        found = []
        for rule in self.of_kind(RuleKind.MILESTONE):
            for limit, following in zip(rule.limits, [*rule.limits[1:], None], strict=True):
                for row in self.matching(rule):
                    start = self.found(rule.start, row)
                    if start is None or self.stage(self.book.account(rule.table, row)) == "流失":
                        continue
                    due = later(start.date(), limit, Unit(SPAN_UNITS[rule.unit]))
                    if (
                        following
                        and later(start.date(), following, Unit(SPAN_UNITS[rule.unit])) <= self.today
                    ):
                        continue  # a missed day gives way to the rule's next one
                    done = self.found(rule.stop, row, due=midnight(due))
                    if done is None and self.soon(due) and self.judged(due):
                        shown = end_of_day(midnight(self.workday(due)))
                        found.append(Task(rule, row, shown, f"{limit:g}{rule.unit.value}"))
        return found

    def festivals(self) -> list[Task]:
        found = []
        for rule in self.of_kind(RuleKind.FESTIVAL):
            for name in rule.occasions:
                for row in self.matching(rule):
                    account = self.book.account(rule.table, row)
                    day = self.day_of(name, rule, row)
                    if account is None or self.stage(account) == "流失" or day is None:
                        continue
                    due = day - dt.timedelta(days=round(rule.limit))
                    if self.soon(due) and not self.found(rule.stop, row, due=midnight(day)):
                        found.append(Task(rule, row, end_of_day(midnight(due)), name))
        return found

    def day_of(self, name: str, rule: Rule, row: Row) -> dt.date | None:
        if name in FESTIVALS:
            return next_festival(name, self.today)
        born = row[BY_NAME[rule.table].by_heading[name].key]
        if born is None:
            return None
        for year in (self.today.year, self.today.year + 1):
            leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            number = 28 if (born.month, born.day) == (2, 29) and not leap else born.day
            if dt.date(year, born.month, number) >= self.today:
                return dt.date(year, born.month, number)
        raise AssertionError

    def reports(self) -> list[Task]:
        """Monthly reports only: this month's when its end is near, else the one before until it is done."""
        found = []
        for rule in self.of_kind(RuleKind.CALENDAR):
            assert (rule.limit, rule.unit) == (1, LimitUnit.MONTH)
            first = self.today.replace(day=1)
            last = add_months(first, 1) - dt.timedelta(days=1)
            before = first - dt.timedelta(days=1)
            lead = min(dt.timedelta(days=self.book.parameters.horizon_days), (last - before) // 2)
            end = last if self.today >= last - lead else before
            if self.judged(end) and not (rule.last_done_on and rule.last_done_on >= end - lead):
                found.append(Task(rule, None, end_of_day(midnight(end))))
        return found

    # ---- states -----------------------------------------------------------------------------------------

    def states(self) -> list[Task]:
        found = []
        for rule in self.of_kind(RuleKind.STATE):
            if rule.effect is Effect.SUGGEST_DORMANT:
                found += [
                    Task(rule, row, end_of_day(midnight(since)))
                    for row in self.matching(rule)
                    if self.book.account(rule.table, row) and (since := self.quiet_since(rule, row))
                ]
            if rule.effect is Effect.PAUSE:
                found += self.reassessments(rule)
            if rule.effect is Effect.RECURRING:
                found += self.recurring(rule)
        return found

    def quiet_since(self, rule: Rule, row: Row) -> dt.date | None:
        last = self.found(rule.start, row)
        if last is None:
            return None
        due = later(last.date(), rule.limit, Unit(SPAN_UNITS[rule.unit]))
        return due if due <= self.today else None

    def reassessments(self, rule: Rule) -> list[Task]:
        found = []
        for row in self.matching(rule):
            account = self.book.account(rule.table, row)
            until = self.paused_until(account) if account else None
            if until and self.soon(until.date()) and self.judged(until.date()):
                found.append(Task(rule, row, end_of_day(midnight(self.workday(until.date())))))
        return found

    def recurring(self, rule: Rule) -> list[Task]:
        days: dict[str, list[dt.date]] = {}
        for row in self.matching(rule):
            at = row["received_at"]
            if at and at <= self.now:
                days.setdefault(row["issue"], []).append(at.date())
        this = self.today.year * 12 + self.today.month - 1
        found = []
        for issue, seen in days.items():
            until = self.improved_until(issue)
            months = {day.year * 12 + day.month - 1 for day in seen if day > until}
            for last in (this, this - 1):
                if {last - back for back in range(round(rule.limit))} <= months:
                    end = add_months(dt.date(last // 12, last % 12 + 1, 1), 1) - dt.timedelta(days=1)
                    found.append(Task(rule, None, end_of_day(midnight(end)), issue))
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
        found = []
        for rule in self.of_kind(RuleKind.THRESHOLD):
            if rule.unit is LimitUnit.YUAN_ABOVE:
                continue
            for row in self.matching(rule):
                at = row[BY_NAME[rule.table].touched]
                measure = self.measure(rule, row)
                if at is None or at > self.now or measure is None or measure >= rule.limit:
                    continue
                done = self.found(rule.stop, row, since=at)
                if self.book.account(rule.table, row) and done is None and self.judged(at.date()):
                    due = at.date() + dt.timedelta(days=self.book.parameters.threshold_days)
                    found.append(Task(rule, row, end_of_day(midnight(due)), f"{at:%Y-%m-%d}"))
        return found

    def measure(self, rule: Rule, row: Row) -> float | None:
        if rule.occasions[0] != OVERALL_SATISFACTION:
            value: float | None = row[BY_NAME[rule.table].by_heading[rule.occasions[0]].key]
            return value
        scores = [row[key] for key in SCORES if row[key] is not None and 1 <= row[key] <= 5]
        return sum(scores) / len(scores) / 5 * 100 if scores else None
