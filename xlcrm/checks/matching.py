"""Which rows a rule's condition holds for, as far as the cells of the row and its customer tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlcrm.rules import matching
from xlcrm.rules.conditions import Op

if TYPE_CHECKING:
    from xlcrm.checks.base import CheckInput
    from xlcrm.rules.conditions import Term, When
    from xlcrm.tables.frames import SheetData


def matches(when: When, given: CheckInput) -> pd.Series:
    """A flag a row of the condition's own sheet; a blank cell matches no comparison.

    A term on another sheet's column is looked up through the row's customer; 最新记录 holds for every row
    here, because a check of one row's cells does not depend on its being the newest.
    """
    sheet = given.data[when.home]
    found = pd.Series(data=False, index=sheet.frame.index)
    for terms in when.alternatives:
        every = pd.Series(data=True, index=sheet.frame.index)
        for term in terms:
            if term.op is not Op.NEWEST:
                every &= holds(term, cells_of(term.place.table, term.place.key, sheet, given), given)
        found |= every
    return found


def cells_of(table: str, key: str, sheet: SheetData, given: CheckInput) -> pd.Series:
    """A column of the sheet itself, or of the customer that each row names; blank where there is none."""
    if table == sheet.table.name:
        return sheet.frame[key]
    other = given.data.get(table)
    if other is None or not other.table.key or not sheet.table.account:
        return pd.Series(pd.NA, index=sheet.frame.index, dtype="str")
    known = other.frame.dropna(subset=[other.table.key]).drop_duplicates(other.table.key)
    own = sheet.frame[sheet.table.account]
    return known.set_index(other.table.key)[key].reindex(pd.Index(own)).set_axis(own.index)


def holds(term: Term, cells: pd.Series, given: CheckInput) -> pd.Series:
    """A flag a cell (see `xlcrm.rules.matching`)."""
    return pd.Series(matching.holds(term, cells, given.now), index=cells.index)
