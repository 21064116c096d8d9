"""Which columns hold ids of one kind, and which name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from xlcrm.checks.courses import COURSES
from xlcrm.tables import BY_NAME, TABLES
from xlcrm.tables.base import Kind


@dataclass(frozen=True)
class Space:
    """Ids of one kind.

    Attributes:
        word: what they number.
        owners: (table, column key) where they are given.
        loose: (table, column key) where they are named without a declared reference.
    """

    word: str
    owners: tuple[tuple[str, str], ...]
    loose: tuple[tuple[str, str], ...] = ()


CUSTOMERS: Final = Space("客户", (("customers", BY_NAME["customers"].key),))
CASES: Final = Space(
    "记录",
    tuple((name, BY_NAME[name].key) for name in COURSES if BY_NAME[name].key),
    (("status_changes", "case_id"),),
)
"""状态变更表 names cases of several tables by one column, so that their ids are of one kind."""


def _others() -> tuple[Space, ...]:
    taken = {*CUSTOMERS.owners, *CASES.owners}
    return tuple(
        Space("记录", ((table.name, item.key),))
        for table in TABLES
        for item in table.columns
        if item.kind is Kind.ID and (table.name, item.key) not in taken
    )


SPACES: Final = (CUSTOMERS, CASES, *_others())
"""Customers go first: whose case it is belongs to what tells two cases apart."""


@cache
def users_of(space: Space) -> tuple[tuple[str, str], ...]:
    """(table, column key) of every column that gives or names ids of a kind."""
    tables = {table for table, _ in space.owners}
    named = tuple(
        (table.name, item.key) for table in TABLES for item in table.columns if item.references in tables
    )
    return (*space.owners, *named, *space.loose)
