"""The tables of all branches while they are made one, and what is noted meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xlcrm.actions.consolidating.conflicts import Conflict, listed
from xlcrm.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from xlcrm.actions.consolidating.spaces import Space

ORIGINS: Final = "_origins"
"""Column with the names of the branches that a row comes from."""

Rename = dict[tuple[int, str], str]
"""(place of the branch, id as typed) -> id in the group."""


@dataclass
class Desk:
    """What settling works on.

    Attributes:
        frames: table name -> its rows with `AT` and `ORIGINS`; a row keeps its label.
        names: what each branch is called, by its place.
        pack: of the group, whose titles are named.
        conflicts: what the branches did not agree on.
        merged: table name -> rows that went into another branch's.
        known: kind of ids -> (place of the branch, id) of all that were given.
        renamed: kind of ids -> those that got another one.
    """

    frames: dict[str, pd.DataFrame]
    names: Mapping[int, str]
    pack: str
    conflicts: list[Conflict] = field(default_factory=list)
    merged: Counter[str] = field(default_factory=Counter)
    known: dict[Space, set[tuple[int, str]]] = field(default_factory=dict)
    renamed: dict[Space, Rename] = field(default_factory=dict)

    def has(self, table: str, key: str) -> bool:
        """Whether any branch has the column."""
        return table in self.frames and key in self.frames[table]

    def called(self, places: Iterable[int]) -> str:
        """Branches as a cell lists them."""
        return listed([self.names[at] for at in places])

    def drop(self, table: str, rows: list[int]) -> None:
        """Take out rows that another one stands for."""
        self.merged[table] += len(rows)
        self.frames[table] = self.frames[table].drop(index=rows)

    def say(self, kind: str, table: str, number: str, places: Iterable[int], what: str, done: str) -> None:
        """Note one thing."""
        title = BY_NAME[table].in_pack(self.pack).title if table else ""
        self.conflicts.append(Conflict(kind, title, number, self.called(places), what, done))
