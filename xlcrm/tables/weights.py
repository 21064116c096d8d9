"""指标权重 of an assessment: typed as 30% or as 30, they are shares of one whole, or nothing (V18)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

TOLERANCE: Final = 0.001
"""How far the weights of one assessment may be from 100%, as V18 has it: three times 33.3% are a whole."""
_SLACK: Final = 1e-9
"""What sums of binary fractions are off by."""


def assessment_keys(frame: pd.DataFrame) -> pd.Series:
    """Which assessment each row of 客户关系评估表 belongs to: 编号 and customer; NA without a 编号.

    Two customers may share a 编号. The customer goes by the id, which only some of the rows may have: a name
    that stands beside one id alone stands for it everywhere. Else the name tells.
    """
    known = frame[["name", "customer_id"]].dropna().drop_duplicates()
    ids = known[~known["name"].duplicated(keep=False)].set_index("name")["customer_id"]
    who = frame["customer_id"].fillna(frame["name"].map(ids).astype("str")).fillna(frame["name"]).fillna("")
    keys: pd.Series = frame["assessment_id"] + "\n" + who
    return keys


def settled_weights(frame: pd.DataFrame) -> pd.Series:
    """指标权重 of each row as a share of 1; NaN on every row of an assessment that is not 100%.

    In a cell without the percent format 30 is thirty, so an assessment whose weights sum to 100 is read in
    percent points; where some rows are typed so and others as 30%, those above 1 are points. At most one of
    these readings can sum to 100%. A blank or negative weight leaves its assessment unsettled.
    """
    keys = assessment_keys(frame)
    typed = frame["weight"]
    flawed = (typed.isna() | (typed < 0)).astype("float64").groupby(keys).transform("max")
    settled = pd.Series(np.nan, index=frame.index, dtype="float64")
    for reading in (typed, typed / 100, typed.where(typed <= 1, typed / 100)):
        total = reading.groupby(keys).transform("sum")
        whole = (flawed == 0) & ((total - 1).abs() <= TOLERANCE + _SLACK)
        settled = settled.where(~(whole & settled.isna()), reading)
    return settled
