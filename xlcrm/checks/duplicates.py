"""V14: customers that are probably the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from xlcrm.checks.base import ROWS_NAMED, WARNING, CheckInput, Code, filled, findings, gather, heading
from xlcrm.checks.contact import tidy_email
from xlcrm.checks.likeness import near_pairs, reduce_names
from xlcrm.checks.names import PERSON_MARKS
from xlcrm.checks.phones import TIDY, read_phones

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlcrm.tables.frames import SheetData

CODES: Final[Mapping[str, Code]] = {
    "V14": Code(
        (WARNING,),
        "疑似重复客户",
        "两个客户的电话或邮箱相同，或去掉有限公司、股份、集团、括号和地区后名称相同或相近（标明（个人）的不比名称）",
    )
}


def check(given: CheckInput) -> pd.DataFrame:
    """Findings of V14: one a row and reason, so that a number used by 5,000 rows gives 5,000 findings."""
    sheet = given.data.get("customers")
    if sheet is None:
        return gather([])
    return gather([_same(sheet, "phone", _phones), _same(sheet, "email", _emails), *_named_alike(sheet)])


def _phones(cells: pd.Series) -> pd.Series:
    """Numbers in their one form; the index repeats where a cell holds several."""
    tidy = cells.str.fullmatch(TIDY)
    odd = cells[~tidy]
    read = {text: [phone.text for phone in read_phones(text)[0] if phone.text] for text in odd.unique()}
    apart = odd.map(read).explode().dropna()
    return pd.concat([cells[tidy], apart.astype("str")]) if len(odd) else cells


def _emails(cells: pd.Series) -> pd.Series:
    """Addresses in small letters; the index repeats where a cell holds several."""
    plain = cells.str.lower()
    if not plain.str.contains(r"[^a-z0-9@._%+\-]", regex=True).any():
        return plain
    read = {text: [part for part in tidy_email(text).split(";") if part] for text in plain.unique()}
    return plain.map(read).explode().dropna().astype("str")


def _same(sheet: SheetData, key: str, split: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    if not sheet.has(key):
        return gather([])
    cells = filled(sheet, key)
    if cells.empty:
        return gather([])
    parts = split(cells)
    parts = parts[parts.duplicated(keep=False)]
    groups: dict[str, list[int]] = {}
    for row, value in dict.fromkeys(zip(parts.index.tolist(), parts.tolist(), strict=True)):
        groups.setdefault(value, []).append(row)
    shared = [(row, value) for value, rows in groups.items() if len(rows) > 1 for row in rows]
    name = heading(sheet, key)
    return findings(
        sheet,
        "V14",
        WARNING,
        [row for row, _ in shared],
        key,
        message=[f"“{name}”{value} 与{_others(sheet, groups[value], row)}相同" for row, value in shared],
        fix="请核对是否为同一客户；是则合并到一行",
    )


def _named_alike(sheet: SheetData) -> list[pd.DataFrame]:
    if not sheet.has("name"):
        return []
    cells = filled(sheet, "name")
    cells = cells[~cells.str.endswith(PERSON_MARKS)]
    if cells.empty:
        return []
    reduced = np.array(reduce_names(cells.tolist()), dtype=object)
    codes, names = pd.factorize(reduced)
    order = np.argsort(codes, kind="stable")
    rows = np.split(cells.index.to_numpy()[order], np.flatnonzero(np.diff(codes[order])) + 1)
    equal = {row: group.tolist() for group in rows if len(group) > 1 for row in group.tolist()}
    near: dict[int, int] = {}
    scores: dict[int, float] = {}
    for pair in near_pairs(names.tolist()):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if pair.score > scores.get(one, 0.0):
                scores[one], near[one] = pair.score, other
    alike = {
        row: rows[other].tolist()
        for one, other in near.items()
        for row in rows[one].tolist()
        if row not in equal
    }
    return [
        _names(sheet, equal, "去掉公司类型和地区后相同"),
        _names(sheet, alike, "相近"),
    ]


def _names(sheet: SheetData, alike: Mapping[int, Sequence[int]], how: str) -> pd.DataFrame:
    name = heading(sheet, "name")
    names = sheet.frame["name"]
    return findings(
        sheet,
        "V14",
        WARNING,
        list(alike),
        "name",
        message=[
            f"“{name}”“{names[row]}”与{_others(sheet, group, row)}{how}" for row, group in alike.items()
        ],
        fix="请核对是否为同一客户；是则合并到一行",
    )


def _others(sheet: SheetData, rows: Sequence[int], row: int) -> str:
    """The other rows of a group as a sentence names them; a big group is counted, never listed."""
    others = [other for other in rows[: ROWS_NAMED + 1] if other != row][:ROWS_NAMED]
    count = len(rows) - (row in rows[: ROWS_NAMED + 1] or len(rows) > ROWS_NAMED + 1)
    if count == 1:
        known = sheet.frame["name"].get(others[0])
        return f"第{others[0]}行" + (f"“{known}”" if isinstance(known, str) else "")
    named = "、".join(f"第{other}行" for other in others)
    return named if count <= ROWS_NAMED else f"{named}等 {count} 行"
