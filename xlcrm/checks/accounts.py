"""Which customer each row is about, as computations understand it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from xlcrm.checks.base import CheckInput
    from xlcrm.tables.frames import SheetData

REGISTER: Final = "customers"


def account_ids(sheet: SheetData, given: CheckInput) -> pd.Series:
    """The customer's id of each row, NA where nobody knows it.

    A row without an id, and every row of a table that has no ids, is found by the customer's name where
    that name stands once in the register.
    """
    key = sheet.table.account
    ids = sheet.frame[key] if key else pd.Series(pd.NA, index=sheet.frame.index, dtype="str")
    register = given.data.get(REGISTER)
    if sheet.table.name == REGISTER or register is None or "name" not in sheet.table.by_key:
        return ids
    names = sheet.frame["name"].where(ids.isna())
    if not names.notna().any():
        return ids
    known = register.frame[["name", "customer_id"]].dropna()
    by_name = known[~known["name"].duplicated(keep=False)].set_index("name")["customer_id"]
    return ids.fillna(by_name.reindex(pd.Index(names)).set_axis(ids.index))
