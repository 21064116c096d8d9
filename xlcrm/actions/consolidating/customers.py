"""Whether two branches mean one customer by an id, and one row of what both know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from xlcrm.actions.blocks import cells as as_cells
from xlcrm.actions.blocks import plain
from xlcrm.actions.consolidating.conflicts import listed
from xlcrm.checks.phones import read_phones
from xlcrm.checks.references import plain_name
from xlcrm.tables.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def alike(customers: Mapping[int, tuple[str, str]]) -> list[list[int]]:
    """Branches in groups that mean one customer: one name, and no telephone against it.

    Args:
        customers: place of a branch -> name and telephone of its customer, in order.
    """
    groups: list[list[int]] = []
    known: list[tuple[str, set[str]]] = []
    for place, (typed, cell) in customers.items():
        name = plain_name(typed)
        phones = {phone.text for phone in read_phones(cell)[0] if phone.text} if cell else set()
        for group, (other, numbers) in zip(groups, known, strict=True):
            if name and name == other and (not phones or not numbers or phones & numbers):
                group.append(place)
                numbers.update(phones)
                break
        else:
            groups.append([place])
            known.append((name, phones))
    return groups


class Merged(NamedTuple):
    """One row of several.

    Attributes:
        kept: label of the row that stays, the one with most cells filled.
        filled: column key -> what its blank cells get from the others, the first that knows.
        contradictions: where the rows say different things.
    """

    kept: int
    filled: Mapping[str, Any]
    contradictions: str


def merged_row(rows: pd.DataFrame, names: Sequence[str], headings: Mapping[str, str]) -> Merged:
    """Make one row of several.

    Args:
        rows: one a branch, in the branches' order.
        names: of the branches.
        headings: column key -> heading.
    """
    at = int(rows.notna().to_numpy().sum(axis=1).argmax())
    kept = rows.index.tolist()[at]
    filled: dict[str, Any] = {}
    contradictions = []
    for key in rows.columns:
        known = rows[key].dropna()
        if pd.isna(rows.loc[kept, key]) and len(known):
            filled[str(key)] = known.iloc[0]
        if len(known.unique()) > 1:
            texts = [cell_text(value) for value in as_cells(plain(rows[key]))]
            said = {f"{name}“{text}”": name for name, text in zip(names, texts, strict=True) if text}
            taken = names[at] if texts[at] else next(iter(said.values()))
            contradictions.append(f"{headings[key]}（{listed(list(said))}，采用 {taken}）")
    return Merged(kept, filled, "；".join(contradictions)[:2_000])
