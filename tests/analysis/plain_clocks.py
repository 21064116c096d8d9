"""Every clock of a workbook in plain Python: what came of it and how long it took, case by case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pandas as pd

from tests.compute.build import run
from tests.compute.random_book import calendars, rules, workbook
from tests.compute.random_cells import NOW
from tests.compute.reference import Reference, earliest, is_clock
from tests.compute.reference_book import Book
from tests.compute.reference_calendar import PlainCalendar, midnight
from tests.compute.reference_deadlines import merged, on_given_day
from xlcrm.analysis.scope import Scope
from xlcrm.checks.base import no_findings
from xlcrm.compute.facts import Facts
from xlcrm.rules.base import CalendarKind, Rule, RuleKind
from xlcrm.rules.parameters import Parameters
from xlcrm.rules.reading import default_book

if TYPE_CHECKING:
    import numpy as np

    from tests.compute.reference_book import Row

OUTCOMES = {
    "按时完成": "met",
    "超时完成": "late",
    "已超时": "breached",
    "进行中": "open",
    "即将超时": "open",
    "暂停": "open",
    "数据异常": "invalid",
    None: "unjudged",
}
MINUTE = dt.timedelta(minutes=1)


@dataclass
class PlainClock:
    """One clock of one case; `place` counts the rows of its table from 0."""

    table: str
    clock: str
    place: int
    owner: str | None
    level: str | None
    start: dt.datetime | None
    outcome: str
    minutes: int | None
    breaches: int

    @property
    def month(self) -> str | None:
        return None if self.start is None else f"{self.start:%Y-%m}"


def random_scope(
    seed: int, size: int, month: str, pack: str = "full", *, drawn: bool
) -> tuple[Scope, Reference]:
    """A random workbook's scope, and the reference that judges the same workbook."""
    random = Random(seed)  # noqa: S311 - a draw, not a secret
    data = workbook(random, size, pack)
    book = rules(random, pack) if drawn else default_book(pack)
    worktime, plain = calendars(random, NOW)
    parameters = Parameters(
        reopened=random.choice(("续算", "重启", "保留原判")),
        started_on=random.choice((None, NOW.date() - dt.timedelta(days=5))),
    )
    found = run(Facts(data, book, parameters, worktime, NOW))
    reported: np.datetime64 = pd.Timestamp(f"{month}-01").to_numpy().astype("datetime64[M]")
    return Scope(found, reported, no_findings()), Reference(Book(data, book.rules, parameters, NOW), plain)


def plain_clocks(reference: Reference) -> list[PlainClock]:
    """Every clock that has started, those that cannot be judged and those from before 启用日期 too."""
    of_rules = [rule for rule in reference.book.rules if is_clock(rule)]
    found = []
    for table, name in dict.fromkeys((rule.table, rule.clock) for rule in of_rules):
        own = [rule for rule in of_rules if (rule.table, rule.clock) == (table, name)]
        for place, row in enumerate(reference.book.rows(table)):
            verdicts = [verdict for rule in own if (verdict := reference.verdict(rule, row))]
            if verdicts and (best := earliest(verdicts)).status != "未开始":
                start, minutes = times(reference, best.rule, row)
                customer = reference.book.customer(table, row) or {}
                outcome = OUTCOMES[best.status]
                found.append(
                    PlainClock(
                        table,
                        name,
                        place,
                        (row.get("owner") or row.get("by")) or customer.get("owner"),
                        row.get("level") or row.get("urgency"),
                        start,
                        outcome,
                        minutes if outcome in ("met", "late") else None,
                        best.breaches,
                    )
                )
    return found


def times(reference: Reference, rule: Rule, row: Row) -> tuple[dt.datetime | None, int | None]:
    """Where a clock began, and the minutes that counted up to its stop."""
    log = reference.cases.of(row)
    if rule.kind is RuleKind.REPEAT:
        return reference.repeats.judge(rule, row, log)[0], None
    start, _, stop = reference.times(rule, row, log)
    if start is None or stop is None or on_given_day(rule):
        return start, None
    since, until = (midnight(at.date()) if is_day(start) or is_day(stop) else at for at in (start, stop))
    calendar = reference.worktime if rule.calendar is CalendarKind.WORKING else PlainCalendar()
    taken = calendar.between(since, until) // MINUTE
    for begins, ends in merged(log.pauses) if log else []:
        taken -= calendar.between(max(begins, since), min(ends, until)) // MINUTE
    return start, taken


def is_day(at: dt.datetime) -> bool:
    """Whether a moment stands for its whole day."""
    return at.time() in (dt.time(), dt.time(23, 59, 59))
