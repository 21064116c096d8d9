"""Days that come: milestones and windows after a date, festivals, anniversaries, and the team's reports."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.compute.reference_calendar import end_of_day, midnight
from tests.compute.reference_deadlines import later
from tests.compute.reference_sources import is_date
from tests.compute.reference_tasks import Task, whole
from tests.reference_time import add_months
from xlcrm.periods import FESTIVALS, next_festival
from xlcrm.rules.base import LimitUnit, Rule, RuleKind
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference_book import Row
    from tests.compute.reference_tasks import Desk

HOURS = {LimitUnit.HOUR: 1, LimitUnit.MINUTE: 1 / 60, LimitUnit.HOURS_BEFORE: -1}
DAY = dt.timedelta(days=1)


def counted(rule: Rule, start: dt.datetime, limit: float) -> tuple[dt.datetime, bool]:
    """So long after a start or before it, and whether that is a day: hours count from a moment alone."""
    if rule.unit not in HOURS:
        return midnight(later(start.date(), limit, rule.unit)), True
    hours = dt.timedelta(hours=limit * HOURS[rule.unit])
    if not is_date(start):
        return start + hours, False
    return midnight(((end_of_day(start) if hours < dt.timedelta() else start) + hours).date()), True


class Occasions:
    """The days of one book."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.book, self.today = desk, desk.book, desk.today

    def tasks(self) -> list[Task]:
        found = self.greetings() + self.reports()
        for rule in self.desk.of_kind(RuleKind.MILESTONE, RuleKind.WINDOW):
            if not rule.clock:
                for row in self.kept(rule):
                    start = self.desk.found(rule.start, row)
                    if start is not None:
                        of_kind = self.milestone if rule.kind is RuleKind.MILESTONE else self.window
                        found += of_kind(rule, row, start)
        return found

    def kept(self, rule: Rule) -> list[Row]:
        """Matching rows of customers who are not lost."""
        return [
            row
            for row in self.desk.matching(rule)
            if self.desk.stage(self.book.account(rule.table, row)) != "流失"
        ]

    def milestone(self, rule: Rule, row: Row, start: dt.datetime) -> list[Task]:
        found = []
        for limit, following in zip(rule.limits, [*rule.limits[1:], None], strict=True):
            due, by_day = counted(rule, start, limit)
            if following and counted(rule, start, following)[0].date() <= self.today:
                continue  # a missed day gives way to the rule's next one
            done = self.desk.found(rule.stop, row, since=start, due=due)
            if done is None and self.desk.soon(due.date()) and self.desk.judged(due.date()):
                shown = whole(self.desk.workday(due.date())) if by_day else due
                found.append(Task(rule, row, shown, f"{limit:g}{rule.unit.value}"))
        return found

    def window(self, rule: Rule, row: Row, start: dt.datetime) -> list[Task]:
        """A missed window gives way to a later one of the same kind once that has opened."""
        opens, closes = (counted(rule, start, limit)[0].date() for limit in rule.limits)
        for other in self.desk.of_kind(RuleKind.WINDOW):
            same = (other.start, other.stop) == (rule.start, rule.stop) and other.limit > rule.limit
            opened = counted(other, start, other.limit)[0].date() <= self.today
            if same and opened and self.book.matches(other.when, row):
                return []
        done = self.desk.found(rule.stop, row, since=start, due=midnight(opens))
        if done is None and self.desk.soon(opens) and self.desk.judged(closes):
            return [Task(rule, row, whole(self.desk.workday(closes)))]
        return []

    def greetings(self) -> list[Task]:
        """From the lead time on until the day is over, or a contact in the week up to it."""
        found = []
        for rule in self.desk.of_kind(RuleKind.FESTIVAL, RuleKind.ANNIVERSARY):
            for name in rule.occasions:
                for row in self.kept(rule):
                    day = self.day_of(name, rule, row)
                    if self.book.account(rule.table, row) is None or day is None:
                        continue
                    due = day - dt.timedelta(days=round(rule.limit))
                    if self.desk.soon(due) and not self.desk.found(rule.stop, row, due=midnight(day)):
                        found.append(Task(rule, row, whole(due), name))
        return found

    def day_of(self, name: str, rule: Rule, row: Row) -> dt.date | None:
        """The next day of an occasion; a date that lies ahead comes once, others every year."""
        if name in FESTIVALS:
            return next_festival(name, self.today)
        column = BY_NAME[rule.table].by_heading[name]
        at = row[column.key]
        if at is None:
            return None
        if column.key == "contract_ends_on":
            return at.date() if at.date() >= self.today else None
        for year in (self.today.year, self.today.year + 1):
            leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            number = 28 if (at.month, at.day) == (2, 29) and not leap else at.day
            if dt.date(year, at.month, number) >= self.today:
                return dt.date(year, at.month, number)
        raise AssertionError

    def reports(self) -> list[Task]:
        """This period's when its end is near, else the one before until it is done."""
        found = []
        for rule in self.desk.of_kind(RuleKind.CALENDAR):
            before, last = self.ends(rule)
            lead = min(dt.timedelta(days=self.book.parameters.horizon_days), (last - before) // 2)
            end = last if self.today >= last - lead else before
            if self.desk.judged(end) and not (rule.last_done_on and rule.last_done_on >= end - lead):
                found.append(Task(rule, None, whole(end)))
        return found

    def ends(self, rule: Rule) -> tuple[dt.date, dt.date]:
        """The last days of the period before and of this one, counted from 1970; weeks begin on Monday."""
        if rule.unit is LimitUnit.WEEK:
            monday = dt.date(1969, 12, 29)
            while monday + 7 * round(rule.limit) * DAY <= self.today:
                monday += 7 * round(rule.limit) * DAY
            return monday - DAY, monday + (7 * round(rule.limit) - 1) * DAY
        months = round(rule.limit) * (12 if rule.unit is LimitUnit.YEAR else 1)
        first = dt.date(1970, 1, 1)
        while add_months(first, months) <= self.today:
            first = add_months(first, months)
        return first - DAY, add_months(first, months) - DAY
