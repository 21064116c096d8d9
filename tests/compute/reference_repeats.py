"""Repeats one row at a time: from feedback to feedback, every interval judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.compute.reference_cases import ENDS
from tests.compute.reference_deadlines import in_time
from tests.compute.reference_sources import Asked, is_date, late_if_date
from xlcrm.rules.sources import Pick

if TYPE_CHECKING:
    import datetime as dt

    from tests.compute.reference_book import Book, Row
    from tests.compute.reference_cases import CaseLog
    from tests.compute.reference_deadlines import Deadlines
    from tests.compute.reference_sources import Finder
    from xlcrm.rules.base import Rule


class Repeats:
    """The clocks of one book that begin anew at each feedback."""

    def __init__(self, book: Book, finder: Finder, deadlines: Deadlines) -> None:
        self.book, self.finder, self.deadlines, self.now = book, finder, deadlines, book.now

    def judge(
        self, rule: Rule, row: Row, log: CaseLog | None
    ) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None, str, int]:
        """Where the repeat began, where its last interval did, its deadline, the status and the breaches."""
        begin = self.finder.first_of(rule.start, Asked(rule.table, row))
        if begin is None or begin > self.now:
            return None, None, None, "未开始", 0
        at_end = any(item.place and item.place.key == ENDS.get(rule.table) for item in rule.start.items)
        solved = log.solved if log and not at_end else None
        if log and not at_end and log.reopened and self.book.parameters.reopened == "重启":
            begin = max(begin, log.reopened)
        over = self.deadlines.due(rule, begin, [], rule.limits[1]) if len(rule.limits) > 1 else None
        end = min((at for at in (solved, over) if at), default=None)
        until = self.now if end is None else min(end, self.now)
        pauses = log.pauses if log else []
        records = self.records(rule, row, until)
        cell = self.newest_cell(rule, row, begin)
        hidden = cell is not None and cell > until
        newest = None if hidden else cell
        base = self.first_base(row, begin, until, records, newest)
        status: str
        if base is None:
            return begin, None, None, self.checked("未开始", begin, end), 0
        late = 0
        while (found := following(records, base)) is not None:
            late += not in_time(found, self.deadlines.due(rule, base, pauses))
            base = found
        if newest and newest > base:
            base = newest
        due = self.deadlines.due(rule, base, pauses)
        solved = solved if solved and not (over and solved > over) else None
        if over and due > over:
            due, status = over, "按时完成"
        elif solved:
            status = "按时完成" if hidden or in_time(solved, due) else "超时完成"
        elif over and over < self.now:
            status = "按时完成" if hidden else "超时完成"
        else:
            waiting = bool(log and log.waiting)
            status = self.deadlines.open_status(rule, base, due, self.now, waiting=waiting)
        breaches = late + (status in ("已超时", "超时完成"))
        if status == "按时完成" and late:
            status = "超时完成"
        return begin, base, due, self.checked(status, begin, end), breaches

    def checked(self, status: str, begin: dt.datetime, end: dt.datetime | None) -> str:
        """A repeat that ends before it began is an error of the data."""
        if end is None or end >= begin:
            return status
        vague = is_date(end) or is_date(begin)
        return status if vague and end.date() == begin.date() else "数据异常"

    def records(self, rule: Rule, row: Row, until: dt.datetime) -> list[dt.datetime]:
        """Every recorded feedback, in order; cells hold the newest one alone."""
        asked = Asked(rule.table, row)
        times = [
            at
            for source in rule.stop.items
            if source.pick not in (Pick.OWN, Pick.LATER)
            for at, _ in self.finder.contacts(source, asked)
            if at <= until
        ]
        return sorted(times, key=late_if_date)

    def newest_cell(self, rule: Rule, row: Row, begin: dt.datetime) -> dt.datetime | None:
        cells = [item for item in rule.stop.items if item.pick in (Pick.OWN, Pick.LATER)]
        times = [self.finder.time_of(item, Asked(rule.table, row, since=begin)) for item in cells]
        return max((at for at in times if at), default=None)

    def first_base(
        self,
        row: Row,
        begin: dt.datetime,
        until: dt.datetime,
        records: list[dt.datetime],
        newest: dt.datetime | None,
    ) -> dt.datetime | None:
        """The first response, else the first feedback; the start where no response is asked for."""
        if "responded_at" not in row:
            return begin
        responded = row["responded_at"]
        if responded and responded <= until:
            first: dt.datetime = max(responded, begin)
            return first
        return following(records, begin) or newest


def following(records: list[dt.datetime], base: dt.datetime) -> dt.datetime | None:
    """The first record after a moment; a date counts as its end."""
    return next((at for at in records if late_if_date(at) > late_if_date(base)), None)
