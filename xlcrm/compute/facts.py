"""What one run knows: the tables, the rules, one now, and the customers that rows belong to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlcrm.rules.needs import lacks
from xlcrm.tables import BY_NAME, FULL
from xlcrm.tables.frames import empty_frame

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from xlcrm.compute.clocks.events import History
    from xlcrm.rules.base import Rule
    from xlcrm.rules.parameters import Parameters
    from xlcrm.rules.reading import RuleBook
    from xlcrm.tables.frames import SheetData
    from xlcrm.worktime import Worktime

Moments = NDArray[Any]
"""(n,) datetime64; numpy's own stubs lose the unit at the first operation."""
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Objects = NDArray[Any]

NAT = np.datetime64("NaT", "s")


def moments(series: pd.Series) -> Moments:
    """A datetime column as (n,) datetime64[s]."""
    return series.to_numpy(dtype="datetime64[s]")


def nothing(count: int) -> Moments:
    """(n,) NaT."""
    return np.full(count, NAT, dtype="datetime64[s]")


def objects(series: pd.Series) -> Objects:
    """Any column as (n,) Python objects with None for blank."""
    found: Objects = series.to_numpy(dtype=object, copy=True)
    found[series.isna().to_numpy()] = None
    return found


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, blank where there is none; `values` is indexed by key, each once."""
    return values.reindex(pd.Index(keys)).set_axis(keys.index)


_TIMELESS: Final = ("active", "_positions", "account_ids", "account_rows", "_codes")
"""What `Facts` has found out once and that no moment changes."""


@cache
def _empty(table: str) -> pd.DataFrame:
    return empty_frame(BY_NAME[table])


@dataclass(frozen=True)
class Facts:
    """Input of every computation; nothing in it changes during a run.

    Attributes:
        data: table name -> what was read.
        rules: the workbook's rules.
        parameters: the workbook's parameters.
        worktime: the working-time calendar of 参数表 and 节假日.
        now: the one moment of the run.
        pack: whose words are shown; frames hold the canonical ones.
        derived: (table, column key) -> values that stand in for the typed ones, aligned with the frame.
        histories: table -> its replayed status log, each replayed once (see `compute.clocks.events`).
    """

    data: Mapping[str, SheetData]
    rules: RuleBook
    parameters: Parameters
    worktime: Worktime
    now: dt.datetime
    pack: str = FULL
    derived: dict[tuple[str, str], pd.Series] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)

    def at(self, now: dt.datetime) -> Facts:
        """The same workbook as it was known at another moment; whose row is whose is not found out again."""
        then = dataclasses.replace(self, now=now, derived={}, histories={})
        vars(then).update({name: vars(self)[name] for name in _TIMELESS if name in vars(self)})
        return then

    @cached_property
    def now_at(self) -> np.datetime64:
        return np.datetime64(self.now.replace(microsecond=0), "s")

    @cached_property
    def today(self) -> np.datetime64:
        return np.datetime64(self.now.date(), "D")

    @cached_property
    def active(self) -> tuple[Rule, ...]:
        """Enabled rules whose sheets and columns the workbook has."""
        return tuple(rule for rule in self.rules.enabled if not any(lacks(rule, self.data)))

    def position(self, rule: Rule) -> int:
        """The rule's place in `rules.rules`."""
        return self._positions[rule.rule_id]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {rule.rule_id: place for place, rule in enumerate(self.rules.rules)}

    def frame(self, table: str) -> pd.DataFrame:
        """The table's frame; empty where the workbook lacks the sheet."""
        found = self.data.get(table)
        return _empty(table) if found is None else found.frame

    def values(self, table: str, key: str) -> pd.Series:
        """A column, or what was derived to stand in for it."""
        derived = self.derived.get((table, key))
        return self.frame(table)[key] if derived is None else derived

    @cached_property
    def account_ids(self) -> pd.Index[Any]:
        """Ids of the register, each once; an account's code is its place here."""
        ids = self.frame("customers")["customer_id"].dropna()
        found: pd.Index[Any] = pd.Index(ids.unique())
        return found

    @cached_property
    def account_rows(self) -> Integers:
        """Position in the register of each account."""
        ids = self.frame("customers")["customer_id"]
        positions = np.flatnonzero((ids.notna() & ~ids.duplicated()).to_numpy())
        return positions.astype(np.int64)

    @cached_property
    def newest(self) -> dict[str, Flags]:
        """Table -> which rows are their customer's newest, found once (see `compute.matching`)."""
        return {}

    @cached_property
    def _codes(self) -> dict[str, Integers]:
        return {}

    def codes(self, table: str) -> Integers:
        """(n,) account code of each row of a table, -1 where the customer is not on the register.

        A row without an id, and every row of a table that has no ids, is found by the customer's name where
        that name is unique.
        """
        if table not in self._codes:
            self._codes[table] = self._code_rows(table)
        return self._codes[table]

    def _code_rows(self, table: str) -> Integers:
        frame = self.frame(table)
        account = BY_NAME[table].account
        if account not in frame:
            if "name" in frame:
                return self._codes_by_name(frame["name"])
            return np.full(len(frame), -1, dtype=np.int64)
        ids = frame[account]
        codes = np.asarray(self.account_ids.get_indexer(pd.Index(ids)), dtype=np.int64)
        if table != "customers" and "name" in frame:
            nameless = (ids.isna() & frame["name"].notna()).to_numpy()
            if nameless.any():
                codes[nameless] = self._codes_by_name(frame["name"][nameless])
        return codes

    def _codes_by_name(self, names: pd.Series) -> Integers:
        known = self.of_accounts("name")
        unique = ~known.duplicated(keep=False) & known.notna()
        positions = np.flatnonzero(unique.to_numpy())
        found = pd.Index(known[unique]).get_indexer(pd.Index(names))
        found[names.isna().to_numpy()] = -1
        return np.where(found >= 0, positions[found] if len(positions) else -1, -1)

    def of_accounts(self, key: str) -> pd.Series:
        """A column of the register, one value an account, in the order of their codes."""
        return self.values("customers", key).iloc[self.account_rows].reset_index(drop=True)

    def of_rows(self, table: str, key: str) -> pd.Series:
        """A column of the register for each row of a table, through its customer; blank where unknown."""
        values = self.of_accounts(key)
        codes = self.codes(table)
        found = values.reindex(codes) if len(values) else values.reindex(np.full(len(codes), -1))
        return found.set_axis(self.frame(table).index)
