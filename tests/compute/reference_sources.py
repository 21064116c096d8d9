"""Where a rule's times come from, one row at a time: cells, and contacts of the row's customer or tags."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.compute.reference_calendar import end_of_day
from xlcrm.rules.sources import Pick
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from tests.compute.reference_book import Book, Row
    from xlcrm.rules.conditions import When
    from xlcrm.rules.sources import Source, Sources

FROM_DUE = (Pick.FROM_DUE_DAY, Pick.IN_WINDOW, Pick.WEEK_BEFORE)
Contacts = list[tuple[dt.datetime, "Row"]]


def is_date(at: dt.datetime) -> bool:
    return at.time() == dt.time()


def late_if_date(at: dt.datetime) -> dt.datetime:
    """A date without a time counts as the end of its day."""
    return end_of_day(at) if is_date(at) else at


@dataclass(frozen=True)
class Asked:
    """Whose times are wanted: a row of a table, or one tag of it; a start is known when a stop is wanted.

    `due` is the day from which contacts count: the due day, or the day that a window opens or a festival is.
    """

    table: str
    row: Row
    since: dt.datetime | None = None
    due: dt.datetime | None = None
    tag: str = ""


class Finder:
    """The sources of rules, looked up in one book."""

    def __init__(self, book: Book) -> None:
        self.book, self.now = book, book.now

    def first_of(self, sources: Sources, asked: Asked) -> dt.datetime | None:
        """The time of the first alternative that has one."""
        for source in sources.items:
            found = self.time_of(source, asked)
            if found is not None:
                return found
        return None

    def time_of(self, source: Source, asked: Asked) -> dt.datetime | None:
        if source.pick in (Pick.OWN, Pick.LATER):
            return self.own_time(source, asked)
        contacts = sorted(self.contacts(source, asked), key=lambda one: late_if_date(one[0]))
        if source.pick in (Pick.LAST, Pick.FIRST):
            ends = contacts[-1:] if source.pick is Pick.LAST else contacts[:1]
            return ends[0][0] if ends else None
        anchor = self.anchor(source, asked)
        if anchor is None:
            return None
        assert source.place is not None
        if source.place.table == asked.table:
            if source.when is None or self.book.matches(source.when, asked.row):
                anchor = late_if_date(anchor)  # a record never follows itself
            contacts = [one for one in contacts if late_if_date(one[0]) > anchor]
        else:
            contacts = [one for one in contacts if late_if_date(one[0]) >= anchor]
        day = asked.due or asked.since
        if source.pick is Pick.WEEK_BEFORE and day is not None:
            contacts = [one for one in contacts if one[0] <= end_of_day(day)]
        place = 1 if source.pick is Pick.SECOND_AFTER_START else 0
        return contacts[place][0] if place < len(contacts) else None

    def anchor(self, source: Source, asked: Asked) -> dt.datetime | None:
        """The moment from which contacts count."""
        if source.pick is Pick.AFTER_ROW:
            at: dt.datetime | None = asked.row[self.book.touched(asked.table)]
            return at
        due = asked.due or asked.since
        if source.pick is Pick.WEEK_BEFORE and due is not None:
            return due - dt.timedelta(days=7)
        return due if source.pick in FROM_DUE else asked.since

    def own_time(self, source: Source, asked: Asked) -> dt.datetime | None:
        place, since = source.place, asked.since
        assert place is not None
        at = self.book.value(place.table, place.key, asked.table, asked.row)
        if at is None or ((since is not None or self.book.records_past(place)) and at > self.now):
            return None
        if place.table != asked.table and since is not None and late_if_date(at) < since:
            return None
        if source.pick is Pick.LATER and (since is None or late_if_date(at) <= since):
            return None
        moment: dt.datetime = end_of_day(at) if source.day_end else at
        return moment

    def contacts(self, source: Source, asked: Asked) -> Contacts:
        """The contacts up to now with the row's customer, or about its tags."""
        if source.place is None:
            return self.any_contacts(self.book.account(asked.table, asked.row))
        name, key = source.place.table, source.place.key
        if BY_NAME[name].subject:
            tags = {asked.tag} if asked.tag else self.book.tags(asked.table, asked.row)
            rows = [row for row in self.book.rows(name) if tags & self.book.tags(name, row)]
        else:
            account = self.book.account(asked.table, asked.row)
            rows = [] if account is None else self.book.of_account(name, account)
        return self.up_to_now(rows, key, source.when)

    def any_contacts(self, account: str | None) -> Contacts:
        """Every interaction with a customer that any table records."""
        if account is None:
            return []
        return [
            contact
            for name in self.book.tables
            if self.book.touched(name) and not BY_NAME[name].subject
            for contact in self.up_to_now(self.book.of_account(name, account), self.book.touched(name), None)
        ]

    def up_to_now(self, rows: list[Row], key: str, when: When | None) -> Contacts:
        return [
            (row[key], row)
            for row in rows
            if row[key] and row[key] <= self.now and (when is None or self.book.matches(when, row))
        ]
