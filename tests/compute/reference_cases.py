"""What the logs say of a case: its pauses, whether it waits, when it was opened again and solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.tables import BY_NAME
from xlcrm.tables.base import TIMES

if TYPE_CHECKING:
    import datetime as dt

    from tests.compute.reference_book import Book, Row
    from tests.compute.reference_calendar import Span

ENDS = {
    "complaints": "resolved_at",
    "service_issues": "resolved_at",
    "recovery_cases": "completed_at",
    "orders": "completed_at",
}
"""Tables of cases and the cell that ends one."""
SOLVED = ("已解决", "已关闭")
STEPS = {
    "responded_at": "接收安抚",
    "investigated_at": "调查",
    "proposed_at": "方案制定",
    "resolved_at": "处理完成",
    "called_back_at": "回访",
}


@dataclass
class CaseLog:
    """What is known of one case up to now; `ended` is its own cell's end, `solved` the one that counts."""

    pauses: list[Span]
    waiting: bool
    reopened: dt.datetime | None
    ended: dt.datetime | None
    solved: dt.datetime | None


class Cases:
    """The replayed logs of a book's cases, by their rows; reading them completes the rows' times."""

    def __init__(self, book: Book) -> None:
        self.book, self.now = book, book.now
        self.logs: dict[int, CaseLog] = {}
        for table, end in ENDS.items():
            seen: set[str] = set()
            for row in book.rows(table):
                typed = dict(row)
                steps = self.fill_from_steps(row) if table == "complaints" else []
                number = row[BY_NAME[table].key]
                log = self.replay(table, row, typed, steps, first=number not in seen)
                seen.add(number)
                self.logs[id(row)] = log
                row[end] = log.solved

    def of(self, row: Row) -> CaseLog | None:
        return self.logs.get(id(row))

    def past(self, at: dt.datetime | None) -> dt.datetime | None:
        return at if at is not None and at <= self.now else None

    def fill_from_steps(self, row: Row) -> list[Row]:
        """A complaint's blank times come from its steps; the newest step is feedback too."""
        number = row["complaint_id"]
        steps = [
            step
            for step in self.book.rows("complaint_steps")
            if number and step["complaint_id"] == number and self.past(step["handled_at"])
        ]
        for key, name in STEPS.items():
            times = [step["handled_at"] for step in steps if step["step"] == name]
            row[key] = self.past(row[key]) or min(times, default=None)
        times = [step["handled_at"] for step in steps]
        row["updated_at"] = max([*times, *filter(None, [self.past(row["updated_at"])])], default=None)
        return steps

    def replay(self, table: str, row: Row, typed: Row, steps: list[Row], *, first: bool) -> CaseLog:
        """The log of one case; changes of a number that stands in two rows belong to the first one."""
        number = row[BY_NAME[table].key]
        changes = [
            (change["changed_at"], change["status"])
            for change in self.book.rows("status_changes")
            if first and number and change["case_id"] == number and change["changed_at"] and change["status"]
        ]
        events = sorted([c for c in changes if c[0] <= self.now], key=lambda change: change[0])
        happened = [item.key for item in BY_NAME[table].columns if item.past and item.kind in TIMES]
        ahead = len(events) < len(changes) or any(typed[key] and typed[key] > self.now for key in happened)
        status = row.get("status")
        cell_waits = status == "等待客户" and not ahead
        log_waits = bool(events) and events[-1][1] == "等待客户"
        waiting = cell_waits or ((status is None or ahead) and log_waits)
        ended = self.past(row[ENDS[table]])
        openings = [at for at, word in events if word == "重新打开"]
        solutions = [at for at, word in events if word in SOLVED]
        solutions += [step["handled_at"] for step in steps if step["step"] == "处理完成"]
        reopened, solved = self.settle(openings, sorted([*solutions, *filter(None, [ended])]), ended)
        pauses: list[Span] = []
        for place, (at, word) in enumerate(events):
            last = place + 1 == len(events)
            until = (self.now if waiting else at) if last else events[place + 1][0]
            if word == "等待客户" or (word in SOLVED and reopened and at < reopened):
                pauses.append((at, until))
        if ended and reopened and ended < reopened:
            pauses.append((ended, min(at for at in openings if at >= ended)))
        if cell_waits and not log_waits:
            times = [at for key in happened if (at := self.past(row[key]))] + [at for at, _ in events]
            if times:
                pauses.append((max(times), self.now))
        return CaseLog([span for span in pauses if span[0] < span[1]], waiting, reopened, ended, solved)

    def settle(
        self, openings: list[dt.datetime], solutions: list[dt.datetime], ended: dt.datetime | None
    ) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The last reopening, None where the first verdict is kept; and the solution that counts."""
        if not openings:
            return None, ended
        if self.book.parameters.reopened == "保留原判":
            return None, solutions[0] if solutions else None
        last = openings[-1]
        if ended and ended > last:
            return last, ended
        return last, next((at for at in solutions if at > last), None)
