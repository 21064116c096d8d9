"""One comparison of a condition against a column of cells; the same for computations and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlcrm.periods import months_between, parse_length
from xlcrm.rules.conditions import EMPTY, Op
from xlcrm.tables import BY_NAME
from xlcrm.tables.base import Kind
from xlcrm.tables.cells import split_tags
from xlcrm.tables.typed_text import folded

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from xlcrm.rules.conditions import Term

_ORDERED = {
    Op.LESS: np.less,
    Op.AT_LEAST: np.greater_equal,
    Op.MORE: np.greater,
    Op.AT_MOST: np.less_equal,
}


def holds(term: Term, cells: pd.Series, now: dt.datetime) -> NDArray[np.bool_]:
    """(n,) whether the comparison holds for each cell; a blank cell holds for 为空 and the value 空 alone.

    A blank is not known to differ, so that ≠ does not match it by accident either. A cell of tags holds for =
    when one of its tags is among the choices, width and case aside. 最新记录 is no comparison of one cell;
    the callers answer it.
    """
    if term.op is Op.FILLED:
        return _flags(cells.notna())
    if term.op is Op.BLANK:
        return _flags(cells.isna())
    if term.op in (Op.IN, Op.NOT_IN):
        among = _among(term, cells)
        blank = _flags(cells.isna())
        if EMPTY in term.choices:
            among = among | blank
        return among if term.op is Op.IN else ~blank & ~among
    if term.op is Op.AGED:
        today = np.array([now], dtype="datetime64[D]")
        at = cells.to_numpy(dtype="datetime64[D]")
        old: NDArray[np.bool_] = ~np.isnat(at) & (months_between(at, today) >= term.number)
        return old
    result: NDArray[np.bool_] = _ORDERED[term.op](_numbers(cells), term.number)
    return result


def _among(term: Term, cells: pd.Series) -> NDArray[np.bool_]:
    if BY_NAME[term.place.table].by_key[term.place.key].kind is not Kind.TAGS:
        return _flags(cells.isin(term.choices))
    tags = split_tags(pd.Series(cells.dropna().unique(), dtype="str"))
    wanted = {folded(choice) for choice in term.choices}
    tagged = {
        text
        for text, own in zip(cells.dropna().unique(), tags, strict=True)
        if wanted & {folded(tag) for tag in own}
    }
    return _flags(cells.isin(tagged | set(term.choices)))


def _flags(values: pd.Series) -> NDArray[np.bool_]:
    return values.to_numpy(dtype=np.bool_)


def _numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Numbers as they are; texts as lengths of time in months (1年3个月), unknown where they are none."""
    if pd.api.types.is_numeric_dtype(cells):
        return cells.to_numpy(dtype="float64", na_value=np.nan)
    known = {text: parse_length(str(text)) for text in cells.dropna().unique()}
    months = {text: float(length.months) for text, length in known.items() if length is not None}
    return np.array([months.get(text, np.nan) for text in cells], dtype="float64")
