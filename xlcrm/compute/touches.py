"""Contacts with customers: the last, the first, or the first after a moment, looked up by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.compute.subjects import CUSTOMER_TAGS, Subjects, carried
from xlcrm.periods import end_of_day
from xlcrm.rules.sources import Pick, Source, Sources
from xlcrm.tables import BY_NAME, TABLES

if TYPE_CHECKING:
    from xlcrm.rules.conditions import Place, When

_SHIFT = np.int64(1) << 34
"""Room for seconds since 1970 up to the year 2514 beside an account's code."""
_LAST_SECOND = _SHIFT - 1
_DAY = np.timedelta64(86_399, "s")


@dataclass(frozen=True)
class Touches:
    """Moments sorted by account and time; a date without a time counts as the end of its day."""

    keys: Integers
    at: Moments

    @property
    def codes(self) -> Integers:
        """(n,) the account of each moment."""
        return self.keys // _SHIFT

    @classmethod
    def of(cls, codes: Integers, at: Moments) -> Touches:
        """Index (n,) codes and moments; unknown customers and blanks are left out."""
        known = (codes >= 0) & ~np.isnat(at)
        codes, at = codes[known], at[known]
        keys = _keys(codes, _end_if_date(at))
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], at[order])

    def last(self, codes: Integers) -> Moments:
        """(n,) the newest moment of each account, NaT without one."""
        return self._at(np.searchsorted(self.keys, _keys_last(codes), side="right") - 1, codes)

    def first_from(
        self, codes: Integers, since: Moments, *, skip: int = 0, strictly: bool = False
    ) -> Moments:
        """(n,) the first moment at or after each given one (after it, if `strictly`), skipping some."""
        side = "right" if strictly else "left"
        missing = np.isnat(since)
        found = np.searchsorted(self.keys, _keys(codes, np.where(missing, _EPOCH, since)), side=side) + skip  # type: ignore[call-overload] # side is one of two literals
        result = self._at(found, codes)
        result[missing] = NAT
        return result

    def next_after(
        self, codes: Integers, since: Moments, first: Moments, *, strictly: bool = False
    ) -> Moments:
        """(n,) the second moment from `since` on, where `first` is the first of them.

        Of tags it is the first of each one's own after the first of all: a push to two tags is one contact.
        """
        second = self.first_from(codes, since, skip=1, strictly=strictly)
        own = self.first_from(codes, since, strictly=strictly)
        return np.where(own > first, own, second)

    def first(self, codes: Integers) -> Moments:
        """(n,) the oldest moment of each account, NaT without one."""
        return self.first_from(codes, np.full(len(codes), _EPOCH, dtype="datetime64[s]"))

    def _at(self, places: Integers, codes: Integers) -> Moments:
        result = nothing(len(codes))
        if not len(self.keys):
            return result
        inside = (places >= 0) & (places < len(self.keys)) & (codes >= 0)
        safe = np.where(inside, places, 0)
        same = inside & (self.keys[safe] // _SHIFT == codes)
        result[same] = self.at[safe[same]]
        return result


_EPOCH = np.datetime64("1970-01-01T00:00:00", "s")


def _seconds(at: Moments) -> Integers:
    return np.clip(at.astype("datetime64[s]").astype(np.int64), 0, _LAST_SECOND)


def _keys(codes: Integers, at: Moments) -> Integers:
    return np.asarray(codes, dtype=np.int64) * _SHIFT + _seconds(at)


def _keys_last(codes: Integers) -> Integers:
    return np.asarray(codes, dtype=np.int64) * _SHIFT + _LAST_SECOND


def _end_if_date(at: Moments) -> Moments:
    midnight: Flags = at == at.astype("datetime64[D]").astype("datetime64[s]")
    result: Moments = at.astype("datetime64[s]", copy=True)
    result[midnight] = result[midnight] + _DAY
    return result


class Lookups:
    """Evaluates the sources of rules; each touch table is indexed once a run."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._indexed: dict[tuple[str, str, When | None], Touches] = {}
        self._subjects: dict[str, Subjects] = {}
        self._any: Touches | None = None

    def subjects(self, table: str) -> Subjects:
        """The tags that the rows of a table are about."""
        if table not in self._subjects:
            self._subjects[table] = Subjects.of(self.facts, table)
        return self._subjects[table]

    def touches(self, table: str, key: str, when: When | None) -> Touches:
        """The contacts that one table records, up to now; by account, or by tag where rows are about tags."""
        found = self._indexed.get((table, key, when))
        if found is None:
            at = moments(self.facts.frame(table)[key])
            at = np.where(at <= self.facts.now_at, at, NAT)
            if when is not None:
                at = np.where(match(when, self.facts), at, NAT)
            if BY_NAME[table].subject:
                subjects = self.subjects(table)
                found = Touches.of(subjects.codes, at[subjects.rows])
            else:
                found = Touches.of(self.facts.codes(table), at)
            self._indexed[table, key, when] = found
        return found

    def any_touches(self) -> Touches:
        """Every kind of interaction that any table records, up to now."""
        if self._any is None:
            facts = self.facts
            named = [table for table in TABLES if table.touched and not table.subject]
            tables = [table for table in named if len(facts.frame(table.name))]
            codes = [facts.codes(table.name) for table in tables]
            at = [moments(facts.frame(table.name)[table.touched]) for table in tables]
            joined = np.concatenate([nothing(0), *at])
            every = np.concatenate([np.empty(0, dtype=np.int64), *codes])
            self._any = Touches.of(every, np.where(joined <= facts.now_at, joined, NAT))
        return self._any

    def times(
        self,
        sources: Sources,
        rows: Integers,
        *,
        since: Moments | None = None,
        due: Moments | None = None,
        row_at: Moments | None = None,
        subjects: Integers | None = None,
    ) -> Moments:
        """(n,) the time that the sources give each row; the first alternative with a time counts.

        Args:
            sources: what a rule's 起点 or 终点 says.
            rows: (n,) positions in the frame of the sources' table.
            since: (n,) the start, for 之后.
            due: (n,) the due day, the day that a window opens or the festival: for 到期后首次, 窗口内首次 and
                前7天内; the start by default.
            row_at: (n,) the moment that the row itself records, for 本行之后.
            subjects: (n,) the one tag that each row stands for here; all of the row's tags by default.
        """
        asked = _Asked(sources.home, rows, since, since if due is None else due, row_at, subjects)
        result = nothing(len(rows))
        for source in sources.items:
            open_ = np.isnat(result)
            if not open_.any():
                break
            found = self._time(source, asked)
            result[open_] = found[open_]
        return result

    def _time(self, source: Source, asked: _Asked) -> Moments:
        if source.place is None:
            return self.any_touches().last(self.facts.codes(asked.home)[asked.rows])
        if source.pick in (Pick.OWN, Pick.LATER):
            return self._own(source, source.place, asked)
        touches = self.touches(source.place.table, source.place.key, source.when)
        at, codes = self._about(source.place.table, asked)
        anchor = self._anchor(source, source.place.table, asked)[at]
        strictly = source.place.table == asked.home
        if source.pick is Pick.LAST:
            found = touches.last(codes)
        elif source.pick is Pick.FIRST:
            found = touches.first(codes)
        else:
            found = touches.first_from(codes, anchor, strictly=strictly)
        result = _of_each(found, at, len(asked.rows), last=source.pick is Pick.LAST)
        if source.pick is Pick.SECOND_AFTER_START:
            second = touches.next_after(codes, anchor, result[at], strictly=strictly)
            result = _of_each(second, at, len(asked.rows))
        elif source.pick is Pick.WEEK_BEFORE and asked.due is not None:
            result = np.where(result <= end_of_day(asked.due), result, NAT)
        return result

    def _own(self, source: Source, place: Place, asked: _Asked) -> Moments:
        """A cell of the row, or of the register's row of its customer."""
        facts, since = self.facts, asked.since
        own = place.table == asked.home
        values = facts.values(asked.home, place.key) if own else facts.of_rows(asked.home, place.key)
        at = moments(values)[asked.rows]
        if since is not None or BY_NAME[place.table].by_key[place.key].past:
            at = np.where(at <= facts.now_at, at, NAT)
        if not own and since is not None:
            # The register shows the newest date only: one before the start is from before it.
            at = np.where(_end_if_date(at) >= since, at, NAT)
        if source.pick is Pick.LATER:
            at = np.where(_end_if_date(at) > since, at, NAT) if since is not None else nothing(len(at))
        return end_of_day(at) if source.day_end else at

    def _about(self, table: str, asked: _Asked) -> tuple[Integers, Integers]:
        """(m,) places in the rows asked for and (m,) whose contacts they want: the account's or its tags'."""
        every = np.arange(len(asked.rows), dtype=np.int64)
        if not BY_NAME[table].subject:
            return every, self.facts.codes(asked.home)[asked.rows]
        if asked.subjects is not None and table == asked.home:
            return every, asked.subjects
        texts = (
            self.facts.frame(table)[BY_NAME[table].subject]
            if table == asked.home
            else self.facts.of_rows(asked.home, CUSTOMER_TAGS)
        )
        return carried(texts.iloc[asked.rows], self.subjects(table).known)

    def _anchor(self, source: Source, table: str, asked: _Asked) -> Moments:
        """(n,) the moment from which contacts count."""
        if source.pick is Pick.AFTER_ROW:
            anchor = asked.row_at
        elif source.pick in _FROM_DUE:
            anchor = asked.due
        else:
            anchor = asked.since
        if anchor is None:
            return nothing(len(asked.rows))
        anchor = anchor.astype("datetime64[s]")
        if source.pick is Pick.WEEK_BEFORE:
            anchor = anchor - _WEEK
        if table == asked.home:
            anchor = np.where(self._is_touch(source, asked.rows), _end_if_date(anchor), anchor)
        return anchor

    def _is_touch(self, source: Source, rows: Integers) -> Flags:
        """(n,) whether a row's own record is among the contacts looked for: it never follows itself."""
        if source.when is None:
            return np.ones(len(rows), dtype=bool)
        return match(source.when, self.facts)[rows]


@dataclass(frozen=True)
class _Asked:
    """What `Lookups.times` was asked; its arguments."""

    home: str
    rows: Integers
    since: Moments | None
    due: Moments | None
    row_at: Moments | None
    subjects: Integers | None


_FROM_DUE = frozenset({Pick.FROM_DUE_DAY, Pick.IN_WINDOW, Pick.WEEK_BEFORE})
_WEEK = np.timedelta64(7, "D")


def _of_each(found: Moments, at: Integers, count: int, *, last: bool = False) -> Moments:
    """(count,) the earliest (or last) of the moments that belong to each place, NaT where there is none.

    Args:
        found: (m,) moments.
        at: (m,) the place of each, in order.
        count: how many places there are.
        last: whether the last one is wanted.
    """
    if len(at) == count and (at == np.arange(count)).all():
        return found
    known = ~np.isnat(found)
    at, found = at[known], found[known]
    order = np.lexsort((found, at))
    at, found = at[order], found[order]
    places, first = np.unique(at, return_index=True)
    ends = np.append(first[1:], len(at))[: len(places)] - 1
    result = nothing(count)
    result[places] = found[ends if last else first]
    return result
