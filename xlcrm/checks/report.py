"""Findings in the order that people read them, and in short a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from xlcrm.checks.base import LEVELS, CheckInput, gather

if TYPE_CHECKING:
    from collections.abc import Iterable

_RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}


def arrange(given: CheckInput, parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One frame: 错误 before 警告 before 提示, then by sheet, row and column; switched-off codes left out."""
    found = gather(parts)
    off = given.parameters.switched_off
    if off:
        found = found[~found["code"].isin(off)]
    if found.empty:
        return found.reset_index(drop=True)
    sheets = {name: place for place, name in enumerate(given.data)}
    columns = {
        (name, key): place
        for name, sheet in given.data.items()
        for place, key in enumerate(sorted(sheet.places, key=sheet.places.__getitem__), start=1)
    }
    table = found["table"].to_numpy(dtype=object)
    key = found["key"].to_numpy(dtype=object)
    places = pd.DataFrame(
        {
            "level": found["level"].map(_RANK),
            "sheet": [sheets.get(name, len(sheets)) for name in table],
            "row": found["row"],
            "column": [columns.get(pair, 0) for pair in zip(table, key, strict=True)],
            "code": found["code"],
        },
        index=found.index,
    )
    order = places.sort_values(["level", "sheet", "row", "column", "code"], kind="stable").index
    return found.loc[order].reset_index(drop=True)


def summarise_rows(found: pd.DataFrame, table: str) -> pd.Series:
    """The findings of each row of one table in short, for its 校验 column.

    Args:
        found: what `run_checks` returned.
        table: the table's name, such as `customers`.

    Returns:
        Excel row -> text such as `错误 V01 联系电话；警告 V12 授权记录`, worst first; rows without a finding
        are not there.
    """
    own = found[(found["table"] == table) & (found["row"] > 0)]
    told: dict[int, dict[str, list[str]]] = {}
    heads = (own["level"] + " " + own["code"]).to_numpy(dtype=object)
    for row, head, heading in zip(own["row"].tolist(), heads, own["heading"], strict=True):
        headings = told.setdefault(row, {}).setdefault(head, [])
        if heading and heading not in headings:
            headings.append(heading)
    texts = {
        row: "；".join(_part(head, names) for head, names in parts.items()) for row, parts in told.items()
    }
    rows = sorted(texts)
    return pd.Series([texts[row] for row in rows], index=pd.Index(rows, dtype="int64"), dtype="str")


def _part(head: str, headings: list[str]) -> str:
    return f"{head} {'、'.join(headings)}" if headings else head
