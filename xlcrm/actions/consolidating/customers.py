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
    """Branches in groups that mean one customer, whatever their order.

    Of one name, those that share a telephone are one. One without a telephone is the only one of its name
    that there is; where telephones tell several apart, nobody knows which it is and it stays alone.

    Args:
        customers: place of a branch -> name and telephone of its customer, in order.
    """
    named: dict[str, list[int]] = {}
    groups: list[list[int]] = []
    for place, (typed, _) in customers.items():
        if name := plain_name(typed):
            named.setdefault(name, []).append(place)
        else:
            groups.append([place])
    phones = {place: _phones(cell) for place, (_, cell) in customers.items()}
    for places in named.values():
        groups += _of_one_name(places, phones)
    return sorted(map(sorted, groups))


def _phones(cell: str) -> set[str]:
    return {phone.text for phone in read_phones(cell)[0] if phone.text} if cell else set()


def _of_one_name(places: Sequence[int], phones: Mapping[int, set[str]]) -> list[list[int]]:
    groups: list[tuple[list[int], set[str]]] = []
    unknown = [place for place in places if not phones[place]]
    for place in places:
        if not phones[place]:
            continue
        members, numbers = [place], set(phones[place])
        apart = []
        for group in groups:
            if group[1] & phones[place]:
                members += group[0]
                numbers |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (members, numbers)]
    found = [members for members, _ in groups]
    if len(found) > 1:
        return [*found, *([place] for place in unknown)]
    return [[*(place for members in found for place in members), *unknown]]


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
