"""Clocks one row at a time, as the semantics tell them; nothing here knows how xlcrm computes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.compute.reference_calendar import PlainCalendar, Span, end_of_day, midnight
from tests.reference_time import add_months
from xlcrm.rules.base import CalendarKind, LimitUnit, Rule, RuleKind
from xlcrm.rules.sources import Pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.compute.reference_book import Book, Row
    from xlcrm.rules.sources import Source, Sources

NATURAL = PlainCalendar()
SOLVED = ("已解决", "已关闭")
STEPS = {
    "responded_at": "接收安抚",
    "investigated_at": "调查",
    "proposed_at": "方案制定",
    "resolved_at": "处理完成",
    "called_back_at": "回访",
}
HAPPENED = (
    *("received_at", "executed_at", "contacted_at", "responded_at", "emergency_at", "investigated_at"),
    *("proposed_at", "updated_at", "resolved_at", "notified_at", "called_back_at"),
)
"""The times of a complaint that record what has happened."""


@dataclass
class CaseLog:
    """What the logs say of one complaint up to now."""

    pauses: list[Span]
    waiting: bool
    reopened: dt.datetime | None
    solved: dt.datetime | None


@dataclass
class Verdict:
    """One rule on one row; no status where the case is not judged."""

    rule: Rule
    status: str | None
    due: dt.datetime | None
    start: dt.datetime | None = None


def is_date(at: dt.datetime) -> bool:
    return at.time() == dt.time()


def late_if_date(at: dt.datetime) -> dt.datetime:
    """A date without a time counts as the end of its day."""
    return end_of_day(at) if is_date(at) else at


class Reference:
    """The clocks of one book."""

    def __init__(self, book: Book, worktime: PlainCalendar) -> None:
        self.book, self.worktime, self.now = book, worktime, book.now
        self.logs: dict[int, CaseLog] = {}
        if "complaints" in book.tables:
            self.fill_complaints()

    # ---- the logs -------------------------------------------------------------------------------------

    def fill_complaints(self) -> None:
        """Times from the steps, then pauses and reopenings, then the solution that counts."""
        steps = [step for step in self.book.rows("complaint_steps") if self.past(step["handled_at"])]
        seen: set[str] = set()
        for row in self.book.rows("complaints"):
            typed = dict(row)
            own = [
                step for step in steps if row["complaint_id"] and step["complaint_id"] == row["complaint_id"]
            ]
            for key, name in STEPS.items():
                times = [step["handled_at"] for step in own if step["step"] == name]
                row[key] = self.past(row[key]) or min(times, default=None)
            times = [step["handled_at"] for step in own]
            row["updated_at"] = max([*times, *filter(None, [self.past(row["updated_at"])])], default=None)
            first = row["complaint_id"] is not None and row["complaint_id"] not in seen
            seen.add(row["complaint_id"] or "")
            log = self.case_log(row, typed, own, known=first)
            self.logs[id(row)] = log
            row["resolved_at"] = log.solved

    def past(self, at: dt.datetime | None) -> dt.datetime | None:
        return at if at is not None and at <= self.now else None

    def case_log(self, row: Row, typed: Row, steps: list[Row], *, known: bool) -> CaseLog:
        changes = [
            (change["changed_at"], change["status"])
            for change in self.book.rows("status_changes")
            if known
            and change["case_id"] == row["complaint_id"]
            and change["changed_at"]
            and change["status"]
        ]
        events = sorted([c for c in changes if c[0] <= self.now], key=lambda change: change[0])
        ahead = len(events) < len(changes) or any(typed[key] and typed[key] > self.now for key in HAPPENED)
        cell_waits = row["status"] == "等待客户" and not ahead
        log_waits = bool(events) and events[-1][1] == "等待客户"
        waiting = cell_waits or ((row["status"] is None or ahead) and log_waits)
        resolved = row["resolved_at"]
        openings = [at for at, status in events if status == "重新打开"]
        solutions = [at for at, status in events if status in SOLVED]
        solutions += [step["handled_at"] for step in steps if step["step"] == "处理完成"]
        solutions = sorted([*solutions, *filter(None, [resolved])])
        reopened, solved = None, resolved
        if openings and self.book.parameters.reopened == "保留原判":
            solved = solutions[0] if solutions else None
        elif openings:
            reopened = openings[-1]
            solved = next((at for at in solutions if at > reopened), None)
            if resolved and resolved > reopened:
                solved = resolved
        pauses: list[Span] = []
        for number, (at, status) in enumerate(events):
            last = number + 1 == len(events)
            until = (self.now if waiting else at) if last else events[number + 1][0]
            if status == "等待客户" or (status in SOLVED and reopened and at < reopened):
                pauses.append((at, until))
        if resolved and reopened and resolved < reopened:
            pauses.append((resolved, min(at for at in openings if at >= resolved)))
        if cell_waits and not log_waits:
            times = [at for key in HAPPENED if (at := self.past(row[key]))] + [at for at, _ in events]
            if times:
                pauses.append((max(times), self.now))
        return CaseLog([span for span in pauses if span[0] < span[1]], waiting, reopened, solved)

    # ---- sources --------------------------------------------------------------------------------------

    def first_of(
        self, sources: Sources, table: str, row: Row, since: dt.datetime | None
    ) -> dt.datetime | None:
        for source in sources.items:
            found = self.time_of(source, table, row, since)
            if found is not None:
                return found
        return None

    def time_of(self, source: Source, table: str, row: Row, since: dt.datetime | None) -> dt.datetime | None:
        """One start or, with `since`, one stop."""
        if source.pick is Pick.OWN:
            return self.own_time(source, table, row, since)
        contacts = self.contacts(source, self.book.account(table, row))
        if source.pick is Pick.LAST:
            return max(contacts, key=lambda one: late_if_date(one[0]), default=(None, {}))[0]
        if source.pick is Pick.FIRST:
            return min(contacts, key=lambda one: late_if_date(one[0]), default=(None, {}))[0]
        anchor = row[self.book.touched(table)] if source.pick is Pick.AFTER_ROW else since
        if anchor is None:
            return None
        assert source.place is not None
        if source.place.table == table:
            if any(other is row for _, other in contacts) or source.when is None:
                anchor = late_if_date(anchor)
            contacts = [one for one in contacts if late_if_date(one[0]) > anchor]
        else:
            contacts = [one for one in contacts if late_if_date(one[0]) >= anchor]
        contacts.sort(key=lambda one: late_if_date(one[0]))
        place = 1 if source.pick is Pick.SECOND_AFTER_START else 0
        return contacts[place][0] if place < len(contacts) else None

    def own_time(self, source: Source, table: str, row: Row, since: dt.datetime | None) -> dt.datetime | None:
        assert source.place is not None
        at = self.book.value(source.place.table, source.place.key, table, row)
        if at is None or ((since is not None or self.book.records_past(source.place)) and at > self.now):
            return None
        if source.place.table != table and since is not None and late_if_date(at) < since:
            return None
        moment: dt.datetime = end_of_day(at) if source.day_end else at
        return moment

    def contacts(self, source: Source, account: str | None) -> list[tuple[dt.datetime, Row]]:
        """A customer's contacts up to now, in the order of their rows."""
        if account is None:
            return []
        if source.place is None:
            places = [(name, self.book.touched(name)) for name in self.book.tables if self.book.touched(name)]
        else:
            places = [(source.place.table, source.place.key)]
        return [
            (row[key], row)
            for name, key in places
            for row in self.book.of_account(name, account)
            if self.past(row[key]) and (source.when is None or self.book.matches(source.when, row))
        ]

    # ---- verdicts -------------------------------------------------------------------------------------

    def verdict(self, rule: Rule, row: Row) -> Verdict | None:
        """One rule on one row; None where its condition does not hold."""
        if not self.book.matches(rule.when, row):
            return None
        log = self.logs.get(id(row)) if rule.table == "complaints" else None
        start = self.first_of(rule.start, rule.table, row, None)
        touched = self.book.touched(rule.table)
        if start and (
            (rule.limit and start > self.now)
            or (not rule.limit and touched and row[touched] and row[touched] > self.now)
        ):
            start = None
        at_solution = any(item.place and item.place.key == "resolved_at" for item in rule.stop.items)
        if start and log and log.reopened and at_solution and self.book.parameters.reopened == "重启":
            start = max(start, log.reopened)
        if start is None:
            return Verdict(rule, "未开始", None)
        stop = log.solved if log and at_solution else self.first_of(rule.stop, rule.table, row, start)
        original = self.deadline(rule, start, log.pauses if log else [])
        due = original
        if at_solution and row.get("extended_to"):
            due = max(due, late_if_date(row["extended_to"]))
        status: str | None = self.status(rule, start, stop, due, waiting=bool(log and log.waiting))
        first_day = self.book.parameters.started_on
        if first_day is not None and start < midnight(first_day):
            status = None
        return Verdict(rule, status, due, start)

    def calendar(self, rule: Rule) -> PlainCalendar:
        return self.worktime if rule.calendar is CalendarKind.WORKING else NATURAL

    def span(self, amount: float, unit: LimitUnit, calendar: PlainCalendar) -> dt.timedelta:
        """So much of the calendar's time; a day of working time is an ordinary day's hours."""
        minutes = {
            LimitUnit.MINUTE: 1.0,
            LimitUnit.HOUR: 60.0,
            LimitUnit.DAY: 1440.0,
            LimitUnit.WEEK: 10080.0,
        }
        if calendar.hours is not None:
            day = sum(two - one for one, two in calendar.hours)
            minutes |= {LimitUnit.DAY: day, LimitUnit.WEEK: day * len(calendar.weekdays)}
        return dt.timedelta(minutes=round(amount * minutes[unit]))

    def deadline(self, rule: Rule, start: dt.datetime, pauses: Sequence[Span]) -> dt.datetime:
        calendar = self.calendar(rule)
        by_day = is_date(start) or start == end_of_day(start)
        if rule.limit == 0:
            return end_of_day(start) if by_day else start
        if rule.unit in (LimitUnit.MONTH, LimitUnit.YEAR):
            months = round(rule.limit) * (12 if rule.unit is LimitUnit.YEAR else 1)
            whole = dt.datetime.combine(add_months(start.date(), months), start.time())
            due = NATURAL.walk(start, whole - start, list(pauses))
        else:
            days = calendar.hours is not None and rule.unit in (LimitUnit.DAY, LimitUnit.WEEK)
            begins = end_of_day(start) if days and by_day else start
            due = calendar.walk(begins, self.span(rule.limit, rule.unit, calendar), list(pauses))
        if not by_day:
            return due
        end = end_of_day(due)
        for since, until in merged(pauses):
            if due < since <= end:
                moved = end.date() + (until.date() - since.date())
                end = end_of_day(midnight(calendar.next_working_day(moved)))
        return end

    def status(
        self, rule: Rule, start: dt.datetime, stop: dt.datetime | None, due: dt.datetime, *, waiting: bool
    ) -> str:
        if stop is not None:
            vague = is_date(stop) or is_date(start) or start == end_of_day(start)
            if rule.limit and stop < start and not (vague and stop.date() == start.date()):
                return "数据异常"
            in_time = stop.date() <= due.date() if is_date(stop) else stop <= due
            return "按时完成" if in_time else "超时完成"
        if waiting and due >= self.now:
            return "暂停"
        if self.now > due:
            return "已超时"
        return "即将超时" if self.warns(rule, start, due) else "进行中"

    def warns(self, rule: Rule, start: dt.datetime, due: dt.datetime) -> bool:
        calendar = self.calendar(rule)
        share = rule.warning.share or 0.0
        if rule.warning.minutes is not None:
            days, rest = divmod(rule.warning.minutes, 1440)
            lead = self.span(days, LimitUnit.DAY, calendar) + dt.timedelta(minutes=rest)
        elif rule.unit in (LimitUnit.MONTH, LimitUnit.YEAR):
            months = round(rule.limit) * (12 if rule.unit is LimitUnit.YEAR else 1)
            days = (add_months(start.date(), months) - start.date()).days
            return self.now >= due - dt.timedelta(minutes=round(days * 1440 * share))
        else:
            whole = self.span(rule.limit, rule.unit, calendar)
            lead = dt.timedelta(minutes=round(whole / dt.timedelta(minutes=1) * share))
        if not lead:
            return self.now >= due
        left = calendar.between(self.now, due)
        return left < lead or (left == lead and calendar.running(self.now))

    def clocks(self) -> dict[tuple[str, str], list[tuple[str | None, dt.datetime | None, str]]]:
        """(table, clock) -> status, deadline and rule of each row; of several the earliest deadline."""
        rules = [rule for rule in self.book.rules if rule.kind is RuleKind.CLOCK]
        names = dict.fromkeys((rule.table, rule.clock) for rule in rules if rule.clock)
        return {
            (table, name): [
                shown(
                    [
                        v
                        for rule in rules
                        if (rule.table, rule.clock) == (table, name)
                        if (v := self.verdict(rule, row))
                    ]
                )
                for row in self.book.rows(table)
            ]
            for table, name in names
        }


def shown(verdicts: list[Verdict]) -> tuple[Any, Any, str]:
    """What the row shows of the rules of one name that match it."""
    if not verdicts:
        return None, None, ""
    best = earliest(verdicts)
    return best.status, best.due, best.rule.rule_id


def earliest(verdicts: list[Verdict]) -> Verdict:
    return min(verdicts, key=lambda verdict: verdict.due or dt.datetime.max)


def merged(pauses: Sequence[Span]) -> list[Span]:
    """Overlapping pauses as one."""
    result: list[Span] = []
    for since, until in sorted(pauses):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(until, result[-1][1]))
        else:
            result.append((since, until))
    return result
