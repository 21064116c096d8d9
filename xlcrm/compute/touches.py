"""Contacts with customers: the last, the first, or the first after a moment, looked up by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlcrm.compute.facts import NAT, Facts, Flags, Integers, Moments, moments, nothing
from xlcrm.compute.matching import match
from xlcrm.periods import end_of_day
from xlcrm.rules.sources import Pick, Source, Sources
from xlcrm.tables import BY_NAME, TABLES

if TYPE_CHECKING:
    from xlcrm.rules.conditions import When

_SHIFT = np.int64(1) << 34
"""Room for seconds since 1970 up to the year 2514 beside an account's code."""
_LAST_SECOND = _SHIFT - 1
_DAY = np.timedelta64(86_399, "s")


@dataclass(frozen=True)
class Touches:
    """Moments sorted by account and time; a date without a time counts as the end of its day."""

    keys: Integers
    at: Moments

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
        self._any: Touches | None = None

    def touches(self, table: str, key: str, when: When | None) -> Touches:
        """The contacts that one table records, up to now."""
        found = self._indexed.get((table, key, when))
        if found is None:
            at = moments(self.facts.frame(table)[key])
            at = np.where(at <= self.facts.now_at, at, NAT)
            if when is not None:
                at = np.where(match(when, self.facts), at, NAT)
            found = Touches.of(self.facts.codes(table), at)
            self._indexed[table, key, when] = found
        return found

    def any_touches(self) -> Touches:
        """Every kind of interaction that any table records, up to now."""
        if self._any is None:
            tables = [table for table in TABLES if table.touched and table.account]
            codes = [self.facts.codes(table.name) for table in tables]
            at = [moments(self.facts.frame(table.name)[table.touched]) for table in tables]
            joined = np.concatenate(at)
            self._any = Touches.of(np.concatenate(codes), np.where(joined <= self.facts.now_at, joined, NAT))
        return self._any

    def times(
        self, sources: Sources, rows: Integers, *, since: Moments | None = None, row_at: Moments | None = None
    ) -> Moments:
        """(n,) the time that the sources give each row; the first alternative with a time counts.

        Args:
            sources: what a rule's 起点 or 终点 says.
            rows: (n,) positions in the frame of the sources' table.
            since: (n,) the start or due day that 之后 and 到期后 refer to.
            row_at: (n,) the moment that the row itself records, for 本行之后.
        """
        result = nothing(len(rows))
        for source in sources.items:
            open_ = np.isnat(result)
            if not open_.any():
                break
            found = self._time(source, sources.home, rows, since, row_at)
            result[open_] = found[open_]
        return result

    def _time(
        self, source: Source, home: str, rows: Integers, since: Moments | None, row_at: Moments | None
    ) -> Moments:
        facts = self.facts
        codes = facts.codes(home)[rows]
        if source.place is None:
            return self.any_touches().last(codes)
        place = source.place
        if source.pick is Pick.OWN:
            own = place.table == home
            values = facts.values(home, place.key) if own else facts.of_rows(home, place.key)
            at = moments(values)[rows]
            if since is not None or BY_NAME[place.table].by_key[place.key].past:
                at = np.where(at <= facts.now_at, at, NAT)
            if not own and since is not None:
                # The register shows the newest date only: one before the start is from before it.
                at = np.where(_end_if_date(at) >= since, at, NAT)
            return end_of_day(at) if source.day_end else at
        touches = self.touches(place.table, place.key, source.when)
        if source.pick is Pick.LAST:
            return touches.last(codes)
        if source.pick is Pick.FIRST:
            return touches.first(codes)
        anchor = row_at if source.pick is Pick.AFTER_ROW else since
        if anchor is None:
            anchor = nothing(len(rows))
        if place.table == home:
            anchor = np.where(self._is_touch(source, rows), _end_if_date(anchor), anchor)
        return touches.first_from(
            codes,
            anchor,
            skip=1 if source.pick is Pick.SECOND_AFTER_START else 0,
            strictly=place.table == home,
        )

    def _is_touch(self, source: Source, rows: Integers) -> Flags:
        """(n,) whether a row's own record is among the contacts looked for: it never follows itself."""
        if source.when is None:
            return np.ones(len(rows), dtype=bool)
        return match(source.when, self.facts)[rows]
