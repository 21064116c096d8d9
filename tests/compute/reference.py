"""Clocks one row at a time, as the semantics tell them; nothing here knows how xlcrm computes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.compute.reference_calendar import PlainCalendar, midnight
from tests.compute.reference_cases import ENDS, Cases
from tests.compute.reference_deadlines import Deadlines, in_time, later, on_given_day, whole_day
from tests.compute.reference_repeats import Repeats
from tests.compute.reference_sources import Asked, Finder, is_date, late_if_date
from xlcrm.rules.base import SPAN_UNITS, Rule, RuleKind
from xlcrm.rules.sources import Pick

if TYPE_CHECKING:
    from tests.compute.reference_book import Book, Row
    from tests.compute.reference_cases import CaseLog

Shown = tuple[str | None, dt.datetime | None, str, int]
CLOCKED = (RuleKind.CLOCK, RuleKind.REPEAT, RuleKind.MILESTONE, RuleKind.WINDOW, RuleKind.STATE)


@dataclass
class Verdict:
    """One rule on one row; no status where the case is not judged. `breaches`: missed deadlines."""

    rule: Rule
    status: str | None
    due: dt.datetime | None
    start: dt.datetime | None
    breaches: int


class Reference:
    """The clocks of one book."""

    def __init__(self, book: Book, worktime: PlainCalendar) -> None:
        self.book, self.worktime, self.now = book, worktime, book.now
        self.cases = Cases(book)
        self.finder = Finder(book)
        self.deadlines = Deadlines(worktime)
        self.repeats = Repeats(book, self.finder, self.deadlines)

    def verdict(self, rule: Rule, row: Row) -> Verdict | None:
        """One rule on one row; None where its condition does not hold."""
        if not self.book.matches(rule.when, row):
            return None
        log = self.cases.of(row)
        begin: dt.datetime | None
        if rule.kind is RuleKind.REPEAT:
            begin, start, due, status, breaches = self.repeats.judge(rule, row, log)
        else:
            start, due, status = self.once(rule, row, log)
            begin, breaches = start, int(status in ("已超时", "超时完成"))
        if self.unreadable(rule, row):
            status = "数据异常"
        first_day = self.book.parameters.started_on
        judged = begin is None or first_day is None or begin >= midnight(first_day)
        missed = breaches if judged and status not in ("未开始", "数据异常") else 0
        return Verdict(rule, status if judged else None, due, start, missed)

    def unreadable(self, rule: Rule, row: Row) -> bool:
        """Whether a cell that starts or stops the clock is not a time."""
        keys = {
            item.place.key
            for item in (*rule.start.items, *rule.stop.items)
            if item.place and item.place.table == rule.table
        }
        if rule.kind is RuleKind.REPEAT:
            keys.add("responded_at")
        return any((rule.table, row["row"], key) in self.book.unreadable for key in keys)

    def once(
        self, rule: Rule, row: Row, log: CaseLog | None
    ) -> tuple[dt.datetime | None, dt.datetime | None, str]:
        """A clock that runs once: start, deadline and status."""
        start, due, stop = self.times(rule, row, log)
        if start is None or due is None:
            return None, None, "未开始"
        if stop is not None:
            return start, due, stopped(rule, start, stop, due)
        waiting = bool(log and log.waiting) and not on_given_day(rule)
        return start, due, self.deadlines.open_status(rule, start, due, self.now, waiting=waiting)

    def times(
        self, rule: Rule, row: Row, log: CaseLog | None
    ) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]:
        """A clock that runs once: start, deadline and stop."""
        picks = {
            item.pick
            for item in rule.stop.items
            if item.place and (item.place.table, item.place.key) == (rule.table, ENDS.get(rule.table))
        }
        ends_case = Pick.OWN in picks
        start = self.start(rule, row)
        if start and log and log.reopened and ends_case and not on_given_day(rule):
            start = max(start, log.reopened) if self.book.parameters.reopened == "重启" else start
        if start is None:
            return None, None, None
        pauses = log.pauses if log and not on_given_day(rule) else []
        due = original = self.deadlines.due(rule, start, pauses)
        if ends_case and row.get("extended_to"):
            due = max(due, late_if_date(row["extended_to"]))
        if log and ends_case:
            stop = log.solved
        else:
            day = original.date()
            if rule.kind is RuleKind.WINDOW:
                day = later(start.date(), rule.limit, rule.unit)
            asked = Asked(rule.table, row, since=start, due=midnight(day))
            stop = self.finder.first_of(rule.stop, asked)
        if stop is None and log and log.ended and Pick.LATER in picks and log.ended > start:
            stop = log.ended
        return start, due, stop

    def start(self, rule: Rule, row: Row) -> dt.datetime | None:
        """The start up to now; a planned day may lie ahead, unless the row itself is from after now."""
        start = self.finder.first_of(rule.start, Asked(rule.table, row))
        if start and (on_given_day(rule) or rule.kind in (RuleKind.MILESTONE, RuleKind.WINDOW)):
            touched = self.book.touched(rule.table)
            return None if touched and row[touched] and row[touched] > self.now else start
        return start if start and start <= self.now else None

    def clocks(self) -> dict[tuple[str, str], list[Shown]]:
        """(table, clock) -> what each row shows."""
        rules = [rule for rule in self.book.rules if is_clock(rule)]
        names = dict.fromkeys((rule.table, rule.clock) for rule in rules)
        return {
            (table, name): [
                shown(
                    [
                        verdict
                        for rule in rules
                        if (rule.table, rule.clock) == (table, name)
                        if (verdict := self.verdict(rule, row))
                    ]
                )
                for row in self.book.rows(table)
            ]
            for table, name in names
        }


def is_clock(rule: Rule) -> bool:
    return bool(rule.clock) and rule.kind in CLOCKED and rule.unit in SPAN_UNITS


def stopped(rule: Rule, start: dt.datetime, stop: dt.datetime, due: dt.datetime) -> str:
    """The status of a clock that has stopped."""
    vague = is_date(stop) or whole_day(start)
    early = stop < start and not (vague and stop.date() == start.date())
    if early and not on_given_day(rule):
        return "数据异常"
    return "按时完成" if in_time(stop, due) else "超时完成"


def shown(verdicts: list[Verdict]) -> Shown:
    """Status, deadline, rule and breaches that a row shows of the rules of one name that match it."""
    if not verdicts:
        return None, None, "", 0
    best = earliest(verdicts)
    return best.status, best.due, best.rule.rule_id, best.breaches


def earliest(verdicts: list[Verdict]) -> Verdict:
    """The earliest deadline holds, of those that are judged if any is."""
    return min(verdicts, key=lambda verdict: (verdict.status is None, verdict.due or dt.datetime.max))
